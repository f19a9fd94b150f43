//! Tables that rules read: each entry is one that a rule can use, and stands there once.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;

use jiff::civil::Date;
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
        assert!(say("on").parse::<Date>().is_ok() && !say("by").is_empty() && !say("now").is_empty());
        let above = &text[..row.span.start as usize];
        let source = above.rfind("    # https://").map(|at| above[at..].lines().next().unwrap_or_default());
        let (day, read) = source.and_then(|line| line.split_once(" as of ")?.1.split_once(", ")).unwrap_or_default();
        assert!(day.parse::<Date>().is_ok(), "{} has no source", say("id"));
        assert!(["copy.", "account.", "excerpt."].contains(&read), "{}: how was the page read?", say("id"));
    }
    assert!(rows.len() > 30, "{}", rows.len());
}

/// Lists that others keep, by the files and keys where they stand.
const LISTS: [(&str, &str, &[&str]); 10] = [
    ("huggingface", include_str!("../policies/huggingface.yaml"), &["data", "pipeline_tags"]),
    ("huggingface", include_str!("../policies/huggingface.yaml"), &["data", "libraries"]),
    ("huggingface", include_str!("../policies/huggingface.yaml"), &["data", "relations"]),
    ("languages", include_str!("../policies/languages.yaml"), &["names"]),
    ("languages", include_str!("../policies/languages.yaml"), &["three"]),
    ("languages", include_str!("../policies/languages.yaml"), &["groups"]),
    ("languages", include_str!("../policies/languages.yaml"), &["special"]),
    ("languages", include_str!("../policies/languages.yaml"), &["withdrawn"]),
    ("licenses", include_str!("../policies/licenses.yaml"), &["hub"]),
    ("licenses", include_str!("../policies/licenses.yaml"), &["spdx"]),
];

/// What stands in a list: items, keys, or the words of one text.
fn listed(list: &Node) -> Vec<&str> {
    let words = list.text().into_iter().flat_map(str::split_whitespace);
    let items = list.items().iter().filter_map(Node::text);
    words.chain(items).chain(list.entries().iter().map(|entry| &*entry.key)).collect()
}

/// The comment right above a key.
fn comment_above(text: &str, list: &str) -> String {
    let key = format!("{list}:");
    let at = text.lines().position(|line| line.trim_start().starts_with(&key)).unwrap();
    let above: Vec<&str> = text.lines().take(at).collect();
    let start = above.iter().rposition(|line| !line.trim_start().starts_with('#')).map_or(0, |last| last + 1);
    above[start..].iter().map(|line| line.trim_start().trim_start_matches('#')).collect()
}

#[test]
fn lists_of_others_say_whose_they_are_and_of_when() {
    for (file, text, path) in LISTS {
        let root = data(Syntax::Yaml, text, SourceId(0)).root.unwrap();
        let (list, entries) = (path.join("."), listed(root.at(path).unwrap()));
        let mut once = BTreeSet::new();
        assert!(entries.iter().all(|entry| once.insert(entry)), "{file}: an entry of {list} stands there twice");
        let comment = comment_above(text, path.last().unwrap());
        let words: Vec<&str> = comment.split([' ', '(', ')', ',', ':', '`']).collect();
        assert!(words.iter().any(|word| word.contains('/')), "{file}: {list} has no source");
        let is_version = |word: &str| word.contains('.') && word.split('.').all(|part| part.parse::<u32>().is_ok());
        let dated = words.iter().any(|word| word.parse::<Date>().is_ok() || is_version(word));
        assert!(dated, "{file}: {list} is of no day or version");
        let told = comment.trim_end_matches('.').rsplit_once(' ').and_then(|(before, thing)| {
            let counts = ["codes", "ids", "tasks", "libraries"].contains(&thing);
            counts.then(|| before.rsplit(' ').next().unwrap().replace(',', "").parse::<usize>().unwrap())
        });
        assert!(told.is_none_or(|told| told == entries.len()), "{file}: {list} has {} entries", entries.len());
    }
}

/// What the titles and the texts of the SPDX list say of commerce, derivatives and sharing is what
/// the table says of the licences that were read.
#[test]
fn clauses_of_licences_are_those_of_the_spdx_texts() {
    let parsed = data(Syntax::Yaml, include_str!("../policies/license-clauses.yaml"), SourceId(0));
    let root = parsed.root.unwrap();
    let read = |entry: &&Node| entry.get("basis").and_then(Node::text) == Some("text");
    let mut seen = BTreeSet::new();
    for entry in root.get("licenses").map(Node::items).unwrap_or_default().iter().filter(read) {
        let id = entry.get("id").and_then(Node::text).unwrap();
        let Some(listed) = spdx::identifiers::LICENSES.iter().find(|known| known.name.eq_ignore_ascii_case(id)) else {
            continue;
        };
        let text = spdx::license_id(listed.name).unwrap().text().to_lowercase();
        let says = |words: &str| text.contains(words);
        let title: String = text.chars().take(120).filter(|c| c.is_alphanumeric()).collect();
        let copyleft = says("under the terms of this license") && says("as a whole")
            || says("entire work, as a whole, under this license")
            || says("publish") && says("under this agreement") && id.contains("sharing");
        let clauses = ["noncommercial", "no_derivatives", "share_alike"].map(|key| entry.get(key).is_some());
        let library = entry.get("family").is_some() && id.starts_with("lgpl");
        let shares = title.contains("sharealike") || copyleft && !library;
        assert_eq!(clauses, [title.contains("noncommercial"), title.contains("noderiv"), shares], "{id}: {title}");
        seen.insert(id);
    }
    assert_eq!(seen.len(), 30, "{seen:?}");
}
