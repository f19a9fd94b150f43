//! What holds of every text: no panic, spans inside the text and on character
//! boundaries; and the same tree whichever way it is written.

use std::fmt::Write as _;

use proptest::prelude::*;
use weighbridge::parse::{Entry, Node, Parsed, ScalarKind, Value, json, toml, yaml};
use weighbridge::source::{SourceId, Span};

type Parse = fn(&str, SourceId) -> Parsed;

fn read_yaml(text: &str, source: SourceId) -> Parsed {
    yaml::parse(text, source, 0)
}

const PARSERS: [Parse; 3] = [read_yaml, json::parse, toml::parse];

/// A tree without places, as it is generated and compared.
#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

fn tree_of(node: &Node) -> Tree {
    match &node.value {
        Value::Seq(items) => Tree::List(items.iter().map(tree_of).collect()),
        Value::Map(entries) => {
            Tree::Map(entries.iter().map(|entry| (entry.key.to_string(), tree_of(&entry.value))).collect())
        }
        Value::Scalar(scalar) => match scalar.kind {
            ScalarKind::Null => Tree::Null,
            ScalarKind::Bool(value) => Tree::Bool(value),
            ScalarKind::Int(value) => Tree::Int(value),
            ScalarKind::Float(value) => Tree::Float(value),
            ScalarKind::String => Tree::Text(scalar.text.to_string()),
        },
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,6}",
        "[ -~]{0,12}",
        "\\PC{0,8}",
        Just("no".to_owned()),
        Just("1.10".to_owned()),
        Just("null".to_owned()),
        Just("two\nlines \\ \"x\"\t".to_owned()),
        Just("- a: b # c".to_owned()),
    ]
}

fn scalar(nulls: bool) -> BoxedStrategy<Tree> {
    let values = prop_oneof![
        any::<bool>().prop_map(Tree::Bool),
        any::<i64>().prop_map(Tree::Int),
        (-1.0e9..1.0e9).prop_map(Tree::Float),
        text().prop_map(Tree::Text),
    ];
    if nulls { prop_oneof![4 => values, 1 => Just(Tree::Null)].boxed() } else { values.boxed() }
}

fn map(value: impl Strategy<Value = Tree>) -> impl Strategy<Value = Tree> {
    prop::collection::btree_map(text(), value, 0..4).prop_map(|map| Tree::Map(map.into_iter().rev().collect()))
}

fn tree(nulls: bool) -> impl Strategy<Value = Tree> {
    scalar(nulls).prop_recursive(3, 16, 4, |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::List), map(inner)]
    })
}

