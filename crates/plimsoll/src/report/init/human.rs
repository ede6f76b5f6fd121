//! The summary for people: what was found, where, what follows from it, and what becomes of each file.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::{Report, program::ProgramReport};
use crate::{args::init::Base, init::write::Action};

/// Where the second column begins.
const COLUMN: usize = 12;
/// Where the path of a file begins: behind the longest action.
const ACTION: usize = 11;

impl Report {
    /// The summary, in lines of this width at most where words allow it.
    pub(crate) fn summary(&self, width: usize) -> String {
        let mut rows = Rows { text: String::new(), width };
        let project = &self.project;
        rows.row("project", &format!("{}, {}", project.name, counted(&project.members)));
        rows.row("rust", &format!("{} ({})", project.rust, project.rust_reason));
        for program in &self.programs {
            program_rows(program, &mut rows);
        }
        rows.row("base", &format!("{}: {}", base(self.base.name), self.base.reason));
        for image in &self.images {
            let text = match (&image.digest, &image.why_not) {
                (Some(digest), _) => format!("{}@{}", image.name, short(digest)),
                (None, Some(why)) => format!("{}, without a digest: {why}", image.name),
                (None, None) => image.name.clone(),
            };
            rows.row(&format!("  {}", image.purpose), &text);
        }
        rows.row("platforms", &self.platforms.join(", "));
        rows.row("repository", &self.repository);
        for note in &self.notes {
            rows.row("note", note);
        }
        for (index, file) in self.files.iter().enumerate() {
            let word = if index == 0 { "files" } else { "" };
            rows.file(word, file.action, &file.path, &file.reason);
        }
        rows.text
    }
}

fn program_rows(program: &ProgramReport, rows: &mut Rows) {
    let call = [std::slice::from_ref(&program.name), &*program.arguments].concat().join(" ");
    let package = if program.package == program.name {
        String::new()
    } else {
        format!(" of the package {}", program.package)
    };
    rows.row("program", &format!("`{call}`, a {}{package}", program.kind));
    for port in &program.ports {
        let variable = port.variable.as_ref().map(|it| format!(", set by {it}"));
        let text = format!("{} ({}){}", port.number, port.evidence, variable.unwrap_or_default());
        rows.row("  port", &text);
    }
    let health = &program.health;
    match (&health.reason, health.by) {
        (Some(reason), _) => rows.row("  health", &format!("no check: {reason}")),
        (None, "itself") => {
            rows.row("  health", &format!("`{} {}`", program.name, health.command.join(" ")));
        }
        (None, _) => {
            let asked = health.command.last().map_or("", |it| &**it);
            rows.row("  health", &format!("{asked}, asked by a probe of ours"));
        }
    }
    let signals = &program.signals;
    let text = match (&signals.evidence, signals.tini) {
        (Some(evidence), _) => format!("handles SIGTERM ({evidence})"),
        (None, true) => "does not handle SIGTERM, so tini is process 1".to_owned(),
        (None, false) => "does not handle SIGTERM".to_owned(),
    };
    rows.row("  signals", &text);
    for native in &program.native {
        let how = match (native.tool, native.linked) {
            (true, _) => "in the builder",
            (false, true) => "loaded when it runs",
            (false, false) => "linked statically",
        };
        rows.row("  needs", &format!("{} ({}), {how}", native.what, native.crate_name));
    }
    if !program.packages.is_empty() {
        rows.row("  packages", &program.packages.join(", "));
    }
    for service in &program.services {
        let text = format!("{} ({}), by {}", service.kind, service.crate_name, service.variable);
        rows.row("  service", &text);
    }
}

/// Lines of a name and a text, which goes on below itself.
struct Rows {
    text: String,
    width: usize,
}

impl Rows {
    fn row(&mut self, name: &str, text: &str) {
        let lines = wrapped(text, self.width.saturating_sub(COLUMN));
        for (index, line) in lines.iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            // A name that is too long keeps one space.
            let space = if name.len() >= COLUMN { " " } else { "" };
            writeln!(self.text, "{name:COLUMN$}{space}{line}").ok();
        }
    }

    fn file(&mut self, name: &str, action: Action, path: &str, reason: &str) {
        let (word, style) = match action {
            Action::Create => ("create", AnsiColor::Green.on_default()),
            Action::Update => ("update", AnsiColor::Green.on_default()),
            Action::Unchanged => ("unchanged", Style::new()),
            Action::Kept => ("kept", Style::new()),
            Action::Conflict => ("left alone", AnsiColor::Yellow.on_default()),
        };
        let indent = COLUMN + ACTION;
        let text = if reason.is_empty() { path.to_owned() } else { format!("{path}: {reason}") };
        let lines = wrapped(&text, self.width.saturating_sub(indent));
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                write!(self.text, "{name:COLUMN$}{style}{word}{style:#}").ok();
                writeln!(self.text, "{:space$}{line}", "", space = ACTION - word.len()).ok();
            } else {
                writeln!(self.text, "{:indent$}{line}", "").ok();
            }
        }
    }
}

/// A text in lines; a word that is longer than a line has one of its own. What a terminal would obey
/// is taken out: names and evidence come from files.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let harmless = |it: char| if it.is_control() { '\u{fffd}' } else { it };
    for word in text.split_whitespace() {
        let word: String = word.chars().map(harmless).collect();
        let Some(line) = lines.last_mut() else { continue };
        if line.is_empty() {
            *line = word;
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines
}

/// `1 package` or `3 packages`.
fn counted(members: &[String]) -> String {
    match members.len() {
        1 => "1 package".to_owned(),
        count => format!("{count} packages"),
    }
}

fn base(name: Base) -> &'static str {
    match name {
        Base::Scratch => "scratch",
        Base::Distroless => "distroless",
        Base::Alpine => "alpine",
        Base::Debian => "debian",
    }
}

/// The first digits of a digest, which tell it from others.
fn short(digest: &str) -> &str {
    digest.get(..19).unwrap_or(digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::plan::sample;

    #[test]
    fn people_see_what_was_found_and_where() {
        let plan = sample::html_to_markdown(Base::Scratch);
        insta::assert_snapshot!(Report::new(&plan, &[]).summary(80));
    }

    #[test]
    fn texts_go_on_below_themselves() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a\u{1b}[31m bb", 3), ["a\u{fffd}[31m", "bb"]);
        assert_eq!(wrapped("", 3), [""]);
    }
}
