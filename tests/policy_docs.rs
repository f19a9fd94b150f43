//! The examples of `docs/policy-language.md` load, and their tests pass; the schema of
//! a pack knows what the loader knows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;

use serde_json::Value as Json;
use weighbridge::change::MemoryChange;
use weighbridge::config::Config;
use weighbridge::discover::Selection;
use weighbridge::engine::{Engine, Past, Plan};
use weighbridge::parse::yaml;
use weighbridge::policy::base_set::BaseSets;
use weighbridge::policy::selftest::{self, CaseState};
use weighbridge::source::{Source, SourceId};
use weighbridge::tree::MemoryTree;

const DOCUMENT: &str = include_str!("../docs/policy-language.md");

/// The fenced examples.
fn packs() -> Vec<&'static str> {
    DOCUMENT.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_first_rule_has_fifteen_lines() {
    assert_eq!(packs()[0].lines().count(), 15);
}

#[test]
fn every_example_is_a_pack_whose_tests_pass_and_cover_it() {
    assert!(packs().len() >= 3);
    for pack in packs() {
        let engine = Engine::with_packs(&[Source::new("example.yaml", pack)]).unwrap().watched();
        let own = engine.own_rules();
        let only = |id: &_| own.contains(id);
        let base = BaseSets::builtin().unwrap().for_packs(engine.policy()).unwrap();
        let check = |tree: &MemoryTree, as_of, _: &MemoryChange| {
            engine.check_all(&Plan {
                tree,
                config: Config::default(),
                selection: Selection::everything(),
                as_of,
                fail_on: None,
                allow_empty: true,
                baseline: None,
                past: Past::NotAsked,
            })
        };
        let tested = selftest::run(engine.policy(), &base, &only, &check);
        let wrong: Vec<_> = tested.results.iter().filter(|case| case.state != CaseState::Validated).collect();
        assert!(wrong.is_empty() && !tested.results.is_empty(), "{wrong:#?}\n{pack}");
        assert_eq!(selftest::coverage(engine.policy(), &only, &tested), [], "{pack}");
    }
}

/// The commands and texts of the first section, one after the other, as a reader types them.
#[test]
fn the_tutorial_works_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let run = |line: &str, code: i32| {
        assert!(DOCUMENT.contains(&format!("`weighbridge {line}`")), "the tutorial does not say `{line}`");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_weighbridge"))
            .args(line.split(' '))
            .args(line.starts_with("check").then_some("--as-of=2026-11-21"))
            .current_dir(folder.path())
            .env_remove("GITHUB_ACTIONS")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(code), "{line}: {said}");
        said
    };
    let put = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();

    run("new policy acme", 0);
    put(".weighbridge/policies/acme.yaml", packs()[0]);
    assert_eq!(run("policy test", 0), "2 cases of 1 rule, 0 wrong\n");
    run("new release support 2.1.0", 0);
    assert!(run("check --select acme", 1).contains("no ticket: missing `x-acme`"));

    let mapping = "frameworks: [nist-ai-rmf/govern-2.1]";
    assert!(DOCUMENT.contains(&format!("add `{mapping}` to the rule")));
    let mapped = packs()[0].replacen("    help:", &format!("    {mapping}\n    help:"), 1);
    put(".weighbridge/policies/acme.yaml", &mapped);
    let items = run("rules --framework nist-ai-rmf", 0);
    let (_, item) = items.split_once("  govern-2.1 ").unwrap();
    assert!(item.split("\n  govern-").next().unwrap().contains("acme/ticket-missing"), "{item}");

    let indented = DOCUMENT.lines().skip_while(|line| !line.contains("a waiver into")).skip(1);
    let waiver = indented.skip_while(|line| !line.starts_with("    ")).take_while(|line| line.starts_with("    "));
    let waiver = waiver.map(|line| &line[4..]).collect::<Vec<_>>().join("\n") + "\n";
    put(".weighbridge/waivers.yaml", &waiver);
    assert!(run("check --select acme", 0).contains("1 waived"));
}

