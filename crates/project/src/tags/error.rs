//! Why there is no answer.

use thiserror::Error;

/// What the language doesn't allow, or no registry would take.
///
/// Where the action has words for it, these are its words: people look them up.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TagsError {
    /// `type=` is none of the eight types.
    #[error("Unknown tag type attribute: {0}")]
    UnknownType(String),
    /// An entry lacks an attribute that its type needs.
    #[error("Missing {attribute} attribute for {entry}")]
    MissingAttribute {
        /// The attribute.
        attribute: &'static str,
        /// The whole entry.
        entry: String,
    },
    /// `group=` of `type=match` is no number.
    #[error("Invalid match group for {0}")]
    InvalidGroup(String),
    /// `event=` of `type=ref` is none of `branch`, `tag` and `pr`.
    #[error("Invalid event for {0}")]
    InvalidEvent(String),
    /// `format=` of `type=sha` is neither `short` nor `long`.
    #[error("Invalid format for {0}")]
    InvalidFormat(String),
    /// `enable=` is neither `true` nor `false` once its expressions are expanded.
    #[error("Invalid value for enable attribute: {0}")]
    InvalidEnable(String),
    /// An entry of `flavor` has no `=`.
    #[error("Invalid flavor entry: {0}")]
    InvalidFlavor(String),
    /// `latest=` is none of `auto`, `true` and `false`.
    #[error("Invalid latest flavor entry: {0}")]
    InvalidLatest(String),
    /// `onlatest=` is neither `true` nor `false`.
    #[error("Invalid value for onlatest attribute: {0}")]
    InvalidOnLatest(String),
    /// An entry of `flavor` is about something else.
    #[error("Unknown flavor entry: {0}")]
    UnknownFlavor(String),
    /// `enable=` of an image is neither `true` nor `false`.
    #[error("Invalid enable attribute value: {0}")]
    InvalidImageEnable(String),
    /// An image has an attribute beside `name` and `enable`.
    #[error("Unknown image attribute: {0}")]
    UnknownImageAttribute(String),
    /// An image has no name.
    #[error("Image name attribute empty: {0}")]
    EmptyImageName(String),
    /// An image's name has a tag, a digest, or something else that no name of an image can have.
    #[error("`{0}` is not the name of an image: {1}")]
    InvalidImageName(String, &'static str),
    /// A label or an annotation that is no `key=value`. The action passes over it.
    #[error("{0:?} is no label or annotation: it is not written as KEY=VALUE")]
    InvalidLabel(String),
    /// `DOCKER_METADATA_SHORT_SHA_LENGTH` is no number.
    #[error("DOCKER_METADATA_SHORT_SHA_LENGTH is not a valid number: {0}")]
    ShaLength(String),
    /// `DOCKER_METADATA_SHORT_SHA_LENGTH` leaves nothing of a commit's id.
    #[error("DOCKER_METADATA_SHORT_SHA_LENGTH={0} leaves nothing of the commit's id")]
    ShaLengthZero(String),
    /// `date` or `commit_date` has a named argument beside `tz`.
    #[error("Unknown {0} attribute")]
    UnknownDateAttribute(String),
    /// There is no such time zone.
    #[error("there is no time zone `{0}`")]
    UnknownTimeZone(String),
    /// An entry's quotes can't be read.
    #[error("`{entry}`: {problem}")]
    Quoting {
        /// The whole entry.
        entry: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A Handlebars template can't be read or expanded.
    #[error("`{template}`: {problem}")]
    Template {
        /// The whole template.
        template: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A regular expression can't be read, or takes too long.
    #[error("the regular expression `{pattern}` {problem}")]
    Pattern {
        /// The expression.
        pattern: String,
        /// What is wrong with it.
        problem: String,
    },
    /// `match=` finds a place but has no group that says what to take from there.
    #[error("the regular expression `{0}` of `match` has no group to take the version from")]
    NoGroup(String),
    /// A tag that no registry takes.
    #[error("`{name}` can't be a tag ({reason}); it comes from `{entry}`")]
    InvalidTag {
        /// The name as it came out.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
        /// The entry that it comes from.
        entry: String,
    },
    /// A branch or a pull request would take a tag that belongs to releases.
    #[error("`{git_ref}` would overwrite the tag `{name}`, which belongs to releases")]
    TagOfReleases {
        /// The ref that is built.
        git_ref: String,
        /// The tag.
        name: String,
    },
}
