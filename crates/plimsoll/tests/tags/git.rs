//! Outside of CI: what git alone says.

use crate::fixture::{Repository, git_in, run_in};

#[test]
fn a_release_has_its_version_and_what_moves_with_it() {
    let repository = Repository::new();
    repository.tag(&["v1.1.0", "v1.2.3"]);
    repository.git(&["tag", "-f", "v1.1.0", "HEAD"]);
    repository.git(&["tag", "-d", "v1.1.0"]);
    assert_eq!(repository.tags(&[]).lines(), ["1.2.3", "1.2", "1", "latest"]);
    let named = repository.tags(&["--image", "ghcr.io/a/b"]);
    assert_eq!(named.lines()[0], "ghcr.io/a/b:1.2.3");
}

#[test]
fn a_back_port_gets_neither_latest_nor_the_major_version() {
    let repository = Repository::new();
    repository.tag(&["v1.2.3"]);
    for (version, tags) in [("1.3.0", ["v1.3.0"]), ("2.0.0", ["v2.0.0"])] {
        repository.version(version);
        repository.commit();
        repository.tag(&tags);
    }
    repository.git(&["checkout", "-q", "v1.2.3"]);
    repository.version("1.2.9");
    repository.commit();
    repository.git(&["tag", "-a", "-m", "x", "v1.2.9"]);
    assert_eq!(repository.tags(&[]).lines(), ["1.2.9", "1.2"]);
    let entry = ["--tag", "type=semver,pattern={{version}}"];
    assert_eq!(repository.tags(&entry).lines(), ["1.2.9"], "latest=auto knows it too");
}

#[test]
fn a_prerelease_moves_nothing() {
    let repository = Repository::new();
    repository.version("2.0.0-rc.1");
    repository.commit();
    repository.tag(&["v2.0.0-rc.1"]);
    assert_eq!(repository.tags(&[]).lines(), ["2.0.0-rc.1"]);
}

#[test]
fn zero_is_no_major_version() {
    let repository = Repository::new();
    repository.version("0.3.1");
    repository.commit();
    repository.tag(&["0.3.1"]);
    assert_eq!(repository.tags(&[]).lines(), ["0.3.1", "0.3", "latest"]);
}

#[test]
fn build_metadata_becomes_what_tags_allow() {
    let repository = Repository::new();
    repository.tag(&["v1.2.3+b.5"]);
    assert_eq!(repository.tags(&[]).lines(), ["1.2.3_b.5", "1.2", "1", "latest"]);
}

#[test]
fn all_releases_of_a_commit_are_seen() {
    let repository = Repository::new();
    repository.tag(&["v1.2.3-rc.2", "v1.2.3", "nightly"]);
    assert_eq!(repository.tags(&[]).lines(), ["1.2.3", "1.2.3-rc.2", "1.2", "1", "latest"]);
    let entry = ["--tag", "type=semver,pattern={{version}}", "--flavor", "latest=false"];
    assert_eq!(repository.tags(&entry).lines(), ["1.2.3", "1.2.3-rc.2"]);
}

#[test]
fn a_branch_has_its_name_and_the_commit() {
    let repository = Repository::new();
    repository.git(&["checkout", "-q", "-b", "feature/x"]);
    let id = repository.id();
    let ids = [format!("sha-{}", &id[..7]), format!("sha-{id}")];
    assert_eq!(repository.tags(&[]).lines(), ["feature-x", &ids[0], &ids[1]]);
}

#[test]
fn a_detached_commit_gets_no_tag_that_does_not_point_at_it() {
    let repository = Repository::new();
    let first = repository.id();
    repository.commit();
    repository.tag(&["v1.2.3"]);
    repository.git(&["checkout", "-q", &first]);
    let short = format!("sha-{}", &first[..7]);
    let whole = format!("sha-{first}");
    // `main` goes on after the commit: its tag must not go back.
    assert_eq!(repository.tags(&[]).lines(), [&short, &whole]);
    repository.git(&["branch", "-q", "-D", "main"]);
    assert_eq!(repository.tags(&[]).lines(), [&short, &whole]);
}

