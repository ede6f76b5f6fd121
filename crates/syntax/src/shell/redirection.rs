//! Redirections and the bodies of heredocs.

use std::ops::Range;

use super::Redirection;
use super::nesting::reads_script;
use super::parser::{Closer, DEEPEST, Parser};
use super::unquote::{Unquoted, unescape};
use super::view::View;
use super::word::Token;

/// The operators; one that begins like another comes first.
const OPERATORS: [&str; 12] =
    ["&>>", "&>", "<<<", "<<-", "<<", "<&", "<>", "<", ">>", ">&", ">|", ">"];
/// The most digits of a descriptor that any shell takes.
const MOST_DIGITS: usize = 9;

/// A heredoc whose body is still to come.
#[derive(Debug)]
pub(super) struct Heredoc {
    /// The line that ends it.
    delimiter: String,
    /// `<<-`: tabs before its lines are dropped.
    tabs: bool,
    /// Whether its body is taken as it is.
    quoted: bool,
    /// The command that it feeds.
    command: Option<usize>,
}

impl<'t> Parser<'_, 't> {
    /// The descriptor and operator that come next, and where the operator ends.
    pub(super) fn redirection_start(&self) -> Option<(Option<u32>, &'static str, usize)> {
        let rest = self.rest();
        let digits = rest.iter().take(MOST_DIGITS + 1).take_while(|it| it.is_ascii_digit()).count();
        let after = &rest[digits..];
        if !matches!(after, [b'<' | b'>', ..] | [b'&', b'>', ..])
            || digits == 0 && self.substitutes_process()
        {
            return None;
        }
        let operator = OPERATORS.into_iter().find(|it| after.starts_with(it.as_bytes()))?;
        let digits_text = str::from_utf8(&rest[..digits]).ok()?;
        let descriptor = match digits_text {
            "" => None,
            // `2&>x` is a word and a redirection.
            _ if operator.starts_with('&') => return None,
            _ => Some(digits_text.parse().ok()?),
        };
        Some((descriptor, operator, self.at + digits + operator.len()))
    }

    /// Reads a redirection, if one comes next.
    pub(super) fn redirection(
        &mut self,
        command: Option<usize>,
        mark: usize,
    ) -> Option<Redirection<'t>> {
        let (descriptor, operator, after) = self.redirection_start()?;
        let start = self.at;
        self.at = after;
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        let token = self.word();
        if token.range.is_empty() {
            self.at = after;
        }
        let token = Token { range: token.range.start.min(self.at)..self.at, ..token };
        let target = self.shell_word(&token, mark);
        if matches!(operator, "<<" | "<<-") && !token.range.is_empty() {
            self.heredocs.push(Heredoc {
                delimiter: target.value.clone().into_owned(),
                tabs: operator == "<<-",
                quoted: token.quoted,
                command,
            });
        }
        let span = self.view.span(start..self.at);
        Some(Redirection { descriptor, operator, target, span })
    }

    /// Reads the redirections after `)`, `}`, `fi` and the like. No command holds them.
    pub(super) fn redirections_of_compound(&mut self) {
        let mark = self.expansions.len();
        loop {
            self.skip_blanks();
            let read = self.redirection(None, mark);
            self.expansions.truncate(mark);
            if read.is_none() {
                return;
            }
        }
    }

    /// Reads the bodies of the heredocs of the line that has ended.
    pub(super) fn heredoc_bodies(&mut self) {
        if self.heredocs.is_empty() {
            return;
        }
        for heredoc in std::mem::take(&mut self.heredocs) {
            let start = self.at;
            let mut end = self.end;
            while self.at < self.end {
                let line_start = self.at;
                self.skip_line();
                let line = &self.bytes[line_start..self.at];
                self.advance(1);
                if ends(&heredoc, line) {
                    end = line_start;
                    break;
                }
            }
            self.heredoc_body(&heredoc, start..end);
        }
    }

    /// Reads a body: as a script where a shell is fed, else for its substitutions.
    fn heredoc_body(&mut self, heredoc: &Heredoc, body: Range<usize>) {
        if self.nesting >= DEEPEST {
            return;
        }
        let outer = std::mem::replace(&mut self.parent, heredoc.command);
        let mark = self.expansions.len();
        let shell = heredoc
            .command
            .and_then(|it| self.commands.get(it))
            .and_then(|it| reads_script(&it.words));
        if let Some(options) = shell {
            let before = self.state.clone();
            self.state.options = options;
            let unescaped = if heredoc.quoted {
                Unquoted::Part(body)
            } else {
                unescape(self.view.text(), body, b"`$\\")
            };
            match unescaped {
                Unquoted::Part(part) => self.within(part, |it| it.nested_list(Closer::End)),
                Unquoted::Joined { text, pieces, .. } => {
                    let view = View::inside(self.view, text, pieces);
                    let root = self.nested_root(1);
                    self.read_view(&view, Vec::new(), root);
                }
            }
            self.state = before;
        } else if !heredoc.quoted {
            self.within(body, Self::expansions_in_text);
        }
        self.expansions.truncate(mark);
        self.parent = outer;
    }
}

fn ends(heredoc: &Heredoc, line: &[u8]) -> bool {
    let mut line = line.strip_suffix(b"\r").unwrap_or(line);
    while heredoc.tabs
        && let [b'\t', rest @ ..] = line
    {
        line = rest;
    }
    line == heredoc.delimiter.as_bytes()
}
