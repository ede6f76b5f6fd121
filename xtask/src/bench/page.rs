//! `BENCHMARKS.md`: text written by hand around sections that benches write.

use std::{fs, io, path::Path};

use super::Outcome;

/// Puts `text` into the section of the bench `name`, making page or section if need be.
pub(super) fn write(page: &Path, name: &str, rounds: usize, text: &str) -> Outcome<()> {
    let old = match fs::read_to_string(page) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => "# Benchmarks\n".to_owned(),
        other => other?,
    };
    let section = format!(
        "Made by `cargo xtask bench {name} --rounds {rounds} --write`; the next run replaces it.\n\n{text}"
    );
    fs::write(page, with_section(&old, name, &section)?)?;
    Ok(())
}

fn with_section(page: &str, name: &str, text: &str) -> Outcome<String> {
    let (begin, end) =
        (format!("<!-- bench {name}: begin -->\n"), format!("<!-- bench {name}: end -->"));
    let Some((before, rest)) = page.split_once(&begin) else {
        return Ok(format!("{page}\n{begin}{text}{end}\n"));
    };
    let (_, after) = rest.split_once(&end).ok_or(format!("the page lacks `{end}`"))?;
    Ok(format!("{before}{begin}{text}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_added_once_and_then_replaced() {
        let page = with_section("# Benchmarks\n", "build", "one\n").unwrap();
        assert_eq!(
            page,
            "# Benchmarks\n\n<!-- bench build: begin -->\none\n<!-- bench build: end -->\n"
        );
        let page = format!("{page}\nBy hand.\n");
        let page = with_section(&page, "build", "two\n").unwrap();
        assert!(page.contains("-->\ntwo\n<!--") && page.ends_with("\nBy hand.\n"), "{page}");
        assert!(!page.contains("one"));
        assert!(with_section("<!-- bench build: begin -->\n", "build", "x").is_err());
    }
}
