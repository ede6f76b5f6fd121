//! Inputs, answered.

use proptest::prelude::*;
use serde_json::json;

use super::{
    Context, Inputs, Manner, Metadata, RepositoryFacts, Settings, TagsError, Warning, is_tag,
};

fn context(git_ref: &str) -> Context {
    Context {
        event_name: "push".to_owned(),
        git_ref: git_ref.to_owned(),
        sha: "860c1904a1ce19322e91ac35af1ab07466440c37".to_owned(),
        commit_time: "2019-12-31T23:30:05Z".parse().ok(),
        now: "2020-01-10T00:30:00Z".parse().unwrap(),
        created: None,
        payload: json!({ "repository": { "default_branch": "main" } }),
        repository: RepositoryFacts::default(),
        settings: Settings::default(),
        released: None,
    }
}

fn inputs(tags: &[&str]) -> Inputs {
    let owned = |it: &&str| (*it).to_owned();
    Inputs { tags: tags.iter().map(owned).collect(), ..Inputs::default() }
}

fn ours(git_ref: &str, released: &[&str], tags: &[&str]) -> Result<Metadata, TagsError> {
    let released = released.iter().map(|it| (*it).to_owned()).collect();
    let context = Context { released: Some(released), ..context(git_ref) };
    super::metadata(&inputs(tags), &context, Manner::Ours)
}

const VERSIONS: [&str; 3] = [
    "type=semver,pattern={{major}}",
    "type=semver,pattern={{major}}.{{minor}}",
    "type=semver,pattern={{version}}",
];

#[test]
fn a_release_has_its_version_first_and_latest_last() {
    let found = ours("refs/tags/v1.2.3", &["v1.2.2"], &VERSIONS).unwrap();
    assert_eq!(found.tags, ["1.2.3", "1", "1.2", "latest"]);
    assert_eq!(found.version.as_deref(), Some("1.2.3"));
}

#[test]
fn tags_do_not_move_back_to_an_older_release() {
    let released = ["v1.9.9", "v1.10.0", "v2.0.0"];
    let found = ours("refs/tags/v1.9.9", &released, &VERSIONS).unwrap();
    assert_eq!(found.tags, ["1.9.9", "1.9"]);
    let warnings: Vec<_> = found.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "The tag 1 stays at the newer release v1.10.0.",
            "The tag latest stays at the newer release v2.0.0.",
        ]
    );
}

#[test]
fn versions_of_python_do_not_move_back_either() {
    let entries = ["type=pep440,pattern={{version}}", "type=pep440,pattern={{major}}"];
    let back = ours("refs/tags/v1.2.9", &["v1.2.9", "v2.0.0", "v1.3.0"], &entries).unwrap();
    assert_eq!(back.tag_names(), ["1.2.9"]);
    let ahead = ours("refs/tags/2.1", &["v1.2.9", "v2.0.0"], &entries).unwrap();
    assert_eq!(ahead.tag_names(), ["2.1", "2", "latest"]);
}

#[test]
fn where_releases_are_not_known_nothing_moves() {
    let context = context("refs/tags/v1.2.3");
    let found = super::metadata(&inputs(&VERSIONS), &context, Manner::Ours).unwrap();
    assert_eq!(found.tag_names(), ["1.2.3"]);
    assert!(found.warnings.contains(&Warning::Unknown { name: "latest".to_owned() }));
}

#[test]
fn a_git_tag_that_is_no_version_is_not_latest() {
    for (git_ref, tags) in [
        ("refs/tags/nightly", vec!["nightly"]),
        ("refs/tags/v1.2", vec!["v1.2", "latest"]),
        ("refs/tags/2026.01.05", vec!["2026.01.05", "latest"]),
    ] {
        let found = ours(git_ref, &[], &["type=ref,event=tag"]).unwrap();
        assert_eq!(found.tag_names(), tags, "{git_ref}");
    }
}

#[test]
fn a_prerelease_is_not_latest() {
    let found = ours("refs/tags/v1.2.3-rc.1", &[], &["type=ref,event=tag"]).unwrap();
    assert_eq!(found.tags, ["v1.2.3-rc.1"]);
}

#[test]
fn zero_is_no_tag_in_any_manner() {
    for manner in [Manner::Model, Manner::Ours] {
        let context = context("refs/tags/v0.3.1");
        let found = super::metadata(&inputs(&VERSIONS), &context, manner).unwrap();
        assert!(!found.tags.contains(&"0".to_owned()));
        let python = inputs(&["type=pep440,pattern={{major}}"]);
        assert!(super::metadata(&python, &context, manner).unwrap().tags.is_empty());
    }
}

#[test]
fn a_branch_does_not_get_a_tag_of_releases() {
    for branch in ["latest", "1.2.3", "v1.2", "1"] {
        let git_ref = format!("refs/heads/{branch}");
        for entry in ["type=ref,event=branch", "type=raw,value={{branch}}"] {
            let error = ours(&git_ref, &[], &[entry]).unwrap_err();
            assert!(matches!(error, TagsError::TagOfReleases { .. }), "{branch}");
        }
    }
    let found = ours("refs/heads/main", &[], &["type=raw,value=latest"]).unwrap();
    assert_eq!(found.tags, ["latest"]);
}

