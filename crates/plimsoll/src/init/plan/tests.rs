//! What is decided of what was found out. Nobody is asked for digests here.

use plimsoll_build::base::lock::Lock;

use super::*;
use crate::init::survey::{Health, Kind, Native, Signals};

fn survey() -> Survey {
    sample::html_to_markdown(Base::Scratch).survey
}

fn needing(natives: &[Native]) -> Survey {
    let mut survey = survey();
    survey.programs[0].native = natives.to_vec();
    survey
}

fn native(crate_name: &str, what: &str, apt: &str, apk: &str) -> Native {
    let packages = |it: &str| if it.is_empty() { Vec::new() } else { vec![it.to_owned()] };
    Native {
        crate_name: crate_name.to_owned(),
        what: what.to_owned(),
        apt_build: Vec::new(),
        apt_run: packages(apt),
        apk_build: Vec::new(),
        apk_run: packages(apk),
        linked: !apt.is_empty(),
        tool: false,
    }
}

fn ssl() -> Native {
    native("openssl-sys", "ssl", "openssl", "openssl")
}

fn pq() -> Native {
    native("pq-sys", "pq", "libpq5", "libpq")
}

fn tool() -> Native {
    Native { tool: true, ..native("prost-build", "protoc", "", "") }
}

fn decide(survey: Survey, base: Option<Base>) -> Result<Plan, PlanError> {
    let options = Options { base, ..Options::default() };
    Plan::decide(survey, &options, &mut Finder::new(Lock::default(), false))
}

/// Base, linking, the name of the base's image and the packages of the first target.
fn on(natives: &[Native], base: Option<Base>) -> (Base, Linking, String, String) {
    let plan = decide(needing(natives), base).unwrap();
    let image = plan.images.base.map_or_else(|| "scratch".to_owned(), |it| it.name);
    (plan.base, plan.linking, image, plan.targets[0].packages.join(" "))
}

fn is(
    base: Base,
    linking: Linking,
    image: &str,
    packages: &str,
) -> (Base, Linking, String, String) {
    (base, linking, image.to_owned(), packages.to_owned())
}

#[test]
fn the_base_follows_from_what_programs_load() {
    let c = native("ring", "c", "", "");
    let scratch = is(Base::Scratch, Linking::Static, "scratch", "");
    assert_eq!(on(&[], None), scratch);
    assert_eq!(on(&[c, tool()], None), scratch);
    let cc = "gcr.io/distroless/cc-debian13:nonroot";
    let distroless = is(Base::Distroless, Linking::Debian, cc, "");
    assert_eq!(on(&[ssl()], None), distroless);
    assert_eq!(on(&[native("esaxx-rs", "c++", "", "")], None), distroless);
    let debian = is(Base::Debian, Linking::Debian, "debian:trixie-slim", "libpq5");
    assert_eq!(on(&[ssl(), pq()], None), debian);
    // Nobody knows this one, so it needs a base to which everything can be added.
    let own = native("own-sys", "own", "libown1", "own");
    assert_eq!(on(&[own], None).0, Base::Debian);
}

#[test]
fn the_base_that_is_asked_for_decides_how_programs_are_linked() {
    let static_distroless = "gcr.io/distroless/static-debian13:nonroot";
    assert_eq!(
        on(&[], Some(Base::Distroless)),
        is(Base::Distroless, Linking::Static, static_distroless, "")
    );
    let alpine = |linking, packages| is(Base::Alpine, linking, "alpine:3.24", packages);
    assert_eq!(on(&[], Some(Base::Alpine)), alpine(Linking::Static, ""));
    assert_eq!(on(&[pq()], Some(Base::Alpine)), alpine(Linking::Alpine, "libgcc libpq"));
    assert_eq!(
        on(&[], Some(Base::Debian)),
        is(Base::Debian, Linking::Debian, "debian:trixie-slim", "")
    );
}

#[test]
fn a_base_that_lacks_what_programs_load_is_refused_with_a_way_out() {
    let refused = |natives: &[Native], base| {
        let error = decide(needing(natives), Some(base)).unwrap_err();
        let hints = crate::hints::hints(&error);
        assert_eq!(hints.len(), 1);
        (error.to_string(), hints[0].clone())
    };
    let (error, hint) = refused(&[ssl()], Base::Scratch);
    assert_eq!(
        error,
        "an image on scratch can't run this: openssl-sys links libssl, which is loaded when it runs"
    );
    assert!(hint.contains("--base distroless") && hint.contains("`vendored`"), "{hint}");
    let (_, hint) = refused(&[pq()], Base::Scratch);
    assert!(hint.contains("--base debian"), "{hint}");
    let (error, hint) = refused(&[ssl(), pq()], Base::Distroless);
    assert!(error.contains("pq-sys links libpq"), "{error}");
    assert!(hint.contains("--base debian"), "{hint}");
}

