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
mod error;
mod inputs;
mod outputs;

pub use context::{Context, Manner, RepositoryFacts, Settings};
pub use error::TagsError;
pub use inputs::Inputs;
pub use outputs::{Metadata, PlannedTag, TagKind, Warning};

/// Answers `inputs` about `context`.
///
/// # Errors
/// Everything that the language doesn't allow, and every tag that no registry would take.
pub fn metadata(inputs: &Inputs, context: &Context, manner: Manner) -> Result<Metadata, TagsError> {
    let _ = (inputs, context, manner);
    Err(TagsError::NotYet)
}

/// Whether a registry takes this as a tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`, as the distribution
/// specification has it.
pub fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|it| is_word(it) || matches!(it, b'.' | b'-'))
}
