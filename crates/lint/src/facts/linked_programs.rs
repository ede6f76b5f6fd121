//! The programs that the image takes from stages where cargo builds them, and what those need of a
//! C library.

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Command, CommandLine, Form, Keyword};

use super::cargo::{CargoCommand, Choice};
use super::copies::{Copied, Origin};
use super::packages::Manager;
use super::paths;
use crate::Facts;
use crate::bases::{Certainty, Description, Libc, Targets};

/// What a program needs of a C library when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Linkage {
    /// None: it is linked statically.
    Static,
    /// That of musl.
    Musl,
    /// That of glibc, as new as the one it was built on where that is known.
    Glibc(Option<(u32, u32)>),
}

/// A program that the image takes from a stage which builds it.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Where the `COPY` names it.
    pub(crate) span: Span,
    /// Its file name.
    pub(crate) name: String,
    /// The number of the stage that builds it.
    pub(crate) builder: usize,
    /// What it needs; `None` where that is not known.
    pub(crate) linkage: Option<Linkage>,
}

/// How many stages a file is followed through.
const LONGEST_WAY: usize = 4;

/// With more cargo commands in a stage than this, nobody says what its programs need.
const MOST_BUILDS: usize = 20;

/// How many files are looked at that may be programs: for each, whole stages are read.
const MOST_PROGRAMS: usize = 50;

impl Facts<'_> {
    /// The programs that the image takes from stages where cargo builds them, in order.
    pub(crate) fn programs(&self) -> &[Program] {
        self.programs.get_or_init(|| self.find_programs())
    }

    fn find_programs(&self) -> Vec<Program> {
        let mut found = Vec::new();
        let Some(last) = self.stages.last() else { return found };
        if self.stages.all.len() < 2 || !self.cargo().iter().any(|it| it.kind.builds()) {
            return found;
        }
        let started = self.started();
        let mut looked_at = 0;
        for stage in self.stages.chain(last.index) {
            for (offset, instruction) in stage.body.iter().enumerate() {
                if !matches!(&instruction.command, Command::Copy(copy) if copy.from.is_some()) {
                    continue;
                }
                for copied in self.copied(stage.first + offset) {
                    let names = [&*copied.source, &copied.path].map(paths::file_name);
                    if !is_program(&copied.source) && !names.contains(&started) {
                        continue;
                    }
                    looked_at += 1;
                    if looked_at > MOST_PROGRAMS {
                        return found;
                    }
                    if let Some((builder, source)) = self.origin_of(copied, LONGEST_WAY) {
                        found.push(Program {
                            span: copied.span,
                            name: names[0].to_owned(),
                            builder,
                            linkage: self.linkage_of(builder, &source),
                        });
                    }
                }
            }
        }
        found
    }

    /// The file name of the program that the image starts; empty where that is not known.
    fn started(&self) -> &str {
        let last = self.stages.all.len().saturating_sub(1);
        let line = |kind| match &self.stages.effective(last, kind)?.command {
            Command::Entrypoint(line) | Command::Cmd(line) => Some(line),
            _ => None,
        };
        line(Keyword::Entrypoint).or_else(|| line(Keyword::Cmd)).map_or("", first_word)
    }

    /// The stage that builds what a `COPY` takes, and where it lies there.
    fn origin_of(&self, copied: &Copied, longest: usize) -> Option<(usize, String)> {
        let Origin::Stage(stage) = copied.origin else { return None };
        let source = paths::join("/", &copied.source);
        let builds = self.builds(stage).next().is_some();
        // What a stage itself copies it doesn't build.
        for below in self.stages.chain(stage).take(usize::from(longest > 0) * LONGEST_WAY) {
            for (offset, instruction) in below.body.iter().enumerate().rev() {
                if !matches!(&instruction.command, Command::Copy(copy) if copy.from.is_some()) {
                    continue;
                }
                let mut way = self.copied(below.first + offset).to_vec();
                way.retain(|it| it.path == source || !builds && paths::is_in(&source, &it.path));
                if let Some(mut inner) = way.pop() {
                    if let Some(rest) = source.strip_prefix(&inner.path) {
                        inner.source.push_str(rest);
                    }
                    return self.origin_of(&inner, longest - 1);
                }
            }
        }
        builds.then_some((stage, source))
    }

    /// The cargo commands that build programs in a stage or those below it.
    pub(crate) fn builds(&self, stage: usize) -> impl Iterator<Item = &CargoCommand> {
        let chain = self.stages.chain(stage);
        chain.flat_map(|stage| {
            self.cargo().iter().filter(move |it| it.stage == stage.index && it.kind.builds())
        })
    }

    /// What a file of a stage that cargo builds there needs.
    fn linkage_of(&self, stage: usize, source: &str) -> Option<Linkage> {
        if source.contains('$') {
            return None;
        }
        let place = place(source);
        // Settings of cargo that the file writes, or flags that come another way.
        let is_hidden = |build: &&CargoCommand| {
            let flags = build.rustflags.as_deref().unwrap_or_default();
            !flags.contains("crt-static") && self.chain_mentions(build.stage, &["crt-static"])
        };
        let mut linkage = None;
        // The instructions of a stage are searched for each.
        if self.builds(stage).nth(MOST_BUILDS).is_some() {
            return None;
        }
        for build in self.builds(stage) {
            let fits = match (place, &build.target) {
                (Place::Host, target) => *target == Choice::Default,
                (Place::Target(triple), Choice::Is(target)) => target.starts_with(triple),
                (Place::Target(_) | Place::Elsewhere, _) => true,
            };
            if !fits {
                continue;
            }
            if is_hidden(&build) || self.chain_mentions(build.stage, &["[build]"]) {
                return None;
            }
            let this = self.linkage_by(build, place)?;
            if linkage.is_some_and(|it| it != this) {
                return None;
            }
            linkage = Some(this);
        }
        linkage
    }

    /// What a build makes that puts its results in a place.
    fn linkage_by(&self, build: &CargoCommand, place: Place<'_>) -> Option<Linkage> {
        let base = self.base(build.stage);
        let flags = build.rustflags.as_deref().unwrap_or_default();
        if flags.contains('$') {
            return None;
        }
        let target = match (&build.target, place) {
            (Choice::Is(target), _) => Some(&**target),
            (_, Place::Target(triple)) => Some(triple),
            (Choice::Default, _) | (Choice::Hidden, Place::Host) => None,
            (Choice::Hidden, Place::Elsewhere) => return None,
        };
        let driver = match build.through {
            "" | "leptos" | "cross" | "zigbuild" => build.through,
            _ => return None,
        };
        let linkage = match target {
            Some(triple) => by_triple(triple, flags, base.as_ref(), driver)?,
            // `cross` brings an image of its own.
            None if driver == "cross" => return None,
            None => self.by_host(build.stage, flags, base.as_ref()?)?,
        };
        // Where only the name of a directory speaks, the words of the file may know better.
        let is_sure = place != Place::Elsewhere
            || target.is_some()
            || matches!(linkage, Linkage::Static | Linkage::Musl)
            || !self.chain_mentions(build.stage, &["musl"]);
        is_sure.then_some(linkage)
    }

    /// What cargo makes for the machine that it runs on.
    fn by_host(&self, stage: usize, flags: &str, base: &Description<'_>) -> Option<Linkage> {
        let for_musl = match base.targets {
            Targets::Listed(list) => list.split(',').next().is_some_and(|it| it.contains("musl")),
            Targets::Short(name) | Targets::Named(name) => name.contains("musl"),
            Targets::None => false,
        };
        if base.builds_for_target {
            return for_musl.then_some(Linkage::Static);
        }
        match base.libc? {
            Libc::Musl => {
                let mut installed = self.packages().installed(&self.stages, stage);
                // Alpine's own compiler links dynamically, that of the Rust project does not.
                let of_alpine =
                    installed.any(|it| it.0 == Manager::Apk && matches!(it.1, "cargo" | "rust"));
                let is_dynamic = of_alpine || flags.contains("-crt-static");
                Some(if is_dynamic { Linkage::Musl } else { Linkage::Static })
            }
            Libc::Glibc(version) if !flags.contains("+crt-static") => {
                Some(Linkage::Glibc(version.filter(|_| base.certainty != Certainty::Guess)))
            }
            Libc::Glibc(_) => Some(Linkage::Static),
            Libc::None => None,
        }
    }
}

