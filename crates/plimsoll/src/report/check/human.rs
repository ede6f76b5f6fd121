//! Findings with the source they are about, and the clauses below them.

pub(in crate::report) mod mask;
mod secret;

use std::{borrow::Cow, fmt::Write as _};

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};
use anstyle::{AnsiColor, Style};
use plimsoll_finding::{Applicability, Finding, Severity, Span};

use self::secret::SecretLines;
use super::{
    Detail, Report,
    concise::one_line,
    place::Places,
    statistics,
    summary::{ClauseSummary, Counts, State, Summary},
};
use crate::report::table::Table;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HOLDS: Style = AnsiColor::Green.on_default().bold();
/// A source line longer than this is shown in part.
const WIDTH: usize = 120;
/// Lines with more bytes than this together are no excerpt for people.
const EXCERPT: usize = 16 * 1024;
/// Help has shorter lines, as it stands further to the right.
const HELP_WIDTH: usize = 88;

pub(super) fn render(report: &Report<'_>, detail: Detail) -> String {
    let mut text = String::new();
    if detail.statistics {
        text.push_str(&statistics::render(report));
    } else {
        let places = Places::new(report);
        let secrets = SecretLines::new(report.findings, &places);
        let excerpts = Excerpts { places: &places, secrets: &secrets };
        let renderer = Renderer::styled().term_width(WIDTH);
        for finding in report.findings {
            let groups = [group(finding, excerpts)];
            writeln!(text, "{}\n", renderer.render(&groups)).ok();
        }
    }
    if detail.summary {
        if detail.statistics && !report.findings.is_empty() {
            text.push('\n');
        }
        summary(&mut text, &Summary::new(report));
    }
    text
}

/// One finding with everything that belongs to it.
fn group<'a>(finding: &'a Finding, excerpts: Excerpts<'a>) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(&finding.message).id(one_line(&finding.rule));
    let mut group = Group::with_title(title);
    let here = finding.related.iter().filter(|it| it.path == finding.path);
    let here = here.filter_map(|it| Some((it.span?, it.message.as_str())));
    let here: Vec<_> = here.collect();
    let with_related = excerpts.snippet(&finding.path, finding.span, &here);
    // What is too far away gets an excerpt of its own.
    let all_here = finding.span.is_some() && with_related.is_some();
    let snippet = with_related.or_else(|| excerpts.snippet(&finding.path, finding.span, &[]));
    group = match snippet {
        Some(snippet) if finding.span.is_some() => group.element(snippet),
        _ => group.element(excerpts.origin(&finding.path, finding.span)),
    };
    for related in &finding.related {
        if all_here && related.path == finding.path && related.span.is_some() {
            continue;
        }
        let message = (related.span.unwrap_or_default(), related.message.as_str());
        let snippet = related.span.and_then(|_| excerpts.snippet(&related.path, None, &[message]));
        group = if let Some(snippet) = snippet {
            group.element(snippet)
        } else {
            let place = excerpts.place(&related.path, related.span);
            group.element(Level::NOTE.message(clean(&format!("{place}: {}", related.message))))
        };
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(lines(&clean(help))));
    }
    if let Some(fix) = &finding.fix {
        let how = match fix.applicability {
            Applicability::Safe => "--fix",
            Applicability::Unsafe => "--fix --unsafe-fixes",
        };
        let text = format!("{} ({how})", fix.title);
        group = group.element(Level::HELP.with_name("fix").message(clean(&text)));
    }
    let clause = format!("{}: {}", finding.clause, finding.clause.holds());
    group.element(Level::NOTE.with_name("clause").message(clean(&clause)))
}

/// What is shown of files.
#[derive(Clone, Copy)]
struct Excerpts<'a> {
    places: &'a Places<'a>,
    secrets: &'a SecretLines<'a>,
}

impl<'a> Excerpts<'a> {
    /// The lines of a file that the spans touch, and nothing of the rest; `None` where its text isn't
    /// known, and where that is too much to show.
    fn snippet(
        self,
        path: &str,
        primary: Option<Span>,
        context: &[(Span, &'a str)],
    ) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let lines = self.places.lines(path)?;
        let region = |span: Span| self.places.region(path, Some(span));
        let spans = primary.into_iter().chain(context.iter().map(|(span, _)| *span));
        let all = spans.filter_map(region).map(|it| it.span).reduce(Span::union)?;
        let touched = lines.lines_of(all);
        let start = lines.line_span(*touched.start())?.start();
        let end = lines.line_span(*touched.end())?.end().max(all.end());
        let source = lines.text().get(start..end).filter(|it| it.len() <= EXCERPT)?;
        let source = if self.secrets.touch(path, Span::new(start, end)) {
            Cow::Owned(mask::masked(source))
        } else {
            mask::known_masked(source)
        };
        let within = |span: Span| {
            region(span).map(|it| {
                let span = it.span;
                span.start() - start..span.end() - start
            })
        };
        let mut snippet = Snippet::source(source).path(one_line(path)).line_start(*touched.start());
        if let Some(range) = primary.and_then(within) {
            snippet = snippet.annotation(AnnotationKind::Primary.span(range));
        }
        let kind =
            if primary.is_some() { AnnotationKind::Context } else { AnnotationKind::Primary };
        for (span, message) in context {
            if let Some(range) = within(*span) {
                snippet = snippet.annotation(kind.span(range).label(clean(message)));
            }
        }
        Some(snippet)
    }

    /// The place alone, above no excerpt.
    fn origin(self, path: &str, span: Option<Span>) -> Origin<'a> {
        let origin = Origin::path(one_line(path));
        match self.places.region(path, span) {
            Some(it) => origin.line(it.start.line).char_column(it.start.column),
            None => origin,
        }
    }

