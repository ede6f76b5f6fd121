//! One name for an image that many registries carry.

/// Prefixes of registries that carry the images of Docker Hub under the same names.
const MIRRORS: &[&str] = &[
    "docker.io/",
    "index.docker.io/",
    "registry-1.docker.io/",
    "registry.hub.docker.com/",
    "mirror.gcr.io/",
    "public.ecr.aws/docker/",
    "mcr.microsoft.com/mirror/docker/",
];

/// Accounts of Docker Hub that carry the official images for one processor each.
const ARCHITECTURES: &[&str] = &[
    "amd64", "arm64v8", "arm32v7", "arm32v6", "arm32v5", "armhf", "aarch64", "i386", "ppc64le",
    "s390x", "riscv64", "mips64le",
];

/// The name of an image without its mirror: `docker.io/library/rust`, `arm64v8/rust` and
/// `registry.example.com/hub/library/rust` are all `rust`. Tag and digest must be off already.
pub fn canonical_name(name: &str) -> &str {
    let name = MIRRORS.iter().find_map(|it| name.strip_prefix(it)).unwrap_or(name);
    // Caches of companies keep Docker Hub's `library/` somewhere below their own path.
    let name = match name.rsplit_once("library/") {
        Some((before, rest)) if before.is_empty() || before.ends_with('/') => rest,
        _ => name,
    };
    match name.split_once('/') {
        Some((account, rest)) if ARCHITECTURES.contains(&account) => rest,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::canonical_name;

    #[test]
    fn mirrors_are_left_out() {
        for name in [
            "rust",
            "library/rust",
            "docker.io/rust",
            "docker.io/library/rust",
            "public.ecr.aws/docker/library/rust",
            "mirror.gcr.io/library/rust",
            "harbor.example.com/proxy/library/rust",
            "arm64v8/rust",
        ] {
            assert_eq!(canonical_name(name), "rust", "{name}");
        }
        assert_eq!(canonical_name("example.com/mylibrary/rust"), "example.com/mylibrary/rust");
        assert_eq!(canonical_name("clux/muslrust"), "clux/muslrust");
    }
}
