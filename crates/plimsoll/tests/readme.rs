//! README.md shows real runs of `check`: each is run again and must print the same.

use std::{fs, path::Path, process::Command};

#[test]
fn the_runs_of_check_print_what_the_readme_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let mut runs = 0;
    for block in readme.split("```console\n").skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        let (command, shown) = block.split_once('\n').unwrap();
        let Some(arguments) = command.strip_prefix("$ plimsoll check ") else { continue };
        if !arguments.ends_with("examples/typical.Dockerfile") {
            continue;
        }
        runs += 1;
        let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .current_dir(&root)
            .env_clear()
            .arg("check")
            .args(arguments.split(' '))
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed.trim_end(), shown.trim_end(), "{command}");
    }
    assert_eq!(runs, 2, "README.md shows two runs");
}
