//! Whether a registry says of its models and of the versions in use what somebody needs
//! who wants to use one.
//!
//! `status` is `ok` or `incomplete`. A draft is not in use yet, and of a version that is
//! over nobody asks any more.

use crate::facts::standing::{Wrong, names, says_something, standing};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// Statuses of versions in use, or about to be.
const IN_USE: &[&str] = &["candidate", "approved", "production"];

/// Any of these says where the weights of a version are from.
const ORIGINS: &[&str] = &["release", "checkpoint_id", "digest"];

/// A model and its versions in use.
pub(super) fn derive(model: &Node, id: &str) -> Vec<Node> {
    let shown = text::quote(id);
    let place = model.get("id").map_or(model.span, |id| id.span);
    let own = entry(model, &["owner"], format!("model `{shown}`"), place);
    let versions = super::versions(model).iter().filter_map(|version| {
        let number = version.get("version")?;
        let status = version.get("status").and_then(Node::text)?;
        let subject = format!("`{shown}` {}", text::quote(number.text()?));
        let said = || entry(version, &["base", "registered", "known_issues"], subject, number.span);
        IN_USE.contains(&status).then(said)
    });
    std::iter::once(own).chain(versions).collect()
}

fn entry(node: &Node, wanted: &[&'static str], subject: String, place: Span) -> Node {
    let says = |value: &Node| !value.is_null() && value.text().is_none_or(says_something);
    let has = |key: &str| node.get(key).is_some_and(says);
    let missing: Vec<&str> = wanted.iter().copied().filter(|key| !has(key)).collect();
    let rootless = node.get("version").is_some() && !ORIGINS.iter().any(|key| has(key));
    let lacks = (!missing.is_empty()).then(|| format!("lacks {}", names(missing)));
    let origin =
        rootless.then(|| "does not say where its weights are from (`release`, `checkpoint_id` or `digest`)".to_owned());
    let why = lacks.into_iter().chain(origin).collect::<Vec<_>>();
    let wrong = (!why.is_empty()).then(|| Wrong::new("incomplete", why.join(" and ")));
    standing(place, wrong).with("subject", Node::string(subject, place))
}
