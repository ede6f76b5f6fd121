//! `--ssh`: an agent or keys for steps that speak SSH.

use std::path::{Path, PathBuf};

use super::{SpecError, World};

const OPTION: &str = "--ssh";

/// What a step with `--mount=type=ssh` may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ssh {
    /// By which name the Dockerfile mounts it.
    pub id: String,
    /// Keys, or the socket of an agent; the agent of `SSH_AUTH_SOCK` where there is none.
    pub paths: Vec<PathBuf>,
}

impl Ssh {
    /// Reads `default`, `ID`, and `ID=PATH,PATH`.
    ///
    /// # Errors
    /// It is written otherwise, or there is no such key or no agent.
    pub fn parse(text: &str, world: World<'_>) -> Result<Self, SpecError> {
        let (id, paths) = text.split_once('=').unwrap_or((text, ""));
        let is_path =
            id.contains(['/', '~']) || ((world.is_file)(Path::new(id)) && paths.is_empty());
        if is_path {
            let problem = format!("{id} is a path, and stands where the id belongs");
            return Err(SpecError::new(OPTION, problem, format!("write --ssh default={id}")));
        }
        // As --secret has it.
        if id == "id" || text.contains(",src=") {
            let write = "write --ssh default, or --ssh NAME=PATH";
            return Err(SpecError::new(OPTION, "it is written as a secret is", write));
        }
        if id.is_empty() || text.ends_with('=') {
            let write = "write --ssh default, or --ssh NAME=PATH";
            return Err(SpecError::new(OPTION, "it lacks an id, or a path", write));
        }
        let paths: Vec<PathBuf> =
            paths.split(',').filter(|it| !it.is_empty()).map(PathBuf::from).collect();
        if paths.is_empty() && (world.variable)("SSH_AUTH_SOCK").is_none() {
            return Err(SpecError::new(
                OPTION,
                "there is no agent: SSH_AUTH_SOCK is not set",
                format!(
                    "start one (eval \"$(ssh-agent)\" && ssh-add), or name a key: --ssh {id}=PATH"
                ),
            ));
        }
        for path in &paths {
            if !(world.is_file)(path) {
                let problem = format!("there is no key {}", path.display());
                let write =
                    "paths are relative to where you are, and ~ is not replaced after a `=`";
                return Err(SpecError::new(OPTION, problem, write));
            }
        }
        Ok(Self { id: id.to_owned(), paths })
    }

    /// As engines take it.
    pub(super) fn argument(&self) -> String {
        if self.paths.is_empty() {
            return self.id.clone();
        }
        let paths: Vec<_> = self.paths.iter().map(|it| it.display().to_string()).collect();
        format!("{}={}", self.id, paths.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, agent: bool) -> Result<String, SpecError> {
        let variable = |name: &str| (agent && name == "SSH_AUTH_SOCK").then(|| "/s".to_owned());
        let is_file = |path: &Path| matches!(path.to_str(), Some("key" | "/k/a"));
        let world = World { variable: &variable, is_file: &is_file };
        Ssh::parse(text, world).map(|it| it.argument())
    }

    #[test]
    fn agents_and_keys_pass() {
        for text in ["default", "work", "default=key", "a=key,/k/a"] {
            assert_eq!(parse(text, true).unwrap(), text);
        }
        assert_eq!(parse("default=key", false).unwrap(), "default=key");
    }

    #[test]
    fn wrong_forms_say_what_to_write() {
        for (text, write) in [
            ("key", "--ssh default=key"),
            ("/k/a", "--ssh default=/k/a"),
            ("~/.ssh/id_ed25519", "--ssh default=~/.ssh/id_ed25519"),
            ("id=default,src=key", "--ssh NAME=PATH"),
            ("default=", "--ssh NAME=PATH"),
            ("default=gone", "relative"),
        ] {
            assert!(parse(text, true).unwrap_err().write.contains(write), "{text}");
        }
        assert!(parse("default", false).unwrap_err().write.contains("ssh-agent"));
    }
}
