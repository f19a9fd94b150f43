//! The facts of an adapter's folder, read from its `adapter_config.json`: whether a card
//! and a release document it, and whether it is the adapter that they describe.
//!
//! | fact | what it says |
//! |---|---|
//! | `cards` | one `{subject, status, problem}`: whether a card serves its folder |
//! | `folder` | the folder, as people see it |
//! | `release` | `{id, problem, manifest}` of the release that lists it; `id` is empty where none does, and the whole is absent where the repository has no releases, or a manifest or model registry that cannot be read |
//! | `base`, `settings`, `tokenizer` | see [`settings`] |
//! | `weights` | see [`weights`] |
//!
//! A card serves the adapters of its own folder and of the two levels below it
//! (`checkpoint-500/` of a training run).

pub(super) mod packed;
mod settings;
mod weights;

pub use packed::derive as of_package;

use super::Context;
use crate::kind::Kind;
use crate::link::{Release, adapter_folders};
use crate::parse::{Document, Node};
use crate::{text, tree};

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "folder",
    "release.id",
    "release.manifest",
    "base.status",
    "base.written",
    "base.expected",
    "base.other",
    "base.local",
    "base.revision",
    "settings[*].name",
    "settings[*].written",
    "settings[*].expected",
    "settings[*].other",
    "settings[*].same",
    "tokenizer.pinned",
    "weights.status",
    "weights.problem",
    "weights.problems[*].text",
];

/// The facts of one `adapter_config.json`.
pub fn derive(context: &Context<'_>, document: &Document) -> Node {
    let span = document.root.anchor();
    let folder = shown(tree::parent(&document.path));
    let mut facts = Node::map(span)
        .with("cards", Node::seq(vec![card(context, document, &folder)], span))
        .with("folder", Node::string(&*folder, span));
    if context.graph.releases.is_empty() {
        return facts;
    }
    let claimed: Vec<&Release> = context.graph.releases_of_adapter(&document.path).collect();
    let release = settings::closest(context.graph, &claimed, &document.root);
    if release.is_some() || context.graph.whole {
        facts.put("release", lister(context, release, document));
    }
    if let Some(release) = release {
        let manifest = &context.graph.documents[release.document].root;
        facts.put("base", settings::base(manifest, &document.root));
        facts.put("settings", settings::compared(manifest, &document.root, tree::parent(&document.path)));
        if let Some(tokenizer) = settings::tokenizer(manifest, &document.root) {
            facts.put("tokenizer", tokenizer);
        }
    }
    if let Some(weights) = weights::derive(context, document) {
        facts.put("weights", weights);
    }
    facts
}

fn shown(folder: &str) -> String {
    if folder.is_empty() { ".".to_owned() } else { text::quote(folder) }
}

fn card(context: &Context<'_>, document: &Document, folder: &str) -> Node {
    let graph = context.graph;
    let carded = |folder: &str| {
        ["README.md", "MODEL_CARD.md", "card.md"]
            .iter()
            .filter_map(|name| tree::join(folder, name).ok())
            .any(|path| graph.document_at(&path).is_some_and(|index| graph.documents[index].kind == Kind::Card))
    };
    let own = tree::parent(&document.path);
    // A card that its release names and that is not there is missed once, at the release.
    let lost = |release: &Release| release.card.as_ref().is_some_and(|card| card.target.path().is_none());
    let missed = graph.releases_of_adapter(&document.path).any(lost);
    let found = missed || graph.has_adapter_card(own) || adapter_folders(&document.path).any(carded);
    let (status, problem) = if found { ("found", "") } else { ("unnamed", "there is no README.md beside its weights") };
    super::card_entry(&format!("adapter folder `{folder}`"), status, problem, document.root.anchor())
}

fn lister(context: &Context<'_>, release: Option<&Release>, document: &Document) -> Node {
    let span = document.root.anchor();
    let manifest = release.map(|release| &context.graph.documents[release.document]);
    let id = manifest.and_then(|manifest| manifest.root.at(&["metadata", "id"])).and_then(Node::text);
    let shown = if release.is_some() { id.unwrap_or("without an id") } else { "" };
    let mut facts = Node::map(span).with("id", Node::string(text::quote(shown), span));
    if let Some(manifest) = manifest {
        let at = manifest.root.at(&["artifacts"]).map_or(manifest.root.anchor(), |node| node.span);
        facts.put("manifest", Node::string("", at));
    }
    facts
}
