//! Outputs of a step of GitHub Actions.

use std::{fs::OpenOptions, io::Write as _, path::Path};

use crate::failure::Failure;

/// Adds values to the file that `GITHUB_OUTPUT` names.
///
/// # Errors
/// It can't be written.
pub(crate) fn write(path: &Path, outputs: &[(&'static str, String)]) -> Result<(), Failure> {
    let file = OpenOptions::new().append(true).create(true).open(path);
    // In one piece: other steps may write there as well.
    file.and_then(|mut file| file.write_all(text(outputs).as_bytes()))
        .map_err(|error| Failure::new(format!("cannot add outputs to {}: {error}", path.display())))
}

/// The lines for the file; the values are names, tags and digests, none of which is the delimiter.
fn text(outputs: &[(&'static str, String)]) -> String {
    let line = |(name, value): &(&'static str, String)| {
        if value.contains('\n') {
            format!("{name}<<end-of-{name}\n{value}\nend-of-{name}\n")
        } else {
            format!("{name}={value}\n")
        }
    };
    outputs.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_lines_stand_between_delimiters() {
        let outputs = [("digest", "sha256:0".to_owned()), ("tags", "a:1\na:2".to_owned())];
        assert_eq!(text(&outputs), "digest=sha256:0\ntags<<end-of-tags\na:1\na:2\nend-of-tags\n");
    }
}
