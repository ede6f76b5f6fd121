//! Archives that are compressed as a whole, as `docker save | gzip` makes them.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use super::{OpenError, error};
use crate::{Compression, compression::decompress};

/// The longest archive that is unpacked, in bytes.
const MOST_UNPACKED: u64 = 256 << 30;

/// Unpacks a compressed file into the scratch directory; `None` for one that is not compressed.
pub(super) fn unpacked(
    path: &Path,
    head: &[u8],
    scratch: &Path,
) -> Result<Option<PathBuf>, OpenError> {
    let compression = match compression_of(head) {
        Some(Compression::None) => return Ok(None),
        Some(compression) => compression,
        None => {
            let found = "compressed with bzip2 or xz: unpack it first";
            return Err(OpenError::NoImage { path: path.to_owned(), found });
        }
    };
    let file = File::open(path).map_err(error::io("open", path))?;
    let target = scratch.join("archive.tar");
    let copied = (|| {
        let mut source = decompress(io::BufReader::new(file), compression)?.take(MOST_UNPACKED);
        let mut sink = File::create(&target)?;
        let count = io::copy(&mut source, &mut sink)?;
        sink.flush().map(|()| count)
    })();
    if copied.map_err(error::io("unpack", path))? < MOST_UNPACKED {
        return Ok(Some(target));
    }
    Err(OpenError::Limit {
        path: path.to_owned(),
        what: "what is packed".to_owned(),
        limit: format!("{} GiB", MOST_UNPACKED >> 30),
    })
}

/// How bytes that begin so are compressed; `None` for ways that are not known here.
pub(super) fn compression_of(head: &[u8]) -> Option<Compression> {
    if head.starts_with(&[0x1f, 0x8b]) {
        Some(Compression::Gzip)
    } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Some(Compression::Zstd)
    } else if head.starts_with(b"BZh") || head.starts_with(b"\xfd7zXZ\0") {
        None
    } else {
        Some(Compression::None)
    }
}
