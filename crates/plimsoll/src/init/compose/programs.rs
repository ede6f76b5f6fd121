//! The programs of a plan as services of Compose files.

use std::collections::BTreeSet;

use serde::Serialize;

use super::super::{
    plan::{Linking, Plan, Probe, Target},
    services::Backing,
    survey::{Program, ServiceKind},
};

/// A program as a service for development. Texts are YAML.
#[derive(Debug, Serialize)]
pub(super) struct App {
    name: String,
    command: String,
    depends_on: Vec<&'static str>,
    environment: Vec<(String, Option<String>)>,
    ports: Vec<String>,
    healthcheck: Option<String>,
    no_healthcheck: Option<String>,
}

/// The programs, each with a name and with ports of its own.
pub(super) fn of(plan: &Plan, backings: &[Backing]) -> Vec<App> {
    let mut taken = BTreeSet::new();
    let names = names(plan, backings);
    let app = |(target, name): (&Target, String)| {
        let program = &target.program;
        let mut command = vec![format!("{}/{}", program.package, program.name)];
        command.extend_from_slice(&program.arguments);
        let uses = |backing: &&Backing| program.services.iter().any(|it| it.kind == backing.kind);
        let (healthcheck, no_healthcheck) = health(target);
        let mut environment: Vec<_> = environment(program, |kind| {
            backings.iter().find(|it| it.kind == kind).map(Backing::address)
        });
        if !program.features.is_empty() {
            let features = program.features.join(",");
            let options = scalar(&format!("--features {features}"));
            environment.push(("CARGO_OPTIONS".to_owned(), Some(options)));
        }
        if plan.linking == Linking::Alpine {
            // Libraries of Alpine are there to be loaded.
            let flags = "-C target-feature=-crt-static".to_owned();
            environment.push(("RUSTFLAGS".to_owned(), Some(quoted(&flags))));
        }
        for source in plan.survey.private.iter().filter(|it| !it.ssh) {
            environment.push((token(&source.name), None));
        }
        environment.sort();
        App {
            ports: ports(program, &name, &mut taken),
            name,
            command: list(&command),
            depends_on: backings.iter().filter(uses).map(|it| it.name).collect(),
            environment,
            healthcheck,
            no_healthcheck,
        }
    };
    plan.targets.iter().zip(names).map(app).collect()
}

/// Names for the programs: `app` for the only one, else their own; none that a database has.
pub(in crate::init) fn names(plan: &Plan, backings: &[Backing]) -> Vec<String> {
    if let [_] = plan.targets.as_slice() {
        return vec!["app".to_owned()];
    }
    let name = |target: &Target| {
        let name = target.program.name.clone();
        if backings.iter().any(|it| it.name == name) { format!("{name}-program") } else { name }
    };
    plan.targets.iter().map(name).collect()
}

/// The name of the image that the stage `dev` is kept under.
pub(super) fn image(plan: &Plan) -> String {
    format!("{}-dev", plan.survey.name)
}

/// The variables of a program, by name, with their values as YAML: none for those that Compose hands on
/// if they are set. `address` says what a service is reached by.
pub(in crate::init) fn environment(
    program: &Program,
    address: impl Fn(ServiceKind) -> Option<String>,
) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        if !found.iter().any(|(it, _)| it == name) {
            found.push((name.to_owned(), value));
        }
    };
    for service in &program.services {
        if let Some(address) = address(service.kind) {
            add(&service.variable, Some(scalar(&address)));
        }
    }
    for port in &program.ports {
        if let Some(variable) = &port.variable {
            add(variable, Some(scalar(&listen(program, variable, port.number))));
        }
    }
    for variable in program.variables.iter().filter(|it| !OF_THE_IMAGE.contains(&&*it.name)) {
        let value = variable.value.as_deref().map(|it| default(&variable.name, it));
        add(&variable.name, value);
    }
    found.sort();
    found
}

