//! Lower layers never import higher ones: reads every `crate::` path in `src/`
//! and holds it against the layer table of the design.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::path::Path;

/// Each module, and the modules that it may name.
fn may_import() -> BTreeMap<&'static str, Vec<&'static str>> {
    let base = vec![
        "source", "pointer", "kind", "rule", "finding", "outcome", "page", "shape", "text", "tree", "memo", "change",
    ];
    let with = |more: &[&'static str]| base.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    let mut table: BTreeMap<&str, Vec<&str>> = base.iter().map(|module| (*module, base.clone())).collect();
    // A pointer's documentation names the node that it leads to; nothing else of layer 0 knows of nodes.
    table.insert("parse", with(&["parse"]));
    table.insert("discover", with(&["parse", "discover", "config"]));
    table.insert("config", with(&["parse", "policy", "config"]));
    table.insert("schema", with(&["parse", "schema"]));
    table.insert("link", with(&["parse", "link"]));
    table.insert("evidence", with(&["parse", "evidence"]));
    table.insert("serving", with(&["parse", "discover", "serving"]));
    table.insert("facts", with(&["parse", "link", "evidence", "serving", "facts"]));
    table.insert("policy", with(&["parse", "schema", "policy"]));
    table.insert("framework", with(&["parse", "framework"]));
    table.insert("waiver", with(&["parse", "link", "facts", "waiver"]));
    table.insert(
        "engine",
        with(&["parse", "discover", "config", "schema", "link", "facts", "policy", "framework", "waiver", "engine"]),
    );
    table.insert("report", with(&["report"]));
    table.insert("scaffold", with(&["parse", "discover", "config", "facts", "scaffold"]));
    table.insert(
        "cli",
        with(&[
            "parse",
            "discover",
            "config",
            "schema",
            "link",
            "facts",
            "policy",
            "framework",
            "waiver",
            "engine",
            "report",
            "scaffold",
            "cli",
        ]),
    );
    table
}

fn sources(folder: &Path, into: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push((path.to_string_lossy().replace('\\', "/"), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn no_module_imports_a_higher_layer() {
    let table = may_import();
    let mut files = Vec::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
    let import = regex::Regex::new(r"\bcrate::(?:\{([^}]*)\}|([a-z_]+))").unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, text) in &files {
        let module = path.split("/src/").last().unwrap().split(['/', '.']).next().unwrap().to_owned();
        let Some(allowed) = table.get(module.as_str()) else {
            assert!(matches!(module.as_str(), "lib" | "main"), "{path}: module `{module}` is in no layer");
            continue;
        };
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for found in import.captures_iter(line) {
                let names = found.get(1).or_else(|| found.get(2)).unwrap().as_str();
                for name in names.split(',').map(|name| name.trim().split("::").next().unwrap()) {
                    seen += 1;
                    if !name.is_empty() && !allowed.contains(&name) {
                        wrong.push(format!("{path}: `{module}` may not import `{name}`: {}", line.trim()));
                    }
                }
            }
        }
    }
    assert!(seen > 50, "only {seen} imports were read; has the source moved?");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
