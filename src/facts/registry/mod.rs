//! The facts of a model registry.
//!
//! | fact | what it says |
//! |---|---|
//! | `cards[*]` | which card serves each model: `{subject, status, problem}`; `status` is `found`, `unresolved` or `unnamed` |
//! | `order[*]` | how each version stands among the others, see [`order`] |
//! | `aliases[*]` | what each alias leads to, see [`alias`] |
//! | `deprecations[*]` | what is said of each deprecated version, see [`deprecation`] |
//! | `entries[*]` | whether each model and each version in use says what its users need, see [`entry`] |
//!
//! Each of the last four is a `subject` with what [`mod@super::standing`] says of it. A card
//! that a release names as well and that is not there counts as found: it is missed once,
//! at the release.

mod alias;
mod deprecation;
mod entry;
pub(super) mod order;

use super::Context;
use crate::kind::Kind;
use crate::link::{Files, Graph, Target};
use crate::parse::{Document, Node};
use crate::text;
use crate::tree;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "aliases[*].alias",
    "aliases[*].definition",
    "aliases[*].problem",
    "aliases[*].shown",
    "aliases[*].status",
    "aliases[*].subject",
    "deprecations[*].definition",
    "deprecations[*].problem",
    "deprecations[*].shown",
    "deprecations[*].status",
    "deprecations[*].subject",
    "entries[*].problem",
    "entries[*].status",
    "entries[*].subject",
    "order[*].definition",
    "order[*].problem",
    "order[*].shown",
    "order[*].status",
    "order[*].subject",
];

/// The facts of one registry document.
pub fn derive(context: &Context<'_>, document: &Document) -> Node {
    let Context { graph, files, .. } = *context;
    let root = &document.root;
    let items = models(root).iter().map(|model| card_of(graph, document, model, files)).collect();
    let span = root.get("models").map_or(root.anchor(), |models| models.span);
    let each = |facts: &dyn Fn(&Node, &str) -> Vec<Node>| {
        let named = models(root).iter().filter_map(|model| Some((model, model.get("id")?.text()?)));
        Node::seq(named.flat_map(|(model, id)| facts(model, id)).collect(), span)
    };
    let registered = |version: &Node| version.at(&["registered", "at"]).and_then(super::moment::instant);
    Node::map(root.anchor())
        .with("cards", Node::seq(items, span))
        .with(
            "order",
            each(&|model, id| order::derive(versions(model), &format!("`{}`", text::quote(id)), &registered)),
        )
        .with("aliases", each(&|model, id| alias::derive(context, document, model, id)))
        .with("deprecations", each(&|model, id| deprecation::derive(context, model, id)))
        .with("entries", each(&entry::derive))
}

/// The versions of a model.
fn versions(model: &Node) -> &[Node] {
    model.get("versions").map(Node::items).unwrap_or_default()
}

fn models(root: &Node) -> &[Node] {
    root.get("models").map(Node::items).unwrap_or_default()
}

fn card_of(graph: &Graph<'_>, document: &Document, model: &Node, files: &Files<'_>) -> Node {
    let id = model.get("id");
    let name = id.and_then(Node::text).unwrap_or_default();
    let card = model.get("card").filter(|card| card.text().is_some());
    let span = card.or(id).map_or(model.span, |node| node.span);
    let (status, problem) = match card.and_then(Node::text) {
        Some(written) => named_card(graph, document, written, files),
        None if has_card(graph, document, name) => ("found", String::new()),
        None => ("unnamed", "the entry names none under `card`".to_owned()),
    };
    super::card_entry(&format!("model `{}`", text::quote(name)), status, &problem, span)
}

fn named_card(graph: &Graph<'_>, document: &Document, written: &str, files: &Files<'_>) -> (&'static str, String) {
    let problem = match files.resolve(&document.path, written) {
        Target::File(path) if is_card(graph, &path) => return ("found", String::new()),
        Target::File(_) => "it is not a model card".to_owned(),
        Target::Missing(_) if graph.is_lost_card(written) => return ("found", String::new()),
        Target::Missing(Some(near)) => format!("there is no such file; did you mean `{}`?", text::quote(&near)),
        Target::Outside => "the path leads out of the repository".to_owned(),
        _ => "there is no such file".to_owned(),
    };
    ("unresolved", problem)
}

/// Whether a release of the model has a card, or the layout gives it one: beside
/// the registry, or in the model's folder.
fn has_card(graph: &Graph<'_>, document: &Document, model: &str) -> bool {
    if graph.has_carded_release(model) {
        return true;
    }
    // A card beside a registry of one model is that model's; of several, nobody's.
    let beside = (models(&document.root).len() == 1).then(|| tree::parent(&document.path).to_owned());
    [Some(format!("models/{model}")), beside]
        .iter()
        .flatten()
        .flat_map(|folder| ["README.md", "MODEL_CARD.md", "card.md"].map(|file| tree::join(folder, file)))
        .flatten()
        .any(|path| is_card(graph, &path))
}

fn is_card(graph: &Graph<'_>, path: &str) -> bool {
    graph.document_at(path).is_some_and(|index| graph.documents[index].kind == Kind::Card)
}
