//! On what the figures were made.

use std::{fs, process::Command, thread};

use super::{Outcome, tool::first_line};

/// How busy the machine has been in the last minute: other work makes all figures worse, and not
/// all alike.
pub(super) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|it| !it.is_empty()).unwrap_or("unknown").to_owned()
}

/// The machine, its load before the first round and the programs, as a list in Markdown.
pub(super) fn describe(load: &str, versions: &[String]) -> Outcome<String> {
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
    let ours = [
        format!("Machine: {cores} cores, {model}, {kernel}"),
        format!("Load before the first round: {load}"),
        format!("Ours: {rustc}"),
    ];
    let lines: Vec<_> = ours.iter().chain(versions).map(|line| format!("- {line}\n")).collect();
    Ok(lines.concat())
}
