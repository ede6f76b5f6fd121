//! What is asked for: by the command line, else by the settings, else by a step of an action.

use plimsoll_project::{
    Environment,
    tags::{Inputs, Manner},
};

use super::{from_action, state::State};
use crate::{args::tags::TagsArgs, failure::Failure, settings::TagsSettings};

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The inputs; without tags, the standard's set is meant.
    pub(crate) inputs: Inputs,
    /// Whose habits hold.
    pub(crate) manner: Manner,
}

/// Gathers it. A list on the command line takes the place of the whole list in the settings.
pub(crate) fn asked(
    args: &TagsArgs,
    settings: &TagsSettings,
    state: &State,
    environment: &Environment,
) -> Result<Asked, Failure> {
    let mut asked = if let Some(step) = &args.from_action {
        let inputs = from_action::inputs(step, !args.image.is_empty(), state, environment)?;
        Asked { inputs, manner: Manner::Model }
    } else {
        let list = |own: &Vec<String>, other: &Vec<String>| {
            if own.is_empty() { other.clone() } else { own.clone() }
        };
        let target = args.bake_target.clone().or_else(|| settings.bake_target.clone());
        let default = Inputs::default();
        let inputs = Inputs {
            images: settings.images.clone(),
            tags: list(&args.tag, &settings.tags),
            flavor: list(&args.flavor, &settings.flavor),
            labels: list(&args.label, &settings.labels),
            annotations: list(&args.annotation, &settings.annotations),
            bake_target: target.unwrap_or_else(|| default.bake_target.clone()),
            ..default
        };
        Asked { inputs, manner: Manner::Ours }
    };
    if !args.image.is_empty() {
        asked.inputs.images.clone_from(&args.image);
    }
    if asked.inputs.images.is_empty() && asked.manner == Manner::Ours {
        asked.inputs.images.extend(state.image.clone());
    }
    Ok(asked)
}
