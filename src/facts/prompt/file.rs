//! The facts of a prompt in a file of its own, Prompty or dotprompt.
//!
//! | fact | what it says |
//! |---|---|
//! | `models[*]` | the model that it names, as of a source file, see [`mod@super::super::code`] |
//! | `variables[*]` | whether its text uses variables that it does not declare, see [`super::variables`]; not of a prompt that a registry lists, which is judged there |
//! | `files[*]` | whether a prompt registry lists it: `ok`, or `unlisted` in a repository that has one |
//! | `secrets[*]` | keys that stand in it, see [`super::secrets`] |
//!
//! A partial (`_name.prompt`) is part of other prompts, and tests and examples have prompts
//! that nobody is served: neither is to be listed.

use super::{secrets, variables};
use crate::facts::standing::{Wrong, standing};
use crate::facts::{Context, code};
use crate::parse::code::is_aside;
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::tree::file_name;

/// The names of these facts, for [`crate::facts::shape`].
pub(in crate::facts) const NAMES: &[&str] = &[
    "files[*].problem",
    "files[*].status",
    "files[*].subject",
    "secrets[*].problem",
    "secrets[*].status",
    "secrets[*].subject",
    "variables[*].problem",
    "variables[*].status",
    "variables[*].subject",
];

/// Where a prompt names its model.
const MODEL: [&[&str]; 4] = [
    &["model"],
    &["model", "id"],
    // Prompty before its second version.
    &["model", "configuration", "azure_deployment"],
    &["model", "configuration", "name"],
];

/// The facts of one prompt file, whose text is `text`.
pub fn derive(context: &Context<'_>, document: &Document, text: &str) -> Node {
    let root = &document.root;
    let anchor = root.anchor();
    let listed = context.graph.prompt_files(context.files).contains(&document.path);
    let named = MODEL.iter().filter_map(|keys| root.at(keys)).filter(|model| model.as_str().is_some());
    let models = named.filter_map(|model| code::fact(context, document, model, "prompt", true)).collect();
    let place = root.get("inputs").or(root.get("input")).map_or(anchor, Node::anchor);
    let uses = (!listed).then(|| variables::of_file(text, place)).flatten();
    Node::map(anchor)
        .with("models", Node::seq(models, anchor))
        .with("variables", list(uses, "the prompt", anchor))
        .with("files", list(file(context, document, listed, anchor), "this prompt", anchor))
        .with("secrets", Node::seq(secrets::of_file(document, text), anchor))
}

fn list(item: Option<Node>, subject: &str, anchor: Span) -> Node {
    let with = |item: Node| {
        let span = item.span;
        item.with("subject", Node::string(subject, span))
    };
    Node::seq(item.into_iter().map(with).collect(), anchor)
}

fn file(context: &Context<'_>, document: &Document, listed: bool, anchor: Span) -> Option<Node> {
    context.graph.prompts().next()?;
    if is_aside(&document.path) || file_name(&document.path).starts_with('_') {
        return None;
    }
    let wrong = (!listed).then(|| Wrong::new("unlisted", "is in no prompt registry"));
    Some(standing(anchor, wrong))
}
