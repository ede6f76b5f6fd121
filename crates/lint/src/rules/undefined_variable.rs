//! `undefined-variable`: an instruction uses a variable that nothing sets.

use std::collections::BTreeSet;
use std::ops::Range;

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::dockerfile::variables::{Modifier, Reference, references};
use plimsoll_syntax::dockerfile::{ArgDefinition, Base, Command, Copy, EnvPair, Heredoc, Source, Word};
use plimsoll_syntax::ImageName;

use crate::facts::{Dispatched, base_environment};
use crate::rule::declare_rule;
use crate::spelling::closest;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a variable that BuildKit expands and that neither an `ARG` nor an `ENV` above it sets.
    /// Shells expand the variables of `RUN`, `CMD` and `ENTRYPOINT`, so those are not looked at.
    ///
    /// A base image may set variables too. Those of well-known images are known; with other images
    /// only what looks like a slip is reported.
    ///
    /// ## Why it matters
    /// The variable is empty: a path loses its directory, a version its number. In
    /// `ENV LD_LIBRARY_PATH=/opt/lib:$LD_LIBRARY_PATH`, which is a note, an empty entry stays at the
    /// end of the list, which means the current directory.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:13-slim
    /// ARG APP_DIR=/opt/app
    /// COPY target/release/app ${APPDIR}/
    /// USER 65532:65532
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:13-slim
    /// ARG APP_DIR=/opt/app
    /// COPY target/release/app ${APP_DIR}/
    /// USER 65532:65532
    /// ```
    pub(crate) static UNDEFINED_VARIABLE = {
        name: "undefined-variable",
        clause: Clause::Portable,
        summary: "an instruction uses a variable that nothing sets",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["UndefinedVar"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    // What has no `$` at all has no variable: most files end here.
    for at in facts.dispatched() {
        if !at.instruction.span.slice(facts.file.text).is_some_and(|it| it.contains('$')) {
            continue;
        }
        let mut seen = Seen { cx, at, reported: BTreeSet::new(), own: Vec::new() };
        seen.instruction();
    }
}

/// What was seen of an instruction so far.
struct Seen<'s, 'c, 'f, 'd> {
    cx: &'s mut Context<'c, 'd>,
    at: Dispatched<'f, 'd>,
    /// The names that were reported for this instruction.
    reported: BTreeSet<&'d str>,
    /// The names that this `ARG` itself has declared.
    own: Vec<&'d str>,
}

impl<'d> Seen<'_, '_, '_, 'd> {
    fn instruction(&mut self) {
        let instruction = self.at.instruction;
        match &instruction.command {
            Command::Add(copy) => {
                self.copy(copy);
                if let Some(checksum) = instruction.flag("checksum") {
                    self.words(&checksum.value);
                }
                self.documents(copy, &instruction.heredocs);
            }
            Command::Copy(copy) => {
                self.copy(copy);
                self.documents(copy, &instruction.heredocs);
            }
            Command::Env(env) | Command::Label(env) => self.pairs(&env.pairs),
            Command::Run(run) => {
                for field in run.mounts.iter().flat_map(|it| &it.fields) {
                    self.words(&field.value);
                }
            }
            Command::User(word) | Command::Workdir(word) | Command::Stopsignal(word) => {
                self.words([word]);
            }
            Command::Volume(words) => self.words(words),
            Command::Arg(definitions) => {
                for definition in definitions {
                    self.words(&definition.value);
                    self.own.push(definition.name.as_str());
                }
            }
            _ => {}
        }
    }

    fn copy(&mut self, copy: &'d Copy<'d>) {
        self.words(&copy.chown);
        self.words(&copy.chmod);
        let paths = copy.sources.iter().filter_map(|it| match it {
            Source::Path(word) => Some(word),
            Source::Heredoc(..) => None,
        });
        self.words(paths);
        self.words([&copy.destination]);
    }

    fn pairs(&mut self, pairs: &'d [EnvPair<'d>]) {
        for pair in pairs {
            self.words([&pair.name, &pair.value]);
        }
    }

    fn words(&mut self, words: impl IntoIterator<Item = &'d Word<'d>>) {
        for word in words.into_iter().filter(|it| it.text.contains('$')) {
            let facts = self.cx.facts;
            let value = facts.scopes().evaluate(self.at.stage.index, self.at.index, &word.text);
            let Ok(value) = value else { continue };
            let missing = self.missing(&value.unmatched);
            if missing.is_empty() {
                continue;
            }
            for reference in references(&word.text, facts.file.escape) {
                if missing.contains(reference.name) && self.reported.insert(reference.name) {
                    let span = self.at.instruction.span_in_word(word, reference.range.clone());
                    self.report(&reference, self.place(word, reference.name), span);
                }
            }
        }
    }

    /// Where a name is used that stands in a word.
    fn place(&self, word: &Word<'_>, name: &str) -> Place {
        match &self.at.instruction.command {
            Command::Env(env) => {
                let mut pairs = env.pairs.iter().filter(|it| it.name.text == name).peekable();
                if pairs.peek().is_none() {
                    return Place::Elsewhere;
                }
                let own = pairs.any(|it| it.value.span == word.span);
                if own { Place::OwnValue } else { Place::SameInstruction }
            }
            Command::Arg(all) => {
                let value = |it: &ArgDefinition<'_>| it.value.as_ref().map(|it| it.span);
                let own = |it: &ArgDefinition<'_>| {
                    it.name.text == name && value(it) == Some(word.span)
                };
                if all.iter().any(own) { Place::OwnValue } else { Place::Elsewhere }
            }
            _ => Place::Elsewhere,
        }
    }

    /// The bodies of heredocs, in which quotes mean nothing.
    fn documents(&mut self, copy: &'d Copy<'d>, heredocs: &'d [Heredoc<'d>]) {
        let used = copy.sources.iter().filter_map(|it| match it {
            Source::Heredoc(index, _) => heredocs.get(*index),
            Source::Path(_) => None,
        });
        for heredoc in used.filter(|it| it.expand && it.body.contains('$')) {
            let facts = self.cx.facts;
            let body = heredoc.body;
            let value = facts.scopes().evaluate_raw(self.at.stage.index, self.at.index, body);
            let Ok(value) = value else { continue };
            for name in self.missing(&value.unmatched) {
                let Some(range) = place_in_text(body, &name) else { continue };
                let name_range = range.end - name.len()..range.end;
                let name = &body[name_range.clone()];
                if self.reported.insert(name) {
                    let start = heredoc.body_span.start();
                    let span = Span::new(start + range.start, start + range.end);
                    let modifier = Modifier::Plain;
                    let (colon, nested) = (false, false);
                    let reference = Reference { range, name, name_range, modifier, colon, nested };
                    self.report(&reference, Place::Elsewhere, span);
                }
            }
        }
    }

    fn missing(&self, unmatched: &BTreeSet<String>) -> BTreeSet<String> {
        let scopes = self.cx.facts.scopes();
        let (stage, index) = (self.at.stage.index, self.at.index);
        let is_missing = |it: &&String| {
            !it.is_empty() && !scopes.declares(stage, index, it) && !self.own.contains(&it.as_str())
        };
        unmatched.iter().filter(is_missing).cloned().collect()
    }

    fn report(&mut self, reference: &Reference<'_>, place: Place, span: Span) {
        let name = reference.name;
        let base = self.base();
        let sets = match &base {
            Environment::Empty => Some(false),
            Environment::Of(repository) => base_environment::sets(repository, name),
            Environment::Unknown => None,
        };
        let (help, similar) = self.help(name, place);
        // An image of which nothing is known may set anything, but for what looks like a slip.
        if sets == Some(true) || sets.is_none() && !similar {
            return;
        }
        let empty = matches!(base, Environment::Empty);
        // Whoever writes a default knows that the variable may be missing, and whoever adds to a
        // list means what it has.
        let optional = matches!(reference.modifier, Modifier::Default | Modifier::Alternative)
            || place == Place::OwnValue;
        let predefined = self.cx.facts.scopes().preamble.is_predefined(name);
        let message = if empty || predefined {
            format!("`${name}` is not set here")
        } else {
            format!("`${name}` is not set here, unless the base image sets it")
        };
        let span = self.at.place(span);
        if self.cx.allows(span) {
            // A comment hides its own place alone.
            self.reported.remove(name);
        }
        let report = self.cx.report(span, message).help(help);
        if optional || !(empty || similar) {
            report.severity(Severity::Note).done();
        } else {
            report.done();
        }
    }

    /// What to do, and whether another name is alike.
    fn help(&self, name: &str, place: Place) -> (String, bool) {
        let facts = self.cx.facts;
        let is_argument = matches!(self.at.instruction.command, Command::Arg(_));
        if place == Place::OwnValue && is_argument {
            return (format!("Write `ARG {name}`: its value is given to the build."), false);
        }
        if place == Place::OwnValue {
            let help = "There is nothing to add to: leave the reference out.";
            return (help.to_owned(), false);
        }
        if place == Place::SameInstruction {
            let kind = self.at.instruction.kind.name();
            let help = format!("The {kind} that sets it has no effect before it ends: split it.");
            return (help, true);
        }
        let predefined = facts.scopes().preamble.is_predefined(name);
        let names = facts.scopes().names(self.at.stage.index, self.at.index);
        let similar = closest(name, names.chain(self.own.iter().copied()));
        match (similar, name) {
            _ if predefined => (format!("Declare it above with `ARG {name}`."), true),
            (Some(other), _) => (format!("Did you mean `${other}`?"), true),
            (None, "HOME" | "USER" | "PWD" | "HOSTNAME" | "SHELL" | "UID") => {
                let why = "is set by shells, when a container runs. Write the value itself.";
                (format!("`{name}` {why}"), false)
            }
            (None, _) => {
                (format!("Set it above, with `ARG {name}=…` or `ENV {name}=…`."), false)
            }
        }
    }

    /// What is known of the variables of the image that the stage builds on.
    fn base(&self) -> Environment {
        let root = self.cx.facts.stages.root(self.at.stage.index);
        let Some(root) = root.filter(|it| it.base == Base::Image) else {
            return Environment::Empty;
        };
        if self.cx.options.unknown_bases {
            return Environment::Empty;
        }
        let Ok(image) = ImageName::parse(&root.image) else { return Environment::Unknown };
        let official = (image.registry == "docker.io")
            .then(|| image.repository.strip_prefix("library/"))
            .flatten();
        match official {
            Some(name) if BARE.contains(&name) => Environment::Empty,
            Some(name) => Environment::Of(name.to_owned()),
            None => Environment::Of(image.repository),
        }
    }
}

