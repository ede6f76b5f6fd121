//! The three tables at which everything starts: file header, program headers, section headers.

use std::ops::Range;

use object::{
    Endianness, elf,
    read::{
        ReadCacheOps,
        elf::{Dyn as _, FileHeader, ProgramHeader as _, SectionHeader as _},
    },
};

use crate::elf::{Class, ElfError, LooksLike, Part, input::Input, looks};

/// The kernel takes no more than 64 KiB of program headers.
const MAX_PROGRAM_HEADERS: u64 = 1024;
/// Linkers need extended numbering beyond 65,279 sections; this leaves room for twice as many.
const MAX_SECTIONS: u64 = 131_072;
/// With [`MAX_SECTIONS`] this allows names of 64 bytes.
const MAX_SECTION_NAMES: u64 = 8 << 20;
/// Programs have some 30 dynamic entries, and one more for each library.
const MAX_DYNAMIC: u64 = 2048;

/// What the tables hold, whatever the class and byte order of the file.
pub(super) struct Headers {
    pub(super) class: Class,
    pub(super) order: Endianness,
    pub(super) os_abi: u8,
    pub(super) file_type: elf::FileType,
    pub(super) machine: u16,
    pub(super) entry: u64,
    /// The bytes of the file header itself.
    pub(super) raw: Vec<u8>,
    /// Where the program headers lie.
    pub(super) segment_table: Range<u64>,
    pub(super) segments: Vec<Segment>,
    /// Where the section headers lie; empty where there are none.
    pub(super) section_table: Range<u64>,
    pub(super) sections: Vec<Section>,
    /// The index of the section that holds the names; 0 where there is none.
    pub(super) names_index: usize,
    /// That section's contents.
    pub(super) names: Vec<u8>,
}

/// A program header.
pub(super) struct Segment {
    pub(super) kind: elf::ProgramType,
    pub(super) flags: u32,
    pub(super) offset: u64,
    pub(super) address: u64,
    pub(super) file_size: u64,
}

/// A section header; the fields are those of the gABI without their prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) name: u32,
    pub(super) kind: u32,
    pub(super) flags: u64,
    pub(super) addr: u64,
    pub(super) offset: u64,
    pub(super) size: u64,
    pub(super) link: u32,
    pub(super) info: u32,
    pub(super) addralign: u64,
    pub(super) entsize: u64,
}

impl Headers {
    /// Reads the tables, or tells what the file is instead of ELF.
    pub(super) fn read<R: ReadCacheOps>(input: &Input<'_, R>) -> Result<Self, ElfError> {
        let head = input.head(looks::SIGHT)?;
        let Some(ident) = head.strip_prefix(&elf::ELFMAG) else {
            return Err(ElfError::NotElf(LooksLike::of(head)));
        };
        let &[class, data, version, ..] = ident else {
            return Err(ElfError::Truncated { part: Part::Header, needs: 52, has: input.len() });
        };
        if elf::FileVersion(version) != elf::EV_CURRENT {
            return Err(ElfError::Unsupported(format!("ELF version {version}")));
        }
        let order = match elf::DataEncoding(data) {
            elf::ELFDATA2LSB => Endianness::Little,
            elf::ELFDATA2MSB => Endianness::Big,
            elf::DataEncoding(other) => {
                return Err(ElfError::Unsupported(format!("ELF data encoding {other}")));
            }
        };
        match elf::FileClass(class) {
            elf::ELFCLASS32 => {
                Self::read_class::<elf::FileHeader32<Endianness>, R>(input, Class::Elf32, order)
            }
            elf::ELFCLASS64 => {
                Self::read_class::<elf::FileHeader64<Endianness>, R>(input, Class::Elf64, order)
            }
            elf::FileClass(other) => Err(ElfError::Unsupported(format!("ELF class {other}"))),
        }
    }

    fn read_class<Elf: FileHeader<Endian = Endianness>, R: ReadCacheOps>(
        input: &Input<'_, R>,
        class: Class,
        order: Endianness,
    ) -> Result<Self, ElfError> {
        let raw_size = size_of::<Elf>() as u64;
        let header: &Elf = input.entry(Part::Header, 0)?;
        let raw = input.bytes(Part::Header, 0, raw_size, raw_size)?.to_vec();
        let (segments, segment_table) = segments(input, header, order)?;
        let (sections, section_table) = sections(input, header, order)?;
        let names_index = match header.e_shstrndx(order) {
            elf::SHN_XINDEX => sections.first().map_or(0, |zero| zero.link),
            elf::SymbolSection(index) => u32::from(index),
        };
        let names_index = usize::try_from(names_index).unwrap_or(usize::MAX);
        let names = match sections.get(names_index) {
            Some(section) if names_index != 0 && section.kind == elf::SHT_STRTAB.0 => {
                let Section { offset, size, .. } = *section;
                input.bytes(Part::SectionNames, offset, size, MAX_SECTION_NAMES)?.to_vec()
            }
            _ if names_index == 0 => Vec::new(),
            _ => {
                let why = "it is not a string table";
                return Err(ElfError::Malformed { part: Part::SectionNames, why });
            }
        };
        Ok(Self {
            class,
            order,
            os_abi: header.e_ident().os_abi.0,
            file_type: header.e_type(order),
            machine: header.e_machine(order).0,
            entry: header.e_entry(order).into(),
            raw,
            segment_table,
            segments,
            section_table,
            sections,
            names_index,
            names,
        })
    }

