//! `plimsoll check`: files against the standard.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use plimsoll_finding::{Applicability, Finding, finish};
use plimsoll_lint::{FileType, Rule};
use plimsoll_project::files::Files as _;

use crate::{
    args::check::{CheckArgs, FailOn, Form},
    diff,
    disk::{self, DiskFiles, Root},
    failure::Failure,
    paths,
    read::{self, ReadProblem},
    report::check::{Detail, Report, Unchecked},
    settings,
    status::Status,
    ui::Ui,
};

mod contexts;
mod discovery;
mod examine;
mod kind;
mod linking;
mod markdown;
mod parallel;
mod plan;
mod rounds;
mod shellcheck;
mod write;

use self::{
    discovery::{Found, Target},
    examine::Source,
    kind::Kind,
    plan::Plan,
    rounds::{Changes, Session},
};

pub(crate) use self::{plan::Selection, shellcheck::ShellCheckError, write::NotFixed};

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

/// What is done with fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// They are told.
    Report,
    /// They are made.
    Fix(Applicability),
    /// It is shown what they would change.
    Diff(Applicability),
}

/// What is checked, and what can't be.
#[derive(Debug, Default)]
struct Inputs {
    sources: Vec<Source>,
    unchecked: Vec<Unchecked>,
    bakes: Vec<String>,
    roots: Vec<Root>,
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
    let applicability = if args.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
    let mode = match (args.diff, args.fix) {
        (true, _) => Mode::Diff(applicability),
        (false, true) => Mode::Fix(applicability),
        (false, false) => Mode::Report,
    };
    if check.shellcheck {
        shellcheck::find()?;
    }

    let mut inputs = match &input {
        Input::Standard(path) => standard_input(path.as_deref(), &directory, ui),
        Input::Files(paths) => files(paths, &directory, &plan, ui)?,
    };
    let session = Session::new(&plan, &directory, &mut inputs);
    let mut sources = inputs.sources;
    let (mut outcome, fixed) = match mode {
        Mode::Report => (session.check(&sources), 0),
        Mode::Diff(applicability) => {
            let before: Vec<_> = sources.iter().map(|it| Arc::clone(&it.text)).collect();
            let (_, changes) = session.fix(&mut sources, applicability);
            tell_dropped(&sources, &changes, ui);
            return show_changes(&before, &sources, !inputs.unchecked.is_empty(), ui);
        }
        Mode::Fix(applicability) => {
            let is_file = matches!(input, Input::Files(_));
            fix(&session, &mut sources, applicability, is_file, ui)
        }
    };
    if check.shellcheck {
        outcome.take_scripts(&sources, plan.ignored_codes(), ui);
    }

    let (mut findings, suppressed, rules) = outcome.joined();
    let texts: BTreeMap<String, Arc<str>> =
        sources.iter().map(|it| (it.name.clone(), Arc::clone(&it.text))).collect();
    finish(&mut findings, |path| texts.get(path).map(|it| &**it));
    let related = related(&findings, &texts, &outcome.files, &directory);
    let FailOn(fail_on) = args.fail_on.or(check.fail_on).unwrap_or(FAIL_ON);
    let rules: Vec<&'static Rule> = rules.iter().collect();
    let contexts = args.statistics.then(|| contexts::sizes(&sources, &outcome.project));
    let report = Report {
        sources: &texts,
        related: &related,
        files: sources.iter().map(|it| it.kind.file_type()).collect(),
        contexts: contexts.as_deref(),
        findings: &findings,
        rules: &rules,
        unchecked: &inputs.unchecked,
        suppressed,
        fixed,
        fail_on,
    };
    let text = report.render(form, detail)?;
    // The text itself is the result where standard input is fixed, even where it can't be.
    let is_text = matches!((&input, mode), (Input::Standard(_), Mode::Fix(_)));
    match &args.output {
        Some(path) => ui.result_in(path, &text)?,
        None if is_text => ui.aside(&text),
        None => ui.result(&text)?,
    }
    if let (true, [source]) = (is_text, &*sources) {
        ui.verbatim(&source.text)?;
    }
    Ok(match report.fails() {
        _ if outcome.incomplete || !inputs.unchecked.is_empty() => Status::Incomplete,
        true => Status::Found,
        false => Status::Done,
    })
}

