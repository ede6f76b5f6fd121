//! What somebody asks for.

use super::csv::{self, Rules};
use super::javascript::trim;
use super::{Manner, TagsError};

/// The inputs of the action, lists already taken apart: one entry each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Names of images, `ghcr.io/user/app` or `name=…,enable=…`. None means tags without a name.
    pub images: Vec<String>,
    /// `type=semver,pattern={{version}}` and its like. None means the action's own defaults.
    pub tags: Vec<String>,
    /// `latest=auto`, `prefix=…,onlatest=true`, `suffix=…`.
    pub flavor: Vec<String>,
    /// `key=value`, in addition to the default labels.
    pub labels: Vec<String>,
    /// `key=value`, in addition to the default annotations.
    pub annotations: Vec<String>,
    /// What stands between tags in the output.
    pub sep_tags: String,
    /// What stands between labels in the output.
    pub sep_labels: String,
    /// What stands between annotations in the output.
    pub sep_annotations: String,
    /// The target in bake files.
    pub bake_target: String,
}

impl Default for Inputs {
    fn default() -> Self {
        Self {
            images: Vec::new(),
            tags: Vec::new(),
            flavor: Vec::new(),
            labels: Vec::new(),
            annotations: Vec::new(),
            sep_tags: "\n".to_owned(),
            sep_labels: "\n".to_owned(),
            sep_annotations: "\n".to_owned(),
            bake_target: "docker-metadata-action".to_owned(),
        }
    }
}

impl Inputs {
    /// Reads the inputs of an action's `with:` block, which come as a look-up. Lists have an entry
    /// on each line; lines that start with `#` are comments. What other inputs there are (`context`,
    /// `github-token`) is not looked at.
    ///
    /// [`Manner::Ours`] keeps quotes around fields that have a comma; the action forgets them, and
    /// takes the field apart when it reads the entry.
    ///
    /// # Errors
    /// A list has a quote without an end.
    pub fn from_map(
        input: impl Fn(&str) -> Option<String>,
        manner: Manner,
    ) -> Result<Self, TagsError> {
        let entries = match manner {
            Manner::Model => Rest::Text,
            Manner::Ours => Rest::Entries,
        };
        let list = |name, rest| list(&input(name).unwrap_or_default(), rest);
        let default = Self::default();
        let text = |name, default| input(name).filter(|it| !it.is_empty()).unwrap_or(default);
        let bake_target = input("bake-target").map(|it| trim(&it).to_owned());
        Ok(Self {
            images: list("images", entries)?,
            tags: list("tags", entries)?,
            flavor: list("flavor", entries)?,
            labels: list("labels", Rest::Text)?,
            annotations: list("annotations", Rest::Text)?,
            sep_tags: text("sep-tags", default.sep_tags),
            sep_labels: text("sep-labels", default.sep_labels),
            sep_annotations: text("sep-annotations", default.sep_annotations),
            bake_target: bake_target.filter(|it| !it.is_empty()).unwrap_or(default.bake_target),
        })
    }
}

/// What becomes of the lines of a list.
#[derive(Clone, Copy)]
enum Rest {
    /// They are taken apart at commas later on.
    Entries,
    /// They are text.
    Text,
}

fn list(text: &str, rest: Rest) -> Result<Vec<String>, TagsError> {
    let quoting = |problem| TagsError::Quoting { entry: text.to_owned(), problem };
    let records = csv::records(trim(text), Rules::Lists).map_err(quoting)?;
    let line = |fields: Vec<String>| match (rest, fields.as_slice()) {
        (Rest::Text, _) => fields.join(","),
        (Rest::Entries, fields) => {
            fields.iter().map(|it| csv::quoted(it)).collect::<Vec<_>>().join(",")
        }
    };
    let lines = records.into_iter().map(line).filter(|it| !it.is_empty());
    Ok(lines.map(|it| trim(&it).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::{Inputs, Manner};

    fn inputs(pairs: &[(&str, &str)]) -> Inputs {
        inputs_as(pairs, Manner::Ours)
    }

    fn inputs_as(pairs: &[(&str, &str)], manner: Manner) -> Inputs {
        let find = |name: &str| pairs.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        Inputs::from_map(find, manner).unwrap()
    }

    #[test]
    fn lists_have_an_entry_on_each_line() {
        let read = inputs(&[
            ("images", "  a/b\n#no\n\n  c/d \n"),
            ("tags", "type=raw,value=x#y\r\ntype=sha"),
            ("labels", "a=b,c\n\"d=e,f\"\ng=\"h\""),
        ]);
        assert_eq!(read.images, ["a/b", "c/d"]);
        assert_eq!(read.tags, ["type=raw,value=x#y", "type=sha"]);
        assert_eq!(read.labels, ["a=b,c", "d=e,f", "g=\"h\""]);
    }

    #[test]
    fn a_quoted_comma_stays_quoted_where_it_matters() {
        let pairs = [("tags", "type=match,\"pattern=v\\d{1,2}\"")];
        assert_eq!(inputs(&pairs).tags, ["type=match,\"pattern=v\\d{1,2}\""]);
        assert_eq!(inputs_as(&pairs, Manner::Model).tags, ["type=match,pattern=v\\d{1,2}"]);
    }

    #[test]
    fn separators_and_target_have_defaults() {
        let read = inputs(&[("sep-tags", ","), ("sep-labels", ""), ("bake-target", " ")]);
        assert_eq!((read.sep_tags.as_str(), read.sep_labels.as_str()), (",", "\n"));
        assert_eq!(read.bake_target, "docker-metadata-action");
    }

    #[test]
    fn an_open_quote_is_an_error() {
        assert!(Inputs::from_map(|_| Some("\"a".to_owned()), Manner::Ours).is_err());
    }
}
