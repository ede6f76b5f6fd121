//! `plimsoll init`: the files that a container of a workspace needs.

use crate::{args::init::InitArgs, failure::Failure, ui::Ui};

/// Runs the command.
pub(crate) fn run(args: &InitArgs, ui: &Ui) -> Result<(), Failure> {
    let _ = ui;
    Err(Failure::new(format!("{} can't be studied yet", args.directory.display())))
}
