//! What a body and its front matter are read as: exact texts and places.

use super::*;

fn read(text: &str) -> Markdown {
    parse(text, SourceId(0))
}

/// `level form title@text-under-title-span` of each heading.
fn headings(text: &str) -> Vec<String> {
    let card = read(text);
    let headed = card.body.sections.iter().skip(1);
    headed.map(|s| format!("{} {:?} {}@{}", s.level, s.form, s.title, &text[s.title_span.range()])).collect()
}

/// `name@name-span=value@value-span` of each label.
fn labels(text: &str) -> Vec<String> {
    let card = read(text);
    let labels = card.body.labels.iter();
    labels
        .map(|l| format!("{}@{}={}@{}", l.name, &text[l.name_span.range()], l.value, &text[l.value_span.range()]))
        .collect()
}

/// The headline of each finding, with the text under its span.
fn findings(text: &str) -> Vec<(String, String)> {
    let card = read(text);
    let show = |f: &Finding| (format!("{}: {}", f.rule.as_str(), f.message), text[f.primary.span.range()].to_owned());
    card.findings.iter().map(show).collect()
}

fn one(text: &str) -> (String, String) {
    let mut found = findings(text);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn headings_in_every_form() {
    for (text, expected) in [
        ("# A\n\ntext\n", "1 Atx A@A"),
        ("## 3. Data ##\n", "2 Atx Data@3. Data"),
        ("## **Bold heading**\n", "2 Atx Bold heading@Bold heading"),
        ("Title\n=====\n\nx\n", "1 Setext Title@Title"),
        ("Title\r\n-----\r\n", "2 Setext Title@Title"),
        ("<h2 align=\"center\"><b>Uses</b></h2>\n", "2 Html Uses@Uses"),
        ("x <H3>Data</H3> y\n", "3 Html Data@Data"),
        ("**Training Data**\n\nx\n", "1 Bold Training Data@Training Data"),
        ("__Uses__:\n\nx\n", "1 Bold Uses@Uses"),
        ("**Refusals and tone**  \nWe looked.\n", "1 Bold Refusals and tone@Refusals and tone"),
        ("x\n\n##Limitations\n\ny\n", "2 NoSpace Limitations@Limitations"),
        ("#### 🚀 [Uses](https://x.y):\n", "4 Atx Uses@🚀 [Uses](https://x.y):"),
    ] {
        assert_eq!(headings(text), [expected], "{text:?}");
    }
}

#[test]
fn what_only_looks_like_a_heading() {
    for text in [
        "```\n# comment\n```\n",
        "    # indented code\n",
        "<!--\n# hidden\n-->\n",
        "<!-- ## hidden -->\n",
        "#channel on the chat\n",
        "**This is a whole sentence, and it is bold from its start to its very end.**\n",
        "**Label:** value\n",
        "a\n\n---\n\nb\n",
        "- # in a list\n",
        "> # in a quote\n",
        "a first line\nand a second that somebody underlined\n---\n",
    ] {
        assert_eq!(headings(text), [""; 0], "{text:?}");
    }
}

#[test]
fn sections_nest_by_relative_depth() {
    let text = "lead\n# A\na\n### B\nb\n**C**\n\nc\n## D\n# E\n";
    let card = read(text);
    let shape: Vec<_> = card.body.sections.iter().map(|s| (s.title.as_str(), s.level, s.parent)).collect();
    assert_eq!(
        shape,
        [("", 0, None), ("A", 1, None), ("B", 3, Some(1)), ("C", 4, Some(2)), ("D", 2, Some(1)), ("E", 1, None)]
    );
    assert_eq!(card.body.prose_of(card.body.sections[2].content).trim(), "b");
    assert_eq!(card.body.prose_of(card.body.sections[0].content).trim(), "lead");
    assert!(card.body.is_within(3, 1));
    assert!(!card.body.is_within(5, 1));
}

#[test]
fn blocks_belong_to_their_section() {
    let text = "# A\npara\n\n- one\n  - two\n\n> quote\n\n```\ncode\n```\n\n![i](x.png)\n\n<!-- c -->\n\n| k | v |\n|---|---|\n| a | b |\n# B\nother\n";
    let card = read(text);
    let section = &card.body.sections[1];
    let kinds: Vec<_> = card.body.blocks_of(section).iter().map(|b| (kind(&b.kind), &text[b.span.range()])).collect();
    assert_eq!(
        kinds,
        [
            ("paragraph", "para"),
            ("item", "- one"),
            ("item", "- two"),
            ("quote", "quote"),
            ("code", "```\ncode\n```"),
            ("image", "![i](x.png)"),
            ("paragraph", "![i](x.png)"),
            ("comment", "<!-- c -->"),
            ("table", "| k | v |\n|---|---|\n| a | b |"),
        ]
    );
}

fn kind(kind: &BlockKind) -> &'static str {
    match kind {
        BlockKind::Paragraph => "paragraph",
        BlockKind::Item => "item",
        BlockKind::Quote => "quote",
        BlockKind::Code => "code",
        BlockKind::Html => "html",
        BlockKind::Comment => "comment",
        BlockKind::Image => "image",
        BlockKind::Table(_) => "table",
    }
}

