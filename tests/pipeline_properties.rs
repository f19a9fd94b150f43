//! What holds of the whole pipeline, whatever a repository says: it ends without
//! a panic, findings point into the text, and neither the order of files nor the
//! number of threads nor a file that concerns nobody changes a word.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::sync::LazyLock;

use common::{check, folder, render};
use proptest::prelude::*;
use weighbridge::outcome::Outcome;
use weighbridge::report::Format;
use weighbridge::source::Span;
use weighbridge::tree::{Listed, MemoryTree, ReadError, Tree};

/// The repository that is disturbed, read once.
static BROKEN: LazyLock<MemoryTree> = LazyLock::new(|| folder("examples/broken"));

/// One document of each kind that the main job reads.
const PATHS: [&str; 6] = [
    "models/ticket-router/README.md",
    "models/ticket-router/registry.yaml",
    "releases/ticket-router/2.1.0/release.yaml",
    "releases/ticket-router/2.1.0/evals/ckpt-41d0c9e2-results.json",
    "flags/desk.flagd.json",
    "releases/other/release.toml",
];

/// A change to the bytes of a document.
#[derive(Clone, Debug)]
enum Change {
    /// Other bytes from here on, as many as there are.
    Overwrite(usize, Vec<u8>),
    /// More bytes here.
    Insert(usize, Vec<u8>),
    /// It ends here.
    Cut(usize),
    /// Nothing of it stays.
    Replace(Vec<u8>),
}

/// Bytes that mean something to a parser, and bytes that mean nothing.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "---\n",
        ": ",
        "\n- ",
        "\n  ",
        "[",
        "{",
        "}",
        "]",
        "\"",
        "'",
        "&a ",
        "*a",
        "!!x ",
        "# ",
        "<!--",
        "|",
        "é",
        "日本",
        "🚛",
        "\u{feff}",
        "\u{202e}",
        "\0",
        "\r",
        "\r\n",
        "\t",
        "```\n",
        "**",
        "| a |\n|---|\n",
        "\\u12",
        "1e999",
        "null",
        "~",
        "metadata",
        "card",
        "../",
        "sha256:",
        "license",
        "\u{85}",
        "\u{2028}",
        ",",
        "@",
    ]);
    prop_oneof![
        4 => prop::collection::vec(word, 1..6).prop_map(|words| words.concat().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..24),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (any::<usize>(), bytes()).prop_map(|(at, bytes)| Change::Overwrite(at, bytes)),
        4 => (any::<usize>(), bytes()).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        1 => any::<usize>().prop_map(Change::Cut),
        1 => bytes().prop_map(Change::Replace),
    ]
}

impl Change {
    fn apply(&self, text: &mut Vec<u8>) {
        let room = text.len() + 1;
        match self {
            Self::Overwrite(at, bytes) => {
                let at = at % room;
                let end = (at + bytes.len()).min(text.len());
                text.splice(at..end, bytes.iter().copied());
            }
            Self::Insert(at, bytes) => {
                let at = at % room;
                text.splice(at..at, bytes.iter().copied());
            }
            Self::Cut(at) => text.truncate(at % room),
            Self::Replace(bytes) => text.clone_from(bytes),
        }
    }
}

/// The broken example with one document changed in a few places.
fn disturbed() -> impl Strategy<Value = MemoryTree> {
    (prop::sample::select(PATHS.to_vec()), prop::collection::vec(change(), 1..4)).prop_map(|(path, changes)| {
        let mut tree = BROKEN.clone();
        let mut text = tree.get(path).unwrap_or(b"apiVersion = \"weighbridge/v1\"\nkind = \"ModelRelease\"\n").to_vec();
        for change in changes {
            change.apply(&mut text);
        }
        tree.put(path, text);
        tree
    })
}

fn points_into_the_text(outcome: &Outcome, span: Span) -> bool {
    outcome.sources.of(span).text().get(span.start as usize..span.end as usize).is_some()
}

