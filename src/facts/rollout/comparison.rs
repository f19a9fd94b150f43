//! What the stages of a rollout compare with the release before: six measures, unless one
//! is left out with a reason. One that is left out without one is told as that, where it is
//! left out, and not once more for the stages.

use std::collections::BTreeSet;

use super::stages::{Stage, Stages};
use crate::facts::standing::{Wrong, names, says_something, standing};
use crate::parse::Node;
use crate::text;

/// What every stage compares.
const MEASURES: [&str; 6] = ["quality", "latency", "cost", "user_feedback", "safety_events", "escalation_rate"];

/// A measure that is left out, in one stage or in all.
type Excuse<'a> = (&'a str, Option<&'a str>);

/// One entry for each stage with a list of its own, and one for the list that the others
/// share: what that leaves out is one defect, not six.
pub(super) fn derive(root: &Node, stages: &Stages<'_>) -> Vec<Node> {
    let rollout = root.get("rollout");
    let shared = rollout.and_then(|rollout| rollout.get("compare"));
    let excuses = excuses(rollout);
    let taking_place = || stages.all.iter().filter(|stage| !stage.excused);
    let own = |stage: &&Stage<'_>| stage.node.get("compare").is_some();
    let sharing: Vec<&Stage<'_>> = taking_place().filter(|stage| !own(stage)).collect();
    let mut all = Vec::new();
    if !sharing.is_empty() {
        let place =
            shared.or(rollout).map_or(root.anchor(), |node| if node.is_map() { node.anchor() } else { node.span });
        let wrong = shared_wrong(shared, &sharing, &excuses);
        all.push(standing(place, wrong).with("stage", Node::string("", place)));
    }
    for stage in taking_place().filter(own) {
        let compared = stage.node.get("compare");
        let missing = lacking(stage.name, compared, &excuses);
        let wrong = (!missing.is_empty()).then(|| {
            let why = format!("stage `{}` does not compare {}", text::quote(stage.name), names(missing));
            Wrong::new("incomplete", why).at(compared.map_or(stage.span, |compared| compared.span))
        });
        all.push(stage.stands(wrong));
    }
    all.extend(left_out(rollout).iter().filter_map(without_reason));
    all
}

fn left_out(rollout: Option<&Node>) -> &[Node] {
    rollout.and_then(|rollout| rollout.get("not_compared")).map(Node::items).unwrap_or_default()
}

fn without_reason(item: &Node) -> Option<Node> {
    let reason = item.get("reason");
    let metric = item.get("metric").filter(|metric| metric.text().is_some())?;
    let wrong = reason.and_then(Node::text).is_none_or(|reason| !says_something(reason)).then(|| {
        let name = text::quote(metric.text().unwrap_or_default());
        Wrong::new("no-reason", format!("`{name}` is not compared, and the reason is not given"))
    })?;
    let at = reason.filter(|reason| reason.text().is_some()).map_or(metric.span, |reason| reason.span);
    Some(standing(at, Some(wrong)).with("stage", Node::string("", at)))
}

fn shared_wrong(shared: Option<&Node>, sharing: &[&Stage<'_>], excuses: &[Excuse<'_>]) -> Option<Wrong> {
    let lacking = |stage: &&&Stage<'_>| lacking(stage.name, shared, excuses);
    let concerned: Vec<&str> =
        sharing.iter().filter(|stage| !lacking(stage).is_empty()).map(|stage| stage.name).collect();
    let missing: BTreeSet<&str> = sharing.iter().flat_map(|stage| lacking(&stage)).collect();
    if missing.is_empty() {
        return None;
    }
    let why = if concerned.len() == sharing.len() {
        format!("no stage compares {}", names(missing))
    } else {
        let noun = if concerned.len() == 1 { "stage" } else { "stages" };
        let verb = if concerned.len() == 1 { "does" } else { "do" };
        format!("{noun} {} {verb} not compare {}", names(concerned), names(missing))
    };
    Some(Wrong::new("incomplete", why))
}

fn lacking(stage: &str, compared: Option<&Node>, excuses: &[Excuse<'_>]) -> BTreeSet<&'static str> {
    let compared: Vec<&str> = compared.map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
    let is_left_out =
        |measure: &str| excuses.iter().any(|(metric, at)| *metric == measure && at.is_none_or(|at| at == stage));
    MEASURES.into_iter().filter(|measure| !compared.contains(measure) && !is_left_out(measure)).collect()
}

fn excuses(rollout: Option<&Node>) -> Vec<Excuse<'_>> {
    left_out(rollout)
        .iter()
        .filter_map(|item| Some((item.get("metric")?.text()?, item.get("stage").and_then(Node::text))))
        .collect()
}
