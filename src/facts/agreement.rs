//! Whether a card and the releases that it serves agree.
//!
//! | fact of a release | what it says |
//! |---|---|
//! | `contradictions` | one `{subject, card, other, source, definition}` for each thing of which its card says something else |
//! | `card_before_training` | `{written, ended}` where its card was last updated before the training ended |
//!
//! The card of several releases speaks for the newest that is live; for others nothing is
//! compared. Of a card, `served` says what its releases mean for it: `current` is false where
//! all of them are over, `public` where all of them stay inside the organisation.

use super::evaluation::claims::speaks_for;
use super::{Context, release as releases};
use crate::link::{Graph, Known, Release};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "contradictions[*].card",
    "contradictions[*].definition",
    "contradictions[*].other",
    "contradictions[*].source",
    "contradictions[*].subject",
    "card_before_training.ended",
    "card_before_training.written",
];

/// Registry statuses of a version that no card speaks for yet, or no more.
const NOT_LIVE: &[&str] = &["draft", "deprecated", "retired", "superseded"];

/// Puts the facts of a release whose card says `card`.
pub(super) fn put(context: &Context<'_>, release: &Release, card: Option<&Node>, facts: &mut Node) {
    let span = facts.span;
    let Some((index, card)) = spoken_for(context, release).zip(card) else {
        facts.put("contradictions", Node::seq(Vec::new(), span));
        return;
    };
    let manifest = &context.graph.documents[release.document].root;
    let front = &context.graph.documents[index].root;
    let clashes = [version(manifest, card), base_model(manifest, front, card)];
    facts.put("contradictions", Node::seq(clashes.into_iter().flatten().collect(), span));
    if let Some(early) = before_training(manifest, card) {
        facts.put("card_before_training", early);
    }
}

/// The card that speaks for a release that people may meet, as an index into the documents.
pub(super) fn spoken_for(context: &Context<'_>, release: &Release) -> Option<usize> {
    let graph = context.graph;
    release.card_document.filter(|index| {
        speaks_for(context, release, &graph.documents[*index].path)
            && releases::is_newest_of_card(graph, release)
            && is_live(graph, &graph.documents[release.document].root)
    })
}

/// Whether the release is one that people may meet: neither a draft nor over.
fn is_live(graph: &Graph<'_>, manifest: &Node) -> bool {
    let own = |key| manifest.at(&["metadata", key]).and_then(Node::text).unwrap_or_default();
    let status = match graph.registries.release(own("id"), own("model")) {
        Known::Version(version) => version.status.as_deref(),
        _ => None,
    };
    status.map_or(!matches!(own("stage"), "" | "draft" | "retired"), |status| !NOT_LIVE.contains(&status))
}

/// The shape that all contradictions share; `place` is in the card.
pub(super) fn clash(
    subject: &str,
    (card, place): (&str, Span),
    source: &str,
    (other, definition): (&str, Span),
) -> Node {
    Node::map(place)
        .with("subject", Node::string(subject, place))
        .with("card", Node::string(text::quote(card), place))
        .with("source", Node::string(source, place))
        .with("other", Node::string(text::quote(other), place))
        .with("definition", Node::string("", definition))
}

fn version(manifest: &Node, card: &Node) -> Option<Node> {
    let other = manifest.at(&["metadata", "version"])?;
    let own = card.at(&["identity", "version"])?;
    let (written, wanted) = (own.text()?, other.text()?);
    let agree =
        written.split(|c: char| c.is_whitespace() || "(),;:_".contains(c)).any(|word| same_version(word, wanted));
    let is_version = written.bytes().any(|byte| byte.is_ascii_digit());
    (is_version && !agree).then(|| clash("version", (written, own.span), "the release", (wanted, other.span)))
}

/// `v2.1` is `2.1.0`.
fn same_version(word: &str, wanted: &str) -> bool {
    let bare = |text: &str| text.trim_start_matches(['v', 'V', '@']).trim_end_matches('.').to_owned();
    let (word, wanted) = (bare(word), bare(wanted));
    let short = |text: &str| text.trim_end_matches(".0").to_owned();
    !word.is_empty() && (word.eq_ignore_ascii_case(&wanted) || short(&word) == short(&wanted))
}

fn base_model(manifest: &Node, front: &Node, card: &Node) -> Option<Node> {
    let other = manifest.at(&["artifacts", "base_model", "id"])?;
    let own = card.at(&["identity", "base_model"])?;
    let wanted = other.text()?;
    let named = front.get("base_model").map(Node::one_or_many).unwrap_or_default().iter().chain([own]);
    let agree = named.filter_map(Node::text).any(|written| same_model(written, wanted));
    // What is no id is another rule's to say.
    let is_id = own.text().is_some_and(|written| !written.contains("://") && !written.starts_with(['.', '/']));
    (!agree && is_id)
        .then(|| clash("base model", (own.text().unwrap_or(""), own.span), "the release", (wanted, other.span)))
}

/// Whether what was written speaks of a model: by its name, with or without what stands
/// before the last `/`; a name without an owner may be a short one.
pub(super) fn same_model(written: &str, wanted: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let last = letters(wanted.trim_end_matches('/').rsplit('/').next().unwrap_or(wanted));
    let own = letters(written);
    let short = !own.is_empty() && !written.contains('/') && last.starts_with(&own);
    last.is_empty() || own.contains(&last) || short
}

fn before_training(manifest: &Node, card: &Node) -> Option<Node> {
    let ended = manifest.at(&["training", "ended"])?;
    let written = card.get("updated")?;
    let day = ended.text()?.get(..10)?;
    (written.text()? < day)
        .then(|| Node::map(written.span).with("written", written.clone()).with("ended", Node::string(day, ended.span)))
}

/// What the releases that a card serves mean for it; one that none names is current and
/// public.
pub fn served(graph: &Graph<'_>, card: usize, span: Span) -> Node {
    let roots = graph.served_by(card).iter().filter_map(|at| graph.releases.get(*at));
    let roots: Vec<&Node> = roots.map(|release| &graph.documents[release.document].root).collect();
    let exposure = |root: &Node| root.at(&["scope", "deployment", "exposure"]).and_then(Node::text) != Some("internal");
    let current = roots.is_empty() || roots.iter().any(|root| releases::live(graph, root).0);
    let public = roots.is_empty() || roots.iter().any(|root| exposure(root));
    Node::map(span).with("current", Node::bool(current, span)).with("public", Node::bool(public, span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_models_by_any_way_of_writing() {
        assert!(same_version("v2.1", "2.1.0"));
        assert!(same_version("2.1.0", "2.1.0"));
        assert!(!same_version("2.0.3", "2.1.0"));
        assert!(!same_version("", "2.1.0"));
        assert!(same_model("Qwen2.5 7B Instruct", "Qwen/Qwen2.5-7B-Instruct"));
        assert!(same_model("https://huggingface.co/Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen2.5-7B-Instruct"));
        assert!(!same_model("Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-7B-Instruct"));
        assert!(!same_model("meta-llama/Llama-3.1-8B", "Qwen/Qwen2.5-7B-Instruct"));
        assert!(same_model("BERT", "google-bert/bert-base-uncased"));
        assert!(!same_model("RoBERTa", "google-bert/bert-base-uncased"));
    }
}
