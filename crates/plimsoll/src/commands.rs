//! The commands, one module each.

use crate::{
    args::{Args, Command},
    environment,
    failure::Failure,
    ui::Ui,
};

pub(crate) mod build;

/// Does what the command line says.
pub(crate) fn run(args: &mut Args, ui: &Ui) -> Result<(), Failure> {
    match &mut args.command {
        Command::Build(args) => {
            environment::fill(args)?;
            build::run(args, ui)
        }
    }
}
