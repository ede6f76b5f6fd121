//! `flavor`: what holds for all tags.

use super::csv;
use super::javascript::trim;
use super::{Manner, TagsError};

/// What holds for all tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flavor {
    /// Whether there is a `latest`; `None` leaves it to the kind of the first tag.
    pub latest: Option<bool>,
    /// What stands before each tag that has no prefix of its own.
    pub prefix: String,
    /// Whether it stands before `latest` too.
    pub prefix_latest: bool,
    /// What stands after each tag that has no suffix of its own.
    pub suffix: String,
    /// Whether it stands after `latest` too.
    pub suffix_latest: bool,
}

impl Flavor {
    /// Reads all entries; later ones override earlier ones.
    pub fn parse(entries: &[String], manner: Manner) -> Result<Self, TagsError> {
        let mut flavor = Self::default();
        for entry in entries {
            flavor.read(entry, manner)?;
        }
        Ok(flavor)
    }

    fn read(&mut self, entry: &str, manner: Manner) -> Result<(), TagsError> {
        let quoting = |problem| TagsError::Quoting { entry: entry.to_owned(), problem };
        let mut last = "";
        for field in csv::fields(entry).map_err(quoting)? {
            let Some((key, value)) = field.split_once('=') else {
                return Err(TagsError::InvalidFlavor(entry.to_owned()));
            };
            // The action forgets what stands after a second `=`, of `tz='UTC'` for example.
            let value = match manner {
                Manner::Model => trim(value.split('=').next().unwrap_or_default()),
                Manner::Ours => trim(value),
            };
            match trim(key).to_lowercase().as_str() {
                "latest" => {
                    self.latest = match value {
                        "auto" => None,
                        "true" => Some(true),
                        "false" => Some(false),
                        _ => return Err(TagsError::InvalidLatest(entry.to_owned())),
                    }
                }
                "prefix" => {
                    value.clone_into(&mut self.prefix);
                    last = "prefix";
                }
                "suffix" => {
                    value.clone_into(&mut self.suffix);
                    last = "suffix";
                }
                "onlatest" => {
                    let holds = match value {
                        "true" => true,
                        "false" => false,
                        _ => return Err(TagsError::InvalidOnLatest(value.to_owned())),
                    };
                    match last {
                        "prefix" => self.prefix_latest = holds,
                        "suffix" => self.suffix_latest = holds,
                        _ => {}
                    }
                }
                _ => return Err(TagsError::UnknownFlavor(entry.to_owned())),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Flavor, Manner};

    fn flavor(entries: &[&str], manner: Manner) -> Result<Flavor, String> {
        let entries: Vec<_> = entries.iter().map(|it| (*it).to_owned()).collect();
        Flavor::parse(&entries, manner).map_err(|it| it.to_string())
    }

    #[test]
    fn onlatest_is_about_what_stands_before_it() {
        let read = flavor(&["prefix=a-,onlatest=true", "suffix=-b"], Manner::Model).unwrap();
        assert!(read.prefix_latest && !read.suffix_latest);
        let read = flavor(&["onlatest=true,prefix=a-"], Manner::Model).unwrap();
        assert!(!read.prefix_latest);
    }

    #[test]
    fn only_we_keep_what_stands_after_a_second_equals_sign() {
        let entry = ["suffix=-{{date 'YYYY' tz='UTC'}}"];
        let suffix = |manner| flavor(&entry, manner).unwrap().suffix;
        assert_eq!(suffix(Manner::Model), "-{{date 'YYYY' tz");
        assert_eq!(suffix(Manner::Ours), "-{{date 'YYYY' tz='UTC'}}");
    }

    #[test]
    fn what_is_wrong_is_said_in_the_action_s_words() {
        for (entry, error) in [
            ("x", "Invalid flavor entry: x"),
            ("latest=x", "Invalid latest flavor entry: latest=x"),
            ("prefix=a,onlatest=x", "Invalid value for onlatest attribute: x"),
            ("a=b", "Unknown flavor entry: a=b"),
        ] {
            assert_eq!(flavor(&[entry], Manner::Ours).unwrap_err(), error);
        }
    }
}
