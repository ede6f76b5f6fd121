//! Everything that is said to the user: results on stdout, the rest on stderr.

mod build_log;
mod transfers;

use std::{
    error::Error,
    fmt::Display,
    fs::{self, OpenOptions},
    io::{self, IsTerminal as _, Write},
    path::Path,
    time::Duration,
};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    args::{Args, Command},
    failure::Failure,
};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();
const HELP: Style = AnsiColor::Green.on_default().bold();

/// The way to the user.
#[derive(Clone, Debug)]
pub(crate) struct Ui {
    quiet: bool,
}

#[expect(clippy::unused_self, reason = "who has no `Ui` has nothing to say")]
impl Ui {
    pub(crate) fn new(args: &Args) -> Self {
        match &args.command {
            Command::Build(args) => Self { quiet: args.quiet },
            Command::Init(args) => Self { quiet: args.quiet },
            Command::Check(args) => Self { quiet: args.quiet },
            Command::Push(args) => Self { quiet: args.quiet },
            Command::Explain(_) | Command::Tags(_) => Self { quiet: false },
        }
    }

    /// Whether nothing but the result is wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Writes the result.
    ///
    /// # Errors
    /// When stdout can't be written to; a reader that has gone is none.
    pub(crate) fn result(&self, text: &str) -> Result<(), Failure> {
        // A long report without styles is not searched for them letter by letter.
        let is_plain = |it: u8| !it.is_ascii_control() || matches!(it, b'\n' | b'\t');
        if text.bytes().all(is_plain) {
            return self.verbatim(text);
        }
        written(anstream::stdout().lock(), text)
    }

    /// Writes the result to a file, without styles.
    ///
    /// # Errors
    /// When it can't be written; what was there before is then still there.
    pub(crate) fn result_in(&self, path: &Path, text: &str) -> Result<(), Failure> {
        let text = anstream::adapter::strip_str(text).to_string();
        let is_device = fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir());
        let written = if is_device {
            // Pipes and /dev/null have nothing to keep and can't be replaced.
            let file = OpenOptions::new().write(true).open(path);
            file.and_then(|mut file| file.write_all(text.as_bytes()))
        } else {
            plimsoll_image::atomic::write(path, |file| file.write_all(text.as_bytes()))
        };
        written.map_err(|error| {
            Failure::new(format!("cannot write the report to {}: {error}", path.display()))
        })
    }

    /// Writes a text of the user's as it is.
    ///
    /// # Errors
    /// As [`Ui::result`].
    pub(crate) fn verbatim(&self, text: &str) -> Result<(), Failure> {
        written(io::stdout().lock(), text)
    }

    /// Writes a report where the result is something else.
    pub(crate) fn aside(&self, text: &str) {
        // Nobody is left to tell when stderr is closed.
        anstream::stderr().write_all(text.as_bytes()).ok();
    }

    /// How wide a text for people is: as the terminal, within what is good to read.
    pub(crate) fn width(&self) -> usize {
        let terminal = terminal_size::terminal_size_of(io::stdout());
        terminal.map_or(80, |(width, _)| usize::from(width.0).clamp(40, 100))
    }

    /// Says something that is good to know.
    pub(crate) fn note(&self, message: impl Display) {
        if !self.quiet {
            say(NOTE, "note", &message.to_string());
        }
    }

    /// Passes on a line of another program.
    pub(crate) fn passed_on(&self, line: &str) {
        if !self.quiet {
            writeln!(anstream::stderr(), "{line}").ok();
        }
    }

    /// Says something that may be wrong.
    pub(crate) fn warning(&self, message: impl Display) {
        say(WARNING, "warning", &message.to_string());
    }

    /// Says why the work could not be done, with every reason behind it, and what to do.
    pub(crate) fn failure(&self, failure: &Failure) {
        say(ERROR, "error", &failure.error.to_string());
        let mut source: Option<&(dyn Error + 'static)> = failure.error.source();
        while let Some(reason) = source {
            say(Style::new(), "  because", &reason.to_string());
            source = reason.source();
        }
        if let Some(excerpt) = &failure.excerpt {
            self.aside(excerpt);
        }
        for hint in &failure.hints {
            say(HELP, "  help", hint);
        }
    }

    /// A line that shows how far a work of so many bytes is; nothing where nobody watches.
    pub(crate) fn progress(&self, what: &'static str, bytes: u64) -> Progress {
        if self.quiet || !io::stderr().is_terminal() {
            return Progress(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
        let template = "{prefix:>12.cyan.bold} [{bar:30}] {bytes}/{total_bytes}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(what);
        // Work that is done before anybody could read the line does not flicker.
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress(bar)
    }
}

/// A line that goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// So many more bytes are done.
    pub(crate) fn add(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn written(mut stdout: impl Write, text: &str) -> Result<(), Failure> {
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write the result to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

fn say(style: Style, word: &str, message: &str) {
    // Lines after the first stand under the text, not under the word.
    let indent = " ".repeat(word.len() + 2);
    let harmless =
        |it: char| if it.is_control() && it != '\n' && it != '\t' { '\u{fffd}' } else { it };
    // Names of files and what is in them may hold what a terminal obeys.
    let message: String = message.trim_end().chars().map(harmless).collect();
    let message = message.replace('\n', &format!("\n{indent}"));
    // Nobody is left to tell when stderr is closed.
    writeln!(anstream::stderr(), "{style}{word}{style:#}: {message}").ok();
}
