//! Reads the digest from the facts of a Dockerfile.

use std::sync::Arc;

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{
    self, Command, CommandLine, Form, HealthcheckTest, Keyword, Stage, Word,
};

use super::{
    Argument, CopiedPath, ExposedRange, ImageFacts, ImageHealth, ImageUser, Placed, StageFacts,
    StartLine, directories, port, writes,
};
use crate::Facts;
use crate::bases::User;
use crate::facts::copies::{Content, Origin};
use crate::facts::paths;
use crate::facts::start::Start;
use crate::facts::users::RunsAs;

/// What programs are called that start another one as PID 1 and reap what it leaves.
const INITS: &[&str] = &["tini", "tini-static", "dumb-init", "catatonit", "s6-svscan", "init"];

pub(super) fn read(path: &str, name: String, text: &Arc<str>, target: Option<&str>) -> ImageFacts {
    let file = dockerfile::parse(text);
    let facts = Facts::new(&file);
    let broken = file.instructions.iter().any(|it| matches!(it.command, Command::Broken));
    let stage = match target {
        Some(name) => facts.stages.named(name, facts.stages.all.len()),
        None => facts.stages.last(),
    };
    let mut image = ImageFacts {
        path: path.to_owned(),
        name,
        is_inline: false,
        text: Arc::clone(text),
        is_broken: broken || !file.errors.is_empty(),
        target: target.map(str::to_owned),
        stage: stage.map(|it| it.index),
        stages: facts.stages.all.iter().map(|it| stage_facts(&facts, it)).collect(),
        arguments: arguments(&facts),
        base_variables: Vec::new(),
        base: String::new(),
        base_known: false,
        user: ImageUser::Unknown,
        ports: Vec::new(),
        ports_known: false,
        program_port: None,
        volumes: Vec::new(),
        workdir: None,
        health: None,
        stop_signal: None,
        entrypoint: None,
        cmd: None,
        variables: Vec::new(),
        init: None,
        writes: Vec::new(),
        made: Vec::new(),
        copies: Vec::new(),
    };
    if let Some(stage) = stage {
        image.read_stage(&facts, stage);
    }
    image
}

impl ImageFacts {
    fn read_stage<'d>(&mut self, facts: &Facts<'d>, stage: &Stage<'d>) {
        if let Some(base) = facts.base_image(stage.index) {
            self.base.clone_from(&base.text);
            self.base_known = base.text == "scratch"
                || base.is_known && base.describe().is_some_and(|it| it.is_known);
        }
        let froms = facts.stages.chain(stage.index);
        self.base_variables = froms.flat_map(|it| variables_in(it.from.image.as_str())).collect();
        self.user = user(facts, stage);
        self.read_ports(facts, stage);
        self.volumes = volumes(facts, stage);
        self.variables = variables(facts, stage);
        self.workdir = word_of(facts, stage, Keyword::Workdir).map(|it| {
            // What follows the stage's last instruction works in its last directory.
            let directory = facts.directory(stage.first + stage.body.len()).to_owned();
            Placed { value: directory, ..it }
        });
        self.health = health(facts, stage);
        self.stop_signal = word_of(facts, stage, Keyword::Stopsignal);
        let start = facts.start_of(stage);
        self.entrypoint = start
            .as_ref()
            .and_then(|it| Some(line(it.entrypoint?.line, it.entrypoint?.instruction.span)));
        self.cmd = start.as_ref().and_then(|it| Some(line(it.cmd?.line, it.cmd?.instruction.span)));
        self.init = start.as_ref().and_then(init);
        self.made = directories::made(facts, stage);
        self.writes = writes::writes(facts, stage, start.as_ref(), &self.made);
        self.copies = copies(facts, stage);
        self.program_port = port::program_port(self, start.as_ref());
    }

    fn read_ports(&mut self, facts: &Facts<'_>, stage: &Stage<'_>) {
        self.ports_known = true;
        for below in facts.stages.chain(stage.index) {
            for (offset, instruction) in below.body.iter().enumerate() {
                let words = match &instruction.command {
                    Command::Expose(words) => words,
                    Command::Onbuild(_) if below.index != stage.index => {
                        self.ports_known = false;
                        continue;
                    }
                    _ => continue,
                };
                for word in words {
                    let text = facts.expand(below.first + offset, word);
                    match exposed(&text) {
                        Some(value) => self.ports.push(placed(value, word)),
                        None => self.ports_known = false,
                    }
                }
            }
        }
        match port::of_base(&self.base) {
            Some(ports) => {
                let root = facts.stages.root(stage.index).map(|it| it.from.image.span);
                let span = root.unwrap_or_default();
                self.ports.extend(ports.iter().map(|port| {
                    let protocol = "tcp".to_owned();
                    let value = ExposedRange { first: *port, last: *port, protocol };
                    Placed { value, span, varies: false }
                }));
            }
            None => self.ports_known &= self.base_known,
        }
    }
}

fn placed<T>(value: T, word: &Word<'_>) -> Placed<T> {
    Placed { value, span: word.span, varies: word.text.contains('$') }
}

fn stage_facts<'d>(facts: &Facts<'d>, stage: &Stage<'d>) -> StageFacts {
    let runs = facts.run_commands_of(stage).filter_map(|it| {
        let program = it.command.program()?;
        let next = it.command.args().first().map_or("", |it| &*it.value);
        Some(format!("{program} {next}").trim_end().to_owned())
    });
    let says = |kind| facts.stages.effective(stage.index, kind).is_some();
    StageFacts {
        name: stage.from.name.as_ref().map(|it| it.text.clone().into_owned()),
        span: stage.instruction.span,
        runs: runs.collect(),
        starts: says(Keyword::Entrypoint) || says(Keyword::Cmd),
    }
}

