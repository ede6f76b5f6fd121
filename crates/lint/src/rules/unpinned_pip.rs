//! `unpinned-pip`: packages are installed with pip without a version.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Manager, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports packages that are installed without a version. Files, addresses and variables whose
    /// value isn't known count as pinned.
    ///
    /// ## Why it matters
    /// What is installed depends on the day of the build: a new release can break the image or what
    /// runs in it, and nobody sees what changed.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM python:3.13-slim-trixie
    /// RUN pip install --no-cache-dir maturin
    /// COPY . /src
    /// RUN maturin build --release --manifest-path /src/Cargo.toml
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM python:3.13-slim-trixie
    /// RUN pip install --no-cache-dir maturin==1.9.4
    /// COPY . /src
    /// RUN maturin build --release --manifest-path /src/Cargo.toml
    /// ```
    pub(crate) static UNPINNED_PIP = {
        name: "unpinned-pip",
        clause: Clause::Pinned,
        summary: "packages are installed with pip without a version",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3013"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let help = "Name a version, as in `maturin==1.9.4`, or install from a file of requirements that \
                does.";
    report::unpinned(cx, &[Manager::Pip], help);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn every_way_to_call_pip_counts() {
        for call in ["pip", "pip3", "python -m pip", "/venv/bin/pip3.12", "uv pip", "sudo pip"] {
            let text = format!("FROM a\nRUN {call} install flask");
            let column = 14 + call.len();
            check("unpinned-pip", &text, &format!("2:{column} note: `flask` has no version"));
        }
    }

    #[test]
    fn a_lower_bound_is_no_version() {
        check(
            "unpinned-pip",
            "FROM a\nRUN pip install 'a>=1' 'b<2' c~=1.0 d==1",
            "2:17 note: `a>=1` has no version",
        );
    }

    #[test]
    fn files_constraints_and_hashes_decide() {
        for arguments in [
            "-r requirements.txt",
            "-c c.txt a",
            "--require-hashes a",
            ". -e ./b",
            "dist/a.whl",
            "--index-url u a==1",
        ] {
            check("unpinned-pip", &format!("FROM a\nRUN pip install {arguments}"), "");
        }
    }
}
