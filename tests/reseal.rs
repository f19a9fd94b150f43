//! The digests of the clean example are those of its files.
//!
//! `SNAPSHOTS=overwrite cargo test --test reseal` writes them anew after an edit of the
//! example: those beside paths, that of the checkpoint over its files, and those that the
//! approval is bound to, in place, so that nothing else of the texts changes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::{engine, folder, plan};
use weighbridge::facts::digest;
use weighbridge::parse::{self, Node, Syntax, Value};
use weighbridge::source::SourceId;
use weighbridge::tree::{self, MemoryTree, Tree as _};

const EXAMPLE: &str = "examples/clean";

/// More rounds than digests build upon digests: results, packet, approval.
const ROUNDS: usize = 6;

/// What stands where, and what should: by file, old and new digest.
type Stale = BTreeMap<String, Vec<(String, String)>>;

fn data(tree: &MemoryTree, path: &str) -> Option<Node> {
    let syntax = Syntax::of(path).filter(|syntax| matches!(syntax, Syntax::Yaml | Syntax::Toml))?;
    let text = String::from_utf8(tree.get(path)?.to_vec()).ok()?;
    parse::data(syntax, &text, SourceId(0)).root
}

/// Each mapping with `path` and `digest` whose file is there and has another one, and
/// each checkpoint of several files with another root than theirs.
fn beside_paths(tree: &MemoryTree) -> Stale {
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
fn bound(tree: &MemoryTree) -> Stale {
    let mut stale = Stale::new();
    let manifests: Vec<&str> = tree.paths().filter(|path| path.ends_with("/release.yaml")).collect();
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

#[test]
fn every_digest_of_the_clean_example_is_that_of_what_is_there() {
    let mut tree = folder(EXAMPLE);
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite");
    let mut told = Vec::new();
    for _ in 0..ROUNDS {
        let mut stale = beside_paths(&tree);
        if stale.is_empty() {
            stale = bound(&tree);
        }
        if stale.is_empty() {
            break;
        }
        for (path, digests) in stale {
            let mut text = String::from_utf8(tree.get(&path).unwrap().to_vec()).unwrap();
            for (old, new) in digests {
                told.push(format!("{path}: {old} is {new}"));
                text = text.replace(&old, &new);
            }
            if overwrite {
                std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE).join(&path), &text).unwrap();
            }
            tree.put(path, text);
        }
    }
    assert!(beside_paths(&tree).is_empty() && bound(&tree).is_empty(), "it does not settle: {}", told.join("\n"));
    let advice = "SNAPSHOTS=overwrite cargo test --test reseal";
    assert!(overwrite || told.is_empty(), "stale:\n{}\nrun {advice}", told.join("\n"));
}

#[test]
fn an_edit_is_found_and_resealed() {
    let mut tree = folder(EXAMPLE);
    let packet = "releases/claims-assistant/1.4.0/evals/ckpt-9c41e7-load.json";
    let text = String::from_utf8(tree.get(packet).unwrap().to_vec()).unwrap();
    tree.put(packet, format!("{text}\n"));
    let stale = beside_paths(&tree);
    let files: Vec<&str> = stale.keys().map(String::as_str).collect();
    assert_eq!(files, ["releases/claims-assistant/1.4.0/ckpt-9c41e7-eval-packet.yaml"]);
}
