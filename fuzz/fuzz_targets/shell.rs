//! Every word of a script lies in its source.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_syntax::shell::{self, ShellOptions};

fuzz_target!(|text: &str| {
    let script = shell::parse_text(text, 0, ShellOptions::default());
    for (index, command) in script.commands.iter().enumerate() {
        assert!(command.span.slice(text).is_some(), "{:?}", command.span);
        assert!(command.parent.is_none_or(|it| it != index));
        let words = command.words.iter().chain(command.assignments.iter().map(|it| &it.value));
        for word in words.chain(command.redirections.iter().map(|it| &it.target)) {
            assert!(word.span.slice(text).is_some(), "{:?}", word.span);
        }
    }
});
