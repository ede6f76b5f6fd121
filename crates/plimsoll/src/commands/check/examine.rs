//! One text against the rules, and its fixes.

use std::path::Path;

use plimsoll_finding::{Applicability, Finding};
use plimsoll_lint::{DroppedFix, RuleSet};

use super::{
    contexts::Contexts,
    discovery::Kind,
    markdown,
    plan::Plan,
    shellcheck::{self, ShellCheckError},
};

/// What is done with fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// They are told.
    Report,
    /// They are made.
    Fix {
        /// Those too that may change what an image does.
        risky: bool,
    },
    /// It is shown what they would change.
    Diff {
        /// As for `Fix`.
        risky: bool,
    },
}

impl Mode {
    /// Which fixes are made.
    fn fixes(self) -> Option<Applicability> {
        match self {
            Self::Report => None,
            Self::Fix { risky: true } | Self::Diff { risky: true } => Some(Applicability::Unsafe),
            Self::Fix { risky: false } | Self::Diff { risky: false } => Some(Applicability::Safe),
        }
    }
}

/// Checks texts.
#[derive(Debug)]
pub(super) struct Examiner<'a> {
    pub(super) plan: &'a Plan,
    pub(super) contexts: &'a Contexts,
    /// The current directory.
    pub(super) directory: &'a Path,
    pub(super) mode: Mode,
    /// Whether scripts go through `ShellCheck`.
    pub(super) shellcheck: bool,
}

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Examined {
    /// The text as it was.
    pub(super) text: String,
    /// With its fixes, where there are any that were asked for.
    pub(super) changed: Option<String>,
    /// What is left then.
    pub(super) findings: Vec<Finding>,
    /// How many findings comments hide.
    pub(super) suppressed: usize,
    /// How many were fixed.
    pub(super) fixed: usize,
    /// The fixes that would have done harm.
    pub(super) dropped: Vec<DroppedFix>,
    /// Why scripts were not looked at.
    pub(super) shellcheck: Option<ShellCheckError>,
    /// The rules that were run.
    pub(super) rules: RuleSet,
}

impl Examiner<'_> {
    /// Checks a text; `path` is the file that it is in or stands for.
    pub(super) fn text(
        &self,
        name: &str,
        path: Option<&Path>,
        kind: Kind,
        text: String,
    ) -> Examined {
        let mut options = self.plan.options(path);
        // Nobody knows where a text from a guide will lie.
        if let (Kind::Dockerfile, Some(path)) = (kind, path) {
            options.dockerignore = self.contexts.dockerignore(path, self.directory);
            options.has_dockerignore = Some(options.dockerignore.is_some());
        }
        let mut examined = Examined { text, ..Examined::default() };
        if let Some(applicability) = self.mode.fixes() {
            let text = &examined.text;
            let (fixed, applied, dropped) = match kind {
                Kind::Dockerfile => {
                    let fixed = plimsoll_lint::fix(name, text, &options, applicability);
                    (fixed.text, fixed.applied.len(), fixed.dropped)
                }
                Kind::Markdown => {
                    let fixed = markdown::fix(name, text, &options, applicability);
                    (fixed.text, fixed.applied, fixed.dropped)
                }
            };
            examined.changed = (fixed != *text).then_some(fixed);
            examined.fixed = applied;
            examined.dropped = dropped;
        }
        let text = examined.fixed_text();
        let checked = match kind {
            Kind::Dockerfile => plimsoll_lint::check(name, text, &options),
            Kind::Markdown => markdown::check(name, text, &options),
        };
        let scripts = match kind {
            Kind::Dockerfile if self.shellcheck => {
                shellcheck::check(name, text, self.plan.ignored_codes())
            }
            _ => Ok(Vec::new()),
        };
        examined.findings = checked.findings;
        match scripts {
            Ok(findings) => examined.findings.extend(findings),
            Err(error) => examined.shellcheck = Some(error),
        }
        examined.suppressed = checked.suppressed.len();
        examined.rules = options.rules.unwrap_or_default();
        examined
    }
}

impl Examined {
    /// The text with its fixes.
    pub(super) fn fixed_text(&self) -> &str {
        self.changed.as_deref().unwrap_or(&self.text)
    }
}
