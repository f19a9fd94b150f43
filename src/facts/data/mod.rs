//! What a release says of the data that it was trained and tested on.
//!
//! | fact | what it says |
//! |---|---|
//! | `stated` | whether the manifest lists any dataset |
//! | `splits[*]` | `{what, status}` of training and evaluation data: `stated`, `missing`, or `excused` (an entry says that there is none; a quantised or merged model is trained on nothing) |
//! | `excuses[*]` | `{name, explained}`: entries that say that they do not apply, and whether they say why |
//! | `datasets[*]` | one dataset, see below |
//! | `undeclared[*]` | `{written, definition}`: datasets in the front matter of the card that the manifest does not list |
//! | `not_assessed[*]` | datasets beyond those that are looked at |
//!
//! | of a dataset | what it says |
//! |---|---|
//! | `name` | its id or catalogue reference, for messages |
//! | `role`, `provenance`, `consent_basis`, `quality_checks`, `records` | as written; absent where it is not, or says nothing (`TBD`) |
//! | `trains` | whether weights learn from it (`train`, `preference`) |
//! | `unidentified` | what it lacks to be found: an id, a role, its description |
//! | `license` | see [`terms`] |
//! | `pii.status`, `pii.missing` | `unstated`, `none`, `present`; what is not said of how it was handled |
//! | `origin` | what is not said of where it comes from; absent where all is said |
//! | `generator` | what is not said of the model that made synthetic data; likewise |
//! | `pinned` | whether a revision or a digest says which data it was |
//! | `described` | where it is described, if that is a document of its own |
//! | `contamination` | of evaluation data, see [`contamination`] |
//! | `card` | `{status, place}`: `named` or `unnamed` in the card of the release; absent where no card speaks for it |
//!
//! A dataset that a manifest leaves to `ref` is described in a document of its own (see
//! [`crate::link`]); where there is not one, nothing more is asked of it.

mod card;
mod contamination;
pub(super) mod terms;

use super::standing::{excused, names, says_something};
use super::{Context, unknown};
use crate::link::{Graph, Release};
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "datasets[*].card.place",
    "datasets[*].card.status",
    "datasets[*].consent_basis",
    "datasets[*].contamination.definition",
    "datasets[*].contamination.problem",
    "datasets[*].contamination.shown",
    "datasets[*].contamination.status",
    "datasets[*].described",
    "datasets[*].generator",
    "datasets[*].license.evidence",
    "datasets[*].license.problem",
    "datasets[*].license.status",
    "datasets[*].license.written",
    "datasets[*].name",
    "datasets[*].origin",
    "datasets[*].pii.missing",
    "datasets[*].pii.status",
    "datasets[*].pinned",
    "datasets[*].provenance",
    "datasets[*].quality_checks[*]",
    "datasets[*].records",
    "datasets[*].role",
    "datasets[*].trains",
    "datasets[*].unidentified",
    "excuses[*].explained",
    "excuses[*].name",
    "not_assessed[*].what",
    "not_assessed[*].why",
    "splits[*].status",
    "splits[*].what",
    "stated",
    "undeclared[*].definition",
    "undeclared[*].written",
];

/// The most datasets of a release that are looked at.
const MOST: usize = 1_000;

/// One dataset of a manifest.
pub(super) struct Dataset<'a> {
    /// Its entry.
    pub node: &'a Node,
    /// Its id: written, or what `ref` names.
    pub id: Option<&'a str>,
    /// Its entry in a catalogue.
    pub catalog: Option<&'a str>,
}

impl<'a> Dataset<'a> {
    fn new(node: &'a Node) -> Self {
        let written = |key| said(node, key).and_then(Node::text);
        let elsewhere = written("ref").map(|whole| whole.split_once('@').map_or(whole, |(id, _)| id));
        Self { node, id: written("id").or(elsewhere), catalog: written("catalog_ref") }
    }

    /// What a person calls it.
    pub(super) fn name(&self) -> String {
        match self.id.or(self.catalog) {
            Some(name) => format!("dataset `{}`", text::quote(name)),
            None => "a dataset without an id".to_owned(),
        }
    }

    fn role(&self) -> Option<&'a str> {
        said(self.node, "role").and_then(Node::text)
    }

    /// Whether weights learn from it.
    pub(super) fn trains(&self) -> bool {
        matches!(self.role(), Some("train" | "preference"))
    }

    fn evaluates(&self) -> bool {
        matches!(self.role(), Some("evaluation" | "test"))
    }

    /// Where it is described, if that is in a document of its own.
    fn described_at(&self) -> Option<Span> {
        let keys = || self.node.entries().iter().filter(|entry| entry.key_span.source != self.place().source);
        let revision = keys().find(|entry| &*entry.key == "revision");
        revision.or_else(|| keys().next()).map(|entry| entry.value.span)
    }

    /// Where to show something about it.
    pub(super) fn place(&self) -> Span {
        let named = self.node.get("id").or_else(|| self.node.get("ref")).or_else(|| self.node.get("catalog_ref"));
        named.map_or(self.node.anchor(), |named| named.span)
    }
}

