//! The digests of a repository in memory: which are stale, and how to write them anew.

use std::collections::BTreeMap;

use weighbridge::facts::digest;
use weighbridge::parse::{self, Node, Syntax, Value};
use weighbridge::source::SourceId;
use weighbridge::tree::{self, MemoryTree, Tree as _};

use super::{engine, plan};

/// More rounds than digests build upon digests: results, packet, approval.
pub const ROUNDS: usize = 6;

/// What stands where, and what should: by file, old and new digest.
pub type Stale = BTreeMap<String, Vec<(String, String)>>;

fn data(tree: &MemoryTree, path: &str) -> Option<Node> {
    let syntax = Syntax::of(path).filter(|syntax| matches!(syntax, Syntax::Yaml | Syntax::Toml | Syntax::Json))?;
    let text = String::from_utf8(tree.get(path)?.to_vec()).ok()?;
    parse::data(syntax, &text, SourceId(0)).root
}

/// Each mapping with `path` and `digest` whose file is there and has another one, and
/// each checkpoint of several files with another root than theirs.
pub fn beside_paths(tree: &MemoryTree) -> Stale {
    let mut stale = Stale::new();
    for path in tree.paths() {
        let Some(root) = data(tree, path) else { continue };
        let mut open = vec![&root];
        while let Some(node) = open.pop() {
            let written = |key: &str| node.get(key).and_then(Node::text);
            if let (Some(file), Some(declared)) = (written("path"), written("digest")) {
                let places = [tree::join(tree::parent(path), file), tree::join("", file)];
                let actual = places.into_iter().flatten().find_map(|place| tree.sha256(&place).ok());
                if let Some(actual) = actual.map(|bytes| digest::format(&bytes)).filter(|actual| actual != declared) {
                    stale.entry(path.to_owned()).or_default().push((declared.to_owned(), actual));
                }
            }
            if let (Some(files), Some(declared)) = (node.get("files").map(Node::items), written("digest")) {
                let own = |file: &Node| {
                    Some((file.get("path")?.text()?.to_owned(), digest::parse(file.get("digest")?.text()?)?))
                };
                let own: Vec<_> = files.iter().filter_map(own).collect();
                let root = digest::root(own.iter().map(|(path, bytes)| (path.as_str(), *bytes)));
                if own.len() > 1 && root != declared {
                    stale.entry(path.to_owned()).or_default().push((declared.to_owned(), root));
                }
            }
            match &node.value {
                Value::Map(entries) => open.extend(entries.iter().map(|entry| &entry.value)),
                Value::Seq(items) => open.extend(items),
                Value::Scalar(_) => {}
            }
        }
    }
    stale
}

/// What the approvals are bound to and is something else by now.
pub fn bound(tree: &MemoryTree) -> Stale {
    let mut stale = Stale::new();
    let manifests: Vec<&str> = tree.paths().filter(|path| path.contains("/release.")).collect();
    for manifest in manifests {
        let (inspection, outcome) = engine().inspect(&plan(tree), manifest).unwrap();
        let bindings = inspection.facts.at(&["approval", "bindings"]).map(Node::items).unwrap_or_default();
        for binding in bindings.iter().filter(|binding| binding.get("status").and_then(Node::text) == Some("stale")) {
            let source = outcome.sources.of(binding.span);
            let declared = source.slice(binding.span).trim_matches('"').to_owned();
            let actual = binding.get("actual").and_then(Node::text).unwrap().to_owned();
            stale.entry(source.path().to_owned()).or_default().push((declared, actual));
        }
    }
    stale
}

/// What is stale and can be written now: approvals are bound to what holds digests itself.
pub fn stale(tree: &MemoryTree) -> Stale {
    let stale = beside_paths(tree);
    if stale.is_empty() { bound(tree) } else { stale }
}

/// Writes one round of digests anew, in place.
pub fn write(tree: &mut MemoryTree, stale: &Stale) {
    for (path, digests) in stale {
        let mut text = String::from_utf8(tree.get(path).unwrap().to_vec()).unwrap();
        for (old, new) in digests {
            text = text.replace(old, new);
        }
        tree.put(path.clone(), text);
    }
}

/// Writes all digests anew, as far as that settles.
pub fn reseal(tree: &mut MemoryTree) {
    for _ in 0..ROUNDS {
        let stale = stale(tree);
        if stale.is_empty() {
            return;
        }
        write(tree, &stale);
    }
}
