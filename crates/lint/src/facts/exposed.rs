//! The ports of `EXPOSE`, taken apart as `BuildKit` does.

use plimsoll_syntax::dockerfile::{Command, Word};

use super::{Dispatched, Facts};

/// A port that an `EXPOSE` names.
#[derive(Debug)]
pub(crate) struct ExposedPort<'f, 'd> {
    /// The instruction.
    pub(crate) at: Dispatched<'f, 'd>,
    /// The word that names it.
    pub(crate) word: &'d Word<'d>,
    /// The word's value, or one of them where a variable holds several.
    pub(crate) text: String,
    /// Whether an address or a port of the host stands before the port.
    pub(crate) has_host: bool,
    /// Where in the text the protocol begins, if it has one.
    pub(crate) protocol: Option<usize>,
}

impl ExposedPort<'_, '_> {
    /// The protocol as written; empty where none is.
    pub(crate) fn protocol(&self) -> &str {
        self.protocol.and_then(|it| self.text.get(it..)).unwrap_or_default()
    }
}

impl<'d> Facts<'d> {
    /// Every port of every `EXPOSE` that has a port and a protocol that there is.
    pub(crate) fn exposed_ports(&self) -> impl Iterator<Item = ExposedPort<'_, 'd>> {
        self.dispatched().flat_map(move |at| {
            let words = match &at.instruction.command {
                Command::Expose(words) => &words[..],
                _ => &[],
            };
            words.iter().flat_map(move |word| {
                let values = self.port_words(&at, word);
                values.into_iter().filter_map(move |text| port(at, word, text))
            })
        })
    }

    fn port_words(&self, at: &Dispatched<'_, 'd>, word: &Word<'d>) -> Vec<String> {
        if word.text.bytes().all(|it| it.is_ascii_alphanumeric() || b"/:.-".contains(&it)) {
            return vec![word.text.clone().into_owned()];
        }
        let values = self.scopes().evaluate_words(at.stage.index, at.index, word.as_str());
        values.unwrap_or_default()
    }
}

fn port<'f, 'd>(
    at: Dispatched<'f, 'd>,
    word: &'d Word<'d>,
    text: String,
) -> Option<ExposedPort<'f, 'd>> {
    let (host, container) = text.rsplit_once(':').unwrap_or(("", &text));
    let (number, protocol) = container.split_once('/').unwrap_or((container, ""));
    let known = ["", "tcp", "udp", "sctp"].iter().any(|it| it.eq_ignore_ascii_case(protocol));
    if number.is_empty() || !known {
        return None;
    }
    // `:80` names no host, nor does `::80`.
    let has_host = host.bytes().any(|it| it != b':') || host.matches(':').count() > 1;
    let protocol = (!protocol.is_empty()).then(|| text.len() - protocol.len());
    Some(ExposedPort { at, word, text, has_host, protocol })
}
