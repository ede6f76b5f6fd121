//! Reads a chart from standard input and prints what is on it.

use std::{
    error::Error,
    io::{self, Read as _, Write as _},
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    let chart = charts::decode(&bytes)?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", chart.name)?;
    for mark in chart.marks {
        writeln!(stdout, "{} {:.3} {:.3}", mark.kind, mark.latitude, mark.longitude)?;
    }
    Ok(())
}
