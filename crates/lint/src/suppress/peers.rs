//! Suppressions in the form of other tools: the comments of hadolint, dclint and zizmor, and
//! `BuildKit`'s `check`.

/// A comment of hadolint: the rules that it ignores.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hadolint<'t> {
    /// Whether it means the file (`global ignore=`) and not the next instruction.
    pub(super) global: bool,
    pub(super) codes: Vec<&'t str>,
}

/// Reads `hadolint ignore=DL3006,DL3008` and `hadolint global ignore=…`.
pub(super) fn hadolint(comment: &str) -> Option<Hadolint<'_>> {
    let rest = after_word(comment, "hadolint")?;
    let (global, rest) = match after_word(rest, "global") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let list = rest.strip_prefix("ignore")?.trim_start().strip_prefix('=')?;
    // What follows the last code, after a space, is a remark.
    let codes = list
        .split(',')
        .filter_map(|it| it.split_whitespace().next())
        .filter(|it| !it.is_empty())
        .collect();
    Some(Hadolint { global, codes })
}

fn after_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(word)?;
    let trimmed = rest.trim_start();
    (trimmed.len() < rest.len()).then_some(trimmed)
}

/// Names of checks, or all of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Names<'t> {
    #[default]
    None,
    All,
    These(Vec<&'t str>),
}

/// What `check=…` asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Check<'t> {
    pub(super) skip: Names<'t>,
    pub(super) experimental: Names<'t>,
    /// Whether findings fail the build.
    pub(super) error: bool,
}

/// Reads a comment `check=…` above an instruction, as the directive of that name is read.
pub(super) fn check_comment(comment: &str) -> Option<Check<'_>> {
    let (key, value) = comment.split_once('=')?;
    if !key.trim_end().eq_ignore_ascii_case("check") {
        return None;
    }
    check(value)
}

/// Reads the value of `check`: `skip=A,B;error=true;experimental=all`, up to the first space.
/// `None` where the builder would refuse it.
pub(super) fn check(value: &str) -> Option<Check<'_>> {
    let value = value.split_whitespace().next()?;
    let mut check = Check::default();
    for part in value.splitn(3, ';') {
        let (key, value) = part.split_once('=')?;
        match key {
            "skip" => check.skip = names(value),
            "experimental" => check.experimental = names(value),
            "error" => check.error = boolean(value)?,
            _ => return None,
        }
    }
    Some(check)
}

fn names(value: &str) -> Names<'_> {
    if value == "all" { Names::All } else { Names::These(value.split(',').collect()) }
}

/// The words that Go takes for a truth value.
fn boolean(value: &str) -> Option<bool> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// A comment of dclint.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dclint<'t> {
    /// Whether it means the file and not a line.
    pub(super) file: bool,
    pub(super) names: Names<'t>,
}

/// Reads `dclint disable-file`, `dclint disable RULE…` and `dclint disable-line RULE…`; without a
/// rule all are meant.
pub(super) fn dclint(comment: &str) -> Option<Dclint<'_>> {
    let rest = after_word(comment, "dclint")?;
    let mut words = rest.split_whitespace();
    let (file, all) = match words.next()? {
        "disable-file" => (true, true),
        "disable" => (true, false),
        "disable-line" => (false, false),
        _ => return None,
    };
    let names: Vec<&str> = words.collect();
    let names = if all || names.is_empty() { Names::All } else { Names::These(names) };
    Some(Dclint { file, names })
}

/// Reads `zizmor: ignore[RULE,…]`, whatever follows it.
pub(super) fn zizmor(comment: &str) -> Option<Vec<&str>> {
    let list = comment.strip_prefix("zizmor:")?.trim_start().strip_prefix("ignore[")?;
    let (list, _) = list.split_once(']')?;
    Some(list.split(',').map(str::trim).filter(|it| !it.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dclint_comments_name_rules_or_mean_all() {
        let read = |it| dclint(it).map(|it| (it.file, it.names));
        let these = |it: &[&'static str]| Names::These(it.to_vec());
        assert_eq!(read("dclint disable-line a b"), Some((false, these(&["a", "b"]))));
        assert_eq!(read("dclint disable-line"), Some((false, Names::All)));
        assert_eq!(read("dclint  disable a"), Some((true, these(&["a"]))));
        assert_eq!(read("dclint disable-file a"), Some((true, Names::All)));
        for comment in ["dclint", "dclint disable-next a", "dclintdisable", "disable-line a"] {
            assert_eq!(read(comment), None, "{comment}");
        }
    }

    #[test]
    fn zizmor_comments_name_rules() {
        assert_eq!(zizmor("zizmor: ignore[a, b,] why"), Some(vec!["a", "b"]));
        for comment in ["zizmor: ignore", "zizmor: ignore[a", "zizmor ignore[a]", "ignore[a]"] {
            assert_eq!(zizmor(comment), None, "{comment}");
        }
    }

    #[test]
    fn hadolint_comments_name_codes() {
        let codes = |it: &'static str| hadolint(it).map(|it| (it.global, it.codes));
        assert_eq!(
            codes("hadolint ignore=DL3006, SC2046 why"),
            Some((false, vec!["DL3006", "SC2046"]))
        );
        assert_eq!(codes("hadolint global ignore=DL1"), Some((true, vec!["DL1"])));
        assert_eq!(codes("hadolint  ignore = DL1,"), Some((false, vec!["DL1"])));
        for comment in ["hadolint shell=/bin/sh", "hadolintignore=DL1", "hadolint", "ignore=DL1"] {
            assert_eq!(codes(comment), None, "{comment}");
        }
    }

    #[test]
    fn check_takes_three_options() {
        let read = check("skip=A,B;error=true;experimental=all # why").unwrap();
        assert_eq!(read.skip, Names::These(vec!["A", "B"]));
        assert_eq!(read.experimental, Names::All);
        assert!(read.error);
        assert_eq!(check("skip=all").unwrap().skip, Names::All);
        for value in ["", "skip", "error=yes", "skip=A;what=B"] {
            assert_eq!(check(value), None, "{value}");
        }
    }

    #[test]
    fn a_comment_takes_the_form_of_the_directive() {
        assert_eq!(check_comment("Check = skip=A").unwrap().skip, Names::These(vec!["A"]));
        assert_eq!(check_comment("checks=skip=A"), None);
        assert_eq!(check_comment("check this"), None);
    }
}
