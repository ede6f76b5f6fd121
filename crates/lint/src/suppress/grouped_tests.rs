//! What suppressions silence of findings that stand for several places.

use crate::{Checked, FileType, Options, RuleSet, check_as};

/// A rule, the path of a file, and its text, in which two lines that end with `@` are what one finding
/// stands for.
const GROUPS: &[(&str, &str, &str)] = &[
    (
        "secret-in-environment",
        "compose.prod.yaml",
        "services:\n  a:\n    image: x/y:1\n    environment:\n      A_PASSWORD: lighthouse@\n      \
         B: c\n      C_SECRET: seaside@\n",
    ),
    (
        "secret-in-environment",
        "compose.prod.yaml",
        "services:\n  a:\n    image: x/y:1\n    environment:\n      \
         A_SECRET: 8f14e45fceea167a5a36dedd4bea2543@\n  b:\n    image: x/z:1\n    environment:\n      \
         B_SECRET: 8f14e45fceea167a5a36dedd4bea2543@\n",
    ),
    ("missing-limits", "compose.prod.yaml", "services:\n  a: {build: .}@\n  b: {build: b}@\n"),
    ("missing-restart", "compose.prod.yaml", "services:\n  a: {build: .}@\n  b: {build: b}@\n"),
    ("unhardened-service", "compose.prod.yaml", "services:\n  a: {build: .}@\n  b: {build: b}@\n"),
    (
        "host-namespace",
        "compose.yaml",
        "services:\n  a:\n    build: .\n    network_mode: host@\n  b:\n    build: b\n    network_mode: host@\n",
    ),
    (
        "unset-variable",
        "compose.yaml",
        "services:\n  a:\n    image: x/y:${TAG}@\n    user: a\n    working_dir: /${PLACE}@\n",
    ),
    (
        "undigested-image",
        "compose.yaml",
        "services:\n  a:\n    image: x/y:1@\n  b:\n    image: x/y:1@\n",
    ),
    (
        "latest-image",
        "compose.yaml",
        "services:\n  a:\n    image: x/y:latest@\n  b:\n    image: x/y:latest@\n",
    ),
    ("untagged-image", "compose.yaml", "services:\n  a:\n    image: x/y@\n  b:\n    image: x/y@\n"),
    (
        "end-of-life-image",
        "compose.yaml",
        "services:\n  a:\n    image: postgres:9.6@\n  b:\n    image: postgres:9.6@\n",
    ),
    (
        "unpinned-action",
        ".github/workflows/a.yml",
        "on:\n  push:\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      \
         - uses: docker/login-action@v3@\n      - uses: docker/build-push-action@v6@\n",
    ),
    (
        "unpinned-action",
        ".github/workflows/a.yml",
        "on:\n  push:\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      \
         - uses: docker/build-push-action@master@\n      - uses: docker/build-push-action@master@\n",
    ),
    (
        "retired-action",
        ".github/workflows/a.yml",
        "on:\n  push:\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      \
         - uses: docker/login-action@v3@\n      - uses: docker/build-push-action@v6@\n",
    ),
    (
        "undigested-base",
        "Dockerfile",
        "FROM rust:1.90.0-bookworm AS b@\nRUN c\nFROM debian:13.1-slim@\nCOPY --from=b /c /c\n",
    ),
    (
        "recommended-packages",
        "Dockerfile",
        "FROM debian:13\nRUN apt-get install -y curl@\nRUN apt-get install -y git@\n",
    ),
];

/// The lines of the findings of a rule and of those that are suppressed, in the text as it was, with
/// comments above some of its places.
fn lines(rule: &str, path: &str, text: &str, hidden: [bool; 2]) -> (Vec<usize>, Vec<usize>) {
    let mut marked = hidden.into_iter();
    let (mut written, mut comments) = (String::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        let (line, is_place) = line.strip_suffix('@').map_or((line, false), |it| (it, true));
        if is_place && marked.next() == Some(true) {
            let indent = line.len() - line.trim_start().len();
            written.extend([format!("{:indent$}# plimsoll: allow({rule}): known\n", "")]);
            comments.push(number);
        }
        written.extend([line, "\n"]);
    }
    let rules = RuleSet::named([rule, "unused-suppression", "unhardened-service"]);
    let options = Options { rules: Some(rules), ..Options::default() };
    let kind = FileType::of(path).unwrap();
    let Checked { findings, suppressed } = check_as(kind, path, &written, &options);
    assert!(findings.iter().all(|it| it.rule != "unused-suppression"), "{rule}: {findings:?}");
    let line = |at: usize| {
        let line = written[..at].matches('\n').count();
        line + 1 - comments.iter().enumerate().filter(|(n, it)| *it + n < line).count()
    };
    let of_rule = findings.iter().filter(|it| it.rule == rule);
    let suppressed = suppressed.iter().map(|it| line(it.finding.span.unwrap().start()));
    (of_rule.map(|it| line(it.span.unwrap().start())).collect(), suppressed.collect())
}

#[test]
fn a_comment_hides_its_own_place_alone() {
    for (rule, path, text) in GROUPS {
        let places: Vec<usize> =
            (1..).zip(text.lines()).filter(|it| it.1.ends_with('@')).map(|it| it.0).collect();
        let [first, second] = places[..] else { panic!("{rule}: two places") };
        let (open, suppressed) = lines(rule, path, text, [false, false]);
        assert_eq!((open.len(), suppressed.len()), (1, 0), "{rule}: one finding stands for both");
        assert_eq!(lines(rule, path, text, [true, false]), (vec![second], vec![first]), "{rule}");
        assert_eq!(lines(rule, path, text, [false, true]), (vec![first], vec![second]), "{rule}");
        let (open, suppressed) = lines(rule, path, text, [true, true]);
        assert!(open.is_empty() && !suppressed.is_empty(), "{rule}: {open:?} {suppressed:?}");
    }
}

#[test]
fn a_finding_counts_and_shows_the_places_that_are_left() {
    let text = "services:\n  a: {build: .}\n  # plimsoll: allow(missing-restart): known\n  b: {build: b}\n  c: {build: c}\n";
    let options = Options {
        rules: Some(RuleSet::named(["missing-restart", "unhardened-service"])),
        ..Options::default()
    };
    let checked = check_as(FileType::Compose, "compose.prod.yaml", text, &options);
    let finding = checked.findings.iter().find(|it| it.rule == "missing-restart").unwrap();
    assert_eq!(
        finding.message,
        "nothing starts `a` and another service again when they have ended"
    );
    let shown: Vec<_> = finding.related.iter().filter_map(|it| it.span?.slice(text)).collect();
    assert_eq!(shown, ["c"]);
    assert_eq!(checked.suppressed[0].finding.message, "nothing starts `b` again when it has ended");
}
