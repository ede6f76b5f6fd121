//! `relative-workdir`: a `WORKDIR` depends on the base image's.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Base, Command};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a relative path in the first `WORKDIR` of a stage that builds on an image. One that
    /// begins with a variable that is not set in the file is left alone.
    ///
    /// ## Why it matters
    /// The path begins where the base image ended. When the base is replaced or updated, files go
    /// somewhere else.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-alpine
    /// WORKDIR app
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-alpine
    /// WORKDIR /app
    /// COPY . .
    /// WORKDIR crates/server
    /// RUN cargo build --release --locked
    /// ```
    pub(crate) static RELATIVE_WORKDIR = {
        name: "relative-workdir",
        clause: Clause::Portable,
        summary: "a `WORKDIR` depends on the base image's",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["WorkdirRelativePath", "DL3000"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut is_set = vec![false; facts.stages.all.len()];
    let mut current = None;
    for at in facts.dispatched() {
        let stage = at.stage.index;
        if current != Some(stage) {
            current = Some(stage);
            inherit(&mut is_set, stage, at.stage.base);
        }
        let Command::Workdir(word) = &at.instruction.command else { continue };
        if std::mem::replace(&mut is_set[stage], true) {
            continue;
        }
        let text = word.as_str();
        let is_plain = !text.contains(['$', '\'', '"', facts.file.escape]);
        let path = if is_plain {
            text.into()
        } else {
            let Ok(expanded) = facts.scopes().evaluate(stage, at.index, text) else { continue };
            expanded.value
        };
        if path.starts_with('/') || (!cx.options.unknown_bases && is_windows(text)) {
            continue;
        }
        // A variable that nothing sets here may be set by the image, or by whoever builds.
        if !cx.options.unknown_bases && facts.expand(at.index, word).starts_with('$') {
            continue;
        }
        let message = format!("`{text}` is relative to the WORKDIR of the base image");
        let help = if path.is_empty() {
            "Its value is empty here. Write an absolute path.".to_owned()
        } else {
            format!("Write an absolute path, such as `/{}`.", path.trim_start_matches("./"))
        };
        cx.report(at.place(word.span), message).help(help).done();
    }
}

/// A stage goes on where the one below it ended.
fn inherit(is_set: &mut [bool], stage: usize, base: Base) {
    if let Base::Stage(base) = base
        && base < stage
    {
        is_set[stage] = is_set[base];
    }
}

/// Whether a path is absolute on Windows.
fn is_windows(path: &str) -> bool {
    let path = path.trim_start_matches(['"', '\'']).as_bytes();
    let drive = path.first().is_some_and(u8::is_ascii_alphabetic) && path.get(1) == Some(&b':');
    drive || path.first() == Some(&b'\\')
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::rules::tests::{check, check_with};

    #[test]
    fn only_the_first_counts() {
        check(
            "relative-workdir",
            "FROM a\nWORKDIR b\nWORKDIR c\nFROM d\nWORKDIR /e\nWORKDIR f\nFROM g\nUSER 1\n",
            "2:9 warning: `b` is relative to the WORKDIR of the base image",
        );
    }

    #[test]
    fn stages_inherit() {
        check("relative-workdir", "FROM a AS b\nWORKDIR /c\nFROM b\nWORKDIR d\n", "");
        check(
            "relative-workdir",
            "FROM a AS b\nONBUILD WORKDIR c\nFROM b\nWORKDIR d\n",
            "3:1 warning: `c` is relative to the WORKDIR of the base image",
        );
    }

    #[test]
    fn values_count() {
        check("relative-workdir", "FROM a\nENV A=/b\nWORKDIR $A/c\n", "");
        check("relative-workdir", "FROM a\nWORKDIR \"/c\"\n", "");
        check(
            "relative-workdir",
            "FROM a\nENV A=b\nWORKDIR ${A}\n",
            "3:9 warning: `${A}` is relative to the WORKDIR of the base image",
        );
    }

    #[test]
    fn values_from_elsewhere_are_left_alone() {
        let (of_the_image, of_the_build) =
            ("FROM a\nWORKDIR $SRC\n", "FROM a\nARG A\nWORKDIR ${A}\n");
        check("relative-workdir", of_the_image, "");
        check("relative-workdir", of_the_build, "");
        check_with(
            "relative-workdir",
            Options { unknown_bases: true, ..Options::default() },
            of_the_image,
            "2:9 warning: `$SRC` is relative to the WORKDIR of the base image",
        );
    }

    #[test]
    fn windows_has_drives() {
        let text = "FROM mcr.microsoft.com/windows/nanoserver:ltsc2025\nWORKDIR C:\\app\n";
        check("relative-workdir", text, "");
        check_with(
            "relative-workdir",
            Options { unknown_bases: true, ..Options::default() },
            text,
            "2:9 warning: `C:\\app` is relative to the WORKDIR of the base image",
        );
    }
}
