//! The facts of a source file: what the models are that it names.
//!
//! `models[*]` has one for each, with `id`, `name` (the id without its owner or provider) and
//! `subject`. `form` is `own` (a model of the
//! registries), `hub` (`owner/name`, or what a call loads from the Hub), `path` (something in the
//! repository) or `name` (anything else). `status` is
//!
//! | | |
//! |---|---|
//! | `versioned` | a version of an own model |
//! | `given-up` | the same, and the registry calls it deprecated or retired |
//! | `unpinned` | a model of the Hub, without a revision |
//! | `ok` | an own model by its alias, a path, any other name |
//!
//! and `problem`, `definition` and `shown` as in [`mod@super::standing`].

use super::Context;
use super::standing::{Wrong, standing};
use crate::link::{KnownVersion, Servable};
use crate::parse::{Document, Node};
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "models[*].definition",
    "models[*].form",
    "models[*].id",
    "models[*].name",
    "models[*].problem",
    "models[*].shown",
    "models[*].status",
    "models[*].subject",
];

/// The facts of one source file.
pub fn derive(context: &Context<'_>, document: &Document) -> Node {
    let models = document.root.get("models");
    let each = models.map(Node::items).unwrap_or_default().iter().filter_map(|model| {
        let pinned = model.get("pinned").and_then(Node::as_bool) == Some(true);
        fact(context, document, model.get("id")?, model.get("how")?.text()?, pinned)
    });
    let anchor = document.root.anchor();
    Node::map(anchor).with("models", Node::seq(each.collect(), anchor))
}

/// What is known of the model that `id` names, in a source file or elsewhere.
pub(super) fn fact(context: &Context<'_>, document: &Document, id: &Node, how: &str, pinned: bool) -> Option<Node> {
    let written = id.text()?;
    let (form, wrong) = told(context, document, written, how, pinned);
    let facts = standing(id.span, wrong)
        .with("subject", Node::string(format!("`{}`", text::quote(written)), id.span))
        .with("form", Node::string(form, id.span))
        .with("name", Node::string(written.rsplit('/').next().unwrap_or(written), id.span))
        .with("id", id.clone());
    Some(facts)
}

fn told(
    context: &Context<'_>,
    document: &Document,
    written: &str,
    how: &str,
    pinned: bool,
) -> (&'static str, Option<Wrong>) {
    let graph = context.graph;
    let stored = written.strip_prefix("models:/");
    let name = stored.unwrap_or(written);
    // A path or a bucket may begin as a model is called.
    let model =
        name.split(|mark| mark == '@' || mark == ':' || (mark == '/' && stored.is_some())).next().unwrap_or(name);
    if let Some(version) = graph.servables().named(name).next() {
        return ("own", Some(versioned(context, version)));
    }
    if graph.has_model(name) || graph.has_model(model) {
        let numbered = name.len() > model.len() && how == "name";
        let why = || format!("names a version of `{}` that no registry lists", text::quote(model));
        return ("own", numbered.then(|| Wrong::new("versioned", why())));
    }
    if context.files.has_folder_beside(&document.path, written)
        || context.files.has_folder_beside("", written)
        || context.files.listed(&document.path, written).is_some()
    {
        return ("path", None);
    }
    if how != "call" && written.matches('/').count() != 1 {
        return ("name", None);
    }
    let why = "is loaded without a `revision`, so that it is whatever its owner has put there last";
    ("hub", (!pinned).then(|| Wrong::new("unpinned", why)))
}

fn versioned(context: &Context<'_>, version: &Servable) -> Wrong {
    let listed = version.registered.and_then(|at| context.graph.registries.versions.get(at));
    let what = format!("is version {} of `{}`", text::quote(&version.version), text::quote(&version.model));
    let Some(listed) = listed else { return Wrong::new("versioned", what) };
    match given_up(listed) {
        Some(word) => {
            Wrong::new("given-up", format!("{what}, which is {word}")).beside(listed.status_span, "its status")
        }
        None => Wrong::new("versioned", what).beside(listed.span, "the registry"),
    }
}

fn given_up(version: &KnownVersion) -> Option<&str> {
    version.status.as_deref().filter(|status| ["deprecated", "retired"].contains(status))
}
