//! `root-service`: a service is told to run as root.

use plimsoll_finding::{Clause, Severity};
use crate::compose::jobs::is_job;
use crate::image_facts::ImageUser;
use crate::rule::declare_rule;
use crate::rules::user_overridden::USER_OVERRIDDEN;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `user: root` and `user: "0"` (any group). Jobs that run once and files to develop with
    /// are notes.
    ///
    /// ## Why it matters
    /// It overrides the user of the image, often one that its authors chose with care. A process that
    /// escapes its container keeps its user, and root stays root on the host.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     user: root
    ///     restart: unless-stopped
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     user: "65532:65532"
    ///     restart: unless-stopped
    /// ```
    pub(crate) static ROOT_SERVICE = {
        name: "root-service",
        clause: Clause::NonRoot,
        summary: "a service is told to run as root",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let compose = &cx.facts.compose;
    for service in &compose.services {
        let Some(user) = service.text("user") else { continue };
        let name = user.text.split(':').next().unwrap_or_default().trim();
        if !matches!(name, "root" | "0") {
            continue;
        }
        // That the image has another user makes it worse, and says how to do without.
        if cx.options.selects(&USER_OVERRIDDEN)
            && cx.image_of(service).is_some_and(|it| matches!(it.user, ImageUser::Other(..)))
        {
            continue;
        }
        let is_light = cx.purpose().is_development() || is_job(compose, service);
        let severity = if is_light { Severity::Note } else { Severity::Warning };
        let message = format!("`{}` runs as `{}`", service.name, user.text);
        let help = "Leave it out, or name another user by number; volumes may need another owner then.";
        cx.report(user.span, message).severity(severity).help(help).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn root_by_name_and_number() {
        check(
            "root-service",
            "services:\n  a: {user: root, restart: always}\n  b: {user: 0}\n  c: {user: '0:1000'}\n  d: {user: '1000:0'}\n  \
             e: {user: '${UID}'}\n  f: {user: rooty}\n  init: {user: root}\n",
            "2:13 warning: `a` runs as `root`\n\
             3:13 warning: `b` runs as `0`\n\
             4:13 warning: `c` runs as `0:1000`\n\
             8:16 note: `init` runs as `root`",
        );
    }
}
