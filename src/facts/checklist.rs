//! The nine areas of the release checklist, as far as the manifest writes them down.
//!
//! `areas` is a list of `{area, status, problem}`, one for each area that is written;
//! `status` is `ready`, or `failed`, `unstated`, `without-reason`, `unresolved`,
//! `contradicted`. What is not written is derived by the rules of the area itself, so
//! that nobody types it twice.

use super::Context;
use super::standing::{says_something, state};
use crate::link::{Release, Target};
use crate::parse::{Document, Node};
use crate::pointer::Pointer;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &["areas[*].area", "areas[*].problem", "areas[*].status"];

/// The areas, as `checklist` names them.
pub const AREAS: [&str; 9] =
    ["capability", "safety", "security", "privacy", "reliability", "cost", "latency", "monitoring", "rollback"];

/// The facts under `checklist`; `evaluation` are those of the evaluation.
pub fn derive(context: &Context<'_>, release: &Release, evaluation: &Node) -> Node {
    let document = &context.graph.documents[release.document];
    let pointer = Pointer::root().key("checklist");
    let span = document.root.span_of(&pointer);
    let written = document.root.find(&pointer);
    let areas = AREAS.iter().filter_map(|area| {
        let node = written?.get(area).filter(|node| node.is_map())?;
        let (status, problem) = problem(context, document, evaluation, area, node).unwrap_or(("ready", String::new()));
        let at = match status {
            "unresolved" => node.get("evidence"),
            "failed" | "contradicted" => node.get("status"),
            _ => None,
        };
        let key = document.root.key_span_of(&pointer.key(*area)).unwrap_or(node.span);
        let at = at.map_or(key, |node| node.span);
        Some(state(status, problem, at).with("area", Node::string(*area, at)))
    });
    Node::map(span).with("areas", Node::seq(areas.collect(), span))
}

type Problem = (&'static str, String);

fn problem(context: &Context<'_>, document: &Document, evaluation: &Node, area: &str, node: &Node) -> Option<Problem> {
    let reason = node.get("reason").or_else(|| node.at(&["not_applicable", "reason"]));
    let reason = reason.and_then(Node::text).is_some_and(says_something);
    match node.get("status").and_then(Node::text) {
        None if node.get("not_applicable").is_none() => return Some(("unstated", "it has no `status`".to_owned())),
        None | Some("n/a") => {
            let why = "it is not applicable without a `reason`".to_owned();
            return (!reason).then_some(("without-reason", why));
        }
        Some("fail") => return Some(("failed", "it has failed".to_owned())),
        Some(_) => {}
    }
    let evidence = node.get("evidence").and_then(Node::text);
    let lost = evidence.and_then(|written| unresolved(context, document, written));
    lost.map(|why| ("unresolved", why)).or_else(|| {
        let metric = failing(evaluation, area)?;
        Some(("contradicted", format!("it passes, while the metric `{}` does not", text::quote(metric))))
    })
}

/// Why a piece of evidence leads nowhere: to a file, and behind `#` to a place in it.
/// What lies outside of the repository is not ours to look at.
fn unresolved(context: &Context<'_>, document: &Document, written: &str) -> Option<String> {
    if written.contains("://") {
        return None;
    }
    let path = match context.files.resolve(&document.path, written) {
        Target::File(path) => path,
        Target::Missing(Some(near)) => {
            return Some(format!("there is no such file; did you mean `{}`?", text::quote(&near)));
        }
        Target::Missing(None) => return Some("there is no such file".to_owned()),
        Target::Outside => return Some("the path leads out of the repository".to_owned()),
        Target::Ambiguous(..) | Target::Unreadable(_) => return Some("it leads to no single file".to_owned()),
    };
    let (_, place) = written.split_once('#')?;
    let root = &context.graph.documents.get(context.graph.document_at(&path)?)?.root;
    let found = match place.split_once('/') {
        Some(("", _)) => root.find(&Pointer::from_json_pointer(place)).is_some(),
        Some((list @ ("metrics" | "suites" | "failure_modes"), id)) => {
            let items = root.get(list).map(Node::items).unwrap_or_default();
            items.iter().any(|item| item.get("id").and_then(Node::text) == Some(id))
        }
        _ => true,
    };
    (!found).then(|| format!("`{}` has no `{}`", text::quote(&path), text::quote(place)))
}

/// A metric of the area that the evaluation has outside of its threshold.
fn failing<'e>(evaluation: &'e Node, area: &str) -> Option<&'e str> {
    let of = |metric: &'e Node, key: &str| metric.get(key).and_then(Node::text);
    let metrics = evaluation.get("metrics").map(Node::items).unwrap_or_default();
    let mut own = metrics.iter().filter(|metric| of(metric, "category") == Some(area));
    of(own.find(|metric| of(metric, "verdict") == Some("failed"))?, "id")
}
