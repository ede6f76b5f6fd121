//! Which features are on, as Cargo's arguments.

/// Which features are on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `--features`, each a feature or `package/feature`.
    pub named: Vec<String>,
    /// `--all-features`.
    pub all: bool,
    /// `--no-default-features`.
    pub no_default: bool,
}

impl Features {
    /// Gives the arguments for any Cargo command.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        if !self.named.is_empty() {
            arguments.push("--features".to_owned());
            arguments.push(self.named.join(","));
        }
        if self.all {
            arguments.push("--all-features".to_owned());
        }
        if self.no_default {
            arguments.push("--no-default-features".to_owned());
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_become_arguments() {
        let features =
            Features { named: vec!["a".into(), "b/c".into()], all: false, no_default: true };
        assert_eq!(features.arguments(), ["--features", "a,b/c", "--no-default-features"]);
        assert!(Features::default().arguments().is_empty());
    }
}
