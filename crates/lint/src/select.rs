//! Selectors: the words by which people name rules.
//!
//! A selector is a rule's name, a clause's name, an alias (in any case), the beginning of numbered
//! aliases (`DL`, `DL30`), or one of the groups `default`, `all`, `none`, `hadolint` and `buildkit`.

use plimsoll_finding::Clause;

use crate::{RULES, Rule, RuleSet};

/// The groups, and what is in each.
const GROUPS: &[Group] = &[
    ("all", |_| true),
    ("buildkit", |it| it.aliases.iter().any(|it| is_buildkit(it))),
    ("default", |it| it.default),
    ("hadolint", |it| it.aliases.iter().any(|it| is_hadolint(it))),
    ("none", |_| false),
];

type Group = (&'static str, fn(&Rule) -> bool);

/// How many near misses an error names.
const MOST_CANDIDATES: usize = 3;
/// How alike a word and a candidate must be, from 0 to 1.
const LIKENESS: f64 = 0.75;

/// The rules to run: those of `selected` (of `default` where it is empty) and
/// `extended`, without those of `ignored`. What is ignored is ignored, however it was selected.
///
/// # Errors
/// A selector names nothing.
pub fn select<S: AsRef<str>>(
    selected: &[S],
    extended: &[S],
    ignored: &[S],
) -> Result<RuleSet, UnknownSelector> {
    let mut rules = RuleSet::default();
    if selected.is_empty() {
        rules = resolve("default")?;
    }
    for selector in selected.iter().chain(extended) {
        rules = rules.with(resolve(selector.as_ref())?);
    }
    for selector in ignored {
        rules = rules.without(resolve(selector.as_ref())?);
    }
    Ok(rules)
}

/// The rules that one selector means.
///
/// # Errors
/// It names nothing. A clause without rules, and `none`, are no errors.
pub fn resolve(selector: &str) -> Result<RuleSet, UnknownSelector> {
    let selector = selector.trim();
    if let Some((_, holds)) = GROUPS.iter().find(|(name, _)| *name == selector) {
        return Ok(RuleSet::of(holds));
    }
    rules_of(selector).ok_or_else(|| UnknownSelector {
        selector: selector.to_owned(),
        candidates: candidates(selector),
    })
}

/// The rules that one selector asks for by name: by their own, another tool's for them, or that of
/// their clause. Groups, the beginnings of numbered names, and words that mean nothing name none.
pub fn named_by(selector: &str) -> RuleSet {
    let selector = selector.trim();
    let clause = selector.parse::<Clause>().ok();
    RuleSet::of(|it| clause == Some(it.clause) || it.name == selector || has_alias(it, selector))
}

/// As [`resolve`], but no groups: what a suppression may name.
pub(crate) fn rules_of(selector: &str) -> Option<RuleSet> {
    if let Ok(clause) = selector.parse::<Clause>() {
        return Some(RuleSet::of(|it| it.clause == clause));
    }
    let rules = RuleSet::of(|it| it.name == selector || has_alias(it, selector));
    if !rules.is_empty() {
        return Some(rules);
    }
    let rules =
        RuleSet::of(|it| it.aliases.iter().any(|alias| is_numbered_prefix(selector, alias)));
    (!rules.is_empty()).then_some(rules)
}

/// The rules that are most alike to a word, the most alike first.
pub(crate) fn candidates(word: &str) -> Vec<&'static str> {
    let word = word.to_ascii_lowercase();
    let names = RULES.iter().flat_map(|it| std::iter::once(&it.name).chain(it.aliases)).copied();
    let clauses = Clause::ALL.into_iter().map(Clause::name);
    let groups = GROUPS.iter().map(|(name, _)| *name);
    let mut alike: Vec<(f64, &'static str)> = names
        .chain(clauses)
        .chain(groups)
        .map(|name| (strsim::jaro_winkler(&word, &name.to_ascii_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    alike.dedup_by_key(|it| it.1);
    alike.into_iter().take(MOST_CANDIDATES).map(|(_, name)| name).collect()
}

/// Whether an alias is a check of `BuildKit`: letters alone, in camel case.
pub(crate) fn is_buildkit(alias: &str) -> bool {
    alias.starts_with(|it: char| it.is_ascii_uppercase())
        && alias.contains(|it: char| it.is_ascii_lowercase())
        && alias.bytes().all(|it| it.is_ascii_alphabetic())
}

/// Whether an alias is one of hadolint's own rules: `DL` and a number.
pub(crate) fn is_hadolint(alias: &str) -> bool {
    alias.strip_prefix("DL").is_some_and(is_number)
}

fn has_alias(rule: &Rule, word: &str) -> bool {
    rule.aliases.iter().any(|it| it.eq_ignore_ascii_case(word))
}

/// Whether a word is the beginning of an alias such as `DL3002` or `CIS-DI-0001`: at least all
/// letters before the first digit or dash.
fn is_numbered_prefix(word: &str, alias: &str) -> bool {
    let letters = alias.bytes().take_while(u8::is_ascii_uppercase).count();
    let numbered = letters >= 2 && alias.ends_with(|it: char| it.is_ascii_digit());
    numbered
        && word.len() >= letters
        && alias.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// A word that selects nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{selector}` is no rule, clause, alias or group")]
pub struct UnknownSelector {
    /// The word.
    pub selector: String,
    /// What may have been meant, the likeliest first; at most three.
    pub candidates: Vec<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(selected: &[&str], extended: &[&str], ignored: &[&str]) -> RuleSet {
        select(selected, extended, ignored).unwrap()
    }

    #[test]
    fn nothing_selected_means_the_default() {
        let default = RuleSet::of(|it| it.default);
        assert!(!default.is_empty());
        assert_eq!(chosen(&[], &[], &[]), default);
        assert_eq!(chosen(&["default"], &[], &[]), default);
        assert_eq!(chosen(&["none"], &[], &[]), RuleSet::default());
        assert_eq!(chosen(&["all"], &[], &[]).len(), RULES.len());
    }

    #[test]
    fn rules_clauses_aliases_and_prefixes_select() {
        assert_eq!(chosen(&["root-user"], &[], &[]), RuleSet::named(["root-user"]));
        assert!(chosen(&["non-root"], &[], &[]).contains("root-user"));
        assert_eq!(chosen(&["dl3002"], &[], &[]), RuleSet::named(["root-user"]));
        for prefix in ["DL", "DL3", "dl300", "hadolint"] {
            assert!(chosen(&[prefix], &[], &[]).contains("root-user"), "{prefix}");
        }
        assert!(!chosen(&["DL1"], &[], &[]).contains("root-user"));
    }

    #[test]
    fn what_is_ignored_stays_out() {
        let rules = chosen(&["none"], &["syntax-error", "DL3002"], &["non-root"]);
        assert_eq!(rules, RuleSet::named(["syntax-error"]));
    }

    #[test]
    fn groups_name_no_rule() {
        for group in ["default", "all", "none", "hadolint", "buildkit", "DL", "DL300", "xyzzy", ""]
        {
            assert!(named_by(group).is_empty(), "{group}");
        }
        for name in ["root-user", " root-user ", "DL3002", "non-root"] {
            assert!(named_by(name).contains("root-user"), "{name}");
        }
        assert!(!named_by("root-user").contains("root-service"));
    }

    #[test]
    fn unknown_words_are_refused_with_what_may_be_meant() {
        let error = resolve("root-usr").unwrap_err();
        assert_eq!(error.to_string(), "`root-usr` is no rule, clause, alias or group");
        assert_eq!(error.candidates.first(), Some(&"root-user"));
        assert!(error.candidates.len() <= MOST_CANDIDATES);
        assert_eq!(resolve("xyzzy").unwrap_err().candidates, [""; 0]);
        for word in ["", "D", "Root-User", "DL30022", "DL999"] {
            assert!(resolve(word).is_err(), "{word}");
        }
    }

    #[test]
    fn aliases_tell_whose_they_are() {
        assert!(is_buildkit("JSONArgsRecommended") && is_buildkit("UndefinedVar"));
        assert!(!is_buildkit("DL3002") && !is_buildkit("tally/x") && !is_buildkit("CIS"));
        assert!(is_hadolint("DL3002") && !is_hadolint("SC2046") && !is_hadolint("DL"));
    }

    #[test]
    fn a_prefix_holds_all_letters_of_the_alias() {
        assert!(is_numbered_prefix("CIS", "CIS-DI-0001") && is_numbered_prefix("dl", "DL3002"));
        assert!(!is_numbered_prefix("C", "CIS-DI-0001") && !is_numbered_prefix("D", "DL3002"));
        assert!(!is_numbered_prefix("JSON", "JSONArgsRecommended"));
        assert!(!is_numbered_prefix("DL3002x", "DL3002"));
    }
}
