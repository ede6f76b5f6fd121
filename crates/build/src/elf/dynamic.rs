//! What a program asks of its loader: libraries, paths, symbol versions.
//!
//! All of it is found through the segments, as the loader finds it; the sections may be missing.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use object::{Endianness, elf, read::ReadCacheOps};

use crate::elf::{
    ElfError, Part, RequiredVersion,
    headers::Headers,
    input::{Input, printable},
};

/// A path longer than this the kernel refuses (`PATH_MAX`).
const MAX_INTERPRETER: u64 = 4096;
/// More than the libraries that any program was seen to need.
const MAX_VERSIONED_LIBRARIES: usize = 1024;
/// More than the versions that all of glibc has, many times over.
const MAX_VERSIONS: usize = 8192;

/// What the dynamic table says.
#[derive(Debug, Default)]
pub(super) struct Dynamic {
    pub(super) needed: Vec<String>,
    /// `DT_RPATH`, which also holds for the libraries of libraries.
    pub(super) rpath: Vec<String>,
    /// `DT_RUNPATH`, which holds for the file's own libraries, and takes the place of `DT_RPATH`.
    pub(super) runpath: Vec<String>,
    pub(super) soname: Option<String>,
    /// Whether the linker marked it as a program that is loaded anywhere.
    pub(super) is_pie: bool,
    /// The symbol versions that each library must have; without the weak ones.
    pub(super) requires: BTreeMap<String, BTreeSet<String>>,
    /// Where the versions are defined that a library has.
    definitions: Option<u64>,
}

/// The path of the loader.
pub(super) fn interpreter<R: ReadCacheOps>(
    input: &Input<'_, R>,
    headers: &Headers,
) -> Result<Option<String>, ElfError> {
    let Some(segment) = headers.segment(elf::PT_INTERP) else {
        return Ok(None);
    };
    let part = Part::Interpreter;
    let bytes = input.bytes(part, segment.offset, segment.file_size, MAX_INTERPRETER)?;
    match bytes.split_last() {
        Some((0, path)) => Ok(Some(printable(path))),
        _ => Err(ElfError::Malformed { part, why: "its path does not end" }),
    }
}

impl Dynamic {
    pub(super) fn read<R: ReadCacheOps>(
        input: &Input<'_, R>,
        headers: &Headers,
    ) -> Result<Self, ElfError> {
        let table = headers.dynamic(input)?;
        let value = |tag: elf::DynamicTag| {
            table.iter().find(|(it, _)| *it == tag.0).map(|(_, value)| *value)
        };
        let strings = Strings::of(input, headers, &table);
        let mut dynamic = Self {
            definitions: value(elf::DT_VERDEF),
            is_pie: value(elf::DT_FLAGS_1).is_some_and(|it| it & elf::DF_1_PIE.0 != 0),
            ..Self::default()
        };
        for (tag, value) in &table {
            match elf::DynamicTag(*tag) {
                elf::DT_NEEDED => dynamic.needed.push(strings.get(*value)?),
                elf::DT_SONAME => dynamic.soname = Some(strings.get(*value)?),
                elf::DT_RPATH => dynamic.rpath.extend(paths(&strings.get(*value)?)),
                elf::DT_RUNPATH => dynamic.runpath.extend(paths(&strings.get(*value)?)),
                _ => {}
            }
        }
        if let Some(address) = value(elf::DT_VERNEED) {
            walk_requirements(input, headers, address, |need| {
                // The loader starts a program without its weak versions.
                if !need.is_weak {
                    let library = strings.get(need.library)?;
                    let name = strings.get(need.name)?;
                    dynamic.requires.entry(library).or_default().insert(name);
                }
                Ok(())
            })?;
        }
        Ok(dynamic)
    }

