//! Tells whether rustup manages a toolchain.

use std::{fs, path::Path};

/// A toolchain that rustup manages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rustup {
    /// Its name, such as `1.95.0-x86_64-unknown-linux-gnu`.
    pub toolchain: String,
    /// Whether it is the one that rustup takes where nothing else is said.
    pub is_default: bool,
}

impl Rustup {
    pub(super) fn target_add_command(&self, triple: &str) -> String {
        // In a directory with a toolchain file the bare command names the right one too, but nobody
        // knows where it is going to be typed.
        if self.is_default {
            format!("rustup target add {triple}")
        } else {
            format!("rustup target add --toolchain {} {triple}", self.toolchain)
        }
    }
}

/// Recognizes `RUSTUP_HOME/toolchains/NAME` by the settings file that rustup keeps there.
///
/// A toolchain linked by `rustup toolchain link` has its sysroot elsewhere, and rustup can't add
/// a target to it.
pub(super) fn recognize(sysroot: &Path, host: &str) -> Option<Rustup> {
    let toolchain = sysroot.file_name()?.to_str()?.to_owned();
    let toolchains =
        sysroot.parent().filter(|it| it.file_name().is_some_and(|it| it == "toolchains"))?;
    let settings = fs::read_to_string(toolchains.parent()?.join("settings.toml")).ok()?;
    let settings: toml::Table = settings.parse().ok()?;
    let default = settings.get("default_toolchain").and_then(|it| it.as_str());
    // Rustup writes the full name, earlier versions wrote the channel alone.
    let is_default = default.is_some_and(|it| {
        toolchain.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest == format!("-{host}"))
    });
    Some(Rustup { toolchain, is_default })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn sysroot_under_rustup(settings: Option<&str>) -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let sysroot = home.path().join("toolchains/1.95.0-x86_64-unknown-linux-gnu");
        fs::create_dir_all(&sysroot).unwrap();
        if let Some(settings) = settings {
            fs::write(home.path().join("settings.toml"), settings).unwrap();
        }
        (home, sysroot)
    }

    fn command(sysroot: &Path) -> Option<String> {
        Some(recognize(sysroot, "x86_64-unknown-linux-gnu")?.target_add_command("T"))
    }

    #[test]
    fn a_target_is_added_to_the_toolchain_that_builds() {
        for (settings, expected) in [
            (
                "default_toolchain = \"stable-x86_64-unknown-linux-gnu\"",
                "rustup target add --toolchain 1.95.0-x86_64-unknown-linux-gnu T",
            ),
            ("default_toolchain = \"1.95.0-x86_64-unknown-linux-gnu\"", "rustup target add T"),
            ("default_toolchain = \"1.95.0\"", "rustup target add T"),
            (
                "default_toolchain = \"1.9\"",
                "rustup target add --toolchain 1.95.0-x86_64-unknown-linux-gnu T",
            ),
            ("", "rustup target add --toolchain 1.95.0-x86_64-unknown-linux-gnu T"),
        ] {
            let (_home, sysroot) = sysroot_under_rustup(Some(settings));
            assert_eq!(command(&sysroot).as_deref(), Some(expected));
        }
    }

    #[test]
    fn without_rustup_there_is_no_command() {
        let (_home, sysroot) = sysroot_under_rustup(None);
        assert_eq!(command(&sysroot), None);
        assert_eq!(command(Path::new("/usr")), None);
    }
}
