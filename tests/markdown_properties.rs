//! Reading a card never panics, and every place that it names is one.

use proptest::prelude::*;
use weighbridge::facts::card::{TopicTable, derive};
use weighbridge::kind::Kind;
use weighbridge::parse::{Document, Node, markdown};
use weighbridge::source::{SourceId, Span};

/// Text made of what cards are made of.
fn cards() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "---\n",
        "license: mit\n",
        "# ",
        "## Intended use",
        "**Limitations**",
        "**Owner:** ",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "- ",
        "> ",
        "| a | b |\n",
        "|---|---|\n",
        "<h2>",
        "</h2>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<!--",
        "-->",
        "```",
        "~~~",
        "`",
        "[x](y)",
        "![",
        "](",
        "[More Information Needed]",
        "TODO",
        "{{ x }}",
        "<YYYY-MM-DD>",
        "é",
        "中文",
        "🚀",
        "\u{feff}",
        "\u{301}",
        "İ",
        "a: b",
        "====\n",
        "    ",
        "\t",
        "\\",
        "*",
        "_",
        "&",
        "0.93",
        "refuses",
        ". ",
        "Out-of-scope",
        "datasets: [a]\n",
        "\0",
        "###Title",
        "1. ",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

fn check_span(text: &str, span: Span) {
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(start <= end && end <= text.len(), "{span:?} in {} bytes", text.len());
    assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{span:?}");
}

fn check_node(text: &str, node: &Node) {
    check_span(text, node.span);
    for entry in node.entries() {
        check_span(text, entry.key_span);
        check_node(text, &entry.value);
    }
    for item in node.items() {
        check_node(text, item);
    }
}

fn check(text: &str) {
    let card = markdown::parse(text, SourceId(0));
    for finding in &card.findings {
        check_span(text, finding.primary.span);
        assert!(!finding.message.contains('\n'), "{}", finding.message);
    }
    let body = &card.body;
    assert_eq!(body.prose.len(), text.len());
    for (index, section) in body.sections.iter().enumerate() {
        check_span(text, section.title_span);
        check_span(text, section.content);
        assert!(section.parent.is_none_or(|parent| parent < index));
        assert!(section.blocks.end <= body.blocks.len() && section.labels.end <= body.labels.len());
    }
    body.blocks.iter().for_each(|block| check_span(text, block.span));
    body.links.iter().for_each(|link| check_span(text, link.span));
    for label in &body.labels {
        check_span(text, label.name_span);
        check_span(text, label.value_span);
    }
    let _ = markdown::looks_like_card(&card, "x.md");
    let document = Document {
        source: SourceId(0),
        path: "x.md".into(),
        kind: Kind::Card,
        root: card.root,
        body: Some(card.body),
        sound: card.sound,
        findings: card.findings,
    };
    check_node(text, &derive(&document, text, &TopicTable::builtin()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn anything_like_a_card_is_read(text in cards()) {
        check(&text);
    }
}
