//! The files of a crate: its root, and the modules that are declared from there.

use std::collections::{BTreeSet, VecDeque};

use super::Code;
use crate::{
    cargo_files::{SourceText, rust_tokens::Token},
    files::{Files, join, parent},
};

/// How many files of a crate are looked into.
const FILES_LIMIT: usize = 2_000;
/// How many bytes of a crate are looked into.
const BYTES_LIMIT: usize = 24 << 20;

/// The files of the crate whose root is at a path, as compiled with some features: the root first,
/// then modules in the order of their declarations. Each is given to `visit` with its tokens.
pub fn sources_from(
    files: &dyn Files,
    root: &str,
    features: &BTreeSet<String>,
    visit: &mut dyn FnMut(&SourceText, &Code<'_>),
) {
    let mut seen = BTreeSet::from([root.to_owned()]);
    // With the directory that the modules of the file lie in.
    let mut open = VecDeque::from([(root.to_owned(), parent(root).unwrap_or("/").to_owned())]);
    let mut bytes = 0;
    while let Some((path, inner)) = open.pop_front() {
        let Some(source) = SourceText::read(files, path) else { continue };
        bytes += source.text.len();
        if bytes > BYTES_LIMIT {
            return;
        }
        let text = source.text.clone();
        let code = Code::new(&text, features);
        for declared in declared(&code) {
            let place = declared.inside.iter().fold(inner.clone(), |it, name| join(&it, name));
            let found = match declared.path {
                // Such a path is seen from the file itself, where it stands in no block.
                Some(path) if declared.inside.is_empty() => {
                    let path = join(parent(&source.path).unwrap_or("/"), path);
                    let inner = parent(&path).unwrap_or("/").to_owned();
                    Some((path, inner))
                }
                Some(path) => Some((join(&place, path), place.clone())),
                None => {
                    let own = join(&place, declared.name);
                    let candidates = [format!("{own}.rs"), join(&own, "mod.rs")];
                    let there = candidates.into_iter().find(|it| files.is_file(it));
                    there.map(|it| (it, own))
                }
            };
            if let Some((path, inner)) = found
                && seen.len() < FILES_LIMIT
                && seen.insert(path.clone())
            {
                open.push_back((path, inner));
            }
        }
        visit(&source, &code);
    }
}

/// `mod name;`
struct Declared<'t> {
    name: &'t str,
    /// Of `#[path = "…"]`.
    path: Option<&'t str>,
    /// The modules in the same file around it, the outermost first.
    inside: Vec<&'t str>,
}

fn declared<'t>(code: &Code<'t>) -> Vec<Declared<'t>> {
    let mut found = Vec::new();
    for at in code.places_of("mod") {
        let Some(name) = code.word(at + 1).filter(|_| code.is_sign(at + 2, b';')) else { continue };
        let mut inside = Vec::new();
        let mut around = code.around(at);
        while let Some(open) = around {
            let names = open.checked_sub(2).filter(|it| code.word(*it) == Some("mod"));
            inside.extend(names.and_then(|it| code.word(it + 1)));
            around = code.around(open);
        }
        inside.reverse();
        found.push(Declared { name, path: path_before(code, at), inside });
    }
    found
}

/// What the attributes before a declaration say of where its file is.
fn path_before<'t>(code: &Code<'t>, at: usize) -> Option<&'t str> {
    let from = at.saturating_sub(40);
    let before = (from..at)
        .rev()
        .take_while(|it| !matches!(code.token(*it), Some(Token::Sign(b';' | b'}' | b'{'))));
    let mut places = before.filter(|it| code.is_row(*it, "# [ path ="));
    places.next().and_then(|it| code.literal(it + 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    #[test]
    fn modules_are_found_where_they_are_declared() {
        let files = MemoryFiles::new([
            (
                "/a/src/main.rs",
                "mod b; mod c { mod d; }\n#[path = \"x/y.rs\"]\nmod e;\n#[cfg(test)]\nmod t;\nmod lost;",
            ),
            ("/a/src/b.rs", "pub mod f;"),
            ("/a/src/b/f.rs", ""),
            ("/a/src/c/d/mod.rs", "mod main; mod g;"),
            ("/a/src/c/d/g.rs", "mod h;"),
            ("/a/src/c/d/g/h.rs", ""),
            ("/a/src/x/y.rs", "mod z;"),
            ("/a/src/x/z.rs", ""),
            ("/a/src/t.rs", ""),
            ("/a/src/other.rs", ""),
        ]);
        let mut found = Vec::new();
        sources_from(&files, "/a/src/main.rs", &BTreeSet::new(), &mut |it, _| {
            found.push(it.path.replace("/a/src/", ""));
        });
        let expected = [
            "main.rs",
            "b.rs",
            "c/d/mod.rs",
            "x/y.rs",
            "b/f.rs",
            "c/d/g.rs",
            "x/z.rs",
            "c/d/g/h.rs",
        ];
        assert_eq!(found, expected);
    }
}
