//! Puts together what is asked for and where we are.

use plimsoll_project::{
    Environment,
    ci::System,
    manifest::ManifestPackage,
    release::{ReleaseTag, standard},
    tags::{Context, Manner, Metadata, RepositoryFacts, Settings, TagKind, Warning, metadata},
};

use super::{asked, package, state};
use crate::{
    args::tags::TagsArgs,
    commands::tags::state::{State, Unknown},
    failure::Failure,
    settings::File,
    ui::Ui,
};

const REVISION: &str = "org.opencontainers.image.revision";

/// What an image is to be called, and from what that follows.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The answer.
    pub(crate) metadata: Metadata,
    /// Where we are.
    pub(crate) state: State,
    /// The package, if one is meant.
    pub(crate) package: Option<String>,
    /// The releases that the commit is.
    pub(crate) releases: Vec<ReleaseTag>,
    /// What stands between tags, labels and annotations in outputs.
    pub(crate) separators: [String; 3],
}

/// Finds out what an image is to be called.
///
/// # Errors
/// Entries that are wrong, tags that no registry takes, a version that is not the tag's.
pub(crate) fn plan(
    args: &TagsArgs,
    settings: &File,
    environment: &Environment,
    ui: &Ui,
) -> Result<Plan, Failure> {
    let source = match &args.from_action {
        Some(step) if args.context.is_none() => super::from_action::source(step)?,
        _ => args.context.unwrap_or_default(),
    };
    let state = state::state(&args.directory, source, environment, ui)?;
    let mut asked = asked::asked(args, &settings.tags, &state, environment)?;
    let name = args.package.as_deref().or(settings.build.package.as_deref());
    let package = package::find(&args.directory, name)?;
    let releases = package::releases(&state.here, package.as_ref())?;
    if let Some(package) = &package
        && !args.allow_version_mismatch
    {
        package::check_version(&releases, package)?;
    }
    let like = releases.iter().max_by(|one, other| one.version.cmp(&other.version));
    let same = |it: &&ReleaseTag| match (like, &package) {
        (Some(like), _) => it.package == like.package,
        (None, Some(package)) => it.package.is_none() || it.is_of(&package.facts.name),
        (None, None) => it.package.is_none(),
    };
    let line: Vec<ReleaseTag> = state.known.iter().filter(same).cloned().collect();
    let is_incomplete = state.unknown.is_some();
    let is_standard = asked.inputs.tags.is_empty() && asked.manner == Manner::Ours;
    if is_standard {
        let set = standard::set(&standard::Situation {
            event_name: &state.event_name,
            git_ref: &state.git_ref,
            is_tip: state.is_tip,
            releases: &releases,
            known: &line,
            is_incomplete,
        })
        .map_err(|error| {
            Failure::from(error).hint(
                "rename it, or say which tags you want: `--tag type=ref,event=branch,prefix=branch-`",
            )
        })?;
        asked.inputs.tags = set.tags;
        asked.inputs.flavor.splice(0..0, set.flavor);
        warn_of_withheld(&set.withheld, &state, ui);
    }
    let mut context = Context {
        event_name: state.event_name.clone(),
        git_ref: state.git_ref.clone(),
        sha: state.sha.clone(),
        commit_time: state.commit_time,
        now: state.now,
        created: if state.is_now_given { Some(state.now) } else { state.commit_time },
        payload: state.payload.clone(),
        repository: facts(&state.repository, package.as_ref(), asked.manner),
        settings: Settings::from_environment(|name| environment.get(name).map(str::to_owned)),
        released: (!is_incomplete).then(|| line.iter().map(|it| it.name.clone()).collect()),
    };
    let refs = refs(&state, &releases, is_standard || asked.manner == Manner::Model);
    let mut all = Metadata::default();
    for (number, git_ref) in refs.into_iter().enumerate() {
        context.git_ref = git_ref;
        let one = metadata(&asked.inputs, &context, asked.manner)?;
        if number == 0 { all = one } else { merge(&mut all, one) }
    }
    // A version that had to be written as tags allow is still a whole version.
    let versions = releases.iter().map(|it| it.version.to_string().replace('+', "_"));
    let versions: Vec<String> = versions.collect();
    for planned in all.planned.iter_mut().filter(|it| it.kind == TagKind::Raw) {
        if versions.contains(&planned.name) {
            planned.kind = TagKind::Version;
        }
    }
    let inputs = &asked.inputs;
    let set_by_hand = |key: &str, entries: &[String]| {
        entries.iter().any(|it| it.split('=').next().is_some_and(|it| it.trim() == key))
    };
    for (pairs, entries) in
        [(&mut all.labels, &inputs.labels), (&mut all.annotations, &inputs.annotations)]
    {
        // What nobody knows is not said.
        pairs.retain(|(key, value)| {
            !value.is_empty() || asked.manner == Manner::Model || set_by_hand(key, entries)
        });
        for (key, value) in pairs {
            if set_by_hand(key, entries) {
                continue;
            }
            if key == REVISION && state.is_dirty && asked.manner == Manner::Ours {
                value.push_str("-dirty");
            }
        }
    }
    if state.is_dirty && !releases.is_empty() {
        ui.warning("files differ from the commit, so that what is built is not the release");
    }
    let mut withheld = Vec::new();
    for warning in &all.warnings {
        match warning {
            Warning::Unknown { name } if withheld.contains(name) => {}
            Warning::Unknown { name } => withheld.push(name.clone()),
            _ => ui.warning(warning),
        }
    }
    warn_of_withheld(&withheld, &state, ui);
    let separators =
        [&inputs.sep_tags, &inputs.sep_labels, &inputs.sep_annotations].map(String::clone);
    Ok(Plan {
        metadata: all,
        state,
        package: package.map(|it| it.facts.name),
        releases,
        separators,
    })
}

