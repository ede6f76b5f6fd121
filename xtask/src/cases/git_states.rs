//! States of git against the ref that docker/metadata-action derives from them.
//!
//! Each state is made with git in a temporary directory, in every form in which a repository may
//! keep the same refs: loose, packed and bare, in SHA-256, in a reftable, in a linked worktree. A
//! state marked `known_defect` must not be copied: there, as everywhere, the answer must be sound.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plimsoll_project::git::refs::{self, Refs};
use serde_json::Value;

use super::{Outcome, Result};

/// The committer's time of the first commit; each further one is a day later.
const FIRST: u64 = 1_577_838_600;
const DAY: usize = 24 * 60 * 60;

/// How a repository keeps its refs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Loose,
    PackedAndBare,
    Sha256,
    Reftable,
    Worktree,
}

/// Judges every state of a file.
pub(super) fn run(file: &Path) -> Result<Outcome> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let document: Value = serde_json::from_str(&text)?;
    let cases = document["states"].as_array().ok_or("there are no `states`")?;
    let mut forms = vec![Form::Loose, Form::PackedAndBare, Form::Sha256, Form::Worktree];
    if has_reftables()? {
        forms.push(Form::Reftable);
    }
    let mut outcome = Outcome::default();
    for case in cases {
        let id = case["id"].as_str().ok_or("a case without `id`")?;
        let state = State::read(&case["state"]).map_err(|error| format!("{id}: {error}"))?;
        let mut wrong = None;
        for form in &forms {
            if *form == Form::Worktree && state.commits.is_empty() {
                continue;
            }
            let found = derive(&state, *form).map_err(|error| format!("{id}: {error}"))?;
            wrong = wrong.or(judge(case, &state, &found).map(|why| format!("{form:?}: {why}")));
        }
        outcome.note(id, wrong);
    }
    Ok(outcome)
}

/// What is in a repository.
struct State {
    commits: Vec<String>,
    /// Names of refs and of their commits.
    refs: BTreeMap<String, String>,
    /// Names of refs and of those that they stand for.
    symbolic: BTreeMap<String, String>,
    annotated: BTreeSet<String>,
    /// A ref or a commit.
    head: String,
}

