//! What a pack and a rule take over, and every way in which that can go wrong.

use jiff::civil::date;

use crate::kind::Kind;
use crate::parse::{Node, yaml};
use crate::policy::{PackSource, Policy, PolicyError, Subject, load};
use crate::rule::FrameworkItems;
use crate::source::SourceId;

const BASE: &str = "\
pack: base
version: 1.0.0
vocabulary: 1
data:
  names: [a, b]
rules:
- id: base/name-unknown
  on: release
  title: The name is known
  severity: error
  help: write a known name
  parameters: {least: 3}
  assert:
  - {at: doc.name, is: {in: data.names}, message: 'name: {reason}', severity: error}
  - {at: doc.size, is: {min: '${least}'}, message: 'at least ${least}: {reason}'}
  tests: [{fail: f}]
";

fn sources(packs: &[&str]) -> Vec<PackSource> {
    let source = |(at, text): (usize, &&str)| PackSource {
        name: format!("p{at}"),
        source: SourceId(u32::try_from(at).unwrap()),
        text: (*text).to_owned(),
    };
    packs.iter().enumerate().map(source).collect()
}

fn load_all(packs: &[PackSource]) -> Result<Policy, Vec<PolicyError>> {
    load(packs, &FrameworkItems::new())
}

fn head(rest: &str) -> String {
    format!("pack: own\nversion: 1.0.0\nvocabulary: 1\n{rest}")
}

/// A pack with one rule that extends that of the base.
fn derived(rest: &str) -> String {
    head(&format!(
        "rules:\n- id: own/name-unknown\n  extends: base/name-unknown\n  tests: [{{fail: f}}]\n{}",
        rest.lines().map(|line| format!("  {line}\n")).collect::<Vec<_>>().concat()
    ))
}

fn said(policy: &Policy, doc: &str) -> Vec<String> {
    let doc = yaml::parse(doc, SourceId(9), 0).root.unwrap();
    let facts = Node::map(doc.span);
    let subject = Subject {
        kind: Kind::Release,
        sound: true,
        doc: &doc,
        facts: &facts,
        links: &[],
        around: crate::policy::Around::default(),
    };
    let judged = policy.judge(&subject, date(2026, 8, 20), &|_| true);
    let shown = judged.findings.iter().map(|f| format!("{} {}: {}", f.severity, f.rule, f.message));
    shown.filter(|line| line.contains(" own/")).collect()
}

#[track_caller]
fn says(own: &str, doc: &str, expected: &[&str]) {
    let policy = load_all(&sources(&[own, BASE])).unwrap();
    assert_eq!(said(&policy, doc), expected, "{own}");
}

#[track_caller]
fn wrong(packs: &[&str]) -> Vec<(String, String, String)> {
    let shown = |error: PolicyError| {
        let text = packs[error.span.source.0 as usize];
        (text[error.span.range()].to_owned(), error.message, error.help.unwrap_or_default())
    };
    load_all(&sources(packs)).unwrap_err().into_iter().map(shown).collect()
}

#[track_caller]
fn refused(own: &str, marked: &str, message: &str, help: &str) {
    let errors = wrong(&[own, BASE]);
    assert_eq!(errors, [(marked.to_owned(), message.to_owned(), help.to_owned())], "{own}");
}

#[test]
fn a_rule_takes_over_all_that_it_does_not_write() {
    let small = "name: z\nsize: 1";
    says(
        &derived(""),
        small,
        &[
            "error own/name-unknown: name: `z` is not one of the names",
            "error own/name-unknown: at least 3: `1` is less than 3",
        ],
    );
    says(&derived("data.names+: [z]\nparameters: {least: 1}"), small, &[]);
    says(
        &derived("data.names-: [a]\nparameters: {least: 0}"),
        "name: a\nsize: 1",
        &["error own/name-unknown: name: `a` is not one of the names"],
    );
    says(&derived("data.names: [q]"), "name: q\nsize: 3", &[]);
    says(
        &derived("severity: warning\nmessage: 'own words: {reason}'"),
        small,
        &[
            "warning own/name-unknown: own words: `z` is not one of the names",
            "warning own/name-unknown: own words: `1` is less than 3",
        ],
    );
    says(
        &derived("assert+: [{at: doc.team, is: {equals: x}, message: 'team: {reason}'}]"),
        "name: a\nsize: 3\nteam: y",
        &["error own/name-unknown: team: `y` is not `x`"],
    );
    says(&derived("when+: {at: doc.stage, is: {equals: out}}"), "name: z\nsize: 1\nstage: in", &[]);
}

