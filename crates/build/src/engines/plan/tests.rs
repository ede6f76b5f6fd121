//! Tests of whole command lines.

use std::path::Path;

use super::*;
use crate::engines::{Secret, Ssh, secret::SecretSource, version::Version};

fn world(variables: &dyn Fn(&str) -> Option<String>) -> World<'_> {
    World { variable: variables, is_file: &|path: &Path| path == Path::new("/usr/bin/runc") }
}

fn variable(name: &str) -> Option<String> {
    (name == "PATH").then(|| "/bin:/usr/bin".to_owned())
}

fn actions(name: &str) -> Option<String> {
    matches!(name, "ACTIONS_RUNTIME_TOKEN" | "ACTIONS_RESULTS_URL").then(|| "x".to_owned())
}

fn request(caches: &[&str]) -> Request {
    Request {
        dockerfile: "d/Dockerfile".into(),
        context: "d".into(),
        names: vec!["r.example/team/app:1.2".parse().unwrap()],
        caches: caches.iter().map(|it| Cache::parse(it).unwrap()).collect(),
        scratch: "/s".into(),
        ..Request::default()
    }
}

fn buildx(driver: &str) -> Tool {
    Tool::Buildx { version: None, builder: None, driver: driver.to_owned(), create: None }
}

fn docker() -> Tool {
    Tool::Docker { version: Version { major: 20, minor: 10, patch: 24 } }
}

fn buildah() -> Tool {
    Tool::Buildah { version: Version { major: 1, minor: 28, patch: 2 } }
}

/// The command lines, without what is the same in all.
fn lines(request: &Request, tool: &Tool) -> Vec<String> {
    let plan = plan(request, tool, world(&actions_and_path)).unwrap();
    let lines = plan.builds.iter().map(|it| it.invocation.line(str::to_owned));
    lines.map(|it| it.replace("BUILDX_NO_DEFAULT_ATTESTATIONS=1 ", "")).collect()
}

fn actions_and_path(name: &str) -> Option<String> {
    actions(name).or_else(|| variable(name))
}

/// What stands between the Dockerfile and where the result goes.
fn middle(request: &Request, tool: &Tool) -> String {
    let line = lines(request, tool).remove(0);
    let rest = line.split_once("d/Dockerfile").unwrap().1;
    let end = [" --output", " --load", " --iidfile"].iter().filter_map(|it| rest.find(it)).min();
    rest[..end.unwrap()].trim().to_owned()
}

#[test]
fn everything_reaches_every_engine() {
    let request = Request {
        target: Some("api".to_owned()),
        platforms: vec!["linux/amd64".parse().unwrap()],
        build_args: [("A".to_owned(), Some("b c".to_owned())), ("TOKEN".to_owned(), None)].into(),
        labels: [("l".to_owned(), "m".to_owned())].into(),
        secrets: vec![
            Secret { id: "t".to_owned(), source: SecretSource::Variable("TOKEN".to_owned()) },
            Secret { id: "f".to_owned(), source: SecretSource::File("x".into()) },
        ],
        ssh: vec![Ssh { id: "default".to_owned(), paths: Vec::new() }],
        ..request(&[])
    };
    let options = "--file d/Dockerfile --target api --platform linux/amd64 --build-arg 'A=b c' --build-arg TOKEN --label l=m \
                   --ssh default --secret id=t,env=TOKEN --secret id=f,src=x";
    assert_eq!(
        lines(&request, &buildx("remote")),
        [format!(
            "docker buildx build --progress plain {options} --output \
             type=oci,dest=/s/image.tar d"
        )]
    );
    assert_eq!(
        lines(&request, &buildx("docker")),
        [format!(
            "docker buildx build --progress plain {options} --load --iidfile /s/id-0 --metadata-file \
                  /s/id-0.json d"
        )]
    );
    assert_eq!(
        lines(&request, &docker()),
        [format!("DOCKER_BUILDKIT=1 docker build --progress plain {options} --iidfile /s/id-0 d")]
    );
    assert_eq!(
        lines(&request, &buildah()),
        [format!("buildah build --layers --format docker {options} --iidfile /s/id-0 d")]
    );
}

