//! Which record approves a release.

use crate::facts::{Context, release::problem, standing};
use crate::kind::Kind;
use crate::link::Release;
use crate::parse::Node;
use crate::text;

/// States of a record that no release rests on any more.
const PAST: [&str; 3] = ["rejected", "revoked", "superseded"];

/// The record that is to be judged, and the fact `record`.
pub(super) fn find(context: &Context<'_>, release: &Release) -> (Option<usize>, Node) {
    let graph = context.graph;
    let root = &graph.documents[release.document].root;
    let stage = root.span_at(&["metadata", "stage"]);
    let span = release.approval.as_ref().map_or(stage, |reference| reference.span);
    let (status, problem, found) = match choose(context, release) {
        Choice::One(index) => ("found", String::new(), Some(index)),
        Choice::None => ("none", String::new(), None),
        Choice::Several(names) => ("several", names, None),
        Choice::Unresolved(why) => ("unresolved", why, None),
    };
    let mut record =
        Node::map(span).with("status", Node::string(status, span)).with("problem", Node::string(problem, span));
    if let Some(index) = found {
        record.put("path", Node::string(graph.documents[index].path.as_str(), span));
    }
    let mut facts = Node::map(span).with("record", record);
    if found.is_none() {
        facts.put("approved", Node::bool(false, span));
        facts.put("relied_on", Node::bool(false, span));
    }
    (found, facts)
}

enum Choice {
    One(usize),
    None,
    Several(String),
    Unresolved(String),
}

fn choose(context: &Context<'_>, release: &Release) -> Choice {
    let documents = context.graph.documents;
    if let Some(reference) = &release.approval {
        let written = text::quote(&reference.written);
        let Some(path) = reference.target.path() else {
            return Choice::Unresolved(format!("`{written}`: {}", problem(reference, "file")));
        };
        let found = context.graph.document_at(path).filter(|index| documents[*index].kind == Kind::ApprovalRecord);
        let Some(index) = found else {
            return Choice::Unresolved(format!("`{written}` is no approval record (`kind: ApprovalRecord`)"));
        };
        let own = documents[release.document].root.at(&["metadata", "id"]).and_then(Node::text);
        return match documents[index].root.get("release").and_then(Node::text) {
            Some(other) if Some(other) != own => {
                Choice::Unresolved(format!("`{written}` is the record of `{}`", text::quote(other)))
            }
            _ => Choice::One(index),
        };
    }
    let state = |index: &usize| documents[*index].root.get("state").and_then(Node::text).unwrap_or_default();
    let current: Vec<usize> = release.approvals.iter().copied().filter(|index| !PAST.contains(&state(index))).collect();
    match (current.as_slice(), release.approvals.as_slice()) {
        ([only], _) => Choice::One(*only),
        ([], []) => Choice::None,
        ([], [.., last]) => Choice::One(*last),
        (several, _) => Choice::Several(standing::names(several.iter().map(|index| documents[*index].path.as_str()))),
    }
}
