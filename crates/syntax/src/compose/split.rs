//! Splitting texts at characters that are not a part of a variable.

use std::ops::Range;

/// The parts of a text between separators; one within `${…}` separates nothing.
pub(super) fn outside_variables(text: &str, separator: u8) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut parts = Vec::with_capacity(4);
    let (mut start, mut depth) = (0, 0_usize);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' if depth > 0 || bytes[..at].ends_with(b"$") => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ if *byte == separator && depth == 0 => {
                parts.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(start..text.len());
    parts
}