#[test]
fn what_no_registry_takes_is_an_error() {
    let long = format!("type=raw,value={}", "a".repeat(129));
    for entry in ["type=raw,value=.a", "type=raw,value=-a", &long] {
        let found = super::metadata(&inputs(&[entry]), &context(""), Manner::Model);
        assert!(matches!(found, Err(TagsError::InvalidTag { .. })), "{entry}");
    }
    let images = Inputs { images: vec!["user/app:1.0".to_owned()], ..inputs(&["a"]) };
    assert!(super::metadata(&images, &context(""), Manner::Model).is_err());
}

#[test]
fn every_tag_is_listed_once() {
    let images = ["a/b", "A/B", "c"].map(str::to_owned).to_vec();
    let flavor = vec!["latest=true".to_owned()];
    let inputs = Inputs { images, flavor, ..inputs(&["latest", "x", "x"]) };
    let found = super::metadata(&inputs, &context(""), Manner::Model).unwrap();
    assert_eq!(found.tags, ["a/b:latest", "a/b:x", "c:latest", "c:x"]);
}

#[test]
fn no_image_enabled_means_no_tags() {
    let images = vec!["name=a/b,enable=false".to_owned()];
    let inputs = Inputs { images, ..inputs(&["x"]) };
    let found = super::metadata(&inputs, &context(""), Manner::Model).unwrap();
    assert!(found.tags.is_empty());
    assert_eq!(found.version.as_deref(), Some("x"));
}

#[test]
fn our_labels_can_be_dropped_and_tell_the_version_of_a_tagged_commit() {
    let labels = vec!["org.opencontainers.image.url=".to_owned(), "a=".to_owned()];
    let inputs = Inputs { labels, ..inputs(&["type=sha"]) };
    let created = "2020-01-01T00:00:00Z".parse().ok();
    let context = Context { created, ..context("refs/tags/v1.2.3") };
    let found = super::metadata(&inputs, &context, Manner::Ours).unwrap().label_lines();
    assert_eq!(
        found,
        [
            "a=",
            "org.opencontainers.image.created=2020-01-01T00:00:00.000Z",
            "org.opencontainers.image.description=",
            "org.opencontainers.image.licenses=",
            "org.opencontainers.image.revision=860c1904a1ce19322e91ac35af1ab07466440c37",
            "org.opencontainers.image.source=",
            "org.opencontainers.image.title=",
            "org.opencontainers.image.version=1.2.3",
        ]
    );
}

#[test]
fn a_label_without_a_value_is_an_error_of_ours() {
    for (label, is_error) in [("title", true), ("a\nb=c", true), ("=a", true), ("a=", false)] {
        let inputs = Inputs { labels: vec![label.to_owned()], ..inputs(&["type=sha"]) };
        let answer = |manner| super::metadata(&inputs, &context("refs/heads/main"), manner);
        assert_eq!(answer(Manner::Ours).is_err(), is_error, "{label:?}");
        assert!(answer(Manner::Model).is_ok(), "{label:?}");
    }
}

#[test]
fn a_request_by_target_is_about_the_request() {
    let payload = json!({ "number": 15, "pull_request": { "head": { "sha": "abc" } } });
    let settings = Settings { pr_head_sha: Some("true".to_owned()), ..Settings::default() };
    let event_name = "pull_request_target".to_owned();
    let context = Context { event_name, payload, settings, ..context("refs/heads/main") };
    let found =
        super::metadata(&inputs(&["type=ref,event=pr", "type=sha"]), &context, Manner::Ours);
    assert_eq!(found.unwrap().tags, ["pr-15", "sha-abc"]);
    let nobody = Context { payload: json!(null), ..context };
    let found = super::metadata(&inputs(&["type=ref,event=branch"]), &nobody, Manner::Ours);
    assert!(found.unwrap().tags.is_empty());
}

/// Pieces of entries, so that entries come out that mean something.
fn entry() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "type=",
        "semver",
        "match",
        "raw",
        "sha",
        "pep440",
        "ref,event=branch",
        ",",
        "=",
        "\"",
        "pattern=",
        "value=",
        "{{",
        "}}",
        "branch",
        "date 'YYYY' tz='Asia/Tokyo'",
        "#if tag",
        "/if",
        "\\",
        "(",
        ")",
        "*",
        "[",
        "]",
        "/",
        "{{version}}",
        "prefix=",
        "é",
        "\u{1F600}",
        "group=",
        "1",
        ".",
        "-",
        "~",
        "!",
        "\n",
    ]);
    let piece = prop_oneof![8 => pieces.prop_map(str::to_owned), 1 => ".{0,4}"];
    prop::collection::vec(piece, 0..12).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_for_tags_are_valid(
        tags in prop::collection::vec(entry(), 0..4),
        flavor in prop::collection::vec("(prefix|suffix)=[a-z{}.-]{0,8}(,onlatest=true)?", 0..2),
        labels in prop::collection::vec(entry(), 0..2),
        git_ref in "refs/(heads|tags)/[a-z0-9./+é-]{0,12}",
        is_ours: bool,
    ) {
        let manner = if is_ours { Manner::Ours } else { Manner::Model };
        let inputs = Inputs { tags, flavor, labels, ..Inputs::default() };
        if let Ok(found) = super::metadata(&inputs, &context(&git_ref), manner) {
            prop_assert!(found.tags.iter().all(|it| is_tag(it)), "{:?}", found.tags);
        }
    }

    #[test]
    fn whatever_lists_hold_they_are_read_or_refused(text in "([a=,#\"]|\n|\r|\\PC){0,40}") {
        let read = Inputs::from_map(|_| Some(text.clone()), Manner::Ours);
        prop_assert!(read.is_err() || read.is_ok_and(|it| it.tags.len() <= 41));
    }
}
