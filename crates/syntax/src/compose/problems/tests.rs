//! Tests of all layers together.

use proptest::prelude::*;

use super::*;
use crate::compose::ComposeProblemKind;
use crate::yaml;

/// The codes that are found, with what each points at.
fn found(text: &str) -> Vec<(&'static str, String)> {
    found_with(text, &Options::default())
}

fn found_with(text: &str, options: &Options<'_>) -> Vec<(&'static str, String)> {
    let yaml = yaml::parse(text);
    let problems = problems(&Compose::new(&yaml), options).into_iter();
    problems.map(|it| (it.code, it.span.slice(text).unwrap().to_owned())).collect()
}

/// The same for the keys of one service.
fn in_service(keys: &str) -> Vec<(&'static str, String)> {
    let keys = keys.replace('\n', "\n    ");
    found(&format!("services:\n  a:\n    image: x\n    {keys}\n"))
}

fn codes(found: &[(&'static str, String)]) -> Vec<&'static str> {
    found.iter().map(|it| it.0).collect()
}

#[test]
fn every_wrong_key_of_a_service_is_found_where_it_is() {
    for (keys, code, place) in [
        ("enviroment: {}", "unknown-key", "enviroment"),
        ("environment: {A: [1]}", "wrong-type", "[1]"),
        ("environment:", "wrong-type", "environment"),
        ("environment: [\"A =1\"]", "blank-after-name", "A "),
        ("user: 1000", "wrong-type", "1000"),
        ("cap_add: NET_ADMIN", "wrong-type", "NET_ADMIN"),
        ("security_opt: [seccomp=a, seccomp=a]", "equal-items", "seccomp=a"),
        ("command: echo 'a", "invalid-command", "echo 'a"),
        ("command: echo ${A", "invalid-interpolation", "${A"),
        ("command: echo \"$${A} ${B!}\"", "invalid-interpolation", "${B!}"),
        ("mem_limit: lots", "invalid-size", "lots"),
        ("stop_grace_period: 10 seconds", "invalid-duration", "10 seconds"),
        ("healthcheck: {test: [curl]}", "test-without-kind", "curl"),
        ("healthcheck: {test: a, retries: -1}", "number-out-of-range", "-1"),
        ("ports: ['70000:80']", "invalid-port", "'70000:80'"),
        ("ports: [{published: 80}]", "port-without-target", "{published: 80}"),
        ("ports: [{target: 80, host_ip: a}]", "invalid-address", "a"),
        ("expose: [80.5]", "invalid-port", "80.5"),
        ("volumes: ['ab::b']", "invalid-mount", "'ab::b'"),
        ("volumes: [{type: bind, target: /a}]", "bind-without-source", "{type: bind, target: /a}"),
        ("volumes: [{type: volume}]", "mount-without-target", "{type: volume}"),
        ("volumes: [{type: tape, target: /a}]", "unknown-word", "tape"),
        ("volumes: ['data:/d']", "undefined-volume", "'data:/d'"),
        ("volumes: ['./a:/d']\ntmpfs: [/d]", "equal-targets", "'./a:/d'"),
        ("tmpfs: ['/d:size=1', /d]", "equal-targets", "/d"),
        ("networks: [n]", "undefined-network", "n"),
        ("networks: {n: {}}\nnetwork_mode: none", "exclusive-keys", "networks"),
        ("secrets: [s]", "undefined-secret", "s"),
        ("configs: [{source: c}]", "undefined-config", "c"),
        ("models: {m: {}}", "undefined-model", "m"),
        ("build: {secrets: [s]}", "undefined-secret", "s"),
        ("build: {ssh: [a]}", "invalid-ssh", "a"),
        ("build: {ulimits: {nofile: \"1\"}}", "wrong-value", "\"1\""),
        ("build: {additional_contexts: [a]}", "invalid-context", "a"),
        ("build: {additional_contexts: {b: 'service:b'}}", "unknown-context", "'service:b'"),
        (
            "build: {context: ., dockerfile: a, dockerfile_inline: b}",
            "exclusive-keys",
            "dockerfile_inline",
        ),
        ("platform: a\nbuild: {context: ., platforms: [b]}", "platform-not-built", "b"),
        ("depends_on: [b]", "undefined-service", "b"),
        ("depends_on: {a: {condition: service_ready}}", "unknown-word", "service_ready"),
        ("links: ['b:c']", "undefined-service", "b"),
        ("volumes_from: ['b:ro']", "undefined-service", "b"),
        ("network_mode: service:b", "undefined-service", "b"),
        ("depends_on: [a]", "dependency-cycle", "a"),
        ("extra_hosts: [foo]", "invalid-host", "foo"),
        ("devices: ['/a:/b:r:w']", "invalid-device", "'/a:/b:r:w'"),
        ("devices: [{source: /a}]", "device-without-target", "{source: /a}"),
        ("gpus: [{count: 1, device_ids: ['0']}]", "exclusive-keys", "count"),
        ("gpus: [{count: some}]", "invalid-device-count", "some"),
        ("ulimits: {nofile: abc}", "wrong-value", "abc"),
        ("privileged: maybe", "wrong-value", "maybe"),
        ("cpu_percent: 101", "number-out-of-range", "101"),
        ("blkio_config: {weight: '1'}", "wrong-value", "'1'"),
        ("scale: 2\ncontainer_name: ab", "named-copies", "container_name"),
        ("scale: 2\ndeploy: {replicas: 3}", "distinct-values", "scale"),
        ("scale: -1", "negative-scale", "-1"),
        ("cpus: 1\ndeploy: {resources: {limits: {memory: 1g}}}", "distinct-values", "cpus"),
        (
            "develop: {watch: [{path: a, action: sync}]}",
            "watch-without-target",
            "{path: a, action: sync}",
        ),
        ("extends: b", "extends-undefined", "b"),
        ("extends: a", "extends-cycle", "a"),
        ("pull_policy: maybe", "invalid-pull-policy", "maybe"),
        ("container_name: '-'", "invalid-container-name", "'-'"),
        ("1: a", "key-is-no-text", "1"),
        ("<<: a", "merge-of-no-mapping", "a"),
    ] {
        let found = in_service(keys);
        assert!(found.contains(&(code, place.to_owned())), "{keys}: {found:?}");
    }
}

#[test]
fn what_the_loader_takes_is_taken() {
    let text = "
version: '3.8'
x-any: {1a: [2]}
services:
  a: &a
    image: x
    ports: [80, '8080:80/udp', '[::1]:81:81', {target: 80, published: '90-95'}]
    expose: ['80', 81]
    environment: {A: 1, B: true, C: , D: 1.5}
    privileged: 'yes'
    cpus: '0.5'
    mem_limit: 1.5g
    volumes: [/a, './b:/b:ro,z', 'C:\\c:/c', 'v:/v']
    command: sh -c \"a && b\"
    healthcheck: {test: [CMD, a], interval: 1m30s}
    depends_on: {b: {condition: service_healthy, required: false}}
    networks: {default: , n: {aliases: [c]}}
    ulimits: {nofile: {soft: 1, hard: 2}, core: 0}
    secrets: [s, {source: s, target: t, mode: 0440}]
    x-more: [1]
  b:
    <<: *a
    depends_on: []
    networks: []
    network_mode: 'host'
    ports: []
    build: {context: ., args: [A, B=1], ssh: [default]}
volumes: {v: }
networks: {n: {external: true}}
secrets: {s: {file: a}}
";
    assert_eq!(found(text), []);
}

#[test]
fn variables_count_with_what_is_known_of_them() {
    let text = "services: {a: {image: '$A', ports: ['${B}:80'], mem_limit: '${C:-lots}'}}";
    assert_eq!(codes(&found(text)), ["invalid-size"]);
    let unset = |_: &str| Variable::Unset;
    let options = Options { variables: &unset, is_partial: false };
    assert_eq!(codes(&found_with(text, &options)), ["no-image", "invalid-size"]);
    let text = "services: {a: {image: 'a:${A:?say which}'}}";
    assert_eq!(found(text), []);
    assert_eq!(codes(&found_with(text, &options)), ["required-variable"]);
}

#[test]
fn parts_of_files_may_leave_things_out() {
    let text = "services: {a: {networks: [n], depends_on: {b: {required: false}}, extends: c}}";
    assert_eq!(codes(&found(text)), ["extends-undefined"]);
    let without = text.replace(", extends: c", "");
    assert_eq!(
        codes(&found(&without)),
        ["no-image", "undefined-network", "undefined-service", "missing-key"]
    );
    let options = Options { is_partial: true, ..Options::default() };
    assert_eq!(found_with(text, &options), []);
    let elsewhere = "services: {a: {extends: {file: b.yaml, service: b}, networks: [n]}}";
    assert_eq!(found(elsewhere), []);
    assert_eq!(found("include: [b.yaml]\nservices: {a: {image: x, networks: [n]}}"), []);
    let wrong = found_with("services: {a: {imag: x}}", &options);
    assert_eq!(codes(&wrong), ["unknown-key"]);
}

#[test]
fn services_take_over_what_they_extend() {
    let text = "services:
  a: {extends: b, environment: [A=1], ports: !override ['80:80'], command: !reset null}
  b: {image: x, environment: {A: 2}, ports: ['81:81'], command: \"'\", networks: [n]}
networks: {n: }";
    // The command is wrong where it stands, and only there.
    assert_eq!(codes(&found(text)), ["invalid-command"]);
    let text = "services: {a: {extends: b, ports: {a: b}}, b: {image: x, ports: []}}";
    assert!(codes(&found(text)).contains(&"cannot-extend"));
    let text = "services: {a: {extends: b, network_mode: host}, b: {image: x, networks: [n]}}\nnetworks: {n: }";
    assert_eq!(codes(&found(text)), ["exclusive-keys"]);
    let text = "services: {a: {extends: b, depends_on: [c]}, b: {image: x, depends_on: {c: {condition: service_healthy}}}, c: {image: x}}";
    assert_eq!(found(text), []);
}

#[test]
fn version_1_is_one_problem() {
    let messages = |text: &str| {
        let yaml = yaml::parse(text);
        let problems = problems(&Compose::new(&yaml), &Options::default()).into_iter();
        problems.map(|it| it.message).collect::<Vec<_>>()
    };
    assert_eq!(
        messages("a: {image: x}\nb: {build: .}\nc: {image: x}\nd: {image: x}\ne: {image: x}\n"),
        ["the file has the form of version 1: put `a`, `b`, `c` and 2 more under `services:`"],
    );
    assert_eq!(
        messages("services: {a: {image: x}}\nb: {image: x}\nc: {image: x}\n"),
        ["`b` is not in `services`", "`c` is not in `services`"],
    );
}

#[test]
fn the_top_of_a_file_must_be_right() {
    for (text, code) in [
        ("", "empty-file"),
        ("# only\n", "empty-file"),
        ("{}", "empty-file"),
        ("[]", "no-mapping"),
        ("a: {image: x}", "service-at-top"),
        ("version: 3.8\nservices: {a: {image: x}}", "wrong-type"),
        ("services: []", "wrong-type"),
        ("services: {my svc: {image: x}}", "invalid-name"),
        ("services: {a: {image: x}, a: {image: y}}", "equal-keys"),
        ("services: {a: {image: x}}\nvolumes: []", "wrong-type"),
        (
            "services: {a: {image: x}}\nvolumes: {v: {external: true, driver: a}}",
            "external-with-settings",
        ),
        ("services: {a: {image: x}}\nnetworks: {v: {external: {name: a}, name: b}}", "two-names"),
        ("services: {a: {image: x}}\nsecrets: {s: {}}", "no-content"),
        ("services: {a: {image: x}}\nsecrets: {s: {file: a, environment: b}}", "exclusive-keys"),
        ("services: {a: {image: x}}\nconfigs: {s: {name: a}}", "no-content"),
        ("services: {a: {image: x}}\nmodels: {m: {}}", "missing-key"),
        ("services: {a: }", "wrong-type"),
        ("services: {a: {extends: {file: b}}}", "extends-nothing"),
    ] {
        assert!(codes(&found(text)).contains(&code), "{text}: {:?}", found(text));
    }
}

#[test]
fn what_breaks_later_is_no_error() {
    for (keys, code, place) in [
        ("restart: sometimes", "unknown-word", "sometimes"),
        ("labels: {a: no}", "old-boolean", "no"),
        ("ports: [22:22]", "sexagesimal-port", "22:22"),
        ("ports: ['0:80']", "port-zero", "'0:80'"),
        ("ports: [{target: 80, mode: foo}]", "unknown-word", "foo"),
        ("network_mode: host\nports: ['80:80']", "ports-without-network", "ports"),
        ("volumes: ['./a:/d', './b:/d']", "mount-replaced", "'./b:/d'"),
        ("volumes: ['./a:b']", "relative-path", "'./a:b'"),
        ("volumes: ['./a:/b:roz']", "unknown-mount-option", "'./a:/b:roz'"),
        ("command: a && b", "command-cut-off", "&&"),
        ("healthcheck: {disable: true, test: a}", "healthcheck-disabled", "test"),
        ("healthcheck: {interval: 1s}", "healthcheck-without-test", "healthcheck"),
        ("healthcheck: {test: [CMD]}", "test-without-command", "[CMD]"),
        ("environment: [A=1, A=2]", "equal-variables", "A=2"),
        ("build: {dockerfile: a}", "build-without-context", "dockerfile"),
        ("cap_add: [NET]", "unknown-capability", "NET"),
        ("security_opt: [no-new-priviledges:true]", "unknown-word", "no-new-priviledges:true"),
        ("stop_signal: SIGFOO", "unknown-signal", "SIGFOO"),
        ("mem_limit: 1m", "memory-too-small", "1m"),
        ("extra_hosts: ['a:b']", "invalid-address", "'a:b'"),
        ("networks: {default: {ipv4_address: 10.0.0.1}}", "address-without-subnet", "10.0.0.1"),
    ] {
        let text = format!("services:\n  a:\n    image: x\n    {}\n", keys.replace('\n', "\n    "));
        let yaml = yaml::parse(&text);
        let problems = problems(&Compose::new(&yaml), &Options::default());
        let kinds: Vec<_> = problems.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [ComposeProblemKind::Broken], "{keys}: {problems:?}");
        assert_eq!(problems[0].code, code, "{keys}");
        assert_eq!(problems[0].span.slice(&text), Some(place), "{keys}");
    }
}

#[test]
fn services_that_run_together_are_compared() {
    for (text, code) in [
        (
            "services: {a: {image: x, container_name: n1}, b: {image: x, container_name: n1}}",
            Some("equal-container-names"),
        ),
        (
            "services: {a: {image: x, ports: ['80:80']}, b: {image: x, ports: ['0.0.0.0:80:81']}}",
            Some("equal-host-ports"),
        ),
        (
            "services: {a: {image: x, ports: ['127.0.0.1:80:80']}, b: {image: x, ports: ['127.0.0.2:80:81']}}",
            None,
        ),
        (
            "services: {a: {image: x, ports: ['80:80'], profiles: [p]}, b: {image: x, ports: ['80:80'], profiles: [q]}}",
            None,
        ),
        (
            "services: {a: {image: x, depends_on: [b]}, b: {image: x, profiles: [p]}}",
            Some("needs-profile"),
        ),
        ("services: {a: {image: X}}", Some("invalid-image-name")),
        (
            "services: {a: {image: x, networks: {n: {ipv4_address: 10.9.9.9}}}}\nnetworks: {n: {ipam: {config: [{subnet: 10.8.0.0/16}]}}}",
            Some("address-outside-subnet"),
        ),
        (
            "services: {a: {image: x}}\nnetworks: {n: {ipam: {config: [{subnet: 10.8.0.0/33}]}}}",
            Some("invalid-subnet"),
        ),
        (
            "services: {a: {image: x}}\nnetworks: {n: {external: true, driver: a}}",
            Some("external-with-settings"),
        ),
        ("volumes: {v: }", Some("no-services")),
    ] {
        let found = found(text);
        assert_eq!(codes(&found), code.into_iter().collect::<Vec<_>>(), "{text}");
    }
}

/// Pieces that are put together to something like a Compose file.
fn piece() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "services:\n",
        "  a:\n",
        "  b: &b\n",
        "    ",
        "    image: x\n",
        "    extends: b\n",
        "    <<: *b\n",
        "    ports:\n",
        "      - \"80:${P:-80}\"\n",
        "      - 22:22\n",
        "    volumes: [a:b:c:d, ::, 'é:/']\n",
        "    environment:\n",
        "      - A B=$\n",
        "      C: ${D:?é}\n",
        "    depends_on: [a, b]\n",
        "    depends_on: {a: {}}\n",
        "    healthcheck: {test: [CMD]}\n",
        "    build: {args: [=]}\n",
        "    command: \"a 'é\"\n",
        "    command: ! x\n",
        "networks: {n: {ipam: {config: [{subnet: ::/0}]}}}\n",
        "    networks: {n: {ipv6_address: '::'}}\n",
        "    tmpfs: /é\n",
        "    deploy: {replicas: -1}\n",
        "---\n",
        "?",
        "\t",
        "- ",
        "{",
        "]",
        "é",
        "\"",
        "!reset ",
        "!override ",
        "\r\n",
        "    labels: [é=ü, =]\n",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn problems_lie_in_the_text(pieces in prop::collection::vec(piece(), 0..20), is_partial: bool) {
        let text = pieces.concat();
        let yaml = yaml::parse(&text);
        let compose = Compose::new(&yaml);
        let unset = |_: &str| Variable::Unset;
        for problem in problems(&compose, &Options { variables: &unset, is_partial }) {
            prop_assert!(problem.span.slice(&text).is_some(), "{problem:?}");
            prop_assert!(!problem.message.contains('\n'), "{problem:?}");
            for (span, _) in &problem.related {
                prop_assert!(span.slice(&text).is_some(), "{problem:?}");
            }
        }
    }
}
