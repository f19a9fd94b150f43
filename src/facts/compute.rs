//! Whether the compute of a change is more than a third of what its base model was trained with: what
//! the European Commission takes as the sign that whoever changes a general-purpose model becomes the
//! provider of one (Guidelines on the scope of the obligations for providers of general-purpose AI
//! models, 18 July 2025, on downstream modifiers). Where nobody knows what the base model took, a
//! third of 10^23 FLOP stands for it; a base model with systemic risk, for which it is a third of
//! 10^25, has to be told by its number.
//!
//! | fact | what it says |
//! |---|---|
//! | `status` | `below`, `above`, `unstated` (no `training.flop`) or `none` (no base model) |
//! | `problem` | the numbers, as a part of a sentence |
//! | `known` | whether `compliance.frameworks` names what such a provider is held to |

use super::Context;
use super::standing;
use crate::link::Release;
use crate::parse::Node;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &["known", "problem", "status"];

/// What stands for the compute of a base model that nobody knows, in FLOP: from there on a model is
/// taken for a general-purpose one.
const UNKNOWN_BASE: f64 = 1e23;

/// How the names begin that say: the provider of a general-purpose model is us.
const DUTIES: [&str; 3] = ["eu-ai-act/gpai", "eu-ai-act/annex-xi", "gpai-form"];

/// The facts under `compute`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let root = &context.graph.documents[release.document].root;
    let named = root.at(&["compliance", "frameworks"]);
    let mut names = named.map_or(&[][..], Node::items).iter().filter_map(Node::text);
    let known = names.any(|name| DUTIES.iter().any(|duty| name.starts_with(duty)));
    share(root).with("known", Node::bool(known, named.map_or(root.anchor(), |named| named.span)))
}

/// How the compute of the change stands to that of the base model.
fn share(root: &Node) -> Node {
    let Some(base) = root.at(&["artifacts", "base_model"]) else { return standing::state("none", "", root.anchor()) };
    let Some((flop, change)) = number(root.at(&["training", "flop"])) else {
        let span = root.get("training").map_or(root.anchor(), Node::anchor);
        return standing::state("unstated", "", span);
    };
    let known = number(base.get("training_flop"));
    let whole = known.map_or(UNKNOWN_BASE, |(_, whole)| whole);
    let problem = match known {
        Some(_) => format!("{change:e} FLOP, and the base model took {whole:e}"),
        None => format!("{change:e} FLOP, and for a base model of unknown compute {whole:e} counts"),
    };
    let status = if change > whole / 3.0 { "above" } else { "below" };
    standing::state(status, problem, flop.span)
}

fn number(node: Option<&Node>) -> Option<(&Node, f64)> {
    node.and_then(|node| Some((node, node.as_f64()?)))
}
