//! Simple commands.

use std::ops::Range;

use super::parser::Parser;
use super::place::Place;
use super::program::is_test;
use super::word::{Class, Token};
use super::{Assignment, Redirection, ShellCommand};

/// A simple command as far as it is read. Its words are the parser's last ones.
struct Parts<'t> {
    /// How many words there are of the commands around it.
    first: usize,
    /// How many tokens.
    first_token: usize,
    /// How many there are of its own.
    words: usize,
    assignments: Vec<Assignment<'t>>,
    redirections: Vec<Redirection<'t>>,
}

impl Parts<'_> {
    /// Whether there is one word and nothing else, so that it may name a function.
    fn is_one_word(&self) -> bool {
        self.words == 1 && self.assignments.is_empty() && self.redirections.is_empty()
    }
}

impl<'t> Parser<'_, 't> {
    /// Reads a simple command, and the scripts in its arguments.
    pub(super) fn simple(&mut self) {
        self.begin();
        let start = self.at;
        let index = self.commands.len();
        self.commands.push(self.placeholder());
        let outer = self.parent.replace(index);
        let mark = self.expansions.len();
        let (first, first_token) = (self.words.len(), self.tokens.len());
        let (assignments, redirections) = (Vec::new(), Vec::new());
        let mut parts = Parts { first, first_token, words: 0, assignments, redirections };
        let end = self.parts(index, mark, &mut parts);
        if self.at == start {
            self.at += 1;
        }
        let function = self.empty_parentheses().filter(|_| parts.is_one_word());
        let nothing =
            parts.words == 0 && parts.assignments.is_empty() && parts.redirections.is_empty();
        self.parent = outer;
        if (function.is_some() || nothing) && self.commands.len() == index + 1 {
            self.commands.pop();
        } else {
            self.finish(index, mark, start..end, parts);
        }
        self.expansions.truncate(mark);
        self.words.truncate(first);
        self.tokens.truncate(first_token);
        if let Some(after) = function {
            self.at = after;
            self.function_body();
        }
    }

    /// A command of which only the circumstances are known.
    fn placeholder(&self) -> ShellCommand<'t> {
        let frame = self.top();
        let place = &self.state.place;
        ShellCommand {
            span: plimsoll_finding::Span::default(),
            assignments: Vec::new(),
            words: Vec::new(),
            redirections: Vec::new(),
            joined: frame.joined,
            parent: self.parent,
            depth: frame.depth,
            conditional: frame.may_skip(),
            directory: match place {
                Place::At(path) => Some(path.as_ref().to_owned()),
                Place::Start | Place::Unknown => None,
            },
            lost: *place == Place::Unknown,
            pipefail: self.state.options.pipefail,
            errexit: self.state.options.errexit,
            program: (0, 0..0),
        }
    }

    /// Reads assignments, words and redirections. Returns where the last of them ends.
    fn parts(&mut self, index: usize, mark: usize, parts: &mut Parts<'t>) -> usize {
        let mut end = self.at;
        let mut test = false;
        loop {
            self.skip_blanks();
            let Some(byte) = self.peek() else { return end };
            if test {
                match byte {
                    b'\n' => {
                        self.at += 1;
                        continue;
                    }
                    b';' => return end,
                    _ => {}
                }
                let token = self.word_of_test();
                let last = &self.bytes[token.range.clone()] == b"]]";
                self.push_word(token, mark, parts);
                end = self.at;
                test = !last;
                continue;
            }
            if let Some(redirection) = self.redirection(Some(index), mark) {
                parts.redirections.push(redirection);
                end = self.at;
                continue;
            }
            if Class::of(byte).ends_word() && !self.substitutes_process() {
                return end;
            }
            let token = self.word();
            let raw = &self.bytes[token.range.clone()];
            test = parts.words == 0 && raw == b"[[";
            end = self.at;
            match assigned(raw).filter(|_| parts.words == 0) {
                Some((name, value)) => {
                    let assignment = self.assignment(&token, name, value, mark);
                    parts.assignments.push(assignment);
                }
                None => self.push_word(token, mark, parts),
            }
            if parts.is_one_word() && self.empty_parentheses().is_some() {
                return end;
            }
        }
    }

    fn push_word(&mut self, token: Token, mark: usize, parts: &mut Parts<'t>) {
        let word = self.shell_word(&token, mark);
        self.words.push(word);
        self.tokens.push(token);
        parts.words += 1;
    }

    fn assignment(&self, token: &Token, name: usize, value: usize, mark: usize) -> Assignment<'t> {
        let start = token.range.start;
        let part = Token {
            range: start + value..token.range.end,
            quoted: token.quoted,
            expands: token.expands,
            // Only a home directory is looked up in a value.
            pattern: self.byte(start + value) == b'~',
        };
        Assignment {
            name: self.view.cow(start..start + name),
            value: self.shell_word(&part, mark),
            span: self.view.span(token.range.clone()),
        }
    }

    /// Stores a command and does what it does to the shell.
    fn finish(&mut self, index: usize, mark: usize, range: Range<usize>, parts: Parts<'t>) {
        let tested = is_test(&self.words[parts.first..]);
        let first_nested = self.commands.len();
        let command = &mut self.commands[index];
        command.span = self.view.span(range);
        command.assignments = parts.assignments;
        command.redirections = parts.redirections;
        command.words = self.words.drain(parts.first..).collect();
        command.find_program();
        if self.top().is_alternative() {
            let before = self.state.place.clone();
            self.state.run(&self.commands[index].words);
            if before != self.state.place {
                self.state.lose();
            }
        } else {
            self.state.run(&self.commands[index].words);
        }
        self.top_mut().finish(tested);
        self.scripts_of(index, mark, parts.first_token);
        if first_nested > index + 1 && self.commands.len() > first_nested {
            self.order(index + 1);
        }
    }

    /// Puts the commands from a number on in order of their place: a script in double quotes is
    /// read after the substitutions in it.
    fn order(&mut self, from: usize) {
        let sorted = self.commands[from..].is_sorted_by_key(|it| it.span.start());
        if sorted || !self.heredocs.is_empty() {
            return;
        }
        let mut old: Vec<_> = self.commands.drain(from..).enumerate().collect();
        old.sort_by_key(|(_, it)| it.span.start());
        let mut new = vec![0; old.len()];
        for (place, (index, _)) in old.iter().enumerate() {
            new[*index] = from + place;
        }
        for (_, mut command) in old {
            command.parent = command.parent.map(|it| if it < from { it } else { new[it - from] });
            self.commands.push(command);
        }
    }
}

/// The lengths of the name and of what precedes the value in `name=value`, `name+=value` and
/// `name[index]=value`.
fn assigned(word: &[u8]) -> Option<(usize, usize)> {
    if !word.first().is_some_and(|it| it.is_ascii_alphabetic() || *it == b'_') {
        return None;
    }
    let name = word.iter().take_while(|it| it.is_ascii_alphanumeric() || **it == b'_').count();
    let mut at = name;
    if word.get(at) == Some(&b'[') {
        at += memchr::memchr(b']', &word[at..])? + 1;
    }
    if word.get(at) == Some(&b'+') {
        at += 1;
    }
    (word.get(at) == Some(&b'=')).then_some((name, at + 1))
}