fn arguments(facts: &Facts<'_>) -> Vec<Argument> {
    let mut arguments = Vec::new();
    for instruction in &facts.file.instructions {
        let instruction = match &instruction.command {
            Command::Onbuild(inner) => inner,
            _ => instruction,
        };
        let Command::Arg(definitions) = &instruction.command else { continue };
        let stage = facts.stages.at(instruction.span.start()).map(|it| it.index);
        arguments.extend(definitions.iter().map(|it| Argument {
            name: it.name.as_str().to_owned(),
            default: it.value.as_ref().map(|it| it.as_str().to_owned()),
            stage,
            span: it.name.span,
        }));
    }
    arguments
}

/// The names of the variables that a text uses.
fn variables_in(text: &str) -> Vec<String> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let after = text.split('$').skip(1).map(|it| it.strip_prefix('{').unwrap_or(it));
    let names = after.map(|it| it[..it.find(|it| !is_name(it)).unwrap_or(it.len())].to_owned());
    names.filter(|it| !it.is_empty()).collect()
}

fn user(facts: &Facts<'_>, stage: &Stage<'_>) -> ImageUser {
    match facts.runs_as(stage.index) {
        RunsAs::Named(user) if user.is_hidden() => ImageUser::Unknown,
        RunsAs::Named(user) if user.is_root() => ImageUser::Root(Some(user.word.span)),
        RunsAs::Named(user) => ImageUser::Other(user.user().to_owned(), Some(user.word.span)),
        RunsAs::Base(User::Root) if facts.base_image(stage.index).is_some_and(|it| it.is_known) => {
            ImageUser::Root(None)
        }
        RunsAs::Base(User::Other(name)) => ImageUser::Other(name.to_owned(), None),
        RunsAs::Base(_) | RunsAs::Unknown => ImageUser::Unknown,
    }
}

/// Reads `80`, `80/udp`, `8000-8010/tcp`.
fn exposed(text: &str) -> Option<ExposedRange> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let ports = ports.rsplit(':').next()?;
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    Some(ExposedRange { first, last, protocol: protocol.to_ascii_lowercase() })
}

fn volumes(facts: &Facts<'_>, stage: &Stage<'_>) -> Vec<Placed<String>> {
    let mut volumes = Vec::new();
    for below in facts.stages.chain(stage.index) {
        for (offset, instruction) in below.body.iter().enumerate() {
            let Command::Volume(words) = &instruction.command else { continue };
            for word in words {
                let index = below.first + offset;
                let path = paths::join(facts.directory(index), &facts.expand(index, word));
                volumes.push(placed(path, word));
            }
        }
    }
    volumes
}

pub(super) fn variables(facts: &Facts<'_>, stage: &Stage<'_>) -> Vec<(String, Placed<String>)> {
    let mut variables: Vec<(String, Placed<String>)> = Vec::new();
    for below in facts.stages.chain(stage.index) {
        for (offset, instruction) in below.body.iter().enumerate().rev() {
            let Command::Env(env) = &instruction.command else { continue };
            for pair in env.pairs.iter().rev() {
                let name = pair.name.as_str();
                if variables.iter().all(|it| it.0 != name) {
                    let value = facts.expand(below.first + offset, &pair.value).into_owned();
                    variables.push((name.to_owned(), placed(value, &pair.value)));
                }
            }
        }
    }
    variables
}

/// What the last instruction of a kind with one word says.
fn word_of(facts: &Facts<'_>, stage: &Stage<'_>, kind: Keyword) -> Option<Placed<String>> {
    facts.stages.chain(stage.index).find_map(|stage| {
        let offset = stage.body.iter().rposition(|it| it.kind == kind)?;
        let (Command::Workdir(word) | Command::Stopsignal(word)) = &stage.body[offset].command
        else {
            return None;
        };
        Some(placed(facts.expand(stage.first + offset, word).into_owned(), word))
    })
}

fn health(facts: &Facts<'_>, stage: &Stage<'_>) -> Option<Placed<ImageHealth>> {
    let instruction = facts.stages.effective(stage.index, Keyword::Healthcheck)?;
    let Command::Healthcheck(check) = &instruction.command else { return None };
    let value = match &check.test {
        HealthcheckTest::None => ImageHealth::Disabled,
        HealthcheckTest::Command(command) => {
            let StartLine { words, is_shell } = line(command, instruction.span).value;
            ImageHealth::Test { words, is_shell }
        }
    };
    Some(Placed { value, span: instruction.span, varies: false })
}

fn line(line: &CommandLine<'_>, span: Span) -> Placed<StartLine> {
    let is_shell = line.form == Form::Shell;
    let words = if is_shell {
        vec![line.script.text().trim().to_owned()]
    } else {
        line.words.iter().map(|it| it.as_str().to_owned()).collect()
    };
    Placed { value: StartLine { words, is_shell }, span, varies: false }
}

fn init(start: &Start<'_>) -> Option<Placed<String>> {
    let word = start.command.as_ref()?.words.first()?;
    let name = paths::file_name(&word.value);
    let placed = Placed { value: name.to_owned(), span: word.span, varies: false };
    INITS.contains(&name).then_some(placed)
}

fn copies(facts: &Facts<'_>, stage: &Stage<'_>) -> Vec<CopiedPath> {
    let indices = facts.before(stage.index, stage.first + stage.body.len());
    let copied = indices.into_iter().flat_map(|it| facts.copied(it));
    copied
        .map(|it| CopiedPath {
            from_context: it.origin == Origin::Context,
            is_file: matches!(it.content, Content::File | Content::Manifest),
            source: it.source.clone(),
            path: it.path.clone(),
            span: it.span,
        })
        .collect()
}
