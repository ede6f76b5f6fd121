//! `.env`, which holds what Compose needs to know and nobody else may; and what goes along with it.

use std::{collections::BTreeSet, fmt::Write as _};

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

/// A file with the variables of another one that it lacks, at its end, with what is said of them; `None` where it
/// has them all.
pub(crate) fn added(old: &str, wanted: &str) -> Option<String> {
    let name = |line: &str| {
        let line = line.trim_start();
        let (name, _) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        (!name.starts_with('#')).then(|| name.trim().to_owned())
    };
    let known: BTreeSet<String> = old.lines().filter_map(name).collect();
    let mut text = old.to_owned();
    for block in wanted.split("\n\n") {
        let lacks = |line: &&str| name(line).is_some_and(|it| !known.contains(&it));
        if !block.lines().any(|it| lacks(&it)) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
        }
        for line in block.lines().filter(|it| name(it).is_none() || lacks(it)) {
            text.push_str(line);
            text.push('\n');
        }
    }
    (text != old).then_some(text)
}

/// A text without the values that another one has, for the eyes of anybody.
pub(crate) fn without_values(text: &str, secret: &str) -> String {
    let known: BTreeSet<&str> = secret.lines().collect();
    let shown = |line: &str| match line.split_once('=') {
        Some((name, _)) if known.contains(line) => format!("{name}=<not shown>\n"),
        // What stands there is no variable, and may be part of a value.
        None if known.contains(line) && !line.is_empty() && !line.starts_with('#') => {
            "<not shown>\n".to_owned()
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(shown).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::init::Base, init::plan::sample};

    fn env(example: bool) -> String {
        let files = files(&sample::html_to_markdown(Base::Scratch)).unwrap();
        let path = if example { ".env.example" } else { ".env" };
        files.into_iter().find(|it| it.path == path).unwrap().text
    }

    fn fill(text: &str) -> String {
        let mut next = 0;
        let draw = |bytes: &mut [u8]| {
            next += 1;
            bytes.fill(next);
            Ok::<(), ()>(())
        };
        filled(text, Machine { owner: Some((7, 8)), processors: 3 }, draw).unwrap()
    }

    #[test]
    fn the_private_file_says_what_belongs_in_it_before_it_is_written() {
        insta::assert_snapshot!(env(false));
    }

    #[test]
    fn the_example_holds_no_password() {
        insta::assert_snapshot!(env(true));
    }

    #[test]
    fn gaps_are_filled_and_every_password_is_another_one() {
        let text = format!("A={PASSWORD}\nB={PASSWORD}\nC={OWNER}\nD={PROCESSORS}\n");
        let (one, two) = ("01".repeat(16), "02".repeat(16));
        assert_eq!(fill(&text), format!("A={one}\nB={two}\nC=7:8\nD=3\n"));
        assert!(!fill(&env(false)).contains('<'));
    }

    #[test]
    fn a_password_that_cannot_be_drawn_is_an_error() {
        let machine = Machine { owner: None, processors: 1 };
        assert_eq!(filled(PASSWORD, machine, |_| Err("no")), Err("no"));
        assert_eq!(filled(OWNER, machine, |_| Err("no")).as_deref(), Ok("1000:1000"));
    }

    #[test]
    fn variables_that_a_file_lacks_are_added_and_others_stay() {
        let wanted = "# Head.\n\n# A and B.\nA=1\nB=2\n\n# C.\nC=3\n";
        assert_eq!(added("export A=x\n B=\nC=z", wanted), None);
        assert_eq!(added("A=x", wanted).unwrap(), "A=x\n\n# A and B.\nB=2\n\n# C.\nC=3\n");
        assert_eq!(added("", &fill(&env(false))).unwrap().matches("POSTGRES_PASSWORD=").count(), 1);
        assert_eq!(added(&fill(&env(false)), &env(false)), None, "a second run changes nothing");
    }

    #[test]
    fn what_is_shown_of_a_private_file_has_none_of_its_values() {
        let old = "# Mine.\nTOKEN=s3cret\nLONG='a\nb3'\n";
        let new = added(old, "NEW=1\n").unwrap();
        let shown = "# Mine.\nTOKEN=<not shown>\nLONG=<not shown>\n<not shown>\n\nNEW=1\n";
        assert_eq!(without_values(&new, old), shown);
    }
}