    /// The newest of the required versions, by library and prefix.
    pub(super) fn newest_versions(&self) -> Vec<RequiredVersion> {
        let mut newest = BTreeMap::<(&str, &str), &str>::new();
        for (library, name) in self
            .requires
            .iter()
            .flat_map(|(library, names)| names.iter().map(move |it| (library, it)))
        {
            let (prefix, version) = split_version(name);
            let known = newest.entry((library, prefix)).or_default();
            if compare_versions(version, known).is_gt() {
                *known = version;
            }
        }
        let owned = |((library, prefix), version): ((&str, &str), &str)| RequiredVersion {
            library: library.to_owned(),
            prefix: prefix.to_owned(),
            version: version.to_owned(),
        };
        newest.into_iter().map(owned).collect()
    }

    /// The versions that a library defines for its symbols, without its own name, which stands among them.
    pub(super) fn defines<R: ReadCacheOps>(
        &self,
        input: &Input<'_, R>,
        headers: &Headers,
    ) -> Result<BTreeSet<String>, ElfError> {
        let mut names = BTreeSet::new();
        let Some(address) = self.definitions else { return Ok(names) };
        let (part, order) = (Part::Definitions, headers.order);
        let strings = Strings::of(input, headers, &headers.dynamic(input)?);
        let Some(Range { start: mut at, .. }) = headers.locate(address) else {
            return Err(ElfError::Malformed { part, why: "its address is not in the file" });
        };
        for _ in 0..MAX_VERSIONS {
            let definition: &elf::Verdef<Endianness> = input.entry(part, at)?;
            if definition.vd_flags.get(order).0 & elf::VER_FLG_BASE.0 == 0 {
                // The first name is the version's own; those that follow are its parents'.
                let aux = at.saturating_add(definition.vd_aux.get(order).into());
                let aux: &elf::Verdaux<Endianness> = input.entry(part, aux)?;
                names.insert(strings.get(aux.vda_name.get(order).into())?);
            }
            match definition.vd_next.get(order) {
                0 => return Ok(names),
                next => at = at.saturating_add(next.into()),
            }
        }
        let limit = MAX_VERSIONS as u64;
        Err(ElfError::OverLimit { part, found: limit + 1, limit })
    }
}

fn paths(text: &str) -> Vec<String> {
    text.split(':').map(str::to_owned).collect()
}

/// The string table of the loader.
pub(super) struct Strings<'a, 'b, R: ReadCacheOps> {
    input: &'a Input<'b, R>,
    range: Option<Range<u64>>,
}

impl<'a, 'b, R: ReadCacheOps> Strings<'a, 'b, R> {
    pub(super) fn of(input: &'a Input<'b, R>, headers: &Headers, table: &[(i64, u64)]) -> Self {
        let value = |tag: elf::DynamicTag| {
            table.iter().find(|(it, _)| *it == tag.0).map(|(_, value)| *value)
        };
        let range = match (value(elf::DT_STRTAB), value(elf::DT_STRSZ)) {
            (Some(address), Some(size)) => headers.locate(address).map(|found| Range {
                start: found.start,
                end: found.end.min(found.start.saturating_add(size)),
            }),
            _ => None,
        };
        Self { input, range }
    }

    pub(super) fn get(&self, offset: u64) -> Result<String, ElfError> {
        let part = Part::DynamicString;
        let Some(Range { start, end }) = self.range else {
            return Err(ElfError::Malformed { part, why: "it is missing" });
        };
        self.input.string(part, start.saturating_add(offset)..end)
    }
}

/// A version that a library must have.
pub(super) struct Need {
    /// Where in the string table the library's name stands.
    pub(super) library: u64,
    /// Where the version's name stands.
    pub(super) name: u64,
    /// The number by which symbols refer to it.
    pub(super) index: u16,
    is_weak: bool,
}

