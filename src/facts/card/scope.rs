//! What the model is not for, and whether the card also says that it is.

use super::names::contains_words;
use super::view::Card;
use super::{prose, words_of_topic};
use crate::parse::Node;
use crate::parse::markdown::{BlockKind, normalize};
use crate::source::Span;
use crate::text::squeeze;

/// Openings of an item that say no more than that it is out of scope.
const OPENINGS: &[&str] = &[
    "this model is not intended for ",
    "the model is not intended for ",
    "not intended for ",
    "do not use for ",
    "do not use it for ",
    "not for use in ",
    "not for ",
    "any use for ",
    "use for ",
    "use in ",
    "use as ",
    "using the model for ",
    "any ",
    "não usar para ",
];

/// Words that turn a sentence about intended use into its opposite.
const NEGATIONS: &[&str] =
    &["not", "never", "no", "cannot", "dont", "without", "avoid", "except", "unless", "não", "non"];

/// The facts about the scope. An item contradicts the intended use where its
/// words stand in a sentence of it that has no negation; nothing looser counts.
/// What a sentence outside any section excludes is an item of its own.
pub(super) fn derive(card: &Card<'_>, state: &str, found: Span, by_prose: bool) -> Node {
    let position = |id: &str| card.table.topics.iter().position(|topic| topic.id == id);
    let mut out: Vec<Item> = position("out-of-scope-use").map(|topic| items(card, topic)).unwrap_or_default();
    if by_prose {
        out.extend(item(card, found));
    }
    let intended: Vec<Item> = position("intended-use").map(|topic| items(card, topic)).unwrap_or_default();
    let negated =
        |item: &Item| item.key.split(' ').any(|word| NEGATIONS.contains(&word)) || item.key.contains("out of scope");
    let overlaps =
        |item: &Item| out.iter().any(|other| item.span.start < other.span.end && other.span.start < item.span.end);
    let usable: Vec<&Item> = intended.iter().filter(|item| !negated(item) && !overlaps(item)).collect();
    let mut contradictions = Vec::new();
    for item in &out {
        let other = usable.iter().find(|other| contains_words(&other.key, &item.key));
        if let Some(other) = other {
            let pair = Node::map(item.span)
                .with("item", Node::string(item.text.as_str(), item.span))
                .with("intended", Node::string(other.text.as_str(), other.span));
            contradictions.push(pair);
        }
    }
    let items = out.iter().map(|item| Node::string(item.text.as_str(), item.span)).collect();
    Node::map(found)
        .with("state", Node::string(state, found))
        .with("items", Node::seq(items, found))
        .with("contradictions", Node::seq(contradictions, found))
}

/// The most items that are compared, which bounds the work on hostile input.
const MOST_ITEMS: usize = 200;

struct Item {
    text: String,
    key: String,
    span: Span,
}

/// The list items of a topic's sections and labels, or their sentences where
/// there is no list.
fn items(card: &Card<'_>, topic: usize) -> Vec<Item> {
    let mut found: Vec<Item> = Vec::new();
    for place in words_of_topic(card, topic) {
        let first = card.body.blocks.partition_point(|block| block.span.end <= place.start);
        let blocks = card.body.blocks.iter().skip(first).take_while(|block| block.span.start < place.end);
        let listed: Vec<Span> = blocks
            .filter(|block| block.kind == BlockKind::Item && block.span.start >= place.start)
            .map(|block| block.span)
            .collect();
        let spans = if listed.is_empty() { sentences(card, place) } else { listed };
        found.extend(spans.into_iter().filter_map(|span| item(card, span)));
    }
    found.sort_by_key(|item| item.span);
    found.dedup_by_key(|item| item.span);
    found.truncate(MOST_ITEMS);
    found
}

fn sentences(card: &Card<'_>, place: Span) -> Vec<Span> {
    let base = place.start as usize;
    prose::sentences(card.clean.of(place))
        .into_iter()
        .map(|range| Span::new(place.source, base + range.start, base + range.end))
        .collect()
}

fn item(card: &Card<'_>, span: Span) -> Option<Item> {
    let raw = card.clean.of(span);
    let lead = raw.len() - raw.trim_start_matches(|c: char| c.is_whitespace() || "-*+>•".contains(c)).len();
    let end = raw.trim_end().len().max(lead);
    let text = raw.get(lead..end)?;
    let plain = squeeze(text).replace("**", "");
    let normal = normalize(&plain);
    let key = OPENINGS.iter().find_map(|opening| normal.strip_prefix(opening)).unwrap_or(&normal).to_owned();
    let at = span.start as usize;
    (!key.is_empty() && !text.ends_with(':')).then(|| Item {
        text: plain,
        key,
        span: Span::new(span.source, at + lead, at + end),
    })
}
