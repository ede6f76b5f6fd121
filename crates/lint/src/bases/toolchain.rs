//! What an image is for building.

/// The language that an image holds the tools of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// rustc and Cargo.
    Rust,
    /// Go.
    Go,
    /// A C or C++ compiler.
    C,
    /// Node.js or another JavaScript runtime.
    Node,
    /// Python.
    Python,
    /// A Java runtime, development kit or build tool.
    Java,
    /// .NET.
    DotNet,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Swift.
    Swift,
    /// Haskell.
    Haskell,
    /// Another.
    Other,
}

/// The tools of a language that an image is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Toolchain<'t> {
    /// The language.
    pub language: Language,
    /// The version as the tag has it: `1.89`, `1`, `nightly`. `None` where the tag names none.
    pub version: Option<&'t str>,
    /// Whether the image is of no use for running what was built (Rust, Go), unlike images of
    /// interpreted languages.
    pub only_builds: bool,
}

impl Language {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "rust" => Self::Rust,
            "go" => Self::Go,
            "c" => Self::C,
            "node" => Self::Node,
            "python" => Self::Python,
            "java" => Self::Java,
            "dotnet" => Self::DotNet,
            "ruby" => Self::Ruby,
            "php" => Self::Php,
            "swift" => Self::Swift,
            "haskell" => Self::Haskell,
            "other" => Self::Other,
            _ => return None,
        })
    }
}
