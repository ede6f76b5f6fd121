//! Templates, which are part of the program.

use minijinja::{
    AutoEscape, Environment, UndefinedBehavior, Value, syntax::SyntaxConfig, value::Serde,
};
use serde::Serialize;

/// Why a template could not be rendered: a mistake of ours.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {name}")]
pub(crate) struct TemplateError {
    /// The file.
    name: String,
    /// Why.
    source: minijinja::Error,
}

/// Renders a template. What it names must be there; a line that holds nothing but a block leaves no
/// line behind.
pub(super) fn render(
    name: &str,
    template: &str,
    context: impl Serialize,
) -> Result<String, TemplateError> {
    let mut environment = Environment::new();
    let failed = |source| TemplateError { name: name.to_owned(), source };
    // `{=` rather than `{{`, which workflows are full of.
    let syntax = SyntaxConfig::builder()
        .block_delimiters("{%", "%}")
        .variable_delimiters("{=", "=}")
        .comment_delimiters("{#", "#}")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .map_err(failed)?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Text is text: nothing is escaped but by filters that a template names.
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.render_named_str(name, template, Value::from(Serde(context))).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_blocks_leave_no_line_and_expressions_of_workflows_stay() {
        let template = "a: ${{ b }}\n{% if on %}\n  c: {= name =}\n{% endif %}\n";
        let context = std::collections::BTreeMap::from([("on", "1"), ("name", "<&>")]);
        assert_eq!(render("t", template, context).unwrap(), "a: ${{ b }}\n  c: <&>\n");
    }

    #[test]
    fn what_a_template_does_not_know_is_an_error() {
        assert!(render("t", "{= nothing =}", ()).is_err());
    }
}
