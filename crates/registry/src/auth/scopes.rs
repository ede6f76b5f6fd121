//! What a token allows: `repository:a/b:pull,push`, any number of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::transport::Scope;

/// The most scopes that are taken from a challenge.
const MOST: usize = 32;

/// Actions by what they are done to, such as `repository:a/b`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scopes(BTreeMap<String, BTreeSet<String>>);

impl Scopes {
    /// What a request needs.
    pub(super) fn of(scope: &Scope) -> Self {
        let mut scopes = Self::default();
        scopes.allow(&format!("repository:{}", scope.repository.path), "pull");
        if scope.write {
            scopes.allow(&format!("repository:{}", scope.repository.path), "push");
        }
        for path in &scope.also_pull {
            scopes.allow(&format!("repository:{path}"), "pull");
        }
        scopes
    }

    /// What a challenge names, between spaces.
    pub(super) fn parse(text: &str) -> Self {
        let mut scopes = Self::default();
        for scope in text.split_ascii_whitespace().take(MOST) {
            if let Some((resource, actions)) = scope.rsplit_once(':') {
                actions.split(',').for_each(|action| scopes.allow(resource, action));
            }
        }
        scopes
    }

    pub(super) fn add(&mut self, other: Self) {
        for (resource, actions) in other.0 {
            self.0.entry(resource).or_default().extend(actions);
        }
    }

    /// Whether all of `other` is among this.
    pub(super) fn covers(&self, other: &Self) -> bool {
        other
            .0
            .iter()
            .all(|(resource, actions)| self.0.get(resource).is_some_and(|it| actions.is_subset(it)))
    }

    /// As they are sent.
    pub(super) fn texts(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(resource, actions)| {
            let actions: Vec<_> = actions.iter().map(|it| &**it).collect();
            format!("{resource}:{}", actions.join(","))
        })
    }

    fn allow(&mut self, resource: &str, action: &str) {
        if !action.is_empty() {
            self.0.entry(resource.to_owned()).or_default().insert(action.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_joined_by_resource() {
        let scope = Scope {
            repository: "a.io/a/b".parse().unwrap(),
            write: true,
            also_pull: vec!["c".to_owned()],
        };
        let mut scopes = Scopes::of(&scope);
        let needed = scopes.clone();
        scopes.add(Scopes::parse("repository:a/b:delete,pull registry:catalog:* nonsense"));
        let texts: Vec<_> = scopes.texts().collect();
        assert_eq!(
            texts,
            ["registry:catalog:*", "repository:a/b:delete,pull,push", "repository:c:pull"]
        );
        assert!(scopes.covers(&needed) && !needed.covers(&scopes));
    }
}
