//! The model that a release was built upon: whether somebody here has reviewed it.
//!
//! | fact | what it says |
//! |---|---|
//! | `name` | its id without what stands before the last `/` |
//! | `origin` | `third-party`, `own` (a model of the organisation's registries, or said to be) or `none` |
//! | `review.status` | `ready`, or `none`, `no-card`, `unresolved`, `anonymous`, `not-a-person`, `undated`, `other-revision`, `unlicensed` |
//! | `review.problem` | why it is not |
//! | `not_assessed[*]` | the revision of a model that its provider alone hosts |
//!
//! A review is of one revision: the one that it names or, where it names none, one that
//! stands in the reviewed card.

use super::standing::state;
use super::{Context, owner, pins, unknown};
use crate::link::{Known, Release, Target};
use crate::parse::{Document, Node};
use crate::pointer::Pointer;
use crate::source::Span;
use crate::text;
use crate::tree::DOCUMENT_BYTES;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] =
    &["name", "not_assessed[*].what", "not_assessed[*].why", "origin", "review.problem", "review.status"];

/// What `source` says of a model of one's own.
const OWN: &[&str] = &["own", "internal", "in-house", "inhouse", "first-party", "self-trained", "from-scratch"];

/// The facts under `base`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let document = &context.graph.documents[release.document];
    let pointer = Pointer::root().key("artifacts").key("base_model");
    let base = document.root.find(&pointer).filter(|base| base.is_map() && base.get("not_applicable").is_none());
    let span = document.root.span_of(&pointer.key("id"));
    let origin = base.map_or("none", |base| origin(context, base));
    let mut facts = Node::map(span).with("origin", Node::string(origin, span));
    if let Some(base) = base {
        let id = base.get("id").and_then(Node::text);
        if let Some(name) = id.and_then(|id| id.rsplit('/').next()) {
            facts.put("name", Node::string(name, span));
        }
        let (status, problem, at) = review(context, document, base).unwrap_or(("ready", String::new(), span));
        facts.put("review", state(status, problem, at));
        if pins::is_hosted(base) {
            let unknown =
                unknown("the revision of the base model", "its provider alone hosts it", document.root.anchor());
            facts.put("not_assessed", Node::seq(vec![unknown], span));
        }
    }
    facts
}

fn origin(context: &Context<'_>, base: &Node) -> &'static str {
    let text = |key: &str| base.get(key).and_then(Node::text).unwrap_or_default();
    let source = text("source").to_lowercase().replace([' ', '_'], "-");
    let id = text("id").split('@').next().unwrap_or_default();
    let registered = matches!(context.graph.registries.release(text("id"), id), Known::Version(_) | Known::Several(_))
        || context.graph.has_other_version(id, "");
    if OWN.contains(&source.as_str()) || (source.is_empty() && registered) { "own" } else { "third-party" }
}

type Problem = (&'static str, String, Span);

/// What is wrong with the review, the worst first.
fn review(context: &Context<'_>, document: &Document, base: &Node) -> Option<Problem> {
    let at = base.get("id").map_or(base.anchor(), |id| id.span);
    let Some(review) = base.get("review").filter(|review| review.is_map()) else {
        return Some(("none", "nobody has reviewed it".to_owned(), at));
    };
    let at = review.anchor();
    let Some(card) = review.get("card").filter(|card| card.text().is_some()) else {
        return Some(("no-card", "the review names no `card` that was read".to_owned(), at));
    };
    let path = match context.files.resolve(&document.path, card.text().unwrap_or_default()) {
        Target::File(path) => path,
        Target::Missing(Some(near)) => {
            let why = format!("the reviewed card is not there; did you mean `{}`?", text::quote(&near));
            return Some(("unresolved", why, card.span));
        }
        _ => return Some(("unresolved", "the reviewed card leads to no single file".to_owned(), card.span)),
    };
    reviewer(context, review, at).or_else(|| revision(context, base, review, (&path, card))).or_else(|| licence(base))
}

fn reviewer(context: &Context<'_>, review: &Node, at: Span) -> Option<Problem> {
    let Some(by) = review.get("by").filter(|by| by.text().is_some_and(|text| !text.trim().is_empty())) else {
        return Some(("anonymous", "the review does not say by whom".to_owned(), at));
    };
    let handle = by.text().unwrap_or_default();
    // Who has left since has reviewed it all the same.
    match owner::standing(context.graph, handle) {
        standing @ ("unknown" | "bot") => {
            let is = if standing == "bot" { "a bot" } else { "nobody of the organisation's roster" };
            Some(("not-a-person", format!("the reviewer `{}` is {is}", text::quote(handle)), by.span))
        }
        _ if review.get("at").and_then(Node::text).is_none() => {
            Some(("undated", "the review does not say when".to_owned(), at))
        }
        _ => None,
    }
}

fn revision(context: &Context<'_>, base: &Node, review: &Node, (path, card): (&str, &Node)) -> Option<Problem> {
    let used = base.get("revision").and_then(Node::text).filter(|used| !pins::is_loose(used))?;
    if let Some(node) = review.get("revision").filter(|node| node.text().is_some()) {
        let reviewed = node.text().unwrap_or_default();
        let same = used == reviewed || (reviewed.len() >= 7 && used.starts_with(reviewed));
        let why = || format!("the review is of revision `{}`", text::quote(reviewed));
        return (!same).then(|| ("other-revision", why(), node.span));
    }
    let bytes = context.files.tree().read(path, DOCUMENT_BYTES).unwrap_or_default();
    let named = String::from_utf8_lossy(&bytes).contains(used);
    let why = "neither the review nor the reviewed card names this revision".to_owned();
    (!named).then_some(("other-revision", why, card.span))
}

fn licence(base: &Node) -> Option<Problem> {
    let at = base.get("id").map_or(base.anchor(), |id| id.span);
    let licensed = base.get("license").and_then(Node::text).is_some();
    (!licensed).then(|| ("unlicensed", "its licence is not recorded under `license`".to_owned(), at))
}
