//! `convert`: one document from a file or standard input to standard output.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write as _};
use std::path::Path;

use html_markdown::Converter;

use crate::failure::Failure;

pub(crate) fn convert(file: Option<&Path>) -> Result<(), Failure> {
    let converter = Converter::default();
    let limit = converter.limits().input_bytes;
    let (name, html) = if let Some(path) = file.filter(|path| *path != Path::new("-")) {
        let read = File::open(path).and_then(|file| read_at_most(file, limit));
        let source = |source| Failure::ReadFile { path: path.to_owned(), source };
        (path.display().to_string(), read.map_err(source)?)
    } else {
        let read = read_at_most(io::stdin().lock(), limit);
        ("standard input".to_owned(), read.map_err(Failure::ReadStdin)?)
    };
    let Ok(html) = String::from_utf8(html) else { return Err(Failure::NotUtf8 { name }) };
    let markdown = converter.convert(&html).map_err(|source| Failure::Convert { name, source })?;
    write(&as_lines(markdown)).map_err(Failure::WriteStdout)
}

/// Ends the last line, as every text file and terminal wants it; nothing stays nothing.
pub(crate) fn as_lines(mut markdown: String) -> String {
    if !markdown.is_empty() {
        markdown.push('\n');
    }
    markdown
}

/// Reads one byte more than `limit` at most: enough for the converter to see that it is too much.
fn read_at_most(source: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source
        .take(u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn write(markdown: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(markdown.as_bytes()).and_then(|()| stdout.flush()) {
        // Whoever reads has seen enough, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
