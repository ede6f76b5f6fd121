//! `relative-working-dir`: the working directory of a service is no absolute path.

use plimsoll_finding::{Clause, Severity};

use crate::compose::sources::is_literal;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a `working_dir` that does not begin with `/`.
    ///
    /// ## Why it matters
    /// Docker refuses to make the container: "the working directory … is invalid, it needs to be an
    /// absolute path". The `WORKDIR` of the image does not come before it.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     working_dir: app
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     working_dir: /app
    /// ```
    pub(crate) static RELATIVE_WORKING_DIR = {
        name: "relative-working-dir",
        clause: Clause::DevCompose,
        summary: "the working directory of a service is no absolute path",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let Some(directory) = service.text("working_dir").filter(|it| is_literal(it.text)) else { continue };
        // `C:\app` is a path of Windows.
        if directory.text.starts_with('/') || directory.text.contains([':', '\\']) {
            continue;
        }
        let message = format!("`{}` would work in `{}`, which is no absolute path", service.name, directory.text);
        let image = cx.image_of(service).and_then(|it| it.workdir.clone());
        let likely = image.filter(|it| it.value.starts_with('/'));
        let help = match &likely {
            Some(it) => format!("Name the whole path; the image works in `{}`.", it.value),
            None => "Name the whole path, from `/` on.".to_owned(),
        };
        cx.report(directory.span, message).help(help).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn only_whole_paths_are_taken() {
        check(
            "relative-working-dir",
            "services:\n  a: {image: x, working_dir: app}\n  b: {image: x, working_dir: /app}\n  c: {image: x, working_dir: $D}\n  \
             d: {image: x, working_dir: 'C:\\app'}\n  e: {image: x, working_dir: ./x}\n",
            "2:30 error: `a` would work in `app`, which is no absolute path\n\
             6:30 error: `e` would work in `./x`, which is no absolute path",
        );
    }
}
