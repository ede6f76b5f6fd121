//! The variables that Compose puts in, as far as the files of the project give them.

use std::collections::BTreeMap;

use plimsoll_project::files::{self, Files};

/// How long a value may be, and a text that values are put into.
const MOST_BYTES: usize = 4096;

/// What `.env` beside a Compose file sets. Whoever starts Compose may set more, or other values.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostVariables(BTreeMap<String, String>);

impl HostVariables {
    /// Reads `.env` in the directory of a Compose file.
    pub(crate) fn beside(files: &dyn Files, compose: &str) -> Self {
        let directory = files::parent(compose).unwrap_or("/");
        let text = files.text(&files::join(directory, ".env")).unwrap_or_default();
        let lines = text.lines().filter_map(|line| {
            let line = line.trim().strip_prefix("export ").unwrap_or(line.trim());
            let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
            let value = value.split_once(" #").map_or(value, |it| it.0).trim();
            let quoted = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
            let value = quoted('"').or_else(|| quoted('\'')).unwrap_or(value);
            (value.len() <= MOST_BYTES && !value.contains('$'))
                .then(|| (name.trim().to_owned(), value.to_owned()))
        });
        Self(lines.collect())
    }

    /// A text with its variables put in: by their values or else their defaults. `None` where one has
    /// neither.
    pub(crate) fn replace(&self, text: &str) -> Option<String> {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            if result.len() > MOST_BYTES {
                return None;
            }
            result.push_str(before);
            if let Some(after) = after.strip_prefix('$') {
                result.push('$');
                rest = after;
                continue;
            }
            let (value, after) = if let Some(inside) = after.strip_prefix('{') {
                self.braced(inside)?
            } else {
                let length = name_length(after);
                (self.0.get(&after[..length])?.clone(), &after[length..])
            };
            result.push_str(&value);
            rest = after;
        }
        result.push_str(rest);
        Some(result)
    }

    /// The value of what follows `${`, and what comes after its brace.
    fn braced<'t>(&self, text: &'t str) -> Option<(String, &'t str)> {
        let (inside, after) = text.split_once('}')?;
        let (name, rest) = inside.split_at(name_length(inside));
        let value = self.0.get(name).filter(|it| !(it.is_empty() && rest.starts_with(':')));
        let default = || {
            let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'))?;
            (!default.contains('$')).then(|| default.to_owned())
        };
        // `+` stands for another value than the variable's.
        let value = value.filter(|_| !rest.contains('+')).cloned();
        Some((value.or_else(default)?, after))
    }
}

fn name_length(text: &str) -> usize {
    text.find(|it: char| !(it.is_ascii_alphanumeric() || it == '_')).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use plimsoll_project::files::MemoryFiles;

    use super::*;

    #[test]
    fn values_come_from_the_file_or_the_defaults() {
        let text = "# A=0\nA=1\nexport B=\"two\" \nC= # none\nD=$A\n";
        let files = MemoryFiles::new([("/p/.env", text)]);
        let variables = HostVariables::beside(&files, "/p/compose.yaml");
        let replace = |text: &str| variables.replace(text);
        assert_eq!(replace("$A-${B}/$$x").as_deref(), Some("1-two/$x"));
        assert_eq!(replace("${A:-9}${X:-9}${Y-}${C:-8}").as_deref(), Some("198"));
        for text in ["$X", "${X}", "${X:?no}", "${X:-$A}", "${A+1}", "${", "$D"] {
            assert_eq!(replace(text), None, "{text}");
        }
    }
}
