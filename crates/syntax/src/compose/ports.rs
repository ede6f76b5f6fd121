//! Published ports: `[HOST_IP:][PUBLISHED:]TARGET[/PROTOCOL]`, or a mapping.

use std::ops::RangeInclusive;

use plimsoll_finding::Span;

use super::{Text, split};
use crate::yaml::Value;

/// A published port, or several in a row.
#[derive(Clone, Copy, Debug)]
pub struct Port<'y> {
    /// The address of the host; `None` stands for all. Brackets of IPv6 are kept.
    pub host_ip: Option<Text<'y>>,
    /// The port or ports of the host; `None` stands for any that is free.
    pub published: Option<Text<'y>>,
    /// The port or ports of the container.
    pub target: Text<'y>,
    /// `tcp` (also where nothing is said), `udp` or `sctp`.
    pub protocol: Option<Text<'y>>,
    /// `host` or `ingress`.
    pub mode: Option<Text<'y>>,
    /// All of it.
    pub span: Span,
    /// The item of the list.
    pub value: Value<'y>,
}

impl<'y> Port<'y> {
    pub(super) fn read(value: Value<'y>) -> Option<Self> {
        let span = value.written();
        if let Some(text) = Text::of(value) {
            return Some(Self { span, ..Self::short(text, value) });
        }
        let text = |key: &str| value.get(key).filter(|it| !it.is_null()).and_then(Text::of);
        Some(Self {
            host_ip: text("host_ip"),
            published: text("published").filter(|it| !it.text.is_empty()),
            target: text("target")?,
            protocol: text("protocol"),
            mode: text("mode"),
            span,
            value,
        })
    }

    fn short(text: Text<'y>, value: Value<'y>) -> Self {
        let mut parts = split::outside_variables(text.text, b':').into_iter().rev();
        let last = parts.next().map_or(text, |it| text.part(it));
        let slash = split::outside_variables(last.text, b'/');
        let (target, protocol) = match &*slash {
            [target, protocol] => (last.part(target.clone()), Some(last.part(protocol.clone()))),
            _ => (last, None),
        };
        let published = parts.next().map(|it| text.part(it));
        // What is left is the address, with the colons of IPv6.
        let host_end = parts.next().map(|it| it.end);
        let host_ip = host_end.map(|end| text.part(0..end));
        let given = |it: &Text<'_>| !it.text.is_empty();
        let (host_ip, published) = (host_ip.filter(given), published.filter(given));
        Self { host_ip, published, target, protocol, mode: None, span: text.span, value }
    }

    /// Whether it is written as one text.
    pub fn is_short(&self) -> bool {
        !self.value.is_mapping()
    }

    /// The ports of the host, if they are named without variables.
    pub fn published_range(&self) -> Option<RangeInclusive<u16>> {
        range(self.published?.text)
    }

    /// The ports of the container, if they are named without variables.
    pub fn target_range(&self) -> Option<RangeInclusive<u16>> {
        range(self.target.text)
    }

    /// The protocol.
    pub fn protocol(&self) -> &'y str {
        self.protocol.map_or("tcp", |it| it.text)
    }
}

/// `80` or `80-85`.
pub(super) fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some(first..=last)
}