/// The refs that the inputs are held against: what the CI system says, or all that the commit is.
fn refs(state: &State, releases: &[ReleaseTag], is_one: bool) -> Vec<String> {
    if is_one || state.source != "git" || releases.is_empty() {
        return vec![state.git_ref.clone()];
    }
    let mut highest_first: Vec<&ReleaseTag> = releases.iter().collect();
    highest_first.sort_by(|one, other| other.version.cmp(&one.version));
    let tags = highest_first.into_iter().map(|it| format!("refs/tags/{it}"));
    tags.chain(state.branch.clone()).collect()
}

/// Adds the tags of another ref of the same commit.
fn merge(all: &mut Metadata, other: Metadata) {
    for planned in other.planned {
        if !all.planned.iter().any(|it| it.name == planned.name) {
            all.partial.push(planned.name.clone());
            all.planned.push(planned);
        }
    }
    for tag in other.tags {
        if !all.tags.contains(&tag) {
            all.tags.push(tag);
        }
    }
    if all.version.is_none() {
        all.version = other.version;
    }
    all.partial.retain(|it| it != "latest");
    all.latest |= other.latest;
}

/// What Cargo.toml and git say of the repository, where the CI system is silent.
fn facts(
    known: &RepositoryFacts,
    package: Option<&ManifestPackage>,
    manner: Manner,
) -> RepositoryFacts {
    let Some(package) = package.filter(|_| manner == Manner::Ours) else { return known.clone() };
    let facts = &package.facts;
    let own = RepositoryFacts {
        name: Some(facts.name.clone()),
        description: facts.description.clone(),
        html_url: facts.repository.clone().or_else(|| facts.homepage.clone()),
        default_branch: None,
        license: facts.license.clone(),
    };
    state::filled(known.clone(), own)
}

fn warn_of_withheld(withheld: &[String], state: &State, ui: &Ui) {
    if withheld.is_empty() {
        return;
    }
    let names: Vec<String> = withheld.iter().map(|it| format!("`{it}`")).collect();
    let why = match state.unknown {
        Some(Unknown::NoTags) => "git does not know the tag of this run, let alone other releases",
        Some(Unknown::NoRepository) => "without a git repository no other releases are known",
        _ => {
            "this is a shallow clone, or one of a single branch, without the tags of other releases"
        }
    };
    let way_out = match state.system {
        _ if state.unknown == Some(Unknown::NoRepository) => "run it in a clone with all tags",
        Some(System::GitHub) => "set `fetch-depth: 0` at actions/checkout",
        Some(System::GitLab) => "set the variable `GIT_DEPTH: 0`",
        None => "run `git fetch --tags` (at actions/checkout: `fetch-depth: 0`)",
    };
    ui.warning(format!(
        "{why}, so a higher one is assumed to exist, and {} {} left out: {way_out}",
        names.join(", "),
        if names.len() == 1 { "is" } else { "are" }
    ));
}
