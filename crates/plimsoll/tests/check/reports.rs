//! What comes out, where, and with which exit code.

use serde_json::Value;

use crate::fixture::{GOOD, ROOT, Tree};

#[test]
fn findings_are_shown_with_their_source_and_clauses() {
    let tree = Tree::new(&[("Dockerfile", ROOT)]);
    insta::assert_snapshot!(tree.check(&[]).ended(1).stdout);
    insta::assert_snapshot!(tree.check(&["--statistics", "-q"]).ended(1).stdout, @r"
    rule       clause    errors  warnings  notes  with a fix
    root-user  non-root  1       0         0      1

    context  .dockerignore  files  size  largest directories
    .        none           1      47 B
    ");
    tree.write("Dockerfile", GOOD);
    assert_eq!(tree.check(&["-q"]).ended(0).stdout, "");
}

#[test]
fn the_exit_code_follows_the_threshold() {
    let tree = Tree::new(&[("Dockerfile", ROOT)]);
    for (severity, code) in [("error", 1), ("warning", 1), ("note", 1), ("never", 0)] {
        tree.check(&["--fail-on", severity]).ended(code);
    }
    let ran = tree.check(&["--fail-on", "bad"]).ended(2);
    assert!(ran.stderr.contains("expected error, warning, note or never"), "{}", ran.stderr);
    tree.write("plimsoll.toml", "[check.severity]\nroot-user = \"warning\"\n");
    tree.check(&[]).ended(0);
    tree.check(&["--fail-on", "warning"]).ended(1);
}

#[test]
fn a_report_goes_to_a_file_without_styles() {
    let tree = Tree::new(&[("Dockerfile", ROOT)]);
    let ran = tree.run(
        &["check", "--select", "root-user", "-o", "report.txt"],
        "",
        &[("NO_COLOR", ""), ("CLICOLOR_FORCE", "1")],
    );
    assert_eq!(ran.ended(1).stdout, "");
    assert!(tree.read("report.txt").starts_with("error[root-user]: "));
    let ran = tree.check(&["-o", "Dockerfile/report.txt"]).ended(2);
    assert!(ran.stderr.starts_with("error: cannot write the report to Dockerfile/report.txt"));
}

#[test]
fn every_form_is_complete_when_there_is_nothing_to_say() {
    let tree = Tree::new(&[("Dockerfile", GOOD)]);
    for form in ["json", "sarif", "gitlab"] {
        let ran = tree.check(&["--format", form]).ended(0);
        serde_json::from_str::<Value>(&ran.stdout).unwrap();
    }
    for form in ["concise", "github"] {
        assert_eq!(tree.check(&["--format", form]).ended(0).stdout, "");
    }
    assert!(tree.check(&["--format", "junit"]).ended(0).stdout.contains("failures=\"0\""));
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let names: Vec<String> = (0..60).map(|it| format!("{it}/Dockerfile")).collect();
    let files: Vec<_> = names.iter().map(|it| (&**it, ROOT)).collect();
    let tree = Tree::new(&files);
    for form in ["human", "json", "sarif"] {
        let first = tree.check(&["--format", form]).ended(1).stdout;
        for _ in 0..3 {
            assert!(tree.check(&["--format", form]).stdout == first, "{form}");
        }
    }
}

/// The constraints of SARIF that matter to those who read it; `scripts/e2e/tests/sarif.sh` holds a
/// log against the official schema.
#[test]
fn a_sarif_log_refers_to_its_own_rules_and_to_places_that_exist() {
    let tree = Tree::new(&[("Dockerfile", ROOT), ("ü b/Dockerfile", ROOT)]);
    let ran = tree.run(&["check", "--select", "all", "--format", "sarif"], "", &[]).ended(1);
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        assert!(rule["help"]["markdown"].as_str().is_some_and(|it| it.len() > 100), "{rule}");
        let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
        assert!(["error", "warning", "note"].contains(&level), "{rule}");
        assert!(rule["shortDescription"]["text"].as_str().unwrap().ends_with('.'), "{rule}");
    }
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 2);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri == "Dockerfile" || uri == "%C3%BC%20b/Dockerfile", "{uri}");
        let base = place["artifactLocation"]["uriBaseId"].as_str().unwrap();
        assert!(run["originalUriBaseIds"][base].is_object());
        if let Some(region) = place.get("region") {
            let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
            let (offset, length) = (number("byteOffset"), number("byteLength"));
            let line = ROOT[..offset].matches('\n').count() + 1;
            assert_eq!(number("startLine"), line, "{region}");
            assert!(ROOT.get(offset..offset + length).is_some(), "{region}");
            assert!(
                (number("startLine"), number("startColumn"))
                    <= (number("endLine"), number("endColumn"))
            );
        }
        assert_eq!(result["partialFingerprints"]["plimsoll/v1"].as_str().unwrap().len(), 16);
    }
}

#[cfg(unix)]
#[test]
fn a_report_may_go_to_a_device() {
    let tree = Tree::new(&[("Dockerfile", ROOT)]);
    assert_eq!(tree.check(&["-o", "/dev/null"]).ended(1).stdout, "");
    let ran = tree.check(&["-o", "/dev/full"]).ended(2);
    assert!(ran.stderr.contains("cannot write the report to /dev/full"), "{}", ran.stderr);
}

#[test]
fn names_of_files_do_not_reach_the_terminal() {
    let ran = Tree::new(&[]).check(&["\u{1b}[31mred"]).ended(2);
    assert!(ran.stderr.starts_with("error: cannot check \u{fffd}[31mred\n"), "{}", ran.stderr);
}