/// A string in double quotes with escapes that YAML, JSON and TOML share.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            c if (c as u32) < 0x10000 && !c.is_alphabetic() => write!(out, "\\u{:04x}", c as u32).unwrap(),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn flow(tree: &Tree, between: &str) -> String {
    match tree {
        Tree::Null => "null".into(),
        Tree::Bool(value) => value.to_string(),
        Tree::Int(value) => value.to_string(),
        Tree::Float(value) => format!("{value:?}"),
        Tree::Text(text) => quoted(text),
        Tree::List(items) => {
            format!("[{}]", items.iter().map(|item| flow(item, between)).collect::<Vec<_>>().join(", "))
        }
        Tree::Map(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| format!("{}{between}{}", quoted(key), flow(value, between)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// Block style; empty collections have none.
fn block(tree: &Tree, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match tree {
        Tree::List(items) if !items.is_empty() => {
            for item in items {
                write!(out, "\n{pad}-").unwrap();
                block(item, indent + 2, out);
            }
        }
        Tree::Map(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                write!(out, "\n{pad}{}:", quoted(key)).unwrap();
                block(value, indent + 1, out);
            }
        }
        Tree::Text(text) if text.lines().count() == 1 && !text.starts_with([' ', '\t']) && plain(text) => {
            write!(out, " |-\n{pad} {text}").unwrap();
        }
        other => write!(out, " {}", flow(other, ": ")).unwrap(),
    }
}

fn plain(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().all(|c| matches!(c, ' '..='~') || c.is_alphabetic())
}

fn toml_text(tree: &Tree) -> String {
    let Tree::Map(entries) = tree else { return String::new() };
    let mut out = String::new();
    for (key, value) in entries {
        match value {
            Tree::Map(inner) => {
                writeln!(out, "[{}]", quoted(key)).unwrap();
                for (key, value) in inner {
                    writeln!(out, "{} = {}", quoted(key), flow(value, " = ")).unwrap();
                }
            }
            _ => {}
        }
    }
    let top: String = entries
        .iter()
        .filter(|(_, value)| !matches!(value, Tree::Map(_)))
        .map(|(key, value)| format!("{} = {}\n", quoted(key), flow(value, " = ")))
        .collect();
    top + &out
}

/// The order that TOML asks for: plain keys before tables.
fn plain_keys_first(tree: &Tree) -> Tree {
    let Tree::Map(entries) = tree else { return tree.clone() };
    let (tables, plain): (Vec<_>, Vec<_>) =
        entries.iter().cloned().partition(|(_, value)| matches!(value, Tree::Map(_)));
    Tree::Map(plain.into_iter().chain(tables).collect())
}

fn sound(parsed: Parsed, text: &str) -> Node {
    assert_eq!(parsed.findings, [], "{text}");
    parsed.root.expect("a sound text has a tree")
}

fn assert_inside(span: Span, text: &str) {
    assert!(text.get(span.range()).is_some(), "{span:?} is not in {text:?}");
}

/// Every span is in the text, and that of a child in that of its parent.
fn assert_spans(node: &Node, text: &str, nested: bool) {
    assert_inside(node.span, text);
    let within = |inner: Span| !nested || (node.span.start <= inner.start && inner.end <= node.span.end);
    for Entry { key_span, value, .. } in node.entries() {
        assert_inside(*key_span, text);
        assert!(within(*key_span) && within(value.span), "{node:?} in {text:?}");
        assert_spans(value, text, nested);
    }
    for item in node.items() {
        assert!(within(item.span), "{node:?} in {text:?}");
        assert_spans(item, text, nested);
    }
}

fn assert_holds(text: &str) {
    for parse in PARSERS {
        let parsed = parse(text, SourceId(0));
        for finding in &parsed.findings {
            assert_inside(finding.primary.span, text);
            assert!(!finding.message.contains('\n') && !finding.message.is_empty());
            finding.related.iter().for_each(|label| assert_inside(label.span, text));
        }
        assert!(parsed.root.is_some() || !parsed.findings.is_empty(), "{text:?} vanished");
        if let Some(root) = &parsed.root {
            // An alias has the place of its anchor, which its parent need not hold.
            assert_spans(root, text, !text.contains('*'));
        }
    }
}

/// The texts of scalars stand in their bytes, but for escapes and folds.
fn assert_scalars(node: &Node, text: &str) {
    if let Some(scalar) = node.scalar() {
        let bytes = &text[node.span.range()];
        let simple = scalar.text.chars().all(|c| matches!(c, ' '..='~') && c != '"' && c != '\\');
        assert!(!simple || bytes.contains(&*scalar.text), "{:?} is not in {bytes:?}", scalar.text);
    }
    node.entries().iter().for_each(|entry| assert_scalars(&entry.value, text));
    node.items().iter().for_each(|item| assert_scalars(item, text));
}

/// Cuts, doubles and replaces pieces of a text at character boundaries.
fn mutate(text: &str, changes: &[(usize, usize, String)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (at, length, put) in changes {
        let at = at % (chars.len() + 1);
        let end = (at + length).min(chars.len());
        chars.splice(at..end, put.chars());
    }
    chars.into_iter().collect()
}

fn changes() -> impl Strategy<Value = Vec<(usize, usize, String)>> {
    let put = prop_oneof![
        Just(String::new()),
        "[-\\[\\]{}:,?&*!|>'\"%@`#= \n\t\r.\\\\<~]{1,3}",
        Just("\u{feff}".to_owned()),
        Just("\n---\n".to_owned()),
        Just("<<: *a\n".to_owned()),
        Just("&a ".to_owned()),
        Just("é\u{85}".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec((any::<usize>(), 0_usize..4, put), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_holds(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn texts_of_indicators_are_survived(text in "[-\\[\\]{}:,?&*!|>'\"%@#=ab1 \n\t\r.é~]{0,60}") {
        assert_holds(&text);
    }

    #[test]
    fn mutated_documents_are_survived(tree in map(tree(true)), changes in changes()) {
        let mut yaml = String::from("x: &a 1");
        block(&tree, 0, &mut yaml);
        for text in [yaml, flow(&tree, ": "), toml_text(&tree)] {
            assert_holds(&mutate(&text, &changes));
        }
    }

    #[test]
    fn one_tree_however_it_is_written(tree in tree(true)) {
        let mut written = String::from("root:");
        block(&tree, 1, &mut written);
        let root = sound(yaml::parse(&written, SourceId(0), 0), &written);
        prop_assert_eq!(tree_of(root.get("root").unwrap()), tree.clone(), "{}", written);
        assert_spans(&root, &written, true);
        assert_scalars(&root, &written);

        let written = flow(&tree, ": ");
        for parse in [read_yaml as Parse, json::parse] {
            let root = sound(parse(&written, SourceId(0)), &written);
            prop_assert_eq!(tree_of(&root), tree.clone(), "{}", written);
            assert_spans(&root, &written, true);
            assert_scalars(&root, &written);
        }
    }

    #[test]
    fn one_tree_in_toml_too(tree in map(tree(false))) {
        let written = toml_text(&tree);
        let root = sound(toml::parse(&written, SourceId(0)), &written);
        prop_assert_eq!(tree_of(&root), plain_keys_first(&tree), "{}", written);
        assert_spans(&root, &written, true);
        assert_scalars(&root, &written);
    }
}
