//! From the name of an image to its description.

use super::defaults::{self, Variant};
use super::family::Distribution;
use super::images::{self, Base, Image};
use super::tag::{Suite, Tag, suite_of};
use super::{
    Certainty, Description, Family, Language, Libc, PackageManager, Release, Targets, Toolchain,
    User, canonical_name, releases,
};

/// Describes the image of a name (`rust`, `docker.io/library/rust`), a tag and a digest, as far
/// as its name tells. `None` for one that is neither in the tables nor names a distribution.
///
/// A variable that is not known may be left in the tag (`${VERSION}-slim-bookworm`); words with it
/// say nothing.
pub fn describe<'t>(
    name: &'t str,
    tag: Option<&'t str>,
    digest: Option<&str>,
) -> Option<Description<'t>> {
    let name = canonical_name(name);
    if name == "scratch" && tag.is_none() {
        return images::find(name).map(|it| build(it, name, Tag::new(None), None, Family::Scratch));
    }
    let image = images::find(name);
    let whole_tag = Tag::new(tag);
    let tag = if name.ends_with("/cargo-chef") { whole_tag.after("rust") } else { whole_tag };
    let by_tag = tag.suite();
    let Some(image) = image else {
        return describe_unknown(name, tag, by_tag);
    };
    let image = match name {
        "buildpack-deps" if tag.has("curl") => images::find("buildpack-deps:curl")?,
        "buildpack-deps" if tag.has("scm") => images::find("buildpack-deps:scm")?,
        _ => image,
    };
    let (base, fixed) = match image.base {
        Base::Family(family, release) => (family, release),
        Base::InTag => (by_tag?.family, None),
        Base::Mixed => return None,
    };
    // Names of distributions in the tags of distroless or Chainguard's images do not occur.
    let keeps_family = base.is_distroless() && base != Family::Scratch || base == Family::Wolfi;
    let family = match by_tag {
        Some(suite) if !keeps_family && !is_same(base, suite.family) => suite.family,
        _ => base,
    };
    let family = tag.form().map_or(family, |form| family.in_form(form));
    let release = fixed
        .map(|it| named(family, it))
        .or_else(|| own_release(image, name, family, tag))
        .or_else(|| by_tag.and_then(|it| it.release).map(|it| named(family, it)));
    let (family, release) = match release {
        Some(release) => (family, Some(release)),
        None => by_default(image, family, tag, by_tag.is_some()),
    };
    // The digest holds what a moving tag stood for on another day.
    let release = release.map(|mut it| {
        if digest.is_some() && it.certainty == Certainty::Moving {
            it.certainty = Certainty::Guess;
        }
        it
    });
    Some(build(image, name, tag, release, family))
}

/// A release, and how sure it is.
#[derive(Clone, Copy, Debug)]
struct Known<'t> {
    release: &'t str,
    facts: Option<&'static Release>,
    certainty: Certainty,
}

/// The release of a family that somebody has named.
fn named(family: Family, name: &str) -> Known<'_> {
    let found = family.distribution().and_then(|it| releases::find(it, name));
    match found {
        Some(found) => Known {
            release: found.release.name,
            facts: Some(found.release),
            certainty: if found.moving { Certainty::Moving } else { Certainty::Named },
        },
        None => Known { release: name, facts: None, certainty: Certainty::Named },
    }
}

