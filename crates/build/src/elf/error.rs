//! Why an ELF file could not be read, or is not a program.

use std::{fmt, io, path::PathBuf};

use crate::elf::LooksLike;

/// A file at a known path that could not be read as a program.
#[derive(Debug, thiserror::Error)]
#[error("cannot use `{}` as a program", path.display())]
pub struct ElfFileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub error: ElfError,
}

/// What is wrong with a file that should be a program in ELF.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ElfError {
    /// The file could not be opened or read.
    #[error("reading its {part} failed")]
    Io {
        /// What was being read.
        part: Part,
        /// The system's answer.
        source: io::Error,
    },
    /// The file is of another format.
    #[error("it is not an ELF file: it {0}")]
    NotElf(LooksLike),
    /// The file ends too early, as one does whose copy or download was cut.
    #[error("it is truncated: its {part} reaches to byte {needs}, but the file has {has} bytes")]
    Truncated {
        /// What lies past the end.
        part: Part,
        /// How many bytes the file would have to have.
        needs: u64,
        /// How many it has.
        has: u64,
    },
    /// The file claims more than any real program has.
    #[error("its {part} claims {found} bytes or entries, the limit is {limit}")]
    OverLimit {
        /// What is too large.
        part: Part,
        /// The claim.
        found: u64,
        /// The most that is taken.
        limit: u64,
    },
    /// The file contradicts the format.
    #[error("its {part} is malformed: {why}")]
    Malformed {
        /// What is malformed.
        part: Part,
        /// In which way.
        why: &'static str,
    },
    /// It is ELF, but nothing that can be executed.
    #[error("it is {0}, not an executable")]
    NotProgram(NotProgram),
    /// It is ELF of a kind that this reader does not know.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// The section that should be added is there already.
    #[error("it has a section `{name}` already")]
    SectionExists {
        /// The section's name.
        name: String,
    },
}

/// An ELF file that is not an executable.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotProgram {
    /// A `.o` file, before linking.
    ObjectFile,
    /// A library; `soname` is the name that it gives itself.
    SharedLibrary {
        /// `DT_SONAME`, if there is one.
        soname: Option<String>,
    },
    /// The memory of a process that died.
    CoreDump,
    /// No code at the entry point, as in a file of separate debug information.
    NoCode,
}

impl fmt::Display for NotProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ObjectFile => f.write_str("an object file that was not linked"),
            Self::SharedLibrary { soname: None } => f.write_str("a shared library"),
            Self::SharedLibrary { soname: Some(name) } => write!(f, "the shared library {name}"),
            Self::CoreDump => f.write_str("a core dump"),
            Self::NoCode => f.write_str("a file without code at its entry point"),
        }
    }
}

/// A part of an ELF file, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The file as a whole.
    File,
    /// The header at byte 0.
    Header,
    /// The table of segments.
    ProgramHeaders,
    /// The table of sections.
    SectionHeaders,
    /// The string table with the sections' names.
    SectionNames,
    /// A segment that is loaded into memory.
    Segment,
    /// The path of the loader.
    Interpreter,
    /// The table for the loader.
    Dynamic,
    /// A string of the dynamic table.
    DynamicString,
    /// The symbol versions asked of libraries.
    Versions,
    /// The symbol versions that a library has.
    Definitions,
    /// The symbols that the loader binds.
    Symbols,
    /// The processor's attributes.
    Attributes,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "content",
            Self::Header => "file header",
            Self::ProgramHeaders => "program header table",
            Self::SectionHeaders => "section header table",
            Self::SectionNames => "section name table",
            Self::Segment => "loaded segment",
            Self::Interpreter => "interpreter segment",
            Self::Dynamic => "dynamic table",
            Self::DynamicString => "dynamic string table",
            Self::Versions => "version requirements",
            Self::Definitions => "version definitions",
            Self::Symbols => "dynamic symbol table",
            Self::Attributes => "attributes section",
        })
    }
}
