//! What `COPY --from` and the `from` of mounts name.

use plimsoll_syntax::dockerfile::{Base, Command, Instruction, Stages, Word};

/// With more stages than this every name is taken for that of a stage above.
const MOST_STAGES: usize = 1_000;

/// The name of a stage or an image that files are taken from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromName<'d> {
    /// The name, as written.
    pub(crate) word: &'d Word<'d>,
    /// Whether it is a `COPY`, which takes a stage's number too.
    pub(crate) copies: bool,
}

/// Every name that an instruction takes files from.
pub(crate) fn froms<'d>(
    instruction: &'d Instruction<'d>,
) -> impl Iterator<Item = FromName<'d>> + use<'d> {
    let (copy, mounts) = match &instruction.command {
        Command::Copy(copy) => (copy.from.as_ref(), [].as_slice()),
        Command::Run(run) => (None, run.mounts.as_slice()),
        _ => (None, [].as_slice()),
    };
    let copies = copy.into_iter().map(|word| FromName { word, copies: true });
    copies.chain(
        mounts.iter().filter_map(|it| it.get("from")).map(|word| FromName { word, copies: false }),
    )
}

/// What a name means in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A stage above.
    Earlier,
    /// The stage itself.
    Itself,
    /// A stage below, by its number.
    Later(usize),
    /// A stage below that needs this one.
    Cycle(usize),
    /// No stage.
    Other,
}

/// What a name means in a stage.
pub(crate) fn target(stages: &Stages<'_>, stage: usize, from: &FromName<'_>) -> Target {
    if stages.all.len() > MOST_STAGES {
        return Target::Earlier;
    }
    let name = from.word.text.to_ascii_lowercase();
    let named = |index: usize| {
        stages.all[index].name.as_deref() == Some(&*name)
            || (from.copies && name.parse() == Ok(index))
    };
    if (0..stage).any(named) {
        return Target::Earlier;
    }
    if named(stage) {
        return Target::Itself;
    }
    match (stage + 1..stages.all.len()).find(|it| named(*it)) {
        Some(later) if needs(stages, later, stage) => Target::Cycle(later),
        Some(later) => Target::Later(later),
        None => Target::Other,
    }
}

/// Whether a stage needs another one, directly or through others.
fn needs(stages: &Stages<'_>, stage: usize, other: usize) -> bool {
    let mut seen = vec![false; stages.all.len()];
    let mut open = vec![stage];
    while let Some(index) = open.pop() {
        if index == other {
            return true;
        }
        if std::mem::replace(&mut seen[index], true) {
            continue;
        }
        open.extend(stages.all[index].uses.iter().map(|it| it.stage));
        if let Base::Stage(base) = stages.all[index].base {
            open.push(base);
        }
    }
    false
}