/// What a program of a target needs.
fn by_triple(
    triple: &str,
    flags: &str,
    base: Option<&Description<'_>>,
    driver: &str,
) -> Option<Linkage> {
    if triple.contains('$') || !triple.contains("-linux-") {
        return None;
    }
    if triple.contains("musl") {
        let is_dynamic = flags.contains("-crt-static");
        return Some(if is_dynamic { Linkage::Musl } else { Linkage::Static });
    }
    if !triple.contains("gnu") {
        return None;
    }
    if flags.contains("+crt-static") {
        return Some(Linkage::Static);
    }
    // `cargo zigbuild` takes the version after the target: `x86_64-unknown-linux-gnu.2.17`.
    let asked = triple.split_once('.').and_then(|(_, version)| version.split_once('.'));
    let asked = asked.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let of_base = match base.and_then(|it| it.libc.filter(|_| it.certainty != Certainty::Guess)) {
        Some(Libc::Glibc(version)) => version,
        _ => None,
    };
    Some(Linkage::Glibc(asked.or(of_base.filter(|_| driver.is_empty()))))
}

/// Where a file lies among cargo's results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'p> {
    /// `target/release`.
    Host,
    /// `target/x86_64-unknown-linux-musl/release`.
    Target(&'p str),
    /// Where it was copied or installed to.
    Elsewhere,
}

fn place(source: &str) -> Place<'_> {
    let mut parts = source.split('/').skip_while(|it| *it != "target").skip(1);
    match (parts.next(), parts.next()) {
        (Some(triple), Some(_)) if triple.contains("-linux-") => Place::Target(triple),
        (Some("release" | "debug"), Some(_)) => Place::Host,
        _ => Place::Elsewhere,
    }
}

