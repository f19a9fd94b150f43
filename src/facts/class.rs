//! The release class: whether there is one, whether the organisation knows it, and
//! what it asks for.
//!
//! | fact | what it says |
//! |---|---|
//! | `status` | `known`, or `unnamed`, `unknown`, `unregistered` (the organisation's file defines no classes) |
//! | `problem` | why it is not known |
//! | `tier.status` | `within`, or `above` where the risk tier is above the class's `max_tier`; absent where either is not written |
//! | `tier.written`, `tier.most` | both of them |
//! | `not_assessed[*]` | the class, where the organisation defines none |
//! | `required[*]` | `{document, status, problem}`: what the class asks for that no rule of its own looks after; `status` is `there`, `missing` or `unknown` |

use super::standing::state;
use super::{Context, organisation};
use crate::link::{Graph, Release};
use crate::parse::Node;
use crate::pointer::Pointer;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "not_assessed[*].what",
    "not_assessed[*].why",
    "problem",
    "required[*].document",
    "required[*].problem",
    "required[*].status",
    "status",
    "tier.most",
    "tier.status",
    "tier.written",
];

/// Risk tiers, from the lowest.
pub const TIERS: [&str; 4] = ["low", "medium", "high", "serious"];

/// Documents that a class may ask for and that rules of their own look after.
const LOOKED_AFTER: &[&str] = &["card", "evaluation", "security-review", "approvals"];

/// Other documents that a class may ask for, and where the manifest names them.
const DOCUMENTS: &[(&str, &[&str])] = &[
    ("sbom", &["artifacts", "sbom", "path"]),
    ("signature", &["artifacts", "checkpoint", "signature", "path"]),
    ("risk-assessment", &["risk", "assessment"]),
    ("rollback-runbook", &["rollback", "plan", "runbook"]),
    ("rollback-test", &["rollback", "tested", "evidence"]),
    ("serving-manifests", &["rollout", "manifests"]),
    ("flag", &["rollout", "flag", "file"]),
    ("vendor-review", &["artifacts", "base_model", "review", "card"]),
    ("datasets", &["data", "datasets"]),
];

/// The facts under `class`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let graph = context.graph;
    let root = &graph.documents[release.document].root;
    let (status, problem) = named(graph, root);
    let span = root.span_at(&["metadata", "release_class"]);
    let mut facts = state(status, problem, span);
    if status == "unregistered" {
        let why = "no organisation file defines release classes";
        facts.put("not_assessed", Node::seq(vec![super::unknown("the release class", why, root.anchor())], span));
    }
    let class = organisation::class(graph, root);
    if let Some(tier) = class.and_then(|class| tier(root, class)) {
        facts.put("tier", tier);
    }
    let asked = class.and_then(|class| class.get("required")).map(Node::items).unwrap_or_default();
    let required = asked.iter().filter_map(|name| required(context, release, name)).collect();
    facts.put("required", Node::seq(required, span));
    facts
}

fn named(graph: &Graph<'_>, root: &Node) -> (&'static str, String) {
    let Some(name) = root.at(&["metadata", "release_class"]).and_then(Node::text) else {
        return ("unnamed", "the release names no release class".to_owned());
    };
    let defined = organisation::root(graph).and_then(|root| root.get("release_classes")).map(Node::entries);
    let Some(classes) = defined.filter(|classes| !classes.is_empty()) else { return ("unregistered", String::new()) };
    if classes.iter().any(|entry| &*entry.key == name) {
        return ("known", String::new());
    }
    let near = text::did_you_mean(name, classes.iter().map(|entry| &*entry.key));
    let ask = near.map_or_else(String::new, |near| format!("; did you mean `{}`?", text::quote(near)));
    ("unknown", format!("the organisation defines no release class `{}`{ask}", text::quote(name)))
}

fn tier(root: &Node, class: &Node) -> Option<Node> {
    let written = root.at(&["risk", "tier"])?;
    let most = class.get("max_tier")?;
    let rank = |node: &Node| TIERS.iter().position(|tier| node.text() == Some(tier));
    let status = if rank(written)? > rank(most)? { "above" } else { "within" };
    let span = written.span;
    let facts = Node::map(span).with("status", Node::string(status, span)).with("written", written.clone());
    Some(facts.with("most", most.clone()))
}

fn required(context: &Context<'_>, release: &Release, name: &Node) -> Option<Node> {
    let written = name.text().filter(|name| !LOOKED_AFTER.contains(name))?;
    let root = &context.graph.documents[release.document].root;
    let known = DOCUMENTS.iter().find(|(known, _)| *known == written);
    let (status, problem) = match known {
        None => ("unknown", unknown(written)),
        Some((_, keys)) => match root.at(keys).filter(|node| node.text().is_some() || !node.items().is_empty()) {
            Some(_) => ("there", String::new()),
            None => ("missing", format!("name it under `{}`", keys.join("."))),
        },
    };
    let missing = Pointer::root().key("metadata").key("release_class");
    let span = if status == "unknown" { name.span } else { root.span_of(&missing) };
    Some(state(status, problem, span).with("document", Node::string(text::quote(written), span)))
}

fn unknown(written: &str) -> String {
    let known = LOOKED_AFTER.iter().copied().chain(DOCUMENTS.iter().map(|(known, _)| *known));
    let near = text::did_you_mean(written, known).map(|near| format!("; did you mean `{near}`?"));
    format!("there is no such document{}", near.unwrap_or_default())
}
