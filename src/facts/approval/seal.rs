//! The digests that a draft of an approval record should name.
//!
//! A draft only: once somebody has begun to look, a digest is what they look at, and an
//! attestation is nobody's to fill in but the approver's.

use super::{binding, record};
use crate::facts::{Context, digest};
use crate::link::Release;
use crate::parse::Node;
use crate::pointer::Pointer;
use crate::text;

/// A record that may be filled in.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The record, as an index into the documents.
    pub document: usize,
    /// Each place of a digest, and the digest.
    pub digests: Vec<(Pointer, String)>,
    /// What has no digest, and why.
    pub without: Vec<(String, String)>,
}

/// Whether nobody has begun to look at what an approval record is about.
pub fn is_draft(record: &Node) -> bool {
    matches!(record.get("state").and_then(Node::text), None | Some("draft"))
}

/// The draft of a release's approval, or why there is none.
pub fn draft(context: &Context<'_>, release: &Release) -> Result<Draft, String> {
    let (found, facts) = record::find(context, release);
    let Some(index) = found else {
        let why = facts.at(&["record", "problem"]).and_then(Node::text).unwrap_or_default();
        let none = "there is no approval record for it; write `approvals.yaml` beside the manifest, with `kind: ApprovalRecord`, the `release` and `state: draft`";
        return Err(if why.is_empty() { none.to_owned() } else { format!("the approval record: {why}") });
    };
    let document = &context.graph.documents[index];
    let path = text::quote(&document.path);
    if !document.sound {
        return Err(format!("`{path}` cannot be read; `weighbridge check` says where it breaks off"));
    }
    if !is_draft(&document.root) {
        let state = text::quote(document.root.get("state").and_then(Node::text).unwrap_or_default());
        return Err(format!(
            "`{path}` is in the state `{state}`, and only a draft is filled in; what is being looked at or was decided stays as it is"
        ));
    }
    let mut digests = Vec::new();
    let mut without = Vec::new();
    for bound in binding::bound(context, release) {
        match bound.actual {
            Ok(actual) => digests.push((Pointer::root().key("bound_to").key(bound.key), actual)),
            Err(why) => without.push((format!("bound_to.{}", bound.key), why)),
        }
    }
    let steps = document.root.get("steps").map(Node::items).unwrap_or_default();
    for (at, step) in steps.iter().enumerate() {
        for (place, item) in step.get("evidence").map(Node::items).unwrap_or_default().iter().enumerate() {
            let Some(written) = item.get("path").and_then(Node::text) else { continue };
            let pointer = Pointer::root().key("steps").index(at).key("evidence").index(place).key("digest");
            let target = context.files.resolve(&document.path, written);
            match target.path().and_then(|path| digest::of(context.files, path).ok()) {
                Some(actual) => digests.push((pointer, actual)),
                None => {
                    without
                        .push((format!("evidence {}", text::quote(written)), "the path leads to no file".to_owned()));
                }
            }
        }
    }
    Ok(Draft { document: index, digests, without })
}
