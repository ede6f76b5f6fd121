//! `pip-cache-kept`: the cache of pip stays in the image.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Cache, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN` in the shipped image that fills the cache of pip and neither keeps it out,
    /// nor removes it, nor has it on a cache mount.
    ///
    /// ## Why it matters
    /// The image carries files that nothing reads again. Removing them in a later `RUN` doesn't
    /// help: the layer keeps them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM python:3.13-slim-trixie
    /// RUN pip install maturin==1.9.4
    /// CMD ["maturin", "--version"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM python:3.13-slim-trixie
    /// RUN pip install --no-cache-dir maturin==1.9.4
    /// CMD ["maturin", "--version"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM python:3.13-slim-trixie
    /// ENV PIP_NO_CACHE_DIR=1
    /// RUN pip install maturin==1.9.4
    /// CMD ["maturin", "--version"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM python:3.13-slim-trixie
    /// RUN --mount=type=cache,target=/root/.cache/pip pip install maturin==1.9.4
    /// CMD ["maturin", "--version"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe: pip installs the same, and fetches it again where another `RUN` installs it too.
    pub(crate) static PIP_CACHE_KEPT = {
        name: "pip-cache-kept",
        clause: Clause::NoNeedlessPackages,
        summary: "the cache of pip stays in the image",
        severity: Severity::Note,
        fix: FixAvailability::Always,
        aliases: &["DL3042"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let help = "Add `--no-cache-dir` (`--no-cache` of uv), or put the cache on a cache mount.";
    let kept = cx.facts.kept_caches(Cache::Pip);
    if kept.is_empty() {
        return;
    }
    let emptied = cx.facts.emptied(Cache::Pip);
    for found in &kept {
        report::kept_without_option(cx, found, &emptied, help, |run| match run.program() {
            "uv" => "--no-cache",
            _ => "--no-cache-dir",
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn all_installs_of_a_run_are_one_finding_and_one_fix() {
        let text = "FROM a\n\
             RUN pip install -U pip && \\\n  python3 -m pip install -r r.txt && uv pip install --system b\n";
        check("pip-cache-kept", text, "2:9 note: `pip install` leaves its cache in the image");
        check_fixed(
            "pip-cache-kept",
            text,
            "FROM a\n\
             RUN pip install --no-cache-dir -U pip && \\\n  python3 -m pip install --no-cache-dir -r r.txt && uv pip install --no-cache --system b\n",
        );
    }

    #[test]
    fn variables_switch_it_off() {
        for set in [
            "ENV PIP_NO_CACHE_DIR=off\nENV PIP_NO_CACHE_DIR=1",
            "ARG PIP_NO_CACHE_DIR=true",
            "ENV PIP_CACHE_DIR /x",
        ] {
            check("pip-cache-kept", &format!("FROM a\n{set}\nRUN pip install b"), "");
        }
        check("pip-cache-kept", "FROM a\nRUN export PIP_NO_CACHE_DIR=1; pip install b", "");
        check("pip-cache-kept", "FROM a\nRUN PIP_NO_CACHE_DIR=1 pip install b", "");
        check(
            "pip-cache-kept",
            "FROM a\nENV PIP_NO_CACHE_DIR=0\nRUN pip install b",
            "3:9 note: `pip install` leaves its cache in the image",
        );
    }

    #[test]
    fn a_cache_that_goes_or_lies_elsewhere_is_fine() {
        for end in [
            "pip cache purge",
            "rm -rf ~/.cache",
            "rm -rf /root/.cache/pip/*",
            "rm -rf /home/app/.cache",
            "python -m pip cache purge",
        ] {
            check("pip-cache-kept", &format!("FROM a\nRUN pip install b && {end}"), "");
        }
        check(
            "pip-cache-kept",
            "FROM a\nRUN --mount=type=cache,target=/home/x/.cache/pip pip install b",
            "",
        );
        check("pip-cache-kept", "FROM a AS b\nRUN pip install c\nFROM a\nCOPY --from=b /x /x", "");
    }
}
