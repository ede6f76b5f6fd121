//! The form of Compose files, as tables.
//!
//! Which keys there are, which types their values have, and what more the loader asks of them. The
//! facts are those of the
//! [specification's schema](https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json)
//! and of the types that the loader decodes into.

mod deploy;
mod resources;
mod root;
mod service;
mod shared;

pub(super) use root::ROOT;

/// The types that a value may have, as bits.
pub(super) type Types = u8;

pub(super) const NULL: Types = 1;
pub(super) const BOOL: Types = 2;
pub(super) const INT: Types = 4;
/// Whole numbers included.
pub(super) const NUMBER: Types = 8;
pub(super) const TEXT: Types = 16;
pub(super) const LIST: Types = 32;
pub(super) const MAP: Types = 64;

/// The form of a value.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) types: Types,
    /// The keys of a mapping, sorted.
    pub(super) fields: Fields,
    /// What other keys of a mapping may be.
    pub(super) others: Others,
    /// Whether keys that begin with `x-` may be anything.
    pub(super) extensions: bool,
    pub(super) required: &'static [&'static str],
    /// The items of a list.
    pub(super) items: Option<&'static Self>,
    /// Whether no two items may be equal. Where the loader itself drops those that are, it is false.
    pub(super) unique: bool,
    /// The only texts.
    pub(super) words: &'static [&'static str],
    /// The least and the greatest number.
    pub(super) range: Option<(i64, i64)>,
    pub(super) check: Check,
}

pub(super) type Fields = &'static [(&'static str, &'static Schema)];

/// The keys of a mapping that have no names of their own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Others {
    /// There are none.
    Refused,
    /// Anything.
    Any,
    /// Names of letters, digits and `._-`.
    Names(&'static Schema),
    /// The same; what else there is isn't looked at.
    NamesOrAny(&'static Schema),
    /// Names of small letters; what else there is isn't looked at.
    Lower(&'static Schema),
    /// Anything that isn't empty.
    Filled(&'static Schema),
}

/// What a value must be besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    None,
    /// A text is taken for a whole number.
    Int,
    /// A text is taken for a whole number, which isn't negative.
    Unsigned,
    /// A text is taken for a number.
    Number,
    /// A text is taken for a boolean.
    Bool,
    /// A whole number, and no text.
    IntOnly,
    /// A whole number of 16 bits, and no text.
    Int16Only,
    /// A whole number of 32 bits, and no text.
    Int32Only,
    /// A port, be it as a text.
    Port,
    Duration,
    Bytes,
    /// The permissions of a file, in octal if as a text.
    FileMode,
    /// A number of devices, or `all`.
    DeviceCount,
    /// A command that can be split into words.
    Command,
    /// `NAME=value`.
    Environment,
    /// `HOST:IP`.
    Hosts,
    /// `NAME=path`, or `default`.
    Ssh,
    /// `NAME=context`.
    Contexts,
    /// A published port.
    Publish,
    /// A mount.
    Mount,
    /// A device of the host.
    Device,
    /// The test of a healthcheck.
    Test,
    /// A request for devices.
    DeviceRequest,
    /// A number or text, and no fraction.
    Expose,
    /// A trigger of `develop.watch`.
    Watch,
    /// A name of a container.
    ContainerName,
    /// When to pull.
    PullPolicy,
}

impl Schema {
    pub(super) const fn of(types: Types) -> Self {
        Self {
            types,
            fields: &[],
            others: Others::Refused,
            extensions: false,
            required: &[],
            items: None,
            unique: false,
            words: &[],
            range: None,
            check: Check::None,
        }
    }

    /// A mapping of keys, and of extensions.
    pub(super) const fn map(fields: Fields) -> Self {
        Self { fields, extensions: true, ..Self::of(MAP) }
    }

    /// A mapping of names.
    pub(super) const fn each(others: Others) -> Self {
        Self { others, ..Self::of(MAP) }
    }

    pub(super) const fn list(items: &'static Self) -> Self {
        Self { items: Some(items), ..Self::of(LIST) }
    }

    pub(super) const fn or(self, types: Types) -> Self {
        Self { types: self.types | types, ..self }
    }

    pub(super) const fn or_list(self, items: &'static Self) -> Self {
        Self { types: self.types | LIST, items: Some(items), ..self }
    }

    pub(super) const fn or_map(self, fields: Fields) -> Self {
        Self { types: self.types | MAP, fields, extensions: true, ..self }
    }

    pub(super) const fn or_each(self, others: Others) -> Self {
        Self { types: self.types | MAP, others, ..self }
    }

    pub(super) const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    pub(super) const fn closed(self) -> Self {
        Self { extensions: false, ..self }
    }

    pub(super) const fn open(self) -> Self {
        Self { others: Others::Any, ..self }
    }

    pub(super) const fn needs(self, required: &'static [&'static str]) -> Self {
        Self { required, ..self }
    }

    pub(super) const fn words(words: &'static [&'static str]) -> Self {
        Self { words, ..Self::of(TEXT) }
    }

    pub(super) const fn within(self, least: i64, greatest: i64) -> Self {
        Self { range: Some((least, greatest)), ..self }
    }

    pub(super) const fn check(self, check: Check) -> Self {
        Self { check, ..self }
    }

    /// The form of the value of a key, if it has a name of its own.
    pub(super) fn field(&self, name: &str) -> Option<&'static Self> {
        let found = self.fields.binary_search_by(|it| it.0.cmp(name)).ok()?;
        self.fields.get(found).map(|it| it.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted() {
        let mut left: Vec<&'static Schema> = vec![&ROOT];
        let mut seen = 0;
        while let Some(schema) = left.pop() {
            seen += 1;
            assert!(schema.fields.is_sorted_by(|a, b| a.0 < b.0), "{:?}", schema.fields[0].0);
            left.extend(schema.fields.iter().map(|it| it.1));
            left.extend(schema.items);
            if let Others::Names(it)
            | Others::NamesOrAny(it)
            | Others::Lower(it)
            | Others::Filled(it) = schema.others
            {
                left.push(it);
            }
        }
        assert!(seen > 300, "{seen}");
    }
}
