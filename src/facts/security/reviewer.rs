//! Who reviewed: somebody of application security, and nobody who made the release.

use super::Reviewed;
use crate::facts::organisation;
use crate::facts::owner;
use crate::facts::standing::{Wrong, says_something, standing};
use crate::parse::Node;
use crate::text;

/// The role of a reviewer in the roster.
const ROLE: &str = "application-security";

/// How the reviewer stands.
pub(super) fn derive(reviewed: &Reviewed<'_>) -> Node {
    let root = reviewed.root();
    let by = root.at(&["review", "by"]).filter(|by| by.text().is_some_and(says_something));
    let Some(by) = by else {
        let place = root.entry("review").map_or(root.anchor(), |entry| entry.key_span);
        return standing(place, Some(Wrong::new("missing", "the security review does not say who reviewed")));
    };
    standing(by.span, wrong(reviewed, by))
}

fn wrong(reviewed: &Reviewed<'_>, by: &Node) -> Option<Wrong> {
    let handle = by.text()?;
    let shown = text::quote(handle);
    if let Some((other, what, shown_as)) = makers(reviewed).into_iter().find(|(node, _, _)| node.text() == Some(handle))
    {
        let why = format!("reviewer `{shown}` {what}");
        return Some(Wrong::new("own-work", why).beside(other.span, shown_as));
    }
    let graph = reviewed.context.graph;
    match owner::standing(graph, handle) {
        "none" => return None,
        "unknown" => {
            return Some(Wrong::new("unknown", format!("reviewer `{shown}` is not in the organisation's roster")));
        }
        state @ ("inactive" | "bot" | "rotation") => {
            return Some(Wrong::new("nobody", format!("reviewer `{shown}` is listed in the roster as {state}")));
        }
        _ => {}
    }
    let entry = organisation::root(graph)?.get("roster")?.entry(handle)?;
    let roles = entry.value.get("roles").map(Node::items).unwrap_or_default();
    let has = roles.iter().any(|role| role.text() == Some(ROLE));
    (!has).then(|| {
        let why = format!("reviewer `{shown}` does not have the role `{ROLE}`");
        Wrong::new("other-role", why).beside(entry.key_span, "the roster")
    })
}

/// Those who made the release: whoever answers for it, asked for its approval, or prepared
/// its evaluation.
fn makers<'a>(reviewed: &'a Reviewed<'_>) -> Vec<(&'a Node, &'static str, &'static str)> {
    let documents = reviewed.context.graph.documents;
    let owner = reviewed.manifest.root.at(&["ownership", "accountable_owner"]);
    let mut all: Vec<_> =
        owner.into_iter().map(|node| (node, "answers for the release", "the accountable owner")).collect();
    for record in reviewed.release.approvals.iter().filter_map(|index| documents.get(*index)) {
        let by = record.root.at(&["requested", "by"]);
        all.extend(by.map(|node| (node, "asked for the approval of the release", "who asked for it")));
    }
    for packet in reviewed.release.packets.iter().filter_map(|index| documents.get(*index)) {
        let by = packet.root.at(&["signoff", "prepared_by"]);
        all.extend(by.map(|node| (node, "prepared the evaluation of the release", "who prepared it")));
    }
    all
}
