//! TOML as a spanned tree.
//!
//! `toml` reads; its tables are sorted by key and know only their headers, so the
//! order of the source is put back and every table is given the extent from its
//! header, or first key, to its last value. Dates are strings with their text.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::build::{DUPLICATE_KEY, Ground, failed, read, syntax_error, too_deep, too_many};
use super::{Entry, MAX_DEPTH, MAX_NODES, Node, Parsed, Scalar, ScalarKind, Value};
use crate::finding::Finding;
use crate::source::{SourceId, Span};
use crate::text::quote;

/// A name for a key that is written twice, while its first place is looked for.
const STAND_IN: &str = "\"the second of two equal keys \u{10fffd}\"";

/// Reads the TOML `text` of `source`. TOML has no word for a key that is written
/// twice, so such a text has no tree.
pub fn parse(text: &str, source: SourceId) -> Parsed {
    let ground = Ground::new(text, source, 0);
    let table = match DeTable::parse(ground.text) {
        Ok(table) => table,
        Err(error) => return failed(Vec::new(), explain(ground, &error)),
    };
    let mut reader = Reader { ground, nodes: 0 };
    match reader.table(table.into_inner(), None, 0) {
        Ok(root) => read(root, Vec::new()),
        Err(finding) => failed(Vec::new(), *finding),
    }
}

/// From the parser's tree to ours; stops beyond [`MAX_DEPTH`].
struct Reader<'t> {
    ground: Ground<'t>,
    nodes: usize,
}

