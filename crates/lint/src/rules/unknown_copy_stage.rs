//! `unknown-copy-stage`: `--from` names a stage that is not there yet, or not at all.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::Span;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::froms::{FromName, Target, froms, target};

declare_rule! {
    /// ## What it does
    /// Reports `COPY --from` and `RUN --mount=from=` that name a later stage, a number that no
    /// stage has, or a variable; and names that are neither a stage nor an image as anybody writes
    /// it, but nearly the name of a stage above. Other names may be contexts that are given to the
    /// build.
    ///
    /// ## Why it matters
    /// The builder reads stages from top to bottom and puts no variables into `--from`, so the
    /// build fails. A mistyped stage is worse: it is taken for the name of an image and pulled from
    /// Docker Hub, whoever has put it there.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:trixie-slim
    /// COPY --from=build /src/target/release/app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:trixie-slim
    /// COPY --from=builder /src/target/release/app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    pub(crate) static UNKNOWN_COPY_STAGE = {
        name: "unknown-copy-stage",
        clause: Clause::MultiStage,
        summary: "`--from` names no stage that can be copied from",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["DL3022"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        for instruction in stage.body {
            for from in froms(instruction) {
                look(cx, stage.index, &from);
            }
        }
    }
}

fn look(cx: &mut Context<'_, '_>, stage: usize, from: &FromName<'_>) {
    let stages = &cx.facts.stages;
    let FromName { word, copies } = from;
    let (name, span) = (word.as_str(), word.span);
    if name.contains('$') {
        if *copies {
            let help = "Name a stage `FROM` the image that the variable means, and copy from that.";
            cx.report(span, format!("`--from={name}` holds a variable, which nothing puts in"))
                .help(help)
                .done();
        }
        return;
    }
    if *copies && let Ok(number) = name.parse::<usize>() {
        let count = stages.all.len();
        if number >= count {
            let message = format!("there is no stage {number}: the {count} stages count from 0");
            cx.report(span, message).done();
            return;
        }
    }
    match target(stages, stage, from) {
        Target::Earlier | Target::Itself | Target::Cycle(_) => {}
        Target::Later(later) => {
            let place = stages.all[later].from.name.as_ref().map_or(stages.all[later].instruction.keyword.span, |it| it.span);
            cx.report(span, format!("the stage `{name}` is defined only later"))
                .help("A stage can take files only from stages above it: move the other one up.")
                .related(place, "it is defined here")
                .done();
        }
        Target::Other => other(cx, stage, name, span),
    }
}

/// A name that is no stage.
fn other(cx: &mut Context<'_, '_>, stage: usize, name: &str, span: Span) {
    if name.contains(['/', ':', '@', '.']) || name == "scratch" || OFFICIAL.contains(&name) {
        return;
    }
    let lower = name.to_ascii_lowercase();
    let names = cx.facts.stages.all[..stage].iter().filter_map(|it| it.name.as_deref());
    let alike = names
        .map(|it| (strsim::normalized_damerau_levenshtein(&lower, it), it))
        .filter(|(likeness, it)| *likeness >= LIKENESS || lower.starts_with(*it) || it.starts_with(&lower))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((_, meant)) = alike {
        let message = format!("there is no stage `{name}`; did you mean `{meant}`?");
        cx.report(span, message)
            .help("What is no stage is pulled as an image, unless the build is given a context of that name.")
            .severity(Severity::Warning)
            .done();
    }
}

/// How alike a name and a stage's must be, from 0 to 1.
const LIKENESS: f64 = 0.6;

/// Official images that people copy from by their bare name.
const OFFICIAL: &[&str] = &[
    "almalinux", "alpine", "amazoncorretto", "amazonlinux", "archlinux", "bash", "buildpack-deps",
    "busybox", "caddy", "centos", "clojure", "composer", "consul", "couchdb", "dart", "debian",
    "docker", "eclipse-temurin", "elasticsearch", "elixir", "erlang", "fedora", "gcc", "golang",
    "gradle", "groovy", "haproxy", "haskell", "hello-world", "httpd", "ibmjava", "influxdb",
    "jetty", "jruby", "julia", "kibana", "kong", "logstash", "mariadb", "maven", "memcached",
    "mongo", "mysql", "nats", "nginx", "node", "openjdk", "oraclelinux", "perl", "php", "postgres",
    "python", "r-base", "rabbitmq", "redis", "registry", "rockylinux", "ruby", "rust",
    "sapmachine", "spiped", "swift", "telegraf", "tomcat", "traefik", "ubuntu", "unit", "varnish",
    "vault", "wordpress", "zookeeper",
];

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "unknown-copy-stage";

    #[test]
    fn stages_images_and_contexts() {
        let text = "FROM a AS Build\nFROM b\nCOPY --from=BUILD / /x\nCOPY --from=0 a /\n\
                    COPY --from=nginx a /\nCOPY --from=x/y a /\nCOPY --from=tool:1 a /\n\
                    RUN --mount=from=build,target=/x true\nCOPY --from=scratch / /\n";
        check(RULE, text, "");
    }

    #[test]
    fn later_stages_and_numbers() {
        let text = "FROM a\nCOPY --from=late x /\nCOPY --from=2 x /\nCOPY --from=1 x /\n\
                    RUN --mount=type=bind,from=late,target=/l true\nFROM b AS late\n";
        let expected = "2:13 error: the stage `late` is defined only later\n\
                        3:13 error: there is no stage 2: the 2 stages count from 0\n\
                        4:13 error: the stage `1` is defined only later\n\
                        5:28 error: the stage `late` is defined only later";
        check(RULE, text, expected);
    }

    #[test]
    fn slips_and_unknown_names() {
        let text = "FROM a AS builder\nFROM b\nCOPY --from=biulder x /\nCOPY --from=build x /\n\
                    COPY --from=assets x /\nCOPY --from=$X x /\n";
        let expected = "3:13 warning: there is no stage `biulder`; did you mean `builder`?\n\
                        4:13 warning: there is no stage `build`; did you mean `builder`?\n\
                        6:13 error: `--from=$X` holds a variable, which nothing puts in";
        check(RULE, text, expected);
    }
}
