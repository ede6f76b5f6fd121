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
    cd_instead_of_workdir::CD_INSTEAD_OF_WORKDIR,
    consecutive_run::CONSECUTIVE_RUN,
    copy_from_empty_stage::COPY_FROM_EMPTY_STAGE,
    copy_from_itself::COPY_FROM_ITSELF,
    copy_to_relative_path::COPY_TO_RELATIVE_PATH,
    copy_without_directory::COPY_WITHOUT_DIRECTORY,
    curl_without_fail::CURL_WITHOUT_FAIL,
    duplicate_label::DUPLICATE_LABEL,
    empty_label::EMPTY_LABEL,
    env_self_reference::ENV_SELF_REFERENCE,
    extractable_archive::EXTRACTABLE_ARCHIVE,
    foreign_registry::FOREIGN_REGISTRY,
    high_uid_useradd::HIGH_UID_USERADD,
    inline_ignore::INLINE_IGNORE,
    invalid_json_form::INVALID_JSON_FORM,
    invalid_label_key::INVALID_LABEL_KEY,
    label_not_date::LABEL_NOT_DATE,
    label_not_email::LABEL_NOT_EMAIL,
    label_not_hash::LABEL_NOT_HASH,
    label_not_licence::LABEL_NOT_LICENCE,
    label_not_url::LABEL_NOT_URL,
    label_not_version::LABEL_NOT_VERSION,
    label_outside_schema::LABEL_OUTSIDE_SCHEMA,
    malformed_suppression::MALFORMED_SUPPRESSION,
    misplaced_directive::MISPLACED_DIRECTIVE,
    missing_label::MISSING_LABEL,
    noisy_wget::NOISY_WGET,
    password_by_chpasswd::PASSWORD_BY_CHPASSWD,
    pipe_without_pipefail::PIPE_WITHOUT_PIPEFAIL,
    pointless_command::POINTLESS_COMMAND,
    port_out_of_range::PORT_OUT_OF_RANGE,
    relinked_shell::RELINKED_SHELL,
    root_user::ROOT_USER,
    sensitive_volume::SENSITIVE_VOLUME,
    shell_in_scratch::SHELL_IN_SCRATCH,
    ssh_port::SSH_PORT,
    sudo_command::SUDO_COMMAND,
    suppression_without_reason::SUPPRESSION_WITHOUT_REASON,
    syntax_directive_typo::SYNTAX_DIRECTIVE_TYPO,
    syntax_error::SYNTAX_ERROR,
    tls_verification_off::TLS_VERIFICATION_OFF,
    unchecked_download_pipe::UNCHECKED_DOWNLOAD_PIPE,
    unknown_copy_stage::UNKNOWN_COPY_STAGE,
    unknown_suppression::UNKNOWN_SUPPRESSION,
    unsigned_packages::UNSIGNED_PACKAGES,
    unused_suppression::UNUSED_SUPPRESSION,
    user_created_but_never_used::USER_CREATED_BUT_NEVER_USED,
    wget_and_curl::WGET_AND_CURL,
    world_writable::WORLD_WRITABLE,
}

#[cfg(test)]
pub(crate) mod tests;
