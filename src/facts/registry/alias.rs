//! What an alias of a registry leads to.
//!
//! `alias` is `production` for the names that traffic follows (`prod`, `live`, `stable`,
//! `champion`), else `other`. `status` is `ok`, `unknown` (the model has no such version), or
//! `unapproved` (the registry, or the approval record of its release, does not have it as
//! approved). What a release's own rules already ask for is not asked for here: a release
//! past staging without any approval record has `approval/missing`.

use crate::facts::standing::{Wrong, standing};
use crate::facts::{Context, release as release_facts};
use crate::link::Release;
use crate::parse::{Document, Node};
use crate::text;

/// Aliases that traffic follows.
const PRODUCTION: &[&str] = &["production", "prod", "live", "stable", "champion"];

/// The aliases of a model.
pub(super) fn derive(context: &Context<'_>, document: &Document, model: &Node, id: &str) -> Vec<Node> {
    let aliases = model.get("aliases").map(Node::entries).unwrap_or_default();
    let each = aliases.iter().filter_map(|alias| {
        let version = alias.value.text()?;
        let followed = PRODUCTION.contains(&alias.key.to_lowercase().as_str());
        let span = alias.value.span;
        let wrong = wrong(context, document, id, version, followed);
        let subject = format!("alias `{}` of `{}`", text::quote(&alias.key), text::quote(id));
        Some(
            standing(span, wrong)
                .with("alias", Node::string(if followed { "production" } else { "other" }, span))
                .with("subject", Node::string(subject, span)),
        )
    });
    each.collect()
}

fn wrong(context: &Context<'_>, document: &Document, id: &str, version: &str, followed: bool) -> Option<Wrong> {
    let graph = context.graph;
    let entries = graph.registered(id, version);
    let Some(entry) = entries.first() else {
        let near = text::did_you_mean(version, graph.versions(id).take(1_000));
        let ask = near.map_or(String::new(), |near| format!("; did you mean `{}`?", text::quote(near)));
        return Some(Wrong::new("unknown", format!("there is no version `{}`{ask}", text::quote(version))));
    };
    if !followed {
        return None;
    }
    let status = entry.version.get("status");
    let word = status.and_then(Node::text).unwrap_or("without a status");
    if !matches!(word, "approved" | "production") {
        let place = status.map_or(entry.version.anchor(), |status| status.span);
        let why = format!("version `{}` is {}, not approved", text::quote(version), text::quote(word));
        return Some(Wrong::new("unapproved", why).beside(place, "its status"));
    }
    let named = entry.version.get("release").and_then(Node::text);
    let named = named.and_then(|path| graph.document_at(context.files.resolve(&document.path, path).path()?));
    let release = named.and_then(|at| graph.release_at(at)).or_else(|| graph.release_of(id, version))?;
    unsigned(context, release, version)
}

/// Why the release of a version is not approved by its records.
fn unsigned(context: &Context<'_>, release: &Release, version: &str) -> Option<Wrong> {
    let documents = context.graph.documents;
    let root = &documents.get(release.document)?.root;
    let states: Vec<&Node> = release.approvals.iter().filter_map(|at| documents.get(*at)?.root.get("state")).collect();
    if states.iter().any(|state| state.text() == Some("approved")) {
        return None;
    }
    let version = text::quote(version);
    if let Some(state) = states.first() {
        let why = format!(
            "the approval record of version `{version}` is {}",
            text::quote(state.text().unwrap_or("without a state"))
        );
        return Some(Wrong::new("unapproved", why).beside(state.span, "the approval record"));
    }
    let stage = root.at(&["metadata", "stage"]);
    if !release.approvals.is_empty() || stage.and_then(Node::text).is_some_and(release_facts::is_external) {
        return None;
    }
    let place = stage.map_or(root.anchor(), |stage| stage.span);
    let why = format!("the release of version `{version}` has no approval record");
    Some(Wrong::new("unapproved", why).beside(place, "its stage"))
}
