//! What `check --fix` does: the finding is gone, nothing else has changed, and what people
//! have decided on is left alone.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod common;

use common::{check, engine, plan};
use weighbridge::engine::{Engine, Mended};
use weighbridge::facts::digest;
use weighbridge::parse::Syntax;
use weighbridge::source::Source;
use weighbridge::tree::MemoryTree;

const CARD: &str =
    "---\nlicence: \"Apache-2.0\"   # why\ntags: [x]\nlibrary-name: peft\n---\n# Model card of X\n\nDrafts.\n";

fn tree(files: &[(&str, &str)]) -> MemoryTree {
    let mut tree = MemoryTree::default();
    for (path, text) in files {
        tree.put(*path, *text);
    }
    tree
}

fn mend(tree: &MemoryTree, doubtful: bool) -> Vec<Mended> {
    engine().mend(&plan(tree), doubtful).unwrap()
}

/// The only document that is mended, as it is then.
#[track_caller]
fn mended(files: &[(&str, &str)]) -> String {
    let all = mend(&tree(files), false);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].after.clone()
}

#[test]
fn what_is_certain_is_mended_and_what_it_brings_to_light() {
    let files = [("README.md", CARD)];
    let after = mended(&files);
    assert_eq!(
        after,
        CARD.replace("licence:", "license:")
            .replace("Apache-2.0", "apache-2.0")
            .replace("library-name", "library_name")
    );
    let made = mend(&tree(&files), false)[0].made.clone();
    let rules: Vec<&str> = made.iter().map(|made| made.rule.as_str()).collect();
    assert_eq!(rules, ["gate/unknown-field", "gate/unknown-field", "license/unknown-id"]);
    assert!(mend(&tree(&[("README.md", &after)]), false).is_empty(), "what is mended stays");
}

#[test]
fn a_value_keeps_its_quotes_in_every_syntax() {
    let config = |syntax: &str, text: &str| mended(&[("README.md", "# X\n"), (syntax, text)]);
    let card = |license: &str| CARD.replace("licence: \"Apache-2.0\"", license).replace("library-name", "library_name");
    let of = |license: &str| mended(&[("README.md", &card(license))]);
    assert_eq!(of("license: 'Apache-2.0'"), card("license: \"apache-2.0\""));
    assert_eq!(of("license: [mit, Apache-2.0]"), card("license: [mit, apache-2.0]"));
    let release = |key: &str| {
        format!(
            "{{\"apiVersion\": \"weighbridge/v1\", \"kind\": \"ModelRelease\", \"metadata\": {{\"{key}\": \"1.0.0\"}}}}\n"
        )
    };
    assert_eq!(config("release.json", &release("vresion")), release("version"));
}

#[test]
fn a_section_to_be_written_is_added_only_when_asked_for() {
    let card =
        "---\nlicense: mit\nlibrary_name: peft\ntags: [x]\n---\n# Model card of X\n\nDrafts answers for agents.\n\n\n";
    let tree = tree(&[("README.md", card)]);
    assert!(mend(&tree, false).is_empty());
    let after = mend(&tree, true)[0].after.clone();
    let kept = card.trim_end();
    assert!(
        after.starts_with(&format!("{kept}\n\n## ")) && after.ends_with("[More Information Needed]\n\n\n"),
        "{after}"
    );
    assert_eq!(after.matches("\n## Limitations\n").count(), 1, "{after}");
    let mut then = MemoryTree::default();
    then.put("README.md", after);
    let missing = |tree: &MemoryTree| {
        check(tree).findings.iter().filter(|finding| finding.rule.as_str() == "card/required-topic-missing").count()
    };
    assert_eq!((missing(&tree) > 3, missing(&then)), (true, 0));
    assert!(mend(&then, true).is_empty(), "what is mended stays");
    let crlf = self::tree(&[("README.md", &card.replace('\n', "\r\n"))]);
    assert_eq!(mend(&crlf, true)[0].after.replace("\r\n", "").matches('\n').count(), 0, "line ends stay");
}

#[test]
fn an_alias_is_for_a_person() {
    let card = CARD
        .replace("licence: \"Apache-2.0\"", "license: &l Apache-2.0\nother: *l")
        .replace("library-name", "library_name");
    assert!(mend(&tree(&[("README.md", &card)]), false).is_empty());
}

