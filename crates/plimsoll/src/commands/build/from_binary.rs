//! A program that was built elsewhere.

use std::path::Path;

use plimsoll_build::{
    elf::ElfFacts,
    pack::{Program, Programs},
    spec::{ImageSpec, Init},
};
use plimsoll_image::Platform;
use plimsoll_project::{
    PackageFacts,
    manifest::{self, ManifestError},
};

use super::{BinaryFacts, Context, Ready, base::Bases, prove};
use crate::failure::Failure;

/// Looks at the program; Cargo does not run.
pub(super) fn ready(
    context: &Context<'_>,
    binary: &Path,
    spec: &ImageSpec,
    bases: &Bases,
) -> Result<Ready, Failure> {
    let path = std::path::absolute(binary)?;
    let name = path
        .file_name()
        .and_then(|it| it.to_str())
        .ok_or_else(|| Failure::new(format!("{} has no name in UTF-8", path.display())))?
        .to_owned();
    let facts = prove::read(&path)?;
    let platform = platform(context, &path, &facts)?;
    let base = bases.image(&platform)?;
    let ground = prove::Ground { context, spec, base: base.as_deref() };
    prove::fits(&path, &facts, &platform, &ground)?;
    let init = match &spec.init {
        Init::None => None,
        Init::Program(path) => Some(prove::init(path, &spec.init, &platform, &ground)?),
        Init::Pid1 => {
            return Err(Failure::new("`init = \"pid1\"` needs Cargo, which --binary does without")
                .hint("name a static program in `init`, such as tini-static"));
        }
    };
    let program = Program { name: name.clone(), path, audit: None };
    let binaries = vec![BinaryFacts {
        name: name.clone(),
        platform: platform.clone(),
        target: None,
        size: facts.file_size,
        kind: facts.kind(),
        crates: None,
    }];
    if !facts.has_audit_data {
        context.ui.note(
            "the program has no list of its crates, so scanners will not see them \
             (cargo-auditable adds one)",
        );
    }
    Ok(Ready {
        title: name.clone(),
        package: package(context, &name)?,
        programs: vec![Programs { platform, programs: vec![program], init, base }],
        binaries,
        target_directory: target_directory(context),
        cargo: std::time::Duration::ZERO,
    })
}

/// The platform that was asked for, else that of the program.
fn platform(context: &Context<'_>, path: &Path, facts: &ElfFacts) -> Result<Platform, Failure> {
    match &*context.args.platform {
        [platform] => Ok(platform.clone()),
        [] => facts.platform().ok_or_else(|| {
            Failure::new(format!("there is no platform for the machine of {}", path.display()))
        }),
        _ => Err(Failure::new("one program is for one platform")
            .hint("pass one --platform, or build for several with Cargo")),
    }
}

/// What the package says of the program, if there is a package at all.
fn package(context: &Context<'_>, name: &str) -> Result<Option<PackageFacts>, Failure> {
    let found = match manifest::find_package(&context.directory, Some(name)) {
        Err(ManifestError::NoSuchBinary { .. }) => manifest::find_package(&context.directory, None),
        other => other,
    };
    // CI artefacts are called `app-linux-amd64` where Cargo's binary is `app`; a program by a name
    // of its own is somebody else's.
    let is_of = |binary: &String| {
        let rest = name.strip_prefix(binary.as_str());
        rest.is_some_and(|it| it.is_empty() || it.starts_with(['-', '_', '.']))
    };
    match found {
        Ok(found) => Ok(found.binaries.iter().any(is_of).then_some(found.facts)),
        Err(
            ManifestError::NoManifest { .. }
            | ManifestError::NoSuchBinary { .. }
            | ManifestError::SeveralPackages { .. },
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Where Cargo would put things, by its variable and its default.
pub(super) fn target_directory(context: &Context<'_>) -> std::path::PathBuf {
    let named = context.environment.get("CARGO_TARGET_DIR").filter(|it| !it.is_empty());
    context.directory.join(named.unwrap_or("target"))
}
