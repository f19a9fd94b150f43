//! The card pack over facts as the pipeline derives them: of every defect exactly
//! one rule speaks.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use weighbridge::finding::Finding;
use weighbridge::framework::Frameworks;
use weighbridge::kind::Kind;
use weighbridge::parse::{Node, yaml};
use weighbridge::policy::{Around, Policy, Subject, load};
use weighbridge::source::{SourceId, SourceMap, Span};

const TOPICS: [&str; 9] = [
    "intended-use",
    "out-of-scope-use",
    "training-data",
    "evaluation-results",
    "limitations",
    "safety-behavior",
    "known-failure-modes",
    "privacy",
    "mitigations",
];

/// The facts of a complete card, as text to be changed.
fn facts() -> String {
    let topics =
        TOPICS.map(|id| format!("- {{id: {id}, title: T, state: present, silent: false, via: heading, words: 12}}\n"));
    format!(
        concat!(
            "topics:\n{}",
            "sections:\n- {{title: Limitations, level: 2, state: content, words: 9, topics: [limitations]}}\n",
            "- {{title: Citation, level: 2, state: content, words: 9, topics: []}}\n",
            "placeholders: []\n",
            "identity: {{name: n, version: 1.0.0, base_model: b, last_updated: 2026-08-01, owner: o}}\n",
            "statements: {{users: true, refusal: true, over_refusal: true, pii_handling: true, memorization: true, contact: true}}\n",
            "out_of_scope: {{state: present, items: [a], contradictions: []}}\n",
            "evaluation: {{numbers: 3, model_index_results: 0, context: whole}}\n",
            "generative: 'yes'\n",
            "anchor: here\n",
        ),
        topics.concat()
    )
}

/// Rule, message and marked text of every finding.
fn judge(facts: &str) -> Vec<(String, String, String)> {
    let mut sources = SourceMap::default();
    let policy = load(&Policy::builtin_sources(&mut sources), &Frameworks::builtin().unwrap().known()).unwrap();
    let node = yaml::parse(facts, SourceId(99), 0).root.unwrap();
    let doc = Node::map(Span::file(SourceId(98)));
    let subject =
        Subject { kind: Kind::Card, sound: true, doc: &doc, facts: &node, links: &[], around: Around::default() };
    let judged = policy.judge(&subject, jiff::civil::date(2026, 8, 20), &|_| true);
    let shown = |finding: Finding| {
        let marked = facts[finding.primary.span.range()].to_owned();
        (finding.rule.to_string(), finding.message, marked)
    };
    let own = judged.findings.into_iter().filter(|finding| finding.rule.pack() == "card");
    own.map(shown).collect()
}

#[track_caller]
fn one(from: &str, to: &str, rule: &str, message: &str) {
    let changed = facts().replace(from, to);
    assert_ne!(changed, facts(), "the change is in the facts");
    let found = judge(&changed);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((&*found[0].0, &*found[0].1), (rule, message));
}

#[test]
fn a_complete_card_is_clean() {
    assert_eq!(judge(&facts()), []);
}

#[test]
fn a_missing_topic_is_told_once_even_where_a_rule_of_its_own_exists() {
    for (id, title) in [
        ("privacy", "privacy"),
        ("out-of-scope-use", "out-of-scope use"),
        ("safety-behavior", "safety behavior"),
        ("limitations", "limitations"),
    ] {
        one(
            &format!("id: {id}, title: T, state: present"),
            &format!("id: {id}, title: T, state: missing"),
            "card/required-topic-missing",
            &format!("the card has no section on {title}"),
        );
    }
}

#[test]
fn of_an_unfilled_topic_exactly_one_rule_speaks() {
    let limits = |state: &str| {
        facts().replace(
            "id: limitations, title: T, state: present, silent: false",
            &format!("id: limitations, title: T, {state}"),
        )
    };
    let rules = |facts: &str| judge(facts).into_iter().map(|(rule, _, _)| rule).collect::<Vec<_>>();
    assert_eq!(rules(&limits("state: placeholder, silent: true")), ["card/required-topic-missing"]);
    let unfilled = limits("state: placeholder, silent: false");
    let text = unfilled.replace("placeholders: []", "placeholders: [{text: TODO, kind: todo}]");
    assert_eq!(rules(&text), ["card/placeholder-text"]);
    let empty =
        unfilled.replace("title: Limitations, level: 2, state: content", "title: Limitations, level: 2, state: empty");
    assert_eq!(rules(&empty), ["card/empty-section"]);
    assert_eq!(judge(&empty)[0].1, "section `Limitations` is empty");
}

#[test]
fn identity_is_asked_for_part_by_part() {
    for (part, message) in [
        ("name: n, ", "no title or label names the model"),
        ("version: 1.0.0, ", "the card gives no version of the model"),
        ("base_model: b, ", "the card names no base model"),
        ("last_updated: 2026-08-01, ", "the card does not say when it was last updated"),
        (", owner: o", "the card names no owner"),
    ] {
        one(part, "", "card/identity-incomplete", message);
    }
    let unfilled =
        facts().replace(", owner: o", "").replace("placeholders: []", "unfilled: {owner: true}\nplaceholders: []");
    assert_eq!(judge(&unfilled), [], "a placeholder for it is told once, by its own rule");
    let found = judge(&facts().replace("owner: o", "owner: ''"));
    assert_eq!(found[0].2, "here", "shown at the anchor");
    one(
        "last_updated: 2026-08-01",
        "last_updated: 2027-08-01",
        "card/identity-incomplete",
        "the card's last update: `2027-08-01` is in the future of 2026-08-20",
    );
}

#[test]
fn statements_are_asked_for_one_by_one() {
    for (part, rule, message) in [
        (
            "refusal: true, over",
            "card/safety-behavior-missing",
            "the safety section does not say what the model refuses",
        ),
        (
            "over_refusal: true",
            "card/safety-behavior-missing",
            "the safety section does not say how often the model refuses safe requests",
        ),
        (
            "pii_handling: true",
            "card/privacy-missing",
            "the privacy section does not say how personal data was handled",
        ),
        (
            "memorization: true",
            "card/privacy-missing",
            "the privacy section does not say whether memorization of training data was tested",
        ),
        (
            "contact: true",
            "card/privacy-missing",
            "the privacy section names no contact for requests about personal data",
        ),
    ] {
        one(part, &part.replace("true", "false"), rule, message);
    }
    let classifier =
        facts().replace("over_refusal: true", "over_refusal: false").replace("generative: 'yes'", "generative: 'no'");
    assert_eq!(judge(&classifier), []);
}

#[test]
fn what_is_out_of_scope_is_not_intended() {
    one(
        "contradictions: []",
        "contradictions: [{item: medical advice, intended: gives medical advice}]",
        "card/out-of-scope-missing",
        "`medical advice` is out of scope and intended at once",
    );
}
