//! Charts, and how they are written.

use prost::{DecodeError, Message as _};

/// What protoc made of `proto/chart.proto`.
mod generated {
    include!(concat!(env!("OUT_DIR"), "/charts.v1.rs"));
}

pub use generated::{Chart, Mark};

/// A chart to begin with.
#[must_use]
pub fn harbour() -> Chart {
    let mark =
        |kind: &str, latitude, longitude| Mark { kind: kind.to_owned(), latitude, longitude };
    Chart {
        name: "Bristol".to_owned(),
        marks: vec![mark("lighthouse", 51.489, -2.762), mark("buoy", 51.503, -2.801)],
        surveyed: None,
    }
}

/// The chart's bytes.
#[must_use]
pub fn encode(chart: &Chart) -> Vec<u8> {
    chart.encode_to_vec()
}

/// The chart that these bytes are.
///
/// # Errors
/// When they are none.
pub fn decode(bytes: &[u8]) -> Result<Chart, DecodeError> {
    Chart::decode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_survives_being_written() {
        assert_eq!(decode(&encode(&harbour())), Ok(harbour()));
        assert!(decode(b"\xff").is_err());
    }
}
