//! The rules of choosing, on workspaces made by hand.

use std::{collections::BTreeMap, path::PathBuf};

use semver::Version;

use super::*;
use crate::PackageFacts;

/// Makes a workspace at `/w`; each member is a path below it, its binaries, and its `default-run`.
fn workspace(stand: &str, members: &[(&str, &[&str], Option<&str>)]) -> Workspace {
    let member = |&(path, bins, default_run): &(&str, &[&str], Option<&str>)| Member {
        id: PackageId(path.to_owned()),
        facts: PackageFacts {
            name: path.rsplit('/').next().unwrap().to_owned(),
            version: Version::new(1, 0, path.matches("old").count() as u64),
            description: None,
            license: None,
            repository: None,
            homepage: None,
            documentation: None,
            authors: Vec::new(),
        },
        manifest_path: PathBuf::from("/w").join(path).join("Cargo.toml"),
        default_run: default_run.map(str::to_owned),
        binaries: bins
            .iter()
            .map(|it| Binary {
                name: (*it).to_owned(),
                required_features: vec![format!("feature-of-{it}")],
                src_path: PathBuf::from("/w/main.rs"),
            })
            .collect(),
    };
    Workspace {
        directory: PathBuf::from(stand),
        root: PathBuf::from("/w"),
        target_directory: PathBuf::from("/w/target"),
        build_directory: None,
        members: members.iter().map(member).collect(),
        default_members: members.iter().map(|it| PackageId(it.0.to_owned())).collect(),
        packages: BTreeMap::new(),
        resolve: BTreeMap::new(),
    }
}

/// Chooses and shows the choices as `package/binary`, or the error as it is printed.
#[track_caller]
fn check(workspace: &Workspace, package: Option<&str>, bins: &[&str], expected: &str) {
    let bins: Vec<String> = bins.iter().map(|&it| it.to_owned()).collect();
    let actual = match select(workspace, package, &bins) {
        Ok(choices) => {
            let shown: Vec<_> =
                choices.iter().map(|it| format!("{}/{}", it.package, it.binary)).collect();
            shown.join(" ")
        }
        Err(error) => error.to_string(),
    };
    assert_eq!(actual, expected);
}

#[test]
fn the_only_binary_is_meant() {
    check(
        &workspace("/w", &[("lib", &[], None), ("app", &["serve"], None)]),
        None,
        &[],
        "app/serve",
    );
}

#[test]
fn required_features_come_with_the_choice() {
    let choices = select(&workspace("/w", &[("app", &["serve"], None)]), None, &[]).unwrap();
    assert_eq!(choices[0].required_features, ["feature-of-serve"]);
}

#[test]
fn default_run_wins_over_other_binaries() {
    check(&workspace("/w", &[("app", &["a", "b"], Some("b"))]), None, &[], "app/b");
    check(
        &workspace("/w", &[("x", &["a"], None), ("y", &["b", "c"], Some("c"))]),
        None,
        &[],
        "y/c",
    );
}

#[test]
fn two_default_runs_are_ambiguous() {
    let workspace = workspace("/w", &[("y", &["b"], Some("b")), ("x", &["a"], Some("a"))]);
    let expected = "several binaries could be meant\n  -p x --bin a\n  -p y --bin b";
    check(&workspace, None, &[], expected);
}

#[test]
fn the_member_that_we_stand_in_is_meant() {
    let members: &[(&str, &[&str], Option<&str>)] =
        &[("a", &["one"], None), ("b", &["two", "three"], None), ("c", &[], None)];
    check(&workspace("/w/a/src", members), None, &[], "a/one");
    let expected = "several binaries could be meant\n  -p b --bin three\n  -p b --bin two";
    check(&workspace("/w/b", members), None, &[], expected);
    check(&workspace("/w/c", &members[..1]), None, &[], "a/one");
}

#[test]
fn the_deepest_member_is_the_one_that_we_stand_in() {
    let workspace =
        workspace("/w/crates/app", &[("", &["root"], None), ("crates/app", &["app"], None)]);
    check(&workspace, None, &[], "crates/app/app");
}

#[test]
fn a_root_package_without_binaries_gives_way_to_its_members() {
    check(&workspace("/w", &[("", &[], None), ("app", &["app"], None)]), None, &[], "app/app");
}

#[test]
fn default_members_go_before_the_others() {
    let mut workspace = workspace("/w", &[("app", &["app"], None), ("xtask", &["xtask"], None)]);
    workspace.default_members.remove(&PackageId("xtask".to_owned()));
    check(&workspace, None, &[], "app/app");
    check(&workspace, None, &["xtask"], "xtask/xtask");
}

#[test]
fn several_binaries_keep_their_order_and_come_once() {
    let workspace = workspace("/w", &[("a", &["one", "two"], None), ("b", &["three"], None)]);
    check(&workspace, None, &["three", "one", "three"], "b/three a/one");
    check(&workspace, Some("a"), &["two", "one"], "a/two a/one");
}

#[test]
fn a_name_that_two_packages_use_is_ambiguous_unless_we_stand_in_one() {
    let members: &[(&str, &[&str], Option<&str>)] = &[("a", &["x"], None), ("b", &["x"], None)];
    let expected = "several packages have a binary `x`\n  -p a --bin x\n  -p b --bin x";
    check(&workspace("/w", members), None, &["x"], expected);
    check(&workspace("/w/b", members), None, &["x"], "b/x");
    check(&workspace("/w", members), Some("a"), &["x"], "a/x");
}

#[test]
fn a_package_may_be_named_with_its_version() {
    let workspace = workspace("/w", &[("new/app", &["app"], None), ("old/app", &["app"], None)]);
    check(&workspace, Some("app@1.0.1"), &[], "old/app/app");
    let expected = "several packages of this workspace are called `app`\n  app@1.0.0\n  app@1.0.1";
    check(&workspace, Some("app"), &[], expected);
    let expected =
        "no package `app@2.0.0` in this workspace; did you mean `app@1.0.0`?\n  app\n  app";
    check(&workspace, Some("app@2.0.0"), &[], expected);
    let expected =
        "several binaries could be meant\n  -p app@1.0.0 --bin app\n  -p app@1.0.1 --bin app";
    check(&workspace, None, &[], expected);
}

#[test]
fn unknown_names_are_told_with_what_there_is() {
    let workspace = workspace("/w", &[("server", &["serve"], None), ("lib", &[], None)]);
    let expected = "no package `servr` in this workspace; did you mean `server`?\n  server\n  lib";
    check(&workspace, Some("servr"), &[], expected);
    let expected =
        "no binary `srve` in this workspace; did you mean `serve`?\n  -p server --bin serve";
    check(&workspace, None, &["srve"], expected);
    let expected = "no binary `convert` in the package `server`\n  -p server --bin serve";
    check(&workspace, Some("server"), &["convert"], expected);
}

#[test]
fn no_binary_at_all_is_an_error_of_its_own() {
    let workspace = workspace("/w", &[("lib", &[], None)]);
    check(&workspace, None, &[], "the workspace in /w has no binary target");
    check(&workspace, None, &["x"], "the workspace in /w has no binary target");
    check(&workspace, Some("lib"), &[], "the package `lib` has no binary target");
}
