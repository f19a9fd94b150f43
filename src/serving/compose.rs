//! Compose files: models that they declare, and services that are model servers
//! (<https://docs.docker.com/reference/compose-file/models>).

use super::container::{self, Around};
use super::{Origin, Read, Role, Route, Word};
use crate::parse::{Entry, Node};

/// Whether a document is a Compose file.
pub(super) fn is(document: &Node) -> bool {
    document.get("services").is_some_and(Node::is_map) || declares_models(document)
}

fn declares_models(document: &Node) -> bool {
    document.get("models").is_some_and(|models| models.entries().iter().any(|entry| entry.value.get("model").is_some()))
}

/// Reads a Compose file.
pub(super) fn read(document: &Node, read: &mut Read) {
    for entry in document.get("models").map(Node::entries).unwrap_or_default() {
        declared(entry, entry.value.get("model"), read);
    }
    for entry in document.get("services").map(Node::entries).unwrap_or_default() {
        // What came before `models`: a service that the model runner provides.
        if entry.value.at(&["provider", "type"]).and_then(Node::text) == Some("model") {
            declared(entry, entry.value.at(&["provider", "options", "model"]), read);
            continue;
        }
        let workload = read.next_workload();
        if !container::read(&entry.value, &Around { workload, ..Around::default() }, read) {
            let what = format!("the model server `{}`", crate::text::quote(&entry.key));
            read.unknown(what, "its arguments name no model", entry.key_span);
        }
    }
}

fn declared(entry: &Entry, model: Option<&Node>, read: &mut Read) {
    let workload = read.next_workload();
    let Some(written) = model.and_then(Word::of) else { return };
    let span = written.span;
    let name = Word { text: entry.key.to_string(), span: entry.key_span };
    let origin = Some(Origin { written, revision: None, image: true });
    read.route(Route { role: Role::Model, names: vec![name], origin, workload, span });
}
