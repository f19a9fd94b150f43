//! Files that are made from the program stay what it makes them.
//!
//! `SNAPSHOTS=overwrite cargo test --test generated` writes them anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "generated/traceability.rs"]
mod traceability;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use weighbridge::engine::Engine;
use weighbridge::{framework, page};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Compares, or writes where asked to.
fn hold(files: &BTreeMap<PathBuf, String>) {
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite");
    let mut stale = Vec::new();
    for (path, text) in files {
        let on_disk = std::fs::read_to_string(path).unwrap_or_default();
        if &on_disk == text {
            continue;
        }
        if overwrite {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        } else {
            stale.push(path.strip_prefix(root()).unwrap().display().to_string());
        }
    }
    assert!(stale.is_empty(), "stale: {}\nrun SNAPSHOTS=overwrite cargo test --test generated", stale.join(", "));
}

fn markdown_under(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            markdown_under(&path, into);
        } else {
            into.push(path);
        }
    }
}

#[test]
fn the_rule_pages_are_current_and_no_page_is_left_over() {
    let engine = Engine::builtin().unwrap();
    let folder = root().join("docs/rules");
    let mut files: BTreeMap<PathBuf, String> =
        engine.catalog().iter().map(|rule| (folder.join(format!("{}.md", rule.id)), page::markdown(rule))).collect();
    files.insert(folder.join("README.md"), page::index(engine.catalog()));
    hold(&files);
    let mut on_disk = Vec::new();
    markdown_under(&folder, &mut on_disk);
    let left_over: Vec<_> = on_disk.iter().filter(|path| !files.contains_key(*path)).collect();
    assert!(left_over.is_empty(), "pages of rules that there are not: {left_over:?}");
}

#[test]
fn the_page_of_the_frameworks_is_current() {
    let engine = Engine::builtin().unwrap();
    let text = framework::page::markdown(engine.frameworks(), engine.catalog());
    hold(&BTreeMap::from([(root().join("docs/frameworks.md"), text)]));
}

#[test]
fn every_item_of_the_source_documents_leads_to_rules() {
    let engine = Engine::builtin().unwrap();
    let table = std::fs::read_to_string(root().join("policies/traceability.yaml")).unwrap();
    let text = traceability::page(&table, engine.catalog()).unwrap();
    hold(&BTreeMap::from([(root().join("docs/traceability.md"), text)]));
    let unknown = table.replace("release/scope-creep", "release/scope-crep");
    assert!(traceability::page(&unknown, engine.catalog()).unwrap_err().contains("`release/scope-crep` is neither"));
}

#[test]
fn every_path_that_the_developer_documents_name_exists() {
    let named =
        regex::Regex::new(r"`((?:src|schemas|policies|tests|benches|docs|examples|action)/[A-Za-z0-9_./-]*)`").unwrap();
    let mut seen = 0;
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        for found in named.captures_iter(&text) {
            seen += 1;
            assert!(root().join(&found[1]).exists(), "{document} names `{}`, which does not exist", &found[1]);
        }
    }
    assert!(seen > 20, "only {seen} paths were found; has the style of the documents changed?");
}
