//! What may not matter does not: the syntax of a manifest, line endings, the order
//! of keys, the number of threads.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod common;

use common::{check, folder, gist, render};
use weighbridge::kind::Kind;
use weighbridge::parse::{Node, Value, yaml};
use weighbridge::report::Format;
use weighbridge::source::SourceId;
use weighbridge::tree::MemoryTree;

/// The manifests of a repository: what may be written as YAML, JSON or TOML.
fn manifests(tree: &MemoryTree) -> Vec<String> {
    let outcome = check(tree);
    let ours = outcome.files.iter().filter(|file| file.kind == Kind::Release);
    ours.map(|file| file.path.clone()).filter(|path| path.contains("release.yaml")).collect()
}

fn parsed(tree: &MemoryTree, path: &str) -> Option<Node> {
    let text = String::from_utf8(tree.get(path).unwrap().to_vec()).unwrap();
    let parsed = yaml::parse(&text, SourceId(0), 0);
    // A document that breaks a rule of its syntax says so in one syntax only.
    parsed.root.filter(|_| parsed.findings.is_empty())
}

fn to_toml(node: &Node) -> String {
    match &node.value {
        Value::Map(entries) => {
            let inner: Vec<String> = entries
                .iter()
                .map(|entry| format!("{} = {}", serde_json::json!(&*entry.key), to_toml(&entry.value)))
                .collect();
            format!("{{ {} }}", inner.join(", "))
        }
        Value::Seq(items) => format!("[{}]", items.iter().map(to_toml).collect::<Vec<_>>().join(", ")),
        Value::Scalar(_) => node.to_json().to_string(),
    }
}

fn rewritten(tree: &MemoryTree, path: &str, extension: &str, text: String) -> MemoryTree {
    let mut other = tree.clone();
    other.remove(path);
    other.put(path.replace(".yaml", extension), text);
    other
}

#[test]
fn a_manifest_may_be_yaml_json_or_toml() {
    for example in ["examples/clean", "examples/broken"] {
        let tree = folder(example);
        let expected = gist(&check(&tree));
        let mut rewrote = 0;
        for path in manifests(&tree) {
            let Some(root) = parsed(&tree, &path) else { continue };
            // What names the manifest by its path would name another file.
            if tree
                .paths()
                .any(|other| other != path && String::from_utf8_lossy(tree.get(other).unwrap()).contains(&path))
            {
                continue;
            }
            rewrote += 1;
            let json = root.to_json().to_string();
            assert_eq!(gist(&check(&rewritten(&tree, &path, ".json", json))), expected, "{path} as JSON");
            let toml: Vec<String> = root
                .entries()
                .iter()
                .map(|entry| format!("{} = {}", serde_json::json!(&*entry.key), to_toml(&entry.value)))
                .collect();
            assert_eq!(gist(&check(&rewritten(&tree, &path, ".toml", toml.join("\n")))), expected, "{path} as TOML");
        }
        assert!(rewrote > 0, "{example} has no manifest to rewrite");
    }
}

#[test]
fn line_endings_do_not_matter() {
    for example in ["examples/clean", "examples/broken"] {
        let tree = folder(example);
        let expected = gist(&check(&tree));
        let mut other = tree.clone();
        // Files whose digest is declared must keep their bytes, and so must the card that an approval is bound to.
        let bound = |path: &str| path == "models/claims-assistant/README.md";
        let texts = tree.paths().filter(|path| path.ends_with("release.yaml") || path.ends_with("README.md"));
        let texts = texts.filter(|path| !bound(path));
        for path in texts {
            let text = String::from_utf8(tree.get(path).unwrap().to_vec()).unwrap();
            other.put(path, text.replace('\n', "\r\n"));
        }
        assert_eq!(gist(&check(&other)), expected, "{example}");
    }
}

#[test]
fn threads_do_not_matter() {
    let tree = folder("examples/broken");
    for format in Format::ALL.iter().copied() {
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| render(format, &check(&tree)))
        };
        assert_eq!(with(1), with(4), "{format:?}");
    }
}
