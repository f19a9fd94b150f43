//! How a change moves the versions of a model registry from one status to another: `moves`.
//!
//! A version begins as a draft, becomes a candidate, is approved, goes to production, and ends
//! as deprecated and then retired; one that another took the place of is superseded, and may be
//! rolled back to. What there was is known from the base of the change. A version that was not
//! listed before may begin as anything: a registry is often begun with what is there.
//!
//! Each is a `subject` with what [`mod@super::standing`] says of it; `status` is `ok` or
//! `illegal`.

use std::collections::BTreeMap;

use super::history::{records, subject};
use super::standing::{Wrong, names, standing};
use crate::kind::Kind;
use crate::parse::{Document, Node};
use crate::text::quote;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &["moves[*].problem", "moves[*].status", "moves[*].subject"];

/// What may follow upon a status; `None` of a word that is none.
fn next(status: &str) -> Option<&'static [&'static str]> {
    let next: &[&str] = match status {
        "draft" => &["candidate", "retired"],
        "candidate" => &["draft", "approved", "retired"],
        "approved" => &["production", "superseded", "deprecated", "retired"],
        "production" => &["approved", "superseded", "deprecated"],
        "superseded" => &["production", "deprecated"],
        "deprecated" => &["retired"],
        "retired" => &[],
        _ => return None,
    };
    Some(next)
}

/// The moves in each registry, by the index of its document, against the records that there were.
pub fn derive(documents: &[Document], past: &[Document]) -> BTreeMap<usize, Node> {
    let (before, now) = (records(past), records(documents));
    let mut found: BTreeMap<usize, Vec<Node>> = BTreeMap::new();
    for ((kind, model, version), record) in now.iter().filter(|((kind, ..), _)| *kind == Kind::ModelRegistry) {
        let Some(was) = before.get(&(*kind, model.clone(), version.clone())) else { continue };
        let Some(status) = record.node.get("status") else { continue };
        let wrong = wrong(was.node.get("status").and_then(Node::text), status.text());
        let fact =
            standing(status.span, wrong).with("subject", Node::string(subject(*kind, model, version), status.span));
        found.entry(record.document).or_default().push(fact);
    }
    let facts =
        |(document, all): (usize, Vec<Node>)| Some((document, Node::seq(all, documents.get(document)?.root.anchor())));
    found.into_iter().filter_map(facts).collect()
}

fn wrong(was: Option<&str>, is: Option<&str>) -> Option<Wrong> {
    let (was, is) = (was?, is?);
    let may = next(was).filter(|may| was != is && next(is).is_some() && !may.contains(&is))?;
    let instead = match may {
        [] => "nothing follows upon that".to_owned(),
        may => format!("what follows upon that is {}", names(may.iter().copied())),
    };
    Some(Wrong::new("illegal", format!("goes from `{}` to `{}`; {instead}", quote(was), quote(is))))
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn a_status_is_followed_by_the_next_one() {
        for (was, is) in [
            ("draft", "candidate"),
            ("candidate", "approved"),
            ("approved", "production"),
            ("production", "superseded"),
            ("superseded", "production"),
            ("production", "approved"),
            ("production", "deprecated"),
            ("deprecated", "retired"),
            ("retired", "retired"),
            ("draft", "no such status"),
        ] {
            assert!(wrong(Some(was), Some(is)).is_none(), "{was} {is}");
        }
        for (was, is) in [
            ("draft", "approved"),
            ("draft", "production"),
            ("candidate", "production"),
            ("production", "candidate"),
            ("production", "retired"),
            ("deprecated", "production"),
            ("retired", "draft"),
        ] {
            assert!(wrong(Some(was), Some(is)).is_some(), "{was} {is}");
        }
    }
}
