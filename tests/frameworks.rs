//! The built-in packs describe themselves, and what they say of frameworks holds.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::BTreeSet;
use std::process::{Command, Output};

use jiff::civil::date;
use weighbridge::framework::{Framework, Standing, coverage, page};
use weighbridge::policy::base_set::BaseSets;

use common::engine;

#[test]
fn the_built_in_packs_load_and_describe_themselves() {
    let catalog = engine().catalog();
    let rule = catalog.get("card/placeholder-text").unwrap();
    assert_eq!(rule.url, "https://github.com/weighbridge/weighbridge/blob/main/docs/rules/card/placeholder-text.md");
    assert!(rule.examples[0].fails && rule.examples[0].text.contains("[More Information Needed]"));
    for rule in catalog.iter() {
        assert!(!rule.rationale.is_empty() && !rule.help.is_empty() && !rule.since.is_empty(), "{}", rule.id);
    }
    assert!(BaseSets::builtin().is_ok());
}

#[test]
fn the_built_in_frameworks_are_whole() {
    let frameworks = engine().frameworks();
    let counts: Vec<_> =
        frameworks.iter().map(|framework| (framework.id.as_str(), framework.items().count())).collect();
    // Whole but for NIST AI 600-1, of which we hold a selection.
    let whole = [("eu-ai-act", 48), ("gpai-form", 36), ("iso-42001", 38), ("nist-ai-600-1", 47), ("nist-ai-rmf", 72)];
    assert_eq!(counts, whole);
    assert_eq!(frameworks.known().len(), counts.iter().map(|(_, count)| count).sum::<usize>(), "every id is its own");
}

#[test]
fn the_dates_of_the_ai_act_are_those_after_the_amendment() {
    let act = engine().frameworks().get("eu-ai-act").unwrap();
    let standing = |id: &str, day| act.items().find(|(_, item)| item.id == id).unwrap().1.standing(day);
    assert_eq!(standing("annex-iv-2-g", date(2027, 12, 1)), Standing::NotYet(date(2027, 12, 2)));
    assert_eq!(standing("annex-iv-2-g", date(2027, 12, 2)), Standing::Current);
    assert_eq!(standing("annex-xi-1-1-f", date(2025, 8, 1)), Standing::NotYet(date(2025, 8, 2)));
    assert_eq!(standing("annex-xii-1-h", date(2026, 11, 21)), Standing::Current);
}

#[test]
fn nothing_of_the_iso_standard_is_called_checked() {
    let iso = engine().frameworks().get("iso-42001").unwrap();
    assert!(iso.items().all(|(_, item)| item.unchecked.as_deref().is_some_and(|why| why.contains("not public"))));
    let others = engine().frameworks().iter().filter(|framework| framework.id != "iso-42001");
    assert!(others.flat_map(Framework::items).all(|(_, item)| item.unchecked.is_none()));
}

#[test]
fn rules_speak_to_items_and_every_item_says_so() {
    let catalog = engine().catalog();
    let named: BTreeSet<String> = catalog
        .iter()
        .flat_map(|rule| rule.frameworks.iter().map(move |item| format!("{} {}", item.id, rule.id)))
        .collect();
    let mut shown = BTreeSet::new();
    for framework in engine().frameworks().iter() {
        for covered in coverage::of(framework, catalog) {
            shown.extend(covered.rules.iter().map(|rule| format!("{} {rule}", framework.full_id(covered.item))));
        }
    }
    assert_eq!(named, shown);
    assert!(named.contains("nist-ai-rmf/govern-2.1 release/owner-not-accountable"));
    assert!(named.contains("nist-ai-rmf/manage-2.4 rollout/rollback-missing"));
    assert!(named.contains("eu-ai-act/annex-iv-2-g evaluation/missing"));
}

/// No page may promise more than that evidence is present.
#[test]
fn no_page_says_that_anything_complies() {
    let catalog = engine().catalog();
    let mut pages = vec![page::markdown(engine().frameworks(), catalog)];
    pages.extend(engine().frameworks().iter().map(|framework| page::text(framework, catalog, date(2026, 11, 21))));
    for page in &pages {
        let lower = page.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        for word in ["compliant", "complies", "conforms", "certified", "satisfies", "fulfils"] {
            assert!(!lower.contains(word), "a page says `{word}`");
        }
        assert!(lower.contains("not legal advice"));
    }
}

fn rules(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_weighbridge")).arg("rules").args(arguments).output().unwrap()
}

#[test]
fn the_command_prints_a_framework_as_of_a_day() {
    let printed = |day| String::from_utf8(rules(&["--framework", "eu-ai-act", "--as-of", day]).stdout).unwrap();
    assert!(printed("2026-11-21").contains("not yet in force: applies from 2027-12-02"));
    let later = printed("2027-12-02");
    assert!(!later.contains("not yet in force"), "{later}");
    assert!(later.contains("card/identity-incomplete"), "{later}");
    assert!(later.contains("no rule looks for this yet"), "{later}");
}

#[test]
fn the_command_prints_a_framework_as_json() {
    let output = rules(&["--framework", "nist-ai-rmf", "--as-of", "2026-11-21", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let items = json["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["id"] == "nist-ai-rmf/govern-2.1").unwrap();
    let named: Vec<&str> = item["rules"].as_array().unwrap().iter().filter_map(|rule| rule.as_str()).collect();
    for rule in ["approval/approver-unnamed", "card/identity-incomplete", "release/owner-not-accountable"] {
        assert!(named.contains(&rule), "{named:?}");
    }
    assert!(named.is_sorted(), "{named:?}");
    assert_eq!(json["framework"]["id"], "nist-ai-rmf");
}
