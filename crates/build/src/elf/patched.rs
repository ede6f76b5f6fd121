//! A file put together from pieces of another and new bytes, while it is read.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt as _,
};

use crate::elf::Piece;

/// The bytes of a plan, read from the old file where they are needed.
///
/// Reads are positioned: the file's own cursor is left alone, and several threads may read at once.
#[derive(Debug)]
pub struct Patched {
    file: File,
    /// Each piece with the position at which it starts.
    pieces: Vec<(u64, Piece)>,
    len: u64,
    position: u64,
}

impl Patched {
    /// The pieces, one after another; `file` is the one that they were planned for.
    pub fn new(file: File, pieces: Vec<Piece>) -> Self {
        let mut len = 0_u64;
        let pieces = pieces
            .into_iter()
            .filter(|piece| !piece.is_empty())
            .map(|piece| {
                let start = len;
                len = len.saturating_add(piece.len());
                (start, piece)
            })
            .collect();
        Self { file, pieces, len, position: 0 }
    }

    /// The file as it is.
    ///
    /// # Errors
    /// Where its size can't be asked.
    pub fn whole(file: File) -> io::Result<Self> {
        let len = file.metadata()?.len();
        Ok(Self::new(file, vec![Piece::File { offset: 0, len }]))
    }

    /// How many bytes there are in all.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads some bytes from `offset`, 0 only at the end or where `buffer` is empty.
    ///
    /// # Errors
    /// Where the file can't be read, and `UnexpectedEof` where it has become shorter.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let after = self.pieces.partition_point(|(start, _)| *start <= offset);
        let Some((start, piece)) = after.checked_sub(1).and_then(|it| self.pieces.get(it)) else {
            return Ok(0);
        };
        let inside = offset - start;
        let left = piece.len().saturating_sub(inside);
        let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let Some(buffer) = buffer.get_mut(..wanted).filter(|it| !it.is_empty()) else {
            return Ok(0);
        };
        match piece {
            Piece::Bytes(bytes) => {
                let inside = usize::try_from(inside).unwrap_or(usize::MAX);
                bytes.get(inside..).unwrap_or_default().read(buffer)
            }
            Piece::File { offset, .. } => {
                match self.file.read_at(buffer, offset.saturating_add(inside))? {
                    0 => Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the program was cut while it was read",
                    )),
                    count => Ok(count),
                }
            }
        }
    }

    /// Fills `buffer` from `offset`.
    ///
    /// # Errors
    /// As [`Self::read_at`], and `UnexpectedEof` where fewer bytes are left.
    pub fn read_exact_at(&self, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            match self.read_at(buffer, offset) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    buffer = buffer.get_mut(count..).unwrap_or_default();
                    offset += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Read for Patched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.read_at(buffer, self.position)?;
        self.position += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn patched() -> Patched {
        let pieces = vec![
            Piece::Bytes(b"AB".to_vec()),
            Piece::File { offset: 2, len: 3 },
            Piece::Bytes(Vec::new()),
            Piece::Bytes(b"XYZ".to_vec()),
        ];
        Patched::new(file(b"012345"), pieces)
    }

    #[test]
    fn pieces_follow_one_another() {
        let mut text = String::new();
        patched().read_to_string(&mut text).unwrap();
        assert_eq!(text, "AB234XYZ");
        assert_eq!(patched().len(), 8);
    }

    #[test]
    fn every_range_can_be_read_by_its_position() {
        let patched = patched();
        for start in 0..=8 {
            for end in start..=8 {
                let mut buffer = vec![0; end - start];
                patched.read_exact_at(&mut buffer, start as u64).unwrap();
                assert_eq!(buffer, b"AB234XYZ"[start..end]);
            }
        }
        let error = patched.read_exact_at(&mut [0; 2], 7).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_file_that_shrinks_is_an_error() {
        let mut whole = Patched::whole(file(b"012345")).unwrap();
        whole.file.set_len(3).unwrap();
        let error = whole.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
