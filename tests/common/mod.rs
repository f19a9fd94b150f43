//! What the integration tests share: the engine over a repository in memory.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test helper; not every test uses all"
)]

use std::path::Path;
use std::sync::OnceLock;

use weighbridge::config::Config;
use weighbridge::discover::Selection;
use weighbridge::engine::{Engine, Plan};
use weighbridge::outcome::Outcome;
use weighbridge::report::{self, Format, RenderOptions};
use weighbridge::rule::Severity;
use weighbridge::tree::{MemoryTree, Tree};

/// The built-in engine, made once.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::builtin().unwrap())
}

/// Judges a repository in memory as of a fixed day.
pub fn check(tree: &dyn Tree) -> Outcome {
    let plan = Plan {
        tree,
        config: Config::default(),
        selection: Selection::everything(),
        as_of: jiff::civil::date(2026, 11, 21),
        fail_on: Some(Severity::Error),
        allow_empty: true,
    };
    engine().check(&plan).unwrap()
}

/// Renders an outcome for a plain, wide sink.
pub fn render(format: Format, outcome: &Outcome) -> String {
    let options = RenderOptions { color: false, hyperlinks: false, unicode: true, width: 100, verbose: true };
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
