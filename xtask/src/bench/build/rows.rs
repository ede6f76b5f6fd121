//! What the samples come to: first the rows with a bar, then others worth knowing.

use std::{collections::BTreeMap, fs, path::PathBuf};

use super::{
    super::{
        Outcome,
        rounds::Results,
        sample::{Figure, Sample},
        table::{Bar, Row, Table},
    },
    layout::Sizes,
    ours,
};

/// Bytes that an image may add to its program: 150 KB.
const MOST_ADDED: f64 = 150e3;
/// Resident bytes while packing: 64 MB.
const MOST_MEMORY: f64 = 64e6;
/// Milliseconds of packing when nothing changed.
const MOST_UNCHANGED: f64 = 5.0;

const GZIP: &str = "plimsoll gzip";

/// Makes the table of the results, the layouts' sizes by tool, and the input files.
pub(super) fn table(
    results: &Results,
    sizes: &BTreeMap<String, Sizes>,
    files: &BTreeMap<&str, PathBuf>,
) -> Outcome<Table> {
    let facts = Facts { results };
    let mut sized = BTreeMap::new();
    for (input, file) in files {
        #[expect(clippy::cast_precision_loss, reason = "a size for the eye")]
        sized.insert(*input, format!("{:.1} MB", fs::metadata(file)?.len() as f64 / 1e6));
    }
    let (small, large) = (&sized[super::SMALL], &sized[super::LARGE]);
    let ours = sizes.get(GZIP).ok_or("our layout was not looked at")?;
    let mut rows = Vec::new();

    rows.extend(facts.versus(
        &format!("packing {small}, changed: wall time, against `docker build`"),
        ["small plimsoll gzip", "small docker build"],
        wall,
        Some(0.35),
    ));
    let what = |figure: &str| format!("packing {large}, changed, gzip: {figure}, against `umoci`");
    let both = ["large plimsoll gzip", "large umoci"];
    rows.extend(facts.versus(&what("wall time"), both, wall, Some(0.4)));
    rows.extend(facts.versus(&what("CPU time"), both, cpu, Some(1.05)));
    if let Some(peer) = sizes.get("umoci") {
        let [mine, theirs] = [ours.program_layer, peer.program_layer].map(bytes);
        rows.push(compared(
            what("layer"),
            [mine, theirs].map(megabytes),
            mine / theirs,
            Some(1.02),
        ));
    }
    rows.push(facts.packing(
        &format!("packing {small}, unchanged: beyond cargo"),
        "small plimsoll gzip unchanged",
        Some(MOST_UNCHANGED),
    )?);
    let peak = facts.peak("large plimsoll gzip")?;
    let bar = Bar::value(peak, MOST_MEMORY, "64 MB");
    rows.push(alone(format!("packing {large}, gzip: peak memory"), megabytes(peak), Some(bar)));
    let added = bytes(ours.blobs - ours.program_layer);
    let bar = Bar::value(added, MOST_ADDED, "150 KB");
    let kilobytes = format!("{:.1} KB", added / 1e3);
    rows.push(alone("image over its program, compressed".to_owned(), kilobytes, Some(bar)));

    for (peer, name) in [("umoci", "`umoci`"), ("buildah", "`buildah`")] {
        rows.extend(facts.versus(
            &format!("packing {small}, changed, gzip: wall time, against {name}"),
            ["small plimsoll gzip", &format!("small {peer}")],
            wall,
            None,
        ));
    }
    rows.extend(facts.versus(
        &format!("{small}, unchanged: whole command, against `docker build`"),
        ["small plimsoll gzip unchanged", "small docker build unchanged"],
        wall,
        None,
    ));
    let unchanged = "large plimsoll gzip unchanged";
    rows.push(facts.packing(&format!("packing {large}, unchanged"), unchanged, None)?);
    for compression in ["zstd", "none"] {
        let key = format!("large plimsoll {compression}");
        for (figure, of) in [("wall time", wall as fn(&Sample) -> f64), ("CPU time", cpu)] {
            let what = format!("packing {large}, changed, {compression}: {figure}");
            rows.push(alone(what, milliseconds(facts.figure(&key, of)?), None));
        }
    }
    Ok(Table(rows))
}

/// The results, and what is asked of them.
struct Facts<'a> {
    results: &'a Results,
}

impl Facts<'_> {
    fn figure(&self, key: &str, of: fn(&Sample) -> f64) -> Outcome<Figure> {
        let samples = self.results.get(key).ok_or(format!("nothing was measured of `{key}`"))?;
        Ok(Figure::of(samples.iter().map(of)).ok_or("there were no rounds")?)
    }

    /// A row against a peer, if the peer is there.
    fn versus(
        &self,
        what: &str,
        keys: [&str; 2],
        of: fn(&Sample) -> f64,
        most: Option<f64>,
    ) -> Option<Row> {
        let [ours, peer] = keys.map(|key| self.figure(key, of).ok());
        let (ours, peer) = (ours?, peer?);
        let ratio = ours.median / peer.median;
        Some(compared(what.to_owned(), [ours, peer].map(milliseconds), ratio, most))
    }

    /// A row of what our program says about its packing.
    fn packing(&self, what: &str, key: &str, most: Option<f64>) -> Outcome<Row> {
        let samples = self.results.get(key).ok_or(format!("nothing was measured of `{key}`"))?;
        let times: Vec<f64> = samples.iter().map(ours::packing_ms).collect::<Outcome<_>>()?;
        let figure = Figure::of(times).ok_or("there were no rounds")?;
        let bar = most.map(|most| Bar::value(figure.median, most, &format!("{most} ms")));
        Ok(alone(what.to_owned(), milliseconds(figure), bar))
    }

    /// The most memory of all rounds, in bytes.
    fn peak(&self, key: &str) -> Outcome<f64> {
        let samples = self.results.get(key).ok_or(format!("nothing was measured of `{key}`"))?;
        Ok(bytes(samples.iter().map(|it| it.peak).max().unwrap_or_default()))
    }
}

fn compared(what: String, [ours, peer]: [String; 2], ratio: f64, most: Option<f64>) -> Row {
    Row { what, ours, peer, ratio: Some(ratio), bar: most.map(|most| Bar::ratio(ratio, most)) }
}

fn alone(what: String, ours: String, bar: Option<Bar>) -> Row {
    Row { what, ours, peer: String::new(), ratio: None, bar }
}

fn wall(sample: &Sample) -> f64 {
    sample.wall.as_secs_f64() * 1e3
}

fn cpu(sample: &Sample) -> f64 {
    sample.cpu.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "no size here comes near 2^52 bytes")]
fn bytes(number: u64) -> f64 {
    number as f64
}

fn milliseconds(figure: Figure) -> String {
    let digits = if figure.median < 10.0 { 2 } else { 0 };
    format!("{:.digits$} ms (min {:.digits$})", figure.median, figure.least)
}

fn megabytes(bytes: f64) -> String {
    format!("{:.2} MB", bytes / 1e6)
}
