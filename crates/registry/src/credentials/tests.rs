//! Files and helpers as they are found in homes. The helpers are scripts of a shell.
#![cfg(unix)]

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::*;

fn password(user: &str, password: &str) -> Login {
    Login::Password { user: user.to_owned(), password: Secret::new(password) }
}

fn auth(user: &str, password: &str) -> String {
    STANDARD.encode(format!("{user}:{password}"))
}

/// What is found for a name where `config.json` says so.
fn found(config: &str, name: &str) -> Result<Option<Login>, RegistryError> {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("config.json"), config).unwrap();
    look(home.path(), name)
}

fn environment(directory: &Path) -> Environment {
    Environment {
        docker_config: Some(directory.to_owned()),
        path: Some(
            std::env::join_paths([directory, Path::new("/usr/bin"), Path::new("/bin")]).unwrap(),
        ),
        ..Environment::default()
    }
}

fn look(directory: &Path, name: &str) -> Result<Option<Login>, RegistryError> {
    Credentials::new(&environment(directory)).of(&name.parse().unwrap())
}

fn helper(directory: &Path, name: &str, script: &str) {
    let path = directory.join(format!("docker-credential-{name}"));
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn keys_of_every_shape_are_understood() {
    for (key, name, fits) in [
        ("ghcr.io", "ghcr.io/a/b", true),
        ("https://ghcr.io", "ghcr.io/a/b", true),
        ("https://ghcr.io/v1/", "ghcr.io/a/b", true),
        ("ghcr.io/v2/", "ghcr.io/a/b", true),
        ("ghcr.io", "ghcr.io:444/a/b", false),
        ("localhost:5000", "localhost:5000/a", true),
        ("http://localhost:5000/", "localhost:5000/a", true),
        ("https://index.docker.io/v1/", "alpine", true),
        ("docker.io", "user/app", true),
        ("https://registry-1.docker.io/v2/", "user/app", true),
        ("docker.io/user", "user/app", true),
        ("docker.io/user", "other/app", false),
        ("quay.io/team", "quay.io/team/app", true),
        ("quay.io/team", "quay.io/team2/app", false),
        ("quay.io/team/app", "quay.io/team/app", true),
        ("quay.io.example", "quay.io/team/app", false),
    ] {
        let config = format!(r#"{{"auths":{{"{key}":{{"auth":"{}"}}}}}}"#, auth("u", "p"));
        let expected = if fits { Some(password("u", "p")) } else { None };
        assert_eq!(found(&config, name).unwrap(), expected, "{key} {name}");
    }
}

#[test]
fn the_most_precise_key_holds() {
    let entry = |user: &str| format!(r#"{{"auth":"{}"}}"#, auth(user, "p"));
    let config = format!(
        r#"{{"auths":{{"quay.io":{},"https://quay.io/v1/":{},"quay.io/team":{},"quay.io/team/app":{}}}}}"#,
        entry("host"),
        entry("url"),
        entry("team"),
        entry("app")
    );
    for (name, user) in [
        ("quay.io/x", "host"),
        ("quay.io/team/x", "team"),
        ("quay.io/team/app/y", "app"),
        ("quay.io/team/apple", "team"),
    ] {
        assert_eq!(found(&config, name).unwrap(), Some(password(user, "p")), "{name}");
    }
}

#[test]
fn entries_of_every_shape_are_understood() {
    let of = |entry: &str| found(&format!(r#"{{"auths":{{"a.io":{entry}}}}}"#), "a.io/x");
    let with_colons = format!(r#"{{"auth":"{}"}}"#, auth("u", "p:q:r"));
    assert_eq!(of(&with_colons).unwrap(), Some(password("u", "p:q:r")));
    let unpadded = auth("u", "pq");
    assert!(unpadded.ends_with('='));
    let unpadded = format!(r#"{{"auth":"{}"}}"#, unpadded.trim_end_matches('='));
    assert_eq!(of(&unpadded).unwrap(), Some(password("u", "pq")));
    assert_eq!(of(r#"{"username":"u","password":"p"}"#).unwrap(), Some(password("u", "p")));
    let identity = format!(r#"{{"auth":"{}","identitytoken":"t"}}"#, auth("u", ""));
    let token = Secret::new("t");
    assert_eq!(
        of(&identity).unwrap(),
        Some(Login::Identity { user: "u".to_owned(), token: token.clone() })
    );
    assert_eq!(of(r#"{"registrytoken":"t"}"#).unwrap(), Some(Login::Registry(token)));
    for empty in ["{}", "null", r#"{"auth":""}"#, r#"{"email":"x"}"#] {
        assert_eq!(of(empty).unwrap(), None, "{empty}");
    }
}

#[test]
fn what_cannot_be_read_is_named_and_not_repeated() {
    for (config, part) in [
        (r#"{"auths":{"a.io":{"auth":"hunter2!"}}}"#, "base64"),
        (r#"{"auths":{"a.io":"hunter2"}}"#, "column"),
        ("{\"auths\": hunter2", "line 1"),
    ] {
        let error = found(config, "a.io/x").unwrap_err().to_string();
        assert!(error.contains("config.json") && error.contains(part), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    assert_eq!(found("", "a.io/x").unwrap(), None);
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("config.json")).unwrap();
    assert!(look(directory.path(), "a.io/x").is_err());
    assert_eq!(look(&directory.path().join("nowhere"), "a.io/x").unwrap(), None);
}

#[test]
fn helpers_are_asked_for_servers_as_docker_names_them() {
    let directory = tempfile::tempdir().unwrap();
    let asked = directory.path().join("asked");
    helper(
        directory.path(),
        "one",
        &format!(
            r#"test "$1" = get || exit 3; cat >> {0}; echo >> {0}; echo '{{"ServerURL":"x","Username":"u","Secret":"p"}}'"#,
            asked.display()
        ),
    );
    helper(
        directory.path(),
        "two",
        r#"cat > /dev/null; echo '{"Username":"<token>","Secret":"t"}'"#,
    );
    let config = r#"{"auths":{"b.io":{}},"credsStore":"one","credHelpers":{"two.io":"two"}}"#;
    fs::write(directory.path().join("config.json"), config).unwrap();
    assert_eq!(look(directory.path(), "b.io:5000/x").unwrap(), Some(password("u", "p")));
    assert_eq!(look(directory.path(), "alpine").unwrap(), Some(password("u", "p")));
    let token = Login::Identity { user: String::new(), token: Secret::new("t") };
    assert_eq!(look(directory.path(), "two.io/x").unwrap(), Some(token));
    let asked = fs::read_to_string(asked).unwrap();
    assert_eq!(asked, "b.io:5000\nhttps://index.docker.io/v1/\n");
}

#[test]
fn a_helper_that_has_none_leaves_the_entry() {
    let directory = tempfile::tempdir().unwrap();
    helper(directory.path(), "none", "echo 'credentials not found in native keychain'; exit 1");
    let config =
        format!(r#"{{"auths":{{"a.io":{{"auth":"{}"}}}},"credsStore":"none"}}"#, auth("u", "p"));
    fs::write(directory.path().join("config.json"), config).unwrap();
    assert_eq!(look(directory.path(), "a.io/x").unwrap(), Some(password("u", "p")));
    assert_eq!(look(directory.path(), "b.io/x").unwrap(), None);
}

#[test]
fn helpers_that_fail_are_named_and_their_words_are_not() {
    let directory = tempfile::tempdir().unwrap();
    helper(directory.path(), "broken", "echo hunter2; echo hunter2 >&2; exit 1");
    helper(directory.path(), "prose", "echo hunter2");
    for (name, part) in [
        ("broken", "failed"),
        ("prose", "JSON"),
        ("missing", "not installed"),
        ("../broken", "no name of a program"),
    ] {
        let config = format!(r#"{{"credHelpers":{{"a.io":"{name}"}}}}"#);
        fs::write(directory.path().join("config.json"), config).unwrap();
        let error = look(directory.path(), "a.io/x").unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(part), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_helper_that_leaves_somebody_behind_does_not_hold_us_up_for_ever() {
    let directory = tempfile::tempdir().unwrap();
    helper(directory.path(), "slow", "sleep 60");
    let config = r#"{"credsStore":"slow"}"#;
    fs::write(directory.path().join("config.json"), config).unwrap();
    let mut credentials = Credentials::new(&environment(directory.path()));
    credentials.patience = Duration::from_secs(1);
    let begin = std::time::Instant::now();
    let error = credentials.of(&"a.io/x".parse().unwrap()).unwrap_err().to_string();
    assert!(error.contains("docker-credential-slow did not answer within 1 s"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(30));
}

#[test]
fn files_are_asked_in_the_order_that_is_documented() {
    let home = tempfile::tempdir().unwrap();
    let of = |user: &str| format!(r#"{{"auths":{{"a.io":{{"auth":"{}"}}}}}}"#, auth(user, "p"));
    let path = |rest: &str| home.path().join(rest);
    for (file, user) in [
        ("auth-file", "one"),
        ("docker/config.json", "two"),
        ("run/containers/auth.json", "three"),
        ("xdg/containers/auth.json", "four"),
        (".config/containers/auth.json", "five"),
        (".docker/config.json", "six"),
    ] {
        fs::create_dir_all(path(file).parent().unwrap()).unwrap();
        fs::write(path(file), of(user)).unwrap();
    }
    let mut environment = Environment {
        registry_auth_file: Some(path("auth-file")),
        docker_config: Some(path("docker")),
        xdg_runtime_dir: Some(path("run")),
        xdg_config_home: Some(path("xdg")),
        home: Some(home.path().to_owned()),
        ..Environment::default()
    };
    let user = |environment: &Environment| match Credentials::new(environment)
        .of(&"a.io/x".parse().unwrap())
        .unwrap()
    {
        Some(Login::Password { user, .. }) => user,
        other => panic!("{other:?}"),
    };
    assert_eq!(user(&environment), "one");
    environment.registry_auth_file = Some(path("missing"));
    assert_eq!(user(&environment), "two");
    environment.docker_config = None;
    assert_eq!(user(&environment), "three");
    environment.xdg_runtime_dir = None;
    assert_eq!(user(&environment), "four");
    environment.xdg_config_home = None;
    assert_eq!(user(&environment), "five");
    fs::remove_file(path(".config/containers/auth.json")).unwrap();
    assert_eq!(user(&environment), "six");
}
