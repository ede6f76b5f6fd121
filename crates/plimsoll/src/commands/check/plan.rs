//! Which rules are run for which file, and with what they are told.
//!
//! There are four layers, each over the one before it: the settings, the settings for some paths,
//! the environment, the command line. In a layer, `select` puts other rules in place of those so
//! far, `extend-select` adds, and `ignore` takes away.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use plimsoll_finding::Severity;
use plimsoll_lint::{Options, RuleSet, UnknownSelector, named_by, resolve};

use super::shellcheck;
use crate::{
    args::check::CheckArgs,
    paths,
    settings::{Bytes, CheckSettings, PerPath, Weight},
};

/// Why it can't be said which rules to run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    #[error("{origin} names an unknown rule")]
    Selector { origin: String, source: UnknownSelector },
    #[error("`check.{key}`: `{glob}` is no pattern for paths")]
    Glob { key: &'static str, glob: String, source: ignore::Error },
}

/// Rules in words: what one layer says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) select: Vec<String>,
    pub(crate) extend_select: Vec<String>,
    pub(crate) ignore: Vec<String>,
}

/// A [`Selection`] that was understood.
#[derive(Clone, Debug)]
struct Layer {
    select: Option<RuleSet>,
    extend: RuleSet,
    ignore: RuleSet,
    /// Those that `select` and `extend-select` name themselves.
    named: RuleSet,
}

/// What is checked, and how.
#[derive(Debug)]
pub(super) struct Plan {
    /// What is left out of directories.
    pub(super) excluded: Gitignore,
    codes: BTreeSet<u32>,
    settings: Layer,
    per_path: Vec<(Gitignore, Layer)>,
    over: [Layer; 2],
    options: Options,
    /// What runs where nobody says otherwise.
    default: RuleSet,
}

impl Plan {
    /// Understands what is wanted. Patterns for paths hold from `root` on.
    pub(super) fn new(
        args: &CheckArgs,
        environment: &Selection,
        settings: &CheckSettings,
        root: &Path,
    ) -> Result<Self, PlanError> {
        let mut layer = Layer::new(
            &Selection {
                select: settings.select.clone(),
                extend_select: settings.extend_select.clone(),
                ignore: settings.ignore.clone(),
            },
            |key| format!("`check.{key}`"),
        )?;
        let severities = severities(&settings.severity, &mut layer)?;
        let per_path = |it: &PerPath| {
            let selection = Selection {
                select: it.select.clone(),
                extend_select: it.extend_select.clone(),
                ignore: it.ignore.clone(),
            };
            let layer = Layer::new(&selection, |key| format!("`check.per-path.{key}`"))?;
            Ok((globs("per-path", root, [&it.path])?, layer))
        };
        let command_line = Selection {
            select: args.select.clone(),
            extend_select: args.extend_select.clone(),
            ignore: args.ignore.clone(),
        };
        let variable =
            |key: &str| format!("PLIMSOLL_{}", key.to_ascii_uppercase().replace('-', "_"));
        let ignored = [&settings.ignore, &environment.ignore, &args.ignore];
        let codes = ignored.into_iter().flatten().filter_map(|it| shellcheck::code(it));
        Ok(Self {
            codes: codes.collect(),
            excluded: globs("exclude", root, &settings.exclude)?,
            settings: layer,
            per_path: settings.per_path.iter().map(per_path).collect::<Result<_, PlanError>>()?,
            over: [
                Layer::new(environment, variable)?,
                Layer::new(&command_line, |key| format!("--{key}"))?,
            ],
            default: RuleSet::of(|it| it.default),
            options: Options {
                severities,
                allowed_registries: settings.allowed_registries.clone(),
                label_schema: settings
                    .labels
                    .iter()
                    .map(|(name, form)| (name.clone(), form.name().to_owned()))
                    .collect(),
                strict_labels: settings.strict_labels,
                context_limit: settings.context_limit.map(|Bytes(it)| it),
                ..Options::default()
            },
        })
    }

