//! Loading a pack and judging a document never panic, whatever the texts are, and
//! every place that they name lies in its text.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use weighbridge::framework::Frameworks;
use weighbridge::kind::Kind;
use weighbridge::parse::yaml;
use weighbridge::policy::{Around, PackSource, Policy, Subject, load};
use weighbridge::rule::FrameworkItems;
use weighbridge::source::{SourceId, SourceMap};

/// Texts that are near to packs: their words in any order and nesting.
fn nearly_pack() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "at", "is", "in", "when", "each", "any", "none", "not", "count", "min", "match", "date", "equals", "message",
        "data.x", "link", "a[*].b", "{a", "[", "]", "{", "}", ": ", ", ", "'", "\"", "\n  ", "- ", "0", ".nan", "é",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| {
        let rest = words.concat();
        format!("pack: t\nversion: 1.0.0\nvocabulary: 1\nrules:\n- id: t/x\n  on: any\n  title: t\n  severity: note\n  tests: [{{fail: f}}]\n  assert: [{{{rest}}}]\n")
    })
}

fn check_load(text: &str) -> Option<Policy> {
    let pack = PackSource { name: "p".into(), source: SourceId(0), text: text.to_owned() };
    match load(&[pack], &FrameworkItems::new()) {
        Ok(policy) => Some(policy),
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                assert!(text.get(error.span.range()).is_some(), "{error:?}");
            }
            None
        }
    }
}

proptest! {
    #[test]
    fn packs_never_panic(text in any::<String>()) {
        check_load(&text);
    }

    #[test]
    fn near_packs_never_panic(pack in nearly_pack(), doc in "[a-c:\\[\\]{}, \n0-9]{0,40}") {
        let Some(policy) = check_load(&pack) else { return Ok(()) };
        let Some(doc) = yaml::parse(&doc, SourceId(1), 0).root else { return Ok(()) };
        let subject = Subject { kind: Kind::Release, sound: true, doc: &doc, facts: &doc, links: &[], around: Around::default() };
        policy.judge(&subject, jiff::civil::date(2026, 8, 20), &|_| true);
    }

    #[test]
    fn built_in_rules_judge_anything(doc in "(topics|sections|state|identity|placeholders|- |: |\\[|\\]|\n  |\n|a){0,30}") {
        let policy = load(&Policy::builtin_sources(&mut SourceMap::default()), &Frameworks::builtin().unwrap().known()).unwrap();
        let Some(node) = yaml::parse(&doc, SourceId(1), 0).root else { return Ok(()) };
        for kind in Kind::ALL {
            let subject = Subject { kind: *kind, sound: true, doc: &node, facts: &node, links: &[], around: Around::default() };
            let judged = policy.judge(&subject, jiff::civil::date(2026, 8, 20), &|_| true);
            for finding in judged.findings {
                if finding.primary.span.source == SourceId(1) {
                    prop_assert!(doc.get(finding.primary.span.range()).is_some());
                }
            }
        }
    }
}

/// Texts that are near to expressions: their words in any order and nesting.
fn nearly_expression() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "doc",
        ".a",
        "[0]",
        "['a']",
        "size(",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        " && ",
        " || ",
        "!",
        "-",
        " + ",
        " == ",
        " in ",
        " ? ",
        " : ",
        ".all(x, ",
        ".map(x, ",
        "has(",
        "x",
        "1",
        "1.5",
        "9223372036854775807",
        "'s'",
        "b'q'",
        "now",
        "link.card",
        ".?a",
        "duration('1h')",
        "timestamp(",
        ".matches('a*')",
        "é",
        "\\u00",
        "0x",
        "r'",
        "null",
    ]);
    prop_oneof![prop::collection::vec(words, 0..24).prop_map(|words| words.concat()), "[ -~]{0,60}"]
}

proptest! {
    #[test]
    fn expressions_never_panic(expression in nearly_expression(), doc in "[a-c:\\[\\]{}, 0-9]{0,30}") {
        let quoted = serde_json::to_string(&expression).unwrap();
        let pack = format!(
            "pack: t\nversion: 1.0.0\nvocabulary: 1\nrules:\n- id: t/x\n  on: any\n  title: t\n  severity: note\n  tests: [{{fail: f}}]\n  assert:\n  - cel: {quoted}\n"
        );
        let Some(policy) = check_load(&pack) else { return Ok(()) };
        let Some(doc) = yaml::parse(&doc, SourceId(1), 0).root else { return Ok(()) };
        let around = Around::default();
        let subject = Subject { kind: Kind::Release, sound: true, doc: &doc, facts: &doc, links: &[], around };
        policy.judge(&subject, jiff::civil::date(2026, 8, 20), &|_| true);
    }
}
