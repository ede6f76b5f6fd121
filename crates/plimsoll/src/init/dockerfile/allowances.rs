//! Comments that allow base images to be what they are: without a digest where none could be had, of a
//! tag that moves where there was no other, or heavier than need be where that was asked for.
//!
//! Which rule has to be told depends on the whole file, as rules leave to each other what another one
//! says already; so the rules themselves are asked.

use std::collections::BTreeMap;

use plimsoll_finding::Span;
use plimsoll_lint::Options;
use serde::Serialize;

use crate::init::plan::Plan;

/// The rules that speak about how base images are named.
const RULES: [&str; 4] = ["untagged-base", "latest-base", "unversioned-rust", "undigested-base"];

/// The rule that speaks about releases that nobody mends any more.
const ENDED: &str = "end-of-life-base";
/// The rule that speaks about what a base image brings.
const HEAVY: &str = "heavy-base";

/// What a comment above a `FROM` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Allowance {
    rule: String,
    why: String,
}

/// The comments of a Dockerfile, by the stages that they stand above.
#[derive(Debug)]
pub(super) struct Allowances(BTreeMap<String, Vec<Allowance>>);

impl Allowances {
    /// Those that a Dockerfile without them needs.
    pub(super) fn of(plan: &Plan, text: &str) -> Self {
        let images = [Some(&plan.images.builder), plan.images.base.as_ref()];
        let undigested = images.into_iter().flatten().filter(|it| it.digest.is_none());
        let reasons: BTreeMap<String, &str> = undigested
            .map(|it| (it.reference(), it.why_not.as_deref().unwrap_or("its digest is not known")))
            .collect();
        let mut allowances: BTreeMap<String, Vec<Allowance>> = BTreeMap::new();
        let found = plimsoll_lint::check("Dockerfile", text, &Options::default()).findings;
        for finding in &found {
            let others = finding.related.iter().filter_map(|it| it.span);
            for span in finding.span.into_iter().chain(others) {
                let image = span.slice(text).unwrap_or_default();
                let Some(stage) = named(text, span) else { continue };
                let why = match &*finding.rule {
                    HEAVY => &plan.base_reason,
                    rule if RULES.contains(&rule) => match reasons.get(image) {
                        Some(why) => *why,
                        None => continue,
                    },
                    // One that is pinned was chosen when it was in support; that it no longer is should be heard.
                    ENDED if reasons.contains_key(image) => {
                        "none of a newer release could be found"
                    }
                    _ => continue,
                };
                let allowance = Allowance { rule: finding.rule.clone(), why: why.to_owned() };
                let of_stage = allowances.entry(stage.to_owned()).or_default();
                if !of_stage.contains(&allowance) {
                    of_stage.push(allowance);
                }
            }
        }
        Self(allowances)
    }

    /// Whether the Dockerfile can do without.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The comments above a stage.
    pub(super) fn get(&self, stage: &str) -> Vec<Allowance> {
        self.0.get(stage).cloned().unwrap_or_default()
    }
}

/// What the stage is called whose image stands at that place.
fn named(text: &str, image: Span) -> Option<&str> {
    let after = text.get(image.end()..)?.lines().next()?;
    after.trim().strip_prefix("AS ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        args::init::Base,
        init::{dockerfile, plan::sample},
    };

    /// The lines of a Dockerfile that allow something, and that nothing is left to be said.
    fn allowed(builder: &str, base: &str) -> Vec<String> {
        let mut plan = sample::html_to_markdown(Base::Debian);
        plan.base_reason = "it was asked for".to_owned();
        // Of several programs, rules speak about the one that is built by default.
        let mut other = plan.targets[0].clone();
        other.stage = "other".to_owned();
        plan.targets.push(other);
        for (image, name) in
            [(&mut plan.images.builder, builder), (plan.images.base.as_mut().unwrap(), base)]
        {
            image.name = name.to_owned();
            image.digest = None;
            image.why_not = Some("nobody was asked".to_owned());
        }
        let text = dockerfile::files(&plan).unwrap().remove(0).text;
        let found = plimsoll_lint::check("Dockerfile", &text, &Options::default()).findings;
        let found: Vec<_> = found.iter().map(|it| (&*it.rule, &*it.message)).collect();
        assert_eq!(found, []);
        text.lines().filter(|it| it.contains("allow(")).map(str::to_owned).collect()
    }

    #[test]
    fn each_image_is_allowed_by_the_rule_that_would_speak() {
        let no_digest = "# plimsoll: allow(undigested-base): nobody was asked";
        let heavy = "# plimsoll: allow(heavy-base): it was asked for";
        let debian = "debian:bookworm-slim";
        assert_eq!(allowed("rust:1.95-slim-bookworm", debian), [no_digest, heavy, no_digest]);
        let moves = "# plimsoll: allow(unversioned-rust): nobody was asked";
        assert_eq!(allowed("rust:1-slim-bookworm", debian), [moves, heavy]);
    }
}
