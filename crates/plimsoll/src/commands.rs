//! The commands, one module each.

use crate::{
    args::{Args, Command},
    environment,
    failure::Failure,
    status::Status,
    ui::Ui,
};

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod init;
pub(crate) mod push;
pub(crate) mod tags;

/// Does what the command line says.
pub(crate) fn run(args: &mut Args, ui: &Ui) -> Result<Status, Failure> {
    match &mut args.command {
        Command::Init(args) => {
            environment::fill_init(args)?;
            init::run(args, ui)?;
            Ok(Status::Done)
        }
        Command::Build(args) => {
            environment::fill(args)?;
            build::run(args, ui)?;
            Ok(Status::Done)
        }
        Command::Check(args) => {
            let selection = environment::fill_check(args)?;
            check::run(args, &selection, ui)
        }
        Command::Push(args) => {
            environment::fill_format(&mut args.format)?;
            push::run(args, ui)?;
            Ok(Status::Done)
        }
        Command::Explain(args) => {
            environment::fill_format(&mut args.format)?;
            explain::run(args, ui)?;
            Ok(Status::Done)
        }
        Command::Tags(args) => {
            environment::fill_tags(args)?;
            tags::run(args, ui)?;
            Ok(Status::Done)
        }
    }
}
