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
    cache_mount_hides_layer::CACHE_MOUNT_HIDES_LAYER,
    chef_mismatch::CHEF_MISMATCH,
    idle_fetch::IDLE_FETCH,
    malformed_suppression::MALFORMED_SUPPRESSION,
    manifests_without_targets::MANIFESTS_WITHOUT_TARGETS,
    misplaced_cache_mount::MISPLACED_CACHE_MOUNT,
    root_user::ROOT_USER,
    source_before_dependencies::SOURCE_BEFORE_DEPENDENCIES,
    stale_dummy_source::STALE_DUMMY_SOURCE,
    suppression_without_reason::SUPPRESSION_WITHOUT_REASON,
    syntax_error::SYNTAX_ERROR,
    target_mount_lost::TARGET_MOUNT_LOST,
    unknown_suppression::UNKNOWN_SUPPRESSION,
    unused_suppression::UNUSED_SUPPRESSION,
}

#[cfg(test)]
pub(crate) mod tests;
