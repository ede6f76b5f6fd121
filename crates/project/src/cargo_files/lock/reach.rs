//! Why a package is in a lock file.

use std::collections::VecDeque;

use super::LockFile;

impl LockFile {
    /// The shortest chain of names from one of some packages to a package, both ends included;
    /// `None` where it is not reached. Packages that `passes` refuses are not gone through, though
    /// they can be where the chain ends.
    pub fn chain(
        &self,
        from: &[&str],
        to: &str,
        passes: &dyn Fn(&str) -> bool,
    ) -> Option<Vec<String>> {
        let starts = from.iter().flat_map(|it| self.indices(it)).copied();
        let mut came_from: Vec<Option<usize>> = vec![None; self.packages.len()];
        let mut seen = vec![false; self.packages.len()];
        let mut open: VecDeque<usize> = VecDeque::new();
        for start in starts {
            if !seen[start] {
                seen[start] = true;
                open.push_back(start);
            }
        }
        while let Some(at) = open.pop_front() {
            let package = &self.packages[at];
            if package.name == to {
                let row = std::iter::successors(Some(at), |it| came_from[*it]);
                let mut names: Vec<_> = row.map(|it| self.packages[it].name.clone()).collect();
                names.reverse();
                return Some(names);
            }
            if !passes(&package.name) {
                continue;
            }
            for next in &package.dependencies {
                if !seen[*next] {
                    seen[*next] = true;
                    came_from[*next] = Some(at);
                    open.push_back(*next);
                }
            }
        }
        None
    }
}
