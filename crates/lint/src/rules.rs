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
    apk_cache_kept::APK_CACHE_KEPT,
    apt_command::APT_COMMAND,
    apt_lists_kept::APT_LISTS_KEPT,
    apt_without_yes::APT_WITHOUT_YES,
    build_tools_shipped::BUILD_TOOLS_SHIPPED,
    distribution_upgrade::DISTRIBUTION_UPGRADE,
    dnf_cache_kept::DNF_CACHE_KEPT,
    dnf_without_yes::DNF_WITHOUT_YES,
    lone_package_update::LONE_PACKAGE_UPDATE,
    malformed_suppression::MALFORMED_SUPPRESSION,
    missing_package_lists::MISSING_PACKAGE_LISTS,
    npm_cache_kept::NPM_CACHE_KEPT,
    pip_cache_kept::PIP_CACHE_KEPT,
    recommended_packages::RECOMMENDED_PACKAGES,
    remove_in_later_layer::REMOVE_IN_LATER_LAYER,
    root_user::ROOT_USER,
    shell_tools_shipped::SHELL_TOOLS_SHIPPED,
    suppression_without_reason::SUPPRESSION_WITHOUT_REASON,
    syntax_error::SYNTAX_ERROR,
    unknown_suppression::UNKNOWN_SUPPRESSION,
    unpinned_apk::UNPINNED_APK,
    unpinned_apt::UNPINNED_APT,
    unpinned_dnf::UNPINNED_DNF,
    unpinned_gem::UNPINNED_GEM,
    unpinned_go::UNPINNED_GO,
    unpinned_npm::UNPINNED_NPM,
    unpinned_pip::UNPINNED_PIP,
    unpinned_yum::UNPINNED_YUM,
    unpinned_zypper::UNPINNED_ZYPPER,
    unused_suppression::UNUSED_SUPPRESSION,
    yarn_cache_kept::YARN_CACHE_KEPT,
    yum_cache_kept::YUM_CACHE_KEPT,
    yum_without_yes::YUM_WITHOUT_YES,
    zypper_cache_kept::ZYPPER_CACHE_KEPT,
    zypper_dist_upgrade::ZYPPER_DIST_UPGRADE,
    zypper_without_yes::ZYPPER_WITHOUT_YES,
}

#[cfg(test)]
pub(crate) mod tests;
