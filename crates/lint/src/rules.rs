//! Every rule: one file each, and a line here.

use crate::Rule;

/// Declares the module of each rule and lists their statics. A line `file::STATIC` is all that a
/// new rule needs here.
macro_rules! rules {
    ($($module:ident::$NAME:ident),* $(,)?) => {
        $(mod $module;)*

        /// Every rule, by name.
        pub static RULES: &[&Rule] = &[$(&$module::$NAME),*];
    };
}

rules! {
    root_user::ROOT_USER,
}
