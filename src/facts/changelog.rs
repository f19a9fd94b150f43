//! What changed since which release.
//!
//! | fact | what it says |
//! |---|---|
//! | `previous.status` | `known`, or `unnamed`, `unknown`, `itself`; `first` where the registries have no other version |
//! | `previous.problem` | why it is not known |

use super::Context;
use super::standing::state;
use crate::link::{Known, Release};
use crate::parse::Node;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &["previous.problem", "previous.status"];

/// The facts under `changelog`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let root = &context.graph.documents[release.document].root;
    let way = &["metadata", "changelog", "previous"];
    let span = root.span_at(way);
    let (status, problem) = stands(context, root, root.at(way).and_then(Node::text));
    Node::map(span).with("previous", state(status, problem, span))
}

fn stands(context: &Context<'_>, root: &Node, previous: Option<&str>) -> (&'static str, String) {
    let graph = context.graph;
    let metadata = |key: &str| root.at(&["metadata", key]).and_then(Node::text).unwrap_or_default();
    let Some(previous) = previous else {
        let others = graph.has_other_version(metadata("model"), metadata("version"));
        let why = "the release does not say which release it follows".to_owned();
        return if others { ("unnamed", why) } else { ("first", String::new()) };
    };
    if previous == metadata("id") {
        return ("itself", "a release does not follow itself".to_owned());
    }
    match graph.registries.release(previous, metadata("model")) {
        Known::Unknown(unlisted) => {
            let place = if graph.registries.present { "no model registry lists it" } else { "no other release has it" };
            let ask = unlisted
                .near()
                .map_or_else(String::new, |(near, _)| format!("; did you mean `{}`?", text::quote(&near)));
            ("unknown", format!("{place}{ask}"))
        }
        Known::Version(_) | Known::Several(_) => ("known", String::new()),
    }
}
