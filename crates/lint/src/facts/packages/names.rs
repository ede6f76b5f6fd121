//! Names of packages without their versions.

use super::Manager;

/// The name of a package without version, release or architecture: `curl` of `curl=8.14*`,
/// `curl:arm64`, `curl/trixie`, `@scope/a` of `@scope/a@1`.
pub(crate) fn bare_name(manager: Manager, text: &str) -> &str {
    let cut = |marks: &[char]| text.split(marks).next().unwrap_or(text);
    match manager {
        Manager::Apt if is_file(text) => text,
        Manager::Apt => cut(&['=', '/', ':']).trim_end_matches('+'),
        Manager::Apk => cut(&['=', '~', '<', '>', '@']),
        Manager::Pip => cut(&['=', '~', '<', '>', '!', '[', ' ', ';', '@']),
        Manager::Npm | Manager::Yarn | Manager::Pnpm => {
            let scope = usize::from(text.starts_with('@'));
            text[scope..].find('@').map_or(text, |at| &text[..scope + at])
        }
        Manager::Go => cut(&['@']),
        Manager::Gem => cut(&[':']),
        Manager::Conda => cut(&['=', '<', '>', '[']),
        Manager::Composer => cut(&[':', '=']),
        Manager::Zypper => cut(&['=', '<', '>']),
        Manager::Yum | Manager::Dnf | Manager::Pacman => text,
    }
}

/// Whether an operand is a file or an address instead of a name.
pub(super) fn is_file(text: &str) -> bool {
    text.starts_with(['.', '/', '~']) || text.contains("://")
}
