//! What a Dockerfile takes of its build context.

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Command, MountKind, Source};
use plimsoll_syntax::dockerignore::{Dockerignore, clean};

use super::{Facts, sources};

/// A path of the context that is copied or mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Relative to the context's root and cleaned; `.` for all of it. It may have wildcards.
    pub(crate) path: String,
    /// Where it is written.
    pub(crate) span: Span,
    /// Whether it ends up in a layer, as what is mounted does not.
    pub(crate) copied: bool,
}

impl Taken {
    /// Whether it is all of the context.
    pub(crate) fn is_all(&self) -> bool {
        matches!(&*self.path, "." | "*" | "**")
    }

    /// Whether a path of the context is taken with it.
    pub(crate) fn covers(&self, path: &str) -> bool {
        if self.is_all() {
            return true;
        }
        if self.path.contains(['*', '?', '[']) {
            return Dockerignore::parse(&format!("./{}", self.path)).ignores(path);
        }
        path.strip_prefix(&*self.path).is_some_and(|it| it.is_empty() || it.starts_with('/'))
    }
}

/// Everything that is taken, in order. What leaves something out (`--exclude`) is not among it, nor
/// is what only the build knows.
pub(crate) fn taken(facts: &Facts<'_>) -> Vec<Taken> {
    let mut found = Vec::new();
    for at in facts.dispatched() {
        let mut add = |text: &str, span: Span, copied: bool| {
            let value = facts.scopes().evaluate(at.stage.index, at.index, text);
            if let Ok(value) = value
                && !sources::is_remote(&value.value)
            {
                let path = clean(value.value.trim_start_matches('/'));
                found.push(Taken { path, span: at.place(span), copied });
            }
        };
        match &at.instruction.command {
            Command::Copy(copy) | Command::Add(copy) => {
                if copy.from.is_some() || at.instruction.flag("exclude").is_some() {
                    continue;
                }
                for source in &copy.sources {
                    if let Source::Path(word) = source {
                        add(&word.text, word.span, true);
                    }
                }
            }
            Command::Run(run) => {
                for mount in &run.mounts {
                    if mount.kind == MountKind::Bind && mount.get("from").is_none() {
                        let source = mount.get("source").or_else(|| mount.get("src"));
                        add(source.map_or(".", |it| &it.text), mount.span, false);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile;

    use super::*;

    #[test]
    fn copies_and_mounts_of_the_context_are_taken() {
        let text = "\
FROM a AS b
ARG D=api
COPY ./ --from=x /
COPY --exclude=target . .
COPY /src/ $D/*.toml https://example.com/x ./
RUN --mount=type=bind,target=. --mount=type=bind,from=b,target=/x make
FROM b
COPY --from=b . .
ADD . /
";
        let file = dockerfile::parse(text);
        let facts = Facts::new(&file);
        let all = taken(&facts);
        let paths: Vec<_> = all.iter().map(|it| (&*it.path, it.copied)).collect();
        let expected = [
            (".", true),
            ("--from=x", true),
            ("src", true),
            ("api/*.toml", true),
            (".", false),
            (".", true),
        ];
        assert_eq!(paths, expected);
        assert!(all[2].covers("src/a.rs") && all[2].covers("src") && !all[2].covers("srcs"));
        assert!(all[3].covers("api/a.toml") && !all[3].covers("a.toml"));
        assert!(all[4].covers("target"));
    }
}
