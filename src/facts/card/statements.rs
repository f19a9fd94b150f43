//! What sections have to say beyond being there: refusals, personal data.

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
    for topic in topics_of(card, statement) {
        for span in words_of_topic(card, topic) {
            if let Some(found) = search(card, statement, span) {
                return Node::bool(true, found);
            }
        }
    }
    // A topic may be no more than a sentence in another section.
    let spoken = topics_of(card, statement)
        .filter_map(|topic| found.get(topic).filter(|found| found.via == Some("prose")))
        .find_map(|found| search(card, statement, found.span));
    if let Some(found) = spoken {
        return Node::bool(true, found);
    }
    let home = statement.topics.first().and_then(|id| card.table.topics.iter().position(|topic| topic.id == *id));
    let place = home.and_then(|topic| found.get(topic)).map_or(card.anchor, |found| found.span);
    Node::bool(false, place)
}

fn topics_of<'a>(card: &'a Card<'_>, statement: &'a Statement) -> impl Iterator<Item = usize> + 'a {
    statement.topics.iter().filter_map(|id| card.table.topics.iter().position(|topic| topic.id == *id))
}

/// The sentence under a span that makes the statement.
fn search(card: &Card<'_>, statement: &Statement, span: Span) -> Option<Span> {
    let mut text = card.clean.of(span).to_ascii_lowercase();
    if let Some(without) = statement.without() {
        let dashes =
            |found: &regex::Captures<'_>| found.get(0).map_or_else(String::new, |found| " ".repeat(found.len()));
        text = without.replace_all(&text, dashes).into_owned();
    }
    let found = statement.any()?.find(&text)?;
    let at = span.start as usize + found.start()..span.start as usize + found.end();
    Some(prose::sentence(card, at))
}
