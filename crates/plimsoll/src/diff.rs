//! What would change in a file, as a unified diff.

use similar::TextDiff;

/// The difference of two texts of a file; empty where there is none. `git apply` takes it.
pub(crate) fn unified(name: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let (from, to) = if name.starts_with('/') {
        (name.to_owned(), name.to_owned())
    } else {
        (format!("a/{name}"), format!("b/{name}"))
    };
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(&from, &to).to_string()
}

/// The difference to a file that isn't there. `git apply` takes its name to be below the current
/// directory, as it does that of [`unified`]; with git's own header it would be below the root.
pub(crate) fn created(name: &str, text: &str) -> String {
    let diff = TextDiff::from_lines("", text);
    diff.unified_diff().header("/dev/null", &format!("b/{name}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_has_names_and_three_lines_around() {
        let old = "1\n2\n3\n4\n5\nlast";
        let new = "1\n2\n3\n4\nfive\nlast";
        let expected = "--- a/x\n+++ b/x\n@@ -2,5 +2,5 @@\n 2\n 3\n 4\n-5\n+five\n last\n\\ No newline at end of file\n";
        assert_eq!(unified("x", old, new), expected);
        assert_eq!(unified("x", old, old), "");
    }
}
