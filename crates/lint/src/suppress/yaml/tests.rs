//! What comments silence in Compose files, workflows and `.dockerignore`. The rule that is silenced is
//! `unbound-port`, or one with the names that other tools give it.

use plimsoll_finding::{Clause, Finding, Severity};
use plimsoll_syntax::yaml;

use super::*;
use crate::rule::finding;
use crate::rules::tests;
use crate::{FileType, FixAvailability, Options, RuleSet, Scope, check_as};

static PEERS: &[&Rule] = &[&Rule {
    name: "unpinned",
    clause: Clause::Pinned,
    summary: "",
    severity: Severity::Warning,
    fix: FixAvailability::None,
    aliases: &["zizmor/unpinned-uses", "dclint/no-x"],
    default: true,
    scope: Scope::Build,
    doc: "",
    check: crate::Check::Engine,
}];

/// The lines of the unbound ports that are left, and of those that are silenced.
fn ports(text: &str) -> (Vec<usize>, Vec<usize>) {
    let options = Options { rules: Some(RuleSet::named(["unbound-port"])), ..Options::default() };
    let checked = check_as(FileType::Compose, "compose.yaml", text, &options);
    let line = |it: &Finding| text[..it.span.unwrap().start()].matches('\n').count() + 1;
    let suppressed = checked.suppressed.iter().map(|it| line(&it.finding)).collect();
    (checked.findings.iter().map(line).collect(), suppressed)
}

/// The lines on which what begins there is silenced by the comments of other tools.
fn silenced(text: &str, is_workflow: bool) -> Vec<usize> {
    let yaml = yaml::parse(text);
    assert_eq!(yaml.errors, []);
    let suppressions = if is_workflow {
        Suppressions::in_yaml(PEERS, &yaml, Suppressions::zizmor)
    } else {
        Suppressions::in_yaml(PEERS, &yaml, Suppressions::dclint)
    };
    let mut findings = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let column = line.len() - line.trim_start_matches([' ', '-']).len();
        findings.push(finding(PEERS[0], "x", Span::empty(start + column), "x"));
        start += line.len();
    }
    let mut suppressed = Vec::new();
    suppressions.apply(PEERS[0], &mut findings, 0, &mut suppressed);
    let line = |it: Span| text[..it.start()].matches('\n').count() + 1;
    suppressed.iter().filter_map(|it| it.finding.span.map(line)).collect()
}

#[test]
fn above_an_entry_or_item_it_silences_all_of_it() {
    let text = "services:\n  a:\n    image: b\n    # plimsoll: allow(unbound-port): why\n\n    # note\n    \
                ports:\n      - 1:1\n      - 2:2\n  c:\n    ports:\n      # plimsoll: allow(CL-0005): why\n      \
                - 3:3\n      - 4:4\n  # plimsoll: allow(dev-compose): why\n  d:\n    ports: [5:5]\n";
    assert_eq!(ports(text), (vec![14], vec![8, 9, 13, 17]));
}

#[test]
fn at_the_end_of_a_line_it_silences_what_begins_or_ends_there() {
    let text = "services:\n  a:\n    ports:\n      - 1:1 # plimsoll: allow(unbound-port): why\n      - 2:2\n  \
                b: # plimsoll: allow(unbound-port): why\n    ports:\n      - 3:3\n  c:\n    ports: [\n      4:4,\n      \
                ] # plimsoll: allow(unbound-port): why\n    expose: [1]\n  d:\n    ports: [\n      5:5, 6:6, # plimsoll: allow(unbound-port): why\n      7:7]\n";
    assert_eq!(ports(text), (vec![5, 17], vec![4, 8, 11, 16, 16]));
}

#[test]
fn in_the_head_it_silences_the_file() {
    let rest = "services:\n  a:\n    ports: [1:1]\n";
    let comment = "# plimsoll: allow(unbound-port): why\n";
    assert_eq!(ports(&format!("{comment}\n{rest}")), (vec![], vec![5]));
    assert_eq!(ports(&format!("x: 1\n{comment}y: 2\n{rest}")), (vec![6], vec![]));
    let file = comment.replace("allow", "allow-file");
    assert_eq!(ports(&format!("{rest}{file}")), (vec![], vec![3]));
}

