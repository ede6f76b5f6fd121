//! Whether the parts of a file fit together.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_finding::Span;

use super::loaded::{Field, Item};
use super::parts::{self, Parts, Use};
use super::place::{Place, Step};
use super::problem::{ComposeProblem, ComposeProblemKind as Kind};
use super::short_mount::clean;
use super::{cycles, units};

/// With more problems than this nobody looks at suggestions.
const MOST_SUGGESTIONS: usize = 50;

/// Finds what doesn't fit.
pub(super) fn check(parts: &Parts<'_, '_>, problems: &mut Vec<ComposeProblem>) {
    let mut checker = Checker { parts, problems };
    let names = Names {
        networks: parts.names("networks"),
        volumes: parts.names("volumes"),
        secrets: parts.names("secrets"),
        configs: parts.names("configs"),
        models: parts.names("models"),
    };
    for service in &parts.services {
        checker.image(service);
        checker.build(service);
        checker.exclusive_keys(service);
        checker.limits(service);
        checker.scale(service);
        checker.mounts(service);
        if parts.is_complete(service) {
            checker.references(service, &names);
        }
    }
    checker.resources();
    cycles::check(parts, problems);
}

struct Names<'y> {
    networks: BTreeSet<&'y str>,
    volumes: BTreeSet<&'y str>,
    secrets: BTreeSet<&'y str>,
    configs: BTreeSet<&'y str>,
    models: BTreeSet<&'y str>,
}

struct Checker<'c, 'i, 'y> {
    parts: &'c Parts<'i, 'y>,
    problems: &'c mut Vec<ComposeProblem>,
}

