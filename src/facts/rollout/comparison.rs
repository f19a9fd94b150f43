//! What the stages of a rollout compare with the release before: six measures, unless one
//! is left out with a reason.

use std::collections::BTreeSet;

use super::stages::{Stage, Stages};
use crate::facts::standing::{Wrong, names, says_something, standing};
use crate::parse::Node;
use crate::text;

/// What every stage compares.
const MEASURES: [&str; 6] = ["quality", "latency", "cost", "user_feedback", "safety_events", "escalation_rate"];

/// One entry for each stage that compares too little; one for the plan where its default
/// does.
pub(super) fn derive(root: &Node, stages: &Stages<'_>) -> Vec<Node> {
    let rollout = root.get("rollout");
    let default = rollout.and_then(|rollout| rollout.get("compare"));
    let own: Vec<&Stage<'_>> = stages.all.iter().filter(|stage| !stage.excused).collect();
    if own.is_empty() {
        return Vec::new();
    }
    let excused = excused(rollout);
    let mut all = Vec::new();
    let by_default: Vec<&&Stage<'_>> = own.iter().filter(|stage| stage.node.get("compare").is_none()).collect();
    // What the default leaves out in every stage that uses it is one defect, not six.
    let lacking = |stage: &Stage<'_>, compared: Option<&Node>| -> BTreeSet<&'static str> {
        let compared: Vec<&str> =
            compared.map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
        let excused = |measure: &str| excused.iter().any(|(metric, at)| *metric == measure && at.is_none_or(|at| at == stage.name));
        MEASURES.into_iter().filter(|measure| !compared.contains(measure) && !excused(measure)).collect()
    };
    let shared = by_default.iter().map(|stage| lacking(stage, default)).reduce(|all, next| &all & &next).unwrap_or_default();
    if !shared.is_empty() {
        let span = default.or(rollout).map_or(root.anchor(), |node| if node.is_map() { node.anchor() } else { node.span });
        let what = names(shared.iter().copied());
        let why = if default.is_some() { format!("no stage compares {what}") } else { format!("the stages do not compare {what}") };
        all.push(standing(span, Some(Wrong::new("incomplete", why))).with("stage", Node::string("", span)));
    }
    for stage in own {
        let written = stage.node.get("compare");
        let mut missing = lacking(stage, written.or(default));
        if written.is_none() {
            missing = &missing - &shared;
        }
        let wrong = (!missing.is_empty()).then(|| {
            let why = format!("stage `{}` does not compare {}", text::quote(stage.name), names(missing));
            Wrong::new("incomplete", why).at(written.map_or(stage.span, |written| written.span))
        });
        all.push(stage.stands(wrong));
    }
    all
}

/// Measures that are left out with a reason: in one stage, or in all.
fn excused(rollout: Option<&Node>) -> Vec<(&str, Option<&str>)> {
    let items = rollout.and_then(|rollout| rollout.get("not_compared")).map(Node::items).unwrap_or_default();
    let with_reason = |item: &&Node| item.get("reason").and_then(Node::text).is_some_and(says_something);
    items
        .iter()
        .filter(with_reason)
        .filter_map(|item| Some((item.get("metric")?.text()?, item.get("stage").and_then(Node::text))))
        .collect()
}
