//! Finding the calls that read files in a file of code.

use std::ops::Range;

use super::{Input, InputKind};
use crate::{
    cargo_files::{
        place::SourceText,
        rust_tokens::{Token, group_end, item_end, tokens},
    },
    files::{Files, join, parent},
};

/// What a file has if it can have anything of interest. Looking for these first passes over nearly
/// every file.
const NEEDLES: &[&str] = &[
    "include_str!",
    "include_bytes!",
    "include!",
    "include_dir!",
    "migrate!",
    "embed_migrations!",
    "query_file",
    "i18n!",
    "folder",
    "template(",
    "schema_path",
];

/// How many tokens of a call are looked at.
const CALL_LIMIT: usize = 4_000;
/// How many tokens an attribute has.
const ATTRIBUTE_LIMIT: usize = 400;

/// Finds what the code of a library or a binary reads.
pub(super) fn code(files: &dyn Files, member: &str, source: &SourceText, found: &mut Vec<Input>) {
    if !NEEDLES.iter().any(|it| source.text.contains(it)) {
        return;
    }
    let all = tokens(&source.text);
    let reader = Reader { files, member, source };
    let mut at = 0;
    while at < all.len() {
        if let Some(end) = conditional_item(&all, at) {
            at = end;
            continue;
        }
        reader.token(&all, at, found);
        at += 1;
    }
}

/// Finds what a build script reads.
pub(super) fn build_script(
    files: &dyn Files,
    member: &str,
    source: &SourceText,
    found: &mut Vec<Input>,
) {
    let all = tokens(&source.text);
    let reader = Reader { files, member, source };
    // What it looks for before it reads it may be missing.
    let is_careful = source.text.contains(".exists()") || source.text.contains("try_exists()");
    let mut at = 0;
    while at < all.len() {
        if let Some(end) = conditional_item(&all, at) {
            at = end;
            continue;
        }
        reader.token(&all, at, found);
        reader.call(&all, at, is_careful, found);
        at += 1;
    }
}

#[derive(Clone, Copy)]
struct Reader<'r> {
    files: &'r dyn Files,
    member: &'r str,
    source: &'r SourceText,
}

