//! Which tags, labels and annotations an image gets, said in docker/metadata-action's input language.
//!
//! [`Inputs`] is what somebody asks for (`type=semver,pattern={{version}}`), [`Context`] is what they
//! ask it about (the event, the ref, the commit, the clock), and [`metadata`] answers. Nothing here
//! reads the clock, the environment, the network or git: the same inputs and the same context give
//! the same bytes.
//!
//! The model is the action as it prints today, less what can't be meant: a tag that no registry
//! takes is an error and is never given out, `0` is never a moving tag, and no tag comes twice.
//! [`Manner`] says how much further that goes.

mod context;
mod csv;
mod date;
mod entry;
mod error;
mod expressions;
mod flavor;
mod images;
mod inputs;
mod javascript;
mod labels;
mod npm_semver;
mod outputs;
mod pattern;
mod pep440;
mod plan;
mod releases;
mod template;

pub use context::{Context, Manner, RepositoryFacts, Settings};
pub use entry::{Entry, EntryKind, entries};
pub use error::TagsError;
pub use flavor::Flavor;
pub use images::Image;
pub use inputs::Inputs;
pub use outputs::{Metadata, PlannedTag, TagKind, Warning};

use expressions::Expressions;
use plan::Planner;

/// Answers `inputs` about `context`.
///
/// # Errors
/// Everything that the language doesn't allow, and every tag that no registry would take.
pub fn metadata(inputs: &Inputs, context: &Context, manner: Manner) -> Result<Metadata, TagsError> {
    let context = &context.resolved();
    let images = Image::parse(&inputs.images)?;
    let entries = entries(&inputs.tags)?;
    let flavor = &Flavor::parse(&inputs.flavor, manner)?;
    let expressions = Expressions { context, manner };
    let plan = Planner { expressions, flavor, warnings: Vec::new() }.plan(&entries)?;

    let expressions = Expressions { context, manner };
    let label_version = label_version(&plan, &expressions);
    let labels = labels::labels(&expressions, &label_version, &inputs.labels)?;
    let annotations = labels::labels(&expressions, &label_version, &inputs.annotations)?;

    let mut metadata = Metadata {
        version: plan.tags.first().map(|it| it.name.clone()),
        partial: plan.tags.iter().skip(1).map(|it| it.name.clone()).collect(),
        latest: plan.latest.is_some(),
        planned: plan.tags,
        labels,
        annotations,
        annotations_levels: context.annotations_levels(),
        bake_target: inputs.bake_target.clone(),
        warnings: plan.warnings,
        ..Metadata::default()
    };
    if let Some(latest) = plan.latest
        && metadata.planned.iter().all(|it| it.name != latest.name)
    {
        metadata.planned.push(latest);
    }
    for image in images.iter().filter(|it| it.is_enabled && !it.name.is_empty()) {
        let name = image.checked_name()?;
        if !metadata.images.contains(&name) {
            metadata.images.push(name);
        }
    }
    if images.is_empty() {
        metadata.tags = metadata.planned.iter().map(|it| it.name.clone()).collect();
    } else if metadata.images.is_empty() {
        metadata.warnings.push(Warning::NoImages);
    }
    for image in &metadata.images {
        let tags = metadata.planned.iter().map(|it| format!("{image}:{}", it.name));
        metadata.tags.extend(tags);
    }
    Ok(metadata)
}

/// What the label `version` says: the first tag. We don't take a commit for a version where the git
/// tag names one.
fn label_version(plan: &plan::Plan, expressions: &Expressions<'_>) -> String {
    let Some(first) = plan.tags.first() else { return String::new() };
    let tagged = expressions.tag().and_then(releases::split);
    match (expressions.manner, first.kind, tagged) {
        (Manner::Ours, TagKind::Commit, Some((_, version))) => version.to_string(),
        _ => first.name.clone(),
    }
}

/// Whether a pattern of `type=semver` or `type=pep440` is nothing but `{{raw}}`: then it holds for
/// prereleases too.
pub fn is_raw_pattern(pattern: &str) -> bool {
    template::Template::parse(pattern).is_ok_and(|it| it.is_raw())
}

/// Whether a registry takes this as a tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`, as the distribution
/// specification has it.
pub fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|it| is_word(it) || matches!(it, b'.' | b'-'))
}