impl State {
    fn read(value: &Value) -> Result<Self> {
        let texts = |value: &Value| -> Vec<String> {
            let values = value.as_array().into_iter().flatten();
            values.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let pairs = |value: &Value| -> BTreeMap<String, String> {
            let pairs = value.as_object().into_iter().flatten();
            let pairs =
                pairs.filter_map(|(name, it)| Some((name.clone(), it.as_str()?.to_owned())));
            pairs.collect()
        };
        Ok(Self {
            commits: texts(&value["commits"]),
            refs: pairs(&value["refs"]),
            symbolic: pairs(&value["symref"]),
            annotated: texts(&value["annotated"]).into_iter().collect(),
            head: value["head"].as_str().ok_or("a state without `head`")?.to_owned(),
        })
    }

    /// The commit that is checked out.
    fn commit(&self) -> Option<&str> {
        let head = if self.head.starts_with("refs/") { self.refs.get(&self.head) } else { None };
        let name = head.unwrap_or(&self.head);
        self.commits.iter().find(|it| *it == name).map(String::as_str)
    }

    /// Where a commit is in the chain.
    fn place(&self, commit: &str) -> Option<usize> {
        self.commits.iter().position(|it| it == commit)
    }
}

/// The answer, with commits by the names that the state has for them.
struct Found {
    refs: Refs,
    commit: Option<String>,
}

fn derive(state: &State, form: Form) -> Result<Found> {
    let directory = tempfile::tempdir()?;
    let (place, names) = make(state, form, directory.path())?;
    let refs = refs::start(Path::new("git"), &place).join();
    let refs = refs.map_err(|state| format!("{form:?}: {state:?}"))?;
    let commit = refs.id.as_ref().map(|it| names.get(it).cloned().unwrap_or_else(|| it.clone()));
    Ok(Found { refs, commit })
}

/// Makes a repository; returns its directory, and the names of commits by their ids.
fn make(state: &State, form: Form, root: &Path) -> Result<(PathBuf, BTreeMap<String, String>)> {
    let repository = root.join("repository");
    let place = repository.display().to_string();
    let mut init = vec!["init", "--quiet", "--initial-branch=unborn"];
    match form {
        Form::PackedAndBare => init.push("--bare"),
        Form::Sha256 => init.push("--object-format=sha256"),
        Form::Reftable => init.push("--ref-format=reftable"),
        Form::Loose | Form::Worktree => {}
    }
    init.push(&place);
    git(root, &init, "")?;
    let marks = root.join("marks");
    let export = format!("--export-marks={}", marks.display());
    git(&repository, &["fast-import", "--quiet", "--force", &export], &stream(state))?;
    let mut names = BTreeMap::new();
    for line in fs::read_to_string(&marks)?.lines() {
        let (mark, id) = line.split_once(' ').ok_or("a line of marks without an id")?;
        let number: usize = mark.trim_start_matches(':').parse()?;
        names.insert(id.to_owned(), state.commits[number - 1].clone());
    }
    if !state.commits.is_empty() {
        git(&repository, &["update-ref", "-d", "refs/chain"], "")?;
    }
    for (name, target) in &state.symbolic {
        git(&repository, &["symbolic-ref", name, target], "")?;
    }
    let mut place = repository.clone();
    if form == Form::Worktree {
        place = root.join("worktree");
        let path = place.display().to_string();
        let id = names.keys().next().ok_or("a worktree needs a commit")?;
        git(&repository, &["worktree", "add", "--quiet", "--detach", &path, id], "")?;
    }
    if state.head.starts_with("refs/") {
        git(&place, &["symbolic-ref", "HEAD", &state.head], "")?;
    } else {
        let id = names.iter().find(|(_, name)| **name == state.head);
        let (id, _) = id.ok_or("`head` is no commit")?;
        git(&place, &["update-ref", "--no-deref", "HEAD", id], "")?;
    }
    if form == Form::PackedAndBare {
        git(&repository, &["pack-refs", "--all"], "")?;
    }
    Ok((place, names))
}

/// The chain of commits and its refs, as git-fast-import(1) reads them.
fn stream(state: &State) -> String {
    let mut stream = String::new();
    let person = "A <a@example.com>";
    for (number, (_, time)) in state.commits.iter().zip((FIRST..).step_by(DAY)).enumerate() {
        let mark = number + 1;
        stream.extend([format!(
            "commit refs/chain\nmark :{mark}\ncommitter {person} {time} +0000\n"
        )]);
        stream += "data 1\nx\n";
    }
    for (name, commit) in &state.refs {
        let Some(mark) = state.place(commit).map(|it| it + 1) else { continue };
        match name.strip_prefix("refs/tags/").filter(|it| state.annotated.contains(*it)) {
            Some(tag) => {
                stream.extend([format!("tag {tag}\nfrom :{mark}\n")]);
                stream.extend([format!("tagger {person} {FIRST} +0000\ndata 1\nx\n")]);
            }
            None => stream.extend([format!("reset {name}\nfrom :{mark}\n\n")]),
        }
    }
    stream
}

/// Says what is wrong with an answer.
fn judge(case: &Value, state: &State, found: &Found) -> Option<String> {
    let reference = found.refs.reference.as_ref().map(|it| it.name.as_str());
    if found.commit.as_deref() != state.commit() {
        return Some(format!("the commit is {:?}, not {:?}", found.commit, state.commit()));
    }
    let upstream = &case["upstream"];
    if case["known_defect"].is_null() {
        let (expected, sha) = (upstream["ref"].as_str(), upstream["sha"].as_str());
        if expected.is_some() && reference != expected {
            return Some(format!("the ref is {reference:?}, not {expected:?}"));
        }
        if found.commit.as_deref() != sha {
            return Some(format!("the commit is {:?}, not {sha:?}", found.commit));
        }
    }
    unsound(state, found, reference)
}

/// What no answer may be: a ref that is not there, or not about the commit, or a tag unseen.
fn unsound(state: &State, found: &Found, reference: Option<&str>) -> Option<String> {
    let commit = state.commit();
    let here = |(_, it): &(&String, &String)| Some(it.as_str()) == commit;
    let tags = state.refs.iter().filter(here).filter_map(|(it, _)| it.strip_prefix("refs/tags/"));
    let tags: Vec<_> = tags.collect();
    if found.refs.tags_here != tags {
        return Some(format!("the tags here are {:?}, not {tags:?}", found.refs.tags_here));
    }
    // A branch before its first commit is a ref that isn't there yet.
    if reference == Some(&state.head) {
        return None;
    }
    let names = |it: &str| match it.strip_prefix("refs/remotes/") {
        None => vec![it.to_owned()],
        Some(path) => {
            let branch = path.split('/').skip(1).collect::<Vec<_>>().join("/");
            vec![format!("refs/heads/{branch}"), format!("refs/{path}"), it.to_owned()]
        }
    };
    let contains = |it: &str| state.place(it) >= commit.and_then(|it| state.place(it));
    match reference {
        Some(tag) if tag.starts_with("refs/tags/") => {
            let is_here = tags.iter().any(|it| tag.ends_with(it));
            (!is_here).then(|| format!("{tag} does not point at the commit"))
        }
        Some(branch) => {
            let mut all = state.refs.iter().filter(|(_, it)| contains(it));
            let is_there = all.any(|(it, _)| names(it).iter().any(|it| it == branch));
            (!is_there).then(|| format!("{branch} is no branch with the commit"))
        }
        None => {
            let mut all = state.refs.iter();
            let one = all.find(|(it, commit)| {
                let is_branch = it.starts_with("refs/heads/") || it.starts_with("refs/remotes/");
                let is_pull = it.starts_with("refs/remotes/pull/");
                tags.iter().any(|tag| it.ends_with(tag))
                    || is_branch && !is_pull && contains(commit)
            });
            one.map(|(it, _)| format!("there is no ref, but {it}"))
        }
    }
}

/// Whether the installed git knows the format.
fn has_reftables() -> Result<bool> {
    let directory = tempfile::tempdir()?;
    Ok(git(directory.path(), &["init", "--quiet", "--ref-format=reftable"], "").is_ok())
}

/// Runs git without anybody's configuration.
fn git(directory: &Path, arguments: &[&str], input: &str) -> Result<()> {
    let mut command = Command::new("git");
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    let mut child = command
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().ok_or("no stdin")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("git {}: {}", arguments.join(" "), said.trim()).into())
}