#[test]
fn labels_in_every_form() {
    for (text, expected) in [
        ("- **Developed by:** Us\n", "Developed by@Developed by=Us@Us"),
        ("**Owner**: a team\n", "Owner@Owner=a team@a team"),
        ("**Model Developers** Meta\n", "Model Developers@Model Developers=Meta@Meta"),
        ("- Model date: April 26\n", "Model date@Model date=April 26@April 26"),
        ("* _Version_: `v1`\n", "Version@Version=v1@`v1`"),
        ("Dataset: FaQuAD\n", "Dataset@Dataset=FaQuAD@FaQuAD"),
        ("- **License:**\n", "License@License=@"),
        ("- **Out of scope:**\n  - a\n  - b\n", "Out of scope@Out of scope=a\nb@- a\n  - b"),
        ("| | |\n|---|---|\n| **Owner** | Us |\n", "Owner@**Owner**=Us@Us"),
        ("| Property | Value | Note |\n|---|---|---|\n| Version | 1.2 | x |\n", "Version@Version=1.2@1.2"),
        ("<table><tr><th>Owner</th><td>Us</td></tr></table>\n", "Owner@Owner=Us@Us"),
        ("**Uses** first\nsecond line\n\nother\n", "Uses@Uses=first\nsecond line@first\nsecond line"),
    ] {
        assert_eq!(labels(text), [expected], "{text:?}");
    }
    for text in [
        "See https://x.y/z\n",
        "```\na: b\n```\n",
        "<!-- license: mit -->\n",
        "| Model | A | B |\n|---|---|---|\n| x | 1 | 2 |\n",
    ] {
        assert_eq!(labels(text), [""; 0], "{text:?}");
    }
}

#[test]
fn prose_is_the_text_without_code_comments_and_markup() {
    let text = "a `b` [c](d) ![e](f) <b>g</b> <YYYY-MM-DD> <!-- h -->\n```\ni\n```\n";
    let card = read(text);
    assert_eq!(card.body.prose.len(), text.len());
    let words: Vec<&str> = card.body.prose.split_whitespace().collect();
    assert_eq!(words, ["a", "`b`", "c", "g", "<YYYY-MM-DD>"]);
    let links: Vec<_> = card.body.links.iter().map(|l| (l.target.as_str(), l.image, &text[l.span.range()])).collect();
    assert_eq!(links, [("d", false, "[c](d)"), ("f", true, "![e](f)")]);
}

#[test]
fn front_matter_where_the_hub_takes_it() {
    for text in [
        "---\nlicense: mit\n---\n# T\n",
        "\n \n---\nlicense: mit\n---   \n# T\n",
        "---\r\nlicense: mit\r\n---\r\n# T\r\n",
        "---\rlicense: mit\r---\r# T\r",
        "---\nlicense: mit\n---",
    ] {
        let card = read(text);
        assert_eq!(findings(text), [], "{text:?}");
        let license = card.root.get("license").unwrap();
        assert_eq!((license.text(), &text[license.span.range()]), (Some("mit"), "mit"), "{text:?}");
        assert!(card.sound);
        assert!(!card.body.prose.contains("license"));
    }
    for text in ["", "# T\n", "---\n\n# A line across\n", "# T\n\n---\n\ntext\n\n---\n"] {
        assert_eq!(findings(text), [], "{text:?}");
        assert!(read(text).sound && read(text).root.entries().is_empty(), "{text:?}");
    }
}

