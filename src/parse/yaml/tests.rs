use super::*;
use crate::finding::Finding;
use crate::parse::{MAX_NODES, Node, ScalarKind};
use crate::source::Span;

fn tree(text: &str) -> Node {
    let parsed = parse(text, SourceId(0), 0);
    assert_eq!(parsed.findings, [], "{text}");
    parsed.root.unwrap()
}

/// The one finding of a text that cannot be read.
fn wrong(text: &str) -> Finding {
    let mut parsed = parse(text, SourceId(0), 0);
    assert_eq!(parsed.findings.len(), 1, "{text}: {:?}", parsed.findings);
    assert_eq!(parsed.root, None, "{text}");
    parsed.findings.remove(0)
}

/// The findings of a text that was read to its end, and its tree.
fn flawed(text: &str) -> (Node, Vec<Finding>) {
    let parsed = parse(text, SourceId(0), 0);
    (parsed.root.unwrap(), parsed.findings)
}

/// Every node of a tree: its way and the bytes of its key and of itself.
fn outline(node: &Node, text: &str) -> Vec<(String, String)> {
    fn walk(node: &Node, text: &str, way: &str, out: &mut Vec<(String, String)>) {
        out.push((way.to_owned(), text[node.span.range()].to_owned()));
        for entry in node.entries() {
            assert_eq!(text[entry.key_span.range()].trim_matches(['"', '\'']), &*entry.key);
            walk(&entry.value, text, &format!("{way}/{}", entry.key), out);
        }
        for (at, item) in node.items().iter().enumerate() {
            walk(item, text, &format!("{way}/{at}"), out);
        }
    }
    let mut out = Vec::new();
    walk(node, text, "", &mut out);
    out
}

#[track_caller]
fn assert_outline(text: &str, expected: &[(&str, &str)]) {
    let outline = outline(&tree(text), text);
    let outline: Vec<_> = outline.iter().map(|(way, bytes)| (way.as_str(), bytes.as_str())).collect();
    assert_eq!(outline, expected, "{text}");
}

#[test]
fn block_collections_end_with_their_last_content() {
    assert_outline(
        "# top\nspec:\n  é: 'it''s'  # why\n  list:\n    - a\n    - b: 2\n      c: \"x\n        y\"\n\n# end\nlast: 1\n\n",
        &[
            (
                "",
                "spec:\n  é: 'it''s'  # why\n  list:\n    - a\n    - b: 2\n      c: \"x\n        y\"\n\n# end\nlast: 1",
            ),
            ("/spec", "é: 'it''s'  # why\n  list:\n    - a\n    - b: 2\n      c: \"x\n        y\""),
            ("/spec/é", "'it''s'"),
            ("/spec/list", "- a\n    - b: 2\n      c: \"x\n        y\""),
            ("/spec/list/0", "a"),
            ("/spec/list/1", "b: 2\n      c: \"x\n        y\""),
            ("/spec/list/1/b", "2"),
            ("/spec/list/1/c", "\"x\n        y\""),
            ("/last", "1"),
        ],
    );
}

#[test]
fn flow_collections_have_their_brackets() {
    assert_outline(
        "a: {b, c: , d: [x: y, {}], e: 1}\nf: [\n  1,\n]\n",
        &[
            ("", "a: {b, c: , d: [x: y, {}], e: 1}\nf: [\n  1,\n]"),
            ("/a", "{b, c: , d: [x: y, {}], e: 1}"),
            ("/a/b", ""),
            ("/a/c", ""),
            ("/a/d", "[x: y, {}]"),
            ("/a/d/0", "x: y"),
            ("/a/d/0/x", "y"),
            ("/a/d/1", "{}"),
            ("/a/e", "1"),
            ("/f", "[\n  1,\n]"),
            ("/f/0", "1"),
        ],
    );
}

#[test]
fn block_scalars_begin_at_their_indicator() {
    let text =
        "a: |-  # note > here\n  one\n\n  two\n\n\nb: &x >+2\n    x\n\n# c\nc: |\nd:\n- |\n  | y\n- !!str\n  |+\n\n";
    assert_outline(
        text,
        &[
            ("", text.trim_end()),
            ("/a", "|-  # note > here\n  one\n\n  two"),
            ("/b", ">+2\n    x"),
            ("/c", "|"),
            ("/d", "- |\n  | y\n- !!str\n  |+"),
            ("/d/0", "|\n  | y"),
            ("/d/1", "|+"),
        ],
    );
    let root = tree(text);
    assert_eq!(root.get("a").unwrap().as_str(), Some("one\n\ntwo"));
    assert_eq!(root.get("b").unwrap().as_str(), Some("  x\n\n"));
    assert_eq!(root.get("c").unwrap().as_str(), Some(""));
}