#[test]
fn a_branch_named_like_a_release_is_refused() {
    for name in ["1.2.3", "v1.2.3", "latest", "1.2"] {
        let repository = Repository::new();
        repository.git(&["checkout", "-q", "-b", name]);
        let ran = repository.tags(&[]);
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "{name}");
        assert!(ran.stderr.contains(name) && ran.stderr.contains("help: "), "{}", ran.stderr);
    }
}

#[test]
fn the_version_of_the_manifest_must_be_the_tag_s() {
    let repository = Repository::new();
    repository.tag(&["v1.2.4"]);
    let ran = repository.tags(&[]);
    assert_eq!((ran.code, &*ran.stdout), (2, ""));
    assert!(ran.stderr.contains("`v1.2.4`") && ran.stderr.contains("1.2.3"), "{}", ran.stderr);
    let allowed = repository.tags(&["--allow-version-mismatch"]);
    assert_eq!(allowed.lines()[0], "1.2.4");
}

#[test]
fn packages_of_a_workspace_have_releases_of_their_own() {
    let repository = Repository::new();
    repository.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n");
    std::fs::remove_dir_all(repository.path().join("src")).unwrap();
    for (name, version) in [("api", "1.2.3"), ("worker", "0.4.0")] {
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\n");
        repository.write(&format!("crates/{name}/Cargo.toml"), &manifest);
        repository.write(&format!("crates/{name}/src/main.rs"), "fn main() {}\n");
    }
    repository.commit();
    repository.tag(&["api-v1.2.3", "crates/worker/v0.4.0"]);
    let both = repository.tags(&[]);
    assert_eq!(both.code, 2);
    assert!(both.stderr.contains("`api-v1.2.3`, `crates/worker/v0.4.0`"), "{}", both.stderr);
    assert_eq!(repository.tags(&["-p", "api"]).lines(), ["1.2.3", "1.2", "1", "latest"]);
    assert_eq!(repository.tags(&["crates/worker"]).lines(), ["0.4.0", "0.4", "latest"]);
    let unknown = repository.tags(&["-p", "ap"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("`ap`"), "{}", unknown.stderr);
}

#[test]
fn a_shallow_clone_does_not_know_the_highest_release() {
    let repository = Repository::new();
    repository.tag(&["v1.2.3"]);
    repository.version("2.0.0");
    repository.commit();
    repository.tag(&["v2.0.0"]);
    let root = tempfile::tempdir().unwrap();
    let url = format!("file://{}", repository.path().display());
    git_in(root.path(), &["clone", "-q", "--depth=1", "--branch=v1.2.3", &url, "clone"]);
    let clone = root.path().join("clone");
    let ran = run_in(&clone, &[], &[]);
    assert_eq!(ran.lines(), ["1.2.3"]);
    assert!(ran.stderr.contains("fetch-depth: 0"), "{}", ran.stderr);
    assert!(ran.stderr.contains("`1.2`, `1`, `latest` are left out"), "{}", ran.stderr);
    git_in(&clone, &["fetch", "-q", "--tags"]);
    let ran = run_in(&clone, &[], &[]);
    assert_eq!((ran.lines(), &*ran.stderr), (vec!["1.2.3", "1.2", "1"], ""));
}

#[test]
fn a_back_port_in_a_cut_history_is_not_latest_though_some_releases_are_known() {
    let repository = Repository::new();
    repository.tag(&["v1.2.3"]);
    repository.git(&["branch", "old"]);
    repository.version("2.0.0");
    repository.commit();
    repository.tag(&["v2.0.0"]);
    repository.git(&["checkout", "-q", "old"]);
    for version in ["1.2.8", "1.2.9"] {
        repository.version(version);
        repository.commit();
        repository.tag(&[&format!("v{version}")]);
    }
    let root = tempfile::tempdir().unwrap();
    let url = format!("file://{}", repository.path().display());
    git_in(root.path(), &["clone", "-q", "--depth=2", "--branch=old", &url, "clone"]);
    let clone = root.path().join("clone");
    assert_eq!(git_in(&clone, &["tag"]), "v1.2.8\nv1.2.9", "tags came with the branch");
    let ran = run_in(&clone, &[], &[]);
    assert_eq!(ran.lines(), ["1.2.9"]);
    assert!(ran.stderr.contains("`1.2`, `1`, `latest` are left out"), "{}", ran.stderr);
    let custom = ["version}}", "major}}"].map(|it| format!("type=semver,pattern={{{{{it}"));
    let custom = run_in(&clone, &["--tag", &custom[0], "--tag", &custom[1]], &[]);
    assert_eq!(custom.lines(), ["1.2.9"]);
    assert!(custom.stderr.contains("shallow") && custom.stderr.contains("`latest`"), "{custom:?}");
    // A depth beyond the beginning cuts nothing off, and still only one branch was fetched.
    git_in(root.path(), &["clone", "-q", "--depth=9", "--branch=old", &url, "single"]);
    let single = root.path().join("single");
    assert_eq!(git_in(&single, &["rev-parse", "--is-shallow-repository"]), "false");
    assert_eq!(run_in(&single, &[], &[]).lines(), ["1.2.9"]);
    git_in(&single, &["fetch", "-q", "--tags"]);
    assert_eq!(run_in(&single, &[], &[]).lines(), ["1.2.9", "1.2", "1"]);
}

#[test]
fn files_that_differ_show_in_the_revision() {
    let repository = Repository::new();
    repository.tag(&["v1.2.3"]);
    repository.write("src/main.rs", "fn main() { }\n");
    let ran = repository.tags(&["--format", "json"]);
    let revision = format!("\"org.opencontainers.image.revision\": \"{}-dirty\"", repository.id());
    assert!(ran.stdout.contains(&revision), "{}", ran.stdout);
    assert!(ran.stderr.contains("is not the release"), "{}", ran.stderr);
}

#[test]
fn a_time_that_is_given_counts() {
    let repository = Repository::new();
    let created = |variables: &[(&str, &str)]| {
        let ran = repository.tags_with(&["--format", "json"], variables);
        let line = ran.stdout.lines().find(|it| it.contains("image.created"));
        line.unwrap().trim().trim_end_matches(',').rsplit(": ").next().unwrap().to_owned()
    };
    assert_eq!(created(&[]), "\"2020-01-01T00:30:00.000Z\"", "the commit's");
    assert_eq!(created(&[("SOURCE_DATE_EPOCH", "0")]), "\"1970-01-01T00:00:00.000Z\"");
    let wrong = repository.tags_with(&[], &[("SOURCE_DATE_EPOCH", "soon")]);
    assert!(wrong.code == 2 && wrong.stderr.contains("`soon`"), "{}", wrong.stderr);
}

#[test]
fn an_invalid_tag_is_an_error() {
    let repository = Repository::new();
    for entry in ["type=raw,value=-x", "type=nonsense", "type=raw,value=.x"] {
        let ran = repository.tags(&["--tag", entry]);
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "{entry}");
    }
}

#[test]
fn without_a_repository_there_is_nothing_to_name_it_after() {
    let directory = tempfile::tempdir().unwrap();
    let ran = run_in(directory.path(), &[], &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no commit is known"), "{}", ran.stderr);
    let raw = run_in(directory.path(), &["--tag", "type=raw,value=x"], &[]);
    assert_eq!(raw.lines(), ["x"]);
}

#[test]
fn the_settings_are_the_words_of_the_action() {
    let repository = Repository::new();
    repository.write(
        "plimsoll.toml",
        "[tags]\nimages = [\"a/b\"]\ntags = [\"type=ref,event=branch\"]\nflavor = [\"suffix=-x\"]\n\
         labels = [\"org.opencontainers.image.title=T\"]\n",
    );
    assert_eq!(repository.tags(&[]).lines(), ["a/b:main-x"]);
    assert_eq!(repository.tags(&["--tag", "type=raw,value=y"]).lines(), ["a/b:y-x"]);
    assert!(repository.tags(&["--format", "json"]).stdout.contains("image.title\": \"T\""));
}
