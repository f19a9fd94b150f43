//! Keys in prompts: in the text, and where the model is reached. `status` is `written` of what
//! stands at the place itself, `elsewhere` of what stands in the file that is named there.

use super::{Version, template};
use crate::facts::standing::{Wrong, standing};
use crate::facts::{Context, keys};
use crate::link::Target;
use crate::parse::{Document, Node};
use crate::source::{SourceId, Span};
use crate::text::quote;

/// Where a prompt says how its model is reached, and what keys are called there.
const CONNECTIONS: [&[&str]; 2] = [&["model", "connection"], &["model", "configuration"]];
const NAMED: [&str; 4] = ["apiKey", "api_key", "token", "clientSecret"];

/// Those of a prompt in a file of its own, whose text is `text`.
pub(super) fn of_file(document: &Document, text: &str) -> Vec<Node> {
    let found = keys::of(text, document.source);
    let connections = CONNECTIONS.iter().filter_map(|keys| document.root.at(keys));
    let named = connections.flat_map(|connection| NAMED.iter().filter_map(|key| Some((*key, connection.get(key)?))));
    let is_new = |node: &Node| found.iter().all(|key| !node.span.range().contains(&key.span.range().start));
    let written = named.filter(|(_, node)| node.as_str().is_some_and(keys::is_value) && is_new(node));
    let fact = |subject: String, problem: String, span: Span| {
        standing(span, Some(Wrong::new("written", problem))).with("subject", Node::string(subject, span))
    };
    let of_services =
        found.iter().map(|key| fact(key.what.to_owned(), format!("stands in the prompt: `{}`", key.shown()), key.span));
    written
        .map(|(key, node)| fact(format!("`{key}`"), "holds the key itself".to_owned(), node.span))
        .chain(of_services)
        .collect()
}

/// Those in the texts of versions that a registry lists, each at the name of the file. A prompt
/// that is read as a document speaks for itself.
pub(super) fn of_versions(
    context: &Context<'_>,
    document: &Document,
    prompt: &Node,
    versions: &[Version<'_>],
) -> Vec<Node> {
    let each = template::files(prompt, versions).into_iter().filter_map(|(version, file)| {
        let Target::File(path) = context.files.resolve(&document.path, file.text()?) else { return None };
        if context.graph.document_at(&path).is_some() {
            return None;
        }
        let text = template::read(context, &path)?;
        let key = keys::of(&text, SourceId(0)).into_iter().next()?;
        let problem = format!("has {} in `{}`: `{}`", key.what, quote(&path), key.shown());
        Some(version.standing_at(file.span, Some(Wrong::new("elsewhere", problem))))
    });
    each.collect()
}
