//! `missing-tini`: the image starts with an init that it doesn't have, or has elsewhere.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::dockerfile::{Command, Copy, Source};

use crate::bases::{Certainty, Family};
use crate::facts::packages::Manager;
use crate::facts::paths;
use crate::facts::start::Start;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports an `ENTRYPOINT` or `CMD` that starts tini or dumb-init where nothing brings it into
    /// the image, or where the package puts it at another path: Alpine's tini is `/sbin/tini`,
    /// Debian's is `/usr/bin/tini`.
    ///
    /// ## Why it matters
    /// The container doesn't start.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY --from=build /app/server /usr/local/bin/server
    /// ENTRYPOINT ["tini", "--", "server"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM alpine:3.22
    /// RUN apk add --no-cache tini
    /// COPY --from=build /app/server /usr/local/bin/server
    /// ENTRYPOINT ["/usr/bin/tini", "--", "server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// RUN apk add --no-cache tini
    /// COPY --from=build /app/server /usr/local/bin/server
    /// ENTRYPOINT ["/sbin/tini", "--", "server"]
    /// ```
    pub(crate) static MISSING_TINI = {
        name: "missing-tini",
        clause: Clause::Signals,
        summary: "the image starts with an init that it doesn't have, or has elsewhere",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for start in cx.facts.starts() {
        let Some((span, value)) = init(start) else { continue };
        let name = paths::file_name(&value).to_owned();
        if let Some(path) = installed_at(cx, start.stage, &name)
            && value.contains('/')
        {
            if is_elsewhere(&value, path) && !mentions(cx, start.stage, &value) {
                let message = format!("`{value}` isn't there: the package puts it at `{path}`");
                cx.report(span, message).help(format!("Start `{path}`.")).done();
            }
            continue;
        }
        if cx.facts.has_program(start.stage, &name) != Some(false)
            || mentions(cx, start.stage, &name)
        {
            continue;
        }
        let image = cx.facts.base_image(start.stage).map_or("", |it| &*it.text);
        let message = format!("nothing brings `{name}` into the image, nor does `{image}` have it");
        cx.report(span, message)
            .help(format!(
                "Install the package `{name}`, copy a static one from another stage, or leave it \
                 out and run with `docker run --init`."
            ))
            .done();
    }
}

/// The init that an image starts: where, and as written.
fn init(start: &Start<'_>) -> Option<(Span, String)> {
    let named = |value: &str| {
        matches!(paths::file_name(value), "tini" | "tini-static" | "dumb-init")
            && (value.starts_with('/') || !value.contains('/'))
    };
    if let Some(command) = &start.command {
        let word = command.words.first()?;
        return named(&word.value).then(|| (word.span, word.value.clone().into_owned()));
    }
    let script = start.scripts.first()?;
    let parsed = script.script();
    let words = &parsed.commands.first()?.words;
    let word = words.iter().find(|it| it.value != "exec")?;
    named(&word.value).then(|| (script.place(word.span), word.value.clone().into_owned()))
}

/// Where a package puts the init, if one is installed and its place is known.
fn installed_at(cx: &Context<'_, '_>, stage: usize, name: &str) -> Option<&'static str> {
    let base = cx.facts.base(stage)?;
    let mut installed = cx.facts.packages().installed(&cx.facts.stages, stage);
    let (manager, _) = installed.find(|(_, it)| *it == name)?;
    Some(match (manager, name) {
        // Alpine moves its programs to `/usr` from 3.23 on.
        (Manager::Apk, "tini")
            if base.family == Family::Alpine
                && base.certainty >= Certainty::Derived
                && base.release.is_some_and(is_before_merge) =>
        {
            "/sbin/tini"
        }
        (Manager::Apt, "tini") => "/usr/bin/tini",
        (Manager::Apt, "dumb-init") => "/usr/bin/dumb-init",
        _ => return None,
    })
}

fn is_before_merge(release: &str) -> bool {
    let minor = release.strip_prefix("3.").and_then(|it| it.split('.').next());
    minor.and_then(|it| it.parse::<u32>().ok()).is_some_and(|it| it < 23)
}

