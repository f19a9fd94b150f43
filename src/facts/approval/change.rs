//! The change record: whether the ticket says what was approved, on the day when it was.
//!
//! | fact | what it says |
//! |---|---|
//! | `said` | whether there is one, beside the steps or in the notify step |
//! | `due` | whether the day of the approval is over |
//! | `id` | its id, as written |
//! | `checkpoint`, `digest` | `same`, `other`, `unsaid`; `unknown` where the manifest has none to compare |
//! | `same_day`, `on`, `approved_on` | whether it was recorded on the local date of the attestation; absent where either has no time |

use super::Case;
use super::step::NOTIFY;
use crate::parse::Node;

pub(super) fn derive(case: &Case<'_>, facts: &mut Node) {
    let root = &case.record.root;
    let in_step = case.step(NOTIFY).and_then(|step| step.node?.get("change_record"));
    let record = case.at(&["change_record"]).or(in_step).filter(|record| !record.entries().is_empty());
    let approved = case.date(case.at(&["attestation", "at"]));
    let due = approved.is_none_or(|day| case.context.as_of > day);
    let span = record.map_or(root.anchor(), Node::anchor);
    let mut change =
        Node::map(span).with("said", Node::bool(record.is_some(), span)).with("due", Node::bool(due, span));
    if let Some(record) = record {
        if let Some(id) = record.get("id") {
            change.put("id", id.clone());
        }
        for (name, key, own) in [("checkpoint", "checkpoint_id", "id"), ("digest", "digest", "digest")] {
            let (written, own) = (record.get(key), case.manifest.root.at(&["artifacts", "checkpoint", own]));
            let status = match (written.and_then(Node::text), own.and_then(Node::text)) {
                (None, _) => "unsaid",
                (Some(_), None) => "unknown",
                (Some(one), Some(other)) if one == other => "same",
                _ => "other",
            };
            change.put(name, Node::string(status, written.map_or(span, |node| node.span)));
        }
        let recorded = record.get("recorded_at");
        if let (Some(node), Some(day), Some(approved)) = (recorded, case.date(recorded), approved) {
            change.put("same_day", Node::bool(day == approved, node.span));
            change.put("on", Node::string(day.to_string(), node.span));
            change.put("approved_on", Node::string(approved.to_string(), node.span));
        }
    }
    facts.put("change", change);
}