    /// What a check of a file is told; `None` stands for a text that isn't in any file.
    pub(super) fn options(&self, path: Option<&Path>) -> Options {
        let mut rules = self.settings.over(self.default);
        let mut named = self.settings.named_over(RuleSet::default());
        // Patterns are matched against whole paths, as they hold for directories too.
        let path: Option<PathBuf> =
            path.filter(|_| !self.per_path.is_empty()).and_then(|it| paths::absolute(it).ok());
        for (glob, layer) in &self.per_path {
            let matches = |it: &PathBuf| {
                it.starts_with(glob.path())
                    && glob.matched_path_or_any_parents(it, false).is_ignore()
            };
            if path.as_ref().is_some_and(matches) {
                rules = layer.over(rules);
                named = layer.named_over(named);
            }
        }
        for layer in &self.over {
            rules = layer.over(rules);
            named = layer.named_over(named);
        }
        Options { rules: Some(rules), named, ..self.options.clone() }
    }

    /// The codes of `ShellCheck` that are ignored everywhere.
    pub(super) fn ignored_codes(&self) -> &BTreeSet<u32> {
        &self.codes
    }
}

impl Layer {
    fn new(selection: &Selection, origin: impl Fn(&str) -> String) -> Result<Self, PlanError> {
        let all = |selectors: &[String], key| -> Result<RuleSet, PlanError> {
            let mut rules = RuleSet::default();
            for selector in selectors.iter().filter(|it| !it.trim().is_empty()) {
                // These are no rules of ours, and may be ignored all the same.
                if key == "ignore" && shellcheck::code(selector).is_some() {
                    rules = rules.with(resolve(selector).unwrap_or_default());
                    continue;
                }
                let error = |source| PlanError::Selector { origin: origin(key), source };
                rules = rules.with(resolve(selector).map_err(error)?);
            }
            Ok(rules)
        };
        let select = all(&selection.select, "select")?;
        // A list of nothing is no choice, such as that of a variable which isn't set; `none` is.
        let chooses = selection.select.iter().any(|it| !it.trim().is_empty());
        let words = selection.select.iter().chain(&selection.extend_select);
        Ok(Self {
            named: words.fold(RuleSet::default(), |named, it| named.with(named_by(it))),
            select: chooses.then_some(select),
            extend: all(&selection.extend_select, "extend-select")?,
            ignore: all(&selection.ignore, "ignore")?,
        })
    }

    /// The rules with this layer over those below.
    fn over(&self, below: RuleSet) -> RuleSet {
        self.select.unwrap_or(below).with(self.extend).without(self.ignore)
    }

    /// The rules that are asked for by name with this layer over those below: who selects others
    /// names anew.
    fn named_over(&self, below: RuleSet) -> RuleSet {
        if self.select.is_some() { self.named } else { below.with(self.named) }
    }
}

/// What rules weigh; a rule that is off goes to those that are ignored. Words that mean fewer rules
/// win over those that mean more, so that a rule may be told apart from its clause.
fn severities(
    settings: &BTreeMap<String, Weight>,
    layer: &mut Layer,
) -> Result<BTreeMap<&'static str, Severity>, PlanError> {
    let mut weights = Vec::with_capacity(settings.len());
    for (selector, weight) in settings {
        let origin = "`check.severity`".to_owned();
        let rules = resolve(selector).map_err(|source| PlanError::Selector { origin, source })?;
        weights.push((rules, *weight));
    }
    weights.sort_by_key(|(rules, _)| std::cmp::Reverse(rules.len()));
    let mut severities = BTreeMap::new();
    let mut off = RuleSet::default();
    for (rules, Weight(weight)) in weights {
        off = if weight.is_some() { off.without(rules) } else { off.with(rules) };
        if let Some(severity) = weight {
            severities.extend(rules.iter().map(|it| (it.name, severity)));
        }
    }
    layer.ignore = layer.ignore.with(off);
    Ok(severities)
}

fn globs(
    key: &'static str,
    root: &Path,
    globs: impl IntoIterator<Item = impl AsRef<str>>,
) -> Result<Gitignore, PlanError> {
    let mut builder = GitignoreBuilder::new(root);
    for glob in globs {
        let glob = glob.as_ref();
        let error = |source| PlanError::Glob { key, glob: glob.to_owned(), source };
        builder.add_line(None, glob).map_err(error)?;
    }
    builder.build().map_err(|source| PlanError::Glob { key, glob: String::new(), source })
}
