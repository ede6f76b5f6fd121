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
    base_platform_mismatch::BASE_PLATFORM_MISMATCH,
    constant_platform::CONSTANT_PLATFORM,
    definition_description::DEFINITION_DESCRIPTION,
    duplicate_stage_name::DUPLICATE_STAGE_NAME,
    empty_continuation::EMPTY_CONTINUATION,
    expose_casing::EXPOSE_CASING,
    expose_host_port::EXPOSE_HOST_PORT,
    from_as_casing::FROM_AS_CASING,
    ignored_copy_source::IGNORED_COPY_SOURCE,
    instruction_casing::INSTRUCTION_CASING,
    invalid_default_base::INVALID_DEFAULT_BASE,
    legacy_key_value::LEGACY_KEY_VALUE,
    maintainer::MAINTAINER,
    malformed_suppression::MALFORMED_SUPPRESSION,
    redundant_target_platform::REDUNDANT_TARGET_PLATFORM,
    relative_workdir::RELATIVE_WORKDIR,
    repeated_instruction::REPEATED_INSTRUCTION,
    reserved_stage_name::RESERVED_STAGE_NAME,
    root_user::ROOT_USER,
    secret_in_variable::SECRET_IN_VARIABLE,
    shell_form_command::SHELL_FORM_COMMAND,
    stage_name_casing::STAGE_NAME_CASING,
    suppression_without_reason::SUPPRESSION_WITHOUT_REASON,
    syntax_error::SYNTAX_ERROR,
    undeclared_arg_in_from::UNDECLARED_ARG_IN_FROM,
    undefined_variable::UNDEFINED_VARIABLE,
    unknown_suppression::UNKNOWN_SUPPRESSION,
    unused_suppression::UNUSED_SUPPRESSION,
}

#[cfg(test)]
pub(crate) mod tests;