fn schema() -> Json {
    serde_json::from_str(include_str!("../schemas/policy.v1.json")).unwrap()
}

#[test]
fn the_schema_takes_the_examples_and_the_built_in_packs() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let mut all: Vec<String> = packs().into_iter().map(str::to_owned).collect();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/policies")).unwrap() {
        let path = entry.unwrap().path();
        let text = if path.is_file() { std::fs::read_to_string(path).unwrap() } else { String::new() };
        if text.contains("\nvocabulary:") {
            all.push(text);
        }
    }
    assert!(all.len() > 9);
    for text in all {
        let json = yaml::parse(&text, SourceId(0), 0).root.unwrap().to_json();
        let errors: Vec<String> = validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

/// The loader names all keys that it knows where it finds a word instead of a mapping.
#[test]
fn the_schema_knows_what_the_loader_knows_and_nothing_else() {
    let listed = |pack: &str| -> BTreeSet<String> {
        let error = Engine::with_packs(&[Source::new("p", pack)]).err().unwrap().to_string();
        let mut helps = error.lines().map(str::trim);
        let keys =
            helps.find_map(|line| line.strip_prefix("help: its keys are: ").or(line.strip_prefix("help: known are: ")));
        keys.unwrap_or_else(|| panic!("{error}")).split(", ").map(str::to_owned).collect()
    };
    let schema = schema();
    let head = "pack: t\nversion: 1\nvocabulary: 1\nrules:\n";
    let rule = |rest: &str| format!("{head}- {{id: t/x, on: card, title: t, severity: note, {rest}}}\n");
    let clause = |rest: &str| rule(&format!("tests: [{{fail: f}}], assert: [{rest}]"));
    let mut places = vec![
        ("[x]".to_owned(), "/properties".to_owned()),
        (format!("{head}- x\n"), "/$defs/rule/properties".to_owned()),
        (rule("tests: [x]"), "/$defs/test/properties".to_owned()),
        (rule("tests: [{fail: f}], fix: x"), "/$defs/fix/properties".to_owned()),
        (rule("tests: [{fail: f}], related: [x]"), "/$defs/rule/properties/related/items/properties".to_owned()),
        (clause("x"), "/$defs/clause/properties".to_owned()),
        (clause("{at: a, is: {equals: x}, fix: x}"), "/$defs/fix/properties".to_owned()),
        (clause("{at: a, is: x}"), "/$defs/checks/properties".to_owned()),
        (clause("{at: a, is: {date: x}}"), "/$defs/checks/properties/date/properties".to_owned()),
        (format!("links: {{l: x}}\n{head}"), "/properties/links/additionalProperties/properties".to_owned()),
    ];
    for word in
        ["count", "same", "compare", "section", "table", "answers", "file", "link", "spdx", "codeowners", "identity"]
    {
        places.push((clause(&format!("{{at: a, {word}: x}}")), format!("/$defs/clause/properties/{word}/properties")));
    }
    // What `extends` adds is read before the rest of a rule.
    let added = |key: &str| key == "extends" || key == "parameters" || key.ends_with('+');
    for (pack, pointer) in places {
        let described = schema.pointer(&pointer).unwrap_or_else(|| panic!("{pointer}")).as_object().unwrap();
        let of_rule = pointer == "/$defs/rule/properties";
        let known: BTreeSet<String> = described.keys().filter(|key| !(of_rule && added(key))).cloned().collect();
        let beside = |key: &String| !(pointer == "/properties" && key == "tests");
        assert_eq!(known.into_iter().filter(beside).collect::<BTreeSet<_>>(), listed(&pack), "{pointer}");
        for (key, what) in described {
            let says = what.get("description").or(what.get("$ref"));
            assert!(says.is_some(), "{pointer}/{key} has no description");
        }
    }
}
