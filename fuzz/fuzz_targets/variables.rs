//! Words are expanded without a crash and without growing out of bounds.
#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use plimsoll_syntax::dockerfile::variables::{Lexer, references};

fuzz_target!(|text: &str| {
    let value = |name: &str| match name {
        "a" => Some(Cow::Borrowed("value")),
        "b" => Some(Cow::Borrowed("")),
        _ => None,
    };
    for escape in ['\\', '`'] {
        let lexer = Lexer::new(escape);
        let _expanded = lexer.word(text, &value);
        let _words = lexer.words(text, &value);
        for reference in references(text, escape) {
            assert!(text.get(reference.range).is_some());
        }
    }
});
