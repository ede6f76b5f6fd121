//! `add-instead-of-copy`: `ADD` where `COPY` does the same.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::{Edit, Fix};
use plimsoll_syntax::dockerfile::{Command, Source};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::sources::{is_archive, is_remote, may_match_archive, paths, without_onbuild};

declare_rule! {
    /// ## What it does
    /// Reports `ADD` whose sources are all plain files or directories of the build context.
    /// Archives that `ADD` may unpack, URLs, git repositories, sources whose variables have no
    /// known value, and the flags that only `ADD` has are left alone.
    ///
    /// ## Why it matters
    /// `ADD` unpacks archives and downloads what looks like an address. Where neither is meant,
    /// `COPY` says so, and goes on saying so when a file is renamed.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// WORKDIR /src
    /// ADD . .
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
    ///
    /// ## Fix safety
    /// Safe: `COPY` puts the same bytes at the same place. It is offered where no source holds a
    /// variable, since another value may name an archive or an address.
    pub(crate) static ADD_INSTEAD_OF_COPY = {
        name: "add-instead-of-copy",
        clause: Clause::Context,
        summary: "`ADD` copies plain files",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["DL3020", "CIS-DI-0009", "CKV_DOCKER_4"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (index, outer) in facts.file.instructions.iter().enumerate() {
        let instruction = without_onbuild(outer);
        let Command::Add(copy) = &instruction.command else { continue };
        let only_add = ["checksum", "keep-git-dir", "unpack"];
        if only_add.iter().any(|it| instruction.flag(it).is_some()) {
            continue;
        }
        let plain = paths(copy).all(|it| is_plain(&facts.expand(index, it)));
        if !plain {
            continue;
        }
        let known = paths(copy).all(|it| !it.text.contains('$'));
        let help = "`COPY` does the same and no more.";
        let what = match copy.sources.first() {
            Some(Source::Path(it)) if copy.sources.len() == 1 => format!("`{}`", it.text),
            Some(Source::Heredoc(..)) if copy.sources.len() == 1 => "a heredoc".to_owned(),
            _ => "plain files".to_owned(),
        };
        let keyword = &instruction.keyword;
        let report = cx.report(keyword.span, format!("`ADD` copies {what}")).help(help);
        if known {
            let edit = Edit::replace(keyword.span, cased(&keyword.text));
            report.fix(Fix::safe("Write `COPY`", [edit])).done();
        } else {
            report.done();
        }
    }
}

/// Whether a source, its variables put in, is a file or directory that is copied as it is.
fn is_plain(path: &str) -> bool {
    is_told(path) && !is_remote(path) && !is_archive(path) && !may_match_archive(path)
}

/// Whether a path has no unknown variable, or only such as can't make it an address or an archive:
/// it begins with a directory and ends with an extension.
fn is_told(path: &str) -> bool {
    let (Some(first), Some(last)) = (path.find('$'), path.rfind(['$', '}'])) else {
        return !path.contains('$');
    };
    path[..first].contains('/') && !path[..first].contains(':') && path[last..].contains('.')
}

/// `COPY` in the letters of a keyword.
fn cased(keyword: &str) -> &'static str {
    if keyword.bytes().all(|it| it.is_ascii_lowercase()) { "copy" } else { "COPY" }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "add-instead-of-copy";

    #[test]
    fn what_only_add_does_is_left_alone() {
        let text = "FROM a\nARG SRC=x.tar\nADD rootfs.tar.gz /\nADD https://x.example/f /f\n\
                    ADD git@github.com:a/b.git /b\nADD $SRC /x\nADD $UNKNOWN /x\nADD a/$UNKNOWN /x\nADD $UNKNOWN/a.jar /x\nADD a/${UNKNOWN}.tar /x\nADD * /x/\n\
                    ADD --checksum=sha256:1 f /f\nADD --unpack=true f /f\nADD f \"a.tgz\" /d/\n";
        check(RULE, text, "");
    }

    #[test]
    fn plain_files_in_every_form() {
        let text = "FROM a\nARG JAR=target/*.jar\nADD [\"a b\", \"/c\"]\nADD --chown=1 a b /d/\n\
                    ADD ${JAR} /app.jar\nADD target/app-${UNKNOWN}.jar /\nONBUILD ADD . /src\nADD <<EOF /f\nx\nEOF\n";
        let expected = "3:1 warning: `ADD` copies `a b`\n4:1 warning: `ADD` copies plain files\n\
                        5:1 warning: `ADD` copies `${JAR}`\n\
                        6:1 warning: `ADD` copies `target/app-${UNKNOWN}.jar`\n7:9 warning: `ADD` copies `.`\n\
                        8:1 warning: `ADD` copies a heredoc";
        check(RULE, text, expected);
    }

    #[test]
    fn the_keyword_alone_is_changed() {
        let text = "FROM a\r\nadd a \\\r\n# why\r\n  b /c/\r\nONBUILD ADD x /x\r\n";
        let fixed = "FROM a\r\ncopy a \\\r\n# why\r\n  b /c/\r\nONBUILD COPY x /x\r\n";
        check_fixed(RULE, text, fixed);
    }
}