/// The datasets of a manifest that apply.
pub(super) fn datasets<'a>(graph: &'a Graph<'a>, manifest: &'a Document) -> impl Iterator<Item = Dataset<'a>> {
    let applies = |entry: &&Node| entry.is_map() && entry.get("not_applicable").is_none();
    graph.datasets(manifest).iter().take(MOST).filter(applies).map(Dataset::new)
}

/// The value of a key, where it says something.
pub(super) fn said<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|value| match value.text() {
        Some(text) => !value.is_null() && says_something(text),
        None => !value.items().is_empty() || !value.entries().is_empty(),
    })
}

/// Those of the keys that say nothing, as a sentence names them.
fn unsaid(node: Option<&Node>, keys: &[&str]) -> Option<String> {
    let missing: Vec<&str> =
        keys.iter().filter(|key| node.and_then(|node| said(node, key)).is_none()).copied().collect();
    (!missing.is_empty()).then(|| names(missing))
}

/// The facts under `data`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let document = &context.graph.documents[release.document];
    let root = &document.root;
    let span = root.span_at(&["data", "datasets"]);
    let entries = context.graph.datasets(document);
    let all: Vec<Dataset<'_>> = datasets(context.graph, document).collect();
    let training = contamination::Training::new(&all);
    let card = if all.is_empty() { None } else { card::Card::of(context, release) };
    let facts = |dataset: &Dataset<'_>| {
        let mut facts = described(context, &document.path, dataset);
        if let Some(found) = contamination::derive(dataset, &training) {
            facts.put("contamination", found);
        }
        if let Some(card) = &card {
            facts.put("card", card.names(dataset));
        }
        facts
    };
    let undeclared = card.as_ref().map(|card| card.undeclared(&all)).unwrap_or_default();
    Node::map(span)
        .with("stated", Node::bool(!entries.is_empty(), span))
        .with("splits", Node::seq(splits(root, entries, &all, span), span))
        .with("excuses", Node::seq(excuses(entries), span))
        .with("datasets", Node::seq(all.iter().map(facts).collect(), span))
        .with("undeclared", Node::seq(undeclared, span))
        .with("not_assessed", Node::seq(beyond(entries, span), span))
}

fn described(context: &Context<'_>, path: &str, dataset: &Dataset<'_>) -> Node {
    let (node, place) = (dataset.node, dataset.place());
    let mut facts = Node::map(place)
        .with("name", Node::string(dataset.name(), place))
        .with("trains", Node::bool(dataset.trains(), place));
    if let Some(lacking) = unidentified(dataset) {
        facts.put("unidentified", Node::string(lacking, place));
    }
    if said(node, "ref").is_some() {
        return facts;
    }
    if let Some(elsewhere) = dataset.described_at() {
        facts.put("described", Node::bool(true, elsewhere));
    }
    for key in ["role", "provenance", "consent_basis", "quality_checks", "records"] {
        if let Some(value) = said(node, key) {
            facts.put(key, value.clone());
        }
    }
    let pinned = said(node, "revision").is_some() || said(node, "digest").is_some();
    facts.put("pinned", Node::bool(pinned, place));
    facts.put("license", terms::derive(context, path, dataset));
    facts.put("pii", pii(node, place));
    for (key, missing) in [("origin", origin(node)), ("generator", generator(node))] {
        if let Some(missing) = missing {
            facts.put(key, Node::string(missing, place));
        }
    }
    facts
}

