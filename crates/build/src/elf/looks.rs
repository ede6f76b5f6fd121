//! What a file is that is not ELF, told by its first bytes.

use std::fmt;

/// How many of a file's first bytes [`LooksLike::of`] wants to see.
pub(super) const SIGHT: usize = 64;

/// What a file seems to be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LooksLike {
    /// Nothing: zero bytes.
    Empty,
    /// A script; `interpreter` is the rest of its `#!` line, cut at 62 bytes.
    Script {
        /// Such as `/bin/sh`.
        interpreter: String,
    },
    /// A program or library for macOS.
    MachO,
    /// A program or library for Windows.
    Pe,
    /// A WebAssembly module.
    Wasm,
    /// A static library (`ar` archive).
    StaticLibrary,
    /// A compressed file or archive; the name of its format.
    Compressed(&'static str),
    /// Text of some kind.
    Text,
    /// None of these.
    Unknown,
}

impl LooksLike {
    /// Judges by the first bytes of a file, of which [`SIGHT`] suffice.
    pub(super) fn of(head: &[u8]) -> Self {
        match head {
            [] => Self::Empty,
            [b'#', b'!', rest @ ..] => {
                let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                let line = String::from_utf8_lossy(rest.get(..end).unwrap_or(rest));
                Self::Script { interpreter: line.trim().escape_debug().to_string() }
            }
            [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => {
                Self::MachO
            }
            // A Java class starts alike, but has its version, 45 or more, where the number of
            // architectures stands.
            [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, count, ..] if *count < 45 => Self::MachO,
            [b'M', b'Z', ..] => Self::Pe,
            [0, b'a', b's', b'm', ..] => Self::Wasm,
            [b'!', b'<', b'a', b'r', b'c', b'h', b'>', b'\n', ..] => Self::StaticLibrary,
            [0x1f, 0x8b, ..] => Self::Compressed("gzip"),
            [b'P', b'K', 3, 4, ..] => Self::Compressed("zip"),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Compressed("xz"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Compressed("zstd"),
            _ if is_text(head) => Self::Text,
            _ => Self::Unknown,
        }
    }
}

/// Whether all bytes are printable ASCII, blanks or part of a UTF-8 character (the last of which
/// may be cut).
fn is_text(head: &[u8]) -> bool {
    let printable = |text: &str| text.chars().all(|c| !c.is_control() || c.is_ascii_whitespace());
    match str::from_utf8(head) {
        Ok(text) => printable(text),
        Err(error) if error.error_len().is_none() => {
            let valid = head.get(..error.valid_up_to()).unwrap_or_default();
            str::from_utf8(valid).is_ok_and(|text| !text.is_empty() && printable(text))
        }
        Err(_) => false,
    }
}

impl fmt::Display for LooksLike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::Script { interpreter } => write!(f, "looks like a script for `{interpreter}`"),
            Self::MachO => f.write_str("looks like a Mach-O file, which is for macOS"),
            Self::Pe => f.write_str("looks like a PE file, which is for Windows"),
            Self::Wasm => f.write_str("looks like a WebAssembly module"),
            Self::StaticLibrary => f.write_str("looks like a static library"),
            Self::Compressed(format) => write!(f, "looks like a {format} file"),
            Self::Text => f.write_str("looks like text"),
            Self::Unknown => f.write_str("looks like nothing known"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_named() {
        let script = LooksLike::Script { interpreter: "/usr/bin/env bash".to_owned() };
        let cases: &[(&[u8], LooksLike)] = &[
            (b"", LooksLike::Empty),
            (b"#!/usr/bin/env bash\necho\n", script),
            (b"\xcf\xfa\xed\xfe\x07\0\0\x01", LooksLike::MachO),
            (b"\xfe\xed\xfa\xce\0\0\0\x12", LooksLike::MachO),
            (b"\xca\xfe\xba\xbe\0\0\0\x02", LooksLike::MachO),
            (b"\xca\xfe\xba\xbe\0\0\0\x41", LooksLike::Unknown),
            (b"MZ\x90\0\x03", LooksLike::Pe),
            (b"\0asm\x01\0\0\0", LooksLike::Wasm),
            (b"!<arch>\n/               ", LooksLike::StaticLibrary),
            (b"\x1f\x8b\x08\0", LooksLike::Compressed("gzip")),
            (b"PK\x03\x04\x14", LooksLike::Compressed("zip")),
            (b"\xfd7zXZ\0\0", LooksLike::Compressed("xz")),
            (b"\x28\xb5\x2f\xfd\x04", LooksLike::Compressed("zstd")),
            (b"version https://", LooksLike::Text),
            ("caf\u{e9}".as_bytes(), LooksLike::Text),
            (b"caf\xc3", LooksLike::Text),
            (b"\x7fEL", LooksLike::Unknown),
            (b"\xff\xff", LooksLike::Unknown),
        ];
        for (head, expected) in cases {
            assert_eq!(LooksLike::of(head), *expected, "{head:?}");
        }
    }

    #[test]
    fn a_script_cannot_write_to_the_terminal() {
        let looks = LooksLike::of(b"#!/bin/\x1b[31msh\n");
        assert_eq!(looks.to_string(), r"looks like a script for `/bin/\u{1b}[31msh`");
    }
}
