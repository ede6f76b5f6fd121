//! What each instruction says, and what BuildKit refuses in it.

use super::command::{
    ArgDefinition, Command, CommandLine, Copy, Env, EnvPair, Form, From, Healthcheck,
    HealthcheckTest, Run, Source,
};
use super::flag_types::{self, FlagType};
use super::heredocs;
use super::instruction::{cut, error, interpret};
use super::mounts;
use super::tree::{Instruction, Keyword, SyntaxError, Word};
use crate::Logical;

type Result<T> = std::result::Result<T, SyntaxError>;

/// What an instruction says.
pub(super) fn command<'t>(it: &mut Instruction<'t>) -> Result<Command<'t>> {
    Ok(match it.kind {
        Keyword::Add => Command::Add(copy(it)?),
        Keyword::Arg => Command::Arg(arg(it)?),
        Keyword::Cmd => Command::Cmd(without_flags(it).map(|()| line(it))?),
        Keyword::Copy => Command::Copy(copy(it)?),
        Keyword::Entrypoint => Command::Entrypoint(without_flags(it).map(|()| line(it))?),
        Keyword::Env => Command::Env(env(it)?),
        Keyword::Expose => Command::Expose(at_least_one(it)?),
        Keyword::From => Command::From(from(it)?),
        Keyword::Healthcheck => Command::Healthcheck(healthcheck(it)?),
        Keyword::Label => Command::Label(env(it)?),
        Keyword::Maintainer => Command::Maintainer(exactly_one(it)?),
        Keyword::Onbuild => onbuild(it)?,
        Keyword::Run => Command::Run(run(it)?),
        Keyword::Shell => Command::Shell(shell(it)?),
        // BuildKit doesn't look at the flags of these two.
        Keyword::Stopsignal => Command::Stopsignal(one_word(it)?),
        Keyword::User => Command::User(exactly_one(it)?),
        Keyword::Volume => Command::Volume(volume(it)?),
        Keyword::Workdir => Command::Workdir(exactly_one(it)?),
        Keyword::Unknown => return Err(unknown(it)),
    })
}

fn unknown(it: &Instruction<'_>) -> SyntaxError {
    let name = &it.keyword.text;
    let hint = match nearest(name) {
        Some(keyword) => format!("; did you mean `{}`?", keyword.name()),
        None => String::new(),
    };
    error(it.keyword.span, format!("`{name}` is not an instruction{hint}"))
}

/// The instruction that a word was meant to be: one letter off, or glued to its arguments.
fn nearest(name: &str) -> Option<Keyword> {
    let upper = name.to_ascii_uppercase();
    let glued = |it: &&Keyword| {
        upper.strip_prefix(it.name()).is_some_and(|rest| rest.starts_with(['[', '"', '.', '/']))
    };
    let all = Keyword::ALL.iter();
    all.clone().find(glued).or_else(|| all.clone().find(|it| one_off(it.name(), &upper))).copied()
}

/// Whether one word becomes the other by one letter more, less, other or swapped with the next.
fn one_off(left: &str, right: &str) -> bool {
    let (a, b) = (left.as_bytes(), right.as_bytes());
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    match (&a[..a.len() - end], &b[..b.len() - end]) {
        ([], [_]) | ([_], [] | [_]) => true,
        ([first, second], swapped) => *swapped == [*second, *first],
        _ => false,
    }
}

fn without_flags(it: &Instruction<'_>) -> Result<()> {
    flag_types::check(it, &[])
}

fn needs_argument(it: &Instruction<'_>) -> Result<()> {
    if it.words.is_empty() {
        let message = format!("{} requires at least one argument", it.kind.name());
        return Err(error(it.keyword.span, message));
    }
    Ok(())
}

fn at_least_one<'t>(it: &Instruction<'t>) -> Result<Vec<Word<'t>>> {
    needs_argument(it)?;
    without_flags(it)?;
    Ok(it.words.clone())
}

fn one_word<'t>(it: &Instruction<'t>) -> Result<Word<'t>> {
    let [word] = &it.words[..] else {
        let message = format!("{} requires exactly one argument", it.kind.name());
        return Err(error(it.keyword.span, message));
    };
    Ok(word.clone())
}

