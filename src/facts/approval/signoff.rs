//! Who signed off, and what they said.
//!
//! | fact | what it says |
//! |---|---|
//! | `approver` | absent without an attestation. `name` as written; `roster` as in [`owner::standing`]; `signer` and `change_approver` where the sign-off step or the manifest name somebody else; `also`, what else the approver is of this release, with the places in `others` |
//! | `attestation` | `said`, whether there is one; `unnamed`, the checks that it does not name; `rollback` and `statement`, whether it holds the runbook's digest and a statement |
//! | `expires` | `{on, passed}`: the last day on which it holds |
//! | `conditions` | those that are not shown to be met |

use super::Case;
use super::step::SIGN_OFF;
use crate::facts::{owner, standing};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// What stands for naming all checks, the rollback plan and the statement.
const ATTESTS_ALL: &str = "steps-1-4-and-rollback-plan";

pub(super) fn derive(case: &Case<'_>, facts: &mut Node) {
    let root = &case.record.root;
    let said = case.at(&["attestation"]).filter(|node| !node.entries().is_empty());
    let span = root.entry("attestation").map_or(root.anchor(), |entry| entry.key_span);
    facts.put("attestation", attestation(case, said, span));
    let Some(said) = said else { return };
    facts.put("approver", approver(case, said, span));
    if let Some(expires) = said.get("expires").filter(|node| node.text().is_some()) {
        let last: Option<jiff::civil::Date> = expires.text().and_then(|day| day.parse().ok());
        let passed = last.is_some_and(|last| case.context.as_of > last);
        facts.put(
            "expires",
            Node::map(expires.span).with("on", expires.clone()).with("passed", Node::bool(passed, expires.span)),
        );
    }
    let conditions = said.get("conditions").map(Node::items).unwrap_or_default();
    let unmet = conditions.iter().filter(|condition| condition.get("met").is_none());
    let words = unmet.filter_map(|condition| {
        let text = condition.get("text").unwrap_or(condition);
        Some(Node::string(text.text()?, text.span))
    });
    facts.put("conditions", Node::seq(words.collect(), span));
}

fn approver(case: &Case<'_>, said: &Node, span: Span) -> Node {
    let Some(node) = said.get("approver").filter(|node| node.text().is_some()) else { return Node::map(span) };
    let name = node.text().unwrap_or_default();
    let mut facts = Node::map(node.span)
        .with("name", node.clone())
        .with("roster", Node::string(owner::standing(case.context.graph, name), node.span));
    let signer = case.step(SIGN_OFF).and_then(|step| step.assignee());
    let approves = case.manifest.root.at(&["ownership", "roles", "change_approver"]);
    for (key, other) in [("signer", signer), ("change_approver", approves)] {
        let differs = |other: &&Node| other.text().is_some_and(|other| !case.same_person(name, other));
        if let Some(other) = other.filter(differs) {
            facts.put(key, other.clone());
            break;
        }
    }
    let also: Vec<(String, &Node)> =
        duties(case).into_iter().filter(|(_, who)| who.text().is_some_and(|who| case.same_person(name, who))).collect();
    if !also.is_empty() {
        let words: Vec<&str> = also.iter().map(|(what, _)| what.as_str()).collect();
        facts.put("also", Node::string(words.join(", "), node.span));
    }
    let others = also.iter().map(|(_, who)| Node::string("", who.span)).collect();
    facts.with("others", Node::seq(others, node.span))
}

/// Those who must not approve what they asked for, answer for or made.
fn duties<'a>(case: &'a Case<'_>) -> Vec<(String, &'a Node)> {
    let manifest = &case.manifest.root;
    let mut all: Vec<(String, &Node)> = Vec::new();
    let mut add = |what: String, who: Option<&'a Node>| all.extend(who.map(|who| (what, who)));
    add("requester".to_owned(), case.at(&["requested", "by"]));
    add("accountable owner".to_owned(), manifest.at(&["ownership", "accountable_owner"]));
    for packet in &case.release.packets {
        let root = &case.context.graph.documents[*packet].root;
        add("preparer of the evaluation".to_owned(), root.at(&["signoff", "prepared_by"]));
    }
    for step in case.steps.iter().filter(|step| step.is_check() && !step.is_excused()) {
        add(format!("assignee of `{}`", text::quote(&step.duty.id)), step.assignee());
    }
    all
}

fn attestation(case: &Case<'_>, said: Option<&Node>, span: Span) -> Node {
    let facts = Node::map(span).with("said", Node::bool(said.is_some(), span));
    let Some(said) = said else { return facts };
    let text = |key: &str| said.get(key).and_then(Node::text).filter(|text| !text.trim().is_empty());
    let all = text("attests") == Some(ATTESTS_ALL);
    let named = said.get("steps_satisfied");
    let named_span = named.map_or(span, |named| named.span);
    let named: Vec<&str> = named.map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
    let checks = case.steps.iter().filter(|step| step.is_check() && !step.is_excused());
    let unnamed: Vec<&str> =
        checks.map(|step| step.duty.id.as_str()).filter(|id| !all && !named.contains(id)).collect();
    // Without a runbook there is nothing whose digest could be named.
    let runbook = case.manifest.root.at(&["rollback", "plan", "runbook"]).is_some();
    let mut facts = facts
        .with("rollback", Node::bool(!runbook || text("rollback_plan").is_some(), span))
        .with("statement", Node::bool(all || text("statement").is_some(), span));
    if !unnamed.is_empty() {
        facts.put("unnamed", Node::string(standing::names(unnamed), named_span));
    }
    facts
}
