//! `.dockerignore`.

use super::{files::Generated, plan::Plan, template::TemplateError};

/// Renders it.
pub(super) fn files(plan: &Plan) -> Result<Vec<Generated>, TemplateError> {
    let _ = plan;
    Ok(Vec::new())
}
