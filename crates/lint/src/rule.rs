//! What a rule is.

use plimsoll_finding::{Clause, Finding, Severity, Span};

use crate::{ComposeContext, Context, DockerignoreContext, WorkflowContext};

/// Everything known about a rule before it runs.
///
/// The pages of the documentation, `plimsoll explain`, the SARIF rule table and the tests over all
/// rules are made from this.
#[derive(Debug)]
pub struct Rule {
    /// The kebab-case name, which says the problem.
    pub name: &'static str,
    /// The clause of the standard that it belongs to.
    pub clause: Clause,
    /// One line, without a period.
    pub summary: &'static str,
    /// The severity unless settings or the stage say otherwise.
    pub severity: Severity,
    /// Whether it offers a fix.
    pub fix: FixAvailability,
    /// What other tools call it: hadolint's `DL3002`, BuildKit's `JSONArgsRecommended`, and so on.
    pub aliases: &'static [&'static str],
    /// Whether it runs without being asked for.
    pub default: bool,
    /// What its findings are about, which decides how they weigh in a stage that is not shipped.
    pub scope: Scope,
    /// The rule's doc comment, in Markdown.
    pub doc: &'static str,
    /// The code of the rule, for the kind of files that it is about.
    pub check: Check,
}

/// The code of a rule, for the kind of files that it is about.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Findings that come from the engine itself: syntax errors, and what is wrong with
    /// suppressions, in files of every kind.
    Engine,
    /// A rule about Dockerfiles.
    Dockerfile(fn(&mut Context<'_, '_>)),
    /// A rule about Compose files.
    Compose(fn(&mut ComposeContext<'_, '_>)),
    /// A rule about GitHub workflows.
    Workflow(fn(&mut WorkflowContext<'_, '_>)),
    /// A rule about `.dockerignore` files.
    Dockerignore(fn(&mut DockerignoreContext<'_>)),
}

/// Whether a rule offers a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixAvailability {
    /// Never.
    None,
    /// For some findings.
    Sometimes,
    /// For every finding.
    Always,
}

/// What the findings of a rule are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What the image holds: in a stage that isn't shipped they weigh one step less.
    Image,
    /// The build itself: they weigh the same in every stage.
    Build,
}

/// A finding of a rule at a place, as heavy as the rule says.
pub(crate) fn finding(rule: &Rule, path: &str, place: Span, message: impl Into<String>) -> Finding {
    Finding::new(rule.name, rule.clause, rule.severity, path, message).at(place)
}

/// Declares a rule; the doc comment becomes [`Rule::doc`]. After the fields of all rules comes
/// `scope` for those about Dockerfiles, and then one that names the kind of files
/// that the rule is about, with its code: `check` for Dockerfiles, `compose`, `workflow`, `dockerignore`, or
/// `engine` with nothing to call.
macro_rules! declare_rule {
    (
        $(#[doc = $doc:literal])+
        $vis:vis static $NAME:ident = {
            name: $name:expr,
            clause: $clause:expr,
            summary: $summary:expr,
            severity: $severity:expr,
            fix: $fix:expr,
            aliases: $aliases:expr,
            default: $default:expr,
            $field:ident: $value:expr
            $(, $last:ident: $check:expr)? $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        $vis static $NAME: crate::Rule = crate::Rule {
            doc: concat!($($doc, "\n"),+),
            name: $name,
            clause: $clause,
            summary: $summary,
            severity: $severity,
            fix: $fix,
            aliases: $aliases,
            default: $default,
            scope: crate::rule::scope_of!($field, $value),
            check: crate::rule::check_of!($field, $value $(, $last, $check)?),
        };
    };
}
pub(crate) use declare_rule;

/// What a rule's findings are about, where it does not say so: only Dockerfiles have stages.
macro_rules! scope_of {
    (scope, $scope:expr) => {
        $scope
    };
    ($kind:ident, $check:expr) => {
        crate::Scope::Build
    };
}
pub(crate) use scope_of;

/// The kind of files that a rule is about, by the name of its last field.
macro_rules! check_of {
    (scope, $scope:expr, $kind:ident, $check:expr) => {
        crate::rule::check_of!($kind, $check)
    };
    (engine, $nothing:expr) => {
        crate::Check::Engine
    };
    (check, $check:expr) => {
        crate::Check::Dockerfile($check)
    };
    (compose, $check:expr) => {
        crate::Check::Compose($check)
    };
    (workflow, $check:expr) => {
        crate::Check::Workflow($check)
    };
    (dockerignore, $check:expr) => {
        crate::Check::Dockerignore($check)
    };
}
pub(crate) use check_of;
