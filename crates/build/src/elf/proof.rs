//! Whether a program can run in the image that it is packed into.

use plimsoll_image::Platform;

use crate::elf::{ElfFacts, Libc, Linkage, Machine, OsAbi, facts::platform_of};

/// Why a program cannot run in an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// It is made for another processor.
    #[error(
        "the program is made for {machine}{}, the image for {wanted}",
        platform_of(*machine, *arm_variant).map_or_else(String::new, |it| format!(" ({it})"))
    )]
    WrongMachine {
        /// The program's processor.
        machine: Machine,
        /// The version of the ARM architecture, where it is one and is known.
        arm_variant: Option<&'static str>,
        /// The image's platform.
        wanted: Platform,
    },
    /// It is made for another system than Linux.
    #[error("the program is made for {0}, not for Linux")]
    ForeignSystem(OsAbi),
    /// It needs a loader and libraries, and the image has none.
    #[error("the program is not static, and an image from scratch has no {}", missing(interpreter.as_deref(), libraries))]
    DynamicForScratch {
        /// The loader that it asks for.
        interpreter: Option<String>,
        /// The C library that it was linked with.
        libc: Option<Libc>,
        /// The libraries that it asks for.
        libraries: Vec<String>,
    },
}

/// Checks that a program fits the platform, and with `scratch` that it needs nothing but itself.
///
/// A program for an older ARM runs on a newer one, not the other way round.
///
/// # Errors
/// The first of [`ProofError`]'s that applies, in their order.
pub fn prove(facts: &ElfFacts, platform: &Platform, scratch: bool) -> Result<(), ProofError> {
    if !facts.platform().is_some_and(|program| runs_on(&program, platform)) {
        return Err(ProofError::WrongMachine {
            machine: facts.machine,
            arm_variant: facts.arm_variant,
            wanted: platform.clone(),
        });
    }
    if !facts.os_abi.is_linux() {
        return Err(ProofError::ForeignSystem(facts.os_abi));
    }
    if scratch && facts.linkage == Linkage::Dynamic {
        return Err(ProofError::DynamicForScratch {
            interpreter: facts.interpreter.clone(),
            libc: facts.libc(),
            libraries: facts.needed.clone(),
        });
    }
    Ok(())
}

fn runs_on(program: &Platform, platform: &Platform) -> bool {
    let version = |it: &Platform| {
        it.variant.as_deref().and_then(|it| it.strip_prefix('v')?.parse::<u8>().ok())
    };
    let fits = match (version(program), version(platform)) {
        (Some(program), Some(platform)) => program <= platform,
        _ => true,
    };
    program.os == platform.os && program.architecture == platform.architecture && fits
}

fn missing(interpreter: Option<&str>, libraries: &[String]) -> String {
    let loader = interpreter.map(|it| format!("loader `{it}`"));
    let libraries = (!libraries.is_empty()).then(|| format!("libraries {}", libraries.join(", ")));
    loader.into_iter().chain(libraries).collect::<Vec<_>>().join(" and no ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::samples::facts;

    fn platform(text: &str) -> Platform {
        text.parse().unwrap()
    }

    #[test]
    fn a_static_program_of_the_platform_is_proven() {
        assert_eq!(prove(&facts(Machine::X86_64), &platform("linux/amd64"), true), Ok(()));
        assert_eq!(prove(&facts(Machine::Aarch64), &platform("linux/arm64/v8"), true), Ok(()));
    }

    #[test]
    fn a_wrong_machine_is_named_beside_the_right_one() {
        let error = prove(&facts(Machine::Aarch64), &platform("linux/amd64"), true).unwrap_err();
        let expected = "the program is made for aarch64 (linux/arm64), the image for linux/amd64";
        assert_eq!(error.to_string(), expected);
        let error = prove(&facts(Machine::X32), &platform("linux/amd64"), true).unwrap_err();
        let expected = "the program is made for x86_64 x32, the image for linux/amd64";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn an_older_arm_program_runs_on_a_newer_arm() {
        let v6 = ElfFacts { arm_variant: Some("v6"), ..facts(Machine::Arm) };
        let v7 = ElfFacts { arm_variant: Some("v7"), ..facts(Machine::Arm) };
        assert_eq!(prove(&v6, &platform("linux/arm/v7"), true), Ok(()));
        assert_eq!(prove(&v7, &platform("linux/arm/v7"), true), Ok(()));
        let error = prove(&v7, &platform("linux/arm/v6"), true).unwrap_err();
        let expected = "the program is made for arm (linux/arm/v7), the image for linux/arm/v6";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_dynamic_program_needs_a_base() {
        let dynamic = ElfFacts {
            linkage: Linkage::Dynamic,
            interpreter: Some("/lib64/ld-linux-x86-64.so.2".to_owned()),
            needed: vec!["libgcc_s.so.1".to_owned(), "libc.so.6".to_owned()],
            ..facts(Machine::X86_64)
        };
        assert_eq!(prove(&dynamic, &platform("linux/amd64"), false), Ok(()));
        let error = prove(&dynamic, &platform("linux/amd64"), true).unwrap_err();
        let expected = "the program is not static, and an image from scratch has no loader \
                        `/lib64/ld-linux-x86-64.so.2` and no libraries libgcc_s.so.1, libc.so.6";
        assert_eq!(error.to_string(), expected);
        let ProofError::DynamicForScratch { libc, .. } = error else { unreachable!() };
        assert_eq!(libc, Some(Libc::Glibc));
    }

    #[test]
    fn a_program_for_freebsd_is_foreign() {
        let foreign = ElfFacts { os_abi: OsAbi(9), ..facts(Machine::X86_64) };
        let error = prove(&foreign, &platform("linux/amd64"), false).unwrap_err();
        assert_eq!(error.to_string(), "the program is made for FreeBSD, not for Linux");
    }
}
