//! What a target gets from others, and what a text stands for.

use std::collections::BTreeSet;

use super::{Bake, BakeAttribute, BakeBlock, BakeItem, BakeValue};

/// More variables within variables than any file has, and less than what exhausts a stack.
const DEEPEST: usize = 8;

/// More variables in one value than any file has.
const MOST: usize = 100;

/// Longer than any value that means something.
const LONGEST: usize = 4096;

impl Bake {
    /// A target. Several blocks of one name are one target; this is the last.
    pub fn target(&self, name: &str) -> Option<&BakeBlock> {
        self.targets.iter().rev().find(|it| it.name == name)
    }

    /// The targets that a name on the command line stands for: a target, or those of a group. The
    /// name that is built without one is `default`.
    pub fn targets_of(&self, name: &str) -> Vec<&BakeBlock> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut waiting = vec![name];
        while let Some(name) = waiting.pop() {
            if !seen.insert(name) {
                continue;
            }
            if let Some(group) = self.groups.iter().find(|it| it.name == name) {
                let members = group.get("targets").map(BakeItem::items).unwrap_or_default();
                waiting.extend(members.iter().rev().filter_map(BakeItem::literal));
            } else {
                found.extend(self.target(name));
            }
        }
        found
    }

    /// An attribute of a target: its own, or one of those that it inherits from, of which the last
    /// one counts.
    pub fn attribute<'b>(&'b self, target: &'b BakeBlock, name: &str) -> Option<&'b BakeItem> {
        self.lineage(target).into_iter().find_map(|it| it.get(name))
    }

    /// The arguments of a target, those that it inherits included, each once.
    pub fn args<'b>(&'b self, target: &'b BakeBlock) -> Vec<&'b BakeAttribute> {
        let mut seen = BTreeSet::new();
        let maps = self.lineage(target).into_iter().filter_map(|it| it.get("args"));
        maps.flat_map(BakeItem::entries).filter(|it| seen.insert(&*it.name)).collect()
    }

    /// A target with all that it inherits from, the nearest first.
    fn lineage<'b>(&'b self, target: &'b BakeBlock) -> Vec<&'b BakeBlock> {
        let mut line = Vec::new();
        let mut seen = BTreeSet::new();
        let mut waiting = vec![target];
        while let Some(block) = waiting.pop() {
            // Two blocks of one name are told apart by their places.
            if !seen.insert((&*block.name, block.name_span)) {
                continue;
            }
            line.push(block);
            let parents = block.get("inherits").map(BakeItem::items).unwrap_or_default();
            waiting.extend(parents.iter().filter_map(|it| self.target(it.literal()?)));
        }
        line
    }

    /// The text of a value, with the defaults of variables put in. `None` where a part of it is
    /// computed or has no default. Whoever runs bake may set other values.
    pub fn expand(&self, item: &BakeItem) -> Option<String> {
        let BakeValue::Text(text) = &item.value else { return None };
        self.expand_text(text, 0, &mut 0)
    }

    fn expand_text(&self, text: &str, depth: usize, used: &mut usize) -> Option<String> {
        if depth > DEEPEST || text.contains("%{") {
            return None;
        }
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            expanded.push_str(before);
            if let Some(escaped) = before.strip_suffix('$') {
                // `$${` is no variable.
                expanded.truncate(expanded.len() - (before.len() - escaped.len()));
                expanded.push_str("${");
                rest = after;
                continue;
            }
            *used += 1;
            if *used > MOST {
                return None;
            }
            let (name, after) = after.split_once('}')?;
            let variable = self.variables.iter().rev().find(|it| it.name == name.trim())?;
            let BakeValue::Text(value) = &variable.get("default")?.value else { return None };
            expanded.push_str(&self.expand_text(value, depth + 1, used)?);
            if expanded.len() > LONGEST {
                return None;
            }
            rest = after;
        }
        expanded.push_str(rest);
        Some(expanded)
    }
}
