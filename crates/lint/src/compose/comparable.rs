//! How many services are held against one another.

use plimsoll_syntax::compose::Compose;

/// With more services than this none is held against the others: each would be against all, which
/// takes seconds for thousands. Nobody starts so many by hand.
const MOST_COMPARED: usize = 500;

/// Whether a file has few enough services to hold each against all others.
pub(crate) fn is_comparable(compose: &Compose<'_>) -> bool {
    compose.services.len() <= MOST_COMPARED
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::yaml;

    use super::*;
    use crate::ComposeFacts;

    #[test]
    fn hundreds_of_services_are_compared_and_thousands_are_not() {
        for (count, expected) in [(0, true), (500, true), (501, false)] {
            let services: Vec<String> =
                (0..count).map(|it| format!("  s{it}: {{image: a}}\n")).collect();
            let text = format!("services:\n{}", services.concat());
            let yaml = yaml::parse(&text);
            assert_eq!(is_comparable(&ComposeFacts::new(&yaml).compose), expected, "{count}");
        }
    }
}
