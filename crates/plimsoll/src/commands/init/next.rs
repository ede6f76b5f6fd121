//! What to do with the files once they are written.

use std::fmt::Write as _;

use crate::{
    args::init::FileKind,
    init::{plan::Plan, write::Change},
};

/// The steps, as commands to run where one stands.
pub(super) fn steps(plan: &Plan, changes: &[Change], prefix: &str) -> String {
    let written: Vec<_> = changes.iter().filter(|it| it.is_written()).collect();
    let has =
        |kind| changes.iter().any(|it| it.kind == Some(kind) && it.old.is_some() | it.is_written());
    let mut text = match written.len() {
        1 => "wrote 1 file\n".to_owned(),
        count => format!("wrote {count} files\n"),
    };
    let mut commands = Vec::new();
    if !prefix.is_empty() {
        commands.push(format!("cd {}", prefix.trim_end_matches('/')));
    }
    commands.push("plimsoll check".to_owned());
    if has(FileKind::Dockerfile) {
        let name = &plan.survey.name;
        commands.push(match &*plan.survey.below_context {
            "" => format!("docker build -t {name} ."),
            below => {
                let up = vec![".."; below.split('/').count()].join("/");
                format!("docker build -t {name} -f Dockerfile {up}")
            }
        });
    }
    if has(FileKind::Compose) {
        commands.push("docker compose up".to_owned());
    }
    for (index, command) in commands.iter().enumerate() {
        let word = if index == 0 { "next" } else { "" };
        writeln!(text, "{word:11} {command}").ok();
    }
    text
}
