//! Adds a section to a linked program.
//!
//! The section is not loaded, so nothing that is may move: the file keeps its bytes up to the old
//! tables at its end, then come the section, the names and the table of sections, and the file
//! header points there.
//!
//! ```text
//! before  header | segments and other sections | names | section headers
//! after   header'| segments and other sections | section | names' | section headers'
//! ```

use std::{
    io::{Read, Seek},
    ops::Range,
};

use object::{elf, read::ReadCacheOps};

use crate::elf::{
    Class, ElfError, Part,
    encode::{Encoding, does_not_fit, number},
    headers::{Headers, Section},
    input::{Input, with_input},
};

/// The tables of a program are aligned to at most 8; linkers fill what is left with zeros.
const MAX_PADDING: u64 = 15;

/// A stretch of a file that is put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Bytes of the old file.
    File {
        /// Where they start.
        offset: u64,
        /// How many there are.
        len: u64,
    },
    /// New bytes.
    Bytes(Vec<u8>),
}

impl Piece {
    /// How many bytes it yields.
    pub fn len(&self) -> u64 {
        match self {
            Self::File { len, .. } => *len,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }

    /// Whether it yields none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Whether the ELF file has a section of that name.
///
/// # Errors
/// [`ElfError`], where the file is not ELF or its tables can't be read.
pub fn has_section<F: Read + Seek>(file: &mut F, name: &str) -> Result<bool, ElfError> {
    with_input(file, |input| Ok(Headers::read(input)?.has_section(name)))
}

/// Plans the file with one more section: the pieces, one after another, are the new file.
///
/// The section holds `bytes` as they are, is not loaded, and comes last in the table of sections,
/// so that every other section keeps its number. Old tables at the end of the file are dropped;
/// where other data follows them, all is kept, and they stay as dead bytes.
///
/// # Errors
/// [`ElfError::SectionExists`], and the others where the file is not ELF or its tables can't be
/// read or would not fit the format any more.
pub fn plan_section<F: Read + Seek>(
    file: &mut F,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Vec<Piece>, ElfError> {
    with_input(file, |input| plan(input, name, bytes))
}

fn plan<R: ReadCacheOps>(
    input: &Input<'_, R>,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Vec<Piece>, ElfError> {
    let mut headers = Headers::read(input)?;
    if headers.has_section(name) {
        return Err(ElfError::SectionExists { name: name.to_owned() });
    }
    let kept = kept_len(input, &headers)?;
    let raw_len = headers.raw.len() as u64;

    let names_index = names_section(&mut headers);
    let new = Section {
        name: add_name(&mut headers.names, name)?,
        kind: elf::SHT_PROGBITS.0,
        offset: kept,
        size: bytes.len() as u64,
        addralign: 1,
        ..Section::default()
    };
    let align = match headers.class {
        Class::Elf32 => 4,
        Class::Elf64 => 8,
    };
    let names_offset = kept + new.size;
    let table_offset = (names_offset + headers.names.len() as u64).next_multiple_of(align);
    if let Some(names) = headers.sections.get_mut(names_index) {
        names.offset = names_offset;
        names.size = headers.names.len() as u64;
    }
    headers.sections.push(new);

    let mut tail = bytes;
    tail.append(&mut headers.names);
    tail.resize(tail.len() + padding(kept + tail.len() as u64, align), 0);
    let encoding = Encoding { class: headers.class, order: headers.order };
    let (count, index) = number(&mut headers.sections, names_index)?;
    for section in &headers.sections {
        encoding.push_section(&mut tail, section)?;
    }
    let mut raw = headers.raw;
    encoding.patch_header(&mut raw, table_offset, count, index)?;
    Ok(vec![
        Piece::Bytes(raw),
        Piece::File { offset: raw_len, len: kept - raw_len },
        Piece::Bytes(tail),
    ])
}

/// How many bytes of the old file are kept: all but the old tables, if they are its end.
fn kept_len<R: ReadCacheOps>(input: &Input<'_, R>, headers: &Headers) -> Result<u64, ElfError> {
    let names = headers.sections.get(headers.names_index).filter(|_| headers.names_index != 0);
    let names = names.filter(|it| !is_loaded(it)).map(|it| it.offset..it.offset + it.size);
    let others = headers.sections.iter().enumerate().filter(|(index, section)| {
        *index != headers.names_index && section.kind != elf::SHT_NOBITS.0 && section.size > 0
    });
    let used = others
        .map(|(_, it)| it.offset.saturating_add(it.size))
        .chain(headers.segments.iter().map(|it| it.offset.saturating_add(it.file_size)))
        .chain([headers.raw.len() as u64, headers.segment_table.end])
        .max()
        .unwrap_or_default();

    let mut end = input.len();
    let mut tables: Vec<Range<u64>> = [Some(headers.section_table.clone()), names]
        .into_iter()
        .flatten()
        .filter(|it| !it.is_empty() && it.start >= used)
        .collect();
    tables.sort_by_key(|it| it.end);
    while let Some(table) = tables.pop() {
        // Before the first cut every byte counts: what follows the tables was put there.
        let most = if end == input.len() { 0 } else { MAX_PADDING };
        if table.end > end || !is_padding(input, table.end..end, most)? {
            break;
        }
        end = table.start;
    }
    Ok(end)
}

/// Whether there is nothing but a few zeros.
fn is_padding<R: ReadCacheOps>(
    input: &Input<'_, R>,
    range: Range<u64>,
    most: u64,
) -> Result<bool, ElfError> {
    let len = range.end - range.start;
    if len > most {
        return Ok(false);
    }
    let bytes = input.bytes(Part::SectionHeaders, range.start, len, most)?;
    Ok(bytes.iter().all(|byte| *byte == 0))
}

fn is_loaded(section: &Section) -> bool {
    section.flags & elf::SHF_ALLOC.0 != 0
}

/// The number of a section for the names which may be moved; a new one where there is none.
fn names_section(headers: &mut Headers) -> usize {
    let index = headers.names_index;
    if index != 0 && headers.sections.get(index).is_some_and(|it| !is_loaded(it)) {
        return index;
    }
    if headers.sections.is_empty() {
        // The first entry names no section.
        headers.sections.push(Section::default());
    }
    if index == 0 {
        // Without names, the offsets into them mean nothing.
        for section in &mut headers.sections {
            section.name = 0;
        }
        headers.names = vec![0];
    }
    let mut section = Section { kind: elf::SHT_STRTAB.0, addralign: 1, ..Section::default() };
    if let Ok(name) = add_name(&mut headers.names, ".shstrtab") {
        section.name = name;
    }
    headers.sections.push(section);
    headers.sections.len() - 1
}

/// Appends a name, and returns where it starts.
fn add_name(names: &mut Vec<u8>, name: &str) -> Result<u32, ElfError> {
    if names.last() != Some(&0) {
        names.push(0);
    }
    let start = u32::try_from(names.len()).map_err(|_| does_not_fit())?;
    names.extend_from_slice(name.as_bytes());
    names.push(0);
    Ok(start)
}

fn padding(len: u64, align: u64) -> usize {
    usize::try_from(len.next_multiple_of(align) - len).unwrap_or_default()
}