/// Walks the chain of libraries, and for each the chain of versions that must be found there.
pub(super) fn walk_requirements<R: ReadCacheOps>(
    input: &Input<'_, R>,
    headers: &Headers,
    address: u64,
    mut each: impl FnMut(Need) -> Result<(), ElfError>,
) -> Result<(), ElfError> {
    let part = Part::Versions;
    let order = headers.order;
    let Some(Range { start, .. }) = headers.locate(address) else {
        return Err(ElfError::Malformed { part, why: "its address is not in the file" });
    };
    let over = |found: usize, limit: usize| ElfError::OverLimit {
        part,
        found: found as u64,
        limit: limit as u64,
    };
    let (mut libraries, mut seen) = (0, 0);
    let mut at = start;
    loop {
        libraries += 1;
        if libraries > MAX_VERSIONED_LIBRARIES {
            return Err(over(libraries, MAX_VERSIONED_LIBRARIES));
        }
        let need: &elf::Verneed<Endianness> = input.entry(part, at)?;
        let mut aux_at = at.saturating_add(need.vn_aux.get(order).into());
        loop {
            seen += 1;
            if seen > MAX_VERSIONS {
                return Err(over(seen, MAX_VERSIONS));
            }
            let aux: &elf::Vernaux<Endianness> = input.entry(part, aux_at)?;
            each(Need {
                library: need.vn_file.get(order).into(),
                name: aux.vna_name.get(order).into(),
                index: aux.vna_other.get(order).0,
                is_weak: aux.vna_flags.get(order).0 & elf::VER_FLG_WEAK.0 != 0,
            })?;
            match aux.vna_next.get(order) {
                0 => break,
                next => aux_at = aux_at.saturating_add(next.into()),
            }
        }
        match need.vn_next.get(order) {
            0 => return Ok(()),
            next => at = at.saturating_add(next.into()),
        }
    }
}

/// The newest of some versions that have that prefix and a number.
pub(crate) fn newest<'a>(names: impl Iterator<Item = &'a str>, prefix: &str) -> Option<&'a str> {
    let numbered = names.filter_map(|name| match split_version(name) {
        (it, number) if it == prefix && !number.is_empty() => Some((name, number)),
        _ => None,
    });
    numbered.max_by(|a, b| compare_versions(a.1, b.1)).map(|it| it.0)
}

/// `GLIBC_2.34` is `GLIBC` and `2.34`; a name without a number, as `GLIBC_ABI_DT_RELR`, stays whole.
pub(crate) fn split_version(name: &str) -> (&str, &str) {
    name.match_indices('_')
        .map(|(at, _)| (&name[..at], &name[at + 1..]))
        .find(|(_, rest)| {
            rest.starts_with(|c: char| c.is_ascii_digit())
                && rest.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '_')
        })
        .unwrap_or((name, ""))
}

/// Compares number by number, so that 2.9 is older than 2.34.
pub(crate) fn compare_versions(a: &str, b: &str) -> Ordering {
    // Numbers may be longer than any integer; without leading zeros the longer one is greater.
    let numbers = |text: &str| -> Vec<(usize, String)> {
        text.split(['.', '_'])
            .filter(|it| !it.is_empty())
            .map(|it| it.trim_start_matches('0'))
            .map(|it| (it.len(), it.to_owned()))
            .collect()
    };
    numbers(a).cmp(&numbers(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_split_from_their_prefix() {
        let cases = [
            ("GLIBC_2.34", "GLIBC", "2.34"),
            ("GLIBC_2.2.5", "GLIBC", "2.2.5"),
            ("OPENSSL_1_1_0", "OPENSSL", "1_1_0"),
            ("GLIBC_ABI_DT_RELR", "GLIBC_ABI_DT_RELR", ""),
            ("GLIBC_PRIVATE", "GLIBC_PRIVATE", ""),
            ("CXXABI_1.3_FLOAT", "CXXABI_1.3_FLOAT", ""),
            ("V1", "V1", ""),
            ("\u{e4}_1", "\u{e4}", "1"),
        ];
        for (name, prefix, version) in cases {
            assert_eq!(split_version(name), (prefix, version));
        }
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(compare_versions("2.34", "2.9").is_gt());
        assert!(compare_versions("2.2.5", "2.2").is_gt());
        assert!(compare_versions("2.2", "").is_gt());
        assert!(compare_versions("1_1_0", "1_1_0").is_eq());
        assert!(compare_versions("99999999999999999999999", "9").is_gt());
    }
}
