//! Shows what an engine says while it builds: its log as it is, or, on a terminal, each step as it
//! begins and what it says last.

use std::{
    io::{self, IsTerminal as _},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Ui;

/// Shows a log until it is dropped.
#[derive(Debug)]
pub(crate) struct BuildLog {
    ui: Ui,
    bar: Option<ProgressBar>,
}

impl Ui {
    /// Whether every line of a build's log is seen.
    pub(crate) fn shows_build_logs(&self) -> bool {
        !self.is_quiet() && !io::stderr().is_terminal()
    }

    /// Shows the log of a build.
    pub(crate) fn build_log(&self) -> BuildLog {
        let watched = !self.is_quiet() && io::stderr().is_terminal();
        let bar = watched.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let template = "{prefix:>12.cyan.bold} {elapsed} {wide_msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_prefix("Building");
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        BuildLog { ui: self.clone(), bar }
    }
}

impl BuildLog {
    /// A line of the log.
    pub(crate) fn line(&self, line: &str) {
        let Some(bar) = &self.bar else {
            self.ui.passed_on(line);
            return;
        };
        let line: String = line.chars().filter(|it| !it.is_control()).collect();
        match step(&line) {
            Some(step) => bar.suspend(|| self.ui.passed_on(step)),
            None if !line.trim().is_empty() => bar.set_message(line),
            None => {}
        }
    }
}

impl Drop for BuildLog {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The step that a line begins: `#8 [builder 3/5] RUN …` of BuildKit, `STEP 3/5: RUN …` of buildah.
fn step(line: &str) -> Option<&str> {
    if line.starts_with("STEP ") || (line.starts_with('[') && line.contains("] STEP ")) {
        return Some(line);
    }
    let rest = line.strip_prefix('#')?.trim_start_matches(|it: char| it.is_ascii_digit());
    let rest = rest.strip_prefix(' ')?;
    (rest.starts_with('[') && !rest.starts_with("[internal]") && rest.contains("] "))
        .then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_that_begin_a_step_are_known() {
        for (line, found) in [
            ("#8 [builder 3/5] RUN cargo build", Some("[builder 3/5] RUN cargo build")),
            ("STEP 2/4: RUN false", Some("STEP 2/4: RUN false")),
            ("[2/2] STEP 1/4: FROM scratch", Some("[2/2] STEP 1/4: FROM scratch")),
            ("#1 [internal] load build definition from Dockerfile", None),
            ("#8 0.123 Compiling serde", None),
            ("#8 DONE 0.1s", None),
            ("", None),
        ] {
            assert_eq!(step(line), found, "{line}");
        }
    }
}
