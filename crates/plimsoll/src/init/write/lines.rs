//! Files of which some lines must be there, wherever they stand.

use super::marker;

/// A text with the lines of another one that it lacks, at its end; `None` where it has them all.
/// Comments and empty lines are no lines that could be lacking: they come with what they speak of.
pub(super) fn added(old: &str, wanted: &str) -> Option<String> {
    let is_there = |line: &str| old.lines().any(|it| it.trim_end() == line.trim_end());
    let is_rule = |line: &str| !line.trim().is_empty() && !line.starts_with('#');
    if wanted.lines().filter(|it| is_rule(it)).all(is_there) {
        return None;
    }
    let mut text = old.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let mut pending = String::new();
    for line in wanted.lines() {
        pending.push_str(line);
        pending.push('\n');
        if is_rule(line) {
            let block = std::mem::take(&mut pending);
            // A comment goes with its line.
            text.push_str(if is_there(line) { "" } else { &block });
        }
    }
    Some(marker::ending_as(&text, old))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_lines_are_added_with_their_comments_and_others_left_alone() {
        let wanted = "# Secrets.\n.env\n# Output.\n/target\n";
        assert_eq!(added("/target\n.env \n", wanted), None);
        assert_eq!(added("a\n/target", wanted).unwrap(), "a\n/target\n# Secrets.\n.env\n");
        assert_eq!(added("", wanted).unwrap(), wanted);
    }

    #[test]
    fn lines_end_as_those_of_the_file() {
        assert_eq!(added("a\r\nb\r\n", ".env\n").unwrap(), "a\r\nb\r\n.env\r\n");
        assert_eq!(added("a\r\n.env\r\n", ".env\n"), None);
    }
}