/// The findings of one file, in full but for what is found elsewhere.
fn of_file(outcome: &Outcome, path: &str) -> Vec<String> {
    let mine = outcome.findings.iter().filter(|finding| outcome.sources.of(finding.primary.span).path() == path);
    mine.map(|finding| format!("{} {} {} {:?}", finding.rule, finding.severity, finding.message, finding.help))
        .collect()
}

/// A tree that lists its files in another order.
struct Turned {
    tree: MemoryTree,
    by: usize,
}

impl Tree for Turned {
    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        let (mut files, failed) = self.tree.list();
        let by = self.by % files.len().max(1);
        files.rotate_left(by);
        files.reverse();
        (files, failed)
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.tree.read(path, limit)
    }

    fn head(&self, path: &str, limit: usize) -> Result<Vec<u8>, ReadError> {
        self.tree.head(path, limit)
    }

    fn stat(&self, path: &str) -> Result<Listed, ReadError> {
        self.tree.stat(path)
    }

    fn sha256(&self, path: &str) -> Result<[u8; 32], ReadError> {
        self.tree.sha256(path)
    }
}

fn in_threads(threads: usize, tree: &dyn Tree) -> [String; 2] {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let outcome = pool.install(|| check(tree));
    [Format::Json, Format::Sarif].map(|format| render(format, &outcome))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_is_judged_and_every_finding_points_into_it(tree in disturbed()) {
        let outcome = check(&tree);
        for finding in &outcome.findings {
            let spans = finding.related.iter().map(|label| label.span).chain([finding.primary.span]);
            for span in spans.chain(finding.fix.as_ref().map(|fix| fix.span)) {
                prop_assert!(points_into_the_text(&outcome, span), "{finding:?}");
            }
            prop_assert!(!finding.message.trim().is_empty(), "{finding:?}");
            prop_assert!(!finding.message.contains(['\n', '\r']), "{finding:?}");
        }
        let again = check(&tree);
        for format in Format::ALL {
            prop_assert_eq!(render(*format, &outcome), render(*format, &again));
        }
    }

    #[test]
    fn order_and_threads_do_not_matter(tree in disturbed(), by in any::<usize>(), threads in 2_usize..5) {
        let expected = in_threads(1, &tree);
        prop_assert_eq!(in_threads(threads, &Turned { tree, by }), expected);
    }

    #[test]
    fn a_file_that_concerns_nobody_changes_nothing_for_others(text in bytes(), name in "[a-z]{1,6}") {
        let before = check(&*BROKEN);
        let mut tree = BROKEN.clone();
        let unrelated = ["txt", "md", "yaml", "json", "toml"].map(|end| format!("unrelated/{name}.{end}"));
        for path in &unrelated {
            tree.put(path.clone(), text.clone());
        }
        let after = check(&tree);
        for path in BROKEN.paths() {
            prop_assert_eq!(of_file(&before, path), of_file(&after, path), "{}", path);
        }
    }

    #[test]
    fn a_bare_card_may_say_anything(text in prop::collection::vec(bytes(), 0..12)) {
        let mut tree = MemoryTree::default();
        tree.put("MODEL_CARD.md", text.concat());
        let outcome = check(&tree);
        prop_assert!(outcome.failed());
        prop_assert!(outcome.findings.iter().all(|finding| points_into_the_text(&outcome, finding.primary.span)));
    }
}

#[test]
fn a_second_release_does_not_change_the_first() {
    let before = check(&*BROKEN);
    let mut tree = BROKEN.clone();
    let clean = folder("examples/clean");
    // Owners and organisations are the repository's, and concern everybody.
    for path in clean.paths().filter(|path| path.starts_with("models/") || path.starts_with("releases/handover")) {
        tree.put(path, clean.get(path).unwrap());
    }
    let after = check(&tree);
    assert!(after.releases.len() > before.releases.len());
    for path in BROKEN.paths() {
        assert_eq!(of_file(&before, path), of_file(&after, path), "{path}");
    }
}
