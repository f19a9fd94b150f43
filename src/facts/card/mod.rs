//! What a model card says, as facts for policies.
//!
//! A careful reader looks for topics, not for headings: a topic may be a section
//! under any of its names, a label in a list, a row of a table, a key of the
//! front matter or a sentence. `topics` is the table of names, which is data;
//! `placeholder` knows what is no answer, and `clean` takes out
//! what is not content; `view` knows what each section is
//! about; the other modules each derive one fact.

mod clashes;
mod clean;
mod comments;
mod dates;
mod evaluation;
mod found;
mod generative;
mod identity;
mod names;
mod placeholder;
mod prose;
mod references;
mod risks;
mod said;
mod scope;
pub(super) mod secrets;
mod statements;
mod tables;
mod topics;
mod view;
mod words;

#[cfg(test)]
mod tests;

pub use names::Names;
pub use topics::{Aside, Topic, TopicTable};

use self::found::Found;
use self::view::{Card, State};
use crate::link::Files;
use crate::parse::{Document, Node, markdown};
use crate::source::Span;
use crate::text::quote;

/// What a card says. The keys are `topics`, `sections`, `tables`, `placeholders`,
/// `identity`, `unfilled`, `statements`, `out_of_scope`, `evaluation`, `generative`,
/// `contradictions`, `risks`, `secrets`, `updated`, `review_by`, `unrecognised`, `end` and `anchor`; spans are those of the source.
pub fn derive(document: &Document, text: &str, table: &TopicTable) -> Node {
    let Some(body) = &document.body else { return Node::map(document.root.span) };
    let unread = if document.sound { Vec::new() } else { markdown::written_keys(text) };
    let card = Card::new(&document.root, body, text, table);
    let answered = |topic: &Topic| topic.keys.iter().any(|key| unread.contains(&key.as_str()));
    let find = |(index, topic): (usize, &Topic)| {
        let found = found::find(&card, index, topic);
        if found.state == "missing" && answered(topic) { found.unread() } else { found }
    };
    let found: Vec<Found> = table.topics.iter().enumerate().map(find).collect();
    let of = |id: &str| table.topics.iter().position(|topic| topic.id == id).and_then(|index| found.get(index));
    let (scope_state, scope_span, scope_by_prose) = of("out-of-scope-use")
        .map_or(("missing", card.anchor, false), |found| (found.state, found.span, found.via == Some("prose")));
    let (elsewhere, results_span) = of("evaluation-results")
        .map_or((false, card.anchor), |found| (matches!(found.via, Some("prose" | "table")), found.span));
    let statements = statements::derive(&card, &found);
    let identity = identity::derive(&card);
    let trained_on = of("training-data").is_some_and(|found| found.state == "present");
    let results = evaluation::derive(&card, results_span, elsewhere, trained_on);
    let dates = [("updated", identity::updated(&identity)), ("review_by", identity::review_by(&card))];
    let mut facts = Node::map(card.anchor)
        .with("topics", topic_facts(&card, &found))
        .with("sections", sections(&card))
        .with("tables", tables::derive(&card))
        .with("placeholders", placeholders(&card))
        .with("identity", identity)
        .with("unfilled", identity::unfilled(&card, &unread))
        .with("statements", statements)
        .with("out_of_scope", scope::derive(&card, scope_state, scope_span, scope_by_prose))
        .with("evaluation", results)
        .with("generative", generative::derive(&card))
        .with("unrecognised", unrecognised(&card))
        .with("contradictions", clashes::derive(&card))
        .with("risks", risks::derive(&card))
        .with("secrets", secrets::derive(&card))
        .with("end", Node::string("", end(document, text)))
        .with("anchor", anchor(&card));
    if is_blank(&card) {
        facts.put("blank", Node::bool(true, card.anchor));
    }
    for (name, date) in dates {
        if let Some(date) = date {
            facts.put(name, date);
        }
    }
    facts
}

/// The links of a card that lead nowhere, as [`mod@references`] tells them.
pub fn references(files: &Files<'_>, document: &Document, text: &str) -> Node {
    let span = document.root.anchor();
    match &document.body {
        Some(body) => references::derive(files, &document.path, body, text, span),
        None => Node::seq(Vec::new(), span),
    }
}

/// Whether a card has a title at most, and no text.
fn is_blank(card: &Card<'_>) -> bool {
    let body = card.body;
    let headings = body.sections.iter().filter(|section| section.level > 0).count();
    let code = || body.blocks.iter().any(|block| block.kind == markdown::BlockKind::Code);
    let said = || body.sections.iter().any(|section| card.clean.words(section.content) > 0);
    headings <= 1 && body.labels.is_empty() && card.clean.marks.is_empty() && !code() && !said()
}

