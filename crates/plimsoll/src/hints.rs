//! What to do about errors of the libraries.

mod base_proof;
mod engines;
mod init;
mod plan;
mod tags;

use std::error::Error;

use plimsoll_build::{
    base::{BaseError, lock::LockError, short_names},
    cache::CacheError,
    elf::{ElfError, Libc, ProofError},
    engines::{FindError, PlanError as EnginePlanError, SpecError},
    files::FilesError,
    pack::PackError,
    proof::BaseProofError,
    target::TargetError,
};
use plimsoll_engine::EngineError;
use plimsoll_image::{
    archive::ArchiveError, layout::LayoutError, open::OpenError, reference::DOCKER_HUB,
};
use plimsoll_lint::UnknownSelector;
use plimsoll_project::{
    manifest::ManifestError, select::SelectError, tags::TagsError, toolchain::ToolchainError,
    workspace::WorkspaceError,
};
use plimsoll_registry::RegistryError;

use crate::{
    commands::{
        build::NotWritten,
        check::{NotFixed, ShellCheckError},
    },
    init::{plan::PlanError, survey::SurveyError},
    read::ReadProblem,
    settings::{SettingsError, nearest},
};

/// What to do where a tag that never moves names another image.
pub(crate) const RETAG: &str = "release a new version: whoever has pulled this one would not hear of \
     another; `--allow-retag` moves the tag all the same";

/// Hints for an error and for all that led to it.
pub(crate) fn hints(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut hints = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        hints.extend(hint(error));
        next = error.source();
    }
    hints
}

