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
    base_platform_mismatch::BASE_PLATFORM_MISMATCH,
    cd_instead_of_workdir::CD_INSTEAD_OF_WORKDIR,
    chef_mismatch::CHEF_MISMATCH,
    consecutive_run::CONSECUTIVE_RUN,
    constant_platform::CONSTANT_PLATFORM,
    copy_from_empty_stage::COPY_FROM_EMPTY_STAGE,
    copy_from_itself::COPY_FROM_ITSELF,
    copy_to_relative_path::COPY_TO_RELATIVE_PATH,
    copy_without_directory::COPY_WITHOUT_DIRECTORY,
    curl_without_fail::CURL_WITHOUT_FAIL,
    definition_description::DEFINITION_DESCRIPTION,
    disabled_healthcheck::DISABLED_HEALTHCHECK,
    duplicate_stage_name::DUPLICATE_STAGE_NAME,
    empty_continuation::EMPTY_CONTINUATION,
    env_self_reference::ENV_SELF_REFERENCE,
    expose_casing::EXPOSE_CASING,
    expose_host_port::EXPOSE_HOST_PORT,
    extractable_archive::EXTRACTABLE_ARCHIVE,
    foreign_registry::FOREIGN_REGISTRY,
    from_as_casing::FROM_AS_CASING,
    healthcheck_without_program::HEALTHCHECK_WITHOUT_PROGRAM,
    high_uid_useradd::HIGH_UID_USERADD,
    idle_fetch::IDLE_FETCH,
    idle_healthcheck::IDLE_HEALTHCHECK,
    ignored_copy_source::IGNORED_COPY_SOURCE,
    inline_ignore::INLINE_IGNORE,
    instruction_casing::INSTRUCTION_CASING,
    invalid_default_base::INVALID_DEFAULT_BASE,
    legacy_key_value::LEGACY_KEY_VALUE,
    maintainer::MAINTAINER,
    malformed_suppression::MALFORMED_SUPPRESSION,
    manifests_without_targets::MANIFESTS_WITHOUT_TARGETS,
    missing_healthcheck::MISSING_HEALTHCHECK,
    noisy_wget::NOISY_WGET,
    password_by_chpasswd::PASSWORD_BY_CHPASSWD,
    pipe_without_pipefail::PIPE_WITHOUT_PIPEFAIL,
    pointless_command::POINTLESS_COMMAND,
    port_out_of_range::PORT_OUT_OF_RANGE,
    redundant_target_platform::REDUNDANT_TARGET_PLATFORM,
    relative_workdir::RELATIVE_WORKDIR,
    relinked_shell::RELINKED_SHELL,
    repeated_instruction::REPEATED_INSTRUCTION,
    reserved_stage_name::RESERVED_STAGE_NAME,
    root_user::ROOT_USER,
    secret_in_variable::SECRET_IN_VARIABLE,
    sensitive_volume::SENSITIVE_VOLUME,
    shell_form_command::SHELL_FORM_COMMAND,
    shell_in_scratch::SHELL_IN_SCRATCH,
    source_before_dependencies::SOURCE_BEFORE_DEPENDENCIES,
    ssh_port::SSH_PORT,
    stage_name_casing::STAGE_NAME_CASING,
    stale_dummy_source::STALE_DUMMY_SOURCE,
    sudo_command::SUDO_COMMAND,
    suppression_without_reason::SUPPRESSION_WITHOUT_REASON,
    syntax_error::SYNTAX_ERROR,
    target_mount_lost::TARGET_MOUNT_LOST,
    tls_verification_off::TLS_VERIFICATION_OFF,
    unchecked_download_pipe::UNCHECKED_DOWNLOAD_PIPE,
    undeclared_arg_in_from::UNDECLARED_ARG_IN_FROM,
    undefined_variable::UNDEFINED_VARIABLE,
    unknown_copy_stage::UNKNOWN_COPY_STAGE,
    unknown_suppression::UNKNOWN_SUPPRESSION,
    unsigned_packages::UNSIGNED_PACKAGES,
    unused_suppression::UNUSED_SUPPRESSION,
    wget_and_curl::WGET_AND_CURL,
    world_writable::WORLD_WRITABLE,
}

#[cfg(test)]
pub(crate) mod tests;
