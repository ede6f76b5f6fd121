//! On what the figures were made.

use std::{fs, process::Command, thread};

use super::{Outcome, tool::first_line};

/// The machine and the programs, as a list in Markdown.
pub(super) fn describe(versions: &[String]) -> Outcome<String> {
    let cores = thread::available_parallelism()?;
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown CPU", |(_, model)| model.trim());
    let kernel = first_line(Command::new("uname").args(["-s", "-r", "-m"]));
    let kernel = kernel.as_deref().unwrap_or("unknown kernel");
    let rustc = first_line(Command::new("rustc").arg("--version"));
    let rustc = rustc.as_deref().unwrap_or("unknown rustc");
    let ours = [format!("Machine: {cores} cores, {model}, {kernel}"), format!("Ours: {rustc}")];
    let lines: Vec<_> = ours.iter().chain(versions).map(|line| format!("- {line}\n")).collect();
    Ok(lines.concat())
}
