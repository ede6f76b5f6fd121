//! A file as a whole.

use std::collections::BTreeMap;

use super::{Service, Text};
use crate::yaml::{Entry, Value, Yaml};

/// How many services may extend one another in a row.
const MOST_EXTENDS: usize = 32;

/// A Compose file.
#[derive(Clone, Debug)]
pub struct Compose<'y> {
    /// The tree.
    pub yaml: &'y Yaml<'y>,
    /// The project's name.
    pub name: Option<Text<'y>>,
    /// The version of an old format; nothing reads it today.
    pub version: Option<Text<'y>>,
    /// The services, in the order of the file.
    pub services: Vec<Service<'y>>,
    /// The volumes.
    pub volumes: Vec<Resource<'y>>,
    /// The networks.
    pub networks: Vec<Resource<'y>>,
    /// The secrets.
    pub secrets: Vec<Resource<'y>>,
    /// The configs.
    pub configs: Vec<Resource<'y>>,
    /// The models.
    pub models: Vec<Resource<'y>>,
    /// Whether `include` brings other files, whose services and resources are not here.
    pub has_includes: bool,
    /// The first service of each name, by its place in `services`.
    places: BTreeMap<&'y str, usize>,
}

/// An entry of `volumes`, `networks`, `secrets`, `configs` or `models`.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'y> {
    /// Its name in the file.
    pub name: &'y str,
    /// The name's place.
    pub key: Value<'y>,
    /// What it says; null for one with nothing but a name.
    pub value: Value<'y>,
}

impl<'y> Resource<'y> {
    /// The value of one of its keys.
    pub fn get(self, key: &str) -> Option<Value<'y>> {
        self.value.get(key)
    }

    /// Whether it is made elsewhere: `external: true`, or the old form with a name below.
    pub fn is_external(self) -> bool {
        self.get("external").is_some_and(|it| it.is_mapping() || it.as_bool() == Some(true))
    }
}

impl<'y> Compose<'y> {
    /// The Compose file that a tree holds. What has another form than it should have is left out:
    /// the loader's complaints are for `problems`.
    pub fn new(yaml: &'y Yaml<'y>) -> Self {
        let roots: Vec<Value<'y>> = yaml.documents().filter(|it| it.is_mapping()).collect();
        let find = |key: &str| roots.iter().rev().find_map(|it| it.get(key));
        let text = |key: &str| find(key).and_then(Text::of);
        // Of several documents, each adds to those before.
        let entries = |key: &str| -> Vec<Entry<'y>> {
            roots.iter().filter_map(|it| it.get(key)).flat_map(Value::entries).collect()
        };
        let resources = |key: &str| -> Vec<Resource<'y>> {
            let entries = entries(key).into_iter();
            entries.map(|it| Resource { name: it.name(), key: it.key, value: it.value }).collect()
        };
        let services = entries("services");
        let has_extends = services.iter().any(|it| it.value.get("extends").is_some());
        let named: BTreeMap<&str, Value<'y>> = if has_extends {
            services.iter().map(|it| (it.name(), it.value)).collect()
        } else {
            BTreeMap::new()
        };
        let mut places = BTreeMap::new();
        for (place, service) in services.iter().enumerate() {
            places.entry(service.name()).or_insert(place);
        }
        Self {
            yaml,
            places,
            name: text("name"),
            version: text("version"),
            services: services
                .iter()
                .map(|it| Service {
                    name: it.name(),
                    key: it.key,
                    value: it.value,
                    bases: bases(it.value, &named),
                })
                .collect(),
            volumes: resources("volumes"),
            networks: resources("networks"),
            secrets: resources("secrets"),
            configs: resources("configs"),
            models: resources("models"),
            has_includes: find("include").is_some_and(|it| !it.is_null()),
        }
    }

    /// The service of a name.
    pub fn service(&self, name: &str) -> Option<&Service<'y>> {
        self.services.get(self.place_of(name)?)
    }

    /// The place in `services` of the service of a name.
    pub fn place_of(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The value of a key at the top.
    pub fn get(&self, key: &str) -> Option<Value<'y>> {
        self.yaml.documents().find_map(|it| it.get(key))
    }
}

/// What a service extends in the same file, the nearest first.
fn bases<'y>(service: Value<'y>, named: &BTreeMap<&str, Value<'y>>) -> Vec<Value<'y>> {
    let mut bases: Vec<Value<'y>> = Vec::new();
    let mut at = service;
    while bases.len() < MOST_EXTENDS {
        let Some(extends) = at.get("extends") else { break };
        if extends.get("file").is_some_and(|it| !it.is_null()) {
            break;
        }
        let name = extends.as_str().or_else(|| extends.get("service")?.as_str());
        let Some(base) = name.and_then(|it| named.get(it).copied()) else { break };
        if base.is(service) || bases.iter().any(|it| it.is(base)) {
            break;
        }
        bases.push(base);
        at = base;
    }
    bases
}