#[test]
fn an_absent_value_stands_right_after_its_colon_or_dash() {
    let text = "a:\nb :  # none\nc: &x\nd:\n  -\n  - # x\n  - y\n? e\nf: ~\n";
    let root = tree(text);
    let place = |keys: &[&str]| root.at(keys).unwrap().span.range();
    assert_eq!(place(&["a"]), 2..2);
    assert_eq!(place(&["b"]), 6..6);
    assert_eq!(place(&["c"]), 17..17);
    let list = root.get("d").unwrap().items();
    assert_eq!(list[0].span.range(), 27..27);
    assert_eq!(list[1].span.range(), 31..31);
    assert_eq!(place(&["e"]), 45..45);
    assert_eq!(&text[place(&["f"])], "~");
    assert!(["a", "b", "c", "e", "f"].iter().all(|key| root.get(key).unwrap().is_null()));
    assert_eq!(root.get("f").unwrap().scalar().map(|scalar| &*scalar.text), Some("~"));
}

#[test]
fn scalars_keep_their_text_and_quotes_make_strings() {
    let root = tree("v: 1.10\nn: no\nd: 2026-08-01\nq: '1'\nt: !!str 12\nb: ! true\ni: !!int 7\nz: 012\n");
    let kind = |key: &str| root.get(key).unwrap().scalar().unwrap().kind;
    assert_eq!((kind("v"), root.get("v").unwrap().text()), (ScalarKind::Float(1.1), Some("1.10")));
    for key in ["n", "d", "q", "t", "b"] {
        assert_eq!(kind(key), ScalarKind::String, "{key}");
    }
    assert_eq!(kind("i"), ScalarKind::Int(7));
    assert_eq!((kind("z"), root.get("z").unwrap().text()), (ScalarKind::Int(12), Some("012")));
}

#[test]
fn spans_are_of_the_source_where_the_text_is_a_part_of_it() {
    let parsed = parse("title: é\nlicense: mit\n", SourceId(3), 4);
    let root = parsed.root.unwrap();
    assert_eq!(root.span, Span::new(SourceId(3), 4, 26));
    assert_eq!(root.entry("license").unwrap().key_span, Span::new(SourceId(3), 14, 21));
    let root = tree("\u{feff}a: 1");
    assert_eq!(root.entry("a").unwrap().key_span.range(), 3..4);
    assert!(parse("a: 1\r\nb: x\r\n", SourceId(0), 0).root.unwrap().get("b").unwrap().span.range() == (9..10));
}

#[test]
fn a_text_that_says_nothing_is_null() {
    for text in ["", "\n", "# only this\n", "---\n", "---\n# x\n...\n"] {
        assert!(tree(text).is_null(), "{text:?}");
    }
}

#[test]
fn a_key_written_twice_is_reported_and_the_last_value_counts() {
    let (root, findings) = flawed("m:\n  - license: mit\n    x: 1\n    'license': gpl\n    license: bsd\n");
    let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["the key `license` is written twice; the second value is the one that counts"; 2]);
    assert_eq!(findings[0].rule.as_str(), "gate/duplicate-key");
    assert_eq!(findings[0].primary.span.range(), 33..42);
    assert_eq!(findings[0].related[0].span.range(), 7..14);
    assert_eq!(findings[0].related[0].text, "first written here");
    assert_eq!(findings[1].related[0].span.range(), 7..14);
    assert_eq!(findings[0].pointer.to_json_pointer(), "/m/0/license");
    let map = &root.get("m").unwrap().items()[0];
    assert_eq!(map.entries().len(), 2);
    assert_eq!(map.get("license").unwrap().as_str(), Some("bsd"));
}

#[test]
fn what_a_reviewer_cannot_see_is_refused() {
    let text = "base: &b {x: 1}\nuse:\n  <<: *b\n  y: 2\n'<<': kept\n";
    let (root, findings) = flawed(text);
    assert_eq!(findings.len(), 1);
    assert_eq!(&text[findings[0].primary.span.range()], "<<");
    assert!(findings[0].message.starts_with("merge keys (`<<`) are not read: write the keys out"));
    assert_eq!(root.get("use").unwrap().entries().len(), 1);
    assert!(root.get("<<").is_some());

    let text = "a: !foo x\nb: !!python/object:os.x {c: 1}\nc: !!int x\nd: !!map\n  e: 1\n";
    let (_, findings) = flawed(text);
    let found: Vec<_> = findings.iter().map(|f| (f.message.as_str(), &text[f.primary.span.range()])).collect();
    let tail = "is not read: only the tags of YAML's core schema are";
    assert_eq!(
        found,
        [
            (format!("the tag `!foo` {tail}").as_str(), "!foo"),
            (format!("the tag `!!python/object:os.x` {tail}").as_str(), "!!python/object:os.x"),
            ("`x` is not what its tag `!!int` says", "!!int"),
        ]
    );
    assert_eq!(wrong("? [a]\n: 1\n").message, "a list or a mapping cannot be a key");
    assert_eq!(wrong("{a: 1}: 1\n").message, "a list or a mapping cannot be a key");
}

