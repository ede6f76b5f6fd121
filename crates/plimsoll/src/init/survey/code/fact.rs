//! What a place in the code tells.

/// Something that the code says, with where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::init::survey) struct Fact {
    /// The item that it stands in, by its number in the crate.
    pub(in crate::init::survey) item: usize,
    /// `crates/api/src/main.rs:12`.
    pub(in crate::init::survey) evidence: String,
    /// What it says.
    pub(in crate::init::survey) what: What,
}

/// What the code may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::init::survey) enum What {
    /// An address or a port to listen on.
    Listens(Listen),
    /// A call that listens, by its name.
    Serves(String),
    /// A call or loop that goes on until the program is told to stop.
    Stays(String),
    /// A route of an HTTP server that tells its health, and the names that it may be put below a path
    /// by.
    Route(String, Vec<String>),
    /// A path, and names of what is put below it.
    Mounts(String, Vec<String>),
    /// An argument that has the program ask itself for its health.
    AsksItself(String),
    /// What handles SIGTERM.
    Handles(String),
    /// A server that handles signals is told not to.
    LeavesSignals,
    /// A variable of the environment that is read, with its default.
    Variable(String, Option<String>),
    /// A type that is one of several subcommands, with those.
    Subcommands(String, Vec<Subcommand>),
    /// A type whose fields are arguments, and whether one of them can't be left out.
    Arguments(String, bool),
    /// A type has a field for a subcommand of a type.
    TakesSubcommand {
        /// The type that has the field; one that `clap` parses is where a command line begins.
        holder: String,
        /// Whether the command line begins with it.
        is_first: bool,
        /// The type of the subcommands.
        subcommands: String,
    },
}

/// Where a program may listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::init::survey) struct Listen {
    /// The port, where it is a literal.
    pub(in crate::init::survey) port: Option<u16>,
    /// On which interfaces.
    pub(in crate::init::survey) host: Host,
    /// The variable that says otherwise.
    pub(in crate::init::survey) variable: Option<String>,
    /// Whether it is for metrics or administration.
    pub(in crate::init::survey) is_secondary: bool,
    /// How sure this is, up to 100.
    pub(in crate::init::survey) weight: u8,
}

/// The interfaces that an address means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::init::survey) enum Host {
    /// All.
    Any,
    /// Those of the machine itself, which nobody else reaches.
    Loopback,
    /// Not said.
    Unknown,
}

/// One subcommand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::init::survey) struct Subcommand {
    /// As it is typed.
    pub(in crate::init::survey) name: String,
    /// Whether it takes an argument that can't be left out; of a type of its own, that is not known.
    pub(in crate::init::survey) needs_more: bool,
    /// The type that has its arguments.
    pub(in crate::init::survey) arguments: Option<String>,
}
