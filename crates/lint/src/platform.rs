//! Platforms as `--platform` names them.

/// A platform: an operating system and a kind of processor, in the names of Go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Platform {
    pub(crate) os: String,
    pub(crate) architecture: String,
}

const SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

const ARCHITECTURES: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "ppc64",
    "ppc64le",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

impl Platform {
    /// Reads `linux/arm64`, `linux/arm/v7`, `arm64`, `linux`, `windows(10.0.17763)/amd64`. What is
    /// left out is that of x86-64 Linux. `None` where BuildKit refuses it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let first = parts.next()?;
        let rest: Vec<&str> = parts.collect();
        let is_part = |it: &&str| {
            !it.is_empty()
                && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"_.-".contains(&it))
        };
        if rest.len() > 2 || !rest.iter().all(is_part) {
            return None;
        }
        let name = match first.split_once('(') {
            Some((name, options)) => {
                options.strip_suffix(')')?;
                name
            }
            None => first,
        };
        if !is_part(&name) || name.contains('.') {
            return None;
        }
        let os = match name.to_ascii_lowercase() {
            it if it == "macos" => "darwin".to_owned(),
            it => it,
        };
        let Some(architecture) = rest.first() else {
            if SYSTEMS.contains(&&*os) {
                return Some(Self { os, architecture: "amd64".to_owned() });
            }
            let architecture = go_name(first);
            let known = ARCHITECTURES.contains(&&*architecture);
            return known.then(|| Self { os: "linux".to_owned(), architecture });
        };
        Some(Self { os, architecture: go_name(architecture) })
    }
}

fn go_name(architecture: &str) -> String {
    let lower = architecture.to_ascii_lowercase();
    match &*lower {
        "i386" => "386".to_owned(),
        "x86_64" | "x86-64" => "amd64".to_owned(),
        "aarch64" => "arm64".to_owned(),
        "armhf" | "armel" => "arm".to_owned(),
        _ => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        Platform::parse(text).map(|it| format!("{} {}", it.os, it.architecture))
    }

    #[test]
    fn systems_and_architectures_have_one_name() {
        assert_eq!(parsed("linux/arm64/v8").as_deref(), Some("linux arm64"));
        assert_eq!(parsed("Linux/X86_64").as_deref(), Some("linux amd64"));
        assert_eq!(parsed("aarch64").as_deref(), Some("linux arm64"));
        assert_eq!(parsed("windows").as_deref(), Some("windows amd64"));
        assert_eq!(parsed("windows(10.0.17763)/amd64").as_deref(), Some("windows amd64"));
        assert_eq!(parsed("linux/own").as_deref(), Some("linux own"));
    }

    #[test]
    fn what_is_no_platform_is_refused() {
        for text in ["", "own", "linux/", "linux//v7", "linux/a/b/c", "li*", "linux/a b", "(x"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
