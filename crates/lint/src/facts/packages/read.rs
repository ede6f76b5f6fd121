//! From a shell command to what it does with packages.

use std::borrow::Cow;

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::Lookup;
use plimsoll_syntax::shell::{Script, ShellCommand, ShellWord};

use super::manager::{self, Grammar};
use super::{Manager, Operation, Package, PackageCommand};
use crate::Facts;

/// How many packages one variable may hold, so that no file takes long.
const MOST_PACKAGES: usize = 10_000;

/// How many commands back a variable's value is looked for.
const MOST_COMMANDS: usize = 1_000;

/// Reads the commands of a script.
pub(super) fn script<'d>(
    facts: &Facts<'d>,
    stage: usize,
    index: usize,
    script: &Script<'d>,
    commands: &mut Vec<PackageCommand<'d>>,
) {
    for (at, command) in script.commands.iter().enumerate() {
        let Some(program) = command.program() else { continue };
        let Some(grammar) = manager::grammar(program) else { continue };
        let Some(found) = found(program, &grammar, command) else { continue };
        let known = Known { facts, stage, index, script, at };
        let mut packages = Vec::new();
        for word in found.operands {
            known.packages(word, &mut packages);
        }
        let adds = grammar.manager == Manager::Apk && found.operation == Operation::Install;
        let group = if adds { group(command) } else { None };
        let elsewhere = !grammar.roots.is_empty() && command.option(grammar.roots).is_some();
        commands.push(PackageCommand {
            stage,
            index,
            at,
            manager: grammar.manager,
            operation: found.operation,
            verb: found.verb,
            packages,
            group,
            elsewhere,
            hides_options: found.hides_options,
        });
    }
}

/// The operation of a command, the word that says so, and its operands.
struct Found<'c, 'd> {
    operation: Operation,
    verb: Span,
    operands: Vec<&'c ShellWord<'d>>,
    hides_options: bool,
}

impl<'c, 'd> Found<'c, 'd> {
    fn new(operation: Operation, verb: Span, operands: Vec<&'c ShellWord<'d>>) -> Self {
        Self { operation, verb, operands, hides_options: false }
    }
}

fn found<'c, 'd>(
    program: &str,
    grammar: &Grammar,
    command: &'c ShellCommand<'d>,
) -> Option<Found<'c, 'd>> {
    if grammar.manager == Manager::Pacman {
        return pacman(grammar, command);
    }
    let args = command.args();
    if manager::is_python(program)
        && !args.windows(2).any(|it| it[0].value == "-m" && it[1].value == "pip")
    {
        return None;
    }
    let mut operands = command.operands(grammar.with_value).peekable();
    let needs_prefix = program == "uv" || manager::is_python(program);
    let mut prefixed = false;
    while operands.peek().is_some_and(|it| grammar.prefix.contains(&it.value.as_ref())) {
        operands.next();
        prefixed = true;
    }
    if needs_prefix && !prefixed {
        return None;
    }
    // `apt-get $OPTIONS install`.
    let mut hides_options = false;
    while operands.next_if(|it| !it.literal && it.value.starts_with('$')).is_some() {
        hides_options = true;
    }
    let Some(verb) = operands.next() else {
        // `yarn` alone installs.
        let bare = grammar.manager == Manager::Yarn
            && !prefixed
            && !hides_options
            && !command.has_flag('v', "version")
            && !command.has_flag('h', "help");
        let program = command.effective().first()?.span;
        return bare.then_some(Found::new(Operation::Install, program, Vec::new()));
    };
    let manager = grammar.manager;
    let operation = match (manager, verb.value.as_ref()) {
        (Manager::Apk | Manager::Npm | Manager::Yarn | Manager::Pip, "cache") => {
            let next = operands.next()?;
            let cleans = matches!(next.value.as_ref(), "clean" | "purge" | "verify" | "clear");
            return cleans.then_some(Found::new(Operation::Clean, next.span, Vec::new()));
        }
        (Manager::Pnpm, "store") => {
            let next = operands.next()?;
            return (next.value == "prune").then_some(Found::new(
                Operation::Clean,
                next.span,
                Vec::new(),
            ));
        }
        (Manager::Yum | Manager::Dnf, "group" | "groups" | "module") => {
            let next = operands.next()?;
            let operation = match next.value.as_ref() {
                "install" => Operation::Install,
                "remove" => Operation::Remove,
                _ => return None,
            };
            return Some(Found::new(operation, next.span, operands.collect()));
        }
        (_, verb) => manager.operation(verb)?,
    };
    let mut operands: Vec<&ShellWord<'d>> = operands.collect();
    if manager == Manager::Gem {
        // What follows `--` is for the compiler.
        let end = args.iter().find(|it| it.value == "--").map_or(usize::MAX, |it| it.span.start());
        operands.retain(|it| it.span.start() < end);
    }
    Some(Found { hides_options, ..Found::new(operation, verb.span, operands) })
}

