//! What registries say of names: all are asked at once, and those that are silent are not waited for.

use std::{
    collections::BTreeMap,
    error::Error as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use plimsoll_image::{Digest, Reference, media_type};
use plimsoll_registry::{Client, RegistryError, Silent};

/// How long a host has for its first answer: a machine without a network is not kept waiting.
const FIRST: Duration = Duration::from_secs(3);
/// How long it has for all of them, once it has shown that it is there.
const ALL: Duration = Duration::from_secs(10);
/// How many questions one host is asked at once.
const AT_ONCE: usize = 4;

/// What a registry says of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It has it.
    Found {
        /// The digest of the index, or of the manifest where there is none.
        digest: Digest,
        /// Whether it is an index, of images for several platforms.
        is_index: bool,
    },
    /// It has no such tag.
    Absent,
    /// It does not say, and why: half a sentence that begins with the host.
    Refused(String),
    /// Nothing is to be learnt from its host, and why, likewise.
    Silent(String),
}

/// The registries, and which of them do not answer.
#[derive(Debug)]
pub(super) struct Registries {
    client: Client,
    first: Duration,
    all: Duration,
    silent: BTreeMap<String, String>,
}

/// The questions for one host.
#[derive(Debug)]
struct Host {
    open: Mutex<Vec<Reference>>,
    /// Whether it is not worth asking on.
    is_lost: AtomicBool,
}

impl Registries {
    pub(super) const fn new(client: Client) -> Self {
        Self { client, first: FIRST, all: ALL, silent: BTreeMap::new() }
    }

    /// The same, with less time.
    #[cfg(test)]
    pub(super) fn within(self, first: Duration, all: Duration) -> Self {
        Self { first, all, ..self }
    }

    /// Asks for all names. Everyone gets an answer, and none later than the limits allow.
    pub(super) fn ask(&mut self, names: Vec<Reference>) -> BTreeMap<Reference, Answer> {
        let mut answers = BTreeMap::new();
        let mut hosts: BTreeMap<String, Vec<Reference>> = BTreeMap::new();
        for name in names {
            let host = name.repository.host.clone();
            match self.silent.get(&host) {
                Some(why) => {
                    answers.insert(name, Answer::Silent(why.clone()));
                }
                None => hosts.entry(host).or_default().push(name),
            }
        }
        let (sender, receiver) = mpsc::channel();
        for names in hosts.values() {
            self.work(names.clone(), &sender);
        }
        drop(sender);
        let begin = Instant::now();
        let mut last_words: BTreeMap<String, bool> = BTreeMap::new();
        loop {
            // What is still open, and until when.
            let limit = |host: &String| {
                if last_words.contains_key(host) { self.all } else { self.first }
            };
            let open = hosts.iter().filter(|(host, names)| {
                let is_lost = last_words.get(*host) == Some(&false);
                !is_lost && names.iter().any(|it| !answers.contains_key(it))
            });
            let Some(longest) = open.map(|(host, _)| limit(host)).max() else { break };
            let left = longest.saturating_sub(begin.elapsed());
            match receiver.recv_timeout(left) {
                Ok((name, answer)) => {
                    let host = name.repository.host.clone();
                    last_words.insert(host, !matches!(answer, Answer::Silent(_)));
                    answers.insert(name, answer);
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        for (host, names) in hosts {
            for name in names {
                if answers.contains_key(&name) {
                    continue;
                }
                let why = Self::silence(&host, &answers);
                answers.insert(name, Answer::Silent(why));
            }
            if last_words.get(&host) != Some(&true) {
                let why = Self::silence(&host, &answers);
                self.silent.insert(host, why);
            }
        }
        answers
    }

    /// Why a host said nothing: as it said of another name, or that it took too long.
    fn silence(host: &str, answers: &BTreeMap<Reference, Answer>) -> String {
        let said = answers.iter().find_map(|(name, answer)| match answer {
            Answer::Silent(why) if name.repository.host == host => Some(why.clone()),
            _ => None,
        });
        said.unwrap_or_else(|| format!("{host} does not answer in time"))
    }

    /// Starts the threads that ask a host. Nobody waits for their ends: a resolver of names can't be
    /// interrupted.
    fn work(&self, mut names: Vec<Reference>, sender: &Sender<(Reference, Answer)>) {
        let count = names.len().min(AT_ONCE);
        names.reverse();
        let host = Arc::new(Host { open: Mutex::new(names), is_lost: AtomicBool::new(false) });
        for _ in 0..count {
            let (host, client, sender) = (Arc::clone(&host), self.client.clone(), sender.clone());
            thread::spawn(move || {
                while let Some(name) = host.next() {
                    let answer = ask(&client, &name);
                    if matches!(answer, Answer::Silent(_)) {
                        host.is_lost.store(true, Ordering::Relaxed);
                    }
                    if sender.send((name, answer)).is_err() {
                        break;
                    }
                }
            });
        }
    }
}

impl Host {
    fn next(&self) -> Option<Reference> {
        if self.is_lost.load(Ordering::Relaxed) {
            return None;
        }
        self.open.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

fn ask(client: &Client, name: &Reference) -> Answer {
    match client.resolve(name, &Silent) {
        Ok(Some(found)) => Answer::Found {
            digest: found.digest,
            is_index: media_type::is_index(&found.media_type),
        },
        Ok(None) | Err(RegistryError::NotFound { .. }) => Answer::Absent,
        Err(error) => {
            let why = in_words(&name.repository.host, &error);
            match error {
                RegistryError::Denied { .. } | RegistryError::Protocol { .. } => {
                    Answer::Refused(why)
                }
                // 429: it wants to be left alone.
                RegistryError::Status { status, .. } if status != 429 && status < 500 => {
                    Answer::Refused(why)
                }
                _ => Answer::Silent(why),
            }
        }
    }
}

/// What went wrong, without what was tried.
fn in_words(host: &str, error: &RegistryError) -> String {
    match error {
        RegistryError::Unreachable { .. } => format!("{host} can't be reached"),
        RegistryError::Denied { .. } => format!("{host} wants other credentials"),
        RegistryError::Status { status, .. } => format!("{host} answers with status {status}"),
        other => match other.source() {
            Some(source) => format!("{other}: {source}"),
            None => other.to_string(),
        },
    }
}
