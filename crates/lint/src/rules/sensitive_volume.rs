//! `sensitive-volume`: a directory of the system is a volume.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Command;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::sources::without_onbuild;

declare_rule! {
    /// ## What it does
    /// Reports `VOLUME` on the root or on a directory of the system itself: `/bin`, `/boot`,
    /// `/dev`, `/etc`, `/lib`, `/lib64`, `/proc`, `/sbin`, `/sys`, `/usr`. Directories in them are
    /// left alone.
    ///
    /// ## Why it matters
    /// Each container gets a writable copy of the volume that outlives it: programs and settings
    /// that an update of the image no longer reaches, or a kernel interface hidden behind files.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY app.toml /etc/app/app.toml
    /// VOLUME /etc
    /// USER 65532:65532
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY app.toml /etc/app/app.toml
    /// VOLUME /var/lib/app
    /// USER 65532:65532
    /// ```
    pub(crate) static SENSITIVE_VOLUME = {
        name: "sensitive-volume",
        clause: Clause::ReadOnly,
        summary: "a directory of the system is a volume",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DKL-DI-0002"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (index, outer) in facts.file.instructions.iter().enumerate() {
        let Command::Volume(words) = &without_onbuild(outer).command else { continue };
        for word in words {
            let path = facts.expand(index, word);
            let plain = path.trim_end_matches('/');
            let root = plain.is_empty() && path.starts_with('/');
            if root || SYSTEM.contains(&plain) {
                let path = if root { "/" } else { plain };
                cx.report(word.span, format!("`{path}` belongs to the system and is made a volume"))
                    .help("Make a volume of the directory that holds the program's data, such as `/var/lib/app`.")
                    .done();
            }
        }
    }
}

/// Directories that hold programs, settings or interfaces of the kernel.
const SYSTEM: &[&str] = &[
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr",
    "/usr/bin", "/usr/lib", "/usr/sbin",
];

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn the_directories_themselves_and_not_what_is_in_them() {
        let text = "FROM a\nVOLUME [\"/etc/\", \"/data\"]\nVOLUME / /etc/app\nVOLUME /var/lib/x $X\n";
        let expected = "2:9 warning: `/etc` belongs to the system and is made a volume\n\
                        3:8 warning: `/` belongs to the system and is made a volume";
        check("sensitive-volume", text, expected);
    }
}
