//! Whether something is done about each risk that a card lists.
//!
//! `risks` has one `{text, status}` for each item of the lists of limitations and failure
//! modes: `named` (the section on mitigations has its id, or a word of it), `answered` (the
//! item says itself what to do), `unanswered`. It is empty where nothing can be told: the card
//! lists no risks, or its mitigations are not listed risk by risk (of fewer than half of the risks
//! they have a word), so that one may be for all.

use std::collections::BTreeSet;

use super::view::Card;
use super::words_of_topic;
use crate::parse::Node;
use crate::parse::markdown::{BlockKind, normalize};
use crate::source::Span;
use crate::text::quote_within;

/// Words by which an item says itself what is done about it.
const ANSWERS: &[&str] = &[
    "mitigat",
    "recommend",
    "should",
    "must",
    "advise",
    "review",
    "verify",
    "check",
    "avoid",
    "instead",
    "fix",
    "filter",
    "ensure",
    "require",
    "guard",
    "prevent",
    "we plan",
    "future work",
    "monitor",
    "not intended",
    "do not use",
    "reduce",
];

/// Words that most risks have.
const COMMON: &[&str] = &[
    "model",
    "models",
    "output",
    "outputs",
    "which",
    "there",
    "these",
    "those",
    "their",
    "where",
    "about",
    "other",
    "could",
    "would",
    "because",
    "training",
    "trained",
    "language",
    "limited",
    "performance",
    "generate",
    "generated",
];

/// The most items that are looked at.
const MOST: usize = 100;

/// The facts of every risk.
pub(super) fn derive(card: &Card<'_>) -> Node {
    let position = |id: &str| card.table.topics.iter().position(|topic| topic.id == id);
    let list = |id: &str| position(id).map(|topic| items(card, topic)).unwrap_or_default();
    let answers = list("mitigations");
    let mut risks = list("limitations");
    risks.extend(list("known-failure-modes"));
    risks.sort();
    risks.dedup();
    // A section on both is no list of either.
    let shared = risks.iter().any(|risk| answers.contains(risk));
    if answers.len() < 2 || shared {
        return Node::seq(Vec::new(), card.anchor);
    }
    let done: BTreeSet<String> = answers.iter().flat_map(|span| words(card.clean.of(*span))).collect();
    let fact = |span: &Span| {
        let text = card.clean.of(*span);
        let lower = text.to_lowercase();
        let status = if words(text).iter().any(|word| done.contains(word)) {
            "named"
        } else if ANSWERS.iter().any(|word| lower.contains(word)) {
            "answered"
        } else {
            "unanswered"
        };
        let shown = quote_within(text.trim().trim_start_matches(['-', '*', '+', ' ']).trim_start_matches("**"), 60);
        Node::map(*span).with("text", Node::string(shown, *span)).with("status", Node::string(status, *span))
    };
    let found: Vec<Node> = risks.iter().take(MOST).map(fact).collect();
    let named = found.iter().filter(|risk| risk.get("status").and_then(Node::text) == Some("named")).count();
    let one_by_one = named > 0 && named * 2 >= found.len();
    Node::seq(if one_by_one { found } else { Vec::new() }, card.anchor)
}

/// The list items of a topic's sections.
fn items(card: &Card<'_>, topic: usize) -> Vec<Span> {
    let mut found = Vec::new();
    for place in words_of_topic(card, topic) {
        let first = card.body.blocks.partition_point(|block| block.span.start < place.start);
        let within = card.body.blocks.iter().skip(first).take_while(|block| block.span.start < place.end);
        let items = within.filter(|block| block.kind == BlockKind::Item && card.clean.words(block.span) > 1);
        found.extend(items.map(|block| block.span));
    }
    found.truncate(MOST);
    found
}

/// What two texts about one thing share: ids such as `FM-1`, and the beginnings of long words.
fn words(text: &str) -> BTreeSet<String> {
    let id = |word: &&str| word.len() > 2 && word.contains('-') && word.ends_with(|c: char| c.is_ascii_digit());
    let ids = text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(id).map(str::to_uppercase);
    let normal = normalize(text);
    let long = normal.split(' ').filter(|word| word.chars().count() >= 5 && !COMMON.contains(word));
    let stems = long.map(|word| word.chars().take(5).collect::<String>());
    ids.chain(stems).collect()
}