#[test]
fn one_program_that_loads_a_library_decides_for_all() {
    let mut survey = needing(&[]);
    let mut other = survey.programs[0].clone();
    other.name = "worker".to_owned();
    other.native = vec![pq()];
    survey.programs.push(other);
    let plan = decide(survey, None).unwrap();
    assert_eq!(plan.base, Base::Debian);
    let packages: Vec<_> = plan.targets.iter().map(|it| it.packages.len()).collect();
    assert_eq!(packages, [0, 1]);
}

#[test]
fn packages_are_those_of_the_release_and_with_certificates_where_they_are_needed() {
    let mut survey = needing(&[ssl()]);
    survey.programs[0].needs_certificates = true;
    let builder = "rust:1.95-slim-bookworm".parse().unwrap();
    let options =
        Options { base: Some(Base::Debian), builder: Some(builder), ..Options::default() };
    let mut finder = Finder::new(Lock::default(), false);
    let plan = Plan::decide(survey, &options, &mut finder).unwrap();
    assert_eq!(plan.targets[0].packages, ["ca-certificates", "libssl3"]);
}

#[test]
fn health_is_asked_as_the_program_can_answer() {
    let probe = |kind, health, has_port: bool| {
        let mut survey = survey();
        let program = &mut survey.programs[0];
        (program.kind, program.health) = (kind, health);
        if !has_port {
            program.ports.clear();
        }
        decide(survey, None).unwrap().targets.remove(0).probe
    };
    let itself = Health::Itself { arguments: vec!["healthcheck".to_owned()] };
    let http = |path: &str| Health::Http { path: path.to_owned() };
    let asks = |url: &str| Probe::Static {
        command: vec!["/usr/local/bin/healthcheck".to_owned(), url.to_owned()],
    };
    assert!(matches!(probe(Kind::Service, itself.clone(), true), Probe::Itself { .. }));
    assert_eq!(probe(Kind::Service, http("/healthz"), true), asks("http://127.0.0.1:3000/healthz"));
    assert_eq!(probe(Kind::Service, Health::Tcp, true), asks("tcp://127.0.0.1:3000"));
    assert_eq!(probe(Kind::Service, http("/a\" ]\nUSER 0"), true), asks("tcp://127.0.0.1:3000"));
    assert!(matches!(probe(Kind::Service, Health::Tcp, false), Probe::None { .. }));
    assert!(matches!(probe(Kind::Command, itself, true), Probe::None { .. }));
    let none = Health::None { reason: "why".to_owned() };
    assert_eq!(probe(Kind::Worker, none, true), Probe::None { reason: "why".to_owned() });
}

#[test]
fn tini_is_process_1_where_nothing_handles_sigterm() {
    assert!(!decide(survey(), None).unwrap().targets[0].tini);
    let mut survey = survey();
    survey.programs[0].signals = Signals::Unhandled;
    assert!(decide(survey, None).unwrap().targets[0].tini);
}

#[test]
fn options_win_and_nothing_but_linux_is_built_for() {
    let decide = |options: &Options| {
        Plan::decide(survey(), options, &mut Finder::new(Lock::default(), false))
    };
    let platforms = |all: &[&str]| all.iter().map(|it| it.parse().unwrap()).collect();
    let options = Options {
        platforms: platforms(&["linux/arm64/v8", "linux/arm64", "linux/amd64"]),
        image: Some("registry.example:5000/team/app:1".parse().unwrap()),
        ci: Some(CiSystem::Gitlab),
        ..Options::default()
    };
    let plan = decide(&options).unwrap();
    assert_eq!(plan.platforms, ["linux/arm64", "linux/amd64"]);
    assert_eq!(plan.repository, "registry.example:5000/team/app");
    assert_eq!(plan.ci, CiSystem::Gitlab);
    let windows = Options { platforms: platforms(&["windows/amd64"]), ..Options::default() };
    assert!(matches!(decide(&windows), Err(PlanError::Platform(_))));
}

#[test]
fn the_same_survey_makes_the_same_plan() {
    let json = || serde_json::to_string(&decide(needing(&[ssl(), pq()]), None).unwrap()).unwrap();
    assert_eq!(json(), json());
}
