//! Tests of the view.

use super::MountKind::{Bind, Tmpfs, Volume};
use super::*;
use crate::yaml;

const TEXT: &str = r#"
name: app
x-base: &base
  restart: always
services:
  db:
    <<: *base
    image: "postgres:17"
    environment: {POSTGRES_USER: app, POSTGRES_PASSWORD: , PGPORT: 5432}
    ports: ["127.0.0.1:5432:5432", '[::1]:53:53/udp', "${PORT:-80}:8080-8081", 9000, {target: 1, published: "2", mode: host}]
    volumes:
      - data:/var/lib/postgresql:ro
      - C:\a:/b
      - ${DIR:-./x}:/c
      - /anonymous
      - {type: tmpfs, target: /t}
    healthcheck: {test: ["CMD-SHELL", "pg_isready"], interval: 5s}
    networks: {back: {aliases: [x]}}
  api:
    extends: {service: base-api}
    command: sh -c "a b" | c
    environment:
      - A=1
      - B
    depends_on: {db: {condition: service_healthy, required: false}}
  base-api:
    build: {context: ., args: [X=1, Y], target: run}
    environment: {A: 2, C: 3}
    env_file: [a.env, {path: b.env, required: false}]
volumes:
  data:
"#;

#[test]
fn both_forms_are_read_with_their_places() {
    let yaml = yaml::parse(TEXT);
    assert_eq!(yaml.errors, []);
    let compose = Compose::new(&yaml);
    let slice = |span: plimsoll_finding::Span| span.slice(TEXT).unwrap();
    assert_eq!(compose.name.unwrap(), "app");
    let db = compose.service("db").unwrap();
    assert_eq!(slice(db.image().unwrap().span), "\"postgres:17\"");
    assert_eq!(db.text("restart").unwrap(), "always");
    let env = db.environment();
    assert_eq!((env[0].name.text, env[0].value.unwrap().text), ("POSTGRES_USER", "app"));
    assert!(env[1].value.is_none());
    let ports = db.ports();
    assert_eq!(slice(ports[0].host_ip.unwrap().span), "127.0.0.1");
    assert_eq!(ports[1].host_ip.unwrap(), "[::1]");
    assert_eq!((ports[1].protocol(), ports[1].published_range()), ("udp", Some(53..=53)));
    assert_eq!(
        (ports[2].published.unwrap().text, ports[2].published_range()),
        ("${PORT:-80}", None)
    );
    assert!(ports[2].published.unwrap().is_templated());
    assert_eq!(ports[2].target_range(), Some(8080..=8081));
    assert_eq!((ports[3].target.text, ports[3].published.is_none()), ("9000", true));
    assert_eq!(ports[4].mode.unwrap(), "host");
    let mounts = db.volumes();
    let kinds: Vec<_> = mounts.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [Volume, Bind, Bind, Volume, Tmpfs]);
    assert!(mounts[0].read_only);
    assert_eq!(mounts[1].source.unwrap(), "C:\\a");
    assert_eq!(slice(mounts[2].target.unwrap().span), "/c");
    assert_eq!(mounts[3].target.unwrap(), "/anonymous");
    let Some(HealthcheckTest::CmdShell(test)) = db.healthcheck().unwrap().test() else { panic!() };
    assert_eq!(test[0], "pg_isready");
    assert_eq!(db.networks()[0].name, "back");
    assert_eq!(compose.volumes[0].name, "data");
}

#[test]
fn services_have_what_they_extend() {
    let yaml = yaml::parse(TEXT);
    let compose = Compose::new(&yaml);
    let api = compose.service("api").unwrap();
    let env: Vec<_> =
        api.environment().iter().map(|it| (it.name.text, it.value.map(|it| it.text))).collect();
    assert_eq!(env, [("A", Some("1")), ("B", None), ("C", Some("3"))]);
    let build = api.build().unwrap();
    assert_eq!(build.context().unwrap(), ".");
    assert_eq!(build.target().unwrap(), "run");
    assert_eq!(build.args()[1].name, "Y");
    assert!(!api.env_file()[1].required);
    let command = api.command().unwrap();
    let words: Vec<_> = command.words.iter().map(|it| &*it.text).collect();
    assert_eq!(words, ["sh", "-c", "a b"]);
    assert_eq!(command.words[2].span.slice(TEXT), Some("\"a b\""));
    assert!(command.stops_at.is_some());
    let dependency = api.depends_on()[0];
    assert_eq!((dependency.condition, dependency.required), (Condition::Healthy, false));
}

#[test]
fn services_that_extend_one_another_end() {
    let yaml =
        yaml::parse("services: {a: {extends: b}, b: {extends: {service: a}}, c: {extends: c}}");
    let compose = Compose::new(&yaml);
    assert_eq!(compose.services.iter().map(|it| it.bases.len()).collect::<Vec<_>>(), [1, 1, 0]);
}
