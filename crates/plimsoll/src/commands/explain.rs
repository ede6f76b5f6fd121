//! `plimsoll explain`: the pages of rules and clauses.

use plimsoll_finding::Clause;
use plimsoll_lint::{RULES, Rule, UnknownSelector, pages, resolve};

use crate::{
    args::{Format, explain::ExplainArgs},
    failure::Failure,
    report::explain::{self, Report},
    ui::Ui,
};

/// A name that is neither a rule nor a clause.
#[derive(Debug, thiserror::Error)]
#[error("there is nothing to explain")]
pub(crate) struct NothingKnown(#[from] pub(crate) UnknownSelector);

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs, ui: &Ui) -> Result<(), Failure> {
    let name = args.name.as_deref();
    let clause = name.and_then(|it| it.parse::<Clause>().ok());
    let rules = match (name, clause) {
        (None, _) => RULES.to_vec(),
        (Some(_), Some(clause)) => RULES.iter().copied().filter(|it| it.clause == clause).collect(),
        (Some(name), None) => named(name)?,
    };
    if args.format == Some(Format::Json) {
        let clauses = match (name, clause) {
            (None, _) => Clause::ALL.to_vec(),
            (Some(_), clause) => clause.into_iter().collect(),
        };
        return ui.result(&Report::new(&clauses, &rules).json()?);
    }
    let markdown = match (name, clause, &*rules) {
        (Some(_), Some(clause), _) => pages::explain(clause),
        (Some(_), None, [rule]) => pages::page(rule),
        _ => return ui.result(&explain::list(&rules, name.is_none())),
    };
    ui.result(&explain::render(&markdown, ui.width()))
}

/// The rules of a name.
fn named(name: &str) -> Result<Vec<&'static Rule>, NothingKnown> {
    let names = resolve(name)?;
    Ok(RULES.iter().copied().filter(|it| names.contains(it.name)).collect())
}