/// What a container has of its own: what the machine has would not fit.
const OF_THE_IMAGE: [&str; 14] = [
    "CARGO_HOME",
    "CARGO_MANIFEST_DIR",
    "CARGO_TARGET_DIR",
    "HOME",
    "HOSTNAME",
    "LOGNAME",
    "OUT_DIR",
    "PATH",
    "PWD",
    "RUSTUP_HOME",
    "SHELL",
    "TEMP",
    "TMPDIR",
    "USER",
];

/// What a variable that says where to listen must be, so that the port can be published.
fn listen(program: &Program, variable: &str, port: u16) -> String {
    let known = program.variables.iter().find(|it| it.name == variable);
    let known = known.and_then(|it| it.value.as_deref());
    match known {
        Some(value) if value == port.to_string() => value.to_owned(),
        Some(value) if value.ends_with(&format!(":{port}")) => format!("0.0.0.0:{port}"),
        Some(value) if value.parse::<std::net::IpAddr>().is_ok() => "0.0.0.0".to_owned(),
        None if !variable.contains("PORT")
            && ["ADDR", "LISTEN", "BIND"].iter().any(|it| variable.contains(it)) =>
        {
            format!("0.0.0.0:{port}")
        }
        _ => port.to_string(),
    }
}

/// A value that the shell or `.env` may replace.
fn default(name: &str, value: &str) -> String {
    if value.is_empty() || value.contains(['$', '{', '}', '\n']) {
        return scalar(&value.replace('$', "$$"));
    }
    scalar(&format!("${{{name}:-{value}}}"))
}

/// Ports on loopback, for each program others, unless the shell or `.env` says another one: what else runs on
/// the machine may have it already. `service` is the program's name in the Compose file.
pub(in crate::init) fn ports(
    program: &Program,
    service: &str,
    taken: &mut BTreeSet<u16>,
) -> Vec<String> {
    let prefix = service.to_uppercase().replace(|it: char| !it.is_ascii_alphanumeric(), "_");
    let publish = |(index, number): (usize, u16)| {
        let mut own = number;
        while !taken.insert(own) {
            own = own.checked_add(1)?;
        }
        let variable =
            if index == 0 { format!("{prefix}_PORT") } else { format!("{prefix}_PORT_{number}") };
        // One that the program reads itself would mean two things; a variable begins with a letter.
        let is_free = !program.variables.iter().any(|it| it.name == variable)
            && variable.starts_with(|it: char| it.is_ascii_alphabetic());
        Some(if is_free {
            format!("\"127.0.0.1:${{{variable}:-{own}}}:{number}\"")
        } else {
            format!("\"127.0.0.1:{own}:{number}\"")
        })
    };
    program.ports.iter().map(|it| it.number).enumerate().filter_map(publish).collect()
}

/// The test of a healthcheck, or why there is none.
fn health(target: &Target) -> (Option<String>, Option<String>) {
    let mut test = vec!["CMD".to_owned()];
    match &target.probe {
        Probe::Itself { arguments } => {
            test.push(format!("/tmp/{}", target.program.name));
            test.extend_from_slice(arguments);
        }
        Probe::Static { command } => test.extend_from_slice(command),
        Probe::None { reason } => return (None, Some(reason.clone())),
    }
    (Some(list(&test)), None)
}

/// The variable that gives Cargo the token of a registry.
fn token(registry: &str) -> String {
    let upper = registry.to_uppercase().replace(['-', '.'], "_");
    format!("CARGO_REGISTRIES_{upper}_TOKEN")
}

/// A sequence in one line. Nothing in it is a variable of Compose.
fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|it| quoted(&it.replace('$', "$$"))).collect();
    format!("[{}]", words.join(", "))
}

/// A text as a value of YAML: as it is where that is certain to be read as a text, else in quotes.
pub(in crate::init) fn scalar(text: &str) -> String {
    let starts = text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '/' || it == '$');
    let plain = |it: char| it.is_ascii_alphanumeric() || "_/.:@$={},?-+% ".contains(it);
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let special = words.contains(&text.to_lowercase().as_str())
        || text.contains(": ")
        || text.ends_with([':', ' ']);
    if starts && !special && text.chars().all(plain) { text.to_owned() } else { quoted(text) }
}

/// In double quotes, which JSON and YAML have in common.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