fn hint(error: &(dyn Error + 'static)) -> Option<String> {
    let own = error
        .downcast_ref::<SettingsError>()
        .and_then(settings)
        .or_else(|| error.downcast_ref::<WorkspaceError>().and_then(workspace))
        .or_else(|| error.downcast_ref::<SelectError>().and_then(select))
        .or_else(|| error.downcast_ref::<ManifestError>().and_then(manifest))
        .or_else(|| error.downcast_ref::<ToolchainError>().and_then(toolchain))
        .or_else(|| error.downcast_ref::<TargetError>().map(target))
        .or_else(|| error.downcast_ref::<ProofError>().and_then(proof));
    own.or_else(|| error.downcast_ref::<ElfError>().and_then(elf))
        .or_else(|| error.downcast_ref::<FilesError>().and_then(files))
        .or_else(|| error.downcast_ref::<PackError>().and_then(pack))
        .or_else(|| error.downcast_ref::<CacheError>().and_then(|it| unwritable(&it.source)))
        .or_else(|| error.downcast_ref::<NotWritten>().and_then(|it| unwritable(&it.source)))
        .or_else(|| error.downcast_ref::<NotFixed>().and_then(|it| unwritable(&it.source)))
        .or_else(|| error.downcast_ref::<SurveyError>().and_then(init::survey))
        .or_else(|| error.downcast_ref::<init::NotWritten>().and_then(init::not_written))
        .or_else(|| error.downcast_ref::<UnknownSelector>().map(selector))
        .or_else(|| error.downcast_ref::<ShellCheckError>().and_then(shellcheck))
        .or_else(|| error.downcast_ref::<ReadProblem>().and_then(read))
        .or_else(|| error.downcast_ref::<LayoutError>().and_then(layout))
        .or_else(|| error.downcast_ref::<ArchiveError>().and_then(archive))
        .or_else(|| error.downcast_ref::<OpenError>().and_then(open))
        .or_else(|| error.downcast_ref::<RegistryError>().and_then(registry))
        // What is boxed hides behind its box.
        .or_else(|| error.downcast_ref::<Box<RegistryError>>().and_then(|it| registry(it)))
        .or_else(|| error.downcast_ref::<BaseError>().and_then(base))
        .or_else(|| error.downcast_ref::<Box<BaseProofError>>().and_then(|it| on_base(it)))
        .or_else(|| error.downcast_ref::<LockError>().and_then(lock))
        .or_else(|| error.downcast_ref::<PlanError>().and_then(plan::hint))
        .or_else(|| error.downcast_ref::<TagsError>().and_then(tags::hint))
        .or_else(|| error.downcast_ref::<SpecError>().map(|it| it.write.clone()))
        .or_else(|| error.downcast_ref::<EnginePlanError>().map(engines::plan))
        .or_else(|| error.downcast_ref::<FindError>().and_then(engines::find))
        .or_else(|| error.downcast_ref::<EngineError>().and_then(engine))
        .or_else(|| error.downcast_ref::<std::io::Error>().and_then(io))
}

fn settings(error: &SettingsError) -> Option<String> {
    match error {
        SettingsError::Invalid { suggestion: Some(name), .. } => {
            Some(format!("did you mean `{name}`?"))
        }
        SettingsError::Twice { second, .. } => {
            Some(format!("remove `metadata.plimsoll` from {}", second.display()))
        }
        _ => None,
    }
}

fn workspace(error: &WorkspaceError) -> Option<String> {
    match error {
        WorkspaceError::NoManifest { .. } => {
            Some("name a directory with a Cargo project: `plimsoll build DIR`".to_owned())
        }
        WorkspaceError::NoLockFile { .. } => Some(
            "run `cargo generate-lockfile` and commit Cargo.lock, so that every build takes the \
             same versions; or pass --no-locked"
                .to_owned(),
        ),
        WorkspaceError::LockFileOutdated { .. } => {
            Some("run `cargo check` and commit Cargo.lock; or pass --no-locked".to_owned())
        }
        WorkspaceError::CargoNotFound { .. } => {
            Some("install Rust from https://rustup.rs, or put `cargo` on PATH".to_owned())
        }
        _ => None,
    }
}

fn select(error: &SelectError) -> Option<String> {
    match error {
        SelectError::NoBinary { .. } => Some(
            "an image needs a program: add src/main.rs or a [[bin]], or pass --binary FILE"
                .to_owned(),
        ),
        SelectError::AmbiguousBinary { .. } => Some(
            "choose one of them, repeat --bin for several in one image, or set `default-run` in \
             Cargo.toml"
                .to_owned(),
        ),
        _ => None,
    }
}

fn manifest(error: &ManifestError) -> Option<String> {
    match error {
        ManifestError::SeveralPackages { .. } => {
            Some("say which package the program belongs to: run in its directory".to_owned())
        }
        _ => None,
    }
}

fn toolchain(error: &ToolchainError) -> Option<String> {
    match error {
        ToolchainError::NotFound { .. } => {
            Some("install Rust from https://rustup.rs, or put `rustc` on PATH".to_owned())
        }
        _ => None,
    }
}

fn target(error: &TargetError) -> String {
    match error {
        TargetError::UnknownPlatform(_) => {
            "platforms are named as in linux/amd64, linux/arm64 or linux/arm/v7".to_owned()
        }
        TargetError::Missing { command: Some(command), .. } => format!("run `{command}`"),
        TargetError::Missing { triple, command: None } => {
            format!("install the standard library of {triple} as your toolchain came")
        }
        TargetError::NoLinker { triple, install, .. } => format!(
            "install {install} (Debian's name), or set `target.{triple}.linker` in .cargo/config.toml"
        ),
    }
}

fn proof(error: &ProofError) -> Option<String> {
    match error {
        ProofError::DynamicForScratch { libc, .. } => Some(match libc {
            Some(Libc::Glibc) => "link it statically: build for musl (`rustup target add \
                 x86_64-unknown-linux-musl`), or with `-C target-feature=+crt-static` for glibc; \
                 crates that link system libraries often have a feature `vendored`, `bundled` or \
                 `static`"
                .to_owned(),
            _ => "remove `-C target-feature=-crt-static` from the flags, and let crates that link \
                 system libraries build their own (features `vendored`, `bundled`, `static`)"
                .to_owned(),
        }),
        ProofError::WrongMachine { .. } => {
            Some("pass the platform that it is made for with --platform".to_owned())
        }
        _ => None,
    }
}

fn elf(error: &ElfError) -> Option<String> {
    match error {
        ElfError::NotElf(_) | ElfError::NotProgram(_) => {
            Some("an image needs a program for Linux".to_owned())
        }
        _ => None,
    }
}

fn files(error: &FilesError) -> Option<String> {
    match error {
        FilesError::OutsideProject { .. } => Some(
            "copy the file into the project: what lies outside differs from machine to machine"
                .to_owned(),
        ),
        FilesError::Secret(_) => Some(
            "secrets don't belong into images: mount them when the container runs; a file that \
             must be in the image is named itself in `files`"
                .to_owned(),
        ),
        FilesError::Io { .. } => {
            Some("`from` in `files` is relative to the settings file, and must be there".to_owned())
        }
        FilesError::LinkToDirectory { .. } => {
            Some("list the directory in `files` by itself".to_owned())
        }
        _ => None,
    }
}

fn pack(error: &PackError) -> Option<String> {
    match error {
        PackError::NoProgram { .. } => Some(
            "programs are in /usr/local/bin, by the names of their binaries; other files come in \
             by `files`"
                .to_owned(),
        ),
        PackError::Base(error) => base(error),
        PackError::UnknownUser { .. } => {
            Some("write the user as a number, such as `user = \"1000:1000\"`".to_owned())
        }
        _ => None,
    }
}

fn base(error: &BaseError) -> Option<String> {
    match error {
        BaseError::Registry { base, .. } => {
            let names: Vec<_> = short_names().map(|it| it.name).chain(["scratch"]).collect();
            let meant = nearest(base, names.iter().copied()).filter(|it| it != base)?;
            Some(format!("did you mean `--base {meant}`? short names are {}", names.join(", ")))
        }
        BaseError::Gone { .. } => {
            Some("take the one that is there now: `plimsoll build --update-base`".to_owned())
        }
        BaseError::Offline { .. } | BaseError::NotLocked { .. } => Some(
            "build once without --offline: what is downloaded then is kept for all projects"
                .to_owned(),
        ),
        BaseError::NoPlatform { .. } => {
            Some("choose another platform with --platform, or another base".to_owned())
        }
        BaseError::Layout { .. } => Some(
            "a base by its directory is an OCI layout: `skopeo copy docker://IMAGE oci:DIR`"
                .to_owned(),
        ),
        _ => None,
    }
}

fn on_base(error: &BaseProofError) -> Option<String> {
    match error {
        BaseProofError::Unfit(error) => proof(error),
        other => base_proof::hint(other),
    }
}

fn lock(error: &LockError) -> Option<String> {
    match error {
        LockError::Invalid { .. } => Some(
            "mend it by hand, or delete it and build: bases are then looked up again".to_owned(),
        ),
        LockError::Version { .. } => {
            Some("use the release of plimsoll that wrote it, or a later one".to_owned())
        }
        LockError::Io { .. } => None,
    }
}

fn selector(error: &UnknownSelector) -> String {
    let candidates: Vec<_> = error.candidates.iter().map(|it| format!("`{it}`")).collect();
    if candidates.is_empty() {
        "`plimsoll explain` lists all rules".to_owned()
    } else {
        format!("did you mean {}?", candidates.join(" or "))
    }
}

fn shellcheck(error: &ShellCheckError) -> Option<String> {
    match error {
        ShellCheckError::NotFound => {
            Some("install shellcheck, or set `shellcheck = false` in [check]".to_owned())
        }
        _ => None,
    }
}

fn read(problem: &ReadProblem) -> Option<String> {
    match problem {
        ReadProblem::NotRegular("a pipe") => {
            Some("pass it on standard input: `plimsoll check - < FILE`".to_owned())
        }
        ReadProblem::NotUtf8 { is_utf16: true, .. } => {
            Some("it looks like UTF-16: save it as UTF-8".to_owned())
        }
        ReadProblem::NotUtf8 { .. } => Some(
            "save it as UTF-8; from a Western encoding: `iconv -f WINDOWS-1252 -t UTF-8`"
                .to_owned(),
        ),
        ReadProblem::TooLarge => {
            Some("is it what its name says? `exclude` in [check] leaves files out".to_owned())
        }
        _ => None,
    }
}

fn layout(error: &LayoutError) -> Option<String> {
    match error {
        LayoutError::ForeignLayout(_) => Some(
            "choose another directory, or delete it first: only what plimsoll wrote is replaced"
                .to_owned(),
        ),
        LayoutError::NotADirectory(_) | LayoutError::OtherContent { .. } => {
            Some("choose another directory: this one is left as it is".to_owned())
        }
        LayoutError::InsideLayout { .. } => Some("choose a directory outside of it".to_owned()),
        LayoutError::Io { source, .. } => unwritable(source),
    }
}

fn archive(error: &ArchiveError) -> Option<String> {
    match error {
        ArchiveError::SeveralPlatforms(_) => {
            Some("choose one with --platform, or write an oci-archive: instead".to_owned())
        }
        _ => None,
    }
}

fn open(error: &OpenError) -> Option<String> {
    match error {
        OpenError::Several { .. } => {
            Some("choose one by its tag, name or digest: `oci:PATH:TAG`".to_owned())
        }
        OpenError::NothingChosen { names, .. } if !names.is_empty() => {
            Some(format!("it holds {}", names.join(", ")))
        }
        OpenError::Incomplete { complete, .. } => match &**complete {
            [] => Some("have the image saved with all that belongs to it".to_owned()),
            [platform, ..] => Some(format!("push what is there: --platform {platform}")),
        },
        OpenError::NoImage { .. } => Some(
            "an image is an OCI layout or an archive, as `plimsoll build -o oci:DIR`, `skopeo copy` and \
             `docker save` write them"
                .to_owned(),
        ),
        OpenError::Corrupt { .. } | OpenError::WrongSize { .. } => {
            Some("make the image anew: what is there can't be mended".to_owned())
        }
        _ => None,
    }
}

fn registry(error: &RegistryError) -> Option<String> {
    match error {
        RegistryError::Denied { host, with_credentials: false, .. } => {
            Some(format!("log in: `docker login {host}`"))
        }
        RegistryError::Denied { host, .. } => Some(format!(
            "the credentials are known and do not suffice: if they are old, log in again with \
             `docker login {host}`; else ask for the right to do that there"
        )),
        RegistryError::Tls { host, .. } => Some(format!(
            "a certificate of a private authority is trusted by SSL_CERT_FILE=CA.pem; a registry \
             without TLS by `--insecure {host}`"
        )),
        // Nobody is asked with TLS or through a proxy on this machine.
        RegistryError::Unreachable { host, .. } if is_this_machine(host) => {
            Some(format!("start the registry that should listen at {host}, or name another port"))
        }
        // Only who answers, and not with TLS, may be a registry without it.
        RegistryError::Unreachable { host, source, .. }
            if source.kind() == std::io::ErrorKind::ConnectionRefused
                && !host.ends_with(DOCKER_HUB) =>
        {
            Some(format!(
                "is {host} spelled right, and is a proxy needed (HTTPS_PROXY)? a registry without \
                 TLS needs `--insecure {host}`"
            ))
        }
        RegistryError::Unreachable { host, .. } => Some(format!(
            "is there a network, is {host} spelled right, and is a proxy needed (HTTPS_PROXY)?"
        )),
        RegistryError::TagExists { .. } => Some(RETAG.to_owned()),
        // What is read is not there, and nobody should make it.
        RegistryError::NotFound { what, .. } if what.starts_with("manifest of") => {
            Some("is its name spelled right, and its tag?".to_owned())
        }
        RegistryError::NotFound { .. } => {
            Some("some registries want a repository to be made before it is pushed to".to_owned())
        }
        _ => None,
    }
}

fn is_this_machine(host: &str) -> bool {
    ["localhost:", "127.", "[::1]:"].iter().any(|it| host.starts_with(it)) || host == "localhost"
}

fn engine(error: &EngineError) -> Option<String> {
    match error {
        EngineError::NothingListens { .. } => {
            Some("start the engine, or say where it is with DOCKER_HOST".to_owned())
        }
        EngineError::PermissionDenied { .. } => Some(
            "the socket's group is most often `docker`: be in it, or use a rootless engine"
                .to_owned(),
        ),
        _ => None,
    }
}

/// A place that can't be written to needs another one.
fn unwritable(error: &std::io::Error) -> Option<String> {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};

    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem)
        .then(|| "choose a place that you may write to".to_owned())
}

