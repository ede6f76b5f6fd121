//! `compose.yaml`: programs and what they need, for development.

mod programs;

use serde::Serialize;

use super::{
    files::{Generated, Ownership},
    plan::Plan,
    services::{self, Backing},
    template::{self, TemplateError},
};
use crate::args::init::FileKind;

pub(super) use programs::{environment, names, scalar};

/// What runs the programs in the stage `dev`.
const SCRIPT: &str = include_str!("templates/dev.sh");

/// Renders it, and the script beside it.
pub(super) fn files(plan: &Plan) -> Result<Vec<Generated>, TemplateError> {
    let backings = services::of(plan);
    let services: Vec<String> = backings.iter().map(Backing::render).collect::<Result<_, _>>()?;
    let context = Context {
        title: &plan.survey.name,
        common: template::render("compose.yaml", COMMON, Common::of(plan))?,
        apps: programs::of(plan, &backings),
        volumes: backings.iter().map(|it| it.volume().0).collect(),
        services,
    };
    let file = |path: &str, text| Generated {
        kind: FileKind::Compose,
        path: path.to_owned(),
        text,
        ownership: Ownership::AboveMarker,
    };
    Ok(vec![
        file("compose.yaml", template::render("compose.yaml", TEMPLATE, context)?),
        file("docker/dev.sh", SCRIPT.to_owned()),
    ])
}

const TEMPLATE: &str = include_str!("templates/compose.yaml.j2");
const COMMON: &str = include_str!("templates/compose-program.yaml.j2");

#[derive(Serialize)]
struct Context<'a> {
    title: &'a str,
    common: String,
    apps: Vec<programs::App>,
    services: Vec<String>,
    volumes: Vec<String>,
}

/// What all programs have in common.
#[derive(Serialize)]
struct Common {
    /// The build context, seen from the Compose file.
    context: String,
    /// The Dockerfile in the context, where it isn't at its root.
    dockerfile: Option<String>,
    /// The workspace in the container.
    directory: String,
    image: String,
}

impl Common {
    fn of(plan: &Plan) -> Self {
        let below = &plan.survey.below_context;
        if below.is_empty() {
            return Self {
                context: ".".to_owned(),
                dockerfile: None,
                directory: "/workspace".to_owned(),
                image: programs::image(plan),
            };
        }
        let up: Vec<&str> = below.split('/').map(|_| "..").collect();
        Self {
            context: up.join("/"),
            dockerfile: Some(scalar(&format!("{below}/Dockerfile"))),
            directory: scalar(&format!("/workspace/{below}")),
            image: programs::image(plan),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::init::Base, init::plan::sample};

    /// Writes what is rendered of the sample for a look at it.
    #[test]
    #[ignore = "writes files"]
    fn write_sample() {
        let root = std::path::PathBuf::from(std::env::var("SAMPLE_DIR").unwrap());
        let plan = sample::undigested(Base::Scratch);
        let mut all = files(&plan).unwrap();
        all.extend(super::super::env_file::files(&plan).unwrap());
        all.extend(super::super::production::files(&plan).unwrap());
        all.extend(super::super::dockerfile::files(&plan).unwrap());
        for file in all {
            let path = root.join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file.text).unwrap();
        }
    }
}
