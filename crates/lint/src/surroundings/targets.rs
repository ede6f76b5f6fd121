//! Which stages are built, as Compose files, bake files and workflows say.

use plimsoll_syntax::dockerfile::Base;

use super::Surroundings;
use crate::Facts;

impl Surroundings {
    /// Whether some build needs a stage: builds it as its target, or takes from it. A build whose
    /// target is an expression may need any.
    pub(crate) fn build_needs(&self, facts: &Facts<'_>, stage: usize) -> bool {
        let all = &facts.stages.all;
        if self.builds.iter().any(|it| !it.target_known) {
            return true;
        }
        let targets = self.builds.iter().filter_map(|it| it.target.as_deref());
        let mut needed: Vec<usize> =
            targets.filter_map(|it| facts.stages.named(it, all.len())).map(|it| it.index).collect();
        let mut seen = vec![false; all.len()];
        while let Some(index) = needed.pop() {
            if index == stage {
                return true;
            }
            let Some(found) = all.get(index).filter(|_| !std::mem::replace(&mut seen[index], true))
            else {
                continue;
            };
            needed.extend(found.uses.iter().map(|it| it.stage));
            if let Base::Stage(base) = found.base {
                needed.push(base);
            }
        }
        false
    }

    /// Whether every build that is known gives an argument. `false` where none is known.
    pub(crate) fn builds_give(&self, argument: &str) -> bool {
        let gives = |args: &[(String, Option<String>)]| args.iter().any(|it| it.0 == argument);
        !self.builds.is_empty() && self.builds.iter().all(|it| gives(&it.args))
    }
}
