//! Whether a release is meant for matters in which people come to harm by a wrong answer,
//! and its card tells when a person takes over.
//!
//! `uses` has one `{topic, word, told}` for each intended use of the manifest that names such
//! a matter; `told` is whether the card speaks of a person who takes over or is asked. Without
//! a card that can be read there is none.

use super::Context;
use crate::link::Release;
use crate::parse::Node;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &["uses[*].told", "uses[*].topic", "uses[*].word"];

/// Matters, and how the words for them begin.
const TOPICS: &[(&str, &[&str])] = &[
    ("health", &["medical", "clinical", "diagnos", "patient", "symptom", "medication", "therap", "triage"]),
    ("a crisis", &["suicid", "self-harm", "mental health", "crisis", "bereave", "domestic violence"]),
    ("law", &["legal", "lawsuit", "asylum", "immigration"]),
    ("money", &["credit score", "creditworth", "loan", "mortgage", "investment advice", "debt"]),
    ("work", &["hiring", "recruit", "job applicant", "job candidate", "dismissal"]),
    ("children", &["children", "minors", "pupils"]),
];

/// How words begin by which a card tells that a person takes over or is asked.
const PERSONS: &[&str] = &[
    "human",
    "person ",
    "people who",
    "escalat",
    "clinician",
    "doctor",
    "physician",
    "nurse",
    "lawyer",
    "professional",
    "specialist",
    "handler",
    "caseworker",
    "reviewer",
    "hotline",
    "emergency",
];

/// The facts under `sensitive`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let root = &context.graph.documents[release.document].root;
    let written = root.at(&["scope", "intended_use"]).map(Node::one_or_many).unwrap_or_default();
    let card = release.card_document.and_then(|index| context.graph.documents.get(index));
    let prose = card.and_then(|card| card.body.as_ref()).map(|body| body.prose.to_lowercase());
    let uses = prose.iter().flat_map(|prose| {
        let told = PERSONS.iter().any(|word| begins_a_word(prose, word));
        written.iter().filter_map(move |intended| one(intended, told))
    });
    Node::map(root.anchor()).with("uses", Node::seq(uses.collect(), root.anchor()))
}

fn one(intended: &Node, told: bool) -> Option<Node> {
    let said = intended.text()?.to_lowercase();
    let named = |(topic, words): &(&'static str, &'static [&'static str])| {
        Some((*topic, *words.iter().find(|word| begins_a_word(&said, word))?))
    };
    let (topic, word) = TOPICS.iter().find_map(named)?;
    let string = |text: &str| Node::string(text, intended.span);
    let shown = text::quote(said.split_whitespace().find(|part| part.contains(word)).unwrap_or(word));
    Some(
        Node::map(intended.span)
            .with("topic", string(topic))
            .with("word", string(&shown))
            .with("told", Node::bool(told, intended.span)),
    )
}

/// Whether a word of the text begins so.
fn begins_a_word(text: &str, beginning: &str) -> bool {
    let starts = |at: usize| text.get(..at).and_then(|before| before.chars().next_back());
    text.match_indices(beginning).any(|(at, _)| starts(at).is_none_or(|before| !before.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::begins_a_word;

    #[test]
    fn a_beginning_is_that_of_a_word() {
        assert!(begins_a_word("triage of patients", "patient"));
        assert!(!begins_a_word("an impatient reader", "patient"));
        assert!(begins_a_word("a mental health line", "mental health"));
    }
}
