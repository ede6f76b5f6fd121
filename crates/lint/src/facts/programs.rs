//! What an image starts: a program of its own, or a tool that people work with.

use plimsoll_syntax::dockerfile::{Command, CommandLine, Form, Keyword};
use plimsoll_syntax::shell;

use super::paths;
use crate::Facts;

/// The program that an image starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// Of its own, by its name.
    Own(String),
    /// `cargo run`.
    CargoRun,
    /// A shell, a tool, or nothing that is known.
    Tool,
}

/// What people start in an image to work in it, or to keep it alive.
const TOOLS: &[&str] = &[
    "sh",
    "bash",
    "ash",
    "dash",
    "zsh",
    "fish",
    "cargo",
    "rustc",
    "rustup",
    "go",
    "sleep",
    "tail",
    "true",
    "cat",
    "make",
    "just",
    "gcc",
    "sccache",
    "test",
    "npm",
    "yarn",
    "pytest",
    "python",
    "python3",
    "git",
    "echo",
    "sshd",
    "code-server",
    "supervisord",
    "mvn",
    "gradle",
    "trunk",
    "cross",
    "wasm-pack",
    "cargo-watch",
    "cargo-make",
    "bacon",
    "tmux",
    "env",
    "dotnet",
    "node",
];

/// Programs that start another one.
const STARTERS: &[&str] =
    &["tini", "dumb-init", "catatonit", "gosu", "su-exec", "exec", "nice", "timeout", "catchsegv"];

impl Facts<'_> {
    /// What the image of a stage starts; `None` where neither it nor a stage below it says.
    pub(crate) fn program(&self, stage: usize) -> Option<Program> {
        let line = |kind| match self.stages.effective(stage, kind).map(|it| &it.command) {
            Some(Command::Entrypoint(line) | Command::Cmd(line)) => Some(line),
            _ => None,
        };
        let (entrypoint, cmd) = (line(Keyword::Entrypoint), line(Keyword::Cmd));
        let mut words = Vec::new();
        for line in [entrypoint, cmd].into_iter().flatten() {
            words.extend(command_words(line));
        }
        (entrypoint.is_some() || cmd.is_some()).then(|| of_words(&words))
    }
}

fn command_words(line: &CommandLine<'_>) -> Vec<String> {
    match line.form {
        Form::Exec => line.words.iter().map(|it| it.text.clone().into_owned()).collect(),
        Form::Shell => last_command(&shell::parse(&line.script)),
    }
}

/// The words of a script's last command, which is the one that stays.
fn last_command(script: &shell::Script<'_>) -> Vec<String> {
    let last = script.commands.iter().rev().find(|it| it.parent.is_none() && !it.words.is_empty());
    let words = last.map(shell::ShellCommand::effective).unwrap_or_default();
    words.iter().map(|it| it.value.clone().into_owned()).collect()
}

fn of_words(words: &[String]) -> Program {
    let mut words = words.iter().filter(|it| !it.starts_with('-') || *it == "-c");
    let Some(first) = words.next() else { return Program::Tool };
    let name = paths::file_name(first);
    if STARTERS.contains(&name) {
        let rest: Vec<String> = words.cloned().collect();
        return of_words(&rest);
    }
    let is_shell = matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh");
    let next = words.next().map(String::as_str);
    match (name, next) {
        (_, Some("-c")) if is_shell => {
            let Some(text) = words.next() else { return Program::Tool };
            let script = shell::parse_text(text, 0, shell::ShellOptions::default());
            let inner = last_command(&script);
            // One level is enough: nobody nests further to start a server.
            match inner.first() {
                Some(first) if TOOLS.contains(&paths::file_name(first)) => of_words(&inner[..]),
                Some(first) => Program::Own(paths::file_name(first).to_owned()),
                None => Program::Tool,
            }
        }
        (_, Some(script)) if is_shell && script.contains('.') => {
            Program::Own(paths::file_name(script).to_owned())
        }
        ("cargo", Some("run" | "r")) => Program::CargoRun,
        _ if TOOLS.contains(&name) => Program::Tool,
        _ => Program::Own(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile;

    use super::*;

    #[track_caller]
    fn starts(rest: &str, program: Option<&Program>) {
        let text = format!("FROM a\n{rest}\n");
        let file = dockerfile::parse(&text);
        assert_eq!(Facts::new(&file).program(0).as_ref(), program, "{rest}");
    }

    #[test]
    fn wrappers_and_shells_are_looked_through() {
        let own = |name: &str| Program::Own(name.to_owned());
        starts("ENTRYPOINT [\"/usr/bin/tini\", \"--\", \"/app/server\"]", Some(&own("server")));
        starts("ENTRYPOINT [\"tini\", \"--\"]\nCMD [\"server\"]", Some(&own("server")));
        starts("CMD exec /app/server --port 1", Some(&own("server")));
        starts("CMD cd /app && ./server", Some(&own("server")));
        starts(
            "ENTRYPOINT [\"/bin/sh\", \"-c\", \"ulimit -c 0 && exec ./server\"]",
            Some(&own("server")),
        );
        starts("ENTRYPOINT [\"sh\", \"/entrypoint.sh\"]", Some(&own("entrypoint.sh")));
    }

    #[test]
    fn people_work_with_tools() {
        starts("", None);
        starts("CMD [\"bash\"]", Some(&Program::Tool));
        starts("CMD sleep infinity", Some(&Program::Tool));
        starts("CMD cargo test", Some(&Program::Tool));
        starts("CMD [\"sh\", \"-c\", \"cargo test\"]", Some(&Program::Tool));
        starts("CMD [\"cargo\", \"run\", \"--release\"]", Some(&Program::CargoRun));
        starts("ENTRYPOINT []", Some(&Program::Tool));
    }
}
