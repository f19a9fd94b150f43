//! CSV (RFC 4180) with a header: the root is the list of rows, each a mapping of
//! column to cell. What looks like a number is one.

use super::MAX_NODES;
use crate::parse::build::{Ground, failed, read, report, syntax_error, too_many};
use crate::parse::{Entry, Node, Parsed, Scalar, ScalarKind, Value};
use crate::source::{SourceId, Span};
use crate::text::{clip, count};

/// A cell: its text, and its bytes with the quotes.
struct Cell {
    text: String,
    start: usize,
    end: usize,
}

/// Reads the rows below the header.
pub(super) fn parse(text: &str, source: SourceId) -> Parsed {
    let ground = Ground::new(text, source, 0);
    let mut rows = Rows { text: ground.text, at: 0 };
    let Some(header) = rows.next() else {
        return failed(Vec::new(), syntax_error(ground.span(0, 0), "an empty file holds no table"));
    };
    let (mut items, mut findings, mut nodes) = (Vec::new(), Vec::new(), 0);
    for row in rows {
        nodes += row.len() + 1;
        let (start, end) = (row.first().map_or(0, |cell| cell.start), row.last().map_or(0, |cell| cell.end));
        if nodes > MAX_NODES {
            return failed(findings, too_many(ground.point(start), MAX_NODES));
        }
        let span = ground.span(start, end);
        if row.len() != header.len() {
            let (cells, columns) = (count(row.len(), "cell"), count(header.len(), "column"));
            let finding = syntax_error(span, format!("this row has {cells}, and the header {columns}"));
            report(&mut findings, finding.help("put a cell with a comma in double quotes"));
            continue;
        }
        let entry = |(column, cell): (&Cell, Cell)| Entry {
            key: named(column.text.trim()).into(),
            key_span: ground.span(column.start, column.end),
            value: scalar(&cell.text, ground.span(cell.start, cell.end)),
        };
        items.push(Node { span, value: Value::Map(header.iter().zip(row).map(entry).collect()) });
    }
    read(Node::seq(items, ground.span(0, ground.text.len())), findings)
}

/// As much of a column's name as is kept: every row repeats it.
fn named(column: &str) -> &str {
    clip(column, 300)
}

fn scalar(text: &str, span: Span) -> Node {
    let text = text.trim();
    let kind = if text.is_empty() {
        ScalarKind::Null
    } else if let Ok(value) = text.parse() {
        ScalarKind::Int(value)
    } else {
        text.parse().map_or(ScalarKind::String, ScalarKind::Float)
    };
    Node { span, value: Value::Scalar(Scalar { kind, text: text.into() }) }
}

/// The rows of a text that are not empty.
struct Rows<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for Rows<'_> {
    type Item = Vec<Cell>;

    fn next(&mut self) -> Option<Vec<Cell>> {
        while self.text.get(self.at..)?.starts_with(['\n', '\r']) {
            self.at += 1;
        }
        if self.at >= self.text.len() {
            return None;
        }
        let mut row = Vec::new();
        loop {
            let cell = self.cell();
            row.push(cell);
            if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(',')) {
                return Some(row);
            }
            self.at += 1;
        }
    }
}

impl Rows<'_> {
    fn cell(&mut self) -> Cell {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let (mut text, mut length) = (String::new(), 0);
        if let Some(mut inner) = rest.strip_prefix('"') {
            loop {
                let end = inner.find('"').unwrap_or(inner.len());
                text.push_str(inner.get(..end).unwrap_or_default());
                inner = inner.get(end + 1..).unwrap_or_default();
                match inner.strip_prefix('"') {
                    Some(more) => {
                        text.push('"');
                        inner = more;
                    }
                    None => break,
                }
            }
            length = rest.len() - inner.len();
        }
        // What follows a closing quote belongs to the cell as it stands.
        let after = rest.get(length..).unwrap_or_default();
        let end = after.find([',', '\n', '\r']).unwrap_or(after.len());
        text.push_str(after.get(..end).unwrap_or_default());
        self.at = start + length + end;
        Cell { text, start, end: self.at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_know_their_bytes_and_numbers_are_numbers() {
        let text = "\u{feff}metric,value,n\r\n\"a, \"\"b\"\"\",0.5,10\n\nacc,NaN,\n";
        let parsed = parse(text, SourceId(0));
        assert_eq!(parsed.findings, []);
        let root = parsed.root.unwrap();
        assert_eq!(root.items().len(), 2);
        let first = &root.items()[0];
        assert_eq!(first.get("metric").unwrap().text(), Some("a, \"b\""));
        assert_eq!(first.get("value").unwrap().as_f64(), Some(0.5));
        assert_eq!(&text[first.get("value").unwrap().span.range()], "0.5");
        assert!(root.items()[1].get("value").unwrap().as_f64().unwrap().is_nan());
        assert!(root.items()[1].get("n").unwrap().is_null());
    }

    #[test]
    fn a_row_of_another_length_is_said() {
        let parsed = parse("metric,value\nacc,0.5,1\nf1,0.6", SourceId(0));
        assert_eq!(parsed.findings[0].message, "this row has 3 cells, and the header 2 columns");
        assert_eq!(parsed.root.unwrap().items().len(), 1);
        for odd in ["", "\n", "\"", "a,\"", ",", "\"a\"b,c\n\"", "é,\"é"] {
            let _ = parse(odd, SourceId(0));
        }
    }
}