fn io(error: &std::io::Error) -> Option<String> {
    match error.kind() {
        std::io::ErrorKind::StorageFull => {
            Some("free some space; what was there before is untouched".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_of_this_machine_needs_no_leave_to_speak_plain_http() {
        let unreachable = |host: &str| {
            let source = std::io::ErrorKind::ConnectionRefused.into();
            let (host, action) = (host.to_owned(), "look".to_owned());
            registry(&RegistryError::Unreachable { host, action, source }).unwrap()
        };
        assert!(!unreachable("127.0.0.1:1").contains("--insecure"));
        assert!(unreachable("r.example").contains("--insecure r.example"));
    }

    #[test]
    fn a_host_that_is_not_found_needs_a_network_rather_than_plain_http() {
        let (host, action) = ("r.example".to_owned(), "look".to_owned());
        let source = std::io::Error::other("failed to lookup address information");
        let hint = registry(&RegistryError::Unreachable { host, action, source }).unwrap();
        assert!(hint.contains("is there a network") && !hint.contains("--insecure"), "{hint}");
    }

    #[test]
    fn a_base_that_is_misspelt_is_held_against_the_short_names() {
        let missing = |base: &str| {
            let (host, what) = ("docker.io".to_owned(), format!("manifest of {base}"));
            let source = Box::new(RegistryError::NotFound { host, what });
            super::base(&BaseError::Registry { base: base.to_owned(), source })
        };
        assert!(missing("debain").unwrap().contains("`--base debian`"));
        assert_eq!(missing("ghcr.io/a/b:1"), None);
        assert_eq!(missing("debian"), None);
    }

    #[test]
    fn what_is_read_and_not_there_is_no_reason_to_make_a_repository() {
        let missing = |what: &str| {
            let (host, what) = ("r.example".to_owned(), what.to_owned());
            registry(&RegistryError::NotFound { host, what }).unwrap()
        };
        assert!(missing("manifest of r.example/a:1").contains("spelled right"));
        assert!(missing("repository a").contains("made before"));
    }
}
