//! The evaluation of a release: its files.

mod files;

use super::Context;
use crate::link::Release;
use crate::parse::Node;
use crate::pointer::Pointer;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "files[*].actual",
    "files[*].better_name",
    "files[*].digest_matches",
    "files[*].name",
    "files[*].named",
    "files[*].named_due",
    "files[*].path",
    "files[*].problem",
    "files[*].role",
    "files[*].status",
];

/// The facts under `evaluation`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let root = &context.graph.documents[release.document].root;
    let span = root.span_of(&Pointer::root().key("evidence").key("evaluation"));
    Node::map(span).with("files", files::derive(context, release, span))
}
