//! Tools of the house: `cargo xtask gen` makes the generated files, `tidy` says what is not in
//! order, `bench` measures, `cases` holds the program against real files with known results.

use std::{
    error::Error,
    process::{Command, ExitCode},
};

mod bench;
mod cases;
mod gen_rules;
mod gen_system_layers;
mod tidy;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match *arguments {
        ["gen"] => generate(),
        ["tidy"] => tidy::run(),
        ["bench", ref rest @ ..] => bench::run(rest),
        ["cases", ref rest @ ..] => cases::run(rest),
        _ => Err("usage: cargo xtask gen | tidy | bench build | cases KIND PATH…".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "a tool of ours speaks for itself")]
            {
                eprintln!("xtask: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), Box<dyn Error>> {
    gen_system_layers::write()?;
    gen_rules::write()?;
    // The types are in the program, so its tests write what they check.
    let status = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--package", "plimsoll", "--bin", "plimsoll", "schemas"])
        .env("PLIMSOLL_GENERATE", "1")
        .status()?;
    if status.success() { Ok(()) } else { Err("the schemas could not be made".into()) }
}
