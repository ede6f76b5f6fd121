//! `plimsoll check`: files against the standard.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use plimsoll_finding::{Finding, finish};
use plimsoll_lint::{Rule, RuleSet};

use crate::{
    args::check::{CheckArgs, FailOn, Form},
    failure::Failure,
    paths,
    report::check::{Detail, Report, Unchecked},
    settings,
    status::Status,
    ui::Ui,
};

mod contexts;
mod diff;
mod discovery;
mod examine;
mod markdown;
mod parallel;
mod plan;
mod read;
mod shellcheck;
mod write;

use self::{
    contexts::Contexts,
    discovery::{Found, Target},
    examine::{Examined, Examiner, Mode},
    plan::Plan,
};

pub(crate) use self::{
    plan::Selection, read::ReadProblem, shellcheck::ShellCheckError, write::NotFixed,
};

/// The least severity that counts where nobody says otherwise.
const FAIL_ON: FailOn = FailOn(Some(plimsoll_finding::Severity::Error));

/// A file that can't be checked.
#[derive(Debug, thiserror::Error)]
#[error("cannot check {path}")]
pub(crate) struct NotChecked {
    path: String,
    source: ReadProblem,
}

/// Where texts come from.
#[derive(Debug)]
enum Input {
    Files(Vec<PathBuf>),
    /// Standard input, and the file that it stands for.
    Standard(Option<PathBuf>),
}

/// Everything that was looked at.
#[derive(Debug, Default)]
struct Outcome {
    sources: BTreeMap<String, String>,
    findings: Vec<Finding>,
    unchecked: Vec<Unchecked>,
    suppressed: usize,
    fixed: usize,
    rules: RuleSet,
    /// For each file that fixes would change: its name, and the old and the new text.
    changes: Vec<(String, String, String)>,
    /// What was in standard input, with its fixes.
    standard: Option<String>,
    /// Whether something was not written.
    incomplete: bool,
}

/// Runs the command.
pub(crate) fn run(args: &CheckArgs, environment: &Selection, ui: &Ui) -> Result<Status, Failure> {
    let input = Input::new(args)?;
    let directory = std::env::current_dir()
        .map_err(|source| Failure::new(format!("cannot tell the current directory: {source}")))?;
    let start = input.start();
    let settings = settings::load(&start)?;
    let root = settings.path.as_deref().and_then(Path::parent).map(Path::to_owned);
    let root = root.map_or_else(|| paths::absolute(&start), Ok)?;
    let check = &settings.file.check;
    let plan = Plan::new(args, environment, check, &root)?;
    let form = args.format.or(check.format).unwrap_or_default();
    let detail = Detail { statistics: args.statistics, summary: !args.quiet };
    if args.statistics && !matches!(form, Form::Human | Form::Concise | Form::Json) {
        return Err(Failure::new("--statistics goes with the formats human, concise and json"));
    }
    let mode = match (args.diff, args.fix) {
        (true, _) => Mode::Diff { risky: args.unsafe_fixes },
        (false, true) => Mode::Fix { risky: args.unsafe_fixes },
        (false, false) => Mode::Report,
    };
    if check.shellcheck {
        shellcheck::find()?;
    }
    let shellcheck = check.shellcheck;
    let contexts = Contexts::default();
    let examiner =
        Examiner { plan: &plan, contexts: &contexts, directory: &directory, mode, shellcheck };

    let mut outcome = match &input {
        Input::Standard(path) => standard_input(path.as_deref(), &examiner, ui),
        Input::Files(paths) => files(paths, &examiner, ui)?,
    };
    let Outcome { sources, findings, .. } = &mut outcome;
    finish(findings, |path| sources.get(path).map(String::as_str));
    if args.diff {
        return show_changes(&outcome, ui);
    }
    let FailOn(fail_on) = args.fail_on.or(check.fail_on).unwrap_or(FAIL_ON);
    let rules: Vec<&'static Rule> = outcome.rules.iter().collect();
    let report = Report {
        sources: &outcome.sources,
        findings: &outcome.findings,
        rules: &rules,
        unchecked: &outcome.unchecked,
        suppressed: outcome.suppressed,
        fixed: outcome.fixed,
        fail_on,
    };
    let text = report.render(form, detail)?;
    // The text itself is the result where standard input is fixed, even where it can't be.
    let is_text = matches!((&input, mode), (Input::Standard(_), Mode::Fix { .. }));
    match &args.output {
        Some(path) => ui.result_in(path, &text)?,
        None if is_text => ui.aside(&text),
        None => ui.result(&text)?,
    }
    if let Some(fixed) = &outcome.standard {
        ui.verbatim(fixed)?;
    }
    Ok(match report.fails() {
        _ if outcome.incomplete || !outcome.unchecked.is_empty() => Status::Incomplete,
        true => Status::Found,
        false => Status::Done,
    })
}