#[test]
fn a_pack_takes_over_data() {
    let own = head(
        "extends: [base]\ndata: {names+: [c], names-: [a], more: [x]}\nrules:\n- id: own/x\n  on: release\n  title: t\n  \
         severity: note\n  tests: [{fail: f}]\n  assert: [{at: doc.name, is: {in: data.names}, message: '{reason}'}]\n",
    );
    says(&own, "name: c", &[]);
    says(&own, "name: a", &["note own/x: `a` is not one of the names"]);
    let both = derived("").replace("rules:", "extends: base\ndata: {names+: [z]}\nrules:");
    says(&both, "name: z\nsize: 3", &[]);
}

#[test]
fn a_pack_asks_for_a_version_of_another() {
    for fine in ["base@^1", "base@^1.0", "base@1.0.0", "base"] {
        assert!(load_all(&sources(&[BASE, &head(&format!("extends: ['{fine}']\nrules: []\n"))])).is_ok(), "{fine}");
    }
    let asks = |version: &str| head(&format!("extends: [base@{version}]\nrules: []\n"));
    let newer = "this needs version ^2 of the pack `base`, and the one here is 1.0.0";
    refused(&asks("^2"), "base@^2", newer, "provide version ^2 of `base`, or ask for 1.0.0");
    refused(
        &asks("new"),
        "base@new",
        "`new` is no version of a pack",
        "write a version such as `2.1.0`, or `^2` for any that is compatible with it",
    );
    refused(
        &asks("^1").replace("base@", "bsae@"),
        "bsae@^1",
        "there is no pack `bsae` to extend",
        "did you mean `base`?",
    );
}

#[test]
fn every_mistake_is_told_at_its_place() {
    refused(
        &derived("").replace("extends: base/name-unknown", "extends: base/name-unknwon"),
        "base/name-unknwon",
        "there is no rule `base/name-unknwon` to extend",
        "did you mean `base/name-unknown`?",
    );
    refused(
        &derived("data.nmaes+: [z]"),
        "data.nmaes+",
        "there is no list `nmaes` to change",
        "did you mean `names+`?",
    );
    refused(&derived("data.names-: [aa]"), "aa", "`aa` is not in the list `names`", "take the item out here");
    refused(
        &derived("parameters: {lesat: 1}"),
        "lesat",
        "the rule that is extended has no parameter `lesat`",
        "did you mean `least`?",
    );
    refused(&derived("asert+: []"), "asert+", "unknown key `asert+` in a rule", "did you mean `assert`?");
    refused(
        &derived("").replace("rules:", "extends: [bas]\nrules:"),
        "bas",
        "there is no pack `bas` to extend",
        "did you mean `base`?",
    );
    let listed = derived("parameters: {least: [1]}");
    let errors = wrong(&[&listed, BASE]);
    assert_eq!((&*errors[0].0, &*errors[0].1), ("[1]", "`min` is a number"));
    assert_eq!(errors[1].1, "the parameter `least` is a list, which cannot stand in a text");
}

#[test]
fn parameters_are_declared_and_used() {
    let unused = derived("parameters: {least: 1}\nassert: [{present: doc.name}]");
    let errors = wrong(&[&unused, BASE]);
    assert_eq!(errors[0].1, "the parameter `least` is used nowhere in the rule");
    let unknown = derived("label: '${lesat}'");
    refused(&unknown, "'${lesat}'", "there is no parameter `lesat`", "did you mean `${least}`?");
}

