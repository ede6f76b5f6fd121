//! Texts of others, read with limits: what is named may be anything.

use std::{
    fs::{self, File, FileType},
    io::{self, Read},
    path::Path,
};

/// More than any file that is written by hand, and less than what makes a machine slow.
const MOST_BYTES: u64 = 10 * 1024 * 1024;

/// Why a text can't be read, or can't be checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadProblem {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("it is {0}, not a file")]
    NotRegular(&'static str),
    #[error("it is larger than {} MiB, the most that is read", MOST_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("it is not UTF-8: byte {byte:#04x} at offset {offset}, in line {line}")]
    NotUtf8 { offset: usize, line: usize, byte: u8, is_utf16: bool },
    #[error(
        "it is neither a Compose file, which has `services:`, nor a workflow, which has `on:` and \
         `jobs:`"
    )]
    UnknownYaml,
    #[error(
        "it is none of what can be checked: Dockerfiles, Compose files, `.dockerignore`, workflows, \
         Markdown"
    )]
    NotChecked,
}

/// Reads a file. What is no regular file is not opened: a pipe would wait for its writer. One that
/// was just seen to be regular is not looked at again before.
pub(crate) fn file(path: &Path, seen: bool) -> Result<String, ReadProblem> {
    if !seen {
        regular(fs::metadata(path)?.file_type())?;
    }
    let file = File::open(path)?;
    // What was opened counts, should it have been replaced since.
    let found = file.metadata()?;
    regular(found.file_type())?;
    if found.len() > MOST_BYTES {
        return Err(ReadProblem::TooLarge);
    }
    text(file, found.len())
}

/// Reads standard input to its end.
pub(crate) fn standard_input() -> Result<String, ReadProblem> {
    text(io::stdin().lock(), 0)
}

fn text(source: impl Read, expected: u64) -> Result<String, ReadProblem> {
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0) + 1);
    source.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(ReadProblem::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let before = bytes.get(..offset).unwrap_or_default();
        ReadProblem::NotUtf8 {
            offset,
            line: before.split(|it| *it == b'\n').count(),
            byte: bytes.get(offset).copied().unwrap_or_default(),
            is_utf16: bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]),
        }
    })
}

fn regular(kind: FileType) -> Result<(), ReadProblem> {
    if kind.is_file() {
        return Ok(());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;

        if kind.is_fifo() {
            return Err(ReadProblem::NotRegular("a pipe"));
        }
        if kind.is_socket() {
            return Err(ReadProblem::NotRegular("a socket"));
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Err(ReadProblem::NotRegular("a device"));
        }
    }
    Err(ReadProblem::NotRegular(if kind.is_dir() { "a directory" } else { "something else" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf_8_is_named_by_its_first_byte() {
        let problem = text(&b"FROM a\n# caf\xe9\n"[..], 0).unwrap_err();
        assert_eq!(problem.to_string(), "it is not UTF-8: byte 0xe9 at offset 12, in line 2");
        let problem = text(&b"\xff\xfeF\0"[..], 0).unwrap_err();
        assert!(matches!(problem, ReadProblem::NotUtf8 { is_utf16: true, offset: 0, .. }));
    }

    #[test]
    fn an_endless_text_is_not_read_to_its_end() {
        let problem = text(io::repeat(b'x'), 0).unwrap_err();
        assert!(matches!(problem, ReadProblem::TooLarge), "{problem}");
    }

    #[test]
    fn a_sparse_file_of_any_size_is_refused_unread() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(1 << 40).unwrap();
        let problem = super::file(file.path(), false).unwrap_err();
        assert!(matches!(problem, ReadProblem::TooLarge), "{problem}");
    }
}
