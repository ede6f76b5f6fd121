//! Which ship lies where.

use serde::Serialize;

/// A place at the quay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Berth {
    /// Its number, painted on the quay.
    pub number: u8,
    /// Metres of quay.
    pub length: u16,
    /// The ship that lies there.
    pub ship: Option<String>,
}

/// All berths of the harbour, in the order of their numbers.
#[must_use]
pub fn berths() -> Vec<Berth> {
    let berth = |(number, length, ship): (u8, u16, Option<&str>)| Berth {
        number,
        length,
        ship: ship.map(str::to_owned),
    };
    [(1, 120, Some("Cutty Sark")), (2, 80, None), (3, 200, Some("Great Eastern"))]
        .into_iter()
        .map(berth)
        .collect()
}

/// The shortest free berth that a ship of this length fits into.
#[must_use]
pub fn free_berth(length: u16) -> Option<Berth> {
    let fits = |berth: &Berth| berth.ship.is_none() && berth.length >= length;
    berths().into_iter().filter(fits).min_by_key(|berth| berth.length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_free_berths_that_are_long_enough_are_given() {
        assert_eq!(free_berth(60).map(|it| it.number), Some(2));
        assert_eq!(free_berth(100), None);
    }
}
