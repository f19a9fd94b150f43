//! Modelfiles of Ollama (<https://docs.ollama.com/modelfile>).

use super::{Origin, Read, Role, Route, Word};
use crate::parse::{Entry, Node};

/// The instructions that Ollama knows.
const KNOWN: [&str; 10] =
    ["from", "adapter", "template", "system", "parameter", "message", "license", "renderer", "parser", "requires"];

/// Reads a Modelfile.
pub(super) fn read(document: &Node, read: &mut Read) {
    let workload = read.next_workload();
    let instructions = document.get("instructions").map(Node::items).unwrap_or_default();
    let entries: Vec<&Entry> = instructions.iter().filter_map(|instruction| instruction.entries().first()).collect();
    if let Some(other) = entries.iter().find(|entry| !KNOWN.contains(&&*entry.key)) {
        let why = "it has instructions that Ollama does not know";
        return read.unknown("a Modelfile".to_owned(), why, other.key_span);
    }
    if !entries.iter().any(|entry| &*entry.key == "from") {
        return read.unknown("a Modelfile".to_owned(), "it names no model after `FROM`", document.anchor());
    }
    for entry in entries {
        let role = match &*entry.key {
            "from" => Role::Model,
            "adapter" => Role::Adapter,
            _ => continue,
        };
        let Some(written) = Word::of(&entry.value) else { continue };
        let span = if written.text.is_empty() { entry.key_span } else { written.span };
        let origin = Some(Origin { written, revision: None, image: true });
        read.route(Route { role, names: Vec::new(), origin, workload, span });
    }
}
