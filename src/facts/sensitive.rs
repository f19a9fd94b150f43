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
    (
        "health",
        &[
            "medical",
            "clinical",
            "diagnosis of",
            "diagnose pat",
            "patients",
            "patient record",
            "patient data",
            "patient care",
            "patient note",
            "patient intake",
            "symptom",
            "medication",
            "therap",
        ],
    ),
    ("a crisis", &["suicid", "self-harm", "mental health", "crisis", "bereave", "domestic violence"]),
    ("law", &["legal", "lawsuit", "asylum", "immigration"]),
    (
        "money",
        &[
            "credit score",
            "creditworth",
            "loan",
            "mortgage",
            "investment advice",
            "in debt",
            "debt c",
            "debt advice",
            "debtor",
            "their debt",
        ],
    ),
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
    let body = card.and_then(|card| card.body.as_ref());
    let uses = body.map_or_else(Vec::new, |body| written.iter().filter_map(one).map(|one| (one, body)).collect());
    // The text is searched for releases of such a use alone.
    let told = uses.first().is_some_and(|(_, body)| {
        let prose = body.prose.to_lowercase();
        PERSONS.iter().any(|word| at_word(&prose, word).is_some())
    });
    let uses = uses.into_iter().map(|(one, _)| {
        let span = one.span;
        one.with("told", Node::bool(told, span))
    });
    Node::map(root.anchor()).with("uses", Node::seq(uses.collect(), root.anchor()))
}

fn one(intended: &Node) -> Option<Node> {
    let said = intended.text()?.to_lowercase();
    let named = |(topic, words): &(&'static str, &'static [&'static str])| {
        Some((*topic, words.iter().find_map(|word| at_word(&said, word))?))
    };
    let (topic, word) = TOPICS.iter().find_map(named)?;
    let string = |text: &str| Node::string(text, intended.span);
    Some(Node::map(intended.span).with("topic", string(topic)).with("word", string(&text::quote(word))))
}

/// The first words of the text that begin so, to the end of the last of them.
fn at_word<'t>(text: &'t str, beginning: &str) -> Option<&'t str> {
    let starts = |at: usize| text.get(..at).and_then(|before| before.chars().next_back());
    let mut found = text.match_indices(beginning);
    let (at, _) = found.find(|(at, _)| starts(*at).is_none_or(|before| !before.is_alphanumeric()))?;
    let rest = text.get(at..)?;
    let end = rest.get(beginning.len()..)?.find(|c: char| !c.is_alphanumeric()).map(|end| end + beginning.len());
    Some(rest.get(..end.unwrap_or(rest.len()))?.trim_end())
}

#[cfg(test)]
mod tests {
    use super::{at_word, one};
    use crate::parse::Node;
    use crate::source::{SourceId, Span};

    #[test]
    fn a_beginning_is_that_of_a_word() {
        assert_eq!(at_word("triage of patients, at night", "patients"), Some("patients"));
        assert_eq!(at_word("an impatient reader", "patient"), None);
        assert_eq!(at_word("a mental health line", "mental health"), Some("mental health"));
    }

    #[test]
    fn only_what_is_about_people_in_need_is_sensitive() {
        let topic = |text: &str| {
            let one = one(&Node::string(text, Span::file(SourceId(0))))?;
            Some(format!("{} {}", one.get("topic")?.text()?, one.get("word")?.text()?))
        };
        for text in ["Triage of bug reports", "Diagnose network faults", "Answers patiently", "Track technical debt"] {
            assert_eq!(topic(text), None, "{text}");
        }
        assert_eq!(topic("Summarise notes on patients, for nurses").as_deref(), Some("health patients"));
        assert_eq!(topic("Help people who are in debt").as_deref(), Some("money in debt"));
    }
}