#[test]
fn one_file_holds_one_document() {
    let (root, findings) = flawed("a: 1\n---\nb: [\n");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].message, "a second document begins here; one file holds one document");
    assert_eq!(findings[0].primary.span.range(), 5..8);
    assert_eq!(root.get("a").unwrap().text(), Some("1"));
    assert_eq!(flawed("---\na: 1\n---\n").1, []);
    assert_eq!(wrong("%YAML 1.2\n---\na: 1\n").message, "directives (`%YAML`, `%TAG`) are not read");
}

#[test]
fn aliases_are_copies_with_the_place_of_their_anchor() {
    let text = "a: &x {k: [1]}\nb: *x\n&y c: 1\n*y : 2\n";
    let (root, findings) = flawed(text);
    assert_eq!(findings.len(), 1, "the key `c` is there twice: {findings:?}");
    assert_eq!(&text[root.get("b").unwrap().span.range()], "{k: [1]}");
    assert_eq!(root.at(&["b", "k"]), root.at(&["a", "k"]));

    let (root, findings) = flawed("a: *nope\nb: &b [*b]\n");
    let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        messages,
        ["the alias `*nope` has no anchor above it", "the alias `*b` stands inside the value that it names"]
    );
    assert!(root.get("a").unwrap().is_null());
    assert!(root.get("b").unwrap().items()[0].is_null());
}

#[test]
fn a_billion_laughs_cost_one_finding() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let alias = format!("*a{}, ", level - 1).repeat(9);
        text.push_str(&format!("a{level}: &a{level} [{alias}*a{}]\n", level - 1));
    }
    let (_, findings) = flawed(&text);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].message.starts_with("the aliases of this document add up to more than is read"));

    let long = format!("a: &a {}\nb:\n{}", "x".repeat(1_000_000), "- *a\n".repeat(900));
    assert_eq!(flawed(&long).1.len(), 1);
    let many = format!("a: &a x\nb:\n{}", "- *a\n".repeat(1_001));
    assert_eq!(flawed(&many).1.len(), 1);
    let nested = format!("{}x{}", "&a [".repeat(60), "]".repeat(60));
    assert_eq!(flawed(&nested).1, []);
}

#[test]
fn budgets_end_the_reading() {
    for unit in ["- ", "[", "{a: ", "? "] {
        let finding = wrong(&unit.repeat(100_000));
        assert_eq!(finding.message, "nested more than 64 levels deep, which is the most that is read", "{unit}");
    }
    let stairs: String = (0..300).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert!(wrong(&stairs).message.starts_with("nested more than 64"));
    let fits = format!("{}{}", "[".repeat(64), "]".repeat(64));
    assert_eq!(tree(&fits).span.range(), 0..128);
    assert!(wrong(&format!("[{}1]", "1,".repeat(MAX_NODES))).message.starts_with("more than 250000 values"));
}

#[test]
fn errors_say_what_is_wrong_and_where() {
    let cases = [
        ("a: \"x\nb: 1\n", "a quote is opened here and not closed where its text ends", "\""),
        ("a: 'x", "a quote is opened here and not closed where its text ends", "'"),
        ("a:\n\tb: 1\n", "a tab where YAML takes only spaces", "\t"),
        ("a: |\n\tx\n", "a tab where YAML takes only spaces", "\t"),
        ("a: @x\n", "a value cannot begin with `@`", "@"),
        ("a: `x`\n", "a value cannot begin with a backtick", "`"),
        ("a: %x\n", "a value cannot begin with `%`", "%"),
        ("a: ,x\n", "a value cannot begin with `,`", ","),
        ("a: b: c\n", "a second `: ` in one value", ":"),
        ("a: 1\n b: 2\n", "this key is indented further than the key above it, which has a value already", "b"),
        ("a: 1\nb c\nd: 2\n", "a key without a `:` after it", "b c"),
        ("a:\n  - x\n - y\n", "this line is indented like nothing above it, or is no part of what is around it", "-"),
        ("a: [1, 2\nb: 3\n", "`:` cannot stand here", ":"),
        ("a: {b: 1\n", "`{` is opened here and never closed", "{"),
        ("a: [1}\n", "`[` is closed with `}`", "["),
        ("- [a]]\n", "a closing bracket that nothing opened", "]"),
        ("a: 'it's'\n", "text goes on after the closing quote", "s"),
        ("a: \"c:\\path\"\n", "`\\p` is not an escape that YAML knows", "\\p"),
        ("a: - b\n", "a list with dashes cannot begin here", "-"),
        ("a: x\0y\n", "a NUL byte cannot stand in YAML", "\0"),
        ("é: x\u{7}y\n", "the character `\\u{7}` cannot stand in YAML", "\u{7}"),
        ("a: \u{80}\n", "the character `\\u{80}` cannot stand in YAML", "\u{80}"),
    ];
    for (text, message, bytes) in cases {
        let finding = wrong(text);
        assert_eq!(finding.rule.as_str(), "gate/syntax-error");
        assert_eq!((finding.message.as_str(), &text[finding.primary.span.range()]), (message, bytes), "{text:?}");
        assert!(finding.help.is_some(), "{text:?}");
    }
    assert_eq!(wrong("a: [1, 2\nb: 3\n").related[0].span.range(), 3..4);
}
