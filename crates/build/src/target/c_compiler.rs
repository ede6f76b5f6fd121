//! Whether C code can be compiled for a target, as the crate `cc` would look for a compiler.

use std::path::PathBuf;

use plimsoll_project::Environment;

use super::{Libc, Triple};

/// Whether a C compiler for the target is named by a variable or found on `PATH`.
pub(super) fn is_there(triple: &Triple, native: bool, environment: &Environment) -> bool {
    let underscored = triple.name.replace('-', "_");
    let variables =
        [format!("CC_{}", triple.name), format!("CC_{underscored}"), "TARGET_CC".to_owned()];
    if variables.iter().any(|name| environment.get(name).is_some_and(|it| !it.is_empty())) {
        return true;
    }
    let path = environment.get("PATH").unwrap_or_default();
    let has = |name: &str| find_program(path, name).is_some();
    has(&triple.gcc())
        || match triple.libc {
            Libc::Musl => native && has("musl-gcc"),
            Libc::Glibc => native && has("cc"),
        }
}

/// Finds a program in the directories of `PATH`.
pub(super) fn find_program(path: &str, name: &str) -> Option<PathBuf> {
    std::env::split_paths(path).map(|it| it.join(name)).find(|it| is_executable(it))
}

#[cfg(unix)]
fn is_executable(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &std::path::Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}

#[cfg(test)]
pub(super) mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::target::triples;

    /// An executable file.
    pub(crate) fn program(path: &Path) {
        fs::write(path, "").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    #[test]
    fn a_compiler_is_found_by_variable_or_by_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_str().unwrap();
        let musl = &triples(&"linux/amd64".parse().unwrap())[0];
        let is_there = |name, value| {
            let environment = [("PATH", path), (name, value)].into_iter().collect();
            is_there(musl, true, &environment)
        };
        assert!(!is_there("X", ""));
        assert!(is_there("CC_x86_64_unknown_linux_musl", "clang"));
        assert!(is_there("TARGET_CC", "clang"));
        assert!(!is_there("TARGET_CC", ""));
        fs::write(directory.path().join("musl-gcc"), "not executable").unwrap();
        assert!(!is_there("X", ""));
        program(&directory.path().join("musl-gcc"));
        assert!(is_there("X", ""));
    }
}