fn exactly_one<'t>(it: &Instruction<'t>) -> Result<Word<'t>> {
    let word = one_word(it)?;
    without_flags(it)?;
    Ok(word)
}

/// The command of an instruction that holds nothing else.
fn line<'t>(it: &Instruction<'t>) -> CommandLine<'t> {
    command_line(it, it.words.clone(), it.arguments.clone())
}

fn command_line<'t>(
    it: &Instruction<'t>,
    words: Vec<Word<'t>>,
    script: Logical<'t>,
) -> CommandLine<'t> {
    if it.json {
        CommandLine { form: Form::Exec, words, script }
    } else {
        CommandLine { form: Form::Shell, words: Vec::new(), script }
    }
}

fn from<'t>(it: &Instruction<'t>) -> Result<From<'t>> {
    let (image, as_word, name) = match &it.words[..] {
        [image] => (image, None, None),
        [image, as_word, name] if as_word.text.eq_ignore_ascii_case("as") => {
            (image, Some(as_word), Some(name))
        }
        _ => {
            return Err(error(
                it.arguments.whole_span(),
                "FROM requires `image` or `image AS name`",
            ));
        }
    };
    if let Some(name) = name.filter(|it| !is_stage_name(&it.text)) {
        let message = format!(
            "`{}` is no name for a stage: it begins with a letter, and holds letters, digits, `-`, `_` and `.`",
            name.text
        );
        return Err(error(name.span, message));
    }
    flag_types::check(it, &[("platform", FlagType::Text)])?;
    Ok(From {
        image: image.clone(),
        as_word: as_word.cloned(),
        name: name.cloned(),
        platform: flag_value(it, "platform"),
    })
}

fn is_stage_name(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'))
}

fn arg<'t>(it: &Instruction<'t>) -> Result<Vec<ArgDefinition<'t>>> {
    needs_argument(it)?;
    it.words
        .iter()
        .map(|word| {
            let Some(equals) = word.text.find('=') else {
                return Ok(ArgDefinition { name: word.clone(), value: None });
            };
            if equals == 0 {
                return Err(error(word.span, "ARG names can not be blank"));
            }
            let [name, value, _] = cut(&it.arguments, word, equals);
            Ok(ArgDefinition { name, value: Some(value) })
        })
        .collect()
}

fn env<'t>(it: &Instruction<'t>) -> Result<Env<'t>> {
    without_flags(it)?;
    needs_argument(it)?;
    let mut env = Env { legacy: false, pairs: Vec::with_capacity(it.words.len() / 3) };
    for pair in it.words.chunks_exact(3) {
        let [name, value, separator] = pair else { continue };
        if name.text.is_empty() {
            let message = format!("{} names can not be blank", it.kind.name());
            return Err(error(name.span.union(value.span), message));
        }
        env.legacy = separator.text.is_empty();
        env.pairs.push(EnvPair { name: name.clone(), value: value.clone() });
    }
    Ok(env)
}

fn copy<'t>(it: &Instruction<'t>) -> Result<Copy<'t>> {
    let Some((destination, sources)) = it.words.split_last().filter(|(_, it)| !it.is_empty())
    else {
        let message = format!("{} requires at least one source and a destination", it.kind.name());
        return Err(error(it.span_of_arguments(), message));
    };
    let flags: &[_] = if it.kind == Keyword::Add {
        &[
            ("chown", FlagType::Text),
            ("chmod", FlagType::Text),
            ("link", FlagType::Bool),
            ("keep-git-dir", FlagType::Bool),
            ("checksum", FlagType::Text),
            ("unpack", FlagType::Bool),
            ("exclude", FlagType::Texts),
        ]
    } else {
        &[
            ("chown", FlagType::Text),
            ("from", FlagType::Text),
            ("chmod", FlagType::Text),
            ("link", FlagType::Bool),
            ("exclude", FlagType::Texts),
            ("parents", FlagType::Bool),
        ]
    };
    flag_types::check(it, flags)?;
    if heredocs::name(&destination.text).is_some() {
        let message = format!("{} cannot take a heredoc as its destination", it.kind.name());
        return Err(error(destination.span, message));
    }
    let sources = sources.iter().map(|word| {
        let name = if word.text.contains("<<") { heredocs::name(&word.text) } else { None };
        let which = name.and_then(|name| it.heredocs.iter().rposition(|it| it.name == name));
        which.map_or_else(|| Source::Path(word.clone()), |at| Source::Heredoc(at, word.clone()))
    });
    Ok(Copy {
        form: if it.json { Form::Exec } else { Form::Shell },
        from: flag_value(it, "from"),
        chown: flag_value(it, "chown"),
        chmod: flag_value(it, "chmod"),
        link: flag_types::is_true(it, "link"),
        sources: sources.collect(),
        destination: destination.clone(),
    })
}

