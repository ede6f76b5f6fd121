//! The image that each stage stands on at last, and what its name tells about it.

use std::collections::BTreeMap;
use std::ops::Range;

use plimsoll_syntax::dockerfile::{Base, Stage};

use crate::Facts;
use crate::bases::{self, Description, OwnedDescription};

/// The image that a stage stands on at last.
#[derive(Clone, Debug)]
pub(crate) struct BaseImage {
    /// The stage whose `FROM` names it.
    pub(crate) root: usize,
    /// As its `FROM` means it. A variable without a default stays as written.
    pub(crate) text: String,
    /// Whether all of it is known before the build.
    pub(crate) is_known: bool,
    name: Range<usize>,
    tag: Option<Range<usize>>,
    digest: Option<Range<usize>>,
    description: Option<OwnedDescription>,
}

impl BaseImage {
    fn new(root: usize, text: String, is_known: bool) -> Self {
        let (name, tag, digest) = parts(&text);
        let slice = |range: &Range<usize>| &text[range.clone()];
        let description =
            bases::describe(slice(&name), tag.as_ref().map(slice), digest.as_ref().map(slice));
        let description = description.map(|it| OwnedDescription::new(&it));
        Self { root, text, is_known, name, tag, digest, description }
    }

    /// The name without tag and digest.
    pub(crate) fn name(&self) -> &str {
        self.text.get(self.name.clone()).unwrap_or_default()
    }

    /// The tag.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.text.get(self.tag.clone()?)
    }

    /// The digest with its algorithm.
    pub(crate) fn digest(&self) -> Option<&str> {
        self.text.get(self.digest.clone()?)
    }

    /// What the name tells.
    pub(crate) fn describe(&self) -> Option<Description<'_>> {
        self.description.as_ref().map(OwnedDescription::get)
    }
}

/// Where name, tag and digest stand in an image's name. References to variables may hold colons.
fn parts(text: &str) -> (Range<usize>, Option<Range<usize>>, Option<Range<usize>>) {
    let mut depth = 0_usize;
    let (mut colon, mut at) = (None, None);
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'/' if depth == 0 && at.is_none() => colon = None,
            b':' if depth == 0 && at.is_none() => colon = Some(offset),
            b'@' if depth == 0 && at.is_none() => at = Some(offset),
            _ => {}
        }
    }
    let end = at.unwrap_or(text.len());
    let tag = colon.map(|it| it + 1..end).filter(|it| !it.is_empty());
    (0..colon.unwrap_or(end), tag, at.map(|it| it + 1..text.len()))
}

impl<'d> Facts<'d> {
    /// The image that a stage stands on at last; `None` where there is no such stage.
    pub(crate) fn base_image(&self, stage: usize) -> Option<&BaseImage> {
        let root = self.stages.root(stage)?.index;
        self.base_images().get(root)
    }

    /// What is known of the image that a stage stands on at last.
    pub(crate) fn base(&self, stage: usize) -> Option<Description<'_>> {
        self.base_image(stage)?.describe()
    }

    /// One `FROM` of each image that is no stage and not `scratch`, with the image: the one that is
    /// shipped, or else the first.
    pub(crate) fn images(&self) -> impl Iterator<Item = (&Stage<'d>, &BaseImage)> {
        let images = self.base_images();
        let named = || self.stages.all.iter().zip(images).filter(|it| it.0.base == Base::Image);
        let mut given: BTreeMap<&str, &Stage<'d>> = BTreeMap::new();
        for (stage, image) in named() {
            let known = given.entry(&image.text).or_insert(stage);
            if stage.shipped && !known.shipped {
                *known = stage;
            }
        }
        named().filter(move |(stage, image)| {
            given.get(&*image.text).is_some_and(|it| it.index == stage.index)
        })
    }

    /// By the number of each stage, the image that its `FROM` names.
    fn base_images(&self) -> &[BaseImage] {
        self.bases.get_or_init(|| {
            let read = self.stages.all.iter().map(|stage| {
                let text = match stage.base {
                    Base::Stage(_) => String::new(),
                    Base::Scratch => stage.image.clone(),
                    Base::Image if stage.image_known => stage.image.clone(),
                    Base::Image => {
                        let index = stage.first.saturating_sub(1);
                        self.expand(index, &stage.from.image).into_owned()
                    }
                };
                BaseImage::new(stage.index, text, stage.image_known)
            });
            read.collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile;

    use super::*;
    use crate::bases::Family;

    #[track_caller]
    fn with(text: &str, stage: usize, test: impl FnOnce(&BaseImage)) {
        let file = dockerfile::parse(text);
        test(Facts::new(&file).base_image(stage).unwrap());
    }

    #[test]
    fn the_parts_of_a_name() {
        let of = |text: &'static str| {
            let (name, tag, digest) = parts(text);
            (&text[name], tag.map(|it| &text[it]), digest.map(|it| &text[it]))
        };
        assert_eq!(of("rust"), ("rust", None, None));
        assert_eq!(of("a.b:5000/c/rust"), ("a.b:5000/c/rust", None, None));
        assert_eq!(of("a.b:5/rust:1@sha256:f"), ("a.b:5/rust", Some("1"), Some("sha256:f")));
        assert_eq!(of("rust@sha256:f"), ("rust", None, Some("sha256:f")));
        assert_eq!(of("x:${A:-b}-c"), ("x", Some("${A:-b}-c"), None));
        assert_eq!(of("${A:-b/c}/x"), ("${A:-b/c}/x", None, None));
        assert_eq!(of("x:"), ("x", None, None));
    }

    #[test]
    fn stages_have_the_image_of_their_root() {
        let text = "ARG TAG=3.22\nFROM alpine:$TAG AS a\nFROM a AS b\nFROM b\n";
        with(text, 2, |image| {
            assert_eq!((image.name(), image.tag(), image.root), ("alpine", Some("3.22"), 0));
            assert_eq!(image.describe().map(|it| it.family), Some(Family::Alpine));
        });
        with("FROM a AS b\nFROM scratch\n", 1, |image| {
            assert_eq!(image.describe().map(|it| it.family), Some(Family::Scratch));
        });
    }

    #[test]
    fn each_image_is_given_once_and_where_it_is_shipped() {
        let file = dockerfile::parse("FROM a\nFROM b\nFROM b\nFROM scratch\nFROM a\n");
        let facts = Facts::new(&file);
        let given: Vec<_> = facts.images().map(|it| (it.0.index, it.1.name())).collect();
        assert_eq!(given, [(1, "b"), (4, "a")]);
    }

    #[test]
    fn what_is_not_known_stays_as_written() {
        with("ARG V\nFROM rust:${V}-slim-bookworm\n", 0, |image| {
            assert!(!image.is_known);
            assert_eq!(image.tag(), Some("${V}-slim-bookworm"));
            assert_eq!(image.describe().and_then(|it| it.release), Some("bookworm"));
        });
        with("ARG IMAGE\nFROM $IMAGE\n", 0, |image| assert!(image.describe().is_none()));
    }
}