/// Where the text ends, less the blank lines behind it.
fn end(document: &Document, text: &str) -> Span {
    let end = text.trim_end().len();
    Span::new(document.source, end, end)
}

/// The text at the anchor.
fn anchor(card: &Card<'_>) -> Node {
    Node::string(quote(card.text.get(card.anchor.range()).unwrap_or("")), card.anchor)
}

fn topic_facts(card: &Card<'_>, found: &[Found]) -> Node {
    let fact = |(index, (topic, found)): (usize, (&Topic, &Found))| {
        let mut fact = Node::map(found.span)
            .with("id", Node::string(topic.id.as_str(), found.span))
            .with("title", Node::string(topic.title.as_str(), found.span))
            .with("state", Node::string(found.state, found.span));
        if let Some(via) = found.via {
            fact.put("via", Node::string(via, found.span));
        }
        fact.with("heading", Node::string(found.heading.as_str(), found.span))
            .with("words", int(found.words, found.span))
            .with("silent", Node::bool(found.state == "placeholder" && !is_reported(card, index, topic), found.span))
    };
    Node::seq(card.table.topics.iter().zip(found).enumerate().map(fact).collect(), card.anchor)
}

/// Whether a placeholder or an empty section of the topic is reported as such.
fn is_reported(card: &Card<'_>, index: usize, topic: &Topic) -> bool {
    let places = words_of_topic(card, index);
    let titles = card.about(index).map(|(_, section, _)| section.title_span);
    let marked = |span: Span| {
        let mut marks = card.clean.marks.iter().filter(|mark| mark.report);
        marks.any(|mark| mark.range.start < span.end as usize && mark.range.end > span.start as usize)
    };
    let named = |section: usize| card.topics_of(section).any(|named| named.id == topic.id);
    let empty = |section: usize| named(section) && card.state(section) == State::Empty;
    places.into_iter().chain(titles).any(marked) || (0..card.body.sections.len()).any(empty)
}

fn int(n: usize, span: Span) -> Node {
    Node::int(i64::try_from(n).unwrap_or(i64::MAX), span)
}

fn sections(card: &Card<'_>) -> Node {
    let headed = card.body.sections.iter().enumerate().filter(|(_, section)| section.level > 0);
    let fact = |(index, section): (usize, &markdown::Section)| {
        let span = section.title_span;
        let topics = card.topics_of(index).map(|topic| Node::string(topic.id.as_str(), span)).collect();
        Node::map(span)
            .with("title", Node::string(section.title.as_str(), span))
            .with("level", Node::int(i64::from(section.level), span))
            .with("state", Node::string(card.state(index).name(), span))
            .with("words", int(card.words_within(index), span))
            .with("topics", Node::seq(topics, span))
            .with("text", Node::string(card.clean.of(section.content).trim(), span))
    };
    Node::seq(headed.map(fact).collect(), card.anchor)
}

fn placeholders(card: &Card<'_>) -> Node {
    let source = card.anchor.source;
    let mut found: Vec<Node> = Vec::new();
    for entry in
        card.root.entries().iter().filter(|entry| !matches!(&*entry.key, "widget" | "inference" | "model-index"))
    {
        for value in entry.value.one_or_many() {
            if value.as_str().is_some_and(|text| found::is_slot(text) && text.len() < 200) {
                found.push(placeholder(value.as_str().unwrap_or(""), "template-slot", value.span));
            }
        }
    }
    for mark in card.clean.marks.iter().filter(|mark| mark.report) {
        let span = Span::new(source, mark.range.start, mark.range.end);
        found.push(placeholder(card.text.get(mark.range.clone()).unwrap_or(""), mark.kind, span));
    }
    Node::seq(found, card.anchor)
}

fn placeholder(text: &str, kind: &str, span: Span) -> Node {
    Node::map(span).with("text", Node::string(quote(text), span)).with("kind", Node::string(kind, span))
}

fn unrecognised(card: &Card<'_>) -> Node {
    let titles = card.unrecognised().map(|section| Node::string(section.title.as_str(), section.title_span));
    Node::seq(titles.collect(), card.anchor)
}

/// Where a topic is spoken of: the contents of its sections, then the values of
/// its labels.
fn words_of_topic(card: &Card<'_>, topic: usize) -> Vec<Span> {
    let sections = card.about(topic).map(|(_, section, _)| section.content);
    let labels = card.table.topics.get(topic).map(|topic| card.labels(topic).map(|label| label.value_span));
    sections.chain(labels.into_iter().flatten()).collect()
}
