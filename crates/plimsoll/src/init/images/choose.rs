//! Chooses the release of builder and base: the newest for which most was found.

use plimsoll_image::Reference;
use plimsoll_lint::bases::{self, Family};

use super::{
    Debian, Images, PinnedImage, WantedImages,
    candidates::{self, Candidate, Release},
    finder::{Finder, Found, Source},
    releases::ALPINE,
};

/// Why there are no images to name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImagesError {
    /// The builder that the user names is of another distribution than the plan needs.
    #[error("the builder {builder} stands on {found}, and {needed} is needed")]
    WrongBuilder {
        /// `--builder`.
        builder: String,
        /// Its distribution, and its release if there is one.
        found: String,
        /// The distribution or the releases that would do.
        needed: String,
    },
    /// `--update-base` could not ask.
    #[error("cannot look up {name} anew: {why}")]
    NotUpdated {
        /// The image.
        name: String,
        /// Half a sentence.
        why: String,
    },
    /// There is no release to choose, which a table of ours decides.
    #[error("there is no release of Debian or Alpine that has all that is needed")]
    NoRelease,
}

/// Builder and base of a release, as far as they were found.
struct Pair {
    release: Release,
    builder: Found,
    base: Option<Found>,
}

impl Images {
    /// Finds the images that are wanted, and locks what is found.
    pub(crate) fn find(
        wanted: &WantedImages<'_>,
        finder: &mut Finder,
    ) -> Result<Self, ImagesError> {
        let releases = releases(wanted)?;
        let names = |release: &Release| {
            let builder = match wanted.builder {
                Some(it) => vec![Candidate { reference: it.clone(), is_exact: true }],
                None => candidates::builder(wanted.rust, release.name()),
            };
            (builder, candidates::base(wanted.standing, release))
        };
        let mut all: Vec<_> = releases.into_iter().map(|it| (it, names(&it))).collect();
        // Where everything is locked, nothing else is of interest.
        let is_locked = |(builder, base): &(Vec<_>, Vec<_>)| {
            finder.is_locked(builder) && (base.is_empty() || finder.is_locked(base))
        };
        if let Some(at) = all.iter().position(|(_, names)| is_locked(names)) {
            all = vec![all.swap_remove(at)];
        }
        let services: Vec<_> =
            wanted.services.iter().map(|it| (*it, candidates::service(*it))).collect();
        let pairs = all.iter().flat_map(|(_, (builder, base))| [builder.clone(), base.clone()]);
        let asked: Vec<_> = pairs.chain(services.iter().map(|(_, it)| it.clone())).collect();
        finder.ask(&asked);

        let mut best: Option<((u8, u8), Pair)> = None;
        for (release, (builder, base)) in &all {
            let Some(builder) = finder.find(builder) else { continue };
            let base = finder.find(base);
            let pair = Pair { release: *release, builder, base };
            let score = pair.score();
            if best.as_ref().is_none_or(|(it, _)| *it < score) {
                best = Some((score, pair));
            }
        }
        let (_, pair) = best.ok_or(ImagesError::NoRelease)?;
        let mut services: Vec<(String, Found)> = services
            .iter()
            .filter_map(|(kind, names)| Some((kind.name().to_owned(), finder.find(names)?)))
            .collect();
        services.sort_by(|a, b| a.0.cmp(&b.0));
        let found = [Some(&pair.builder), pair.base.as_ref()].into_iter().flatten();
        for found in found.chain(services.iter().map(|(_, it)| it)) {
            if let Some(why) = finder.not_updated(found) {
                return Err(ImagesError::NotUpdated { name: found.reference.to_string(), why });
            }
        }
        if !pair.builder.is_exact {
            finder.note(format!(
                "no image of Rust {} was found: {} may have another",
                wanted.rust.version, pair.builder.reference
            ));
        }
        for found in [Some(&pair.builder), pair.base.as_ref()].into_iter().flatten() {
            let name = Reference { tag: None, digest: None, ..found.reference.clone() }.to_string();
            let described = bases::describe(&name, found.reference.tag.as_deref(), None);
            if described
                .and_then(|it| it.release_facts)
                .is_some_and(|it| it.ended(bases::TABLE_DATE))
            {
                let name = &found.reference;
                finder.note(format!(
                    "the support of {name} has ended, and none of a newer release was found"
                ));
            }
        }
        let mut take = |found: &Found| -> PinnedImage { finder.take(found) };
        Ok(Self {
            builder: take(&pair.builder),
            release: pair.release.name().to_owned(),
            base: pair.base.as_ref().map(&mut take),
            services: services.iter().map(|(name, it)| (name.clone(), take(it))).collect(),
        })
    }
}

impl Pair {
    /// How much was found: the worse of both first, then both together.
    fn score(&self) -> (u8, u8) {
        let score = |it: &Found| match (it.source, it.digest.is_some(), it.is_exact) {
            (Source::Locked, ..) => 40,
            (Source::Registry { .. }, ..) | (_, true, _) => 25 + u8::from(it.is_exact) * 5,
            (Source::Engine, ..) => 18 + u8::from(it.is_exact),
            (Source::Unknown, ..) => 10,
            (Source::Nowhere, ..) => 0,
        };
        let builder = score(&self.builder);
        let base = self.base.as_ref().map_or(40, score);
        (builder.min(base), builder + base)
    }
}

/// The releases to look at, the newest first; just one where the user's builder decides it.
fn releases(wanted: &WantedImages<'_>) -> Result<Vec<Release>, ImagesError> {
    let known: Vec<Release> = if wanted.builds_on_alpine {
        ALPINE.iter().map(|it| Release::Alpine(it)).collect()
    } else {
        let version = &wanted.rust.version;
        let fitting = |it: &&Debian| wanted.builder.is_some() || it.has_rust(version);
        let fitting: Vec<_> = wanted.releases.iter().filter(fitting).copied().collect();
        // An older Rust comes by rustup, into the oldest image.
        let fitting = if fitting.is_empty() {
            wanted.releases.last().copied().into_iter().collect()
        } else {
            fitting
        };
        fitting.into_iter().map(Release::Debian).collect()
    };
    let Some(builder) = wanted.builder else { return Ok(known) };
    let name = Reference { tag: None, digest: None, ..builder.clone() }.to_string();
    // Of an image that nobody knows, the newest release is believed.
    let Some(described) = bases::describe(&name, builder.tag.as_deref(), None) else {
        return Ok(known.into_iter().take(1).collect());
    };
    let fits = match described.family {
        Family::Debian => !wanted.builds_on_alpine,
        Family::Alpine => wanted.builds_on_alpine,
        _ => false,
    };
    let wrong = |needed: String| ImagesError::WrongBuilder {
        builder: builder.to_string(),
        found: match (described.family, described.release) {
            (Family::Alpine, release) => format!("Alpine {}", release.unwrap_or_default()),
            (Family::Debian, release) => format!("Debian {}", release.unwrap_or_default()),
            _ => "another distribution".to_owned(),
        }
        .trim_end()
        .to_owned(),
        needed,
    };
    if !fits {
        let needed = if wanted.builds_on_alpine { "Alpine" } else { "Debian" };
        return Err(wrong(needed.to_owned()));
    }
    let Some(release) = described.release else {
        return Ok(known.into_iter().take(1).collect());
    };
    let same: Vec<_> = known.iter().filter(|it| it.name() == release).copied().collect();
    if !same.is_empty() {
        return Ok(same);
    }
    let names: Vec<_> = known.iter().map(Release::name).collect();
    Err(wrong(names.join(" or ")))
}
