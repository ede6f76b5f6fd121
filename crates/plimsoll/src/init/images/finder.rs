//! Finds images: in plimsoll.lock, in their registries, in an engine of this machine.

use std::collections::BTreeMap;

use plimsoll_build::base::lock::{Lock, Locked};
use plimsoll_image::{Digest, Reference};

use super::{
    PinnedImage,
    candidates::Candidate,
    engine::{InEngine, LocalEngine},
    registries::{Answer, Registries},
};
use crate::{registry, settings::RegistrySettings};

/// Why an image has no digest, where nobody could be asked. It becomes a comment of generated files, so
/// that it is the same whatever went wrong; [`Finder::notes`] say that.
const NOBODY_ASKED: &str =
    "no registry told its digest yet, `plimsoll init --update-base` asks again";
/// Likewise, where a registry said no.
const NOT_THERE: &str = "its registry has no such tag";

/// Finds images, and locks those that it finds.
#[derive(Debug)]
pub(crate) struct Finder {
    lock: Lock,
    update: bool,
    registries: Option<Registries>,
    engine: Option<LocalEngine>,
    answers: BTreeMap<Reference, Answer>,
    in_engine: BTreeMap<Reference, Option<InEngine>>,
    notes: Vec<String>,
}

/// An image that was found, or looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) reference: Reference,
    pub(super) digest: Option<Digest>,
    pub(super) source: Source,
    pub(super) is_exact: bool,
}

/// Where an image was found, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// Its registry has no such tag.
    Nowhere,
    /// Nobody could be asked.
    Unknown,
    /// An engine has it.
    Engine,
    /// Its registry has it.
    Registry {
        /// Whether it is there for several platforms.
        is_index: bool,
    },
    /// The lock file has it, or the user gave its digest.
    Locked,
}

