//! `cargo plimsoll …`: runs the `plimsoll` that lies beside this program, or the one on `PATH`.

use std::{
    env,
    io::{self, Write as _},
    process::{Command, ExitCode},
};

fn main() -> ExitCode {
    // Cargo calls `cargo-plimsoll plimsoll …`.
    let mut arguments = env::args_os().skip(1).peekable();
    arguments.next_if(|it| it == "plimsoll");
    let name = format!("plimsoll{}", env::consts::EXE_SUFFIX);
    let beside = env::current_exe().ok().map(|it| it.with_file_name(&name));
    let program = beside.filter(|it| it.is_file()).unwrap_or_else(|| name.into());
    let mut command = Command::new(&program);
    command.args(arguments);
    let error = match run(command) {
        Ok(code) => return code,
        Err(error) => error,
    };
    writeln!(io::stderr(), "error: cannot run {}: {error}", program.display()).ok();
    ExitCode::from(2)
}

/// Becomes the program, so that signals and the exit code are its own.
#[cfg(unix)]
fn run(mut command: Command) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;

    Err(command.exec())
}

#[cfg(not(unix))]
fn run(mut command: Command) -> io::Result<ExitCode> {
    let code = command.status()?.code().and_then(|it| u8::try_from(it).ok());
    Ok(ExitCode::from(code.unwrap_or(2)))
}
