//! The ways out when a program does not run on a base.

use plimsoll_build::{
    elf::{Libc, Machine},
    proof::{BaseLibc, BaseProofError, Missing, OldLibrary},
};
use plimsoll_lint::bases::Release;

/// What to do; several ways are parted by `or`, the best first.
pub(super) fn hint(error: &BaseProofError) -> Option<String> {
    Some(match error {
        BaseProofError::NoLibc { libc, machine, .. } => {
            let base = match libc {
                Some(Libc::Musl) => "with musl, such as alpine",
                _ => "with glibc, such as gcr.io/distroless/cc-debian12",
            };
            format!("{}; or take a base {base}", static_target(*machine))
        }
        BaseProofError::OtherLibc { program: Libc::Musl, machine, .. } => format!(
            "link it statically, as {} is unless `-C target-feature=-crt-static` is set; or take a base with musl, \
             such as alpine",
            triple(*machine, "musl")
        ),
        BaseProofError::OtherLibc { machine, .. } => format!(
            "{}; or take a base with glibc, such as gcr.io/distroless/cc-debian12 or debian:12-slim",
            static_target(*machine)
        ),
        BaseProofError::NoLoader { loaders, .. } => {
            let path = loaders.first().map_or("PATH", String::as_str);
            format!(
                "build it where the loader has its usual place, which Nix and the like move; or change what it asks for: \
                 `patchelf --set-interpreter {path} FILE`"
            )
        }
        BaseProofError::LoaderMachine { .. } => {
            "take the base for the program's platform, with --platform".to_owned()
        }
        BaseProofError::MissingLibraries { missing, libc, .. } => {
            let words: Vec<_> = missing.iter().map(|it| library(it, libc.kind)).collect();
            words.join("; ")
        }
        BaseProofError::OldLibraries { libraries, libc, machine, .. } => {
            older(libraries, libc, *machine)
        }
        _ => return None,
    })
}

/// A library that the base lacks.
fn library(missing: &Missing, libc: Libc) -> String {
    let name = &missing.name;
    if let Some(path) = &missing.elsewhere {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        return format!(
            "set `LD_LIBRARY_PATH=/{directory}` in `env`, so that {name} is found; or link with \
             `-C link-arg=-Wl,-rpath,/{directory}`"
        );
    }
    let is_musl = libc == Libc::Musl;
    match name.split(".so").next().unwrap_or(name) {
        "libgcc_s" if is_musl => "take a base with Alpine's package libgcc; or link statically, \
             which is what musl targets do unless `-C target-feature=-crt-static` is set"
            .to_owned(),
        "libgcc_s" => "gcr.io/distroless/cc-debian12 and debian:12-slim have libgcc_s.so.1, \
             gcr.io/distroless/base-debian12 has not; or build for musl, which links it statically"
            .to_owned(),
        "libstdc++" if is_musl => {
            "take a base with Alpine's packages libstdc++ and libgcc; or link it statically"
                .to_owned()
        }
        "libstdc++" => "gcr.io/distroless/cc-debian12 has libstdc++.so.6, as has every base on \
             which Debian's package libstdc++6 is installed; or link it statically"
            .to_owned(),
        "libssl" | "libcrypto" => format!(
            "take a base with that release of OpenSSL ({name}); or have openssl-sys build its own (feature `vendored`), or use rustls"
        ),
        "libc.musl-x86_64" | "libc.musl-aarch64" => {
            "take a base with musl, such as alpine".to_owned()
        }
        _ => format!(
            "take a base in which the package with {name} is installed; or link it statically (features \
             `vendored`, `bundled`, `static`), or bring it with `files`"
        ),
    }
}

/// Symbol versions that the base is too old for.
fn older(libraries: &[OldLibrary], libc: &BaseLibc, machine: Machine) -> String {
    let wanted = libraries.iter().flat_map(|it| &it.versions);
    let wanted = wanted.filter_map(|it| glibc(it.strip_prefix("GLIBC_")?)).max();
    let gnu = triple(machine, "gnu");
    let Some(wanted) = wanted else {
        return "take a newer base; or build in a container of the base's own system, so that the \
                program is linked with its libraries; or link them statically"
            .to_owned();
    };
    let newer = match Release::first_of_debian_with_glibc(wanted) {
        Some(Release { name, glibc: Some((major, minor)), .. }) => {
            format!("a newer base: debian:{name} has glibc {major}.{minor}")
        }
        _ => "a newer base".to_owned(),
    };
    let zig = match &libc.version {
        Some(version) if libc.kind == Libc::Glibc => {
            format!(", or with `cargo zigbuild --target {gnu}.{version}`")
        }
        _ => String::new(),
    };
    format!(
        "{}; or take {newer}; or build in a container of the base's own system{zig}",
        static_target(machine)
    )
}

fn glibc(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.split_once('.')?;
    let minor = rest.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn static_target(machine: Machine) -> String {
    format!("build for {}, whose programs are static", triple(machine, "musl"))
}

/// Rust's target for a machine with a C library, `gnu` or `musl`.
fn triple(machine: Machine, libc: &str) -> String {
    match machine {
        Machine::X86 => format!("i686-unknown-linux-{libc}"),
        Machine::Arm => format!("armv7-unknown-linux-{libc}eabihf"),
        Machine::Riscv64 => format!("riscv64gc-unknown-linux-{libc}"),
        _ => format!("{machine}-unknown-linux-{libc}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glibc_236() -> BaseLibc {
        BaseLibc { kind: Libc::Glibc, version: Some("2.36".to_owned()) }
    }

    #[test]
    fn an_old_glibc_has_three_ways_out() {
        let old = OldLibrary {
            name: "libc.so.6".to_owned(),
            path: "/lib/libc.so.6".to_owned(),
            versions: vec!["GLIBC_2.38".to_owned(), "GLIBC_2.9".to_owned()],
            newest: Some("GLIBC_2.36".to_owned()),
            symbols: Vec::new(),
            needed_by: None,
        };
        assert_eq!(
            older(&[old], &glibc_236(), Machine::X86_64),
            "build for x86_64-unknown-linux-musl, whose programs are static; or take a newer base: debian:trixie \
             has glibc 2.41; or build in a container of the base's own system, or with `cargo zigbuild --target \
             x86_64-unknown-linux-gnu.2.36`"
        );
    }

    #[test]
    fn what_lacks_libgcc_is_told_who_has_it() {
        let missing = |name: &str, elsewhere: Option<&str>| Missing {
            name: name.to_owned(),
            needed_by: None,
            elsewhere: elsewhere.map(str::to_owned),
        };
        let gcc = library(&missing("libgcc_s.so.1", None), Libc::Glibc);
        assert!(gcc.contains("gcr.io/distroless/cc-debian12"), "{gcc}");
        assert!(
            library(&missing("libgcc_s.so.1", None), Libc::Musl)
                .contains("Alpine's package libgcc")
        );
        let elsewhere = library(&missing("libx.so", Some("opt/lib/libx.so")), Libc::Glibc);
        assert!(elsewhere.starts_with("set `LD_LIBRARY_PATH=/opt/lib`"), "{elsewhere}");
    }
}
