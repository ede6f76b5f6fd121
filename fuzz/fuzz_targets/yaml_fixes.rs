//! Whatever the Compose file or workflow, a fixed one parses no worse, keeps its comments, and stays
//! as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_finding::Applicability;
use plimsoll_lint::{FileType, Options, RuleSet, check_as, fix_as};
use plimsoll_syntax::yaml::{self, Yaml};

fuzz_target!(|text: &str| {
    let options = Options { rules: Some(RuleSet::of(|_| true)), ..Options::default() };
    for (kind, path) in [
        (FileType::Compose, "compose.yaml"),
        (FileType::Workflow, ".github/workflows/container.yml"),
    ] {
        for finding in check_as(kind, path, text, &options).findings {
            let spans =
                finding.span.into_iter().chain(finding.related.iter().filter_map(|it| it.span));
            for span in spans {
                assert!(span.slice(text).is_some(), "{}: {span:?} is not there", finding.rule);
            }
            assert!(!finding.message.contains('\n'), "{}: a message is one line", finding.rule);
        }
        for applicability in [Applicability::Safe, Applicability::Unsafe] {
            let fixed = fix_as(kind, path, text, &options, applicability).text;
            if fixed == text {
                continue;
            }
            let again = fix_as(kind, path, &fixed, &options, applicability).text;
            assert_eq!(again, fixed, "a second pass changes nothing");
            let (old, new) = (yaml::parse(text), yaml::parse(&fixed));
            assert!(new.errors.len() <= old.errors.len(), "no new errors");
            let after = comments(&new);
            let mut rest = after.iter();
            for comment in comments(&old) {
                assert!(rest.any(|it| *it == comment), "comments are kept: {comment}");
            }
        }
    }
});

fn comments<'t>(yaml: &Yaml<'t>) -> Vec<&'t str> {
    yaml.comments.iter().filter_map(|it| it.span.slice(yaml.text).map(str::trim_end)).collect()
}