/// Whether the init is not at a path, links of the merged `/usr` counted in.
fn is_elsewhere(value: &str, path: &str) -> bool {
    let is_program = |it: &str| value.strip_prefix(it).is_some_and(|it| it == paths::file_name(path));
    match path {
        "/sbin/tini" => value != path,
        // `/bin` is a link to `/usr/bin` in most images.
        _ => !is_program("/usr/bin/") && !is_program("/bin/"),
    }
}

/// Whether an instruction of the image names the init in any other way than by installing it.
fn mentions(cx: &Context<'_, '_>, stage: usize, name: &str) -> bool {
    cx.facts.stages.chain(stage).flat_map(|it| it.body).any(|it| match &it.command {
        Command::Run(_) => {
            it.arguments.text().contains(name) || it.heredocs.iter().any(|it| it.body.contains(name))
        }
        Command::Copy(copy) | Command::Add(copy) => names(copy, name),
        Command::Broken => true,
        _ => false,
    })
}

fn names(copy: &Copy<'_>, name: &str) -> bool {
    let sources = copy.sources.iter().filter_map(|it| match it {
        Source::Path(word) => Some(word),
        Source::Heredoc(..) => None,
    });
    let mut words = sources.chain([&copy.destination]);
    words.any(|it| it.text.contains(name) || it.text.contains('$'))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "missing-tini";

    #[test]
    fn an_init_that_nothing_brings() {
        let message = "nothing brings `tini` into the image, nor does";
        check(
            RULE,
            "FROM scratch\nCOPY --from=a /app /app\nENTRYPOINT [\"/sbin/tini\", \"--\", \"/app\"]\n",
            &format!("3:13 error: {message} `scratch` have it"),
        );
        check(
            RULE,
            "FROM debian:12-slim AS a\nRUN useradd x\nFROM a\nCMD exec tini -- app\n",
            &format!("4:10 error: {message} `debian:12-slim` have it"),
        );
        check(
            RULE,
            "FROM gcr.io/distroless/cc-debian12\nCMD [\"tini\", \"--\", \"app\"]\n",
            &format!("2:6 error: {message} `gcr.io/distroless/cc-debian12` have it"),
        );
    }

    #[test]
    fn a_package_that_puts_it_elsewhere() {
        check(
            RULE,
            "FROM debian:12\nRUN apt-get install -y tini\nENTRYPOINT [\"/tini\", \"--\", \"x\"]\n",
            "3:13 error: `/tini` isn't there: the package puts it at `/usr/bin/tini`",
        );
        check(
            RULE,
            "FROM alpine:3.20\nRUN apk add tini\nENTRYPOINT [\"/usr/bin/tini\", \"--\", \"x\"]\n",
            "3:13 error: `/usr/bin/tini` isn't there: the package puts it at `/sbin/tini`",
        );
    }

    #[test]
    fn an_init_that_is_or_may_be_there() {
        for text in [
            "FROM alpine:3.20\nRUN apk add tini\nENTRYPOINT [\"/sbin/tini\", \"--\", \"x\"]\n",
            "FROM alpine:3.20\nRUN apk add tini\nENTRYPOINT [\"tini\", \"--\", \"x\"]\n",
            "FROM alpine\nRUN apk add tini\nENTRYPOINT [\"/usr/bin/tini\", \"--\", \"x\"]\n",
            "FROM debian:12\nRUN apt-get install -y tini\nENTRYPOINT [\"/bin/tini\", \"x\"]\n",
            "FROM scratch\nCOPY --from=a /tini-static /tini\nENTRYPOINT [\"/tini\", \"--\", \"x\"]\n",
            "FROM scratch\nCOPY --from=a /out /\nENTRYPOINT [\"/tini\", \"--\", \"x\"]\n",
            "FROM debian:12\nADD https://a.example/tini-amd64 /tini\nENTRYPOINT [\"/tini\"]\n",
            "FROM debian:12\nRUN curl -o /tini https://a.example/tini\nENTRYPOINT [\"/tini\"]\n",
            "FROM debian:12\nRUN apt-get install -y tini && ln -s /usr/bin/tini /tini\nCMD [\"/tini\"]\n",
            "FROM somebody/base\nENTRYPOINT [\"tini\", \"--\", \"x\"]\n",
            "FROM scratch\nENTRYPOINT [\"./tini\", \"--\", \"x\"]\n",
        ] {
            check(RULE, text, "");
        }
    }
}
