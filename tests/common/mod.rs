//! What the integration tests share: the engine over a repository in memory.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test helper; not every test uses all"
)]

pub mod seals;

use std::path::Path;
use std::sync::OnceLock;

use weighbridge::config::Config;
use weighbridge::discover::Selection;
use weighbridge::engine::{Engine, Past, Plan};
use weighbridge::outcome::Outcome;
use weighbridge::report::{self, Format, RenderOptions};
use weighbridge::rule::Severity;
use weighbridge::tree::{MemoryTree, Tree};

/// The built-in engine, made once.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::builtin().unwrap())
}

/// A check of a repository in memory as of a fixed day.
pub fn plan(tree: &dyn Tree) -> Plan<'_> {
    Plan {
        tree,
        config: Config::default(),
        selection: Selection::everything(),
        as_of: jiff::civil::date(2026, 11, 21),
        fail_on: Some(Severity::Error),
        allow_empty: true,
        baseline: None,
        past: Past::NotAsked,
    }
}

/// Judges a repository in memory.
pub fn check(tree: &dyn Tree) -> Outcome {
    engine().check(&plan(tree)).unwrap()
}

/// Replaces the first `from` in a file, which must be there.
pub fn edit(tree: &mut MemoryTree, path: &str, from: &str, to: &str) {
    let before = String::from_utf8(tree.get(path).unwrap().to_vec()).unwrap();
    assert!(before.contains(from), "{path} has no {from:?}");
    tree.put(path, before.replacen(from, to, 1));
}

/// What is said about waivers and baselines: severity, message, the text that is marked.
pub fn about(outcome: &Outcome) -> Vec<(Severity, String, String)> {
    let own = outcome.findings.iter().filter(|finding| finding.rule.as_str() == "gate/waiver-invalid");
    own.map(|finding| {
        let marked = outcome.sources.of(finding.primary.span).slice(finding.primary.span).to_owned();
        (finding.severity, finding.message.clone(), marked)
    })
    .collect()
}

/// Rules of the other findings that count.
pub fn rules(outcome: &Outcome) -> Vec<&str> {
    let others = outcome.findings.iter().map(|finding| finding.rule.as_str());
    others.filter(|rule| *rule != "gate/waiver-invalid").collect()
}

/// Asserts that the first finding about waivers has these words in its help.
#[track_caller]
pub fn helps(outcome: &Outcome, help: &str) {
    let finding = outcome.findings.iter().find(|finding| finding.rule.as_str() == "gate/waiver-invalid").unwrap();
    let said = finding.help.as_deref().unwrap_or_default();
    assert!(said.contains(help), "{said}");
}

/// Renders an outcome for a plain, wide sink.
pub fn render(format: Format, outcome: &Outcome) -> String {
    let options = RenderOptions {
        color: false,
        hyperlinks: false,
        unicode: true,
        width: 100,
        verbose: true,
        suppressed: false,
        blob: None,
        annotated: None,
    };
    let mut bytes = Vec::new();
    report::render(format, outcome, &options, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// `rule pointer: message` of every finding, sorted.
pub fn gist(outcome: &Outcome) -> Vec<String> {
    let mut all: Vec<String> = outcome
        .findings
        .iter()
        .map(|finding| format!("{} {}: {}", finding.rule, finding.pointer, finding.message))
        .collect();
    all.sort();
    all
}

/// A folder of the project as a repository in memory.
pub fn folder(path: &str) -> MemoryTree {
    fn add(tree: &mut MemoryTree, root: &Path, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(tree, root, &path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                tree.put(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut tree = MemoryTree::default();
    add(&mut tree, &root, &root);
    tree
}