#[test]
fn caches_of_buildx_are_read_and_written_whole() {
    for (cache, arguments) in [
        (
            "registry",
            "--cache-from type=registry,ref=r.example/team/app:buildcache --cache-to \
             type=registry,ref=r.example/team/app:buildcache,mode=max",
        ),
        (
            "registry:r.example/c:x",
            "--cache-from type=registry,ref=r.example/c:x --cache-to \
             type=registry,ref=r.example/c:x,mode=max",
        ),
        ("gha", "--cache-from type=gha --cache-to type=gha,mode=max"),
        ("gha:api", "--cache-from type=gha,scope=api --cache-to type=gha,scope=api,mode=max"),
        ("inline", "--cache-from type=registry,ref=r.example/team/app:1.2 --cache-to type=inline"),
        (
            "inline:r.example/a:b",
            "--cache-from type=registry,ref=r.example/a:b --cache-to type=inline",
        ),
        ("local:/c/", "--cache-to type=local,dest=/c/.plimsoll-new,mode=max"),
        (
            "registry:r.example/c",
            "--cache-from type=registry,ref=r.example/c:buildcache --cache-to \
             type=registry,ref=r.example/c:buildcache,mode=max",
        ),
        ("local", "--cache-to type=local,dest=d/target/plimsoll/steps/.plimsoll-new,mode=max"),
    ] {
        assert_eq!(middle(&request(&[cache]), &buildx("docker-container")), arguments, "{cache}");
    }
}

#[test]
fn the_engines_own_buildkit_has_the_inline_cache_alone() {
    let inline = middle(&request(&["inline"]), &docker());
    assert_eq!(inline, "--cache-from r.example/team/app:1.2 --build-arg BUILDKIT_INLINE_CACHE=1");
    let absent = ["r.example/team/app:1.2".parse().unwrap()].into();
    let first = Request { absent, ..request(&["inline"]) };
    assert_eq!(middle(&first, &docker()), "--build-arg BUILDKIT_INLINE_CACHE=1");
    let local = Request { names: vec!["app:1".parse().unwrap()], ..request(&["inline"]) };
    assert_eq!(middle(&local, &docker()), "--build-arg BUILDKIT_INLINE_CACHE=1");
    let inline = middle(&request(&["inline"]), &buildx("docker"));
    assert!(inline.ends_with("--cache-to type=inline"), "{inline}");
    for cache in ["registry", "gha", "local"] {
        for tool in [docker(), buildx("docker")] {
            let error = plan(&request(&[cache]), &tool, world(&actions)).unwrap_err();
            assert!(matches!(error, PlanError::CacheNotTaken { .. }), "{cache}: {error}");
        }
    }
}

#[test]
fn buildah_keeps_steps_in_a_repository() {
    for (cache, arguments) in [
        (
            "registry",
            "--cache-from r.example/team/app-buildcache --cache-to r.example/team/app-buildcache",
        ),
        ("registry:r.example/c", "--cache-from r.example/c --cache-to r.example/c"),
        ("local", ""),
    ] {
        assert_eq!(middle(&request(&[cache]), &buildah()), arguments, "{cache}");
    }
    for cache in ["registry:r.example/c:x", "inline", "gha", "local:/c"] {
        let error = plan(&request(&[cache]), &buildah(), world(&actions)).unwrap_err();
        assert!(matches!(error, PlanError::CacheNotTaken { .. }), "{cache}: {error}");
    }
    let old = Tool::Buildah { version: Version::new(1, 23) };
    assert!(plan(&request(&["registry"]), &old, world(&actions)).is_err());
    assert!(lines(&request(&[]), &old)[0].starts_with("buildah bud "));
}

