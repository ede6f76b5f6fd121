//! The conversion, from source to Markdown.

use htmd::HtmlToMarkdown;
use htmd::options::{BulletListMarker, Options};

use crate::{Error, Limits, parse};

/// Converts documents within its [`Limits`]; one converter serves many threads.
///
/// The Markdown is CommonMark with GitHub's tables. What a reader doesn't see (head, scripts, styles) is left
/// out, and elements that Markdown doesn't have are replaced by their content. The same source gives the same
/// Markdown.
pub struct Converter {
    limits: Limits,
    writer: HtmlToMarkdown,
}

impl Converter {
    /// A converter that refuses what goes beyond `limits`.
    pub fn new(limits: Limits) -> Self {
        let options = Options {
            bullet_list_marker: BulletListMarker::Dash,
            ul_bullet_spacing: 1,
            ol_number_spacing: 1,
            ..Options::default()
        };
        let writer = HtmlToMarkdown::builder()
            .options(options)
            .skip_tags(vec!["head", "script", "style"])
            .build();
        Self { limits, writer }
    }

    /// The limits given to [`Converter::new`].
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Converts a document or a fragment of one. Malformed HTML is read as a browser reads it.
    ///
    /// # Errors
    /// The first limit that `html` exceeds.
    pub fn convert(&self, html: &str) -> Result<String, Error> {
        let tree = parse::parse(html, &self.limits)?;
        Ok(self.writer.tree_to_markdown(&tree))
    }
}

impl Default for Converter {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}
