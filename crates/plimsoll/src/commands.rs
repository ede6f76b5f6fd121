//! The commands, one module each.

use crate::{
    args::{Args, Command},
    failure::Failure,
    ui::Ui,
};

pub(crate) mod build;

/// Does what the command line says.
pub(crate) fn run(args: &Args, ui: &Ui) -> Result<(), Failure> {
    match &args.command {
        Command::Build(args) => build::run(args, ui),
    }
}
