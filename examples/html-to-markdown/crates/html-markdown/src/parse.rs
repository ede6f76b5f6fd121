//! Source to tree, stopping early where the tree outgrows its limits.

use std::rc::Rc;
use std::time::Instant;

use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Node, RcDom};

use crate::measure::measure;
use crate::{Error, Limits};

/// How much source is parsed between two looks at the tree. Small, because time is quadratic in the depth that
/// one piece can add; not tiny, because each look walks the whole tree.
const PIECE_BYTES: usize = 16 * 1024;

/// Parses `html` as a browser without scripts would: never an error for what is malformed, and the content of
/// `noscript` counts.
pub(crate) fn parse(html: &str, limits: &Limits) -> Result<Rc<Node>, Error> {
    if html.len() > limits.input_bytes {
        return Err(Error::InputTooLarge { actual: html.len(), limit: limits.input_bytes });
    }
    let start = Instant::now();
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let mut parser =
        parse_document(RcDom::default(), ParseOpts { tree_builder, ..ParseOpts::default() });
    let mut rest = html;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(piece_end(rest));
        parser.process(StrTendril::from_slice(piece));
        measure(&parser.tokenizer.sink.sink.document, limits)?;
        if start.elapsed() > limits.parse_time {
            return Err(Error::TooSlow { limit: limits.parse_time });
        }
        rest = after;
    }
    // The end of the source can still add nodes: the elements that every document has, and held-back text.
    let document = parser.finish().document;
    measure(&document, limits)?;
    Ok(document)
}

/// The largest length up to [`PIECE_BYTES`] that doesn't split a character.
fn piece_end(rest: &str) -> usize {
    if rest.len() <= PIECE_BYTES {
        return rest.len();
    }
    (0..=PIECE_BYTES).rev().find(|&end| rest.is_char_boundary(end)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_never_splits_a_character() {
        let text = format!("{}€€", "x".repeat(PIECE_BYTES - 1));
        assert_eq!(piece_end(&text), PIECE_BYTES - 1);
        assert_eq!(piece_end("short"), 5);
    }

    #[test]
    fn parsing_in_pieces_gives_the_tree_of_the_whole() {
        // Tags, character references and words all straddle the pieces' borders somewhere in here.
        let html = "<p class=quay>H&ouml;he <em>und</em> Tiefe</p>\n".repeat(1500);
        let in_pieces = parse(&html, &Limits::default()).unwrap();
        let converter = htmd::HtmlToMarkdown::new();
        let whole = converter.html_to_tree(&html).unwrap();
        assert_eq!(converter.tree_to_markdown(&in_pieces), converter.tree_to_markdown(&whole));
    }

    #[test]
    fn a_parser_that_takes_too_long_is_stopped() {
        let limits = Limits { parse_time: std::time::Duration::ZERO, ..Limits::default() };
        assert_eq!(parse("<p>", &limits).unwrap_err(), Error::TooSlow { limit: limits.parse_time });
    }
}
