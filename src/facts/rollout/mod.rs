//! How a release reaches its users: its stages, its strategy, what would take it back, and
//! whether the files that move the traffic agree with all that.
//!
//! Every part is as [`mod@super::standing`] says, so that a rule asks for `ok`:
//!
//! | fact | what stands so |
//! |---|---|
//! | `plan` | the sequence of stages |
//! | `strategy` | the strategy and the fields that it needs |
//! | `traffic[*]` | how much traffic one stage takes, beside the one before |
//! | `comparison[*]` | what one stage compares |
//! | `parameters[*]` | what else one stage says of itself |
//! | `results[*]` | whether one stage that is behind has passed |
//! | `triggers.present` | whether the seven triggers are there |
//! | `triggers.defined` | whether they were there before the first user outside |
//! | `triggers.items[*]` | one trigger |
//! | `drift[*]` | one file that moves traffic, beside the stage |
//!
//! `not_assessed` has one `{path, what, why}` for each file of which that is not known.

mod comparison;
mod drift;
mod stages;
mod strategy;
pub(super) mod triggers;

pub(super) use drift::beyond;
pub(super) use stages::has_passed;

use super::Context;
use crate::link::Release;
use crate::parse::Node;
use crate::source::Span;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "comparison[*].problem",
    "comparison[*].stage",
    "comparison[*].status",
    "drift[*].definition",
    "drift[*].file",
    "drift[*].problem",
    "drift[*].shown",
    "drift[*].status",
    "not_assessed[*].path",
    "not_assessed[*].what",
    "not_assessed[*].why",
    "parameters[*].problem",
    "parameters[*].stage",
    "parameters[*].status",
    "plan.definition",
    "plan.problem",
    "plan.shown",
    "plan.status",
    "results[*].problem",
    "results[*].stage",
    "results[*].status",
    "strategy.problem",
    "strategy.status",
    "traffic[*].definition",
    "traffic[*].problem",
    "traffic[*].shown",
    "traffic[*].stage",
    "traffic[*].status",
    "triggers.defined.definition",
    "triggers.defined.problem",
    "triggers.defined.shown",
    "triggers.defined.status",
    "triggers.items[*].definition",
    "triggers.items[*].id",
    "triggers.items[*].problem",
    "triggers.items[*].shown",
    "triggers.items[*].status",
    "triggers.present.problem",
    "triggers.present.status",
];

/// How much traffic the stage that a release is at may take by its plan: in percent, with
/// where that is written.
pub(super) fn allowed(root: &Node) -> Option<(f64, Span)> {
    stages::Stages::of(root).allowed()
}

/// The facts under `rollout`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let root = &context.graph.documents[release.document].root;
    let span = root.span_at(&["rollout"]);
    let stages = stages::Stages::of(root);
    Node::map(span)
        .with("plan", stages.sequence(root))
        .with("strategy", strategy::derive(root))
        .with("traffic", Node::seq(stages.traffic(context, root), span))
        .with("comparison", Node::seq(comparison::derive(root, &stages), span))
        .with("parameters", Node::seq(stages.parameters(context, release), span))
        .with("results", Node::seq(stages.results(root), span))
        .with("triggers", triggers::derive(context, release, &stages))
        .with("drift", Node::seq(drift::derive(context, release, &stages), span))
        .with("not_assessed", Node::seq(drift::not_assessed(context, release), span))
}
