//! The table: ours, the peer's, the bar, and whether it is met.

use std::fmt;

/// One line of the table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) what: String,
    pub(super) ours: String,
    pub(super) peer: String,
    /// Ours over the peer's.
    pub(super) ratio: Option<f64>,
    pub(super) bar: Option<Bar>,
}

/// What must hold.
#[derive(Debug)]
pub(super) struct Bar {
    /// As the reader sees it.
    pub(super) text: String,
    /// Whether it does.
    pub(super) met: bool,
}

impl Bar {
    /// `ratio` must not be above `most`.
    pub(super) fn ratio(ratio: f64, most: f64) -> Self {
        Self { text: format!("≤ {most} ×"), met: ratio <= most }
    }

    /// `value` must not be above `most`, which the reader sees as `text`.
    pub(super) fn value(value: f64, most: f64, text: &str) -> Self {
        Self { text: format!("≤ {text}"), met: value <= most }
    }
}

/// Rows of a table in Markdown.
#[derive(Debug, Default)]
pub(super) struct Table(pub(super) Vec<Row>);

impl Table {
    /// How many bars are missed.
    pub(super) fn missed(&self) -> usize {
        self.0.iter().filter_map(|row| row.bar.as_ref()).filter(|bar| !bar.met).count()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = ["what", "ours", "peer", "ratio", "bar", "met?"].map(str::to_owned);
        let rows: Vec<_> = std::iter::once(header).chain(self.0.iter().map(cells)).collect();
        let width = |column: usize| {
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        let widths: [usize; 6] = std::array::from_fn(width);
        for (number, row) in rows.iter().enumerate() {
            for (cell, width) in row.iter().zip(widths) {
                write!(f, "| {cell:width$} ")?;
            }
            writeln!(f, "|")?;
            if number == 0 {
                for width in widths {
                    write!(f, "|{}", "-".repeat(width + 2))?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

fn cells(row: &Row) -> [String; 6] {
    let (bar, met) = match &row.bar {
        Some(bar) => (bar.text.clone(), if bar.met { "yes" } else { "**no**" }),
        None => (String::new(), ""),
    };
    let ratio = row.ratio.map(|ratio| format!("{ratio:.3}")).unwrap_or_default();
    [row.what.clone(), row.ours.clone(), row.peer.clone(), ratio, bar, met.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_bar_is_counted_and_shown() {
        let row = |what: &str, bar| Row {
            what: what.to_owned(),
            ours: "2 ms".to_owned(),
            peer: "1 ms".to_owned(),
            ratio: Some(2.0),
            bar,
        };
        let table = Table(vec![
            row("a", Some(Bar::ratio(2.0, 0.5))),
            row("b", Some(Bar::value(5.0, 5.0, "5 ms"))),
            row("c", None),
        ]);
        assert_eq!(table.missed(), 1);
        let expected = "\
| what | ours | peer | ratio | bar     | met?   |
|------|------|------|-------|---------|--------|
| a    | 2 ms | 1 ms | 2.000 | ≤ 0.5 × | **no** |
| b    | 2 ms | 1 ms | 2.000 | ≤ 5 ms  | yes    |
| c    | 2 ms | 1 ms | 2.000 |         |        |
";
        assert_eq!(table.to_string(), expected);
    }
}