fn run<'t>(it: &Instruction<'t>) -> Result<Run<'t>> {
    flag_types::check(
        it,
        &[
            ("mount", FlagType::Texts),
            ("network", FlagType::Text),
            ("security", FlagType::Text),
            ("device", FlagType::Texts),
        ],
    )?;
    let one_of = |name: &str, known: &[&str]| match it.flag(name).and_then(|it| it.value.as_ref()) {
        Some(value) if !known.contains(&&*value.text) => Err(error(
            value.span,
            format!("`{}` is no value of --{name}: it is {}", value.text, known.join(", ")),
        )),
        _ => Ok(()),
    };
    let mounts =
        it.flags.iter().filter(|it| it.name == "mount").map(mounts::read).collect::<Result<_>>()?;
    one_of("network", &["default", "none", "host"])?;
    one_of("security", &["insecure", "sandbox"])?;
    Ok(Run {
        mounts,
        network: flag_value(it, "network"),
        security: flag_value(it, "security"),
        line: line(it),
    })
}

fn healthcheck<'t>(it: &Instruction<'t>) -> Result<Healthcheck<'t>> {
    needs_argument(it)?;
    let (kind, words) = (it.words[0].clone(), it.words[1..].to_vec());
    if kind.text.eq_ignore_ascii_case("none") {
        return match words.first() {
            Some(word) => Err(error(word.span, "HEALTHCHECK NONE takes no arguments")),
            None => Ok(Healthcheck { kind, test: HealthcheckTest::None }),
        };
    }
    flag_types::check_healthcheck(it)?;
    if !kind.text.eq_ignore_ascii_case("cmd") {
        let message = format!("HEALTHCHECK takes CMD or NONE, not `{}`", kind.text);
        return Err(error(kind.span, message));
    }
    if words.is_empty() {
        return Err(error(kind.span, "HEALTHCHECK CMD has no command"));
    }
    let text = it.arguments.text();
    let after = super::words::trimmed(text, kind.text.len()..text.len());
    let line = command_line(it, words, it.arguments.part(after));
    Ok(Healthcheck { kind, test: HealthcheckTest::Command(line) })
}

fn shell<'t>(it: &Instruction<'t>) -> Result<Vec<Word<'t>>> {
    without_flags(it)?;
    needs_argument(it)?;
    if !it.json {
        let message = "SHELL takes an array: SHELL [\"/bin/sh\", \"-c\"]";
        return Err(error(it.arguments.whole_span(), message));
    }
    Ok(it.words.clone())
}

fn volume<'t>(it: &Instruction<'t>) -> Result<Vec<Word<'t>>> {
    let words = at_least_one(it)?;
    match words.iter().find(|it| it.text.trim().is_empty()) {
        Some(empty) => Err(error(empty.span, "a VOLUME can not be an empty string")),
        None => Ok(words),
    }
}