#[test]
fn the_cache_of_actions_is_there_within_actions_alone() {
    let error = plan(&request(&["gha"]), &buildx("remote"), world(&variable)).unwrap_err();
    assert!(error.to_string().contains("no job of GitHub Actions"), "{error}");
    let in_step = |name: &str| (name == "GITHUB_ACTIONS").then(|| "true".to_owned());
    let error = plan(&request(&["gha"]), &buildx("remote"), world(&in_step)).unwrap_err();
    assert!(error.to_string().contains("`run:`"), "{error}");
    assert!(plan(&request(&["gha"]), &buildx("remote"), world(&actions)).is_ok());
}

#[test]
fn a_cache_without_a_place_needs_a_name() {
    let request = Request { names: Vec::new(), ..request(&["registry"]) };
    let error = plan(&request, &buildx("remote"), world(&variable)).unwrap_err();
    assert!(error.to_string().contains("has no name"), "{error}");
    let request = Request { names: vec!["app:1".parse().unwrap()], ..request };
    let error = plan(&request, &buildx("remote"), world(&variable)).unwrap_err();
    assert!(error.to_string().contains("no name with a registry"), "{error}");
    let twice = self::request(&["registry", "registry:r.example/c"]);
    assert!(plan(&twice, &buildx("remote"), world(&variable)).is_err());
}

#[test]
fn several_platforms_are_built_at_once_or_one_by_one() {
    let platforms = ["linux/amd64", "linux/arm64"].map(|it| it.parse().unwrap());
    let request = Request { platforms: platforms.into(), ..request(&[]) };
    let at_once = lines(&request, &buildx("kubernetes"));
    assert_eq!(at_once.len(), 1);
    assert!(at_once[0].contains("--platform linux/amd64,linux/arm64"), "{at_once:?}");
    for tool in [docker(), buildx("docker"), buildah()] {
        let lines = lines(&request, &tool);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].contains("--platform linux/amd64 ") && lines[0].contains("/s/id-0"));
        assert!(lines[1].contains("--platform linux/arm64 ") && lines[1].contains("/s/id-1"));
    }
}

#[test]
fn buildah_is_kept_from_namespaces_where_it_gets_none() {
    let line = |variables: &dyn Fn(&str) -> Option<String>, file: &str| {
        let is_file = |path: &Path| path == Path::new(file);
        let world = World { variable: variables, is_file: &is_file };
        let plan = plan(&request(&[]), &buildah(), world).unwrap();
        plan.builds[0].invocation.line(str::to_owned)
    };
    assert!(!line(&variable, "/usr/bin/crun").contains("--isolation"));
    assert!(line(&variable, "/elsewhere").contains("--isolation chroot"));
    assert!(line(&variable, "/.dockerenv").contains("--isolation chroot"));
    let chosen = |name: &str| (name == "BUILDAH_ISOLATION").then(|| "rootless".to_owned());
    assert!(!line(&chosen, "/.dockerenv").contains("--isolation"));
}

#[test]
fn a_cache_never_takes_the_place_of_the_image_or_of_the_project() {
    for cache in ["registry:r.example/team/app:1.2", "local:/", "local:.."] {
        let error = plan(&request(&[cache]), &buildx("remote"), world(&variable)).unwrap_err();
        assert!(matches!(error, PlanError::Spec(_)), "{cache}: {error}");
    }
    assert!(
        plan(&request(&["registry:r.example/team/app:c"]), &buildx("remote"), world(&variable))
            .is_ok()
    );
}

#[test]
fn an_insecure_registry_is_one_for_its_cache_too() {
    let request = Request { insecure: ["r.example".to_owned()].into(), ..request(&["registry"]) };
    let middle = middle(&request, &buildx("remote"));
    assert_eq!(middle.matches(":buildcache,registry.insecure=true").count(), 2, "{middle}");
}

#[test]
fn docker_with_the_plugin_builds_in_the_engine_whatever_the_current_builder_is() {
    let tool = Tool::Docker { version: Version::new(28, 2) };
    let line = lines(&request(&[]), &tool).remove(0);
    assert!(line.starts_with("env -u BUILDX_BUILDER DOCKER_BUILDKIT=1 docker build "), "{line}");
    assert!(line.ends_with("--metadata-file /s/id-0.json --load d"), "{line}");
}
