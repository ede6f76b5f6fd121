//! What the settings of every kind of server have in common.

use plimsoll_syntax::compose::MountKind;

use super::{Given, Maker, Password, ServerKind, Setting};
use crate::compose::effective_environment::secret_of;
use crate::compose::expansion::{Expanded, UNKNOWN};

impl<'y> Given<'y> {
    pub(super) fn of(value: &Expanded<'y>) -> Self {
        Self { text: value.text.clone(), written: Some(value.whole()) }
    }

    pub(super) fn default(text: &'static str) -> Self {
        Self { text: text.into(), written: None }
    }

    pub(super) fn unknown() -> Self {
        Self { text: UNKNOWN.to_string().into(), written: None }
    }

    /// Whether the value is known.
    pub(crate) fn is_known(&self) -> bool {
        !self.text.contains(UNKNOWN)
    }
}

impl<'y> Setting<'_, 'y> {
    /// The first of some variables that has a value, or the content of the file that `NAME_FILE`
    /// names; `None` if none has, as far as the environment is known.
    pub(super) fn value(&self, names: &[&str]) -> Option<Given<'y>> {
        for name in names {
            if let Some(found) = self.environment.get(name).filter(|it| !it.value.text.is_empty()) {
                return Some(Given::of(&found.value));
            }
            let file_name = format!("{name}_FILE");
            if let Some(file) = self.environment.get(&file_name) {
                let text = self.secret(&file.value.text).unwrap_or_else(|| UNKNOWN.to_string());
                return Some(Given { text: text.into(), written: Some(file.value.whole()) });
            }
        }
        (!self.environment.is_complete).then(Given::unknown)
    }

    pub(super) fn value_or(&self, names: &[&str], default: &'static str) -> Given<'y> {
        self.value(names).unwrap_or_else(|| Given::default(default))
    }

    pub(super) fn password(&self, names: &[&str], absent: Password<'y>) -> Password<'y> {
        match self.value(names) {
            Some(it) if it.is_known() => Password::Given(it),
            Some(_) => Password::Unknown,
            None => absent,
        }
    }

    /// The text of a secret that is a file.
    fn secret(&self, path: &str) -> Option<String> {
        let name = secret_of(path)?;
        let secret = self.compose.secrets.iter().find(|it| it.name == name)?;
        let file = secret.get("file")?.as_str().filter(|it| !it.contains('$'))?;
        let place = self.place?;
        let text = place.files().text(&place.resolve(file))?;
        Some(text.trim_end_matches(['\n', '\r']).to_owned())
    }

    /// Whether a switch is set to something.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.environment.get(name).is_some_and(|it| !it.value.text.is_empty())
    }

    /// Whether something is mounted at a path or below it, so that files there may say anything.
    pub(super) fn mounts_below(&self, directory: &str) -> bool {
        let is_below = |it: &str| {
            it.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let volumes = self.service.volumes();
        let mut mounts = volumes.iter().filter(|it| it.kind != MountKind::Tmpfs);
        mounts.any(|it| it.target.is_none_or(|it| is_below(it.text) || it.is_templated()))
            || self.service.configs().iter().any(|it| it.target.is_none_or(|it| is_below(it.text)))
    }

    /// Whether the service runs something else than the image does.
    pub(super) fn is_wrapped(&self) -> bool {
        self.service.get("entrypoint").is_some_and(|it| !it.is_null())
    }

    /// The words of the command, those of a shell's script too.
    pub(super) fn command_words(&self) -> Vec<String> {
        let Some(command) = self.service.command() else { return Vec::new() };
        let words = command.words.iter();
        words.flat_map(|it| it.text.split_ascii_whitespace().map(str::to_owned)).collect()
    }

    /// Where it listens.
    pub(super) fn port(&self, kind: ServerKind) -> Option<u16> {
        let told = [
            "PGPORT",
            "POSTGRES_PORT",
            "MYSQL_TCP_PORT",
            "POSTGRESQL_PORT_NUMBER",
            "REDIS_PORT_NUMBER",
            "VALKEY_PORT_NUMBER",
            "MYSQL_PORT_NUMBER",
            "MARIADB_PORT_NUMBER",
            "RABBITMQ_NODE_PORT",
            "RABBITMQ_NODE_PORT_NUMBER",
            "MONGODB_PORT_NUMBER",
            "REDIS_ARGS",
        ];
        let says_port = |word: &String| {
            word.contains("port") || word == "-p" || word.contains(".conf") || word.contains('$')
        };
        let unknown = self.maker == Maker::Other
            || !self.environment.is_complete
            || self.is_wrapped()
            || told.iter().any(|it| self.environment.get(it).is_some())
            || self.command_words().iter().any(says_port);
        (!unknown).then(|| kind.port())
    }
}