/// What keeps people from finding a dataset.
fn unidentified(dataset: &Dataset<'_>) -> Option<&'static str> {
    match (dataset.id.or(dataset.catalog), dataset.role()) {
        (None, _) => Some("has neither `id` nor `catalog_ref`"),
        (_, None) => Some("does not say its `role`"),
        _ if said(dataset.node, "ref").is_some() => {
            Some("is left to `ref`, and not exactly one document of the kind `Dataset` has that id and revision")
        }
        _ => None,
    }
}

/// Ways of handling personal data that leave it as it is: there is no method.
const KEPT: [&str; 4] = ["kept", "none", "retained", "unchanged"];

/// What is said of personal data.
fn pii(node: &Node, place: Span) -> Node {
    let pii = node.get("pii").filter(|pii| pii.is_map());
    let present = pii.and_then(|pii| pii.get("present")).and_then(Node::as_bool);
    let handling = pii.and_then(|pii| said(pii, "handling")).and_then(Node::text);
    let kept = handling.is_some_and(|handling| KEPT.iter().any(|kept| handling.eq_ignore_ascii_case(kept)));
    let span = pii.map_or(place, Node::anchor);
    let (status, asked): (_, &[&str]) = match present {
        None => ("unstated", &[]),
        Some(true) if kept => ("present", &["verified_by"]),
        Some(true) => ("present", &["handling", "method", "verified_by"]),
        // Whoever says that it was removed says how, or nobody can tell that it is gone.
        Some(false) if handling.is_some() && !kept => ("none", &["method"]),
        Some(false) => ("none", &[]),
    };
    let mut facts = Node::map(span).with("status", Node::string(status, span));
    if let Some(missing) = unsaid(pii, asked) {
        facts.put("missing", Node::string(missing, span));
    }
    facts
}

/// Kinds of origin that are tied to a time: people or the web were other ones before it.
const TIMED: [&str; 4] = ["licensed", "third-party-private", "user-data", "web-crawl"];

/// What is not said of where the data comes from.
fn origin(node: &Node) -> Option<String> {
    let provenance = said(node, "provenance").and_then(Node::text)?;
    let mut asked = Vec::new();
    // Of synthetic data the generator is the source.
    if provenance != "synthetic" {
        asked.push("source");
    }
    let collected = node.get("collected");
    let ongoing = collected.and_then(|collected| collected.get("ongoing")).and_then(Node::as_bool) == Some(true);
    let ended = ongoing || collected.is_some_and(|collected| said(collected, "to").is_some());
    let dated = ended && collected.is_some_and(|collected| said(collected, "from").is_some());
    let mut missing: Vec<&str> = asked.into_iter().filter(|key| said(node, key).is_none()).collect();
    if TIMED.contains(&provenance) && !dated {
        missing.push("collected");
    }
    (!missing.is_empty()).then(|| names(missing))
}

/// What is not said of the model that made synthetic data. Data may be made by a program
/// or by hand: the generator then does not apply, and says why.
fn generator(node: &Node) -> Option<String> {
    if said(node, "provenance").and_then(Node::text) != Some("synthetic") {
        return None;
    }
    match node.get("generator").and_then(excused) {
        Some(true) => None,
        Some(false) => Some("`generator.not_applicable.reason`".to_owned()),
        None => unsaid(node.get("generator"), &["model", "license"]).map(|missing| match node.get("generator") {
            Some(_) => format!("of its `generator` {missing}"),
            None => "`generator`".to_owned(),
        }),
    }
}

/// Relations to a base model in which nothing is trained.
const UNTRAINED: [&str; 2] = ["merge", "quantized"];

fn splits(root: &Node, entries: &[Node], all: &[Dataset<'_>], span: Span) -> Vec<Node> {
    let relation = root.at(&["artifacts", "base_model", "relation"]).and_then(Node::text).unwrap_or_default();
    let excused_as = |roles: &[&str]| {
        entries.iter().any(|entry| {
            entry.get("not_applicable").is_some()
                && entry.get("role").and_then(Node::text).is_some_and(|role| roles.contains(&role))
        })
    };
    let split = |what: &str, stated: bool, excused: bool| {
        let status = if stated {
            "stated"
        } else if excused {
            "excused"
        } else {
            "missing"
        };
        Node::map(span).with("what", Node::string(what, span)).with("status", Node::string(status, span))
    };
    // What has no role, or is described elsewhere, is told by itself.
    let unclear = all.iter().any(|dataset| dataset.role().is_none());
    let trains = all.iter().any(Dataset::trains) || unclear;
    let evaluates = all.iter().any(Dataset::evaluates) || unclear;
    vec![
        split("training", trains, UNTRAINED.contains(&relation) || excused_as(&["train", "preference"])),
        split("evaluation", evaluates, excused_as(&["evaluation", "test"])),
    ]
}

fn excuses(entries: &[Node]) -> Vec<Node> {
    let fact = |entry: &Node| {
        let explained = excused(entry)?;
        let span = entry.get("not_applicable").map_or(entry.anchor(), |excuse| excuse.span);
        let name = Dataset::new(entry).name();
        Some(Node::map(span).with("name", Node::string(name, span)).with("explained", Node::bool(explained, span)))
    };
    entries.iter().take(MOST).filter_map(fact).collect()
}

fn beyond(entries: &[Node], span: Span) -> Vec<Node> {
    let more = entries.len().saturating_sub(MOST);
    let what = || text::count(more, "dataset");
    (more > 0).then(|| unknown(what(), "a release with so many is not looked at whole", span)).into_iter().collect()
}