    /// The place in words.
    fn place(self, path: &str, span: Option<Span>) -> String {
        match self.places.region(path, span) {
            Some(it) => format!("{path}:{}:{}", it.start.line, it.start.column),
            None => path.to_owned(),
        }
    }
}

/// Text that may come from a file, made harmless for terminals.
fn clean(text: &str) -> String {
    normalize_untrusted_str(text)
}

/// Text in lines that are good to read.
fn lines(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + 8);
    let mut column = 0;
    for (index, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 {
            let breaks = column + 1 + length > HELP_WIDTH;
            wrapped.push(if breaks { '\n' } else { ' ' });
            column = if breaks { 0 } else { column + 1 };
        }
        wrapped.push_str(word);
        column = word.rsplit_once('\n').map_or(column + length, |(_, it)| it.chars().count());
    }
    wrapped
}

/// Which clauses hold, and what can be done.
fn summary(text: &mut String, summary: &Summary) {
    let mut table = Table::default();
    let of = |state: State| summary.clauses.iter().filter(move |it| it.state == state);
    for clause in of(State::Broken).chain(of(State::Bent)) {
        let word = if clause.state == State::Broken { "broken   " } else { "bent     " };
        table.row([word, clause.name, &counts(clause.findings)]);
    }
    for line in table.render().lines() {
        let word = line.split(' ').next().unwrap_or_default();
        let style = if word == "broken" { ERROR } else { WARNING };
        writeln!(text, "{style}{word}{style:#}{}", &line[word.len()..]).ok();
    }
    let holding: Vec<_> = of(State::Holds).collect();
    if !holding.is_empty() {
        write!(text, "{HOLDS}holds{HOLDS:#}      ").ok();
        wrapped(text, &holding.iter().map(|it| held(it)).collect::<Vec<_>>());
    }
    let unchecked: Vec<_> = of(State::Unchecked).map(|it| it.name.to_owned()).collect();
    if !unchecked.is_empty() {
        text.push_str("unchecked  ");
        wrapped(text, &unchecked);
    }
    text.push('\n');
    let files = summary.types.text();
    match summary.findings.sum() {
        0 => writeln!(text, "nothing found in {files}").ok(),
        _ => writeln!(text, "{} in {files}", counts(summary.findings)).ok(),
    };
    let mut more = Vec::new();
    if summary.fixed > 0 {
        more.push(format!("{} fixed", summary.fixed));
    }
    if summary.fixable.safe > 0 {
        more.push(format!("{} can be fixed with --fix", summary.fixable.safe));
    }
    if summary.fixable.risky > 0 {
        more.push(format!("{} with --fix --unsafe-fixes", summary.fixable.risky));
    }
    if summary.suppressed > 0 {
        more.push(format!("{} allowed by comments", summary.suppressed));
    }
    if !more.is_empty() {
        writeln!(text, "{}", more.join(", ")).ok();
    }
}

fn held(clause: &ClauseSummary) -> String {
    match clause.findings.note {
        0 => clause.name.to_owned(),
        notes => format!("{} ({})", clause.name, many(notes, "note", "notes")),
    }
}

/// Words with commas between them, in lines that begin below the first.
fn wrapped(text: &mut String, words: &[String]) {
    const INDENT: usize = 11;
    let mut column = INDENT;
    for (index, word) in words.iter().enumerate() {
        let comma = if index + 1 < words.len() { "," } else { "" };
        if column + word.len() + 2 > 100 && column > INDENT {
            write!(text, "\n{:INDENT$}", "").ok();
            column = INDENT;
        }
        if column > INDENT {
            text.push(' ');
        }
        write!(text, "{word}{comma}").ok();
        column += word.len() + 2;
    }
    text.push('\n');
}

fn counts(counts: Counts) -> String {
    let parts = [
        (counts.error, "error", "errors"),
        (counts.warning, "warning", "warnings"),
        (counts.note, "note", "notes"),
    ];
    let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
    parts.map(|(count, one, several)| many(count, one, several)).collect::<Vec<_>>().join(", ")
}

pub(super) fn many(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
