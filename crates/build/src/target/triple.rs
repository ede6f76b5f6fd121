//! Platforms and the Rust targets that make programs for them.

use plimsoll_image::Platform;

/// What Debian calls the architecture of this machine, where musl-tools compiles for it.
const HOST_DEBIAN: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };

/// A C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Libc {
    /// musl.
    Musl,
    /// The GNU C library.
    Glibc,
}

/// A Rust target for Linux.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triple {
    /// As `rustc --target` takes it.
    pub name: String,
    /// The C library that it links.
    pub libc: Libc,
    /// What tools for it are called, as in `aarch64-linux-gnu-gcc`.
    tools: String,
    /// What Debian calls the architecture in package names.
    debian: &'static str,
}

impl Triple {
    /// The GNU C compiler for it.
    pub fn gcc(&self) -> String {
        format!("{}-gcc", self.tools)
    }

    /// The package that brings a C compiler for its architecture, by Debian's name.
    pub fn c_compiler_package(&self) -> String {
        match self.libc {
            // Debian has no musl compiler for other architectures; glibc's does as well then.
            Libc::Musl if self.debian == HOST_DEBIAN => "musl-tools".to_owned(),
            Libc::Musl => format!("gcc-{}", self.tools.replace("musl", "gnu").replace('_', "-")),
            Libc::Glibc => format!("gcc-{}", self.tools.replace('_', "-")),
        }
    }
}

/// The targets for a platform, the preferred one first; none for a platform that Rust doesn't know.
pub fn triples(platform: &Platform) -> Vec<Triple> {
    if platform.os != "linux" {
        return Vec::new();
    }
    // Architecture of Rust's target, suffix of the C library, architecture in Debian's names.
    let (rust, suffix, tools, debian) = match (&*platform.architecture, platform.variant.as_deref())
    {
        ("amd64", None) => ("x86_64", "", "x86_64", "amd64"),
        ("arm64", None) => ("aarch64", "", "aarch64", "arm64"),
        ("386", None) => ("i686", "", "i686", "i386"),
        ("arm", Some("v7")) => ("armv7", "eabihf", "arm", "armhf"),
        ("arm", Some("v6")) => ("arm", "eabihf", "arm", "armel"),
        ("riscv64", None) => ("riscv64gc", "", "riscv64", "riscv64"),
        ("ppc64le", None) => ("powerpc64le", "", "powerpc64le", "ppc64el"),
        ("s390x", None) => ("s390x", "", "s390x", "s390x"),
        ("loong64", None) => ("loongarch64", "", "loongarch64", "loong64"),
        _ => return Vec::new(),
    };
    [(Libc::Musl, "musl"), (Libc::Glibc, "gnu")]
        .into_iter()
        // Rust has no musl target to install for this one.
        .filter(|(libc, _)| *libc == Libc::Glibc || rust != "s390x")
        .map(|(libc, name)| Triple {
            name: format!("{rust}-unknown-linux-{name}{suffix}"),
            libc,
            tools: format!("{tools}-linux-{name}{suffix}"),
            debian,
        })
        .collect()
}

/// The Linux platform of the processor that a target names, as `x86_64` in
/// `x86_64-unknown-linux-gnu`.
pub fn host_platform(triple: &str) -> Platform {
    let processor = triple.split('-').next().unwrap_or_default();
    let (architecture, variant) = match processor {
        "riscv64gc" => ("riscv64", None),
        "powerpc64le" => ("ppc64le", None),
        "loongarch64" => ("loong64", None),
        "armv7" => ("arm", Some("v7")),
        "arm" => ("arm", Some("v6")),
        other => (other, None),
    };
    Platform { variant: variant.map(str::to_owned), ..Platform::linux(architecture) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(platform: &str) -> Vec<String> {
        triples(&platform.parse().unwrap()).into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn hosts_are_platforms_that_have_their_target() {
        for host in ["x86_64", "aarch64", "riscv64gc", "powerpc64le", "armv7", "s390x"] {
            let platform = host_platform(&format!("{host}-unknown-linux-gnu"));
            let names = triples(&platform);
            assert!(names.iter().any(|it| it.name.starts_with(host)), "{platform}");
        }
    }

    #[test]
    fn platforms_have_the_targets_that_rustup_knows() {
        assert_eq!(
            names("linux/arm/v7"),
            ["armv7-unknown-linux-musleabihf", "armv7-unknown-linux-gnueabihf"]
        );
        assert_eq!(names("linux/386"), ["i686-unknown-linux-musl", "i686-unknown-linux-gnu"]);
        assert_eq!(names("linux/s390x"), ["s390x-unknown-linux-gnu"]);
        assert!(names("linux/amd64/v3").is_empty());
        assert!(names("windows/amd64").is_empty());
    }
}
