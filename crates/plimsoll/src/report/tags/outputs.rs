//! Outputs for later steps: of GitHub Actions, by the names of docker/metadata-action, and of
//! GitLab CI, as a dotenv report.

use std::{
    fmt::Write as _,
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
};

use plimsoll_project::tags::Metadata;

use crate::{commands::tags::Plan, failure::Failure};

/// The text that goes to `$GITHUB_OUTPUT`.
pub(crate) fn github(
    plan: &Plan,
    bake_files: &[(&'static str, PathBuf)],
) -> Result<String, Failure> {
    let metadata = &plan.metadata;
    let [tags, labels, annotations] = &plan.separators;
    let mut text = String::new();
    output(&mut text, "version", metadata.version.as_deref().unwrap_or_default());
    output(&mut text, "tags", &metadata.tags.join(tags));
    output(&mut text, "tag-names", &metadata.tag_names().join(tags));
    output(&mut text, "labels", &metadata.label_lines().join(labels));
    output(&mut text, "annotations", &metadata.leveled_annotations().join(annotations));
    output(&mut text, "json", &serde_json::to_string(&metadata.json())?);
    for (name, path) in bake_files {
        output(&mut text, name, &path.display().to_string());
    }
    Ok(text)
}

/// Writes an output between two lines that do not occur in it, so that no value can end it early
/// and go on with an output of its own.
fn output(text: &mut String, name: &str, value: &str) {
    let mut end = "plimsoll".to_owned();
    while value.contains(&end) {
        end.push('-');
    }
    // Without it, a carriage return before the end would hide the end.
    let value = value.trim_end_matches('\r');
    writeln!(text, "{name}<<{end}\n{value}\n{end}").ok();
}

/// Adds outputs to a file in one write.
pub(crate) fn append(path: &Path, text: &str) -> Result<(), Failure> {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        Failure::new(format!(
            "cannot write outputs to {} ($GITHUB_OUTPUT): {error}",
            path.display()
        ))
    })
}

/// Variables on a line each; lists have spaces, as a dotenv report knows no line breaks.
pub(crate) fn dotenv(metadata: &Metadata) -> Result<String, Failure> {
    let version = metadata.version.clone().unwrap_or_default();
    let json = serde_json::to_string(&metadata.json())?;
    let mut text = String::new();
    for (name, value) in [
        ("VERSION", version),
        ("TAGS", metadata.tags.join(" ")),
        ("TAG_NAMES", metadata.tag_names().join(" ")),
        ("JSON", json),
    ] {
        writeln!(text, "DOCKER_METADATA_OUTPUT_{name}={value}").ok();
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads outputs as the runner does.
    fn read(text: &str) -> Vec<(String, String)> {
        let mut lines = text.lines();
        let mut outputs = Vec::new();
        while let Some(line) = lines.next() {
            let (name, end) = line.split_once("<<").unwrap();
            let value: Vec<&str> = lines.by_ref().take_while(|it| *it != end).collect();
            outputs.push((name.to_owned(), value.join("\n")));
        }
        outputs
    }

    #[test]
    fn no_value_can_end_early_and_set_another_output() {
        for value in
            ["", "a", "plimsoll\nevil<<x\n1\nx", "plimsoll-\nplimsoll", "x\nplimsoll--", "é"]
        {
            let mut text = String::new();
            output(&mut text, "name", value);
            output(&mut text, "next", "1");
            let expected = [("name".into(), value.into()), ("next".into(), "1".into())];
            assert_eq!(read(&text), expected, "{value}");
        }
    }

    #[test]
    fn a_dotenv_report_has_a_line_for_each_variable() {
        insta::assert_snapshot!(dotenv(&super::super::example()).unwrap());
    }

    #[test]
    fn outputs_are_added_to_those_that_are_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("output");
        append(&path, "a\n").unwrap();
        append(&path, "b\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a\nb\n");
        let error = append(directory.path(), "").unwrap_err();
        assert!(error.error.to_string().contains("$GITHUB_OUTPUT"));
    }
}
