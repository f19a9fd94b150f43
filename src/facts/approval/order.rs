//! Whether the steps were done in an order that makes sense, and at times that do.
//!
//! Scope and ownership come before the deeper checks, sign-off and attestation after
//! all checks, the notification after sign-off. When a step was asked for is not
//! compared: steps may be asked for in parallel. `order` has an entry
//! `{problem, other, shown}` for each step that is at the wrong place, `times` an entry
//! `{problem}` for each time that cannot be.

use jiff::Timestamp;

use super::step::{NOTIFY, SIGN_OFF};
use super::{Case, instant};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The step that everything else waits for.
const SCOPE: &str = "scope-ownership";

/// A step that was completed: its name, when, and where that is written.
type Done<'a> = (&'a str, Timestamp, Span);

pub(super) fn derive(case: &Case<'_>, facts: &mut Node) {
    let root = &case.record.root;
    let span = root.entry("steps").map_or(root.anchor(), |entry| entry.key_span);
    facts.put("order", Node::seq(order(case), span));
    facts.put("times", Node::seq(times(case), span));
}

fn order(case: &Case<'_>) -> Vec<Node> {
    let completed: Vec<Done<'_>> = case
        .steps
        .iter()
        .filter(|step| !step.is_excused())
        .filter_map(|step| step.completed().map(|(at, place)| (step.duty.id.as_str(), at, place)))
        .collect();
    let named = |id: &str| completed.iter().copied().find(|(name, ..)| *name == id);
    let checks = || completed.iter().copied().filter(|(name, ..)| *name != SIGN_OFF && *name != NOTIFY);
    let mut all = Vec::new();
    let early = named(SCOPE).and_then(|scope| {
        let first = checks().filter(|(name, ..)| *name != SCOPE).min_by_key(|(_, at, _)| *at)?;
        (first.1 < scope.1).then_some((scope, first))
    });
    if let Some((scope, first)) = early {
        all.push(entry(scope.2, format!("`{SCOPE}` was completed after `{}`", text::quote(first.0)), first));
    }
    let last = checks().filter(|(name, ..)| early.is_none() || *name != SCOPE).max_by_key(|(_, at, _)| *at);
    let attested = case.at(&["attestation", "at"]);
    let attested = attested.and_then(|node| Some(("the attestation", instant(Some(node))?, node.span)));
    let signed = named(SIGN_OFF);
    for (words, signing) in [("`sign-off` was completed", signed), ("the attestation was given", attested)] {
        if let (Some(signing), Some(last)) = (signing, last)
            && signing.1 < last.1
        {
            all.push(entry(signing.2, format!("{words} before `{}`", text::quote(last.0)), last));
            break;
        }
    }
    if let (Some(notify), Some(signed)) = (named(NOTIFY), signed)
        && notify.1 < signed.1
    {
        all.push(entry(notify.2, format!("`{NOTIFY}` was completed before `{SIGN_OFF}`"), signed));
    }
    all
}

fn entry(place: Span, problem: String, (name, _, other): Done<'_>) -> Node {
    Node::map(place)
        .with("problem", Node::string(problem, place))
        .with("other", Node::string("", other))
        .with("shown", Node::string(format!("`{}`", text::quote(name)), other))
}

fn times(case: &Case<'_>) -> Vec<Node> {
    let mut all = Vec::new();
    let mut add = |at: Span, problem: String| all.push(Node::map(at).with("problem", Node::string(problem, at)));
    let after_today = |time: Timestamp| case.calendar.date(time) > case.context.as_of;
    for step in &case.steps {
        let Some((completed, place)) = step.completed() else { continue };
        let id = text::quote(&step.duty.id);
        let requested = instant(step.node.and_then(|node| node.get("requested_at")));
        if after_today(completed) {
            add(place, format!("step `{id}` was completed in the future"));
        } else if requested.is_some_and(|requested| completed < requested) {
            add(place, format!("step `{id}` was completed before it was requested"));
        }
    }
    for keys in [["attestation", "at"], ["change_record", "recorded_at"], ["requested", "at"]] {
        let node = case.at(&keys);
        if let (Some(node), Some(time)) = (node, instant(node))
            && after_today(time)
        {
            add(node.span, format!("`{}` is in the future", keys.join(".")));
        }
    }
    all
}
