//! Markdown for terminals: as much of it as our own pages use.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::report::table::Table;

const HEADING: Style = Style::new().bold().underline();
const BOLD: Style = Style::new().bold();
const CODE: Style = AnsiColor::Cyan.on_default();

/// Renders a page, its lines no wider than `width` where words allow.
pub(crate) fn render(markdown: &str, width: usize) -> String {
    let mut page = Page { text: String::new(), width, paragraph: String::new(), indent: "" };
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(fence) = line.strip_prefix("```") {
            page.end_paragraph();
            let end = if fence.starts_with('`') { "````" } else { "```" };
            for code in lines.by_ref().take_while(|it| !it.starts_with(end)) {
                page.text.push_str(format!("    {CODE}{code}{CODE:#}").trim_end());
                page.text.push('\n');
            }
        } else if line.starts_with('|') {
            page.end_paragraph();
            let mut rows = vec![line];
            while let Some(row) = lines.next_if(|it| it.starts_with('|')) {
                rows.push(row);
            }
            page.table(&rows);
        } else if let Some(heading) = line.strip_prefix('#') {
            page.end_paragraph();
            let style = if heading.starts_with('#') { BOLD } else { HEADING };
            let heading = plain(heading.trim_start_matches('#').trim());
            writeln!(page.text, "{style}{heading}{style:#}").ok();
        } else if let Some(item) = line.strip_prefix("- ") {
            page.end_paragraph();
            page.text.push_str("- ");
            page.indent = "  ";
            item.clone_into(&mut page.paragraph);
        } else if line.trim().is_empty() {
            page.end_paragraph();
            page.text.push('\n');
        } else {
            if !page.paragraph.is_empty() {
                page.paragraph.push(' ');
            }
            page.paragraph.push_str(line.trim());
        }
    }
    page.end_paragraph();
    page.text
}

/// A page in the making.
struct Page {
    text: String,
    width: usize,
    /// What was read of a paragraph or an item of a list.
    paragraph: String,
    /// What stands before its lines but the first.
    indent: &'static str,
}

impl Page {
    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let indent = std::mem::take(&mut self.indent);
        let mut column = indent.len();
        let mut code = false;
        for (index, word) in unlinked(&paragraph).split(' ').enumerate() {
            let length = word.chars().filter(|it| *it != '`').count();
            if index > 0 && column + 1 + length > self.width {
                self.text.push('\n');
                self.text.push_str(indent);
                column = indent.len();
            } else if index > 0 {
                self.text.push(' ');
                column += 1;
            }
            column += length;
            self.styled(word, &mut code);
        }
        if !paragraph.is_empty() {
            self.text.push('\n');
        }
    }

    /// A word, with code in another colour. Code may go on over several words, and each has its
    /// styles for itself, as lines may end between them.
    fn styled(&mut self, word: &str, code: &mut bool) {
        for (index, part) in word.split('`').enumerate() {
            *code ^= index > 0;
            if *code && !part.is_empty() {
                write!(self.text, "{CODE}{part}{CODE:#}").ok();
            } else {
                self.text.push_str(part);
            }
        }
    }

    fn table(&mut self, rows: &[&str]) {
        let mut table = Table::default();
        for row in rows {
            let cells = row.trim().trim_matches('|').split('|');
            let cells: Vec<_> = cells.map(|it| plain(it.trim())).collect();
            let is_rule = cells.iter().all(|it| it.bytes().all(|it| matches!(it, b'-' | b':')));
            if !is_rule {
                table.cells(cells);
            }
        }
        self.text.push_str(&table.render());
    }
}

/// Text without marks.
fn plain(text: &str) -> String {
    unlinked(text).replace('`', "")
}

/// Text with links replaced by what is to be read of them, and without emphasis.
fn unlinked(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let link = after.split_once("](").and_then(|(name, after)| {
            let (_, after) = after.split_once(')')?;
            (!name.contains(['[', '`', ']'])).then_some((name, after))
        });
        result.push_str(before);
        if link.is_none() {
            result.push('[');
        }
        let (name, after) = link.unwrap_or(("", after));
        result.push_str(name);
        rest = after;
    }
    result.push_str(rest);
    result.replace("**", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# root-user

The final stage [runs](x.md) as root, and **that** is `a long piece of code` for a line.

| | |
|---|---|
| Clause | `non-root` |
| On by default | yes |

## Bad

```dockerfile
FROM scratch
  USER `root`
```

- one item that is longer than a line of this page
- [ ] two
";

    #[test]
    fn a_page_is_wrapped_and_its_code_kept() {
        let text = anstream::adapter::strip_str(&render(PAGE, 40)).to_string();
        insta::assert_snapshot!(text, @r"
        root-user

        The final stage runs as root, and that
        is a long piece of code for a line.

        Clause         non-root
        On by default  yes

        Bad

            FROM scratch
              USER `root`

        - one item that is longer than a line of
          this page
        - [ ] two
        ");
    }

    #[test]
    fn headings_and_code_are_styled() {
        let text = render("## Bad\n`a b`\n", 80);
        assert_eq!(text, format!("{BOLD}Bad{BOLD:#}\n{CODE}a{CODE:#} {CODE}b{CODE:#}\n"));
    }
}
