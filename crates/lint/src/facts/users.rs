//! Who runs in an image: what `USER` says, and which users a stage makes.

use std::borrow::Cow;

use plimsoll_syntax::dockerfile::{Command, Keyword, Stage, Word};
use plimsoll_syntax::shell::ShellCommand;

use crate::Facts;
use crate::bases::User;

/// The user that a stage ends with.
#[derive(Clone, Debug)]
pub(crate) enum RunsAs<'d> {
    /// A `USER` of the stage, or of one below it.
    Named(NamedUser<'d>),
    /// The base image says it.
    Base(User),
    /// Not known: the base is none that we know, or the instruction is broken.
    Unknown,
}

/// What a `USER` says.
#[derive(Clone, Debug)]
pub(crate) struct NamedUser<'d> {
    /// The number of the stage that it stands in.
    pub(crate) stage: usize,
    /// Its word.
    pub(crate) word: &'d Word<'d>,
    /// The word with variables put in.
    pub(crate) text: Cow<'d, str>,
}

impl NamedUser<'_> {
    /// The name or number.
    pub(crate) fn user(&self) -> &str {
        self.text.split_once(':').map_or(&*self.text, |(user, _)| user)
    }

    /// The group's name or number.
    pub(crate) fn group(&self) -> Option<&str> {
        self.text.split_once(':').map(|(_, group)| group)
    }

    /// Whether a variable without a value is left in it.
    pub(crate) fn is_hidden(&self) -> bool {
        self.text.contains('$')
    }

    /// Whether it is root, by name or number.
    pub(crate) fn is_root(&self) -> bool {
        let user = self.user();
        user == "root" || user.parse() == Ok(0_u32)
    }

    /// Whether it is a number.
    pub(crate) fn is_number(&self) -> bool {
        is_number(self.user())
    }
}

/// Whether the text names a user or group by its number.
pub(crate) fn is_number(user: &str) -> bool {
    !user.is_empty() && user.bytes().all(|it| it.is_ascii_digit())
}

/// A user or group that a command makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Created {
    /// Whether it is a group.
    pub(crate) is_group: bool,
    /// Its name.
    pub(crate) name: String,
    /// Its number, where the command gives one.
    pub(crate) id: Option<String>,
}

impl<'d> Facts<'d> {
    /// The user that a stage ends with.
    pub(crate) fn runs_as(&self, stage: usize) -> RunsAs<'d> {
        for stage in self.stages.chain(stage) {
            let Some(at) = stage.body.iter().rposition(|it| it.kind == Keyword::User) else {
                continue;
            };
            let (index, instruction) = (stage.first + at, &stage.body[at]);
            let Command::User(word) = &instruction.command else { return RunsAs::Unknown };
            let text = self.expand(index, word);
            let stage = stage.index;
            return RunsAs::Named(NamedUser { stage, word, text });
        }
        match self.base(stage).map(|it| it.user) {
            Some(User::Unknown) | None => RunsAs::Unknown,
            Some(user) => RunsAs::Base(user),
        }
    }

    /// The text of a stage from its `FROM` on.
    pub(crate) fn stage_text(&self, stage: &Stage<'d>) -> &'d str {
        let start = stage.instruction.span.start();
        let end = stage.body.last().map_or(stage.instruction.span.end(), |it| it.span.end());
        self.file.text.get(start..end).unwrap_or_default()
    }

    /// Whether a stage or one below it says one of some words anywhere.
    pub(crate) fn chain_mentions(&self, stage: usize, words: &[&str]) -> bool {
        let mut texts = self.stages.chain(stage).map(|it| self.stage_text(it));
        texts.any(|text| words.iter().any(|it| text.contains(it)))
    }

    /// The users and groups that commands of a stage and of those below it make.
    pub(crate) fn created_users(&self, stage: usize) -> impl Iterator<Item = Created> {
        let stages = self.stages.chain(stage);
        let commands = stages.flat_map(|it| self.run_commands_of(it));
        commands.filter_map(move |run| {
            let mut created = created(run.command)?;
            let (stage, index) = (run.stage.index, run.index);
            created.name = self.in_shell(stage, index, &created.name).into_owned();
            let id = created.id.map(|it| self.in_shell(stage, index, &it).into_owned());
            created.id = id.filter(|it| is_number(it));
            Some(created)
        })
    }
}

const WITH_VALUE: &[&str] = &[
    "-u",
    "--uid",
    "-g",
    "--gid",
    "-G",
    "--groups",
    "--ingroup",
    "-h",
    "-d",
    "--home",
    "--home-dir",
    "-s",
    "--shell",
    "-k",
    "--skel",
    "-c",
    "--comment",
    "--gecos",
    "-b",
    "--base-dir",
    "-K",
    "--key",
    "-p",
    "--password",
    "-e",
    "--expiredate",
    "-f",
    "--inactive",
    "-R",
    "--root",
];

fn created(command: &ShellCommand<'_>) -> Option<Created> {
    let (is_group, id) = match command.program()? {
        "useradd" | "adduser" => (false, &["-u", "--uid"][..]),
        "groupadd" | "addgroup" => (true, &["-g", "--gid"][..]),
        _ => return None,
    };
    let name = command.operands(WITH_VALUE).next()?.value.clone().into_owned();
    let id = command.option(id).map(|it| it.value.to_owned());
    Some(Created { is_group, name, id })
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile;

    use super::*;

    #[track_caller]
    fn user(text: &str) -> String {
        let file = dockerfile::parse(text);
        let facts = Facts::new(&file);
        match facts.runs_as(facts.stages.all.len() - 1) {
            RunsAs::Named(user) => user.text.into_owned(),
            RunsAs::Base(user) => format!("{user:?}"),
            RunsAs::Unknown => "?".to_owned(),
        }
    }

    #[test]
    fn the_last_user_of_the_chain_or_the_bases_own() {
        assert_eq!(user("FROM a AS b\nUSER 1\nUSER app:app\nFROM b\nRUN x\n"), "app:app");
        assert_eq!(user("FROM a\nARG U=app\nUSER \"$U\"\n"), "app");
        assert_eq!(user("FROM gcr.io/distroless/static:nonroot\n"), "Other(\"65532\")");
        assert_eq!(user("FROM debian:12\n"), "Root");
        assert_eq!(user("FROM example.com/base:1\n"), "?");
        assert_eq!(user("FROM debian:12\nUSER 1\nUSER\n"), "?");
    }

    #[test]
    fn commands_make_users() {
        let text = "FROM a AS b\nARG ID=7\nRUN groupadd -r -g 5 g && useradd -r -u $ID -g g app\n\
                    FROM b\nRUN adduser --disabled-password --gecos '' other users\n\
                    RUN adduser -D -u 10001 -G g third; addgroup -S x\n";
        let file = dockerfile::parse(text);
        let facts = Facts::new(&file);
        let mut made: Vec<(String, Option<String>)> =
            facts.created_users(1).map(|it| (it.name, it.id)).collect();
        made.sort();
        let some = |it: &str| Some(it.to_owned());
        let expected = [
            ("app", some("7")),
            ("g", some("5")),
            ("other", None),
            ("third", some("10001")),
            ("x", None),
        ];
        assert_eq!(made, expected.map(|(name, id)| (name.to_owned(), id)));
    }
}
