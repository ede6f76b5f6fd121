//! Reads what a shared library gives to programs and asks of others.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Seek},
};

use object::{
    Endianness, U16, elf,
    read::{
        ReadCacheOps,
        elf::{FileHeader, Sym as _},
    },
};
use serde::{Deserialize, Serialize};

use crate::elf::{
    Class, ElfError, Machine, NotProgram, Part,
    dynamic::{Dynamic, Strings, walk_requirements},
    headers::Headers,
    input::{Input, with_input},
};

/// Far more symbols than any program or library has; they are read for messages alone.
const MAX_SYMBOLS: u64 = 1 << 20;

/// What the loader knows of a shared library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// The processor, and with it the size of addresses.
    pub machine: Machine,
    /// The name that it gives itself (`DT_SONAME`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soname: Option<String>,
    /// The libraries that it needs (`DT_NEEDED`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed: Vec<String>,
    /// See [`crate::elf::ElfFacts::rpath`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rpath: Vec<String>,
    /// See [`crate::elf::ElfFacts::runpath`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runpath: Vec<String>,
    /// The symbol versions that it has, such as `GLIBC_2.36`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub defines: BTreeSet<String>,
    /// The symbol versions that it asks of others, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub requires: BTreeMap<String, BTreeSet<String>>,
}

/// Reads a shared library, or a loader.
///
/// # Errors
/// See [`ElfError`].
pub fn read_library<F: Read + Seek>(file: &mut F) -> Result<Library, ElfError> {
    #[expect(clippy::redundant_closure, reason = "the function itself is of one lifetime only")]
    with_input(file, |input| library(input))
}

fn library<R: ReadCacheOps>(input: &Input<'_, R>) -> Result<Library, ElfError> {
    let headers = Headers::read(input)?;
    match headers.file_type {
        elf::ET_DYN => {}
        elf::ET_REL => return Err(ElfError::NotProgram(NotProgram::ObjectFile)),
        elf::ET_CORE => return Err(ElfError::NotProgram(NotProgram::CoreDump)),
        elf::FileType(other) => {
            return Err(ElfError::Unsupported(format!("ELF file type {other} for a library")));
        }
    }
    let dynamic = Dynamic::read(input, &headers)?;
    Ok(Library {
        machine: Machine::of(headers.machine, headers.class, headers.order),
        defines: dynamic.defines(input, &headers)?,
        soname: dynamic.soname,
        needed: dynamic.needed,
        rpath: dynamic.rpath,
        runpath: dynamic.runpath,
        requires: dynamic.requires,
    })
}

/// The names of the symbols, `limit` at most, that a program or library wants in one of `versions` of a library.
///
/// They are found through the sections; without sections there are none.
///
/// # Errors
/// See [`ElfError`].
pub fn symbols_in_versions<F: Read + Seek>(
    file: &mut F,
    library: &str,
    versions: &BTreeSet<String>,
    limit: usize,
) -> Result<Vec<String>, ElfError> {
    with_input(file, |input| {
        let headers = Headers::read(input)?;
        let table = headers.dynamic(input)?;
        let strings = Strings::of(input, &headers, &table);
        let address = table.iter().find(|(tag, _)| *tag == elf::DT_VERNEED.0);
        let mut wanted = BTreeSet::new();
        if let Some((_, address)) = address {
            walk_requirements(input, &headers, *address, |need| {
                if strings.get(need.library)? == library
                    && versions.contains(&strings.get(need.name)?)
                {
                    wanted.insert(need.index);
                }
                Ok(())
            })?;
        }
        match headers.class {
            Class::Elf32 => {
                names::<elf::FileHeader32<Endianness>, _>(input, &headers, &strings, &wanted, limit)
            }
            Class::Elf64 => {
                names::<elf::FileHeader64<Endianness>, _>(input, &headers, &strings, &wanted, limit)
            }
        }
    })
}

fn names<Elf: FileHeader<Endian = Endianness>, R: ReadCacheOps>(
    input: &Input<'_, R>,
    headers: &Headers,
    strings: &Strings<'_, '_, R>,
    wanted: &BTreeSet<u16>,
    limit: usize,
) -> Result<Vec<String>, ElfError> {
    let section = |kind: elf::SectionType| headers.sections.iter().find(|it| it.kind == kind.0);
    let (Some(symbols), Some(versions)) = (section(elf::SHT_DYNSYM), section(elf::SHT_GNU_VERSYM))
    else {
        return Ok(Vec::new());
    };
    let part = Part::Symbols;
    let count = (symbols.size / size_of::<Elf::Sym>() as u64).min(versions.size / 2);
    let numbers: &[U16<Endianness>] = input.table(part, versions.offset, count, MAX_SYMBOLS)?;
    let symbols: &[Elf::Sym] = input.table(part, symbols.offset, count, MAX_SYMBOLS)?;
    let mut names = Vec::new();
    for (symbol, number) in symbols.iter().zip(numbers) {
        // The highest bit hides a definition.
        if names.len() < limit && wanted.contains(&(number.get(headers.order) & 0x7fff)) {
            names.push(strings.get(symbol.st_name(headers.order).into())?);
        }
    }
    names.sort();
    Ok(names)
}