/// The release that an image of a distribution itself has: its tags are releases.
fn own_release<'t>(
    image: &Image,
    name: &'t str,
    family: Family,
    tag: Tag<'t>,
) -> Option<Known<'t>> {
    if family.distribution() == Some(Distribution::Distroless) {
        let release = name.rfind("-debian").and_then(|it| name.get(it + 1..));
        let newest = Known { certainty: Certainty::Moving, ..named(family, "debian13") };
        return Some(release.map_or(newest, |it| named(family, it)));
    }
    let is_distribution = image.purpose.is_none()
        && matches!(image.base, Base::Family(base, None) if is_same(base, family))
        && matches!(
            image.name,
            "alpine"
                | "debian"
                | "ubuntu"
                | "fedora"
                | "centos"
                | "rockylinux"
                | "almalinux"
                | "oraclelinux"
                | "amazonlinux"
                | "photon"
                | "opensuse/leap"
                | "mcr.microsoft.com/azurelinux/base/core"
                | "mcr.microsoft.com/cbl-mariner/base/core"
                | "quay.io/fedora/fedora-minimal"
                | "registry.fedoraproject.org/fedora-minimal"
        );
    if !is_distribution || tag.words().next().is_some_and(|it| it.contains('$')) {
        return None;
    }
    let word = tag.words().next().unwrap_or("latest");
    let stream = family == Family::CentOs && tag.has("stream");
    let distribution = family.distribution()?;
    // A day alone is a snapshot of the branch that releases are cut from.
    if family == Family::Alpine && word.len() == 8 && !word.contains('.') {
        return Some(named(family, "edge"));
    }
    if stream && word != "stream" {
        let known = match word {
            "8" => named(family, "stream8"),
            "9" => named(family, "stream9"),
            _ => named(family, "stream10"),
        };
        return Some(known);
    }
    let word = word.strip_prefix('v').unwrap_or(word);
    let looks_like_release = word.starts_with(|it: char| it.is_ascii_digit());
    (releases::find(distribution, word).is_some() || looks_like_release)
        .then(|| named(family, word))
        // `centos:centos7`
        .or_else(|| suite_of(word)?.release.map(|it| named(family, it)))
}

/// The release that the version in the tag of an official image stands for.
fn by_default<'t>(
    image: &Image,
    family: Family,
    tag: Tag<'_>,
    is_in_tag: bool,
) -> (Family, Option<Known<'t>>) {
    let variant = match family {
        Family::Alpine => Variant::Alpine,
        // The tag names another distribution than usual, of which the table has nothing.
        _ if is_in_tag => return (family, None),
        _ if tag.has("slim") => Variant::Slim,
        _ => Variant::Plain,
    };
    let version = tag.version();
    if version.is_none() && tag.has_variable() {
        return (family, None);
    }
    let Some(default) = defaults::find(image.name, variant, version) else {
        return (family, None);
    };
    let suite = match variant {
        Variant::Alpine => Suite { family, release: Some(default.release) },
        _ => match suite_of(default.release) {
            Some(suite) => suite,
            None => return (family, None),
        },
    };
    let known = suite.release.map(|release| Known {
        certainty: if default.moving { Certainty::Moving } else { Certainty::Derived },
        ..named(suite.family, release)
    });
    (suite.family, known)
}

/// An image that no table has, but whose tag or name shows a distribution.
fn describe_unknown<'t>(
    name: &'t str,
    tag: Tag<'t>,
    by_tag: Option<Suite<'t>>,
) -> Option<Description<'t>> {
    // A cache of one's own at `registry.example.com/mirror/rust` most likely has what it says;
    // on Docker Hub `somebody/rust` is somebody's.
    let host = name.split_once('/').map(|(host, _)| host).filter(|it| it.contains(['.', ':']));
    let last = host.and_then(|_| name.rsplit('/').next()).unwrap_or_default();
    let (image, suite) = match (by_tag, images::find(last)) {
        (by_tag, Some(image)) if image.name == last => {
            let mut description = describe(last, tag.text(), None)?;
            description.is_known = false;
            description.user = User::Unknown;
            description.tools = description.family.tools().with("?");
            if by_tag.and_then(|it| it.release).is_none() {
                description.certainty = Certainty::Guess;
            }
            return Some(description);
        }
        (Some(suite), _) => (unknown_image(), suite),
        (None, _) => (unknown_image(), suite_in_name(name)?),
    };
    let release = suite.release.map(|it| Known {
        certainty: if by_tag.is_some() { Certainty::Named } else { Certainty::Guess },
        ..named(suite.family, it)
    });
    let mut description = build(image, name, tag, release, suite.family);
    description.is_known = false;
    description.tools = suite.family.tools().with("?");
    description.size = None;
    Some(description)
}

/// The release that a part of a name shows: `hub.example.com/ubuntu22.04/tools`.
fn suite_in_name(name: &str) -> Option<Suite<'_>> {
    let suites = name.split('/').filter_map(|it| Tag::new(Some(it)).suite());
    suites.into_iter().find(|it| it.release.is_some())
}

fn unknown_image() -> &'static Image {
    static UNKNOWN: Image = Image::unknown();
    &UNKNOWN
}

fn is_same(left: Family, right: Family) -> bool {
    left == right || (left.distribution().is_some() && left.distribution() == right.distribution())
}

