//! Whether building the Dockerfile runs programs of platforms that are not the builder's.

use plimsoll_syntax::dockerfile::{self, Keyword, Stages};

use super::{dockerfile as generated, plan::Plan, template::TemplateError};

/// The platforms that a runner for linux/amd64 has to emulate, in the order of the plan. The Dockerfile
/// is asked, as it is written: whatever it runs in a stage of the image's own platform needs them.
pub(super) fn platforms(plan: &Plan) -> Result<Vec<&str>, TemplateError> {
    let files = generated::files(plan)?;
    let runs = files.iter().any(|it| {
        it.path.ends_with("Dockerfile") && plan.targets.iter().any(|to| runs(&it.text, &to.stage))
    });
    let foreign = plan.platforms.iter().map(String::as_str).filter(|it| *it != "linux/amd64");
    Ok(if runs { foreign.collect() } else { Vec::new() })
}

/// Whether a stage, or one that it needs, runs something on the platform of the image.
fn runs(text: &str, target: &str) -> bool {
    let file = dockerfile::parse(text);
    let stages = Stages::new(&file);
    let Some(target) = stages.named(target, stages.all.len()) else { return false };
    stages.needed_by(target.index).into_iter().any(|index| {
        let is_own = stages.root(index).is_some_and(|it| it.from.platform.is_none());
        is_own && stages.all.get(index).is_some_and(|it| it.each(Keyword::Run).next().is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_on_the_platform_of_the_image_is_emulated() {
        let builder = "FROM --platform=$BUILDPLATFORM rust AS build\nRUN cargo build\n";
        let cross = format!(
            "{builder}FROM build AS more\nRUN x\nFROM scratch AS app\nCOPY --from=more / /\n"
        );
        assert!(!runs(&cross, "app"));
        let dev = format!(
            "{builder}FROM debian AS dev\nRUN x\nFROM scratch AS app\nCOPY --from=build / /\n"
        );
        assert!(!runs(&dev, "app") && runs(&dev, "dev"));
        let packages =
            format!("{builder}FROM debian AS base\nRUN apt-get update\nFROM base AS app\n");
        assert!(runs(&packages, "app"));
        assert!(runs(
            "FROM rust AS build\nRUN x\nFROM scratch AS app\nCOPY --from=build / /\n",
            "app"
        ));
        assert!(!runs(builder, "missing"));
    }
}
