//! The identity of a finding from one run to the next.

use std::fmt;

/// Names a finding across runs, so that a report can tell a new finding from a known one.
///
/// It is the 64-bit FNV-1a hash of the rule's name, the path, what the finding is about and how many
/// equal ones come before it, each followed by the byte `0xff`, which no UTF-8 text holds. FNV-1a is
/// fixed here because the value is kept outside of this program: changing it makes every finding of
/// every user a new one. What it is about is the text of the lines it touches with white space
/// normalised, so lines added above, or an indentation, leave it alone.
///
/// Displayed as 16 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Hashes what makes a finding what it is; `about` is taken as it is.
    pub(crate) fn new(rule: &str, path: &str, about: &str, occurrence: usize) -> Self {
        Subject::new(rule, path, about).fingerprint(occurrence)
    }

    /// The hash as a number.
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What findings that only their occurrence tells apart have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject(u64);

impl Subject {
    /// Hashes it; `about` is taken as it is.
    pub(crate) fn new(rule: &str, path: &str, about: &str) -> Self {
        let fields = [rule, path, about];
        Self(fields.iter().fold(Fnv1a::START, |hash, it| hash.field(it)).0)
    }

    /// The fingerprint of one of them.
    pub(crate) fn fingerprint(self, occurrence: usize) -> Fingerprint {
        Fingerprint(Fnv1a(self.0).field(&occurrence.to_string()).0)
    }
}

/// Trims every line and makes one space of every run of white space.
pub(crate) fn normalise<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<String> =
        lines.map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    lines.join("\n")
}

/// The 64-bit FNV-1a hash of the bytes so far.
struct Fnv1a(u64);

impl Fnv1a {
    const START: Self = Self(0xcbf2_9ce4_8422_2325);
    const PRIME: u64 = 0x0000_0100_0000_01b3;

    fn field(self, text: &str) -> Self {
        self.add(text.as_bytes()).add(&[0xff])
    }

    fn add(self, bytes: &[u8]) -> Self {
        Self(
            bytes
                .iter()
                .fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(Self::PRIME)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        // From the test vectors of the algorithm's authors.
        assert_eq!(Fnv1a::START.add(b"").0, 0xcbf2_9ce4_8422_2325);
        assert_eq!(Fnv1a::START.add(b"a").0, 0xaf63_dc4c_8601_ec8c);
        assert_eq!(Fnv1a::START.add(b"foobar").0, 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_fingerprint_never_changes() {
        let fingerprint = Fingerprint::new("root-user", "Dockerfile", "USER root", 0);
        assert_eq!(fingerprint.to_string(), "e857fe74d4e35b00");
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        assert_ne!(Fingerprint::new("a", "bc", "", 0), Fingerprint::new("ab", "c", "", 0));
        assert_ne!(Fingerprint::new("a", "b", "1", 2), Fingerprint::new("a", "b", "12", 0));
    }

    #[test]
    fn white_space_is_normalised() {
        assert_eq!(normalise(["  RUN  a \t b\r", "\tc"].into_iter()), "RUN a b\nc");
    }
}
