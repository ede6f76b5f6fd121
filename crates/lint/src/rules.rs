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
    copy_without_chown::COPY_WITHOUT_CHOWN,
    end_of_life_base::END_OF_LIFE_BASE,
    idle_fetch::IDLE_FETCH,
    latest_base::LATEST_BASE,
    malformed_suppression::MALFORMED_SUPPRESSION,
    manifests_without_targets::MANIFESTS_WITHOUT_TARGETS,
    named_user::NAMED_USER,
    privileged_port::PRIVILEGED_PORT,
    root_user::ROOT_USER,
    source_before_dependencies::SOURCE_BEFORE_DEPENDENCIES,
    suppression_without_reason::SUPPRESSION_WITHOUT_REASON,
    syntax_error::SYNTAX_ERROR,
    undigested_base::UNDIGESTED_BASE,
    unknown_suppression::UNKNOWN_SUPPRESSION,
    unknown_user::UNKNOWN_USER,
    untagged_base::UNTAGGED_BASE,
    unused_suppression::UNUSED_SUPPRESSION,
    unversioned_rust::UNVERSIONED_RUST,
    user_without_passwd::USER_WITHOUT_PASSWD,
}

#[cfg(test)]
pub(crate) mod tests;
