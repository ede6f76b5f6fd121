//! What a tree would cost to write, found without recursion.

use std::rc::Rc;

use markup5ever_rcdom::{Node, NodeData};

use crate::{Error, Limits};

/// Columns that a list item or quotation puts before each of its lines, at most: the digits of a list with
/// `start` near `i32::MAX`, its full stop and a space.
const INDENT: usize = 13;

/// Where a node stands, as far as it changes what its text costs.
#[derive(Clone, Copy, Default)]
struct Place {
    depth: usize,
    /// Columns before each line.
    indent: usize,
    /// How often the text is written, as a power of two: a table without rows walks its caption twice.
    doublings: u32,
    /// How many cells stand before this node in its row.
    column: usize,
    /// The outermost table's index in [`Measure::tables`]; tables inside of its cells are not padded.
    table: Option<usize>,
    /// The outermost cell's index in [`Measure::cells`].
    cell: Option<usize>,
}

#[derive(Default)]
struct Table {
    rows: usize,
    /// Length of the longest cell, per column.
    columns: Vec<usize>,
}

struct Cell {
    length: usize,
    table: usize,
    column: usize,
}

#[derive(Default)]
struct Measure {
    nodes: usize,
    output: usize,
    tables: Vec<Table>,
    cells: Vec<Cell>,
}

/// Checks the tree below `document` against depth, nodes and estimated output of `limits`.
pub(crate) fn measure(document: &Rc<Node>, limits: &Limits) -> Result<(), Error> {
    let mut total = Measure::default();
    let mut open = vec![(Rc::clone(document), Place::default())];
    while let Some((node, place)) = open.pop() {
        if place.depth > limits.depth {
            return Err(Error::TooDeep { limit: limits.depth });
        }
        let inside = total.enter(&node.data, place);
        if total.nodes > limits.nodes {
            return Err(Error::TooManyNodes { limit: limits.nodes });
        }
        let mut column = 0;
        for child in node.children.borrow().iter() {
            open.push((Rc::clone(child), Place { column, ..inside }));
            column += usize::from(is_cell(child));
        }
    }
    if total.written() > limits.output_bytes {
        return Err(Error::OutputTooLarge { limit: limits.output_bytes });
    }
    Ok(())
}

fn is_cell(node: &Node) -> bool {
    matches!(&node.data, NodeData::Element { name, .. } if matches!(&*name.local, "td" | "th"))
}

impl Measure {
    /// Counts one node; the answer is the place of its children.
    fn enter(&mut self, data: &NodeData, place: Place) -> Place {
        self.nodes += 1;
        let mut inside = Place { depth: place.depth + 1, ..place };
        match data {
            NodeData::Text { contents } => self.write(&contents.borrow(), place),
            NodeData::Element { name, attrs, .. } => {
                self.nodes += attrs.borrow().len();
                for attribute in attrs.borrow().iter() {
                    if matches!(&*attribute.name.local, "href" | "src" | "alt" | "title") {
                        self.write(&attribute.value, place);
                    }
                }
                self.enter_element(&name.local, place, &mut inside);
            }
            _ => {}
        }
        inside
    }

    fn enter_element(&mut self, name: &str, place: Place, inside: &mut Place) {
        match name {
            "li" | "blockquote" => inside.indent += INDENT,
            "br" | "hr" | "p" | "div" => self.write("\n", place),
            "caption" => inside.doublings += 1,
            "table" if place.cell.is_none() => {
                inside.table = Some(self.tables.len());
                self.tables.push(Table::default());
            }
            "tr" if place.cell.is_none() => {
                if let Some(table) = place.table {
                    self.tables[table].rows += 1;
                }
            }
            "td" | "th" if place.cell.is_none() => {
                if let Some(table) = place.table {
                    inside.cell = Some(self.cells.len());
                    self.cells.push(Cell { length: 0, table, column: place.column });
                    // A column is as wide as `---` at least, and has its bars.
                    let columns = &mut self.tables[table].columns;
                    columns.resize(columns.len().max(place.column + 1), 6);
                }
            }
            _ => {}
        }
    }

    fn write(&mut self, text: &str, place: Place) {
        let lines = text.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let once = text.len().saturating_add(lines.saturating_mul(place.indent));
        let written =
            once.saturating_mul(1_usize.checked_shl(place.doublings).unwrap_or(usize::MAX));
        self.output = self.output.saturating_add(written);
        if let Some(cell) = place.cell.and_then(|cell| self.cells.get_mut(cell)) {
            cell.length = cell.length.saturating_add(written);
            let longest = &mut self.tables[cell.table].columns[cell.column];
            *longest = (*longest).max(cell.length);
        }
    }

    /// A table pads each of its rows to the longest cell of every column.
    fn written(&self) -> usize {
        self.tables.iter().fold(self.output, |sum, table| {
            let row = table.columns.iter().fold(0_usize, |row, column| row.saturating_add(*column));
            sum.saturating_add(row.saturating_mul(table.rows))
        })
    }
}