impl Reader<'_> {
    fn node(&mut self, value: Spanned<DeValue<'_>>, depth: usize) -> Result<Node, Box<Finding>> {
        let range = value.span();
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(Box::new(too_many(self.ground.point(range.start), MAX_NODES)));
        }
        let written = self.ground.slice(range.start, range.end);
        let (kind, text) = match value.into_inner() {
            DeValue::String(string) => (ScalarKind::String, string.into()),
            DeValue::Integer(number) => (integer(number.as_str(), number.radix()), written.into()),
            DeValue::Float(number) => (float(number.as_str()), written.into()),
            DeValue::Boolean(value) => (ScalarKind::Bool(value), written.into()),
            DeValue::Datetime(_) => (ScalarKind::String, written.into()),
            DeValue::Array(array) => return self.list(array, range, depth + 1),
            DeValue::Table(table) => return self.table(table, Some(range), depth + 1),
        };
        let span = self.ground.span(range.start, range.end);
        Ok(Node { span, value: Value::Scalar(Scalar { kind, text }) })
    }

    fn list(&mut self, array: toml::de::DeArray<'_>, range: Range<usize>, depth: usize) -> Result<Node, Box<Finding>> {
        self.check_depth(depth, range.start)?;
        let mut span = self.ground.span(range.start, range.end);
        let mut items = Vec::with_capacity(array.len());
        for item in array {
            let item = self.node(item, depth)?;
            // An array of tables has the span of its first header alone.
            span = span.to(item.span);
            items.push(item);
        }
        Ok(Node { span, value: Value::Seq(items) })
    }

    /// `own` is the header, the braces or the first key of a table; the root has
    /// none.
    fn table(&mut self, table: DeTable<'_>, own: Option<Range<usize>>, depth: usize) -> Result<Node, Box<Finding>> {
        let mut span = own.map(|own| self.ground.span(own.start, own.end));
        self.check_depth(depth, span.map_or(0, |span| span.start as usize))?;
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let place = key.span();
            let key_span = self.ground.span(place.start, place.end);
            let value = self.node(value, depth)?;
            span = Some(span.unwrap_or(key_span).to(key_span).to(value.span));
            entries.push(Entry { key: key.into_inner().into(), key_span, value });
        }
        entries.sort_by_key(|entry| entry.key_span);
        Ok(Node { span: span.unwrap_or_else(|| self.ground.span(0, 0)), value: Value::Map(entries) })
    }

    fn check_depth(&self, depth: usize, at: usize) -> Result<(), Box<Finding>> {
        if depth >= MAX_DEPTH { Err(Box::new(too_deep(self.ground.point(at)))) } else { Ok(()) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number that no integer holds is compared as a double")]
fn integer(digits: &str, radix: u32) -> ScalarKind {
    i64::from_str_radix(digits, radix).map_or_else(
        |_| ScalarKind::Float(i128::from_str_radix(digits, radix).map_or(f64::INFINITY, |value| value as f64)),
        ScalarKind::Int,
    )
}

fn float(text: &str) -> ScalarKind {
    ScalarKind::Float(text.parse().unwrap_or(f64::NAN))
}

/// The parser's error in words.
fn explain(ground: Ground<'_>, error: &toml::de::Error) -> Finding {
    let range = error.span().unwrap_or(0..0);
    let span = if range.is_empty() || ground.slice(range.start, range.end).contains('\n') {
        ground.point(range.start)
    } else {
        ground.span(range.start, range.end)
    };
    if error.message() == "duplicate key" {
        return duplicate(ground, &range, span);
    }
    if error.message().contains("recurs") {
        return too_deep(span);
    }
    syntax_error(span, format!("this is not TOML: {}", quote(error.message())))
}

/// A key that is written twice: TOML refuses it, so no value counts.
fn duplicate(ground: Ground<'_>, range: &Range<usize>, span: Span) -> Finding {
    let found = first_place(ground, range);
    let written = ground.slice(range.start, range.end);
    let name = found.as_ref().map_or(written, |(name, _)| name);
    let message = format!("the key `{}` is written twice, which TOML does not allow", quote(name));
    let finding = Finding::new(DUPLICATE_KEY, span, message).label("written again here").key(name);
    match found {
        Some((_, first)) => finding.related(first, "first written here"),
        None => finding,
    }
}

/// Where the key was first written: with another name in the second place the
/// text is read again, and the first key stands beside it.
fn first_place(ground: Ground<'_>, second: &Range<usize>) -> Option<(String, Span)> {
    let before = ground.text.get(..second.start)?;
    let after = ground.text.get(second.end..)?;
    let line = after.find('\n').and_then(|end| after.get(..end)).unwrap_or(after);
    let name = key_text(ground.text.get(second.clone())?)?;
    let renamed = format!("{before}{STAND_IN}{line}");
    let (root, _) = DeTable::parse_recoverable(&renamed);
    let first = sibling(root.get_ref(), second.start, &name, 0)?;
    Some((name, ground.span(first.start, first.end)))
}

/// The text that a key as it is written stands for.
fn key_text(written: &str) -> Option<String> {
    let line = format!("{written}=0");
    let table = DeTable::parse(&line).ok()?;
    let key = table.get_ref().keys().next()?;
    Some(key.get_ref().to_string())
}

/// The key `name` in the table that has a key at byte `at`.
fn sibling(table: &DeTable<'_>, at: usize, name: &str, depth: usize) -> Option<Range<usize>> {
    if depth > MAX_DEPTH {
        return None;
    }
    if table.keys().any(|key| key.span().start == at) {
        return table.keys().find(|key| key.get_ref() == name).map(Spanned::span);
    }
    table.values().find_map(|value| inside(value.get_ref(), at, name, depth + 1))
}

fn inside(value: &DeValue<'_>, at: usize, name: &str, depth: usize) -> Option<Range<usize>> {
    match value {
        DeValue::Table(table) => sibling(table, at, name, depth),
        DeValue::Array(array) if depth <= MAX_DEPTH => {
            array.iter().find_map(|item| inside(item.get_ref(), at, name, depth + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Node {
        let parsed = parse(text, SourceId(0));
        assert_eq!(parsed.findings, [], "{text}");
        parsed.root.unwrap()
    }

    fn wrong(text: &str) -> Finding {
        let mut parsed = parse(text, SourceId(0));
        assert_eq!(parsed.root, None, "{text}");
        assert_eq!(parsed.findings.len(), 1, "{text}");
        parsed.findings.remove(0)
    }

    #[test]
    fn tables_reach_from_their_header_to_their_last_value() {
        let text = "z = 1 # one\n\n[b.c]\nx = \"é\"\n\n[[list]]\nk = [1, 2]\n[[list]]\na.b = 2026-08-01\n# end\n";
        let root = tree(text);
        let bytes = |node: &Node| &text[node.span.range()];
        assert_eq!(bytes(&root), text.trim_end_matches("\n# end\n"));
        assert_eq!(root.entries().iter().map(|entry| &*entry.key).collect::<Vec<_>>(), ["z", "b", "list"]);
        assert_eq!(bytes(root.get("b").unwrap()), "[b.c]\nx = \"é\"");
        assert_eq!(bytes(root.at(&["b", "c"]).unwrap()), "[b.c]\nx = \"é\"");
        assert_eq!(&text[root.get("b").unwrap().entry("c").unwrap().key_span.range()], "c");
        let list = root.get("list").unwrap();
        assert_eq!(bytes(list), "[[list]]\nk = [1, 2]\n[[list]]\na.b = 2026-08-01");
        assert_eq!(bytes(&list.items()[0]), "[[list]]\nk = [1, 2]");
        assert_eq!(bytes(list.items()[1].get("a").unwrap()), "a.b = 2026-08-01");
        let date = list.items()[1].at(&["a", "b"]).unwrap();
        assert_eq!((date.as_str(), bytes(date)), (Some("2026-08-01"), "2026-08-01"));
    }

    #[test]
    fn scalars_keep_their_text() {
        let root = tree(
            "i = 1_000\nh = 0xff\nf = 1.10\ninf = -inf\nt = true\ns = 'a\\b'\nd = 2026-08-01 10:00:00Z\nbig = 9223372036854775808",
        );
        let kind = |key: &str| root.get(key).unwrap().scalar().unwrap().kind;
        let text = |key: &str| root.get(key).unwrap().text().unwrap();
        assert_eq!((kind("i"), text("i")), (ScalarKind::Int(1000), "1_000"));
        assert_eq!((kind("h"), text("h")), (ScalarKind::Int(255), "0xff"));
        assert_eq!((kind("f"), text("f")), (ScalarKind::Float(1.1), "1.10"));
        assert_eq!(kind("inf"), ScalarKind::Float(f64::NEG_INFINITY));
        assert_eq!(kind("t"), ScalarKind::Bool(true));
        assert_eq!((kind("s"), text("s")), (ScalarKind::String, "a\\b"));
        assert_eq!((kind("d"), text("d")), (ScalarKind::String, "2026-08-01 10:00:00Z"));
        assert_eq!(kind("big"), ScalarKind::Float(9_223_372_036_854_775_808.0));
    }

    #[test]
    fn a_key_written_twice_shows_both_places() {
        let cases = [
            ("a = 1\n[t]\na = 1\nb = 2\n\"a\" = 3\n", 22..25, Some(10..11)),
            ("[t]\nx = 1\n[u]\n[t]\n", 15..16, Some(1..2)),
            ("[t.u]\n[v.u]\n[t]\nu = 1\n", 16..17, Some(3..4)),
            ("t = {a = 1, b = {a = 2, a = 3}}\n", 24..25, Some(17..18)),
        ];
        for (text, second, first) in cases {
            let finding = wrong(text);
            assert_eq!(finding.rule.as_str(), DUPLICATE_KEY, "{text}");
            assert_eq!(finding.primary.span.range(), second, "{text}");
            assert_eq!(finding.related.first().map(|label| label.span.range()), first, "{text}");
        }
        assert_eq!(wrong("a = 1\n\"a\" = 2").message, "the key `a` is written twice, which TOML does not allow");
    }

    #[test]
    fn errors_have_their_place() {
        let finding = wrong("a = 1\nb = x\n");
        assert_eq!(finding.message, "this is not TOML: string values must be quoted, expected literal string");
        assert_eq!(finding.primary.span.range(), 10..11);
        assert_eq!(wrong("a = [1\nb = 2").rule.as_str(), "gate/syntax-error");
        assert!(wrong(&format!("a = {}", "[".repeat(100_000))).message.starts_with("nested more than 64 levels"));
        assert!(wrong(&format!("{}a = 1", "a.".repeat(70))).message.starts_with("nested more than 64 levels"));
        assert_eq!(tree("\u{feff}a = 1").entries()[0].key_span.range(), 3..4);
        assert_eq!(tree("").span.range(), 0..0);
    }
}
