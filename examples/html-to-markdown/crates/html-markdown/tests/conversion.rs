//! What becomes of the elements that documents are made of.

use html_markdown::Converter;

fn convert(html: &str) -> String {
    // No test expects a text that reads like an error.
    Converter::default().convert(html).unwrap_or_else(|error| error.to_string())
}

#[test]
fn headings_paragraphs_and_emphasis() {
    let html = "<h2>Tides</h2><p>High at <strong>noon</strong>, low at <em>six</em>.</p>";
    assert_eq!(convert(html), "## Tides\n\nHigh at **noon**, low at *six*.");
}

#[test]
fn links_and_images_keep_their_targets() {
    let html = r#"<a href="/tides">Tides</a> <img src="m.png" alt="A mark">"#;
    assert_eq!(convert(html), "[Tides](/tides) ![A mark](m.png)");
}

#[test]
fn lists_are_indented() {
    let html = "<ul><li>Bow<ol><li>Anchor</li><li>Chain</li></ol></li><li>Stern</li></ul>";
    assert_eq!(convert(html), "- Bow\n  1. Anchor\n  2. Chain\n- Stern");
}

#[test]
fn code_is_fenced_with_its_language() {
    let html = "<pre><code class=\"language-rust\">fn main() {}\n</code></pre>";
    assert_eq!(convert(html), "```rust\nfn main() {}\n```");
}

#[test]
fn tables_get_a_header_row() {
    let html =
        "<table><tr><th>Port</th><th>Depth</th></tr><tr><td>Hull</td><td>9</td></tr></table>";
    assert_eq!(convert(html), "| Port | Depth |\n| ---- | ----- |\n| Hull | 9     |");
}

#[test]
fn what_no_reader_sees_is_left_out() {
    let html = "<head><title>T</title><style>p{}</style></head><script>alert(1)</script><p>Seen";
    assert_eq!(convert(html), "Seen");
}

#[test]
fn text_that_looks_like_markdown_is_escaped() {
    assert_eq!(
        convert("<p>*not* emphasis, # no heading</p><p># nor this</p>"),
        "\\*not\\* emphasis, # no heading\n\n\\# nor this"
    );
}

#[test]
fn malformed_html_is_read_as_a_browser_does() {
    assert_eq!(convert("<p>one<p>two</b></i><em>three"), "one\n\ntwo*three*");
    assert_eq!(convert(""), "");
    assert_eq!(convert("plain"), "plain");
}
