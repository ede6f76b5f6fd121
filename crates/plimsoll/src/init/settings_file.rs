//! `plimsoll.toml`: what `plimsoll build` needs to know of the default program, and `plimsoll tags` of
//! the repository. It is written once; from then on it is the user's.

use serde::Serialize;

use super::{
    files::{Generated, Ownership},
    image_env,
    plan::{Plan, Probe, Target},
    template::{self, TemplateError},
};
use crate::args::init::FileKind;

const NAME: &str = "plimsoll.toml";

/// What the template sees, in TOML already.
#[derive(Serialize)]
struct Context {
    programs: Vec<ProgramContext>,
    base: Option<String>,
    cmd: Option<String>,
    ports: Option<String>,
    init: bool,
    env: Option<String>,
    healthcheck: Option<String>,
    no_healthcheck: String,
    repository: String,
    kept: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
struct ProgramContext {
    package: String,
    name: String,
    features: Option<String>,
}

/// Renders it.
pub(super) fn files(plan: &Plan) -> Result<Vec<Generated>, TemplateError> {
    let Some(target) = plan.targets.first() else { return Ok(Vec::new()) };
    let program = &target.program;
    let context = Context {
        programs: plan.targets.iter().map(program_context).collect(),
        base: plan.images.base.as_ref().map(|it| text(&it.name)),
        cmd: filled(&program.arguments).then(|| list(&program.arguments)),
        ports: filled(&program.ports).then(|| {
            let numbers: Vec<i64> = program.ports.iter().map(|it| it.number.into()).collect();
            toml::Value::from(numbers).to_string()
        }),
        init: target.tini,
        env: env(target),
        healthcheck: match &target.probe {
            Probe::Itself { arguments } => {
                let mut command = vec![target.path.clone()];
                command.extend(arguments.iter().cloned());
                Some(list(&command))
            }
            Probe::Static { .. } | Probe::None { .. } => None,
        },
        no_healthcheck: match &target.probe {
            Probe::None { reason } => one_line(reason),
            Probe::Itself { .. } | Probe::Static { .. } => {
                "the program has no command for it, and the Dockerfile's probe is in its image alone"
                    .to_owned()
            }
        },
        repository: text(&plan.repository),
        kept: plan.kept.clone(),
    };
    let text = template::render(NAME, include_str!("templates/plimsoll.toml.j2"), context)?;
    Ok(vec![Generated {
        kind: FileKind::Settings,
        path: NAME.to_owned(),
        text,
        ownership: Ownership::Once,
    }])
}

fn program_context(target: &Target) -> ProgramContext {
    let program = &target.program;
    ProgramContext {
        package: text(&program.package),
        name: text(&program.name),
        features: filled(&program.features).then(|| list(&program.features)),
    }
}

fn env(target: &Target) -> Option<String> {
    let values = image_env::of(&target.program);
    let pairs: Vec<String> =
        values.iter().map(|(name, value)| format!("{} = {}", text(name), text(value))).collect();
    filled(&pairs).then(|| format!("{{ {} }}", pairs.join(", ")))
}

const fn filled<T>(list: &[T]) -> bool {
    !list.is_empty()
}

/// A string of TOML.
fn text(value: &str) -> String {
    toml::Value::from(value).to_string()
}

/// A list of strings of TOML.
fn list(values: &[String]) -> String {
    toml::Value::from(values.to_vec()).to_string()
}

/// What a comment can hold.
fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{args::init::Base, init::plan::sample, settings};

    fn rendered(plan: &Plan) -> String {
        let files = files(plan).unwrap();
        assert_eq!((files.len(), &*files[0].path), (1, NAME));
        files[0].text.clone()
    }

    fn parsed(plan: &Plan) -> settings::File {
        settings::parse(Path::new(NAME), &rendered(plan)).unwrap()
    }

    #[test]
    fn the_example_gets_settings() {
        insta::assert_snapshot!(rendered(&sample::html_to_markdown(Base::Distroless)));
    }

    #[test]
    fn they_mean_what_the_plan_says() {
        let mut plan = sample::html_to_markdown(Base::Debian);
        plan.targets[0].tini = true;
        plan.targets[0].program.features = vec!["server".to_owned()];
        let file = parsed(&plan);
        assert_eq!(file.build.package.as_deref(), Some("html-to-markdown"));
        assert_eq!((file.build.bin.len(), &*file.build.features), (1, &["server".to_owned()][..]));
        assert_eq!(file.tags.images, ["ghcr.io/example/html-to-markdown"]);
        let spec = file.image.spec(Path::new("/w")).unwrap();
        assert_eq!(spec.cmd, ["serve"]);
        assert_eq!(spec.ports, ["3000/tcp".to_owned()].into());
        assert_eq!(spec.env["LISTEN_ADDR"], "0.0.0.0:3000");
        assert!(!spec.env.contains_key("DATABASE_URL"));
        let test = spec.healthcheck.unwrap().test;
        assert_eq!(test, ["CMD", "/usr/local/bin/html-to-markdown", "healthcheck"]);
        assert_eq!(spec.init, plimsoll_build::spec::Init::Pid1);
        let base = file.image.base(Path::new("/w")).unwrap().unwrap();
        assert_eq!(base.to_string(), "debian:bookworm-slim");
    }

    #[test]
    fn whatever_stands_in_the_workspace_stays_text() {
        let mut plan = sample::html_to_markdown(Base::Scratch);
        let wild = "a\"]\nx = \"\\ {= y =} é\u{1}";
        let target = &mut plan.targets[0];
        target.program.arguments = vec![wild.to_owned()];
        target.program.variables[1].value = Some(wild.to_owned());
        target.probe = Probe::None { reason: "no\n[check]\nselect = 1".to_owned() };
        let file = parsed(&plan);
        assert_eq!(file.image.cmd, [wild]);
        assert_eq!(file.image.env["LISTEN_ADDR"], wild);
        assert!(file.image.healthcheck.is_none());
    }

    #[test]
    fn of_several_programs_the_first_is_built_and_the_others_are_named() {
        let mut plan = sample::html_to_markdown(Base::Scratch);
        let mut other = plan.targets[0].clone();
        other.program.name = "worker".to_owned();
        plan.targets.push(other);
        assert_eq!(parsed(&plan).build.bin, ["html-to-markdown"]);
        assert!(rendered(&plan).contains("--bin \"worker\""));
    }
}
