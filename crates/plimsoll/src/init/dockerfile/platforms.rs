//! What platforms of images are called by Rust, Debian and compilers.

use std::fmt::Write as _;

use serde::Serialize;

/// A platform in the shell's `case`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Case {
    /// What `$TARGETARCH/$TARGETVARIANT` has to match.
    pattern: &'static str,
    /// What it sets.
    variables: String,
}

/// A platform by its names.
struct Known {
    docker: &'static str,
    pattern: &'static str,
    /// What Rust's targets begin with.
    cpu: &'static str,
    /// What they end with.
    abi: &'static str,
    /// The architecture of Debian's packages.
    debian: &'static str,
    /// What the names of compilers begin with.
    tools: &'static str,
    /// What the directory of libraries begins with.
    libraries: &'static str,
}

/// In the order of the rows: platform, pattern, `cpu`, `abi`, `debian`, `tools`, `libraries`.
const KNOWN: [[&str; 7]; 8] = [
    ["linux/amd64", "amd64/*", "x86_64", "", "amd64", "x86_64", "x86_64"],
    ["linux/arm64", "arm64/*", "aarch64", "", "arm64", "aarch64", "aarch64"],
    ["linux/arm/v7", "arm/v7", "armv7", "eabihf", "armhf", "arm", "arm"],
    ["linux/arm/v6", "arm/v6", "arm", "eabihf", "armhf", "arm", "arm"],
    ["linux/386", "386/*", "i686", "", "i386", "i686", "i386"],
    ["linux/riscv64", "riscv64/*", "riscv64gc", "", "riscv64", "riscv64", "riscv64"],
    ["linux/ppc64le", "ppc64le/*", "powerpc64le", "", "ppc64el", "powerpc64le", "powerpc64le"],
    ["linux/s390x", "s390x/*", "s390x", "", "s390x", "s390x", "s390x"],
];

/// What a script has to know of a platform.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// The target for musl.
    pub(super) musl: bool,
    /// What Debian calls it, and how its compilers begin.
    pub(super) debian: bool,
}

/// The platforms of a plan, and the two that everybody has at home.
pub(super) fn cases(platforms: &[String], asked: Asked) -> Vec<Case> {
    let usual = ["linux/amd64", "linux/arm64"];
    let wanted =
        |it: &Known| usual.contains(&it.docker) || platforms.iter().any(|at| same(at, it.docker));
    KNOWN.map(Known::of).into_iter().filter(wanted).map(|it| it.case(asked)).collect()
}

/// `linux/arm64/v8` is what `linux/arm64` says without it.
fn same(platform: &str, known: &str) -> bool {
    platform == known || platform.strip_prefix(known).is_some_and(|rest| rest.starts_with('/'))
}

impl Known {
    fn of([docker, pattern, cpu, abi, debian, tools, libraries]: [&'static str; 7]) -> Self {
        Self { docker, pattern, cpu, abi, debian, tools, libraries }
    }

    fn case(&self, asked: Asked) -> Case {
        let Self { cpu, abi, debian, tools, libraries, .. } = self;
        let mut variables = format!("gnu={cpu}-unknown-linux-gnu{abi}");
        // Writing to a String can't fail.
        if asked.musl {
            let _ = write!(variables, " musl={cpu}-unknown-linux-musl{abi}");
        }
        if asked.debian {
            let _ = write!(variables, " debian={debian} tools={tools}-linux-gnu{abi}");
            let _ = write!(variables, " libraries={libraries}-linux-gnu{abi}");
        }
        Case { pattern: self.pattern, variables }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(platforms: &[&str]) -> Vec<&'static str> {
        let platforms: Vec<String> = platforms.iter().map(|&it| it.to_owned()).collect();
        let asked = Asked { musl: true, debian: false };
        cases(&platforms, asked).into_iter().map(|it| it.pattern).collect()
    }

    #[test]
    fn the_two_usual_ones_are_always_there() {
        assert_eq!(patterns(&["linux/amd64"]), ["amd64/*", "arm64/*"]);
        assert_eq!(patterns(&["linux/arm64/v8", "linux/arm/v7"]), ["amd64/*", "arm64/*", "arm/v7"]);
    }

    #[test]
    fn names_are_those_of_rust_and_debian() {
        let asked = Asked { musl: true, debian: true };
        let case = cases(&["linux/arm/v7".to_owned()], asked).pop().unwrap();
        assert_eq!(
            case.variables,
            "gnu=armv7-unknown-linux-gnueabihf musl=armv7-unknown-linux-musleabihf debian=armhf \
             tools=arm-linux-gnueabihf libraries=arm-linux-gnueabihf"
        );
    }
}
