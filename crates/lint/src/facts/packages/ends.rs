//! Putting a command at the end of a `RUN`.

use plimsoll_finding::Edit;
use plimsoll_syntax::dockerfile::Form;

use super::PackageRun;
use crate::Facts;

/// An edit that runs a command after all others of a `RUN`, if they succeed, in the layout of its
/// lines. `None` where its end can't be told.
pub(crate) fn at_end(facts: &Facts<'_>, run: &PackageRun<'_, '_>, command: &str) -> Option<Edit> {
    let line = &run.run.run.line;
    if line.form != Form::Shell || run.command().name() == Some("sudo") {
        return None;
    }
    let last = run.run.script.commands.last()?;
    if matches!(last.program(), Some("exit" | "exec" | "return")) {
        return None;
    }
    let script = line.script.whole_span();
    let text = facts.file.text;
    if let Some(heredoc) = run.run.instruction.heredocs.first()
        && heredoc.body_span.covers(last.span)
    {
        // Without `set -e` the failure of the last command would be lost.
        let whole = heredoc.start == script && last.errexit && last.depth == 0 && !heredoc.chomp;
        let indent = indent_of(text, last.span.start());
        return (whole && heredoc.body.ends_with('\n'))
            .then(|| Edit::insert(heredoc.body_span.end(), format!("{indent}{command}\n")));
    }
    let end = script.end();
    let after = text.get(last.span.end()..end)?;
    if after.contains(['#', ';', '&', '\\', '`', '|']) || after.ends_with('\n') {
        return None;
    }
    let written = script.slice(text)?;
    let Some((before, last_line)) = written.rsplit_once('\n') else {
        return Some(Edit::insert(end, format!(" && {command}")));
    };
    let escape = facts.file.escape;
    let indent: String = last_line.chars().take_while(|it| matches!(it, ' ' | '\t')).collect();
    if before.trim_end().trim_end_matches(escape).trim_end().ends_with("&&") {
        return Some(Edit::insert(end, format!(" && {escape}\n{indent}{command}")));
    }
    // The indentation of the line that began the last command.
    let lines = written.lines().rev().map(|it| (it, it.trim_start()));
    let chained = lines.clone().find(|(_, line)| line.starts_with("&&"));
    let indent = chained.map_or("    ", |(whole, line)| &whole[..whole.len() - line.len()]);
    Some(Edit::insert(end, format!(" {escape}\n{indent}&& {command}")))
}

/// The white space that the line of a byte begins with.
fn indent_of(text: &str, offset: usize) -> &str {
    let line = text[..offset].rsplit('\n').next().unwrap_or_default();
    let rest = line.trim_start_matches([' ', '\t']);
    &line[..line.len() - rest.len()]
}
