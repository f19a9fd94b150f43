//! For how long the records of a release are kept, counted from its approval, else from the
//! day on which it should be out, else from the day of the run.
//!
//! `years` are the whole years until `compliance.retention_until`, and `kept` the same in words;
//! absent without it.

use jiff::Unit;
use jiff::civil::Date;

use super::{Context, moment};
use crate::link::Release;
use crate::parse::Node;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &["from", "kept", "years"];

/// The facts under `retention`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let root = &context.graph.documents[release.document].root;
    let until = root.at(&["compliance", "retention_until"]);
    let span = until.map_or(root.anchor(), |until| until.span);
    let from = begins(context, release, root);
    let facts = Node::map(span).with("from", Node::string(from.to_string(), span));
    match until.and_then(moment::day).and_then(|until| years(from, until)) {
        Some(years) => {
            let kept = usize::try_from(years).ok().filter(|years| *years > 0);
            let kept = kept.map_or_else(|| "less than a year".to_owned(), |years| text::count(years, "year"));
            facts.with("years", Node::int(years, span)).with("kept", Node::string(kept, span))
        }
        None => facts,
    }
}

fn begins(context: &Context<'_>, release: &Release, root: &Node) -> Date {
    let records = release.approvals.iter().filter_map(|index| context.graph.documents.get(*index));
    let approved = records.filter_map(|record| record.root.at(&["attestation", "at"])).find_map(moment::day);
    let target = || root.at(&["metadata", "target_date"]).and_then(moment::day);
    approved.or_else(target).unwrap_or(context.as_of)
}

fn years(from: Date, until: Date) -> Option<i64> {
    Some(i64::from(until.since((Unit::Year, from)).ok()?.get_years()))
}
