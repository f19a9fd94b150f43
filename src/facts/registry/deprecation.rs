//! What a registry says of its deprecated versions.
//!
//! `status` is `ok`, or the first that applies of `incomplete` (a field is missing),
//! `replacement` (it leads to nothing that can be used), `backwards` (the sunset comes before
//! the deprecation), `passed` (the sunset is over) and `soon` (it is within [`SOON`] days).

use crate::facts::Context;
use crate::facts::moment::{age, day};
use crate::facts::standing::{Wrong, names, says_something, standing};
use crate::link::{Graph, Known};
use crate::parse::Node;
use crate::text;

/// How many days before its sunset a version is told of.
const SOON: i32 = 30;

/// So many replacements are followed, one for the other; a circle is longer.
const CHAIN: usize = 20;

/// The deprecated versions of a model.
pub(super) fn derive(context: &Context<'_>, model: &Node, id: &str) -> Vec<Node> {
    let of = |entry: &Node| entry.get("status").and_then(Node::text) == Some("deprecated");
    let each = super::versions(model).iter().filter(|entry| of(entry)).filter_map(|entry| {
        let version = entry.get("version")?;
        let subject = format!("`{}` {}", text::quote(id), text::quote(version.text()?));
        let standing = standing(version.span, wrong(context, entry, id));
        Some(standing.with("subject", Node::string(subject, version.span)))
    });
    each.collect()
}

fn wrong(context: &Context<'_>, entry: &Node, id: &str) -> Option<Wrong> {
    let written = |key: &str| entry.get(key).filter(|node| node.text().is_some_and(says_something));
    let missing: Vec<&str> =
        ["deprecated_at", "sunset", "replacement"].into_iter().filter(|key| written(key).is_none()).collect();
    if !missing.is_empty() {
        return Some(Wrong::new("incomplete", format!("is deprecated without {}", names(missing))));
    }
    let replacement = written("replacement")?;
    if let Some(wrong) = unusable(context, replacement, entry, id) {
        return Some(wrong.at(replacement.span));
    }
    let (since, sunset) = (day(written("deprecated_at")?)?, written("sunset")?);
    let last = day(sunset)?;
    let left = -age(last, context.as_of);
    let (status, why) = match left {
        _ if last < since => ("backwards", format!("has its sunset on {last}, before it was deprecated on {since}")),
        ..0 => ("passed", format!("had its sunset on {last} and is still deprecated, not retired")),
        0..SOON => ("soon", format!("has its sunset on {last}, in {left} days")),
        _ => return None,
    };
    Some(Wrong::new(status, why).at(sunset.span))
}

/// Why the replacement cannot be used: `version`, or `model@version` of another model. A
/// model that no registry has may be one of another organisation.
fn unusable(context: &Context<'_>, node: &Node, entry: &Node, id: &str) -> Option<Wrong> {
    let graph = context.graph;
    let written = node.text()?;
    if entry.get("version").and_then(Node::text) == Some(written) {
        return Some(Wrong::new("replacement", "is replaced by itself"));
    }
    if let Some(found) = graph.registered(id, written).first() {
        return given_up(graph, written, found.version, id);
    }
    if graph.has_model(written) || matches!(graph.registries.release(written, id), Known::Version(_)) {
        return None;
    }
    let foreign =
        written.contains(['/', '@']) && !written.match_indices('@').any(|(at, _)| graph.has_model(&written[..at]));
    if foreign {
        return None;
    }
    let near = text::did_you_mean(written, graph.versions(id).take(1_000));
    let ask = near.map_or(String::new(), |near| format!("; did you mean `{}`?", text::quote(near)));
    Some(Wrong::new("replacement", format!("is replaced by `{}`, which no registry lists{ask}", text::quote(written))))
}

/// Why a registered replacement cannot be used: it is retired, or deprecated for one that
/// is. One that is deprecated for a version that can be used leads there; one that is
/// deprecated for nothing is told itself.
fn given_up(graph: &Graph<'_>, written: &str, replacement: &Node, id: &str) -> Option<Wrong> {
    let state = |entry: &Node| entry.get("status").and_then(Node::text).unwrap_or_default().to_owned();
    let mut last = replacement;
    for _ in 0..CHAIN {
        if state(last) != "deprecated" {
            break;
        }
        let next = last.get("replacement").and_then(Node::text)?;
        last = graph.registered(id, next).first()?.version;
    }
    if !matches!(state(last).as_str(), "deprecated" | "retired") {
        return None;
    }
    let why = format!("is replaced by `{}`, which is {} itself", text::quote(written), state(replacement));
    let place = replacement.get("status").map_or(replacement.anchor(), |status| status.span);
    Some(Wrong::new("replacement", why).beside(place, "its status"))
}
