//! Where a card says what it is asked to say.

use super::clean::is_no_answer;
use super::evaluation;
use super::prose;
use super::topics::Topic;
use super::view::Card;
use crate::parse::Node;
use crate::parse::markdown::{Label, LabelForm};
use crate::source::Span;

/// What became of a topic.
pub(super) struct Found {
    /// `present`, `placeholder`, `missing`, or `unread`: it may stand in what cannot be read.
    pub(super) state: &'static str,
    /// How it is said: `heading`, `label`, `table`, `front-matter`, `prose`.
    pub(super) via: Option<&'static str>,
    /// The heading, the label or the key.
    pub(super) heading: String,
    pub(super) words: usize,
    pub(super) span: Span,
}

impl Found {
    /// The same of a topic that may stand in a front matter that cannot be read.
    pub(super) fn unread(self) -> Self {
        Self { state: "unread", ..self }
    }
}

/// Looks for a topic: headings first, then labels and front matter; what has
/// content comes before what has none. Prose is looked at last: a section that
/// was left empty is not answered by a sentence elsewhere.
pub(super) fn find(card: &Card<'_>, index: usize, topic: &Topic) -> Found {
    let (heading, empty_heading) = by_heading(card, index);
    let (label, empty_label) = by_label(card, topic);
    heading
        .or(label)
        .or_else(|| by_key(card, topic))
        .or(empty_heading)
        .or(empty_label)
        .or_else(|| by_table(card, topic))
        .or_else(|| by_prose(card, topic))
        .unwrap_or_else(|| Found { state: "missing", via: None, heading: String::new(), words: 0, span: card.anchor })
}

/// The first heading of the topic with content, or the first without.
fn by_heading(card: &Card<'_>, index: usize) -> (Option<Found>, Option<Found>) {
    let words: usize = card.about(index).map(|(_, _, words)| words).sum();
    let found = |at: usize, state, words| {
        let section = card.namer(index, at)?;
        Some(Found { state, via: Some("heading"), heading: section.title.clone(), words, span: section.title_span })
    };
    let filled = card.about(index).find(|(_, _, words)| *words > 0).and_then(|(at, ..)| found(at, "present", words));
    let empty = card.about(index).next().and_then(|(at, ..)| found(at, "placeholder", 0));
    (filled, empty)
}

/// The first label of the topic with a value, or the first without.
fn by_label(card: &Card<'_>, topic: &Topic) -> (Option<Found>, Option<Found>) {
    let found = |label: &Label, state, words| Found {
        state,
        via: Some(if label.form == LabelForm::Row { "table" } else { "label" }),
        heading: label.name.clone(),
        words,
        span: label.name_span,
    };
    // A row `Safety | 0.93` is a score, not a statement.
    let speaks = |label: &Label| {
        topic.id == "evaluation-results" || label.form != LabelForm::Row || label.value.chars().any(char::is_alphabetic)
    };
    let labels = || card.labels(topic).filter(|label| speaks(label));
    let filled = labels().find(|label| !card.clean.is_unanswered(label));
    let filled = filled.map(|label| found(label, "present", card.clean.words(label.value_span)));
    (filled, labels().next().map(|label| found(label, "placeholder", 0)))
}

/// A key of the front matter with a value; `model-index` where it has a number.
fn by_key(card: &Card<'_>, topic: &Topic) -> Option<Found> {
    let found = |key: &str, words, span| Found {
        state: "present",
        via: Some("front-matter"),
        heading: key.to_owned(),
        words,
        span,
    };
    if topic.id == "evaluation-results" {
        let (results, span) = evaluation::model_index(card.root)?;
        return (results > 0).then(|| found("model-index", 0, span));
    }
    topic.keys.iter().find_map(|key| {
        let entry = card.entry(key)?;
        let words = words_in(&entry.value, 0);
        (words > 0).then(|| found(key, words, entry.key_span))
    })
}

/// The words of all scalars below a node that answer anything.
pub(super) fn words_in(node: &Node, depth: usize) -> usize {
    if depth > crate::parse::MAX_DEPTH {
        return 0;
    }
    let below = node.items().iter().chain(node.entries().iter().map(|entry| &entry.value));
    let here = node.text().filter(|text| !is_no_answer(text) && !is_slot(text)).map_or(0, super::words::count);
    here + below.map(|node| words_in(node, depth + 1)).sum::<usize>()
}

/// Whether a value is a slot of a template or a request for text.
pub(super) fn is_slot(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    text.contains("{{")
        || text.starts_with('{') && text.ends_with('}')
        || text.starts_with('<') && text.ends_with('>') && text.len() > 4 && !text.contains('/')
        || text.contains("more information needed")
}

/// A sentence in a section about another topic, where it cannot mean anything else.
fn by_aside(card: &Card<'_>, topic: &Topic) -> Option<Span> {
    let aside = topic.aside.as_ref()?;
    let other = card.table.topics.iter().position(|other| other.id == aside.topic)?;
    super::words_of_topic(card, other).into_iter().find_map(|place| prose::stated(card, &aside.prose, &[], place))
}

/// A table with numbers for one of the topic's metrics, wherever it stands.
fn by_table(card: &Card<'_>, topic: &Topic) -> Option<Found> {
    let cell = evaluation::table(card, topic)?;
    let (heading, words) = (cell.text.clone(), card.clean.words(cell.span));
    Some(Found { state: "present", via: Some("table"), heading, words, span: cell.span })
}

/// A sentence that states the topic outside any section of it.
fn by_prose(card: &Card<'_>, topic: &Topic) -> Option<Found> {
    let whole = Span::new(card.anchor.source, 0, card.body.prose.len());
    let span = prose::stated(card, &topic.prose, &topic.prose_with, whole).or_else(|| by_aside(card, topic))?;
    let words = card.clean.words(span);
    (words > 0).then(|| Found { state: "present", via: Some("prose"), heading: String::new(), words, span })
}
