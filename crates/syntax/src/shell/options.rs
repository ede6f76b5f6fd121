//! What `set` and the options of a shell switch on.

/// The options of a shell that decide which failures are seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShellOptions {
    /// `-o pipefail`: a pipeline fails with any of its commands, not with its last alone.
    pub pipefail: bool,
    /// `-e`: the script ends with the first command that fails.
    pub errexit: bool,
}

impl ShellOptions {
    /// The options of a shell that was started with these arguments (the shell's own name is not
    /// among them), such as `-eo pipefail -c` or `-o errexit`.
    pub fn from_arguments<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let mut options = Self::default();
        options.apply(arguments);
        options
    }

    /// Does what `set` does with its arguments.
    pub(super) fn apply<'a>(&mut self, arguments: impl IntoIterator<Item = &'a str>) {
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (on, letters) = match argument.as_bytes() {
                [b'-', b'-', ..] => continue,
                [b'-', letters @ ..] if !letters.is_empty() => (true, letters),
                [b'+', letters @ ..] if !letters.is_empty() => (false, letters),
                _ => return,
            };
            for letter in letters {
                match letter {
                    b'e' => self.errexit = on,
                    b'o' => match arguments.next() {
                        Some("pipefail") => self.pipefail = on,
                        Some("errexit") => self.errexit = on,
                        _ => {}
                    },
                    _ => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(arguments: &str) -> (bool, bool) {
        let options = ShellOptions::from_arguments(arguments.split(' '));
        (options.errexit, options.pipefail)
    }

    #[test]
    fn clusters_take_the_name_of_an_option_from_the_next_word() {
        assert_eq!(options("-euxo pipefail -c"), (true, true));
        assert_eq!(options("-o errexit -o pipefail"), (true, true));
        assert_eq!(options("-o nounset -c"), (false, false));
        assert_eq!(options("-o"), (false, false));
    }

    #[test]
    fn plus_switches_off_and_operands_end_options() {
        assert_eq!(options("-eo pipefail +e"), (false, true));
        assert_eq!(options("-x word -e"), (false, false));
    }
}