fn onbuild<'t>(it: &mut Instruction<'t>) -> Result<Command<'t>> {
    let Command::Onbuild(mut inner) = std::mem::replace(&mut it.command, Command::Broken) else {
        let message = "ONBUILD requires an instruction";
        return Err(error(it.keyword.span, message));
    };
    without_flags(it)?;
    if matches!(inner.kind, Keyword::Onbuild | Keyword::Maintainer | Keyword::From) {
        let message = format!("{} can not follow ONBUILD", inner.kind.name());
        return Err(error(inner.keyword.span, message));
    }
    (inner.first_line, inner.last_line) = (it.first_line, it.last_line);
    inner.span = plimsoll_finding::Span::new(inner.keyword.span.start(), it.span.end());
    inner.heredocs.clone_from(&it.heredocs);
    // BuildKit reads the inner instruction when the image is built upon, not now.
    interpret(&mut inner, &mut Vec::new());
    Ok(Command::Onbuild(inner))
}

fn flag_value<'t>(it: &Instruction<'t>, name: &str) -> Option<Word<'t>> {
    it.flag(name)?.value.clone()
}

impl Instruction<'_> {
    /// The arguments, or the keyword where there are none.
    fn span_of_arguments(&self) -> plimsoll_finding::Span {
        if self.arguments.is_empty() { self.keyword.span } else { self.arguments.whole_span() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        parse(text).errors.into_iter().map(|it| it.message).collect()
    }

    #[test]
    fn a_broken_instruction_leaves_the_rest() {
        let text = "FROM a\nENV X\nCOPY --chow=b x y\nUSER 1\n";
        let file = parse(text);
        assert_eq!(file.errors.len(), 2);
        assert!(matches!(file.instructions[1].command, Command::Broken));
        assert!(matches!(file.instructions[3].command, Command::User(_)));
        assert_eq!(file.errors[1].span.slice(text), Some("--chow=b"));
    }

    #[test]
    fn unknown_instructions_are_guessed() {
        assert_eq!(
            errors("FROM a\nCPOY x y"),
            ["`CPOY` is not an instruction; did you mean `COPY`?"]
        );
        assert_eq!(
            errors("FROM a\nENTRYPOINT[\"x\"]"),
            ["`ENTRYPOINT[\"x\"]` is not an instruction; did you mean `ENTRYPOINT`?"]
        );
        assert_eq!(errors("FROM a\n&& b"), ["`&&` is not an instruction"]);
    }

    #[test]
    fn health_checks_keep_their_command() {
        let text = "FROM a\nHEALTHCHECK --retries=2 CMD  curl -f x || exit 1";
        let file = parse(text);
        let Command::Healthcheck(check) = &file.instructions[1].command else { panic!("{file:?}") };
        let HealthcheckTest::Command(line) = &check.test else { panic!() };
        assert_eq!(line.script.text(), "curl -f x || exit 1");
        assert_eq!(line.script.whole_span().slice(text), Some("curl -f x || exit 1"));
    }

    #[test]
    fn copies_know_their_heredocs() {
        let file = parse("FROM a\nCOPY <<X y /z/\n1\nX\n");
        let Command::Copy(copy) = &file.instructions[1].command else { panic!("{file:?}") };
        assert!(matches!(copy.sources[..], [Source::Heredoc(0, _), Source::Path(_)]));
    }

    #[test]
    fn what_buildkit_refuses_is_refused() {
        for text in [
            "FROM a AS 1x",
            "FROM a b",
            "FROM a\nHEALTHCHECK",
            "FROM a\nHEALTHCHECK X y",
            "FROM a\nHEALTHCHECK NONE x",
            "FROM a\nHEALTHCHECK --interval=5 CMD x",
            "FROM a\nHEALTHCHECK --retries=-1 CMD x",
            "FROM a\nSHELL bash -c",
            "FROM a\nVOLUME [\"\"]",
            "FROM a\nONBUILD FROM b",
            "FROM a\nONBUILD ONBUILD RUN b",
            "FROM a\nARG =x",
            "FROM a\nENV =x",
            "FROM a\nCOPY x",
            "FROM a\nCOPY --from x y",
            "FROM a\nCOPY --from=b --from=c x y",
            "FROM a\nRUN --network=x y",
            "FROM a\nRUN --mount=type=bind,from=$X y",
            "FROM a\nUSER",
            "FROM a\nCMD [1]",
            "RUN x\nFROM a",
            "# only a comment",
        ] {
            assert_eq!(errors(text).len(), 1, "{text}");
        }
    }
}