impl Finder {
    /// A finder that knows what is locked and nothing else. With `update` (`--update-base`) that is
    /// looked up anew.
    pub(crate) const fn new(lock: Lock, update: bool) -> Self {
        Self {
            lock,
            update,
            registries: None,
            engine: None,
            answers: BTreeMap::new(),
            in_engine: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    /// Lets it ask registries, with plain HTTP for `insecure` ones. Left out with `--offline`.
    #[must_use]
    pub(crate) fn with_registries(self, settings: &RegistrySettings, insecure: &[String]) -> Self {
        let client = registry::impatient_client(settings, insecure);
        Self { registries: Some(Registries::new(client)), ..self }
    }

    /// Lets it ask the Docker Engine that the environment names. Without registries, one that isn't on
    /// this machine is left alone: call [`Self::with_registries`] before.
    #[must_use]
    pub(crate) fn with_engine(self, environment: plimsoll_engine::Environment) -> Self {
        let engine = LocalEngine::new(environment, self.registries.is_some());
        Self { engine: Some(engine), ..self }
    }

    /// What is locked now: what was, and what was found since.
    pub(crate) const fn lock(&self) -> &Lock {
        &self.lock
    }

    /// What the user should know of the search, in sentences without their full stop.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// A finder that was told this by a registry already.
    #[cfg(test)]
    pub(super) fn knowing(mut self, name: &str, answer: Answer) -> Self {
        self.answers.insert(name.parse().unwrap(), answer);
        self
    }

    /// Says one thing more.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Whether plimsoll.lock answers for one of several names, so that nobody needs to be asked.
    pub(super) fn is_locked(&self, candidates: &[Candidate]) -> bool {
        candidates.iter().any(|it| self.locked(&it.reference).is_some())
    }

    /// Asks registries for all that is not locked, at once.
    pub(super) fn ask(&mut self, images: &[Vec<Candidate>]) {
        let Some(registries) = &mut self.registries else { return };
        let (lock, update) = (&self.lock, self.update);
        let is_open = |candidates: &&Vec<Candidate>| {
            !candidates.iter().any(|it| locked(lock, update, &it.reference).is_some())
        };
        let names = images.iter().filter(is_open).flatten().map(|it| it.reference.clone());
        let mut names: Vec<Reference> = names.filter(|it| !self.answers.contains_key(it)).collect();
        names.sort();
        names.dedup();
        self.answers.extend(registries.ask(names));
    }

    /// The best of several names; nothing for none.
    pub(super) fn find(&mut self, candidates: &[Candidate]) -> Option<Found> {
        let found = |it: &Candidate, digest, source| Found {
            reference: it.reference.clone(),
            digest,
            source,
            is_exact: it.is_exact,
        };
        for it in candidates {
            if let Some(digest) = self.locked(&it.reference) {
                return Some(found(it, Some(digest), Source::Locked));
            }
        }
        for it in candidates {
            if let Some(Answer::Found { digest, is_index }) = self.answers.get(&it.reference) {
                let source = Source::Registry { is_index: *is_index };
                return Some(found(it, Some(*digest), source));
            }
        }
        for it in candidates {
            if let Some(image) = self.in_engine(&it.reference) {
                return Some(found(it, image.digest, Source::Engine));
            }
        }
        let is_absent = |it: &&Candidate| self.answers.get(&it.reference) == Some(&Answer::Absent);
        let unknown = candidates.iter().find(|it| !is_absent(it));
        let absent = || Some(found(candidates.first()?, None, Source::Nowhere));
        unknown.map(|it| found(it, None, Source::Unknown)).or_else(absent)
    }

    /// Takes an image: locks its digest, and says what there is to say.
    pub(super) fn take(&mut self, found: &Found) -> PinnedImage {
        let name = tagged_name(&found.reference);
        if let (Some(digest), Source::Registry { .. } | Source::Engine) =
            (found.digest, found.source)
        {
            let reference = Reference { digest: None, ..found.reference.clone() };
            self.lock.set(&name, Locked { reference, digest });
        }
        if found.source == (Source::Registry { is_index: false }) {
            self.notes.push(format!("{name} is there for one platform alone"));
        }
        if found.digest.is_none() {
            let why = match self.answers.get(&found.reference) {
                Some(Answer::Absent) => "its registry has no such tag",
                Some(Answer::Silent(why) | Answer::Refused(why)) => why,
                _ => "no registry was asked",
            };
            let from = if found.source == Source::Engine {
                "; the engine of this machine has it under this name"
            } else {
                ""
            };
            self.notes.push(format!("{name} has no digest, as {why}{from}"));
        }
        let why_not = match (found.digest, found.source) {
            (Some(_), _) => None,
            (None, Source::Nowhere) => Some(NOT_THERE.to_owned()),
            (None, _) => Some(NOBODY_ASKED.to_owned()),
        };
        PinnedImage { name, digest: found.digest.map(|it| it.to_string()), why_not }
    }

    /// Why an image could not be looked up anew, where that was asked for.
    pub(super) fn not_updated(&self, found: &Found) -> Option<String> {
        if !self.update || matches!(found.source, Source::Locked | Source::Registry { .. }) {
            return None;
        }
        Some(match self.answers.get(&found.reference) {
            Some(Answer::Silent(why) | Answer::Refused(why)) => why.clone(),
            Some(Answer::Absent) => format!("{} is not there", found.reference),
            _ => "no registry was asked".to_owned(),
        })
    }

    fn locked(&self, name: &Reference) -> Option<Digest> {
        locked(&self.lock, self.update, name)
    }

    fn in_engine(&mut self, name: &Reference) -> Option<InEngine> {
        let engine = self.engine.as_mut()?;
        *self.in_engine.entry(name.clone()).or_insert_with(|| engine.find(name))
    }
}

/// What the lock file has under a name, if that is the same image.
fn locked(lock: &Lock, update: bool, name: &Reference) -> Option<Digest> {
    // What the user wrote is as fixed as can be.
    if name.digest.is_some() {
        return name.digest;
    }
    let found = lock.get(&tagged_name(name)).filter(|_| !update)?;
    let is_same = found.reference.repository == name.repository
        && found.reference.tag_or_latest() == name.tag_or_latest();
    is_same.then_some(found.digest)
}

/// What generated files call an image, before its digest.
fn tagged_name(reference: &Reference) -> String {
    Reference { digest: None, ..reference.clone() }.to_string()
}
