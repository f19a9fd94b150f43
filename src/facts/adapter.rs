//! The facts of an adapter's folder: whether a card describes it.
//!
//! `cards` has one `{subject, status, problem}`. A card serves the adapters of its own
//! folder and of the two levels below it (`checkpoint-500/` of a training run).

use super::Context;
use crate::kind::Kind;
use crate::parse::{Document, Node};
use crate::{text, tree};

/// How many folders above the adapter its card may stand.
const LEVELS: usize = 2;

/// The facts of one `adapter_config.json`.
pub fn derive(context: &Context<'_>, document: &Document) -> Node {
    let graph = context.graph;
    let span = document.root.anchor();
    let folder = tree::parent(&document.path);
    let serving: Vec<&str> =
        std::iter::successors(Some(folder), |folder| (!folder.is_empty()).then(|| tree::parent(folder)))
            .take(LEVELS + 1)
            .collect();
    let carded = |folder: &str| {
        ["README.md", "MODEL_CARD.md", "card.md"]
            .iter()
            .filter_map(|name| tree::join(folder, name).ok())
            .any(|path| graph.document_at(&path).is_some_and(|index| graph.documents[index].kind == Kind::Card))
    };
    let named = graph.has_adapter_card(folder);
    let found = named || serving.iter().any(|folder| carded(folder));
    let name = if folder.is_empty() { "." } else { folder };
    let subject = format!("adapter folder `{}`", text::quote(name));
    let (status, problem) = if found { ("found", "") } else { ("unnamed", "there is no README.md beside its weights") };
    let cards = vec![super::card_entry(&subject, status, problem, span)];
    Node::map(span).with("cards", Node::seq(cards, span))
}
