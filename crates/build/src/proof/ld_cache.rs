//! Reads `/etc/ld.so.cache`, in which glibc's loader looks before it looks into its own directories.
//!
//! The format is glibc's own (`sysdeps/generic/dl-cache.h`): an old part, which may be missing, and a new one, which begins
//! with its magic and holds a table of entries and strings. Offsets count from the start of the new part.

use std::collections::BTreeMap;

use crate::elf::printable;

const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
const NEW_MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const HEADER: usize = 48;
const ENTRY: usize = 24;
/// Debian's desktop has some 4,000.
const MAX_ENTRIES: usize = 100_000;

/// The paths of each library, by the name under which programs ask for it. What can't be read is left out: the loader ignores
/// a damaged cache.
///
/// Entries for processors with more abilities than the least are left out; there is one without beside them.
pub(super) fn read(bytes: &[u8]) -> BTreeMap<String, Vec<String>> {
    let mut paths = BTreeMap::<String, Vec<String>>::new();
    // The old part has entries of 12 bytes, is padded to 8, and knows neither its end nor its byte order.
    let start = if bytes.starts_with(OLD_MAGIC) {
        memchr::memmem::find(bytes, NEW_MAGIC)
    } else {
        bytes.starts_with(NEW_MAGIC).then_some(0)
    };
    let Some(cache) = start.and_then(|start| bytes.get(start..)) else { return paths };
    let Some(order) = [u32::from_le_bytes, u32::from_be_bytes].into_iter().find(|order| {
        number(cache, 20, *order)
            .is_some_and(|count| count <= MAX_ENTRIES && HEADER + count * ENTRY <= cache.len())
    }) else {
        return paths;
    };
    for index in 0..number(cache, 20, order).unwrap_or(0) {
        let at = HEADER + index * ENTRY;
        let field = |offset| number(cache, at + offset, order);
        let (Some(key), Some(value)) = (field(4), field(8)) else { break };
        let plain = cache.get(at + 16..at + 24).is_some_and(|it| it.iter().all(|it| *it == 0));
        if let (true, Some(name), Some(path)) = (plain, string(cache, key), string(cache, value)) {
            let known = paths.entry(name).or_default();
            // Programs of 32 and 64 bits share the cache, so that a name may have a few paths.
            if known.len() < 16 {
                known.push(path);
            }
        }
    }
    paths
}

fn number(bytes: &[u8], at: usize, order: fn([u8; 4]) -> u32) -> Option<usize> {
    let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(order(bytes)).ok()
}

fn string(bytes: &[u8], at: usize) -> Option<String> {
    let rest = bytes.get(at..)?;
    let rest = rest.get(..rest.len().min(4096))?;
    let end = memchr::memchr(0, rest)?;
    Some(printable(rest.get(..end)?))
}

#[cfg(test)]
pub(super) mod sample {
    use super::*;

    /// A cache of names and paths, as `ldconfig -c new` writes it.
    pub(crate) fn cache(entries: &[(&str, &str)]) -> Vec<u8> {
        let strings = HEADER + entries.len() * ENTRY;
        let (mut table, mut text) = (Vec::new(), Vec::new());
        for (name, path) in entries {
            let mut offset = |value: &str| {
                let at = u32::try_from(strings + text.len()).unwrap();
                text.extend_from_slice(value.as_bytes());
                text.push(0);
                at.to_le_bytes()
            };
            table.extend_from_slice(&0x0303_u32.to_le_bytes());
            table.extend_from_slice(&offset(name));
            table.extend_from_slice(&offset(path));
            table.extend_from_slice(&[0; 12]);
        }
        let mut bytes = NEW_MAGIC.to_vec();
        bytes.extend_from_slice(&u32::try_from(entries.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(&u32::try_from(text.len()).unwrap().to_le_bytes());
        bytes.resize(HEADER, 0);
        [bytes, table, text].concat()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_have_their_paths_behind_an_old_part_too() {
        let entries = [("liba.so.1", "/lib/liba.so.1"), ("liba.so.1", "/lib32/liba.so.1")];
        let new = sample::cache(&entries);
        let expected = BTreeMap::from([(
            "liba.so.1".to_owned(),
            vec!["/lib/liba.so.1".to_owned(), "/lib32/liba.so.1".to_owned()],
        )]);
        assert_eq!(read(&new), expected);
        assert_eq!(read(&[OLD_MAGIC, &[0; 4], &new].concat()), expected);
        assert_eq!(read(b"nothing of the kind"), BTreeMap::new());
    }

    #[test]
    fn entries_for_better_processors_are_left_out() {
        let mut bytes = sample::cache(&[("a", "/x/a"), ("b", "/x/b")]);
        bytes[HEADER + 20] = 2;
        assert_eq!(read(&bytes).into_keys().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn this_machine_has_its_c_library_in_it() {
        let Ok(bytes) = std::fs::read("/etc/ld.so.cache") else {
            println!("left out: this_machine_has_its_c_library_in_it: no /etc/ld.so.cache");
            return;
        };
        let paths = read(&bytes);
        assert!(paths["libc.so.6"].iter().any(|it| it.ends_with("/libc.so.6")), "{paths:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn damage_does_no_harm(changes in proptest::collection::vec((0_usize..120, any::<u8>()), 1..9), cut in 0_usize..120) {
            let mut bytes = sample::cache(&[("a", "/x/a"), ("b", "/x/b")]);
            for (at, value) in changes {
                let at = at % bytes.len();
                bytes[at] = value;
            }
            bytes.truncate(bytes.len().saturating_sub(cut.saturating_sub(60)));
            let _paths = read(&bytes);
        }
    }
}
