//! The states of a record: draft, requested, in review, approved or rejected, then
//! revoked or superseded.
//!
//! | fact | what it says |
//! |---|---|
//! | `conflicts` | `{problem, other, shown}`: the registry or a step says otherwise than an approval that stands |
//! | `transitions` | `{problem}`: a state of `audit` that cannot follow the one before it |

use super::Case;
use crate::parse::Node;
use crate::text;

/// Each state and those that may follow it.
const STATES: [(&str, &[&str]); 7] = [
    ("draft", &["requested", "in_review"]),
    ("requested", &["draft", "in_review", "approved", "rejected"]),
    ("in_review", &["draft", "requested", "approved", "rejected"]),
    ("approved", &["revoked", "superseded"]),
    ("rejected", &["draft", "requested", "superseded"]),
    ("revoked", &["draft", "requested", "superseded"]),
    ("superseded", &[]),
];

/// Registry statuses that only an approved version has.
const APPROVED: [&str; 2] = ["approved", "production"];

pub(super) fn derive(case: &Case<'_>, due: bool, facts: &mut Node) {
    let root = &case.record.root;
    let state = case.at(&["state"]);
    let span = state.map_or(root.anchor(), |state| state.span);
    let approved = case.is_approved();
    facts.put("state", Node::string(state.and_then(Node::text).unwrap_or("none"), span));
    facts.put("approved", Node::bool(approved, span));
    facts.put("relied_on", Node::bool(due && approved, span));
    facts.put("conflicts", Node::seq(conflicts(case, state, approved), span));
    facts.put("transitions", Node::seq(transitions(case, state), span));
}

fn conflicts(case: &Case<'_>, state: Option<&Node>, approved: bool) -> Vec<Node> {
    let mut all = Vec::new();
    let mut add = |problem: String, place: &Node, shown: &str, other: &Node| {
        all.push(
            Node::map(place.span)
                .with("problem", Node::string(problem, place.span))
                .with("other", Node::string("", other.span))
                .with("shown", Node::string(shown, other.span)),
        );
    };
    let Some(state) = state else { return all };
    let written = text::quote(state.text().unwrap_or_default());
    let metadata = |key: &str| case.manifest.root.at(&["metadata", key]).and_then(Node::text).unwrap_or_default();
    let registered = case.context.graph.registered(metadata("model"), metadata("version"));
    let statuses = registered.iter().filter_map(|entry| entry.version.get("status"));
    let promoted = statuses.filter(|status| status.text().is_some_and(|name| APPROVED.contains(&name)));
    for status in promoted.filter(|_| !approved).take(1) {
        let name = text::quote(status.text().unwrap_or_default());
        let problem = format!("the approval is `{written}`, the model registry has the version as `{name}`");
        add(problem, state, "the registry's status", status);
    }
    for step in case.steps.iter().filter(|step| approved && step.status() == Some("rejected")) {
        let Some(status) = step.node.and_then(|node| node.get("status")) else { continue };
        let id = text::quote(&step.duty.id);
        add(format!("the release is approved, and its step `{id}` is rejected"), status, "the record's state", state);
    }
    all
}

/// The states among the actions of `audit`, each against the one before it.
fn transitions(case: &Case<'_>, state: Option<&Node>) -> Vec<Node> {
    let events = case.at(&["audit"]).map(Node::items).unwrap_or_default();
    let actions = events.iter().filter(|event| event.get("step").is_none()).filter_map(|event| event.get("action"));
    let mut states: Vec<&Node> = actions.filter(|action| next(action).is_some()).collect();
    if let Some(state) = state.filter(|state| states.last().is_some_and(|last| last.text() != state.text())) {
        states.push(state);
    }
    let illegal = |pair: &[&Node]| {
        let [before, after] = pair else { return None };
        let (from, to) = (before.text()?, after.text()?);
        let legal = from == to || next(before)?.contains(&to);
        let problem = format!("an approval that is `{}` cannot become `{}`", text::quote(from), text::quote(to));
        (!legal).then(|| Node::map(after.span).with("problem", Node::string(problem, after.span)))
    };
    states.windows(2).filter_map(illegal).collect()
}

fn next(state: &Node) -> Option<&'static [&'static str]> {
    let name = state.text()?;
    STATES.iter().find(|(known, _)| *known == name).map(|(_, next)| *next)
}
