//! What a program asks of its loader: libraries, paths, symbol versions.
//!
//! All of it is found through the segments, as the loader finds it; the sections may be missing.

use std::{cmp::Ordering, collections::BTreeMap, ops::Range};

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
    pub(super) run_paths: Vec<String>,
    pub(super) soname: Option<String>,
    /// Whether the linker marked it as a program that is loaded anywhere.
    pub(super) is_pie: bool,
    pub(super) versions: Vec<RequiredVersion>,
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
        let strings = match (value(elf::DT_STRTAB), value(elf::DT_STRSZ)) {
            (Some(address), Some(size)) => headers.locate(address).map(|found| Range {
                start: found.start,
                end: found.end.min(found.start.saturating_add(size)),
            }),
            _ => None,
        };
        let strings = Strings { input, range: strings };
        let mut dynamic = Self {
            is_pie: value(elf::DT_FLAGS_1).is_some_and(|it| it & elf::DF_1_PIE.0 != 0),
            ..Self::default()
        };
        for (tag, value) in &table {
            match elf::DynamicTag(*tag) {
                elf::DT_NEEDED => dynamic.needed.push(strings.get(*value)?),
                elf::DT_SONAME => dynamic.soname = Some(strings.get(*value)?),
                elf::DT_RPATH | elf::DT_RUNPATH => {
                    let paths = strings.get(*value)?;
                    dynamic.run_paths.extend(paths.split(':').map(str::to_owned));
                }
                _ => {}
            }
        }
        if let Some(address) = value(elf::DT_VERNEED) {
            dynamic.versions = versions(input, headers, address, &strings)?;
        }
        Ok(dynamic)
    }
}

/// The string table of the loader.
struct Strings<'a, 'b, R: ReadCacheOps> {
    input: &'a Input<'b, R>,
    range: Option<Range<u64>>,
}

impl<R: ReadCacheOps> Strings<'_, '_, R> {
    fn get(&self, offset: u64) -> Result<String, ElfError> {
        let part = Part::DynamicString;
        let Some(Range { start, end }) = self.range else {
            return Err(ElfError::Malformed { part, why: "it is missing" });
        };
        self.input.string(part, start.saturating_add(offset)..end)
    }
}

/// Walks the chain of libraries, and for each the chain of versions that must be found there.
fn versions<R: ReadCacheOps>(
    input: &Input<'_, R>,
    headers: &Headers,
    address: u64,
    strings: &Strings<'_, '_, R>,
) -> Result<Vec<RequiredVersion>, ElfError> {
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
    let mut newest = BTreeMap::<(String, String), String>::new();
    let (mut libraries, mut seen) = (0, 0);
    let mut at = start;
    loop {
        libraries += 1;
        if libraries > MAX_VERSIONED_LIBRARIES {
            return Err(over(libraries, MAX_VERSIONED_LIBRARIES));
        }
        let need: &elf::Verneed<Endianness> = input.entry(part, at)?;
        let library = strings.get(need.vn_file.get(order).into())?;
        let mut aux_at = at.saturating_add(need.vn_aux.get(order).into());
        loop {
            seen += 1;
            if seen > MAX_VERSIONS {
                return Err(over(seen, MAX_VERSIONS));
            }
            let aux: &elf::Vernaux<Endianness> = input.entry(part, aux_at)?;
            // The loader starts a program without its weak versions.
            if aux.vna_flags.get(order).0 & elf::VER_FLG_WEAK.0 == 0 {
                let name = strings.get(aux.vna_name.get(order).into())?;
                let (prefix, version) = split_version(&name);
                let known = newest.entry((library.clone(), prefix.to_owned())).or_default();
                if compare_versions(version, known).is_gt() {
                    version.clone_into(known);
                }
            }
            match aux.vna_next.get(order) {
                0 => break,
                next => aux_at = aux_at.saturating_add(next.into()),
            }
        }
        match need.vn_next.get(order) {
            0 => break,
            next => at = at.saturating_add(next.into()),
        }
    }
    let required = |((library, prefix), version)| RequiredVersion { library, prefix, version };
    Ok(newest.into_iter().map(required).collect())
}

/// `GLIBC_2.34` is `GLIBC` and `2.34`; a name without a number, as `GLIBC_ABI_DT_RELR`, stays whole.
fn split_version(name: &str) -> (&str, &str) {
    name.match_indices('_')
        .map(|(at, _)| (&name[..at], &name[at + 1..]))
        .find(|(_, rest)| {
            rest.starts_with(|c: char| c.is_ascii_digit())
                && rest.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '_')
        })
        .unwrap_or((name, ""))
}

/// Compares number by number, so that 2.9 is older than 2.34.
fn compare_versions(a: &str, b: &str) -> Ordering {
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