#[test]
fn front_matter_that_is_lost_is_reported() {
    let rule = "card/front-matter-invalid: ";
    for (text, message, at) in [
        (
            "---\nlicense: mit\n\n# T\n",
            "front matter is never closed: the Hub shows it as text and reads no metadata",
            "---",
        ),
        ("---\n\n---\n", "front matter is blank", "---\n\n---"),
        ("---\n# nothing\n---\n", "front matter is blank", "---\n# nothing\n---"),
        ("---\n- mit\n---\n", "front matter is a list, not a mapping of keys", "- mit"),
        ("---\ntags:x\n---\n", "front matter is a string, not a mapping of keys", "tags:x"),
        (
            "version https://git-lfs.github.com/spec/v1\noid x\n",
            "the card is a git-LFS pointer, not text: the Hub reads no metadata from it",
            "version https://git-lfs.github.com/spec/v1",
        ),
        (
            "Logo\n---\nlicense: mit\n---\n",
            "front matter begins after `Logo`: the Hub shows it as text and reads no metadata",
            "---",
        ),
        (
            "````markdown\n---\nlicense: mit\n---\n````\n",
            "front matter is inside a code fence: the Hub shows it as code and reads no metadata",
            "---",
        ),
        (
            "license: mit\ntags:\n- a\n---\n# T\n",
            "metadata has no `---` line before it: the Hub shows it as text and reads none of it",
            "license: mit",
        ),
        (
            "pipeline_tag: fill-mask\n\n",
            "metadata has no `---` line before it: the Hub shows it as text and reads none of it",
            "pipeline_tag: fill-mask",
        ),
        (
            "---\n{{ card_data }}\n---\n# T\n",
            "front matter still holds `{{ card_data }}` of a template",
            "{{ card_data }}",
        ),
        (
            "---\nlicense: {{ license }}\n---\n",
            "front matter still holds `{{ license }}` of a template",
            "{{ license }}",
        ),
    ] {
        let found = one(text);
        assert_eq!(found, (format!("{rule}{message}"), at.to_owned()), "{text:?}");
        assert!(!read(text).sound, "{text:?}");
    }
}

#[test]
fn front_matter_with_a_blemish_is_still_read() {
    let text = "\u{feff}---\nlicense: mit\n---\n";
    assert_eq!(
        one(text),
        ("card/front-matter-invalid: a byte order mark stands before the front matter".into(), "\u{feff}".into())
    );
    assert_eq!(read(text).root.get("license").and_then(Node::text), Some("mit"));
    let text = "--- \nlicense: mit\n---\n";
    assert_eq!(
        one(text).0,
        "card/front-matter-invalid: spaces after the opening `---`: the Hub does not take this for front matter and shows it as text"
    );
    let text = "---\nlicense: mit\nlicense: apache-2.0\n---\n";
    let card = read(text);
    assert_eq!(card.findings.len(), 1);
    assert_eq!(card.findings[0].rule.as_str(), "card/front-matter-invalid");
    assert_eq!(card.findings[0].related.len(), 1);
    assert!(card.sound);
}

#[test]
fn bad_yaml_is_reported_under_the_rule_of_the_card() {
    let card = read("---\na: [1\n---\n# T\n");
    assert!(!card.findings.is_empty() && !card.sound);
    assert!(card.findings.iter().all(|finding| finding.rule.as_str() == "card/front-matter-invalid"));
    assert_eq!(card.body.sections[1].title, "T");
}

