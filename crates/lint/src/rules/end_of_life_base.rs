//! `end-of-life-base`: a base image on a release that nobody maintains any more.

use plimsoll_finding::{Clause, Severity};

use crate::bases::{Certainty, Family, TABLE_DATE};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a base image on a release of Alpine, Debian, distroless, Ubuntu and others whose
    /// support has ended, long-term support that is free for everybody included. The dates are a
    /// table's, so that the same file gets the same findings every day.
    ///
    /// ## Why it matters
    /// Nobody mends its holes: every scan from now on finds more, and no newer tag of that release
    /// will close them. In time its package servers go away too, and builds with them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:buster-slim
    /// COPY app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    pub(crate) static END_OF_LIFE_BASE = {
        name: "end-of-life-base",
        clause: Clause::MinimalBase,
        summary: "a base image stands on a release without support",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (stage, image) in facts.images() {
        let Some(base) = image.describe() else { continue };
        let sure = matches!(base.certainty, Certainty::Named | Certainty::Derived);
        let Some(release) = base.release_facts.filter(|it| sure && it.ended(TABLE_DATE)) else {
            continue;
        };
        let Some(end) = release.long_term_end.or(release.end) else { continue };
        let (text, name) = (&image.text, title(base.family, release.name));
        let message = format!("`{text}` stands on {name}, whose support ended on {end}");
        let help = "Move to a release that is supported; programs that are built on a newer one \
                    need it at run time too.";
        cx.report(stage.from.image.span, message).help(help).done();
    }
}

/// What people call a release: `Debian buster`.
pub(crate) fn title(family: Family, release: &str) -> String {
    let distribution = match family {
        Family::Alpine => "Alpine",
        Family::Debian => "Debian",
        Family::Ubuntu => "Ubuntu",
        Family::Fedora => "Fedora",
        Family::CentOs => "CentOS",
        Family::RedHat(_) => "Red Hat",
        Family::Rocky(_) => "Rocky Linux",
        Family::Alma(_) => "AlmaLinux",
        Family::Oracle(_) => "Oracle Linux",
        Family::Amazon => "Amazon Linux",
        Family::OpenSuse => "openSUSE",
        Family::Photon => "Photon OS",
        Family::AzureLinux => "Azure Linux",
        family if family.is_distroless() => "distroless",
        _ => "release",
    };
    format!("{distribution} {release}")
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("end-of-life-base", text, expected);
    }

    #[test]
    fn builders_weigh_less_and_each_image_is_reported_once() {
        finds(
            "FROM rust:1.60 AS a\nFROM rust:1.60 AS b\nFROM ubuntu:18.04\n",
            "1:6 note: `rust:1.60` stands on Debian bullseye, whose support ended on 2026-08-31\n\
             3:6 warning: `ubuntu:18.04` stands on Ubuntu 18.04, whose support ended on 2023-05-31",
        );
    }

    #[test]
    fn tags_of_other_images_name_releases_too() {
        finds(
            "FROM nvidia/cuda:11.0-runtime-ubuntu16.04 AS a\nFROM node:14-alpine3.11\n",
            "1:6 note: `nvidia/cuda:11.0-runtime-ubuntu16.04` stands on Ubuntu 16.04, whose \
             support ended on 2021-04-30\n\
             2:6 warning: `node:14-alpine3.11` stands on Alpine 3.11, whose support ended on \
             2021-11-01",
        );
        finds(
            "FROM gcr.io/distroless/cc-debian11\n",
            "1:6 warning: `gcr.io/distroless/cc-debian11` stands on distroless debian11, whose \
             support ended on 2024-06-01",
        );
    }

    #[test]
    fn supported_moving_and_unknown_releases_are_left_alone() {
        finds("FROM debian:bookworm-slim\n", "");
        finds("FROM debian:oldoldstable\n", "");
        finds("FROM alpine\n", "");
        finds("FROM alpine:3.99\n", "");
        finds("FROM example.com/service:1.0\n", "");
        finds("ARG V\nFROM debian:$V\n", "");
    }
}
