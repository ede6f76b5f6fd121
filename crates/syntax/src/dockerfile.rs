//! Dockerfiles: a lossless tree that takes every file BuildKit takes.
//!
//! [`parse`] splits a text into lines, joins continued lines, and reads each instruction. An
//! instruction that is broken becomes [`Command::Broken`] and an entry in [`Dockerfile::errors`];
//! the rest is still read.

mod command;
mod directives;
mod flag_types;
mod flags;
mod heredocs;
mod instruction;
mod json;
mod mounts;
mod reader;
mod scopes;
mod stages;
mod tree;
mod typed;
pub mod variables;
mod words;

pub use command::{
    ArgDefinition, Command, CommandLine, Copy, Env, EnvPair, Form, From, Healthcheck,
    HealthcheckTest, Mount, MountField, MountKind, Run, Source,
};
pub use reader::parse;
pub use scopes::{Lookup, Preamble, Scopes};
pub use stages::{Base, Stage, StageUse, Stages};
pub use tree::{
    Directive, Dockerfile, Flag, Heredoc, Instruction, Keyword, Line, LineKind, SyntaxError, Word,
};
