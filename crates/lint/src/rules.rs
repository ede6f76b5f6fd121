//! Every rule: one file each, and a line here.

use crate::Rule;

/// The rule of a name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|it| it.name == name)
}

/// Declares the module of each rule and lists their statics. A line `file::STATIC` is all that a
/// new rule needs here.
macro_rules! rules {
    ($($module:ident::$NAME:ident),* $(,)?) => {
        $(pub(crate) mod $module;)*

        /// Every rule, by name.
        pub static RULES: &[&Rule] = &[$(&$module::$NAME),*];
    };
}

rules! {
    add_instead_of_copy::ADD_INSTEAD_OF_COPY,
    copy_from_empty_stage::COPY_FROM_EMPTY_STAGE,
    copy_from_itself::COPY_FROM_ITSELF,
    copy_without_directory::COPY_WITHOUT_DIRECTORY,
    malformed_suppression::MALFORMED_SUPPRESSION,
    root_user::ROOT_USER,
    shell_in_scratch::SHELL_IN_SCRATCH,
    suppression_without_reason::SUPPRESSION_WITHOUT_REASON,
    syntax_error::SYNTAX_ERROR,
    unknown_copy_stage::UNKNOWN_COPY_STAGE,
    unknown_suppression::UNKNOWN_SUPPRESSION,
    unused_suppression::UNUSED_SUPPRESSION,
}

#[cfg(test)]
pub(crate) mod tests;