#[test]
fn a_block_is_silenced_from_begin_to_end() {
    let text = "services:\n  a:\n    ports:\n      # plimsoll: allow-begin(unbound-port): why\n      - 1:1\n      \
                - 2:2\n      # plimsoll: allow-end(unbound-port)\n      - 3:3\n";
    assert_eq!(ports(text), (vec![8], vec![5, 6]));
}

#[test]
fn what_is_wrong_is_said() {
    let check = |comment: &str| {
        let text = format!("{comment}\nservices:\n  a: {{image: b}}\n");
        let checked = check_as(FileType::Compose, "compose.yaml", &text, &Options::default());
        let about = |it: &&Finding| it.rule.contains("suppression");
        let found = checked.findings.iter().find(about).map(|it| it.message.clone());
        found.unwrap_or_default()
    };
    assert_eq!(
        check("# plimsoll: allow(unbound-port)"),
        "the suppression of `unbound-port` gives no reason"
    );
    assert_eq!(
        check("# plimsoll: allow(unbound-prt): why"),
        "`unbound-prt` is no rule, clause or alias"
    );
    assert_eq!(
        check("# plimsoll: allow(unbound-port): why"),
        "nothing here is found by `unbound-port`"
    );
    assert_eq!(
        check("# plimsoll: allow-stage(unbound-port): why"),
        "`allow-stage` means a stage, and only Dockerfiles have them"
    );
    assert_eq!(
        check("# plimsoll: allow-begin(unbound-port): why"),
        "the block for `unbound-port` has no `allow-end`"
    );
}

#[test]
fn scripts_have_no_comments_for_us() {
    let text = "services:\n  a:\n    command: |\n      # plimsoll: allow-file(unbound-port): why\n    ports: [1:1]\n";
    assert_eq!(ports(text), (vec![5], vec![]));
}

#[test]
fn dclint_comments_silence_a_line_or_the_file() {
    let dclint = |text: &str| silenced(text, false);
    assert_eq!(dclint("a: 1 # dclint disable-line no-x\nb: 2\n"), [1]);
    assert_eq!(dclint("a: 1\n# dclint disable-line\nb:\n  c: 2\n"), [3]);
    assert_eq!(dclint("\n---\n# dclint disable no-y no-x\na: 1\n"), [1, 2, 3, 4]);
    assert_eq!(dclint("# dclint disable-file\na: 1\n"), [1, 2]);
    assert_eq!(dclint("# a\n# dclint disable\na: 1 # dclint disable-line no-y\n"), [0; 0]);
}

#[test]
fn zizmor_comments_silence_what_they_are_in() {
    let zizmor = |text: &str| silenced(text, true);
    assert_eq!(zizmor("a: # zizmor: ignore[unpinned-uses] why\n  b: 1\nc: 2\n"), [1, 2]);
    assert_eq!(
        zizmor("a:\n- b: 1\n  # zizmor: ignore[x, unpinned-uses]\n  c: 2\n- d: 3\n"),
        [2, 3, 4]
    );
    assert_eq!(zizmor("a: 1 # zizmor: ignore[x]\n"), [0; 0]);
}

#[test]
fn a_pattern_is_silenced_from_the_line_above() {
    let lines = |text: &str| {
        let checked = check_as(FileType::Dockerignore, ".dockerignore", text, &Options::default());
        let about = |it: &&Finding| it.rule == "syntax-error";
        let line = |it: &Finding| text[..it.span.unwrap().start()].matches('\n').count() + 1;
        let left: Vec<_> = checked.findings.iter().filter(about).map(line).collect();
        (left, checked.suppressed.iter().map(|it| line(&it.finding)).collect::<Vec<_>>())
    };
    let comment = "# plimsoll: allow(syntax-error): why\n";
    assert_eq!(lines(&format!("a\n{comment}# b\n[\n[\n")), (vec![5], vec![4]));
    assert_eq!(lines(&format!("{comment}\n[\n[\n")), (vec![], vec![3, 4]));
    assert_eq!(lines(&format!("a\n [\n {comment}[\n")), (vec![2, 4], vec![]));
}

#[test]
fn the_fix_of_what_is_silenced_is_not_made() {
    let text = "services:\n  a:\n    ports:\n      - 1:1 # plimsoll: allow(unbound-port): why\n";
    tests::check_fixed("unbound-port", text, text);
}