/// Where a variable is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In its own value: `A=$A`.
    OwnValue,
    /// In the value of another variable that the same instruction sets.
    SameInstruction,
    /// Anywhere else.
    Elsewhere,
}

/// The variables of a base image.
#[derive(Clone, Debug)]
enum Environment {
    /// None but `PATH`.
    Empty,
    /// Those of the image of a name.
    Of(String),
    /// Not even its name is known.
    Unknown,
}

/// Images without registry and `library/` that set no variable but `PATH`.
const BARE: &[&str] = &[
    "almalinux",
    "alpine",
    "amazonlinux",
    "archlinux",
    "busybox",
    "centos",
    "debian",
    "fedora",
    "oraclelinux",
    "rockylinux",
    "ubuntu",
];

/// Where a text first names a variable: from the `$` to the end of the name.
fn place_in_text(text: &str, name: &str) -> Option<Range<usize>> {
    let is_name = |it: char| it.is_alphanumeric() || it == '_';
    text.match_indices('$').find_map(|(at, _)| {
        let rest = &text[at + 1..];
        let inner = rest.strip_prefix('{').unwrap_or(rest);
        let after = inner.strip_prefix(name)?;
        let start = text.len() - inner.len();
        (!after.starts_with(is_name)).then(|| at..start + name.len())
    })
}

#[cfg(test)]
mod tests;
