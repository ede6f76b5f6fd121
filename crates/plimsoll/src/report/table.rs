//! Rows of a name and values, aligned.

/// A table in the making.
#[derive(Debug, Default)]
pub(super) struct Table(Vec<Vec<String>>);

impl Table {
    /// Adds a row.
    pub(super) fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.0.push(cells.iter().map(|it| (*it).to_owned()).collect());
    }

    /// Adds a row of any number of cells.
    pub(super) fn cells(&mut self, cells: Vec<String>) {
        self.0.push(cells);
    }

    /// The rows, each column as wide as its widest cell.
    pub(super) fn render(&self) -> String {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                // The last cell of a row needs no room behind it.
                let inner = self.0.iter().filter(|row| row.len() > column + 1);
                inner.map(|row| row[column].chars().count()).max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for row in &self.0 {
            let cells: Vec<String> = row
                .iter()
                .enumerate()
                .map(|(column, cell)| {
                    let last = column + 1 == row.len();
                    let width = if last { 0 } else { widths[column] };
                    format!("{cell:width$}")
                })
                .collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}

/// A size for people, in powers of ten as registries count.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    // Tenths are enough, and integers round the same everywhere.
    let mut tenths = bytes.saturating_add(50) / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_reads_best() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (107_000, "107.0 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (2_345_678, "2.3 MB"),
            (41_000_000_000, "41.0 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn columns_are_aligned_and_lines_have_no_space_at_their_end() {
        let mut table = Table::default();
        table.row(["a", "bb", "c"]);
        table.row(["aaa", "b"]);
        table.row(["", "", "x"]);
        assert_eq!(table.render(), "a    bb  c\naaa  b\n         x\n");
    }
}
