//! `user-overridden`: a service runs as root, though its image has a user of its own.

use plimsoll_finding::{Clause, Severity};

use crate::image_facts::ImageUser;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `user: root` of a service whose Dockerfile ends with another user.
    ///
    /// ## Why it matters
    /// The image was made to run without root, and the service takes that back: whoever breaks into the
    /// process is root in the container. Files that it writes to volumes are root's, so that the image
    /// can't use them once the override is gone.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     user: root
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// COPY server /usr/local/bin/server
    /// USER 10001:10001
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// COPY server /usr/local/bin/server
    /// USER 10001:10001
    /// ENTRYPOINT ["server"]
    /// ```
    pub(crate) static USER_OVERRIDDEN = {
        name: "user-overridden",
        clause: Clause::NonRoot,
        summary: "a service runs as root, though its image has a user of its own",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let Some(user) = service.text("user") else { continue };
        let name = user.text.split(':').next().unwrap_or_default();
        if !matches!(name, "root" | "0") {
            continue;
        }
        let Some(image) = cx.image_of(service) else { continue };
        let ImageUser::Other(own, span) = &image.user else { continue };
        let message = format!("`{}` runs as root, and its image as `{own}`", service.name);
        let base = || image.stages.get(image.stage?).map(|it| it.span);
        let place = span.or_else(base).and_then(|it| image.place(it));
        cx.report(user.span, message)
            .help("Leave `user` out, and give the image's user what it needs when the image is built.")
            .related_in(image.name.clone(), place, "the user of the image")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[test]
    fn root_over_another_user() {
        let compose = "services:\n  a: {build: ., user: '0:0'}\n  b: {build: {context: ., target: x}, user: root}\n  \
                       c: {build: ., user: '1000'}\n  d: {image: y, user: root}\n";
        check_project(
            "user-overridden",
            &[("compose.yaml", compose), ("Dockerfile", "FROM debian:12 AS x\nFROM x\nUSER app\n")],
            "2:23 warning: `a` runs as root, and its image as `app`",
        );
        check_project(
            "user-overridden",
            &[("compose.yaml", compose), ("Dockerfile", "FROM gcr.io/distroless/cc-debian12:nonroot AS x\n")],
            "2:23 warning: `a` runs as root, and its image as `65532`\n\
             3:45 warning: `b` runs as root, and its image as `65532`",
        );
    }
}