fn build<'t>(
    image: &Image,
    name: &'t str,
    tag: Tag<'t>,
    release: Option<Known<'t>>,
    family: Family,
) -> Description<'t> {
    let glibc = release.and_then(|it| it.facts).and_then(|it| it.glibc);
    let libc = match family.libc() {
        Some(Libc::Glibc(_)) => Some(Libc::Glibc(glibc)),
        None if family == Family::Busybox && tag.has("musl") => Some(Libc::None),
        None if tag.has("glibc") => Some(Libc::Glibc(None)),
        None if tag.has("musl") => Some(Libc::Musl),
        other => other,
    };
    let slim = tag.has("slim");
    let [plain, of_slim, of_alpine] = image.tools;
    let tools = match family {
        Family::Alpine => of_alpine,
        _ if slim => of_slim,
        _ => plain,
    };
    let has_nonroot = family.distribution() == Some(Distribution::Distroless) && tag.has("nonroot");
    let has_debug = family.distribution() == Some(Distribution::Distroless) && tag.has("debug");
    let is_chainguard_dev = tag.words().last() == Some("dev")
        && matches!(family, Family::ChainguardStatic | Family::ChainguardGlibc | Family::Wolfi);
    let mut own_tools = family.tools().with(tools);
    if is_chainguard_dev {
        own_tools = Family::Wolfi.tools().with("sh ?");
    }
    Description {
        family,
        release: release.map(|it| it.release),
        certainty: match release {
            Some(release) => release.certainty,
            None if family.distribution().is_none() => Certainty::Named,
            None => Certainty::Guess,
        },
        release_facts: release.and_then(|it| it.facts),
        libc,
        toolchain: toolchain(image, tag),
        targets: match image.targets.which {
            "-" => Targets::None,
            "tag" => tag.text().map_or(Targets::None, |it| Targets::Short(target_words(it))),
            "name" => Targets::Named(name.rsplit('/').next().unwrap_or(name)),
            list => Targets::Listed(list),
        },
        builds_for_target: image.targets.by_default,
        user: if has_nonroot { User::Other("65532") } else { image.user },
        package_manager: if is_chainguard_dev {
            Some(PackageManager::Apk)
        } else {
            family.package_manager(release.map(|it| it.release))
        },
        tools: own_tools,
        other_shell: has_debug.then_some("/busybox/sh"),
        has_passwd: !matches!(family, Family::Scratch | Family::Windows),
        size: size(image, family, slim),
        is_known: true,
        extra_users: image.users,
    }
}

/// `x86_64-musl` of `x86_64-musl-stable-1.80.0`.
fn target_words(tag: &str) -> &str {
    let second = tag.find('-').and_then(|at| Some(at + 1 + tag.get(at + 1..)?.find('-')?));
    second.and_then(|it| tag.get(..it)).unwrap_or(tag)
}

fn toolchain<'t>(image: &Image, tag: Tag<'t>) -> Option<Toolchain<'t>> {
    let purpose = image.purpose?;
    let version = match purpose.language {
        // The tag begins with a target, or a date, or the version of something else.
        Language::Rust if image.targets.which != "-" => tag
            .words()
            .find(|it| it.starts_with("1."))
            .or_else(|| tag.words().find(|it| matches!(*it, "nightly" | "beta"))),
        // Other images number themselves.
        Language::Rust if !matches!(image.name, "rust" | "cimg/rust") => None,
        Language::Rust => {
            tag.version().or_else(|| tag.words().find(|it| matches!(*it, "nightly" | "beta")))
        }
        Language::C => None,
        _ => tag.version(),
    };
    Some(Toolchain { language: purpose.language, version, only_builds: purpose.only_builds })
}

/// The size of an image: that of its family, or of the toolchain inside.
fn size(image: &Image, family: Family, slim: bool) -> Option<u32> {
    let small = slim || family == Family::Alpine;
    match image.name {
        "rust" => Some(if small { 300 } else { 550 }),
        "golang" => Some(if family == Family::Alpine { 75 } else { 300 }),
        "node" => Some(if small { 70 } else { 400 }),
        "python" if family == Family::Alpine => Some(18),
        "python" => Some(if slim { 45 } else { 370 }),
        "buildpack-deps" => Some(300),
        "gcc" => Some(500),
        _ if image.purpose.is_some() || image.tools[0].contains('?') => None,
        _ => family.size(slim),
    }
}
