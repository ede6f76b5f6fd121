//! Programs that keep credentials: `docker-credential-NAME get` reads the name of a server and answers
//! with `{"ServerURL", "Username", "Secret"}`.
//!
//! What a helper prints is never repeated in a message: it may hold a secret even where it failed.

use std::{
    ffi::OsStr,
    io::{Read as _, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;

use super::{Login, config_file::login};

/// The longest answer, in bytes. Tokens of cloud providers have a few KiB.
const LONGEST_ANSWER: u64 = 256 * 1024;

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Username", default)]
    user: String,
    #[serde(rename = "Secret", default)]
    secret: String,
}

/// Asks a helper, which is looked up on `path`, for the credentials of a server.
pub(super) fn get(
    name: &str,
    server: &str,
    path: Option<&OsStr>,
    patience: Duration,
) -> Result<Option<Login>, String> {
    let program = format!("docker-credential-{name}");
    if name.contains(['/', '\\', '\0']) {
        return Err(format!("the helper `{name}` has no name of a program"));
    }
    let found = find(&program, path).ok_or_else(|| {
        format!("the helper {program}, which the settings name, is not installed")
    })?;
    let failed = |what: &str| format!("the helper {program} {what}");
    let mut command = Command::new(found);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let mut child =
        command.spawn().map_err(|error| failed(&format!("can't be started: {error}")))?;
    let answered = ask(&mut child, server, patience);
    let Some((output, success)) = answered else {
        child.kill().ok();
        child.wait().ok();
        return Err(failed(&format!("did not answer within {} s", patience.as_secs())));
    };
    if !success {
        let said = String::from_utf8_lossy(&output).to_ascii_lowercase();
        // These are the words of the protocol for "there are none".
        if said.contains("credentials not found") || said.contains("no credentials") {
            return Ok(None);
        }
        return Err(failed("failed; what it said is not shown, as it may hold a secret"));
    }
    let answer: Answer = serde_json::from_slice(&output)
        .map_err(|_| failed("did not answer with JSON of `Username` and `Secret`"))?;
    let is_empty = answer.user.is_empty() || answer.secret.is_empty();
    Ok((!is_empty).then(|| login(answer.user, answer.secret)))
}

/// Its answer, and whether it succeeded; nothing if it takes too long.
fn ask(child: &mut Child, server: &str, patience: Duration) -> Option<(Vec<u8>, bool)> {
    let deadline = Instant::now() + patience;
    let (sender, answer) = mpsc::channel();
    let stdout = child.stdout.take()?;
    // A helper that has ended may have left somebody who holds its output open: only a thread can be
    // left behind waiting for that.
    thread::spawn(move || {
        let mut output = Vec::new();
        stdout.take(LONGEST_ANSWER).read_to_end(&mut output).ok();
        sender.send(output).ok();
    });
    if let Some(mut stdin) = child.stdin.take() {
        // One that knows what to say without being asked may have closed it.
        stdin.write_all(server.as_bytes()).ok();
    }
    let output = answer.recv_timeout(patience).ok()?;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some((output, status.success())),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(1)),
            _ => return None,
        }
    }
}

fn find(program: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(path?)
        // An empty entry means the working directory, from which no helper should come.
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(&name))
        .find(|it| it.is_file())
}