    /// The name of a section, without its zero byte; empty where there is none.
    pub(super) fn name(&self, section: &Section) -> &[u8] {
        let start = usize::try_from(section.name).unwrap_or(usize::MAX);
        let rest = self.names.get(start..).unwrap_or_default();
        let end = memchr::memchr(0, rest).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    /// Whether there is a section of that name.
    pub(super) fn has_section(&self, name: &str) -> bool {
        self.sections.iter().any(|section| self.name(section) == name.as_bytes())
    }

    /// The first segment of a kind that has contents.
    pub(super) fn segment(&self, kind: elf::ProgramType) -> Option<&Segment> {
        self.segments.iter().find(|it| it.kind == kind && it.file_size > 0)
    }

    /// Where in the file a virtual address and what follows it in the same segment lie.
    pub(super) fn locate(&self, address: u64) -> Option<Range<u64>> {
        self.segments.iter().filter(|it| it.kind == elf::PT_LOAD).find_map(|it| {
            let delta = address.checked_sub(it.address).filter(|delta| *delta < it.file_size)?;
            Some(it.offset.checked_add(delta)?..it.offset.checked_add(it.file_size)?)
        })
    }

    /// The dynamic table as pairs of tag and value, without its end mark.
    pub(super) fn dynamic<R: ReadCacheOps>(
        &self,
        input: &Input<'_, R>,
    ) -> Result<Vec<(i64, u64)>, ElfError> {
        match self.class {
            Class::Elf32 => self.dynamic_class::<elf::FileHeader32<Endianness>, R>(input),
            Class::Elf64 => self.dynamic_class::<elf::FileHeader64<Endianness>, R>(input),
        }
    }

    fn dynamic_class<Elf: FileHeader<Endian = Endianness>, R: ReadCacheOps>(
        &self,
        input: &Input<'_, R>,
    ) -> Result<Vec<(i64, u64)>, ElfError> {
        let Some(segment) = self.segment(elf::PT_DYNAMIC) else {
            return Ok(Vec::new());
        };
        let count = segment.file_size / size_of::<Elf::Dyn>() as u64;
        let table: &[Elf::Dyn] = input.table(Part::Dynamic, segment.offset, count, MAX_DYNAMIC)?;
        Ok(table
            .iter()
            .map(|entry| (entry.d_tag(self.order).0, entry.d_val(self.order).into()))
            .take_while(|(tag, _)| *tag != elf::DT_NULL.0)
            .collect())
    }
}

fn segments<Elf: FileHeader<Endian = Endianness>, R: ReadCacheOps>(
    input: &Input<'_, R>,
    header: &Elf,
    order: Endianness,
) -> Result<(Vec<Segment>, Range<u64>), ElfError> {
    let part = Part::ProgramHeaders;
    let offset: u64 = header.e_phoff(order).into();
    let count = u64::from(header.e_phnum(order));
    if offset == 0 || count == 0 {
        return Ok((Vec::new(), 0..0));
    }
    if usize::from(header.e_phentsize(order)) != size_of::<Elf::ProgramHeader>() {
        return Err(ElfError::Malformed { part, why: "its entries have an unknown size" });
    }
    let table: &[Elf::ProgramHeader] = input.table(part, offset, count, MAX_PROGRAM_HEADERS)?;
    let segments = table
        .iter()
        .map(|it| Segment {
            kind: it.p_type(order),
            flags: it.p_flags(order).0,
            offset: it.p_offset(order).into(),
            address: it.p_vaddr(order).into(),
            file_size: it.p_filesz(order).into(),
        })
        .collect();
    Ok((segments, offset..offset + size_of_val(table) as u64))
}

fn sections<Elf: FileHeader<Endian = Endianness>, R: ReadCacheOps>(
    input: &Input<'_, R>,
    header: &Elf,
    order: Endianness,
) -> Result<(Vec<Section>, Range<u64>), ElfError> {
    let part = Part::SectionHeaders;
    let offset: u64 = header.e_shoff(order).into();
    if offset == 0 {
        return Ok((Vec::new(), 0..0));
    }
    let count = match header.e_shnum(order) {
        // A count that does not fit stands in the first entry, which names no section.
        0 => input.entry::<Elf::SectionHeader>(part, offset)?.sh_size(order).into(),
        count => u64::from(count),
    };
    if count == 0 {
        return Ok((Vec::new(), 0..0));
    }
    if usize::from(header.e_shentsize(order)) != size_of::<Elf::SectionHeader>() {
        return Err(ElfError::Malformed { part, why: "its entries have an unknown size" });
    }
    let table: &[Elf::SectionHeader] = input.table(part, offset, count, MAX_SECTIONS)?;
    let sections = table
        .iter()
        .map(|it| Section {
            name: it.sh_name(order),
            kind: it.sh_type(order).0,
            flags: it.sh_flags(order).0,
            addr: it.sh_addr(order).into(),
            offset: it.sh_offset(order).into(),
            size: it.sh_size(order).into(),
            link: it.sh_link(order),
            info: it.sh_info(order),
            addralign: it.sh_addralign(order).into(),
            entsize: it.sh_entsize(order).into(),
        })
        .collect();
    Ok((sections, offset..offset + size_of_val(table) as u64))
}
