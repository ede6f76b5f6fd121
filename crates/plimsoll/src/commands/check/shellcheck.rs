//! Scripts of `RUN` through `ShellCheck`, where the settings ask for it and the program is installed.

mod script;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    process::{Command, Stdio},
};

use plimsoll_finding::{Clause, Finding, LineIndex, Position, Severity};
use plimsoll_syntax::dockerfile;
use serde::Deserialize;

use self::script::Script;

/// What makes no sense in a Dockerfile: files that scripts include are in the image, not here; the
/// shell of Alpine is known well enough; variables come from `ARG` and `ENV`.
const LEFT_OUT: &str = "1090,1091,2154,2187";

/// Why scripts could not be looked at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShellCheckError {
    #[error("the settings ask for ShellCheck, and there is no program `shellcheck` on PATH")]
    NotFound,
    #[error("cannot run shellcheck")]
    Io(#[from] io::Error),
    #[error("shellcheck failed: {0}")]
    Failed(String),
    #[error("shellcheck said what is not understood")]
    Answer(#[from] serde_json::Error),
}

/// What `--format=json1` prints.
#[derive(Debug, Deserialize)]
struct Answer {
    comments: Vec<Comment>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    file: String,
    line: usize,
    end_line: usize,
    column: usize,
    end_column: usize,
    level: String,
    code: u32,
    message: String,
}

/// Fails where there is no program.
pub(super) fn find() -> Result<(), ShellCheckError> {
    let mut command = Command::new("shellcheck");
    let command = command.arg("--version").stdin(Stdio::null());
    match command.stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ShellCheckError::NotFound),
        Err(error) => Err(error.into()),
    }
}

/// What there is to say about the scripts of a Dockerfile, but for the codes in `ignored`.
pub(super) fn check(
    name: &str,
    text: &str,
    ignored: &BTreeSet<u32>,
) -> Result<Vec<Finding>, ShellCheckError> {
    let file = dockerfile::parse(text);
    let mut by_dialect: BTreeMap<&str, Vec<Script<'_>>> = BTreeMap::new();
    for script in script::scripts(&file) {
        by_dialect.entry(script.dialect).or_default().push(script);
    }
    let mut findings = Vec::new();
    for (dialect, scripts) in &by_dialect {
        for (index, comment) in comments(dialect, scripts)? {
            let Some(script) = scripts.get(index) else { continue };
            if !ignored.contains(&comment.code) && !script.ignored.contains(&comment.code) {
                findings.push(finding(name, script, &comment));
            }
        }
    }
    findings.sort_by(Finding::report_order);
    Ok(findings)
}

/// Runs the program once for all scripts of one dialect; each comment has the number of its script.
fn comments(
    dialect: &str,
    scripts: &[Script<'_>],
) -> Result<Vec<(usize, Comment)>, ShellCheckError> {
    let directory = tempfile::tempdir()?;
    let mut command = Command::new("shellcheck");
    command.args(["--norc", "--format=json1", "--exclude", LEFT_OUT, "-s", dialect]);
    for (index, script) in scripts.iter().enumerate() {
        fs::write(directory.path().join(index.to_string()), script.text())?;
        command.arg(index.to_string());
    }
    let output = command.current_dir(directory.path()).stdin(Stdio::null()).output()?;
    // 1 stands for findings.
    if !matches!(output.status.code(), Some(0 | 1)) {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(ShellCheckError::Failed(errors.trim().to_owned()));
    }
    let answer: Answer = serde_json::from_slice(&output.stdout)?;
    let numbered = |it: Comment| Some((it.file.parse().ok()?, it));
    Ok(answer.comments.into_iter().filter_map(numbered).collect())
}

fn finding(name: &str, script: &Script<'_>, comment: &Comment) -> Finding {
    let lines = LineIndex::new(script.text());
    let offset = |line, column| lines.offset(Position { line, column });
    let start = offset(comment.line, comment.column);
    let end = offset(comment.end_line, comment.end_column).max(start);
    let severity = match &*comment.level {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Note,
    };
    let code = comment.code;
    let message = comment.message.lines().next().unwrap_or_default().trim_end_matches('.');
    // No clause speaks of shell scripts. What is wrong with them shows where they run.
    Finding::new(format!("shellcheck/SC{code}"), Clause::Portable, severity, name, message)
        .at(script.span(start..end))
        .help(format!("https://www.shellcheck.net/wiki/SC{code}"))
}

/// The number of a code as people write it: `SC2086`, `shellcheck/SC2086`.
pub(super) fn code(selector: &str) -> Option<u32> {
    let selector = selector.trim();
    let selector = selector.strip_prefix("shellcheck/").unwrap_or(selector);
    selector.strip_prefix("SC").filter(|it| it.len() == 4)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Option<Vec<String>> {
        if let Err(error) = find() {
            println!("left out: shellcheck: {error}");
            return None;
        }
        let findings = check("Dockerfile", text, &BTreeSet::new()).unwrap();
        let lines = LineIndex::new(text);
        let line = |finding: &Finding| {
            let span = finding.span.unwrap();
            let start = lines.position(span.start());
            let found = span.slice(text).unwrap();
            format!("{}:{} {} {found}", start.line, start.column, finding.rule)
        };
        Some(findings.iter().map(line).collect())
    }

    #[test]
    fn places_are_those_of_the_dockerfile() {
        let text = "\
FROM a
RUN echo \"größe\" && \\
  # a comment
  cp $x/* $undefined \\
    && ls
RUN <<EOF
cd /nowhere
rm $y
EOF
RUN cat <<EOF >/f && echo $z
text $w
EOF
";
        let Some(found) = codes(text) else { return };
        assert_eq!(
            found,
            [
                "4:6 shellcheck/SC2086 $x",
                "4:11 shellcheck/SC2086 $undefined",
                "7:1 shellcheck/SC2164 cd /nowhere",
                "8:4 shellcheck/SC2086 $y",
                "10:27 shellcheck/SC2086 $z",
            ]
        );
    }

    #[test]
    fn each_script_is_read_as_its_shell_reads_it() {
        let text = "\
FROM a AS one
RUN [[ -n $X ]]
SHELL [\"/bin/bash\", \"-c\"]
RUN [[ -n $X ]]
FROM one
RUN [[ -n $X ]]
RUN <<EOF
#!/usr/bin/env python3
print(f\"{x}\")
EOF
SHELL [\"pwsh\"]
RUN Write-Host $x
# hadolint ignore=SC2164,DL3003
RUN echo
FROM b
# shellcheck disable=SC2164
RUN cd /x
RUN cd /y
";
        let Some(found) = codes(text) else { return };
        assert_eq!(found, ["2:5 shellcheck/SC3010 [[ -n $X ]]", "18:5 shellcheck/SC2164 cd /y"]);
    }

    #[test]
    fn codes_are_written_in_two_ways() {
        assert_eq!(code("SC2086"), Some(2086));
        assert_eq!(code("shellcheck/SC2086"), Some(2086));
        assert_eq!(code("SC20861"), None);
        assert_eq!(code("DL3002"), None);
    }
}
