//! Putting a survey together.

use plimsoll_project::{
    cargo_files::{CargoWorkspace, Choice},
    files::Files,
    git,
};

use super::{
    Health, Kind, Program, Signals, Survey, SurveyError, Wanted, chosen, context, metadata, native,
    private, toolchain,
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
    let mut programs = Vec::new();
    for (member, target) in chosen {
        let features = chosen::features(&workspace, member, target);
        let choice = Choice {
            packages: vec![member.name.clone()],
            features: features.clone(),
            ..Choice::default()
        };
        let compiled = plimsoll_lint::libraries::compiled::Compiled::of(&workspace, &choice);
        programs.push(Program {
            name: target.name.clone(),
            package: member.name.clone(),
            features,
            kind: Kind::Command,
            arguments: Vec::new(),
            ports: Vec::new(),
            health: Health::None { reason: "it does not listen".to_owned() },
            signals: Signals::Unhandled,
            native: native::needs(files, &compiled),
            services: Vec::new(),
            variables: Vec::new(),
            needs_certificates: native::needs_certificates(&compiled),
        });
    }
    let place = context::of(files, &workspace, &mut notes);
    let facts = metadata::of(files, &workspace, &programs);
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