/// Whether a path looks like that of a program.
fn is_program(source: &str) -> bool {
    let name = paths::file_name(source);
    let has_ending = name.get(1..).is_some_and(|it| it.contains('.'));
    let parent = paths::file_name(paths::parent(source.trim_end_matches('/')));
    let is_kept = matches!(name, "build" | "deps" | "release" | "debug" | "bin" | "");
    !has_ending && !is_kept && matches!(parent, "release" | "debug" | "bin" | "sbin")
}

/// The file name of a command's first word.
fn first_word<'l>(line: &'l CommandLine<'_>) -> &'l str {
    let word = match line.form {
        Form::Exec => line.words.first().map_or("", |it| it.as_str()),
        Form::Shell => {
            let text = line.script.text();
            text.trim_start_matches("exec ").split_whitespace().next().unwrap_or_default()
        }
    };
    paths::file_name(word)
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile;

    use super::*;

    #[track_caller]
    fn linkage(text: &str) -> Vec<(String, usize, Option<Linkage>)> {
        let file = dockerfile::parse(text);
        let facts = Facts::new(&file);
        let programs = facts.programs().iter();
        programs.map(|it| (it.name.clone(), it.builder, it.linkage)).collect()
    }

    #[track_caller]
    fn one(build: &str, copy: &str) -> Option<Linkage> {
        let text = format!("{build}\nFROM a\nCOPY --from=0 {copy}\nCMD [\"app\"]\n");
        let [(_, 0, linkage)] = linkage(&text)[..] else { panic!("{:?}", linkage(&text)) };
        linkage
    }

    const APP: &str = "/w/target/release/app /bin/";

    #[test]
    fn the_host_decides_without_a_target() {
        let glibc = Some(Linkage::Glibc(Some((2, 36))));
        assert_eq!(one("FROM rust:1.80\nRUN cargo build -r", APP), glibc);
        assert_eq!(
            one("FROM rust:1.80\nRUN cargo install --path . --root /o", "/o/bin/app /"),
            glibc
        );
        assert_eq!(one("FROM rust:1.80-alpine\nRUN cargo build -r", APP), Some(Linkage::Static));
        let dynamic = "FROM rust:1.80-alpine\nENV RUSTFLAGS=\"-C target-feature=-crt-static\"\n\
                       RUN cargo build -r";
        assert_eq!(one(dynamic, APP), Some(Linkage::Musl));
        let of_alpine = "FROM alpine:3.22\nRUN apk add cargo\nRUN cargo build -r";
        assert_eq!(one(of_alpine, APP), Some(Linkage::Musl));
        assert_eq!(
            one("FROM clux/muslrust:stable\nRUN cargo build -r", APP),
            Some(Linkage::Static)
        );
        assert_eq!(one("FROM example.com/a:1\nRUN cargo build -r", APP), None);
    }

    #[test]
    fn a_target_outweighs_the_host() {
        let musl = "FROM rust:1.80\nRUN cargo build -r --target x86_64-unknown-linux-musl";
        let path = "/w/target/x86_64-unknown-linux-musl/release/app /";
        assert_eq!(one(musl, path), Some(Linkage::Static));
        assert_eq!(one(musl, "/out/app /"), Some(Linkage::Static));
        let zig = "FROM rust:1.89\nRUN cargo zigbuild --target aarch64-unknown-linux-gnu.2.17";
        assert_eq!(one(zig, "/out/app /"), Some(Linkage::Glibc(Some((2, 17)))));
        let hidden = "FROM rust:1.89\nARG T\nRUN cargo build --target $T";
        assert_eq!(one(hidden, "/out/app /"), None);
        assert_eq!(one(hidden, "/w/target/$T/release/app /"), None);
    }

    #[test]
    fn what_may_be_otherwise_is_not_known() {
        let flags =
            "FROM rust:1.89\nCOPY config .cargo/\nRUN echo crt-static >> x\nRUN cargo build";
        assert_eq!(one(flags, "/w/target/debug/app /"), None);
        let both = "FROM rust:1.89\nRUN cargo build --target x86_64-unknown-linux-musl\n\
                    RUN cargo build --target x86_64-unknown-linux-gnu";
        assert_eq!(one(both, "/out/app /"), None);
    }

    #[test]
    fn programs_are_followed_through_stages() {
        let text = "FROM rust:1.89 AS build\nRUN cargo build -r\nFROM debian:13 AS strip\n\
                    COPY --from=build /w/target/release/app /app\nRUN strip /app\nFROM scratch\n\
                    COPY --from=strip /app /app\nCOPY --from=build /w/static /static\n\
                    ENTRYPOINT [\"/app\"]\n";
        assert_eq!(linkage(text), [("app".to_owned(), 0, Some(Linkage::Glibc(Some((2, 41)))))]);
        let others =
            "FROM golang:1 AS build\nRUN go build\nFROM scratch\nCOPY --from=build /a /a\n";
        assert_eq!(linkage(others), []);
    }
}