impl Reader<'_> {
    /// A macro or an attribute.
    fn token(self, all: &[Token<'_>], at: usize, found: &mut Vec<Input>) {
        let Some(Token::Word(word)) = all.get(at) else { return };
        let rest = all.get(at + 1..).unwrap_or_default();
        let here = parent(&self.source.path).unwrap_or("/");
        if let [Token::Sign(b'!'), Token::Sign(b'(' | b'[' | b'{'), inner @ ..] = rest {
            let name = format!("{word}!");
            match *word {
                "include_str" | "include_bytes" | "include" => match inner {
                    [Token::Text(path, range), ..] => {
                        self.add(found, &name, join(here, path), range);
                    }
                    _ => self.joined(found, &name, inner),
                },
                "include_dir" => {
                    if let [Token::Text(path, range), ..] = inner
                        && let Some(path) = path.strip_prefix("$CARGO_MANIFEST_DIR/")
                    {
                        self.add(found, &name, join(self.member, path), range);
                    }
                }
                "migrate" | "embed_migrations" | "i18n" => {
                    if let [Token::Text(path, range), ..] = inner {
                        self.add(found, &name, join(self.member, path), range);
                    }
                }
                "query_file" | "query_file_as" | "query_file_scalar" => {
                    let path = inner.iter().take(12).find_map(|it| match it {
                        Token::Text(path, range) => Some((path, range)),
                        _ => None,
                    });
                    if let Some((path, range)) = path {
                        self.add(found, &name, join(self.member, path), range);
                    }
                }
                _ => {}
            }
        } else if let [Token::Sign(b'='), Token::Text(path, range), ..] = rest {
            let before = at.checked_sub(1).and_then(|it| all.get(it));
            match *word {
                "folder" if before == Some(&Token::Sign(b'[')) => {
                    let path = path.trim_start_matches("$CARGO_MANIFEST_DIR/");
                    self.add(found, "#[folder]", join(self.member, path), range);
                }
                "path" if in_attribute(all, at, "template") => {
                    let path = join(self.member, &format!("templates/{path}"));
                    self.add(found, "#[template]", path, range);
                }
                "schema_path" | "query_path" if in_attribute(all, at, "graphql") => {
                    self.add(found, "#[graphql]", join(self.member, path), range);
                }
                _ => {}
            }
        }
    }

    /// `concat!(env!("CARGO_MANIFEST_DIR"), "/path")`.
    fn joined(self, found: &mut Vec<Input>, name: &str, inner: &[Token<'_>]) {
        let [
            Token::Word("concat"),
            Token::Sign(b'!'),
            Token::Sign(_),
            Token::Word("env"),
            Token::Sign(b'!'),
            Token::Sign(_),
            Token::Text("CARGO_MANIFEST_DIR", _),
            Token::Sign(_),
            Token::Sign(b','),
            Token::Text(path, range),
            after @ ..,
        ] = inner
        else {
            return;
        };
        let ends =
            matches!(after, [Token::Sign(b')'), ..] | [Token::Sign(b','), Token::Sign(b')'), ..]);
        if ends {
            self.add(found, name, join(self.member, path.trim_start_matches('/')), range);
        }
    }

    /// A call of a build script, or a line that it prints for Cargo.
    fn call(self, all: &[Token<'_>], at: usize, is_careful: bool, found: &mut Vec<Input>) {
        match all.get(at) {
            Some(Token::Text(text, range)) => {
                let line = text.strip_prefix("cargo:").map(|it| it.trim_start_matches(':'));
                let path = line.and_then(|it| it.strip_prefix("rerun-if-changed="));
                if let Some(path) = path.filter(|it| !it.contains(['{', '\\'])) {
                    let start = range.end - path.len();
                    self.push(
                        found,
                        InputKind::Watched,
                        "rerun-if-changed",
                        path,
                        start..range.end,
                    );
                }
            }
            Some(Token::Word(word)) if !is_careful => {
                let takes_list = matches!(*word, "compile" | "compile_with_config");
                let is_call = takes_list
                    || matches!(
                        *word,
                        "compile_protos"
                            | "compile_protos_with_config"
                            | "compile_fds"
                            | "file"
                            | "files"
                            | "header"
                    );
                if !is_call || all.get(at + 1) != Some(&Token::Sign(b'(')) {
                    return;
                }
                let (mut depth, mut in_list) = (0_usize, 0_usize);
                for token in all.get(at + 1..).unwrap_or_default().iter().take(CALL_LIMIT) {
                    match token {
                        Token::Sign(b'(') => depth += 1,
                        Token::Sign(b')') => depth = depth.saturating_sub(1),
                        Token::Sign(b'[') => in_list += 1,
                        Token::Sign(b']') => in_list = in_list.saturating_sub(1),
                        // `cc` takes the name of a library here.
                        Token::Text(path, range)
                            if depth == 1
                                && (!takes_list || in_list > 0 || is_definition(path)) =>
                        {
                            self.push(found, InputKind::Compiled, word, path, range.clone());
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {}
        }
    }

    fn push(
        self,
        found: &mut Vec<Input>,
        kind: InputKind,
        reader: &str,
        path: &str,
        span: Range<usize>,
    ) {
        let path = join(self.member, path);
        if self.files.kind(&path).is_some() {
            let (reader, place) = (reader.to_owned(), self.source.place(span));
            found.push(Input { kind, reader, path, place });
        }
    }

    fn add(self, found: &mut Vec<Input>, reader: &str, path: String, range: &Range<usize>) {
        if self.files.kind(&path).is_some() {
            let (reader, place) = (reader.to_owned(), self.source.place(range.clone()));
            found.push(Input { kind: InputKind::Embedded, reader, path, place });
        }
    }
}

/// Whether a path names a definition of Protocol Buffers, which is always written so.
fn is_definition(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|it| it.1 == "proto")
}

/// Whether a token is among the arguments of an attribute: `#[template(…)]`.
fn in_attribute(all: &[Token<'_>], at: usize, name: &str) -> bool {
    let before = all[..at].iter().rev().take(40);
    let mut words = before.take_while(|it| **it != Token::Sign(b']'));
    words.any(|it| *it == Token::Word(name))
}

/// If an attribute `#[cfg(…)]` or `#[cfg_attr(…)]` begins here, where what it is about ends.
fn conditional_item(all: &[Token<'_>], at: usize) -> Option<usize> {
    let rest = all.get(at..)?;
    let (open, inner) = match rest {
        [Token::Sign(b'#'), Token::Sign(b'['), Token::Word(word), ..] => (at + 1, *word),
        [Token::Sign(b'#'), Token::Sign(b'!'), Token::Sign(b'['), Token::Word(word), ..] => {
            (at + 2, *word)
        }
        _ => return None,
    };
    let after = group_end(&all[..all.len().min(open + ATTRIBUTE_LIMIT)], open)?;
    if inner == "cfg_attr" {
        return Some(after);
    }
    if inner != "cfg" {
        return None;
    }
    Some(item_end(all, after))
}
