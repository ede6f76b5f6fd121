//! How many files fixes break, by the same means as `cargo xtask cases fixes`.

use std::path::Path;

use super::super::{
    Outcome,
    table::{Bar, Row},
};
use crate::cases;

/// One row: of all files, with safe fixes and with all, how many came out broken or unstable.
pub(super) fn rows(directory: &Path) -> Outcome<Option<Row>> {
    let (passed, failed) = cases::fixes(directory)?;
    Ok(Some(Row {
        what: format!(
            "runs of --fix and --fix --unsafe-fixes that break a file, of {}",
            passed + failed
        ),
        ours: failed.to_string(),
        peer: String::new(),
        ratio: None,
        bar: Some(Bar { text: "0".to_owned(), met: failed == 0 }),
    }))
}
