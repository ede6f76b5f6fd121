//! What real tags are described as.

use super::*;

fn image(reference: &str) -> Option<Description<'_>> {
    let (rest, digest) = match reference.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (reference, None),
    };
    match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => describe(name, Some(tag), digest),
        _ => describe(rest, None, digest),
    }
}

/// Compares the release, its certainty and the C library.
#[track_caller]
fn stands_on(reference: &str, expected: &str) {
    let actual = image(reference).map_or("unknown".to_owned(), |it| {
        let release = it.release.unwrap_or("-");
        let libc = match it.libc {
            None => "?".to_owned(),
            Some(Libc::None) => "no libc".to_owned(),
            Some(Libc::Musl) => "musl".to_owned(),
            Some(Libc::Glibc(None)) => "glibc".to_owned(),
            Some(Libc::Glibc(Some((major, minor)))) => format!("glibc {major}.{minor}"),
        };
        format!("{:?} {release} {:?} {libc}", it.family, it.certainty)
    });
    assert_eq!(actual, expected, "{reference}");
}

#[test]
fn distributions() {
    stands_on("scratch", "Scratch - Named no libc");
    stands_on("alpine:3.22", "Alpine 3.22 Named musl");
    stands_on("alpine:3.20.3", "Alpine 3.20 Named musl");
    stands_on("alpine", "Alpine 3.24 Moving musl");
    stands_on("alpine:3", "Alpine 3.24 Moving musl");
    stands_on("alpine:edge", "Alpine edge Moving musl");
    stands_on("alpine:20250108", "Alpine edge Moving musl");
    stands_on("alpine:3.99", "Alpine 3.99 Named musl");
    stands_on("debian:bookworm-slim", "Debian bookworm Named glibc 2.36");
    stands_on("debian:bookworm-20240904-slim", "Debian bookworm Named glibc 2.36");
    stands_on("debian:12.5", "Debian bookworm Named glibc 2.36");
    stands_on("debian:stable-slim", "Debian trixie Moving glibc 2.41");
    stands_on("debian:sid", "Debian sid Moving glibc");
    stands_on("debian:testing", "Debian forky Moving glibc");
    stands_on("debian:${SUITE}-slim", "Debian - Guess glibc");
    stands_on("public.ecr.aws/debian/debian:trixie-slim", "Debian trixie Named glibc 2.41");
    stands_on("ubuntu:jammy", "Ubuntu 22.04 Named glibc 2.35");
    stands_on("ubuntu:jammy-20240911", "Ubuntu 22.04 Named glibc 2.35");
    stands_on("ubuntu", "Ubuntu 26.04 Moving glibc 2.43");
    stands_on("ubuntu@sha256:00", "Ubuntu 26.04 Guess glibc 2.43");
    stands_on("fedora:41", "Fedora 41 Named glibc 2.40");
    stands_on("quay.io/centos/centos:stream9", "CentOs stream9 Named glibc 2.34");
    stands_on("centos:centos7", "CentOs 7 Named glibc 2.17");
    stands_on("rockylinux:9.3-minimal", "Rocky(Minimal) 9 Named glibc 2.34");
    stands_on("amazonlinux:2023.6.20241010.0", "Amazon 2023 Named glibc 2.34");
    stands_on(
        "registry.access.redhat.com/ubi9/ubi-minimal:9.4",
        "RedHat(Minimal) 9 Named glibc 2.34",
    );
    stands_on("busybox:1.37-musl", "Busybox - Named no libc");
}

#[test]
fn distroless() {
    stands_on("gcr.io/distroless/cc-debian12", "DistrolessCc debian12 Named glibc 2.36");
    stands_on("gcr.io/distroless/static:nonroot", "DistrolessStatic debian13 Moving no libc");
    stands_on(
        "gcr.io/distroless/base-nossl-debian12",
        "DistrolessBaseNossl debian12 Named glibc 2.36",
    );
    stands_on("cgr.dev/chainguard/static", "ChainguardStatic - Named no libc");
    stands_on("cgr.dev/chainguard/glibc-dynamic:latest", "ChainguardGlibc - Named glibc");

    let user = |reference| image(reference).unwrap().user;
    assert_eq!(user("gcr.io/distroless/cc-debian12"), User::Root);
    assert_eq!(user("gcr.io/distroless/cc-debian12:debug-nonroot"), User::Other("65532"));
    assert_eq!(user("gcr.io/distroless/cc-debian13:nonroot-239cdd2c"), User::Other("65532"));
    assert_eq!(user("cgr.dev/chainguard/static:latest"), User::Other("65532"));

    let debug = image("gcr.io/distroless/cc-debian12:debug").unwrap();
    assert_eq!((debug.has_shell(), debug.other_shell), (Some(false), Some("/busybox/sh")));
    assert_eq!(debug.package_manager, None);
    assert_eq!(debug.has_user("nonroot"), Some(true));
    assert!(debug.family.is_distroless() && debug.has_passwd);
}