#[test]
fn an_unclosed_fence_says_what_it_swallows() {
    let text = "# A\n\n```python\nx = 1\n\n# Limitations\n";
    let expected = "gate/syntax-error: code fence is never closed: it swallows the 2 lines after it";
    assert_eq!(one(text), (expected.into(), "```python".into()));
    for text in ["```\nx\n```\n", "```\nx\n```", "a\n\n```\n", "~~~\nx\n~~~~\n", "- a\n  ```\n  x\n  ```\n"] {
        assert_eq!(findings(text), [], "{text:?}");
    }
}

#[test]
fn cards_are_told_by_content() {
    for (path, text, card) in [
        ("README.md", "---\nlicense: mit\ntags: [a]\n---\n# x\n", true),
        ("README.md", "---\nbase_model: a/b\n---\n", true),
        ("README.md", "# Model card\n\n## Intended use\nx\n", false),
        ("MODEL_CARD.md", "# Model card for X\n", true),
        ("docs/x.md", "# X\n## Intended use\na\n## Limitations\nb\n", true),
        ("docs/x.md", "# X\n## Limitations\nb\n", false),
        ("README.md", "---\ntitle: x\nsdk: gradio\nlicense: mit\ntags: [a]\n---\n", false),
        ("README.md", "---\nlicense: mit\ntask_categories: [a]\ntags: [b]\n---\n", false),
        ("page.md", "---\nlayout: post\ntitle: Model card\n---\n# Model card\n", false),
        ("notes.md", "# Notes\n", false),
        ("README.md", "---\nlicense: [mit\nbase_model: a/b\n---\n", true),
        ("README.md", "---\nlicense: mit\ntags: \"a\n---\n# x\n", true),
        ("README.md", "---\nlicense: mit\ntags: [a]\n\n# x\n", true),
        ("README.md", "```\n---\nlicense: mit\npipeline_tag: x\n---\n", true),
        ("README.md", "# x\n\n---\nlicense: mit\npipeline_tag: x\n---\n", true),
        ("README.md", "pipeline_tag: x\n---\n# x\n", true),
        ("README.md", "---\nlayout: [post\nlicense: mit\ntags: [a]\n---\n", false),
        ("README.md", "---\nlicense: [mit\n---\n# A tool\n", false),
        ("README.md", "license: MIT\nlanguage: Rust\n\n# A tool\n", false),
        ("README.md", "# A tool\n\nlicense: MIT\n", false),
    ] {
        assert_eq!(looks_like_card(&read(text), path), card, "{path} {text:?}");
        assert!(!card || might_be_card(text, path), "{path} {text:?}");
    }
}

#[test]
fn long_lines_and_many_blocks_cost_linear_time() {
    let many = "**a** [b](c) `d` <i>e</i> <!-- f --> {{ g }} TODO ".repeat(20_000);
    assert!(!read(&many).body.prose.is_empty());
    for piece in
        ["# a\n", "- a: b\n", "> ", "<table>", "<!--", "**a**\n", "[", "| a | b |\n", "```\n", "---\n", "a: b\n"]
    {
        let text = piece.repeat(30_000);
        assert_eq!(read(&text).body.prose.len(), text.len());
    }
}

#[test]
fn a_body_of_too_many_parts_is_not_read() {
    let most = body::MAX_PARTS;
    for text in [
        "# a\n".repeat(most + 1),
        "a\n\n".repeat(most + 1),
        "a: b\n".repeat(most + 1),
        "<h1>a</h1>".repeat(most + 1),
        format!("a|a\n-|-\n{}", "b|b\n".repeat(most / 2 + 1)),
        "[a](b) ".repeat(most + 1),
    ] {
        let parsed = parse(&format!("---\nlicense: mit\n---\n{text}"), SourceId(0));
        let found: Vec<&str> = parsed.findings.iter().map(|finding| finding.rule.as_str()).collect();
        assert_eq!((found, parsed.sound), (vec!["gate/file-unreadable"], false), "{}", &text[..10]);
        assert_eq!((parsed.body.sections.len(), parsed.body.blocks.len(), parsed.body.labels.len()), (1, 0, 0));
    }
    let long = parse(&"# a\n\nb: c\n\n".repeat(most / 4), SourceId(0));
    assert_eq!((long.findings.len(), long.body.sections.len()), (0, most / 4 + 1));
}