/// An approval record in a state, which names the digest of the card.
fn record(state: &str) -> String {
    let digest = digest::of_file(&tree(&[("README.md", CARD)]), "README.md").unwrap();
    format!(
        "apiVersion: weighbridge/v1\nkind: ApprovalRecord\nrelease: x-1.0.0\nstate: {state}\nrequsted: {{}}\nbound_to: {{card: \"{digest}\"}}\n"
    )
}

#[test]
fn what_people_have_decided_on_is_left_alone() {
    let paths = |state: &str| -> Vec<String> {
        let tree = tree(&[("README.md", CARD), ("approvals.yaml", &record(state))]);
        mend(&tree, true).into_iter().map(|mended| mended.path).collect()
    };
    assert_eq!(paths("approved"), [""; 0]);
    assert_eq!(paths("approved\nsteps: [unclosed"), [""; 0], "not even where the record cannot be read whole");
    assert_eq!(paths("draft"), ["README.md", "approvals.yaml"]);
    let waivers = "apiVersion: weighbridge/v1\nkind: Waivers\nwaivers: [{id: W-1, aproved_by: [\"@x\"]}]\n";
    let tree = tree(&[("README.md", CARD), (".weighbridge/waivers.yaml", waivers)]);
    assert_eq!(mend(&tree, true).len(), 1, "the card alone");
}

#[test]
fn a_slip_in_any_key_is_put_right_byte_for_byte() {
    let clean = common::folder("examples/clean");
    let decided = ["approvals.yaml", "waivers.yaml"];
    let mut put_right = 0;
    for path in clean
        .paths()
        .filter(|path| Syntax::of(path) == Some(Syntax::Yaml) && !decided.iter().any(|name| path.ends_with(name)))
    {
        let text = String::from_utf8(clean.get(path).unwrap().to_vec()).unwrap();
        let keys: std::collections::BTreeSet<&str> = text
            .lines()
            .filter_map(|line| line.split_once(':').map(|(key, _)| key.trim()))
            .filter(|key| key.len() > 8 && key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            .collect();
        for key in keys.into_iter().take(4) {
            let slip = format!("{}{}", &key[..key.len() - 2], &key[key.len() - 1..]);
            let mut tree = clean.clone();
            tree.put(path, text.replacen(&format!("{key}:"), &format!("{slip}:"), 1));
            for mended in mend(&tree, false) {
                assert_eq!((mended.path.as_str(), &mended.after), (path, &text), "{slip}");
                put_right += 1;
            }
        }
    }
    assert!(put_right > 8, "only {put_right} slips were put right");
}

/// Rules that mend the mood of a card, each with what it finds wrong and what it writes.
fn moods(rules: &[(&str, &str, &str)]) -> Engine {
    let rule = |(id, wrong, right): &(&str, &str, &str)| {
        format!(
            "- {{id: t/{id}, on: card, title: The mood is right, severity: note, help: smile, assert: [{{at: mood, is: {{not_equals: {wrong}}}}}], fix: {{title: smile, safe: true, replace: '{right}'}}, tests: [{{fail: f}}]}}\n"
        )
    };
    let rules: String = rules.iter().map(rule).collect();
    let pack = format!("pack: t\nversion: 0.1.0\nvocabulary: 1\nrules:\n{rules}");
    Engine::with_packs(&[Source::new("t.yaml", pack)]).unwrap()
}

#[test]
fn rules_that_disagree_or_say_nothing_of_use_change_nothing() {
    let tree =
        tree(&[("README.md", "---\nlicense: mit\ntags: [x]\nlibrary_name: peft\nmood: up\n---\n# Model card of X\n")]);
    let after = |rules: &[(&str, &str, &str)]| {
        let all = moods(rules).mend(&plan(&tree), false).unwrap();
        all.first().map(|mended| mended.after.clone())
    };
    assert!(after(&[("a", "up", "fine")]).unwrap().contains("\nmood: fine\n"));
    assert_eq!(after(&[("a", "up", "down"), ("b", "down", "up")]), None, "each undoes the other");
    assert_eq!(after(&[("a", "up", "up")]), None, "it is what it was");
    assert_eq!(after(&[("a", "up", "{facts.updated}")]), None, "there is nothing to write");
    // What would be read as something else is put in quotes, whoever wrote it.
    assert!(after(&[("a", "up", "no")]).unwrap().contains("\nmood: \"no\"\n"));
    assert!(after(&[("a", "up", "x: [y")]).unwrap().contains("\nmood: \"x: [y\"\n"));
}