#[test]
fn rust_images() {
    stands_on("rust:1.83", "Debian bookworm Derived glibc 2.36");
    stands_on("rust:1.97.1-slim", "Debian trixie Derived glibc 2.41");
    stands_on("rust:1.68-alpine", "Alpine 3.17 Derived musl");
    stands_on("rust:1", "Debian trixie Moving glibc 2.41");
    stands_on("rust:1@sha256:00", "Debian trixie Guess glibc 2.41");
    stands_on("docker.io/library/rust:slim-bookworm", "Debian bookworm Named glibc 2.36");
    stands_on("rust:${VERSION}-slim-bookworm", "Debian bookworm Named glibc 2.36");
    stands_on("rust:${VERSION}", "Debian - Guess glibc");
    stands_on("rust:9.0", "Debian trixie Moving glibc 2.41");
    stands_on("rustlang/rust:nightly-alpine", "Alpine 3.24 Moving musl");
    stands_on(
        "lukemathwalker/cargo-chef:latest-rust-1.80-bookworm",
        "Debian bookworm Named glibc 2.36",
    );
    stands_on("lukemathwalker/cargo-chef:0.1.67-rust-1.81", "Debian bookworm Derived glibc 2.36");
    stands_on("lukemathwalker/cargo-chef:latest-rust-alpine", "Alpine 3.24 Moving musl");
    stands_on("lukemathwalker/cargo-chef:0.1.67", "Debian trixie Moving glibc 2.41");
    stands_on("ekidd/rust-musl-builder", "Ubuntu 18.04 Named glibc 2.27");
    stands_on("hub.example.com/proxy/rust:1.83", "Debian bookworm Guess glibc 2.36");
}

#[test]
fn versions_of_rust_are_found_in_the_tag() {
    let version = |reference| {
        let toolchain = image(reference).unwrap().toolchain.unwrap();
        assert!(toolchain.language == Language::Rust && toolchain.only_builds, "{reference}");
        toolchain.version
    };
    assert_eq!(version("rust:1.83-slim"), Some("1.83"));
    assert_eq!(version("rust:slim"), None);
    assert_eq!(version("rustlang/rust:nightly-bookworm-slim"), Some("nightly"));
    assert_eq!(version("lukemathwalker/cargo-chef:0.1.67-rust-1.81-slim"), Some("1.81"));
    assert_eq!(version("mcr.microsoft.com/devcontainers/rust:1-bookworm"), None);
    assert_eq!(version("blackdex/rust-musl:x86_64-musl-stable-1.80.0"), Some("1.80.0"));
}

#[test]
fn cross_images_have_their_targets() {
    let has = |reference, target| {
        let it = image(reference).unwrap();
        (it.targets.contains(target), it.builds_for_target)
    };
    let musl = "x86_64-unknown-linux-musl";
    assert_eq!(has("clux/muslrust:stable", musl), (true, true));
    assert_eq!(has("messense/rust-musl-cross:x86_64-musl", musl), (true, true));
    assert_eq!(has("messense/rust-musl-cross:aarch64-musl", musl), (false, true));
    assert_eq!(
        has("blackdex/rust-musl:armv7-musleabihf-stable", "armv7-unknown-linux-musleabihf"),
        (true, true)
    );
    assert_eq!(has("ghcr.io/cross-rs/x86_64-unknown-linux-musl:main", musl), (true, false));
    assert_eq!(has("messense/cargo-zigbuild", musl), (true, false));
    assert_eq!(has("rust:1.83", musl), (false, false));
}