#[test]
fn circles_and_long_chains_are_told() {
    let circle = |name: &str, of: &str| format!("pack: {name}\nversion: 1.0.0\nvocabulary: 1\nextends: [{of}]\n");
    let errors = wrong(&[&circle("a", "b"), &circle("b", "a")]);
    assert_eq!(errors[0].1, "packs extend each other in a circle: a -> b -> a");
    let errors = wrong(&[&circle("a", "a")]);
    assert_eq!(errors[0].1, "packs extend each other in a circle: a -> a");

    let itself = derived("").replace("extends: base/name-unknown", "extends: own/name-unknown");
    refused(&itself, "own/name-unknown", "`own/name-unknown` extends itself, if only through other rules", "");

    let chain: Vec<String> = (0..8).rev().map(|n| circle(&format!("p{n}"), &format!("p{}", n + 1))).collect();
    let mut chain: Vec<&str> = chain.iter().map(String::as_str).collect();
    chain.insert(0, "pack: p8\nversion: 1.0.0\nvocabulary: 1\n");
    assert!(load_all(&sources(&chain[..6])).is_ok());
    assert!(wrong(&chain).iter().any(|error| error.1 == "more than 5 packs extend one another"));
    chain.reverse();
    assert!(wrong(&chain).iter().any(|error| error.1 == "more than 5 packs extend one another"));
}

#[test]
fn rules_stand_upon_each_other_five_deep() {
    let rules: Vec<String> = (1..8)
        .map(|n| {
            let base = if n == 1 { "base/name-unknown".to_owned() } else { format!("own/r{}", n - 1) };
            format!("- {{id: own/r{n}, extends: {base}, tests: [{{fail: f}}]}}\n")
        })
        .collect();
    let errors = wrong(&[BASE, &head(&format!("rules:\n{}", rules.concat()))]);
    assert_eq!((&*errors[0].0, &*errors[0].1), ("own/r5", "more than 5 rules extend one another"));
    let few: Vec<&str> = rules.iter().take(5).map(|line| line.trim_end()).collect();
    assert!(load_all(&sources(&[BASE, &head(&format!("rules:\n{}\n", few.join("\n")))])).is_ok());
}

#[test]
fn a_rule_that_code_raises_is_not_extended() {
    let schema = BASE.replace("  severity: error\n", "  severity: error\n  raised_by: schema\n");
    let errors = wrong(&[&derived(""), &schema]);
    assert_eq!(errors[0].1, "`base/name-unknown` is raised in code and cannot be extended");
}

#[test]
fn old_ids_and_tests_beside_a_pack() {
    let aliased = BASE.replace("  on: release\n", "  on: release\n  aliases: [base/old-name]\n");
    let policy = load_all(&sources(&[&aliased])).unwrap();
    assert_eq!(policy.catalog().get("base/old-name").map(|rule| rule.id.as_str()), Some("base/name-unknown"));
    let taken = derived("aliases: [base/name-unknown]");
    refused(&taken, "base/name-unknown", "`base/name-unknown` is the id of another rule, not an old one", "");

    let untested = BASE.replace("  tests: [{fail: f}]\n", "");
    assert_eq!(wrong(&[&untested])[0].1, "`base/name-unknown` has no tests");
    assert!(load_all(&sources(&["tests: {base/name-unknown: [{fail: f}]}", &untested])).is_ok());
    let errors = wrong(&["tests: {base/name-unknwon: [{fail: f}]}", BASE]);
    assert_eq!(
        (&*errors[0].1, &*errors[0].2),
        ("there is no rule `base/name-unknwon` to test", "did you mean `base/name-unknown`?")
    );
    let weak = BASE.replace("severity: error\n", "severity: warning\n  locked: true\n");
    let errors = wrong(&[&weak]);
    assert!(errors.iter().any(|error| error.1 == "`base/name-unknown` is locked and a warning"), "{errors:?}");
}

#[test]
fn copies_without_end_are_refused() {
    let names: Vec<String> = (0..40_000).map(|n| format!("n{n},")).collect();
    let base = BASE.replace("[a, b]", &format!("[a, b, {}]", names.concat()));
    let rules: Vec<String> = (0..30)
        .map(|n| format!("- {{id: own/r{n}, extends: base/name-unknown, data.names+: [x{n}], tests: [{{fail: f}}]}}\n"))
        .collect();
    let own = head(&format!("rules:\n{}", rules.concat()));
    let errors = wrong(&[&own, &base]);
    assert_eq!(errors[0].1, "the packs extend each other too often to be put together");
}
