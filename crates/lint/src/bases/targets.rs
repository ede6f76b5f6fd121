//! The Rust targets that an image has beside its host's.

/// The Rust targets that an image has beside its host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets<'t> {
    /// None that we know of.
    None,
    /// These.
    Listed(&'static str),
    /// The target that the image is named after, in short: `x86_64-musl` for
    /// `x86_64-unknown-linux-musl`.
    Short(&'t str),
    /// The target that the image is named after.
    Named(&'t str),
}

impl Targets<'_> {
    /// Whether a target such as `x86_64-unknown-linux-musl` is among them.
    pub fn contains(self, triple: &str) -> bool {
        match self {
            Self::None => false,
            Self::Listed(list) => list.split(',').any(|it| it == triple),
            Self::Named(name) => name == triple,
            Self::Short(short) => {
                let (architecture, environment) = short.split_once('-').unwrap_or((short, "musl"));
                let architecture = match architecture {
                    "amd64" => "x86_64",
                    "arm64" => "aarch64",
                    other => other,
                };
                triple
                    .strip_prefix(architecture)
                    .and_then(|rest| rest.strip_prefix("-unknown-linux-"))
                    .is_some_and(|rest| rest == environment)
            }
        }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self == Self::None
    }
}
