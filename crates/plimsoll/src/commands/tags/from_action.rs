//! `--from-action`: the inputs of a step of docker/metadata-action.

mod expand;

use std::{
    cell::RefCell,
    fs,
    io::{self, Read as _},
    path::Path,
};

use plimsoll_project::{
    Environment,
    tags::{Inputs, Manner},
};
use plimsoll_syntax::{
    workflow::{Action, Field, Job, Step, Uses, Workflow},
    yaml::{self, Value},
};

use super::state::State;
use crate::{args::tags::Source, failure::Failure};

/// No workflow is as large as this; GitHub takes none over 1 MiB.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Where inputs are looked for.
struct Place {
    /// What it is called in errors.
    name: String,
    text: String,
    job: Option<String>,
    step: Option<String>,
}

/// Reads the inputs, with the expressions in them expanded. The names of images are only read if
/// nobody says otherwise.
pub(super) fn inputs(
    place: &str,
    are_images_given: bool,
    state: &State,
    environment: &Environment,
) -> Result<Inputs, Failure> {
    let place = Place::read(place)?;
    let yaml = yaml::parse(&place.text);
    if let Some(error) = yaml.errors.first() {
        let message = &error.message;
        return Err(Failure::new(format!("{} is not valid YAML: {message}", place.name)));
    }
    let found = place.find(&yaml)?;
    let failure = RefCell::new(None);
    let inputs = Inputs::from_map(
        |name| {
            if name == "images" && are_images_given {
                return None;
            }
            let field = found.input(name)?;
            match expand::expand(field.text(), found.step, state, environment) {
                Ok(text) => Some(text),
                Err(error) => {
                    failure.borrow_mut().get_or_insert(error.in_file(&place.name));
                    None
                }
            }
        },
        Manner::Model,
    );
    match failure.into_inner() {
        Some(failure) => Err(failure),
        None => Ok(inputs?),
    }
}

/// Which context the step asks for.
pub(super) fn source(place: &str) -> Result<Source, Failure> {
    // Standard input can be read once, and is a block that somebody made for us.
    if place == "-" {
        return Ok(Source::Auto);
    }
    let place = Place::read(place)?;
    let yaml = yaml::parse(&place.text);
    let context = place.find(&yaml)?.input("context").map(Field::text);
    Ok(if context == Some("git") { Source::Git } else { Source::Auto })
}

/// The inputs of one step, or a mapping of them.
struct Found<'y> {
    step: Option<Step<'y>>,
    block: Option<Value<'y>>,
}

impl<'y> Found<'y> {
    fn input(&self, name: &str) -> Option<Field<'y>> {
        match (self.step, self.block) {
            (Some(step), _) => step.input(name),
            (None, Some(block)) => block.get(name).and_then(Field::new),
            (None, None) => None,
        }
    }
}

impl Place {
    /// Reads `FILE[:JOB[/STEP]]`, or standard input.
    fn read(written: &str) -> Result<Self, Failure> {
        let (path, choice) = match written.rsplit_once(':') {
            Some((path, choice)) if !Path::new(written).exists() => (path, Some(choice)),
            _ => (written, None),
        };
        let (job, step) = match choice.map(|it| it.split_once('/').unwrap_or((it, ""))) {
            Some((job, step)) => (Some(job), Some(step)),
            None => (None, None),
        };
        let given = |it: Option<&str>| it.filter(|it| !it.is_empty()).map(str::to_owned);
        let mut bytes = Vec::new();
        let (name, read) = if path == "-" {
            let stdin = io::stdin().lock();
            ("standard input".to_owned(), stdin.take(LIMIT).read_to_end(&mut bytes))
        } else {
            let read = fs::File::open(path);
            (path.to_owned(), read.and_then(|it| it.take(LIMIT).read_to_end(&mut bytes)))
        };
        read.map_err(|error| Failure::new(format!("cannot read {name}: {error}")))?;
        if bytes.len() as u64 >= LIMIT {
            return Err(Failure::new(format!("{name} is larger than 4 MiB")));
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::new(format!("{name} is not valid UTF-8")))?;
        Ok(Self { name, text, job: given(job), step: given(step) })
    }

    fn find<'y>(&self, yaml: &'y yaml::Yaml<'y>) -> Result<Found<'y>, Failure> {
        let workflow = Workflow::new(yaml);
        let steps: Vec<Step<'y>> = if workflow.is_workflow() {
            workflow.jobs().flat_map(Job::steps).collect()
        } else {
            Action::new(yaml).steps().collect()
        };
        if steps.is_empty() {
            let root = yaml.root().filter(|it| it.is_mapping());
            let root = root.ok_or_else(|| self.nothing())?;
            return Ok(Found { step: None, block: Some(root.get("with").unwrap_or(root)) });
        }
        let is_meant = |it: &Step<'y>| {
            let job = it.job().map(Job::id);
            let action = it.uses().and_then(Uses::action);
            action.is_some_and(|it| it.is("docker", "metadata-action"))
                && self.job.as_deref().is_none_or(|it| job == Some(it))
                && self.step.as_deref().is_none_or(|name| is_called(it, name))
        };
        let meant: Vec<Step<'y>> = steps.into_iter().filter(is_meant).collect();
        match *meant {
            [step] => Ok(Found { step: Some(step), block: None }),
            [] => Err(self.nothing()),
            [..] => {
                let names: Vec<String> = meant.iter().map(call).collect();
                Err(Failure::new(format!(
                    "{} has several steps of docker/metadata-action: {}",
                    self.name,
                    names.join(", ")
                ))
                .hint(format!("say which one: --from-action {}:JOB/STEP", self.name)))
            }
        }
    }

    fn nothing(&self) -> Failure {
        let choice = match (&self.job, &self.step) {
            (Some(job), Some(step)) => format!(" called `{step}` in the job `{job}`"),
            (Some(job), None) => format!(" in the job `{job}`"),
            _ => String::new(),
        };
        Failure::new(format!("{} has no step of docker/metadata-action{choice}", self.name))
    }
}

/// A step is called by its id, its name, or its number from 1.
fn is_called(step: &Step<'_>, name: &str) -> bool {
    step.id() == Some(name)
        || step.name().is_some_and(|it| it.text() == name)
        || name.parse() == Ok(step.index + 1)
}

/// How a step may be asked for.
fn call(step: &Step<'_>) -> String {
    let name = step.id().map_or_else(|| (step.index + 1).to_string(), str::to_owned);
    let job = step.job().map(Job::id).unwrap_or_default();
    format!("`{job}/{name}`")
}
