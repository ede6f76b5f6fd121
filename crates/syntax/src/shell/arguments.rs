//! The options and operands of a command, read as most programs read theirs.

use plimsoll_finding::Span;

use super::wrapper::takes_next;
use super::{ShellCommand, ShellWord};

/// The value of an option: a word of its own, or a part of the option's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionValue<'c> {
    /// As written.
    pub raw: &'c str,
    /// Without quotes and escapes.
    pub value: &'c str,
    /// Where it stands; the option's whole word where quotes or continuations before it hide that.
    pub span: Span,
    /// Whether the value is all there is; see [`ShellWord::literal`].
    pub literal: bool,
}

impl<'t> ShellCommand<'t> {
    /// Whether an option is given as `-x`, in a cluster such as `-yx`, as `--long` or as
    /// `--long=value`. `'\0'` and `""` stand for no short and no long form. What follows `--` is no
    /// option.
    pub fn has_flag(&self, short: char, long: &str) -> bool {
        let long = long.trim_start_matches('-');
        self.options().any(|word| {
            let value = word.value.as_ref();
            if let Some(name) = value.strip_prefix("--") {
                return !long.is_empty() && name.split('=').next() == Some(long);
            }
            let letters = value.get(1..).unwrap_or_default();
            let letters = letters.split('=').next().unwrap_or_default();
            // What holds more than letters is an option with its value: `-oDpkg::Options`, `-j4`.
            let cluster = letters.bytes().all(|it| it.is_ascii_alphabetic());
            if cluster { letters.contains(short) } else { letters.starts_with(short) }
        })
    }

    /// The value of the first option that has one of these names (with their dashes): `--x v`,
    /// `--x=v`, `-x v`, `-xv`, `-x` last in a cluster.
    pub fn option(&self, names: &[&str]) -> Option<OptionValue<'_>> {
        self.option_values(names).next()
    }

    /// The values of every option that has one of these names, in order; see [`Self::option`].
    pub fn option_values(&self, names: &[&str]) -> impl Iterator<Item = OptionValue<'_>> {
        let args = self.args();
        let end = args.iter().position(|it| it.value == "--").unwrap_or(args.len());
        args[..end].iter().enumerate().filter_map(move |(index, word)| {
            let value = word.value.as_ref();
            if !value.starts_with('-') {
                return None;
            }
            if takes_next(value, names) {
                return args.get(index + 1).map(whole);
            }
            names.iter().find_map(|name| attached(value, name)).map(|start| part(word, start))
        })
    }

    /// The arguments that are no options. `with_value` names the options (with their dashes) whose
    /// value is the next word; after `--` everything is an operand. The `+toolchain` of `cargo` and
    /// its kin is none.
    pub fn operands(&self, with_value: &[&str]) -> impl Iterator<Item = &ShellWord<'t>> {
        let toolchains = self.program().is_some_and(|it| {
            it.starts_with("cargo")
                || it.starts_with("rust")
                || it == "cross"
                || it == "clippy-driver"
        });
        let (mut all, mut skip) = (false, false);
        self.args().iter().filter(move |word| {
            let value = word.value.as_ref();
            if all {
                return true;
            }
            if std::mem::take(&mut skip) {
                return false;
            }
            if value == "--" {
                all = true;
                return false;
            }
            if value.len() > 1 && value.starts_with('-') {
                skip = takes_next(value, with_value);
                return false;
            }
            !(toolchains && value.starts_with('+'))
        })
    }

    /// The first operand: `install` of `apt-get -y install x`.
    pub fn subcommand(&self, with_value: &[&str]) -> Option<&str> {
        self.operands(with_value).next().map(|it| it.value.as_ref())
    }

    /// The arguments that begin with a dash, up to `--`.
    fn options(&self) -> impl Iterator<Item = &ShellWord<'t>> {
        let options = self.args().iter().take_while(|it| it.value != "--");
        options.filter(|it| it.value.len() > 1 && it.value.starts_with('-'))
    }
}

/// Where the value begins that is attached to an option.
fn attached(word: &str, name: &str) -> Option<usize> {
    if name.starts_with("--") {
        let value = word.strip_prefix(name)?.strip_prefix('=')?;
        return Some(word.len() - value.len());
    }
    let letter = name.strip_prefix('-').filter(|it| it.len() == 1)?;
    let cluster = word.strip_prefix('-').filter(|it| !it.starts_with('-'))?;
    let at = cluster.find(letter)?;
    let value = &cluster[at + 1..];
    // In `-qO-` the value shows by its first character; in a run of letters only the first letter
    // can be an option that has one.
    let shows = at == 0 || !value.starts_with(|it: char| it.is_ascii_alphanumeric() || it == ':');
    let letters = cluster[..at].bytes().all(|it| it.is_ascii_alphabetic());
    (shows && letters && !value.is_empty()).then(|| word.len() - value.len())
}

fn whole<'c>(word: &'c ShellWord<'_>) -> OptionValue<'c> {
    OptionValue { raw: &word.raw, value: &word.value, span: word.span, literal: word.literal }
}

/// The part of a word from an offset of its value on.
fn part<'c>(word: &'c ShellWord<'_>, start: usize) -> OptionValue<'c> {
    let plain = word.raw.get(..start) == word.value.get(..start);
    let joined = word.span.len() != word.raw.len();
    let raw = if plain { word.raw.get(start..) } else { None };
    let span = if plain && !joined {
        Span::new(word.span.start() + start, word.span.end())
    } else {
        word.span
    };
    OptionValue {
        raw: raw.unwrap_or(&word.raw),
        value: word.value.get(start..).unwrap_or_default(),
        span,
        literal: word.literal,
    }
}