#[test]
fn other_images_follow_their_suffix() {
    stands_on("node:24-trixie", "Debian trixie Named glibc 2.41");
    stands_on("node:lts-alpine3.20", "Alpine 3.20 Named musl");
    stands_on("python:3.12-slim", "Debian trixie Derived glibc 2.41");
    stands_on("golang:1.21.0", "Debian bookworm Derived glibc 2.36");
    stands_on("nvidia/cuda:12.4.0-devel-ubuntu22.04", "Ubuntu 22.04 Named glibc 2.35");
    stands_on("eclipse-temurin:17-jdk-jammy", "Ubuntu 22.04 Named glibc 2.35");
    stands_on("openjdk:17", "Oracle(Full) 8 Derived glibc 2.28");
    stands_on("somebody/service:1.2-bookworm", "Debian bookworm Named glibc 2.36");
    stands_on("mcr.microsoft.com/windows/nanoserver:ltsc2022", "Windows - Named ?");
    stands_on("somebody/service:1.2", "unknown");
    stands_on("somebody/rust", "unknown");
    assert!(!image("somebody/service:1.2-bookworm").unwrap().is_known);
}

#[test]
fn tools_differ_by_variant() {
    let has = |reference, tool| image(reference).unwrap().tools.has(tool);
    assert_eq!(has("rust:1.83", Tool::Curl), Some(true));
    assert_eq!(has("rust:1.83-slim", Tool::Curl), Some(false));
    assert_eq!(has("rust:1.83-slim", Tool::Cc), Some(true));
    assert_eq!(has("rust:1.83-alpine", Tool::Wget), Some(true));
    assert_eq!(has("rust:1.83-alpine", Tool::Bash), Some(false));
    assert_eq!(has("debian:bookworm-slim", Tool::Curl), Some(false));
    assert_eq!(has("debian:bookworm-slim", Tool::CaCertificates), Some(false));
    assert_eq!(has("alpine:3.22", Tool::Wget), Some(true));
    assert_eq!(has("alpine:3.22", Tool::Tini), Some(false));
    assert_eq!(has("fedora:41", Tool::Curl), Some(true));
    assert_eq!(has("buildpack-deps:bookworm-curl", Tool::Git), Some(false));
    assert_eq!(has("clux/muslrust", Tool::Wget), None);
    assert_eq!(has("somebody/service:1.2-bookworm", Tool::Curl), None);
    assert_eq!(has("somebody/service:1.2-bookworm", Tool::Sh), Some(true));
}

#[test]
fn users() {
    let has = |reference, user| image(reference).unwrap().has_user(user);
    assert_eq!(has("node:24", "node"), Some(true));
    assert_eq!(has("debian:bookworm", "www-data"), Some(true));
    assert_eq!(has("debian:bookworm", "app"), Some(false));
    assert_eq!(has("scratch", "nobody"), Some(false));
    assert_eq!(has("ubuntu:24.04", "ubuntu"), Some(true));
    assert_eq!(has("ubuntu:22.04", "ubuntu"), Some(false));
    assert_eq!(has("somebody/service:1.2-bookworm", "app"), None);
    assert_eq!(image("nginxinc/nginx-unprivileged:1.27").unwrap().user, User::Other("101"));
    assert_eq!(image("somebody/service:1.2-bookworm").unwrap().user, User::Unknown);
}

#[test]
fn support_ends_by_the_tables_own_day() {
    let ended = |reference| {
        let facts = image(reference).unwrap().release_facts.unwrap();
        (facts.standard_support_ended(TABLE_DATE), facts.ended(TABLE_DATE))
    };
    assert_eq!(ended("debian:bullseye"), (true, true));
    assert_eq!(ended("debian:bookworm"), (true, false));
    assert_eq!(ended("debian:trixie"), (false, false));
    assert_eq!(ended("alpine:3.21"), (true, true));
    assert_eq!(ended("alpine:3.22"), (false, false));
    assert_eq!(ended("ubuntu:20.04"), (true, true));
    assert_eq!(ended("ubuntu:22.04"), (false, false));
    assert_eq!(ended("gcr.io/distroless/cc-debian12"), (true, true));
    assert_eq!(ended("gcr.io/distroless/cc-debian13"), (false, false));
    assert_eq!(ended("centos:8"), (true, true));
}
