//! Services.

use plimsoll_finding::Span;

use super::pairs::{self, Pair};
use super::{
    Build, CommandLine, Dependency, EnvFile, FileMount, Healthcheck, Mount, Port, Resources, Text,
};
use crate::yaml::Value;

/// A service.
#[derive(Clone, Debug)]
pub struct Service<'y> {
    /// Its name.
    pub name: &'y str,
    /// The name's place.
    pub key: Value<'y>,
    /// What it says itself.
    pub value: Value<'y>,
    /// What it extends in the same file, the nearest first.
    pub bases: Vec<Value<'y>>,
}

/// A network that a service is in.
#[derive(Clone, Copy, Debug)]
pub struct NetworkUse<'y> {
    /// The network's name.
    pub name: Text<'y>,
    /// The place of all that is said of it.
    pub span: Span,
    /// The settings of the long form; null or a text for none.
    pub value: Value<'y>,
}

impl<'y> Service<'y> {
    /// The value of a key: its own, else that of what it extends. Lists and mappings that extend one
    /// another are not joined here but where they are read.
    pub fn get(&self, key: &str) -> Option<Value<'y>> {
        self.all(key).next()
    }

    /// The values of a key, its own first and then those of what it extends, up to one that stands
    /// for all (`!reset`, `!override`).
    pub fn all(&self, key: &str) -> impl Iterator<Item = Value<'y>> {
        let mut ended = false;
        let values = std::iter::once(&self.value).chain(&self.bases);
        values.filter_map(move |it| it.get(key)).take_while(move |it| {
            let goes_on = !ended && it.tag() != Some("!reset");
            ended |= it.tag() == Some("!override");
            goes_on
        })
    }

    /// The value of a key that the service itself has.
    pub fn own(&self, key: &str) -> Option<Value<'y>> {
        self.value.get(key)
    }

    /// The text of a key; `None` for null.
    pub fn text(&self, key: &str) -> Option<Text<'y>> {
        self.get(key).filter(|it| !it.is_null()).and_then(Text::of)
    }

    /// Whether a key is `true`.
    pub fn is_on(&self, key: &str) -> bool {
        self.get(key).and_then(Value::as_bool) == Some(true)
    }

    /// Whether it extends a service of another file, whose keys are not here.
    pub fn extends_elsewhere(&self) -> bool {
        let values = std::iter::once(&self.value).chain(&self.bases);
        values.filter_map(|it| it.at(&["extends", "file"])).any(|it| !it.is_null())
    }

    /// The image's name.
    pub fn image(&self) -> Option<Text<'y>> {
        self.text("image")
    }

    /// How the image is built.
    pub fn build(&self) -> Option<Build<'y>> {
        let values: Vec<_> = self.all("build").filter(|it| !it.is_null()).collect();
        (!values.is_empty()).then_some(Build { values })
    }

    /// What runs in place of the image's command.
    pub fn command(&self) -> Option<CommandLine<'y>> {
        CommandLine::read(self.get("command")?)
    }

    /// What runs in place of the image's entry point.
    pub fn entrypoint(&self) -> Option<CommandLine<'y>> {
        CommandLine::read(self.get("entrypoint")?)
    }

    /// The variables of the environment.
    pub fn environment(&self) -> Vec<Pair<'y>> {
        pairs::read_all(self.all("environment"))
    }

    /// The labels.
    pub fn labels(&self) -> Vec<Pair<'y>> {
        pairs::read_all(self.all("labels"))
    }

    /// The files that variables come from.
    pub fn env_file(&self) -> Vec<EnvFile<'y>> {
        self.all("env_file").flat_map(EnvFile::read).collect()
    }

    /// The ports that are published.
    pub fn ports(&self) -> Vec<Port<'y>> {
        self.all("ports").flat_map(Value::items).filter_map(Port::read).collect()
    }

    /// The ports that others may connect to.
    pub fn expose(&self) -> Vec<Text<'y>> {
        self.texts("expose")
    }

    /// What is mounted.
    pub fn volumes(&self) -> Vec<Mount<'y>> {
        self.all("volumes").flat_map(Value::items).filter_map(Mount::read).collect()
    }

    /// Where memory is mounted; options follow a colon.
    pub fn tmpfs(&self) -> Vec<Text<'y>> {
        self.texts("tmpfs")
    }

    /// What it starts after.
    pub fn depends_on(&self) -> Vec<Dependency<'y>> {
        let mut all: Vec<Dependency<'y>> = Vec::new();
        for it in self.all("depends_on").flat_map(Dependency::read) {
            if all.iter().all(|known| known.name.text != it.name.text) {
                all.push(it);
            }
        }
        all
    }

    /// How it is tested.
    pub fn healthcheck(&self) -> Option<Healthcheck<'y>> {
        let values: Vec<_> = self.all("healthcheck").filter(|it| !it.is_null()).collect();
        (!values.is_empty()).then_some(Healthcheck { values })
    }

    /// The networks that it is in; none stands for `default`.
    pub fn networks(&self) -> Vec<NetworkUse<'y>> {
        let mut all: Vec<NetworkUse<'y>> = Vec::new();
        for value in self.all("networks") {
            let items = value.items().filter_map(|it| {
                Some(NetworkUse { name: Text::of(it)?, span: it.written(), value: it })
            });
            let entries = value.entries().into_iter().filter_map(|it| {
                Some(NetworkUse { name: Text::of(it.key)?, span: it.span(), value: it.value })
            });
            for it in items.chain(entries) {
                if all.iter().all(|known| known.name.text != it.name.text) {
                    all.push(it);
                }
            }
        }
        all
    }

    /// `host`, `none`, `bridge`, `service:NAME`, `container:NAME`.
    pub fn network_mode(&self) -> Option<Text<'y>> {
        self.text("network_mode")
    }

    /// The secrets that are mounted.
    pub fn secrets(&self) -> Vec<FileMount<'y>> {
        self.all("secrets").flat_map(Value::items).filter_map(FileMount::read).collect()
    }

    /// The configs that are mounted.
    pub fn configs(&self) -> Vec<FileMount<'y>> {
        self.all("configs").flat_map(Value::items).filter_map(FileMount::read).collect()
    }

    /// The profiles that it belongs to; none stands for all.
    pub fn profiles(&self) -> Vec<Text<'y>> {
        self.texts("profiles")
    }

    /// The user that it runs as.
    pub fn user(&self) -> Option<Text<'y>> {
        self.text("user")
    }

    /// The signal that stops it.
    pub fn stop_signal(&self) -> Option<Text<'y>> {
        self.text("stop_signal")
    }

    /// The container's own name.
    pub fn container_name(&self) -> Option<Text<'y>> {
        self.text("container_name")
    }

    /// What it may use, in `deploy.resources` or in short keys.
    pub fn resources(&self) -> Resources<'y> {
        Resources::read(self)
    }

    /// The texts of a list or of the one text that stands for it.
    pub fn texts(&self, key: &str) -> Vec<Text<'y>> {
        self.all(key).flat_map(pairs::texts).collect()
    }
}