/// `pacman -Syu name`: the operation is an option.
fn pacman<'c, 'd>(grammar: &Grammar, command: &'c ShellCommand<'d>) -> Option<Found<'c, 'd>> {
    let options = command.args().iter().filter(|it| it.value.starts_with('-'));
    let operands: Vec<_> = command.operands(grammar.with_value).collect();
    let (mut sync, mut remove, mut fetch, mut upgrade, mut clean) =
        (None, None, false, false, false);
    for word in options {
        match word.value.as_ref() {
            "--sync" => sync = Some(word.span),
            "--remove" => remove = Some(word.span),
            "--refresh" => fetch = true,
            "--sysupgrade" => upgrade = true,
            "--clean" => clean = true,
            long if long.starts_with("--") => {}
            short => {
                if short.contains('S') {
                    sync = Some(word.span);
                } else if short.contains('R') {
                    remove = Some(word.span);
                } else if short.contains('U') {
                    return Some(Found::new(Operation::Install, word.span, operands));
                }
                fetch |= short.contains('y');
                upgrade |= short.contains('u');
                clean |= short.contains('c');
            }
        }
    }
    if let Some(verb) = remove {
        return Some(Found::new(Operation::Remove, verb, operands));
    }
    let verb = sync?;
    let operation = match (clean, operands.is_empty(), upgrade, fetch) {
        (true, ..) => Operation::Clean,
        (_, false, ..) => Operation::Install,
        (_, _, true, _) => Operation::Upgrade,
        (_, _, _, true) => Operation::Update,
        _ => return None,
    };
    Some(Found::new(operation, verb, operands))
}

/// The group that `apk add --virtual .name` makes, so that its removal is seen.
fn group<'d>(command: &ShellCommand<'d>) -> Option<Package<'d>> {
    let value = command.option(&["-t", "--virtual"])?;
    let text = Cow::Owned(value.value.to_owned());
    Some(Package { text, span: value.span, known: value.literal })
}

/// What is known where a command stands.
struct Known<'k, 'd> {
    facts: &'k Facts<'d>,
    stage: usize,
    index: usize,
    script: &'k Script<'d>,
    at: usize,
}

impl<'d> Known<'_, 'd> {
    /// The packages that an operand names.
    fn packages(&self, word: &ShellWord<'d>, packages: &mut Vec<Package<'d>>) {
        let name = if word.literal { None } else { variable(&word.value) };
        let value = name.and_then(|it| self.value(it));
        match value {
            // What a command prints is not known.
            Some(value) if !value.contains(['`', '(']) => {
                packages.extend(value.split_ascii_whitespace().take(MOST_PACKAGES).map(|it| {
                    let known = !it.contains(['$', '`']);
                    Package { text: Cow::Owned(it.to_owned()), span: word.span, known }
                }));
            }
            _ => packages.push(Package {
                text: word.value.clone(),
                span: word.span,
                known: !word.value.contains(['$', '`']),
            }),
        }
    }

    /// The value of a variable: what the script sets before, else what `ENV` and `ARG` say.
    fn value(&self, name: &str) -> Option<String> {
        let before = self.script.commands[..self.at].iter().rev().take(MOST_COMMANDS);
        let assigned = before.flat_map(|it| it.assignments.iter().rev().map(move |a| (it, a)));
        // Before a special builtin they stay as well: `a=b set -x`.
        let mut assigned = assigned.filter(|(it, _)| {
            it.words.is_empty() || matches!(it.name(), Some("set" | "export" | ":" | "readonly"))
        });
        if let Some((_, assignment)) = assigned.find(|(_, it)| it.name == name) {
            return Some(assignment.value.value.clone().into_owned());
        }
        let mut exports = self.script.commands[..self.at].iter().rev().take(MOST_COMMANDS);
        let exported = exports.find_map(|it| {
            let exports = it.program() == Some("export");
            let mut words = it.args().iter().filter(|_| exports);
            words.find_map(|it| it.value.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
        });
        exported.or_else(|| match self.facts.scopes().value(self.stage, self.index, name) {
            Lookup::Value(value) => Some(value.to_owned()),
            _ => None,
        })
    }
}

/// The name of the variable that a word is as a whole.
fn variable(word: &str) -> Option<&str> {
    let name = word.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|it| it.strip_suffix('}')).unwrap_or(name);
    let plain = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    (plain && !name.is_empty()).then_some(name)
}
