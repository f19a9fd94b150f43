//! What the review found and what it came to, and the keys that have to be rotated.

use super::Reviewed;
use crate::facts::standing::{Wrong, excused, says_something, standing};
use crate::facts::{moment, organisation};
use crate::parse::Node;
use crate::text;

/// How each finding stands.
pub(super) fn derive(reviewed: &Reviewed<'_>) -> Vec<Node> {
    let findings = reviewed.root().get("findings").map(Node::items).unwrap_or_default();
    let one = |finding: &Node| {
        let place = finding.get("id").map_or(finding.anchor(), |id| id.span);
        standing(place, open(reviewed, finding))
    };
    findings.iter().filter(|finding| excused(finding) != Some(true)).map(one).collect()
}

fn open(reviewed: &Reviewed<'_>, finding: &Node) -> Option<Wrong> {
    let text_of = |key: &str| finding.get(key).and_then(Node::text);
    let id = text::quote(text_of("id").unwrap_or("without an id"));
    let severity = text_of("severity").unwrap_or("unknown severity");
    let status = text_of("status").unwrap_or("open");
    let place = finding.get("status").or(finding.get("severity")).map_or(finding.anchor(), |node| node.span);
    let shown = text::quote(severity);
    match (status, severity) {
        ("mitigated" | "fixed" | "closed", _) | (_, "low") => None,
        ("accepted", _) => {
            let why = format!("finding `{id}` ({shown}) is accepted: a risk that is accepted needs a waiver in force");
            Some(Wrong::new("accepted", why).at(place))
        }
        (_, "medium") => overdue(reviewed, finding, &id),
        _ => Some(Wrong::new("open", format!("finding `{id}` ({shown}) is open")).at(place)),
    }
}

fn overdue(reviewed: &Reviewed<'_>, finding: &Node, id: &str) -> Option<Wrong> {
    let due = finding.get("due").filter(|due| !due.is_null());
    let Some((due, day)) = due.and_then(|due| Some((due, moment::day(due)?))) else {
        return Some(Wrong::new(
            "no-date",
            format!("finding `{id}` (medium) is open and has no date by which it is due"),
        ));
    };
    let late = day < reviewed.context.as_of;
    late.then(|| Wrong::new("overdue", format!("finding `{id}` (medium) is open and was due on {day}")).at(due.span))
}

/// What the review came to.
pub(super) fn verdict(reviewed: &Reviewed<'_>) -> Node {
    let root = reviewed.root();
    let verdict = root.get("verdict");
    let place = verdict.map_or(root.anchor(), |verdict| verdict.span);
    let given = |key: &str| root.get(key).is_some_and(|list| !list.items().is_empty());
    let wrong = match verdict.and_then(Node::text) {
        Some("reject") => Some(Wrong::new("rejected", "the security review rejects the release")),
        Some("approve_with_conditions") if !given("conditions") && !given("findings") => {
            Some(Wrong::new("no-conditions", "the security review approves with conditions and names none"))
        }
        _ => None,
    };
    standing(place, wrong)
}

/// How each key of a provider stands.
pub(super) fn keys(reviewed: &Reviewed<'_>) -> Vec<Node> {
    let keys = reviewed.root().at(&["keys", "provider_keys"]).map(Node::items).unwrap_or_default();
    let one = |key: &Node| {
        let place = key.get("name").map_or(key.anchor(), |name| name.span);
        standing(place, unrotated(reviewed, key))
    };
    keys.iter().filter(|key| excused(key) != Some(true)).map(one).collect()
}

fn unrotated(reviewed: &Reviewed<'_>, key: &Node) -> Option<Wrong> {
    let name = text::quote(key.get("name").and_then(Node::text).unwrap_or_default());
    let manifest = &reviewed.manifest.root;
    let owner = key.get("owner").and_then(Node::text).filter(|owner| says_something(owner));
    if owner.is_none() && manifest.at(&["ownership", "roles", "key_rotator"]).is_none() {
        return Some(Wrong::new("no-owner", format!("key `{name}` has nobody who rotates it")));
    }
    let Some(rotated) = key.get("last_rotated").filter(|rotated| !rotated.is_null()) else {
        return Some(Wrong::new("unknown", format!("key `{name}` does not say when it was last rotated")));
    };
    let own = key.get("max_age").and_then(moment::days);
    let most = own.unwrap_or_else(|| organisation::limit(reviewed.context.graph, manifest, "key_max_age").value);
    let day = moment::day(rotated)?;
    let age = moment::age(day, reviewed.context.as_of);
    if f64::from(age) > most {
        let why = format!("key `{name}` was last rotated {age} days ago; {most} are allowed");
        return Some(Wrong::new("overdue", why).at(rotated.span));
    }
    (age < 0).then(|| {
        Wrong::new("future", format!("key `{name}` was last rotated on a day that is yet to come")).at(rotated.span)
    })
}
