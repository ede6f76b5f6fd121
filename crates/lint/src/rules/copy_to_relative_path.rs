//! `copy-to-relative-path`: files are copied to a path relative to no `WORKDIR`.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::ImageName;
use plimsoll_syntax::dockerfile::{Base, Command, Keyword, Stage, Word};

use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports `COPY` and `ADD` to a relative path in a stage that has no `WORKDIR`, nor those it
    /// is built on, where the base image is known to have none either.
    ///
    /// ## Why it matters
    /// The files land in the root directory, between those of the system, or somewhere else once
    /// the base image gets a `WORKDIR`.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    pub(crate) static COPY_TO_RELATIVE_PATH = {
        name: "copy-to-relative-path",
        clause: Clause::Portable,
        summary: "a relative destination, and no `WORKDIR`",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3045"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        let Some(destination) = relative_destination(facts, stage) else { continue };
        let below = facts.stages.chain(stage.index).skip(1);
        let mut below = below.flat_map(|it| it.body);
        let starts_in_root = facts.stages.root(stage.index).is_some_and(|it| {
            it.base == Base::Scratch || (it.image_known && starts_in_root(&it.image))
        });
        if !starts_in_root || below.any(|it| it.kind == Keyword::Workdir) {
            continue;
        }
        let written = destination.as_str();
        cx.report(destination.span, format!("`{written}` is relative to the root, as there is no `WORKDIR`"))
            .help("Put a `WORKDIR` above it, or write an absolute path.")
            .done();
    }
}

/// The first relative path that a stage copies to before any `WORKDIR` of its own.
fn relative_destination<'d>(facts: &Facts<'d>, stage: &Stage<'d>) -> Option<&'d Word<'d>> {
    for (offset, instruction) in stage.body.iter().enumerate() {
        let destination = match &instruction.command {
            Command::Workdir(_) => return None,
            Command::Copy(copy) | Command::Add(copy) => &copy.destination,
            _ => continue,
        };
        let path = facts.expand(stage.first + offset, destination);
        if !path.starts_with(['/', '\\', '$']) && path.get(1..2) != Some(":") {
            return Some(destination);
        }
    }
    None
}

/// Images without a `WORKDIR`, by their names without a registry's default parts.
const IN_ROOT: &[&str] = &[
    "almalinux", "alpine", "amazoncorretto", "amazonlinux", "archlinux", "busybox", "centos", "debian",
    "eclipse-temurin", "fedora", "gcc", "maven", "nginx", "node", "nvidia/cuda", "openjdk", "oraclelinux", "python",
    "rockylinux", "ruby", "rust", "ubuntu",
];

fn starts_in_root(image: &str) -> bool {
    ImageName::parse(image).is_ok_and(|it| IN_ROOT.contains(&&*it.familiar()))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "copy-to-relative-path";

    #[test]
    fn once_in_a_stage() {
        let text = "FROM alpine:3.22 AS a\nRUN x\nCOPY a b/\nCOPY c .\nFROM scratch\nCOPY app \"./\"\nFROM a\nADD x y\n";
        let expected = "3:8 note: `b/` is relative to the root, as there is no `WORKDIR`\n\
                        6:10 note: `\"./\"` is relative to the root, as there is no `WORKDIR`\n\
                        8:7 note: `y` is relative to the root, as there is no `WORKDIR`";
        check(RULE, text, expected);
    }

    #[test]
    fn what_may_have_a_directory_is_left_alone() {
        let text = "FROM golang:1.25\nCOPY a .\nFROM $X\nCOPY a .\nFROM debian AS d\nWORKDIR /x\nCOPY a .\n\
                    FROM d\nCOPY a .\nFROM debian\nCOPY a $X/y\nCOPY a C:/x\nCOPY a /b\n";
        check(RULE, text, "");
    }
}