impl Checker<'_, '_, '_> {
    fn report(&mut self, kind: Kind, code: &'static str, span: Span, message: String, help: &str) {
        let problem = ComposeProblem::new(kind, code, span, message);
        let help = (!help.is_empty()).then(|| help.to_owned());
        self.problems.push(match help {
            Some(help) => problem.help(help),
            None => problem,
        });
    }

    fn image(&mut self, service: &Field<'_>) {
        if !self.parts.is_complete(service) {
            return;
        }
        let item = &service.value;
        let has_image = item.get("image").is_some_and(|it| it.text() != Some("") && !it.is_null());
        if !has_image && !item.has("build") && !item.has("provider") {
            let message = format!("service `{}` has neither `image` nor `build`", service.name);
            let help = "name an image, or say how it is built";
            let span = item.field("image").map_or(service.key.written(), |it| it.value.span());
            self.report(Kind::Consistency, "no-image", span, message, help);
        }
    }

    fn build(&mut self, service: &Field<'_>) {
        let Some(build) = service.value.get("build") else { return };
        let filled = |name: &str| build.field(name).filter(|it| it.value.text() != Some(""));
        if let (Some(inline), Some(file)) = (filled("dockerfile_inline"), filled("dockerfile")) {
            let message =
                format!("service `{}` has both `dockerfile` and `dockerfile_inline`", service.name);
            let problem = ComposeProblem::new(
                Kind::Consistency,
                "exclusive-keys",
                inline.key.written(),
                message,
            );
            let problem = problem.help("remove one of them");
            self.problems.push(problem.related(file.key.written(), "it is here"));
        }
        self.contexts(service, build);
        let platform = service.value.get("platform").filter(|it| it.text() != Some(""));
        let platforms = build.get("platforms").map_or(&[][..], Item::items);
        if let Some(text) = platform.and_then(Item::text)
            && !platforms.is_empty()
            && platforms.iter().all(|it| it.text().is_some_and(|it| it != text))
        {
            let message = format!(
                "`build.platforms` of service `{}` lacks its `platform` `{text}`",
                service.name
            );
            let span = platforms.first().map_or(service.key.written(), Item::span);
            let help = "add the platform to `build.platforms`";
            self.report(Kind::Consistency, "platform-not-built", span, message, help);
        }
    }

    /// Contexts that are services.
    fn contexts(&mut self, service: &Field<'_>, build: &Item<'_>) {
        let Some(contexts) = build.get("additional_contexts") else { return };
        let listed = contexts.items().iter().filter_map(|it| {
            let text = it.text()?;
            Some((text.split_once('=')?.1, it.span()))
        });
        let mapped = contexts.fields().iter();
        let mapped = mapped.filter_map(|it| Some((it.value.text()?, it.value.span())));
        for (context, span) in listed.chain(mapped) {
            let Some(name) = context.strip_prefix("service:") else { continue };
            let problem = match self.parts.by_name.get(name) {
                None if self.parts.is_open => continue,
                None => "is not defined",
                Some(other) if !other.value.has("build") && self.parts.is_complete(other) => {
                    "is not built"
                }
                Some(_) => continue,
            };
            let message =
                format!("service `{name}`, a context of service `{}`, {problem}", service.name);
            self.report(Kind::Consistency, "unknown-context", span, message, "");
        }
    }

    fn exclusive_keys(&mut self, service: &Field<'_>) {
        let item = &service.value;
        let Some(mode) = item.field("network_mode").filter(|it| it.value.text() != Some("")) else {
            return;
        };
        let Some(networks) = item.field("networks") else { return };
        if !networks.value.items().is_empty() || !networks.value.fields().is_empty() {
            let name = service.name;
            let message = format!("service `{name}` has both `network_mode` and `networks`");
            let code = "exclusive-keys";
            let problem =
                ComposeProblem::new(Kind::Consistency, code, networks.key.written(), message);
            let problem = problem.help("remove one of them");
            self.problems.push(problem.related(mode.key.written(), "it is here"));
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the loader computes with less, too")]
    fn limits(&mut self, service: &Field<'_>) {
        let item = &service.value;
        let Some(resources) = item.at(&["deploy", "resources"]) else { return };
        // A number with a fraction is read as nothing.
        let bytes = |it: Option<&Item<'_>>| {
            let Some(it) = it else { return Some(0) };
            if it.is_unknown() {
                return None;
            }
            let text = it.text().map(|it| units::bytes(it).map(i128::from));
            text.unwrap_or_else(|| Some(it.int().unwrap_or_default()))
        };
        for (short, kind, long) in [
            ("mem_limit", "limits", "memory"),
            ("mem_reservation", "reservations", "memory"),
            ("pids_limit", "limits", "pids"),
        ] {
            let Some(limits) = resources.get(kind).filter(|it| it.is_map()) else { continue };
            let Some(field) = item.field(short) else { continue };
            let (Some(ours), Some(theirs)) = (bytes(Some(&field.value)), bytes(limits.get(long)))
            else {
                continue;
            };
            if ours != 0 && ours != theirs {
                self.report_distinct(service, field, &format!("deploy.resources.{kind}.{long}"));
            }
        }
        let cpus = |it: Option<&Item<'_>>| match it {
            None => Some(0.0_f32),
            Some(it) => it.number().map(|it| it as f32),
        };
        if let Some(limits) = resources.get("limits").filter(|it| it.is_map())
            && let Some(field) = item.field("cpus")
            && let (Some(ours), Some(theirs)) = (cpus(Some(&field.value)), cpus(limits.get("cpus")))
            && ours != 0.0
            && ours.to_bits() != theirs.to_bits()
        {
            self.report_distinct(service, field, "deploy.resources.limits.cpus");
        }
    }

    fn report_distinct(&mut self, service: &Field<'_>, field: &Field<'_>, other: &str) {
        let (name, key) = (service.name, field.name);
        let message = format!("`{key}` and `{other}` of service `{name}` differ");
        let help = format!("set `{other}` alone, or both to the same");
        self.report(Kind::Consistency, "distinct-values", field.key.written(), message, &help);
    }

    fn scale(&mut self, service: &Field<'_>) {
        let (item, name) = (&service.value, service.name);
        let scale = item.field("scale");
        let replicas = item.get("deploy").and_then(|it| it.field("replicas"));
        let count = |it: Option<&Field<'_>>| it.and_then(|it| it.value.int());
        if let (Some(field), Some(scale), Some(replicas)) = (scale, count(scale), count(replicas))
            && scale != replicas
        {
            self.report_distinct(service, field, "deploy.replicas");
        }
        for field in [scale, replicas].into_iter().flatten() {
            if count(Some(field)).is_some_and(|it| it < 0) {
                let message = format!("`{}` of service `{name}` is less than 0", field.name);
                let span = field.value.span();
                self.report(Kind::Consistency, "negative-scale", span, message, "");
            }
        }
        let many = scale.or(replicas).filter(|it| count(Some(it)).is_some_and(|it| it > 1));
        let container = item.field("container_name").filter(|it| it.value.text() != Some(""));
        if let (Some(many), Some(container)) = (many, container) {
            let message = format!(
                "service `{name}` has `container_name`, and more than one container by `{}`",
                many.name
            );
            let span = container.key.written();
            let problem = ComposeProblem::new(Kind::Consistency, "named-copies", span, message);
            let problem = problem.help("remove `container_name`");
            self.problems.push(problem.related(many.key.written(), "it is here"));
        }
    }

    /// Two mounts at one target, of which neither replaces the other.
    fn mounts(&mut self, service: &Field<'_>) {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let tmpfs = service.value.get("tmpfs");
        let tmpfs: Vec<&Item<'_>> = match tmpfs {
            Some(it) if it.text().is_some() => vec![it],
            it => it.map_or(&[][..], Item::items).iter().collect(),
        };
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let tmpfs = tmpfs.into_iter().filter_map(|it| Some((it.text()?, it.span())));
        let tmpfs = tmpfs.filter(|it| names.insert(it.0.split('=').next().unwrap_or_default()));
        let tmpfs: Vec<_> =
            tmpfs.map(|it| (it.0.split(':').next().unwrap_or_default().to_owned(), it.1)).collect();
        let kept = parts::mounts(&service.value).kept.into_iter();
        let volumes = kept.map(|it| (clean(&it.target), it.span));
        for (target, span) in tmpfs.into_iter().chain(volumes) {
            if let Some(first) = seen.get(&target) {
                let message = format!("service `{}` has two mounts at `{target}`", service.name);
                let problem =
                    ComposeProblem::new(Kind::Consistency, "equal-targets", span, message);
                let problem = problem.help("remove one of them");
                self.problems.push(problem.related(*first, "the other is here"));
            } else {
                seen.insert(target, span);
            }
        }
    }

    fn references(&mut self, service: &Field<'_>, names: &Names<'_>) {
        let item = &service.value;
        for it in parts::uses(item.get("networks")) {
            if it.name != "default" {
                self.refer(service, &it, "network", &names.networks);
            }
        }
        for it in parts::mounts(item).kept {
            if it.is_volume && !it.source.is_empty() {
                let it = Use { name: it.source, span: it.span };
                self.refer(service, &it, "volume", &names.volumes);
            }
        }
        let build = item.at(&["build", "secrets"]);
        for it in parts::file_mounts(build, "") {
            self.refer(service, &it, "secret", &names.secrets);
        }
        for it in parts::file_mounts(item.get("secrets"), "/run/secrets") {
            self.refer(service, &it, "secret", &names.secrets);
        }
        for it in parts::file_mounts(item.get("configs"), "") {
            self.refer(service, &it, "config", &names.configs);
        }
        for it in parts::uses(item.get("models")) {
            self.refer(service, &it, "model", &names.models);
        }
        for it in cycles::dependencies(item) {
            if !self.parts.by_name.contains_key(&*it.name) {
                let message = format!(
                    "service `{}` needs service `{}`, which is not defined",
                    service.name, it.name
                );
                let known = self.parts.by_name.keys().copied();
                self.refuse("undefined-service", &it, message, known);
            }
        }
    }

    fn refer(&mut self, service: &Field<'_>, it: &Use<'_>, what: &str, known: &BTreeSet<&str>) {
        // The loader takes such names for extensions here.
        let is_extension = matches!(what, "network" | "model") && it.name.starts_with("x-");
        if is_extension {
            let name = &it.name;
            let message = format!(
                "the {what} `{name}` can't be used, as `x-` begins the name of an extension"
            );
            self.report(Kind::Consistency, "name-of-extension", it.span, message, "rename it");
            return;
        }
        if known.contains(&*it.name) {
            return;
        }
        let code = match what {
            "network" => "undefined-network",
            "volume" => "undefined-volume",
            "secret" => "undefined-secret",
            "config" => "undefined-config",
            _ => "undefined-model",
        };
        let message = format!(
            "service `{}` uses the {what} `{}`, which is not defined",
            service.name, it.name
        );
        self.refuse(code, it, message, known.iter().copied());
    }

    fn refuse<'n>(
        &mut self,
        code: &'static str,
        it: &Use<'_>,
        message: String,
        known: impl Iterator<Item = &'n str>,
    ) {
        let near = known
            .take(if self.problems.len() > MOST_SUGGESTIONS { 0 } else { usize::MAX })
            .map(|name| (strsim::damerau_levenshtein(name, &it.name), name))
            .filter(|(distance, _)| *distance <= it.name.len() / 3)
            .min();
        let help = match (near, code.strip_prefix("undefined-")) {
            (Some((_, name)), _) => format!("did you mean `{name}`?"),
            (None, Some(what)) => format!("define `{}` under `{what}s:`", it.name),
            (None, None) => String::new(),
        };
        self.report(Kind::Consistency, code, it.span, message, &help);
    }

    fn resources(&mut self) {
        for section in ["volumes", "networks", "secrets", "configs"] {
            for field in self.parts.root.get(section).map_or(&[][..], Item::fields) {
                self.external_name(section, field);
                match section {
                    "volumes" => self.external_volume(field),
                    "secrets" => self.file_object(field, section, &["file", "environment"]),
                    "configs" => {
                        self.file_object(field, section, &["file", "environment", "content"]);
                    }
                    _ => {}
                }
            }
        }
    }

    /// The old form of a name, with another one beside it.
    fn external_name(&mut self, section: &str, field: &Field<'_>) {
        let old = field.value.at(&["external", "name"]).and_then(Item::text);
        let new = field.value.get("name").and_then(Item::text);
        if let (Some(old), Some(new)) = (old, new)
            && old != new
        {
            let steps = [Step::Key(section), Step::Key(field.name)];
            let message = format!("{} has two names: `{new}` and `{old}`", Place(&steps));
            let span =
                field.value.at(&["external", "name"]).map_or(field.key.written(), Item::span);
            let help = "write `external: true` and one `name`";
            self.report(Kind::Rule, "two-names", span, message, help);
        }
    }

    fn external_volume(&mut self, field: &Field<'_>) {
        let item = &field.value;
        let Some(external) = item.get("external") else { return };
        if !external.is_map() && external.boolean() != Some(true) {
            return;
        }
        for other in item.fields() {
            if !matches!(other.name, "name" | "external") && !other.name.starts_with("x-") {
                let (name, key) = (field.name, other.name);
                let message = format!("volume `{name}` is external, and `{key}` can't be set");
                let span = other.key.written();
                self.report(Kind::Rule, "external-with-settings", span, message, "remove it");
            }
        }
    }

    /// Where the content of a secret or config comes from.
    fn file_object(&mut self, field: &Field<'_>, section: &str, keys: &[&str]) {
        let item = &field.value;
        if !item.is_map() {
            return;
        }
        let steps = [Step::Key(section), Step::Key(field.name)];
        let place = Place(&steps);
        let present: Vec<&Field<'_>> = keys.iter().filter_map(|it| item.field(it)).collect();
        if let [first, second, ..] = present[..] {
            let message = format!("{place} has both `{}` and `{}`", first.name, second.name);
            let span = second.key.written();
            let problem = ComposeProblem::new(Kind::Rule, "exclusive-keys", span, message);
            let problem = problem.help("remove one of them");
            self.problems.push(problem.related(first.key.written(), "it is here"));
            return;
        }
        let external = item.get("external");
        let is_external =
            external.is_some_and(|it| it.is_map() || it.is_unknown() || it.boolean() == Some(true));
        if self.parts.is_open || is_external {
            return;
        }
        let is_filled = present.iter().any(|it| it.value.text() != Some(""));
        let has_driver = item.has("driver");
        let is_missing = match section {
            "secrets" => !is_filled,
            _ => present.is_empty() && !has_driver && external.is_none(),
        };
        if is_missing {
            let message = format!("{place} has no content");
            let words: Vec<String> = keys.iter().map(|it| format!("`{it}`")).collect();
            let help = format!("set one of {}, or `external: true`", words.join(", "));
            self.report(Kind::Rule, "no-content", field.key.written(), message, &help);
        }
    }
}
