//! What becomes of SIGTERM.

use plimsoll_project::cargo_files::Code;

use super::{What, owner::called};

/// Functions of crates that install a handler, as they are called: the crate or type, and the function.
const HANDLERS: [(&str, &str); 16] = [
    ("SignalKind :: terminate", "tokio::signal::unix"),
    ("rocket :: build", "rocket"),
    ("rocket :: custom", "rocket"),
    ("rocket :: ignite", "rocket"),
    ("Rocket :: build", "rocket"),
    ("Rocket :: custom", "rocket"),
    ("HttpServer :: new", "actix-web"),
    ("web :: server", "ntex"),
    ("trillium_tokio :: run", "trillium"),
    ("trillium_tokio :: config", "trillium"),
    ("tokio_graceful :: default_signal", "tokio-graceful"),
    ("Shutdown :: default", "tokio-graceful"),
    ("async_ctrlc :: CtrlC", "async-ctrlc"),
    ("TERM_SIGNALS", "signal-hook"),
    ("Signal :: Term", "async-signal"),
    ("SignalType :: Terminate", "async-signals"),
];

/// What a word says of signals.
pub(super) fn at(code: &Code<'_>, at: usize) -> Option<What> {
    let word = code.word(at)?;
    let handles = |it: &str| Some(What::Handles(it.to_owned()));
    match word {
        "SIGTERM" => handles_sigterm(code, at).then(|| What::Handles("SIGTERM".to_owned())),
        "disable_signals" if code.is_sign(at + 1, b'(') => Some(What::LeavesSignals),
        "catch_signals" if code.is_sign(at + 1, b'(') => handles("tokio-graceful-shutdown"),
        "shutdown_on_signal" if code.is_sign(at + 1, b'(') => handles("kube"),
        "run_forever" if code.is_sign(at + 1, b'(') => handles("pingora"),
        "launch" if at >= 2 && code.is_sign(at - 1, b'[') && code.is_sign(at - 2, b'#') => {
            handles("rocket")
        }
        _ => {
            let (_, by) = HANDLERS
                .iter()
                .find(|(row, _)| row.split(' ').next() == Some(word) && code.is_row(at, row))?;
            handles(by)
        }
    }
}

/// Whether SIGTERM is waited for at a place, rather than sent.
fn handles_sigterm(code: &Code<'_>, at: usize) -> bool {
    let mut around = code.around(at);
    for _ in 0..4 {
        let Some(open) = around else { break };
        if code.is_sign(open, b'(')
            && matches!(
                called(code, open),
                Some("kill" | "kill_process" | "signal_child" | "send_signal" | "killpg")
            )
        {
            return false;
        }
        around = code.around(open);
    }
    // An import alone handles nothing.
    let from = at.saturating_sub(40);
    let statement = (from..at).rev().take_while(|it| !code.is_sign(*it, b';'));
    let mut words = statement.filter_map(|it| code.word(it));
    !words.any(|it| it == "use")
}
