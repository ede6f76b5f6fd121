//! What a misspelt name may have meant.

/// From how many changes on two names are unlike.
const UNLIKE: usize = 3;

/// The candidate that is most like a name, the first of several.
pub(crate) fn closest<'c>(
    name: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    let mut best = None;
    let mut distance = UNLIKE;
    for candidate in candidates.filter(|it| it.len().abs_diff(name.len()) < UNLIKE) {
        let changes = strsim::levenshtein(name, candidate);
        // A short name is unlike what keeps no letter of it.
        if changes < distance && changes < name.len() {
            (best, distance) = (Some(candidate), changes);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_of_those_that_are_alike() {
        let of = |name| closest(name, ["VERSION", "VERSIONS", "PATH"].into_iter());
        assert_eq!(of("VERISON"), Some("VERSION"));
        assert_eq!(of("VERSIONSS"), Some("VERSIONS"));
        assert_eq!(of("PTH"), Some("PATH"));
        assert_eq!((of("X"), of("HOME")), (None, None));
    }
}
