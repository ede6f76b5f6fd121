//! How an image is built.

use super::file_mounts::FileMount;
use super::pairs::{self, Pair};
use super::{Service, Text};
use crate::yaml::Value;

/// The `build` of a service.
#[derive(Clone, Debug)]
pub struct Build<'y> {
    /// Its own, then those of what the service extends: a text is the context.
    pub values: Vec<Value<'y>>,
}

impl<'y> Build<'y> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Value<'y>> {
        self.all(key).next()
    }

    fn all(&self, key: &str) -> impl Iterator<Item = Value<'y>> {
        self.values.iter().filter_map(move |it| it.get(key))
    }

    fn text(&self, key: &str) -> Option<Text<'y>> {
        self.get(key).filter(|it| !it.is_null()).and_then(Text::of)
    }

    fn texts(&self, key: &str) -> Vec<Text<'y>> {
        self.all(key).flat_map(pairs::texts).collect()
    }

    /// The directory or address that is built; `None` stands for `.`.
    pub fn context(&self) -> Option<Text<'y>> {
        self.values.iter().find_map(|it| Text::of(*it).or_else(|| Text::of(it.get("context")?)))
    }

    /// The Dockerfile, as seen from the context; `None` stands for `Dockerfile`.
    pub fn dockerfile(&self) -> Option<Text<'y>> {
        self.text("dockerfile")
    }

    /// The Dockerfile's own text.
    pub fn dockerfile_inline(&self) -> Option<Text<'y>> {
        self.text("dockerfile_inline")
    }

    /// The stage that is built.
    pub fn target(&self) -> Option<Text<'y>> {
        self.text("target")
    }

    /// The arguments.
    pub fn args(&self) -> Vec<Pair<'y>> {
        pairs::read_all(self.all("args"))
    }

    /// The labels.
    pub fn labels(&self) -> Vec<Pair<'y>> {
        pairs::read_all(self.all("labels"))
    }

    /// Contexts by name.
    pub fn additional_contexts(&self) -> Vec<Pair<'y>> {
        pairs::read_all(self.all("additional_contexts"))
    }

    /// The secrets that steps may read.
    pub fn secrets(&self) -> Vec<FileMount<'y>> {
        self.all("secrets").flat_map(Value::items).filter_map(FileMount::read).collect()
    }

    /// The agents that steps may use: `default`, or a name with a path.
    pub fn ssh(&self) -> Vec<Pair<'y>> {
        pairs::read_all(self.all("ssh"))
    }

    /// Where layers come from.
    pub fn cache_from(&self) -> Vec<Text<'y>> {
        self.texts("cache_from")
    }

    /// Where layers go to.
    pub fn cache_to(&self) -> Vec<Text<'y>> {
        self.texts("cache_to")
    }

    /// The platforms that are built.
    pub fn platforms(&self) -> Vec<Text<'y>> {
        self.texts("platforms")
    }

    /// More names of the image.
    pub fn tags(&self) -> Vec<Text<'y>> {
        self.texts("tags")
    }
}

impl Service<'_> {
    /// Whether its image is built.
    pub fn is_built(&self) -> bool {
        self.get("build").is_some_and(|it| !it.is_null())
    }
}
