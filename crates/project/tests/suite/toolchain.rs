//! The compiler that runs these tests.

use std::path::Path;

use plimsoll_project::toolchain::{Toolchain, ToolchainError};

use crate::fixture::Fixture;

pub(crate) fn toolchain() -> Toolchain {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    Toolchain::query(Path::new("rustc"), directory).unwrap()
}

#[test]
fn the_facts_of_the_running_compiler_are_read() {
    let toolchain = toolchain();
    assert!(toolchain.host.split('-').count() >= 3, "{}", toolchain.host);
    assert!(toolchain.release.major == 1 && toolchain.release.minor >= 89);
    assert!(toolchain.commit_hash.is_none_or(|it| it.len() == 40));
    assert!(toolchain.sysroot.join("lib").is_dir());
}

#[test]
fn the_host_is_an_installed_target_and_a_made_up_one_is_not() {
    let toolchain = toolchain();
    assert!(toolchain.has_std(&toolchain.host));
    assert!(toolchain.installed_targets().contains(&toolchain.host));
    assert!(!toolchain.has_std("pdp11-unknown-unix"));
    assert!(!toolchain.installed_targets().contains("etc"));
}

#[test]
fn cfgs_follow_the_target_and_the_flags() {
    let toolchain = toolchain();
    let has = |cfg: &str, flags: &[String]| {
        let cfgs = toolchain.cfgs("aarch64-unknown-linux-musl", flags).unwrap();
        cfgs.iter().any(|it| it.to_string() == cfg)
    };
    assert!(has("target_arch = \"aarch64\"", &[]) && has("unix", &[]));
    assert!(!has("mark", &[]) && has("mark", &["--cfg=mark".to_owned()]));
}

#[test]
fn failures_are_told_apart() {
    let fixture = Fixture::new(&[]);
    let error = Toolchain::query(Path::new("rustc-that-is-not-there"), &fixture.path(""));
    assert!(matches!(error, Err(ToolchainError::NotFound { .. })), "{error:?}");
    let error = Toolchain::query(Path::new("rustc"), &fixture.path("missing"));
    assert!(matches!(error, Err(ToolchainError::NotRun { .. })), "{error:?}");
    let error = Toolchain::query(Path::new("false"), &fixture.path(""));
    assert!(matches!(error, Err(ToolchainError::Failed { .. })), "{error:?}");
    let error = Toolchain::query(Path::new("true"), &fixture.path(""));
    assert!(matches!(error, Err(ToolchainError::Answer { .. })), "{error:?}");
    let error = toolchain().cfgs("pdp11-unknown-unix", &[]);
    assert!(matches!(error, Err(ToolchainError::Failed { .. })), "{error:?}");
}
