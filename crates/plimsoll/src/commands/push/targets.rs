//! The names that an image gets in registries, and which of them never move.

use std::collections::BTreeSet;

use plimsoll_image::{Digest, Reference, reference::is_tag};
use plimsoll_project::tag_mutability::{Known, Mutability};
use plimsoll_registry::{Pushed, Target};

use crate::{commands::build::output::tag_of, failure::Failure, settings::PushSettings, ui::Ui};

/// What decides about names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Naming<'a> {
    /// What the settings say of tags.
    pub(crate) settings: &'a PushSettings,
    /// Whether every tag may move.
    pub(crate) allow_retag: bool,
    /// The version of the image, which is the tag of names without one.
    pub(crate) version: Option<&'a str>,
    /// The commit that the image is made of.
    pub(crate) commit: Option<&'a str>,
}

impl Naming<'_> {
    /// The targets that `references` mean, each once, in their order.
    ///
    /// # Errors
    /// One has neither a tag nor a digest, and there is no version either; or one has a digest that is
    /// not the image's, as far as that is known.
    pub(crate) fn targets(
        &self,
        references: &[Reference],
        root: Option<&Digest>,
    ) -> Result<Vec<Target>, Failure> {
        let mut seen = BTreeSet::new();
        let mut targets = Vec::new();
        for given in references {
            let reference = self.named(given, root)?;
            if seen.insert(reference.clone()) {
                let immutable = !self.allow_retag && self.mutability(&reference).is_immutable();
                targets.push(Target { reference, immutable });
            }
        }
        Ok(targets)
    }

    /// Whether a tag may ever name another image.
    pub(crate) fn mutability(&self, reference: &Reference) -> Mutability {
        let known = Known {
            commit: self.commit,
            immutable: &self.settings.immutable_tags,
            moving: &self.settings.moving_tags,
        };
        // What is named by its digest is that for ever, and has no tag to move.
        reference.tag.as_deref().map_or(Mutability::Moving, |tag| Mutability::of(tag, &known))
    }

    /// Warns of tags that were moved and never should be.
    pub(crate) fn warn_of_moved(&self, pushed: &[Pushed], ui: &Ui) {
        for it in pushed {
            if let Some(old) = it.replaced.filter(|_| self.mutability(&it.reference).is_immutable())
            {
                ui.warning(format!(
                    "{} was {old} and is {} now: whoever has the old one does not hear of it",
                    it.reference, it.digest
                ));
            }
        }
    }

    fn named(&self, given: &Reference, root: Option<&Digest>) -> Result<Reference, Failure> {
        if let (Some(digest), Some(root)) = (&given.digest, root)
            && digest != root
        {
            return Err(Failure::new(format!(
                "the image is {root}, so it can't be pushed as {given}"
            )));
        }
        match (&given.tag, &given.digest, self.version) {
            (Some(tag), _, _) => Ok(given.tagged(tag)),
            (None, Some(_), _) => Ok(given.clone()),
            // It is a label of the image, which may hold any text.
            (None, None, Some(version)) if is_tag(&tag_of(version)) => {
                Ok(given.tagged(&tag_of(version)))
            }
            (None, None, Some(version)) => Err(Failure::new(format!(
                "{given} has no tag, and the version of the image, {version:?}, can't be one"
            ))
            .hint(format!("name one, such as {given}:1.0.0"))),
            (None, None, None) => Err(Failure::new(format!("{given} has no tag")).hint(format!(
                "name one, such as {given}:1.0.0; the image does not say its version"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(names: &[&str], version: Option<&str>) -> Result<Vec<(String, bool)>, Failure> {
        let settings = PushSettings::default();
        let naming = Naming { settings: &settings, allow_retag: false, version, commit: None };
        let names: Vec<_> = names.iter().map(|it| it.parse().unwrap()).collect();
        let targets = naming.targets(&names, Some(&Digest::of(b"")))?;
        Ok(targets.iter().map(|it| (it.reference.to_string(), it.immutable)).collect())
    }

    #[test]
    fn a_name_without_a_tag_gets_the_version() {
        let found =
            targets(&["h.io/a", "h.io/a:latest", "h.io/a:1.0.0_b"], Some("1.0.0+b")).unwrap();
        let expected = [("h.io/a:1.0.0_b", true), ("h.io/a:latest", false)];
        assert_eq!(found, expected.map(|(name, it)| (name.to_owned(), it)));
        assert!(targets(&["h.io/a"], None).is_err());
        for version in ["", "1.0\nimage=evil", "1/../../x", "1.0?x", &"1".repeat(129)] {
            assert!(targets(&["h.io/a"], Some(version)).is_err(), "{version}");
        }
    }

    #[test]
    fn a_digest_must_be_the_images() {
        let own = format!("h.io/a@{}", Digest::of(b""));
        assert_eq!(targets(&[&own], None).unwrap(), [(own.clone(), false)]);
        assert!(targets(&[&format!("h.io/a:1@{}", Digest::of(b"x"))], None).is_err());
    }
}
