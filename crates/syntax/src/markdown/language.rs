//! What an info string says about a code block.

/// What a code block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// A Dockerfile: `dockerfile`, `docker`, `containerfile`.
    Dockerfile,
    /// A Compose file: `compose`, `docker-compose`, and both with a file ending.
    Compose,
    /// YAML that says no more: `yaml`, `yml`.
    Yaml,
    /// Something else, or nothing is said.
    Other,
}

impl Language {
    /// The language that the first word of an info string names, in any case. What follows it is left
    /// aside, as in `dockerfile title="x"` and `yaml,ignore`; so is the notation `{.yaml}`.
    pub fn of(info: &str) -> Self {
        let info = info.trim_start_matches(['{', '.', ' ']);
        let is_end =
            |it: char| it.is_whitespace() || matches!(it, ',' | ':' | ';' | '{' | '}' | '=');
        let word = info.split(is_end).next().unwrap_or_default().to_ascii_lowercase();
        match &*word {
            "dockerfile" | "docker" | "containerfile" => Self::Dockerfile,
            "compose"
            | "compose.yaml"
            | "compose.yml"
            | "docker-compose"
            | "docker-compose.yaml"
            | "docker-compose.yml" => Self::Compose,
            "yaml" | "yml" => Self::Yaml,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_decides_in_any_case() {
        for (info, language) in [
            ("dockerfile", Language::Dockerfile),
            ("Dockerfile title=\"x\"", Language::Dockerfile),
            ("DOCKER,ignore", Language::Dockerfile),
            ("containerfile{1,3}", Language::Dockerfile),
            ("{.dockerfile .wide}", Language::Dockerfile),
            ("yaml", Language::Yaml),
            ("yml:compose.yml", Language::Yaml),
            ("docker-compose.yml", Language::Compose),
            ("compose", Language::Compose),
            ("", Language::Other),
            ("sh docker", Language::Other),
            ("dockerfiles", Language::Other),
        ] {
            assert_eq!(Language::of(info), language, "{info}");
        }
    }
}