fn show_changes(outcome: &Outcome, ui: &Ui) -> Result<Status, Failure> {
    let changes = outcome.changes.iter();
    let text: String = changes.map(|(name, old, new)| diff::unified(name, old, new)).collect();
    ui.verbatim(&text)?;
    Ok(match text.is_empty() {
        _ if outcome.incomplete || !outcome.unchecked.is_empty() => Status::Incomplete,
        true => Status::Done,
        false => Status::Found,
    })
}

/// Checks what stands on standard input.
fn standard_input(path: Option<&Path>, examiner: &Examiner<'_>, ui: &Ui) -> Outcome {
    let name = path.map(|it| discovery::name(it, examiner.directory));
    let name = name.unwrap_or_else(|| "<stdin>".to_owned());
    let mut outcome = Outcome::default();
    match read::standard_input() {
        Ok(text) => {
            let kind = path.map_or(discovery::Kind::Dockerfile, discovery::kind);
            let examined = examiner.text(&name, path, kind, text);
            if matches!(examiner.mode, Mode::Fix { .. }) {
                outcome.standard = Some(examined.fixed_text().to_owned());
            }
            outcome.take(name, examined, ui);
        }
        Err(source) => outcome.not_checked(name, source, ui),
    }
    outcome
}

/// Checks files.
fn files(paths: &[PathBuf], examiner: &Examiner<'_>, ui: &Ui) -> Result<Outcome, Failure> {
    let Found { targets, problems, unseen, .. } =
        discovery::find(paths, examiner.directory, &examiner.plan.excluded);
    for directory in unseen {
        ui.warning(format!("not looked into: {directory}"));
    }
    if targets.is_empty() && problems.is_empty() {
        let places: Vec<_> = paths.iter().map(|it| it.display().to_string()).collect();
        return Err(Failure::new(format!("there is no Dockerfile in {}", places.join(", ")))
            .hint("name a file of any name: `plimsoll check FILE`"));
    }
    let targets: Vec<Target> = targets.into_values().collect();
    let results = parallel::map(&targets, |it| {
        let text = read::file(&it.path, it.seen)?;
        Ok(examiner.text(&it.name, Some(&it.path), it.kind, text))
    });
    let mut outcome = Outcome::default();
    for (name, source) in problems {
        outcome.not_checked(name, source, ui);
    }
    for (target, result) in targets.into_iter().zip(results) {
        match result {
            Ok(mut examined) => {
                if let (Mode::Fix { .. }, Some(new)) = (examiner.mode, &examined.changed) {
                    let old = &examined.text;
                    if let Err(error) = write::replace(&target.path, &target.name, old, new) {
                        ui.failure(&error.into());
                        outcome.incomplete = true;
                        // The file is what it was, and so is what is found in it.
                        let (path, text) = (Some(&*target.path), examined.text);
                        let examiner = Examiner { mode: Mode::Report, ..*examiner };
                        examined = examiner.text(&target.name, path, target.kind, text);
                    }
                }
                outcome.take(target.name, examined, ui);
            }
            Err(source) => outcome.not_checked(target.name, source, ui),
        }
    }
    outcome.unchecked.sort();
    Ok(outcome)
}

impl Outcome {
    fn take(&mut self, name: String, examined: Examined, ui: &Ui) {
        if let Some(error) = examined.shellcheck {
            ui.failure(&Failure::from(error).in_file(&name));
            self.incomplete = true;
        }
        for fix in &examined.dropped {
            ui.note(format!("{name}: a fix of {} was not made: {}", fix.rule, fix.why));
        }
        self.findings.extend(examined.findings);
        self.suppressed += examined.suppressed;
        self.fixed += examined.fixed;
        self.rules = self.rules.with(examined.rules);
        let text = match examined.changed {
            Some(new) => {
                self.changes.push((name.clone(), examined.text, new.clone()));
                new
            }
            None => examined.text,
        };
        self.sources.insert(name, text);
    }

    fn not_checked(&mut self, path: String, source: ReadProblem, ui: &Ui) {
        let reason = source.to_string();
        ui.failure(&NotChecked { path: path.clone(), source }.into());
        self.unchecked.push(Unchecked { path, reason });
    }
}

impl Input {
    fn new(args: &CheckArgs) -> Result<Self, Failure> {
        let is_standard = |it: &PathBuf| it == Path::new("-") || it == Path::new("/dev/stdin");
        let standard = args.stdin || args.paths.iter().any(is_standard);
        if standard && args.paths.len() > 1 {
            return Err(Failure::new("standard input can't be checked together with files"));
        }
        if standard {
            return Ok(Self::Standard(args.stdin_filename.clone()));
        }
        if args.stdin_filename.is_some() {
            return Err(Failure::new("--stdin-filename goes with standard input")
                .hint("give `-` as the path"));
        }
        let here = || vec![PathBuf::from(".")];
        Ok(Self::Files(if args.paths.is_empty() { here() } else { args.paths.clone() }))
    }

    /// The directory whose settings hold.
    fn start(&self) -> PathBuf {
        let first = match self {
            Self::Files(paths) => paths.first(),
            Self::Standard(path) => path.as_ref(),
        };
        let Some(first) = first else { return PathBuf::from(".") };
        if first.is_dir() {
            return first.clone();
        }
        match first.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        }
    }
}
