//! `.dockerignore`.

use super::{
    files::{Generated, Ownership},
    plan::Plan,
    template::{self, TemplateError},
};
use crate::args::init::FileKind;

/// Renders it. It names what stays outside rather than what goes in: a new directory of sources is never
/// missed in a build.
pub(super) fn files(plan: &Plan) -> Result<Vec<Generated>, TemplateError> {
    let below = &plan.survey.below_context;
    let root = if below.is_empty() { String::new() } else { format!("{below}/") };
    let context = std::collections::BTreeMap::from([("root", root.as_str())]);
    let text =
        template::render(".dockerignore", include_str!("templates/dockerignore.j2"), context)?;
    Ok(vec![Generated {
        kind: FileKind::Dockerignore,
        path: ".dockerignore".to_owned(),
        text,
        ownership: Ownership::AboveMarker,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::init::Base, init::plan::sample};

    #[test]
    fn what_no_build_reads_and_what_nobody_may_see_stay_outside() {
        let plan = sample::html_to_markdown(Base::Scratch);
        insta::assert_snapshot!(files(&plan).unwrap().remove(0).text);
    }

    #[test]
    fn the_target_directory_of_a_workspace_below_the_context_is_named() {
        let mut plan = sample::html_to_markdown(Base::Scratch);
        "services/api".clone_into(&mut plan.survey.below_context);
        assert!(files(&plan).unwrap().remove(0).text.contains("\nservices/api/target\n"));
    }
}
