//! Documents made to exhaust the service that converts them.

use std::time::{Duration, Instant};

use html_markdown::{Converter, Error, Limits};

fn convert(html: &str) -> Result<String, Error> {
    let start = Instant::now();
    let result = Converter::default().convert(html);
    // Parsing alone may take 2 s; without the limits some of these documents take minutes.
    assert!(start.elapsed() < Duration::from_secs(20), "took {:?}", start.elapsed());
    result
}

#[test]
fn a_source_of_the_limit_is_converted_and_one_byte_more_is_not() {
    let limit = Limits::default().input_bytes;
    assert_eq!(convert(&"x".repeat(limit)).map(|markdown| markdown.len()), Ok(limit));
    assert_eq!(
        convert(&"x".repeat(limit + 1)),
        Err(Error::InputTooLarge { actual: limit + 1, limit })
    );
}

#[test]
fn nesting_at_the_limit_fits_the_stack_whatever_the_element() {
    // html and body are levels too, and a table's tr brings its tbody.
    for (element, levels) in
        [("<div>", 1), ("<i>", 1), ("<blockquote>", 1), ("<ul><li>", 2), ("<table><tr><td>", 4)]
    {
        let html = element.repeat(250 / levels);
        assert!(convert(&html).is_ok(), "{element}");
    }
}

#[test]
fn deeper_nesting_is_refused_in_good_time() {
    for element in ["<div>", "<i>", "<table><i>", "<p><b><p>", "<ul><li>", "<x></y>"] {
        let html = element.repeat(1_000_000 / element.len());
        // Which limit is the first depends on the element, and on a slow machine on its speed.
        assert!(convert(&html).is_err(), "{element}");
    }
}

#[test]
fn a_crowd_of_nodes_or_attributes_is_refused() {
    let limit = Limits::default().nodes;
    assert_eq!(convert(&"<p>".repeat(300_000)), Err(Error::TooManyNodes { limit }));
    assert_eq!(convert(&"<p a b c d e>".repeat(50_000)), Err(Error::TooManyNodes { limit }));
}

#[test]
fn a_tag_with_endless_attributes_is_refused() {
    let attributes: Vec<String> = (0..130_000).map(|number| format!("a{number:x}")).collect();
    assert!(convert(&format!("<p {}>", attributes.join(" "))).is_err());
}

#[test]
fn markdown_that_would_grow_out_of_proportion_is_refused() {
    let limit = Limits::default().output_bytes;
    let indented = format!("{}<pre>{}", "<ul><li>".repeat(100), "x\n".repeat(100_000));
    assert_eq!(convert(&indented), Err(Error::OutputTooLarge { limit }));
    let row = "<tr><td>x</td></tr>";
    let padded = format!("<table><tr><th>{}</th></tr>{}", "x".repeat(300_000), row.repeat(10_000));
    assert_eq!(convert(&padded), Err(Error::OutputTooLarge { limit }));
    let doubled = format!("{}{}", "<table><thead></thead><caption>".repeat(50), "x".repeat(1000));
    assert_eq!(convert(&doubled), Err(Error::OutputTooLarge { limit }));
}

#[test]
fn an_ordinary_long_page_is_converted() {
    let section = "<h2 id=a>Port</h2><p class=x>Ships <a href=\"/s\">come</a> and go.</p><ul><li>One<li>Two</ul>";
    let table = format!(
        "<table><tr><th>A<th>B</tr>{}</table>",
        "<tr><td>1<td>some words here</tr>".repeat(500)
    );
    let html = format!("<!doctype html><body>{}{table}", section.repeat(3_000));
    assert_eq!(convert(&html).map(|markdown| markdown.matches("## Port").count()), Ok(3_000));
}
