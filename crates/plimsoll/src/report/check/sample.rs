//! Findings for the tests of all forms: every kind of place, fix and detail that there is.

use std::{collections::BTreeMap, sync::Arc};

use plimsoll_finding::{Clause, Edit, Finding, Fix, Severity, Span, finish};
use plimsoll_lint::{FileType, RULES};

use super::{ContextSize, DirectorySize, Report, Unchecked};

const DOCKERFILE: &str = "\
# syntax=docker/dockerfile:1
FROM rust:1.90 AS build
RUN apt-get update && \\
    apt-get install -y libssl-dev
COPY . .
RUN echo \"größe 100%: <\u{1b}[31m>\" \\
  $HOME/*
FROM scratch
USER root
";

const COMPOSE: &str = "\
services:
  web:
    build: api
    ports: [\"80:8080\"]
";

/// Calls `work` with a report.
pub(super) fn with<T>(work: impl FnOnce(&Report<'_>) -> T) -> T {
    let sources = [
        ("api/Dockerfile", DOCKERFILE),
        ("ünï co:de,.Dockerfile", "FROM scratch\r\nUSER 0\r\n"),
        ("z/Dockerfile", "FROM scratch\n"),
    ];
    let sources: BTreeMap<String, Arc<str>> =
        sources.map(|(path, text)| (path.to_owned(), text.into())).into();
    let related = [("compose.yaml".to_owned(), COMPOSE.into())].into();
    let mut findings = findings();
    finish(&mut findings, |path| sources.get(path).map(|it| &**it));
    let root_user: Vec<_> = RULES.iter().copied().filter(|it| it.name == "root-user").collect();
    let contexts = [ContextSize {
        path: "api".to_owned(),
        dockerignore: Some("api/.dockerignore".to_owned()),
        dockerfiles: vec!["api/Dockerfile".to_owned()],
        bytes: 1_234_567,
        files: 89,
        complete: true,
        directories: vec![DirectorySize { path: "src".to_owned(), bytes: 1_000_000 }],
    }];
    work(&Report {
        sources: &sources,
        related: &related,
        files: [Some(FileType::Dockerfile); 3].into_iter().collect(),
        contexts: Some(&contexts),
        findings: &findings,
        rules: &root_user,
        unchecked: &[Unchecked {
            path: "old/Dockerfile".to_owned(),
            reason: "it is not UTF-8: byte 0xe9 at offset 12, in line 2".to_owned(),
        }],
        suppressed: 2,
        fixed: 0,
        fail_on: Some(Severity::Warning),
    })
}

/// Calls `work` with a report of findings in a Dockerfile.
pub(super) fn with_findings<T>(
    text: &str,
    findings: &mut [Finding],
    work: impl FnOnce(&Report<'_>) -> T,
) -> T {
    let sources = [("Dockerfile".to_owned(), text.into())].into();
    finish(findings, |_| Some(text));
    work(&Report {
        sources: &sources,
        related: &BTreeMap::new(),
        files: [Some(FileType::Dockerfile)].into_iter().collect(),
        contexts: None,
        findings,
        rules: &[],
        unchecked: &[],
        suppressed: 0,
        fixed: 0,
        fail_on: None,
    })
}

/// A report without anything to say.
pub(super) fn with_nothing<T>(work: impl FnOnce(&Report<'_>) -> T) -> T {
    let sources = [("Dockerfile".to_owned(), "FROM scratch\n".into())].into();
    work(&Report {
        sources: &sources,
        related: &BTreeMap::new(),
        files: [Some(FileType::Dockerfile)].into_iter().collect(),
        contexts: None,
        findings: &[],
        rules: &[],
        unchecked: &[],
        suppressed: 0,
        fixed: 3,
        fail_on: Some(Severity::Error),
    })
}

fn in_compose(text: &str) -> Span {
    let start = COMPOSE.find(text).unwrap();
    Span::new(start, start + text.len())
}

fn at(text: &str) -> Span {
    let start = DOCKERFILE.find(text).unwrap();
    Span::new(start, start + text.len())
}

fn findings() -> Vec<Finding> {
    let path = "api/Dockerfile";
    let new = |rule: &str, clause, severity, message: &str| {
        Finding::new(rule, clause, severity, path, message)
    };
    vec![
        new("root-user", Clause::NonRoot, Severity::Error, "the final stage runs as `root`")
            .at(at("USER root"))
            .help("end with `USER 65532:65532`\nor take a base whose user is another")
            .related(path, Some(at("FROM scratch")), "the final stage begins here")
            .fix(Fix::safe(
                "Run as user 65532",
                [Edit::replace(
                    Span::new(at("USER root").end() - 4, at("USER root").end()),
                    "65532",
                )],
            )),
        new("no-dockerignore", Clause::Context, Severity::Note, "there is no .dockerignore")
            .help("write one"),
        new(
            "source-before-dependencies",
            Clause::DependencyLayer,
            Severity::Warning,
            "100% of the source is copied: <all>, \"everything\" & more",
        )
        .at(at("COPY . ."))
        .related("Cargo.toml", None, "the manifest of the workspace")
        .fix(Fix::risky(
            "Copy manifests first",
            [
                Edit::insert(at("COPY . .").start(), "COPY Cargo.toml Cargo.lock ./\n"),
                Edit::insert(at("COPY . .").end(), "\nRUN cargo build"),
            ],
        )),
        new(
            "shellcheck/SC2086",
            Clause::Portable,
            Severity::Note,
            "double quote to prevent globbing",
        )
        .at(at("größe 100%: <\u{1b}[31m>")),
        new("apt-cache-kept", Clause::NoNeedlessPackages, Severity::Warning, "lists of apt stay")
            .at(at("RUN apt-get update && \\\n    apt-get install -y libssl-dev"))
            .related("z/Dockerfile", Some(Span::new(0, 12)), "this file does well"),
        new("unexposed-port", Clause::DevCompose, Severity::Warning, "nothing listens on 8080")
            .at(at("FROM scratch"))
            .related("compose.yaml", Some(in_compose("80:8080")), "this port leads there")
            .related("compose.yaml", Some(in_compose("web")), "for this service"),
        Finding::new(
            "root-user",
            Clause::NonRoot,
            Severity::Error,
            "ünï co:de,.Dockerfile",
            "the final stage runs as `0`",
        )
        .at(Span::new(14, 20)),
    ]
}
