//! Putting a survey together.

use std::collections::BTreeSet;

use plimsoll_lint::libraries::compiled::Compiled;
use plimsoll_project::{
    cargo_files::{CargoWorkspace, Choice, Member, Target, TargetKind},
    files::Files,
    git,
};

use super::{
    Kind, Program, Survey, SurveyError, Wanted, behaviour, chosen,
    code::{Near, ProgramCode, Sources},
    configured, context, metadata, native, ports, private, services, toolchain, variables,
};

/// Studies the workspace of a directory.
pub(super) fn study(
    files: &dyn Files,
    directory: &str,
    wanted: &Wanted,
) -> Result<Survey, SurveyError> {
    let Some(workspace) = CargoWorkspace::find(files, directory) else {
        return Err(SurveyError::NoWorkspace(files.name(directory)));
    };
    let mut notes = Vec::new();
    let chosen = chosen::programs(files, &workspace, wanted, &mut notes)?;
    let mut sources = Sources::new(files);
    let mut programs = Vec::new();
    for (member, target) in &chosen {
        programs.push(program(
            files,
            &workspace,
            &mut sources,
            (member, target),
            wanted,
            &mut notes,
        ));
    }
    order(&workspace, &mut programs);
    let place = context::of(files, &workspace, &mut notes);
    let facts = metadata::of(files, &workspace, &programs);
    notes.dedup();
    Ok(Survey {
        name: metadata::name(&workspace),
        below_context: place.below,
        sources: place.sources,
        members: {
            let mut names: Vec<_> = workspace.members.iter().map(|it| it.name.clone()).collect();
            names.sort();
            names
        },
        rust: toolchain::of(&workspace, wanted, &mut notes),
        has_lock: workspace.lock.is_some(),
        has_cargo_config: workspace.config().is_some(),
        sqlx_offline: workspace.sqlx(files).iter().any(|it| it.prepared.is_some()),
        private: private::sources(&workspace, &mut notes),
        notes,
        repository: wanted.remote.as_deref().and_then(git::public_url).or(facts.repository),
        licence: facts.licence,
        description: facts.description,
        programs,
    })
}

/// Studies one program.
fn program(
    files: &dyn Files,
    workspace: &CargoWorkspace,
    sources: &mut Sources<'_>,
    (member, target): (&Member, &Target),
    wanted: &Wanted,
    notes: &mut Vec<String>,
) -> Program {
    let features = chosen::features(workspace, member, target);
    let choice = Choice {
        packages: vec![member.name.clone()],
        features: features.clone(),
        ..Choice::default()
    };
    let compiled = Compiled::of(workspace, &choice);
    let code = ProgramCode::read(sources, &crates(workspace, &compiled, &choice, member, target));
    let asks = |name: &str| compiled.asks(name).next().is_some();
    let reads_settings = [
        "config",
        "figment",
        "rocket",
        "toml",
        "serde_yaml",
        "serde_yml",
        "dotenvy",
        "dotenv",
        "confy",
    ];
    let configured = if reads_settings.iter().any(|it| asks(it)) {
        let mut places = vec![&*member.directory];
        places.extend(Some(&*workspace.directory).filter(|it| *it != member.directory));
        configured::listens(files, &places)
    } else {
        Vec::new()
    };
    let found = ports::of(&code, configured, &asks, wanted.port);
    let kind = behaviour::kind(&code, !found.ports.is_empty(), found.weight);
    let ports = if kind == Kind::Service { found.ports } else { Vec::new() };
    if kind == Kind::Service {
        if let Some((evidence, variable)) = &found.loopback {
            notes.push(match variable {
                Some(variable) => format!(
                    "`{}` listens on 127.0.0.1 alone ({evidence}), where nobody reaches it in a container; \
                     {variable} says otherwise",
                    target.name
                ),
                None => format!(
                    "`{}` listens on 127.0.0.1 alone ({evidence}), where nobody reaches it in a container",
                    target.name
                ),
            });
        }
        if ports.is_empty() {
            notes.push(format!(
                "`{}` listens, and its port is not known: --port says it",
                target.name
            ));
        }
    }
    let terminates = compiled.asks("ctrlc").any(|it| it.features.contains("termination"));
    let variables = variables::of(&code, &ports);
    Program {
        name: target.name.clone(),
        package: member.name.clone(),
        arguments: if kind == Kind::Command { Vec::new() } else { behaviour::arguments(&code) },
        health: behaviour::health(&code, kind, !ports.is_empty()),
        signals: behaviour::signals(&code, terminates),
        native: native::needs(files, &compiled),
        services: services::of(&compiled, &target.name, &variables, notes),
        needs_certificates: native::needs_certificates(&compiled),
        features,
        kind,
        ports,
        variables,
    }
}

/// The crates that a program's code is in: its own, its package's library, those of the other members.
fn crates(
    workspace: &CargoWorkspace,
    compiled: &Compiled<'_>,
    choice: &Choice,
    member: &Member,
    target: &Target,
) -> Vec<(Near, String, BTreeSet<String>)> {
    let mut found = vec![(Near::Own, target.path.clone(), workspace.features_on(member, choice))];
    for built in &compiled.members {
        let near = if built.directory == member.directory { Near::Library } else { Near::Other };
        let library = built.targets_of(TargetKind::Library).find(|it| it.exists);
        let features = || workspace.features_on(built, choice);
        found.extend(library.map(|it| (near, it.path.clone(), features())));
    }
    found.sort_by_key(|it| it.0);
    found
}

/// Puts first what is most likely meant: what the manifest runs, then what serves.
fn order(workspace: &CargoWorkspace, programs: &mut [Program]) {
    let default = |it: &Program| {
        let runs = workspace.member(&it.package).and_then(|it| it.default_run.as_deref());
        runs == Some(&*it.name)
    };
    let kind = |it: &Program| match it.kind {
        Kind::Service => 0,
        Kind::Worker => 1,
        Kind::Command => 2,
    };
    let is_packages_own = |it: &Program| it.name == it.package;
    programs
        .sort_by_cached_key(|it| (!default(it), kind(it), !is_packages_own(it), it.name.clone()));
}
