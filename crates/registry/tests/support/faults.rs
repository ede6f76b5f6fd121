//! What goes wrong, and when: a seed decides, for each request by itself, so that the order in which
//! threads send does not matter.

use std::{collections::BTreeMap, sync::Mutex};

use crate::{http::Head, random::Random};

/// Something that goes wrong with one request or its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// So many bytes of the request get through; then both connections end.
    CutRequest(usize),
    /// The request gets through, and so many bytes of the answer.
    CutAnswer(usize),
    /// The request does not get through; this status is the answer.
    Status(u16, After),
    /// The same, before the body of the request is read, and then the connection ends.
    StatusEarly(u16),
    /// So many bytes of the answer's body get through, and its `Content-Length` says that this is all.
    Truncate(usize),
    /// A byte of the answer's body is another one.
    CorruptAnswer(usize),
    /// A byte of the request's body is another one.
    CorruptRequest(usize),
    /// The answer comes so many milliseconds late.
    Delay(u64),
    /// A redirect to a host that nobody named, with this status.
    Elsewhere(u16),
    /// A redirect to the same URL.
    Loop(u16),
    /// So many bytes of the answer get through; then nothing, and nobody hangs up.
    Stall(usize),
}

/// `Retry-After` of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Unsaid,
    Seconds(u32),
    /// A date, long ago.
    Past,
    Nonsense,
}

/// Faults that pass: the request is good for another try.
pub(crate) const PASSING: &[Kind] =
    &[Kind::CutRequest, Kind::CutAnswer, Kind::Status, Kind::StatusEarly, Kind::Delay, Kind::Stall];

/// All of them.
pub(crate) const ALL: &[Kind] = &[
    Kind::CutRequest,
    Kind::CutAnswer,
    Kind::Status,
    Kind::StatusEarly,
    Kind::Truncate,
    Kind::CorruptAnswer,
    Kind::CorruptRequest,
    Kind::Delay,
    Kind::Elsewhere,
    Kind::Loop,
    Kind::Stall,
];

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    CutRequest,
    CutAnswer,
    Status,
    StatusEarly,
    Truncate,
    CorruptAnswer,
    CorruptRequest,
    Delay,
    Elsewhere,
    Loop,
    Stall,
}

/// Which faults a run has.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) kinds: Vec<Kind>,
    /// Of a hundred requests, so many have a fault.
    pub(crate) percent: usize,
    /// How many faults the run has at most.
    pub(crate) most: usize,
    /// Stalls cost the patience of the client: how many of them.
    pub(crate) stalls: usize,
    /// Only requests whose target has this in it, and this fault.
    only: Option<(String, Fault)>,
    now: Mutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    seen: BTreeMap<String, u64>,
    /// What went wrong, in order.
    done: Vec<String>,
    stalls: usize,
    is_over: bool,
}

impl Plan {
    pub(crate) fn new(seed: u64, kinds: &[Kind], percent: usize, most: usize) -> Self {
        Self {
            seed,
            kinds: kinds.to_vec(),
            percent,
            most,
            stalls: 1,
            only: None,
            now: Mutex::default(),
        }
    }

    /// Nothing goes wrong.
    pub(crate) fn none() -> Self {
        Self::new(0, &[], 0, 0)
    }

    /// This fault, so many times, with requests to the registry whose target has this in it.
    pub(crate) fn only(target: &str, fault: Fault, times: usize) -> Self {
        Self { only: Some((target.to_owned(), fault)), ..Self::new(0, &[], 100, times) }
    }

    /// What goes wrong with a request, if anything.
    pub(crate) fn fault(&self, role: &str, head: &Head) -> Option<Fault> {
        let mut now = self.now.lock().unwrap();
        let line = format!("{role} {} {}", head.method(), without_session(head.target()));
        let times = now.seen.entry(line.clone()).or_default();
        *times += 1;
        let mut random = Random::of(self.seed, &format!("{line} {times}"));
        if let Some((target, fault)) = &self.only {
            let hits = role == "registry-proxy" && head.target().contains(target.as_str());
            if !hits || now.is_over || now.done.len() >= self.most {
                return None;
            }
            now.done.push(format!("{line}: {fault:?}"));
            return Some(*fault);
        }
        if now.is_over
            || self.kinds.is_empty()
            || now.done.len() >= self.most
            || !random.percent(self.percent)
        {
            return None;
        }
        let mut kind = random.pick(&self.kinds);
        if kind == Kind::Stall {
            now.stalls += 1;
            if now.stalls > self.stalls {
                kind = Kind::CutAnswer;
            }
        }
        let fault = kind.fault(&mut random);
        now.done.push(format!("{line}: {fault:?}"));
        Some(fault)
    }

    /// From now on nothing goes wrong.
    pub(crate) fn end(&self) {
        self.now.lock().unwrap().is_over = true;
    }

    /// What went wrong so far.
    pub(crate) fn done(&self) -> Vec<String> {
        self.now.lock().unwrap().done.clone()
    }
}

impl Kind {
    fn fault(self, random: &mut Random) -> Fault {
        // Within the head, at its end, or somewhere in the body.
        let position = |random: &mut Random| match random.below(4) {
            0 => 0,
            1 => random.below(300),
            2 => random.below(3_000),
            _ => random.below(100_000),
        };
        let after = |random: &mut Random| match random.below(8) {
            0 => After::Seconds(0),
            1 => After::Past,
            2 => After::Nonsense,
            _ => After::Unsaid,
        };
        let moved = |random: &mut Random| random.pick(&[301, 302, 303, 307, 308]);
        match self {
            Self::CutRequest => Fault::CutRequest(position(random)),
            Self::CutAnswer => Fault::CutAnswer(position(random)),
            Self::Status => Fault::Status(random.pick(&[429, 500, 502, 503, 504]), after(random)),
            Self::StatusEarly => Fault::StatusEarly(random.pick(&[429, 500, 503])),
            Self::Truncate => Fault::Truncate(position(random)),
            Self::CorruptAnswer => Fault::CorruptAnswer(position(random)),
            Self::CorruptRequest => Fault::CorruptRequest(position(random)),
            Self::Delay => Fault::Delay(u64::try_from(random.below(60)).unwrap()),
            Self::Elsewhere => Fault::Elsewhere(moved(random)),
            Self::Loop => Fault::Loop(moved(random)),
            Self::Stall => Fault::Stall(position(random)),
        }
    }
}

/// Numbers of sessions depend on what other threads do; digests and names do not.
fn without_session(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let Some((name, _)) = path.split_once("/blobs/uploads/") else { return target.to_owned() };
    let digest = query.split('&').find(|it| it.starts_with("digest="));
    format!("{name}/blobs/uploads/… {}", digest.unwrap_or_default())
}
