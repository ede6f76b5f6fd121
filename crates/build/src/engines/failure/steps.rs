//! Which step of a log failed, and what it wrote.

use std::collections::BTreeMap;

use super::step::Step;

/// A step that failed, with what it wrote.
#[derive(Debug, Default)]
pub(super) struct Failed {
    /// The step; `None` where it is not one of the Dockerfile.
    pub(super) step: Option<Step>,
    /// Its lines.
    pub(super) output: Vec<String>,
}

/// The step that failed.
pub(super) fn failed(lines: &[String]) -> Failed {
    of_buildkit(lines).unwrap_or_else(|| of_classic(lines))
}

/// What the engine says, a line: the last that is neither empty nor a rule.
pub(super) fn message(lines: &[String]) -> Option<String> {
    const BEGINNINGS: [&str; 8] = [
        "ERROR: ",
        "Error: ",
        "error: ",
        "failed to ",
        "executor failed",
        "The command ",
        "process \"",
        "dockerfile parse error",
    ];
    let is_engines = |it: &&String| BEGINNINGS.iter().any(|start| it.starts_with(start));
    let found = lines.iter().rev().find(is_engines)?;
    let found =
        ["ERROR: ", "Error: "].iter().find_map(|it| found.strip_prefix(it)).unwrap_or(found);
    Some(found.to_owned())
}

/// The line of the Dockerfile that the engine names: `Dockerfile:12`, or `parse error line 2`.
pub(super) fn line(lines: &[String]) -> Option<usize> {
    let number = |text: &str| {
        let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse().ok().filter(|it| *it > 0)
    };
    for (at, text) in lines.iter().enumerate().rev() {
        for before in ["parse error line ", "parse error on line "] {
            if let Some((_, rest)) = text.split_once(before) {
                return number(rest);
            }
        }
        // A rule follows, as under a heading.
        let is_heading = lines.get(at + 1).is_some_and(|it| it.starts_with("--------"));
        if let (true, Some((_, rest))) = (is_heading, text.rsplit_once(':')) {
            return number(rest);
        }
    }
    None
}

/// The exit code of the program that failed.
pub(super) fn exit_code(lines: &[String]) -> Option<i32> {
    const BEFORE: [&str; 3] = ["exit code: ", "non-zero code: ", "exit status "];
    lines.iter().rev().find_map(|line| {
        let rest = BEFORE.iter().find_map(|it| line.rsplit_once(it))?.1;
        rest.split(|it: char| !it.is_ascii_digit()).next()?.parse().ok()
    })
}

/// Lines begin with `#8`: the number of a step, then its name, its output with a time, or how it ended.
fn of_buildkit(lines: &[String]) -> Option<Failed> {
    let mut names: BTreeMap<u32, &str> = BTreeMap::new();
    let mut failed = None;
    for line in lines {
        let Some((number, rest)) = numbered(line) else { continue };
        if rest.starts_with('[') {
            names.entry(number).or_insert(rest);
        }
        // Steps beside the one that failed end as cancelled, before or after it.
        if rest.strip_prefix("ERROR: ").is_some_and(|it| !it.contains("context canceled")) {
            failed = Some(number);
        }
    }
    let failed = failed?;
    let name = names.get(&failed).copied().unwrap_or_default();
    let written = lines.iter().filter_map(|it| {
        let (number, rest) = numbered(it)?;
        if number != failed {
            return None;
        }
        timed(rest).or_else(|| rest.strip_prefix("ERROR: ")).map(str::to_owned)
    });
    Some(Failed { step: Step::of_buildkit(name), output: written.collect() })
}

/// `8`, `0.256 hello` of `#8 0.256 hello`.
fn numbered(line: &str) -> Option<(u32, &str)> {
    let rest = line.strip_prefix('#')?;
    let (number, rest) = rest.split_once(' ')?;
    Some((number.parse().ok()?, rest))
}

/// `hello` of `0.256 hello`; a line may be empty but for its time.
fn timed(text: &str) -> Option<&str> {
    let (time, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (seconds, parts) = time.split_once('.')?;
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    (digits(seconds) && digits(parts)).then_some(rest)
}

/// Everything after the last step's heading is its own.
fn of_classic(lines: &[String]) -> Failed {
    let mut headings = lines.iter().enumerate().rev();
    let found = headings.find_map(|(at, it)| Some((at, Step::of_classic(it)?)));
    match found {
        Some((at, step)) => {
            let rest = lines.get(at + 1..).unwrap_or_default();
            let own = rest.iter().filter(|it| !it.starts_with(" ---> ") && !is_engines_last(it));
            Failed { step: Some(step), output: own.cloned().collect() }
        }
        None => Failed::default(),
    }
}

fn is_engines_last(line: &str) -> bool {
    line.starts_with("The command '") || line.starts_with("Error: building at STEP")
}
