//! What sections have to say beyond being there: refusals, personal data.

use std::borrow::Cow;

use regex::Captures;

use super::found::Found;
use super::topics::Statement;
use super::view::Card;
use super::{prose, words_of_topic};
use crate::parse::Node;
use crate::source::Span;

/// A boolean a statement: where it was found, or where it should have been.
pub(super) fn derive(card: &Card<'_>, found: &[Found]) -> Node {
    let mut facts = Node::map(card.anchor);
    for statement in &card.table.statements {
        facts.put(&statement.id, look(card, statement, found));
    }
    facts
}

fn look(card: &Card<'_>, statement: &Statement, found: &[Found]) -> Node {
    let places: Vec<Span> = topics_of(card, statement).flat_map(|topic| words_of_topic(card, topic)).collect();
    // A topic may be no more than a sentence in another section.
    let spoken =
        topics_of(card, statement).filter_map(|topic| found.get(topic)).filter(|found| found.via == Some("prose"));
    let spoken: Vec<Span> = spoken.map(|found| found.span).collect();
    if let Some(found) = search(card, statement, &places).or_else(|| search(card, statement, &spoken)) {
        return Node::bool(true, found);
    }
    let home = statement.topics.first().and_then(|id| card.table.topics.iter().position(|topic| topic.id == *id));
    let place = home.and_then(|topic| found.get(topic)).map_or(card.anchor, |found| found.span);
    Node::bool(false, place)
}

fn topics_of<'a>(card: &'a Card<'_>, statement: &'a Statement) -> impl Iterator<Item = usize> + 'a {
    statement.topics.iter().filter_map(|id| card.table.topics.iter().position(|topic| topic.id == *id))
}

/// The sentence in one of these places that makes the statement.
fn search(card: &Card<'_>, statement: &Statement, places: &[Span]) -> Option<Span> {
    let texts: Vec<Cow<'_, str>> = places.iter().map(|place| text(card, statement, *place)).collect();
    let (place, found) = statement.any().find_map(|pattern| {
        places.iter().zip(&texts).find_map(|(place, text)| Some((place, pattern.find(text)?.range())))
    })?;
    let at = place.start as usize;
    Some(prose::sentence(card, at + found.start..at + found.end))
}

/// What a place says, in lower case, without what is no such statement.
fn text<'a>(card: &'a Card<'_>, statement: &Statement, place: Span) -> Cow<'a, str> {
    let text = card.clean.lower(place);
    let blank = |found: &Captures<'_>| found.get(0).map_or_else(String::new, |found| " ".repeat(found.len()));
    let without = if text.trim().is_empty() { None } else { statement.without() };
    without.map_or(Cow::Borrowed(text), |without| without.replace_all(text, blank))
}
