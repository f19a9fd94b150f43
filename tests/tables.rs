//! Tables that rules read: each entry is one that a rule can use, and stands there once.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;

use weighbridge::parse::{Node, Syntax, data};
use weighbridge::source::SourceId;

#[test]
fn models_that_were_shut_down_have_a_provider_a_day_and_a_source() {
    let text = include_str!("../policies/registry.yaml");
    let root = data(Syntax::Yaml, text, SourceId(0)).root.unwrap();
    let rows = root.at(&["data", "shut_down"]).unwrap().items();
    let mut ids = BTreeSet::new();
    for row in rows {
        let say = |key: &str| row.get(key).and_then(Node::text).unwrap_or_default();
        assert!(ids.insert(say("id")), "{} stands there twice", say("id"));
        assert!(say("on").parse::<jiff::civil::Date>().is_ok() && !say("by").is_empty() && !say("now").is_empty());
        let above = &text[..row.span.start as usize];
        let source = above.rfind("    # https://").map(|at| above[at..].lines().next().unwrap_or_default());
        let (day, read) = source.and_then(|line| line.split_once(" as of ")?.1.split_once(", ")).unwrap_or_default();
        assert!(day.parse::<jiff::civil::Date>().is_ok(), "{} has no source", say("id"));
        assert!(["copy.", "account.", "excerpt."].contains(&read), "{}: how was the page read?", say("id"));
    }
    assert!(rows.len() > 30, "{}", rows.len());
}
