//! `.env`, which holds what Compose needs to know and nobody else may; and what goes along with it.

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    files::{Generated, Ownership},
    plan::Plan,
    services::{self, Credential},
    template::{self, TemplateError},
};
use crate::args::init::FileKind;

/// Stands in rendered files where [`filled`] puts a password: what is shown never holds one.
pub(crate) const PASSWORD: &str = "<drawn by lot when this file is written>";
/// Stands where [`filled`] puts the owner of the workspace.
pub(crate) const OWNER: &str = "<owner of this directory>";
/// Stands where [`filled`] puts the number of processors.
pub(crate) const PROCESSORS: &str = "<processors of this machine>";

/// Renders `.env`, `.env.example` and the lines of `.gitignore`.
pub(super) fn files(plan: &Plan) -> Result<Vec<Generated>, TemplateError> {
    let file = |path: &str, text, ownership| Generated {
        kind: FileKind::Compose,
        path: path.to_owned(),
        text,
        ownership,
    };
    let services: Vec<Block> = services::of(plan)
        .iter()
        .map(|it| Block { title: it.kind.title(), variables: it.credentials(&plan.survey.name) })
        .collect();
    let render = |example| {
        let context = Context {
            example,
            services: &services,
            password: PASSWORD,
            owner: OWNER,
            processors: PROCESSORS,
        };
        template::render(".env", TEMPLATE, context)
    };
    Ok(vec![
        file(".env", render(false)?, Ownership::Private),
        file(".env.example", render(true)?, Ownership::AboveMarker),
        file(".gitignore", ".env\n".to_owned(), Ownership::Lines),
    ])
}

const TEMPLATE: &str = include_str!("templates/env.j2");

#[derive(Serialize)]
struct Context<'a> {
    example: bool,
    services: &'a [Block],
    password: &'a str,
    owner: &'a str,
    processors: &'a str,
}

#[derive(Serialize)]
struct Block {
    title: &'static str,
    variables: Vec<Credential>,
}

/// What this machine says for the gaps of a private file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    /// User and group that own the workspace, where the system has such numbers.
    pub(crate) owner: Option<(u32, u32)>,
    /// How many processors there are.
    pub(crate) processors: usize,
}

/// A private file as it is written: `draw` gives the bytes of each password, anew.
pub(crate) fn filled<E>(
    text: &str,
    machine: Machine,
    mut draw: impl FnMut(&mut [u8]) -> Result<(), E>,
) -> Result<String, E> {
    let (user, group) = machine.owner.unwrap_or((1000, 1000));
    let text = text
        .replace(OWNER, &format!("{user}:{group}"))
        .replace(PROCESSORS, &machine.processors.to_string());
    let mut parts = text.split(PASSWORD);
    let mut full = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut bytes = [0; 16];
        draw(&mut bytes)?;
        for byte in bytes {
            // Hexadecimal digits need no escape, neither in an address nor in a shell.
            let _ = write!(full, "{byte:02x}");
        }
        full.push_str(part);
    }
    Ok(full)
}