/// Makes all fixes and writes them, where they are those of files; how many were made.
fn fix(
    session: &Session<'_>,
    sources: &mut [Source],
    applicability: Applicability,
    is_file: bool,
    ui: &Ui,
) -> (rounds::Outcome, usize) {
    let before: Vec<_> = sources.iter().map(|it| Arc::clone(&it.text)).collect();
    let (mut outcome, changes) = session.fix(sources, applicability);
    tell_dropped(sources, &changes, ui);
    let mut fixed = 0;
    let mut is_unwritten = false;
    for ((source, old), changes) in sources.iter_mut().zip(before).zip(changes) {
        let written = match &source.path {
            Some(path) if is_file && *old != *source.text => {
                write::replace(path, &source.name, &old, &source.text)
            }
            _ => Ok(()),
        };
        match written {
            Ok(()) => fixed += changes.applied,
            Err(error) => {
                ui.failure(&error.into());
                is_unwritten = true;
                source.text = old;
            }
        }
    }
    if is_unwritten {
        // A file that is what it was has what was found in it, and in others because of it.
        outcome = session.check(sources);
        outcome.incomplete = true;
    }
    (outcome, fixed)
}

fn tell_dropped(sources: &[Source], changes: &[Changes], ui: &Ui) {
    for (source, changes) in sources.iter().zip(changes) {
        for fix in &changes.dropped {
            ui.note(format!("{}: a fix of {} was not made: {}", source.name, fix.rule, fix.why));
        }
    }
}

fn show_changes(
    before: &[Arc<str>],
    sources: &[Source],
    is_incomplete: bool,
    ui: &Ui,
) -> Result<Status, Failure> {
    let changes = before.iter().zip(sources);
    let text: String = changes.map(|(old, it)| diff::unified(&it.name, old, &it.text)).collect();
    ui.verbatim(&text)?;
    Ok(match text.is_empty() {
        _ if is_incomplete => Status::Incomplete,
        true => Status::Done,
        false => Status::Found,
    })
}

/// The texts of files that findings name as related, and that were not checked themselves.
fn related(
    findings: &[Finding],
    texts: &BTreeMap<String, Arc<str>>,
    files: &DiskFiles,
    directory: &Path,
) -> BTreeMap<String, Arc<str>> {
    let mut found = BTreeMap::new();
    for related in findings.iter().flat_map(|it| &it.related).filter(|it| it.span.is_some()) {
        if texts.contains_key(&related.path) || found.contains_key(&related.path) {
            continue;
        }
        let path = disk::path_of(&directory.join(&related.path));
        if let Some(text) = path.and_then(|it| files.text(&it)) {
            found.insert(related.path.clone(), text);
        }
    }
    found
}

/// What stands on standard input.
fn standard_input(path: Option<&Path>, directory: &Path, ui: &Ui) -> Inputs {
    let name = path.map(|it| discovery::name(it, directory));
    let name = name.unwrap_or_else(|| "<stdin>".to_owned());
    let mut inputs = Inputs::default();
    let text = read::standard_input().and_then(|text| {
        let kind = path.map_or(Kind::File(FileType::Dockerfile), Kind::of);
        Ok((kind.settled(&text)?, text))
    });
    match text {
        Ok((kind, text)) => inputs.sources.push(Source::new(name, path, kind, text)),
        Err(source) => inputs.not_checked(name, source, ui),
    }
    inputs
}

/// What paths stand for.
fn files(paths: &[PathBuf], directory: &Path, plan: &Plan, ui: &Ui) -> Result<Inputs, Failure> {
    let Found { targets, problems, unseen, bakes, roots, .. } =
        discovery::find(paths, directory, &plan.excluded);
    for directory in unseen {
        ui.warning(format!("not looked into: {directory}"));
    }
    if targets.is_empty() && problems.is_empty() {
        return Err(nothing_there(paths, directory));
    }
    let targets: Vec<Target> = targets.into_values().collect();
    let texts = parallel::map(&targets, |it| {
        let text = read::file(&it.path, it.seen)?;
        Ok((it.kind.settled(&text)?, text))
    });
    let mut inputs = Inputs { bakes, roots, ..Inputs::default() };
    for (name, source) in problems {
        inputs.not_checked(name, source, ui);
    }
    for (target, text) in targets.into_iter().zip(texts) {
        match text {
            Ok((kind, text)) => {
                inputs.sources.push(Source::new(target.name, Some(&target.path), kind, text));
            }
            Err(source) => inputs.not_checked(target.name, source, ui),
        }
    }
    inputs.unchecked.sort();
    Ok(inputs)
}

/// Why no file of these paths is checked.
fn nothing_there(paths: &[PathBuf], directory: &Path) -> Failure {
    let places: Vec<_> = paths.iter().map(|it| it.display().to_string()).collect();
    let places = places.join(", ");
    match paths.iter().find_map(|it| discovery::git_ignores(it)) {
        Some(ignored) => {
            let name = discovery::name(&ignored, directory);
            Failure::new(format!("nothing is checked in {places}: git ignores {name}"))
                .hint(format!("name the file to check it all the same: `plimsoll check {name}`"))
        }
        None => Failure::new(format!(
            "there is no Dockerfile, Compose file, workflow or .dockerignore in {places}"
        ))
        .hint("name a file of any name: `plimsoll check FILE`"),
    }
}

impl Inputs {
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
