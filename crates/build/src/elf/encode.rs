//! Writes the tables of an ELF file in its own class and byte order.

use object::{Endian as _, Endianness, elf};

use crate::elf::{Class, ElfError, headers::Section};

/// How numbers are written in this file.
#[derive(Clone, Copy)]
pub(super) struct Encoding {
    pub(super) class: Class,
    pub(super) order: Endianness,
}

impl Encoding {
    fn half(self, value: u16) -> [u8; 2] {
        self.order.write_u16(value)
    }

    fn push_u32(self, out: &mut Vec<u8>, value: u32) {
        out.extend_from_slice(&self.order.write_u32(value));
    }

    /// A number that has the width of an address.
    fn push_word(self, out: &mut Vec<u8>, value: u64) -> Result<(), ElfError> {
        match self.class {
            Class::Elf32 => {
                self.push_u32(out, u32::try_from(value).map_err(|_| does_not_fit())?);
            }
            Class::Elf64 => out.extend_from_slice(&self.order.write_u64(value)),
        }
        Ok(())
    }

    pub(super) fn push_section(self, out: &mut Vec<u8>, section: &Section) -> Result<(), ElfError> {
        self.push_u32(out, section.name);
        self.push_u32(out, section.kind);
        self.push_word(out, section.flags)?;
        self.push_word(out, section.addr)?;
        self.push_word(out, section.offset)?;
        self.push_word(out, section.size)?;
        self.push_u32(out, section.link);
        self.push_u32(out, section.info);
        self.push_word(out, section.addralign)?;
        self.push_word(out, section.entsize)
    }

    /// Sets `e_shoff`, `e_shentsize`, `e_shnum` and `e_shstrndx`.
    pub(super) fn patch_header(
        self,
        raw: &mut [u8],
        table: u64,
        count: u16,
        names: u16,
    ) -> Result<(), ElfError> {
        let (offset_at, entry_size_at, entry_size) = match self.class {
            Class::Elf32 => (32, 46, size_of::<elf::SectionHeader32<Endianness>>()),
            Class::Elf64 => (40, 58, size_of::<elf::SectionHeader64<Endianness>>()),
        };
        let mut offset = Vec::new();
        self.push_word(&mut offset, table)?;
        let entry_size = u16::try_from(entry_size).unwrap_or_default();
        let numbers = [entry_size, count, names].map(|it| self.half(it));
        for (at, bytes) in [(offset_at, offset.as_slice()), (entry_size_at, numbers.as_flattened())]
        {
            if let Some(field) = raw.get_mut(at..at + bytes.len()) {
                field.copy_from_slice(bytes);
            }
        }
        Ok(())
    }
}

/// The count of sections and the number of the names for the file header; what does not fit
/// there goes into the first entry of the table.
pub(super) fn number(sections: &mut [Section], names: usize) -> Result<(u16, u16), ElfError> {
    let reserved = usize::from(elf::SHN_LORESERVE);
    let total = sections.len();
    let Some(zero) = sections.first_mut() else {
        return Err(does_not_fit());
    };
    let (count, size) = match u16::try_from(total) {
        Ok(count) if total < reserved => (count, 0),
        _ => (0, total as u64),
    };
    let (index, link) = match u16::try_from(names) {
        Ok(index) if names < reserved => (index, 0),
        _ => (elf::SHN_XINDEX.0, u32::try_from(names).map_err(|_| does_not_fit())?),
    };
    zero.size = size;
    zero.link = link;
    Ok((count, index))
}

pub(super) fn does_not_fit() -> ElfError {
    ElfError::Unsupported("an ELF file too large for its class".to_owned())
}
