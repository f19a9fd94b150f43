//! Baselines: what counts and what does not; and `check` with baselines and waivers as
//! it is run: exit codes, and what it writes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{about, check as judge, edit, engine, folder, helps, plan, render, rules};
use weighbridge::config::{Config, Overrides};
use weighbridge::engine::Plan;
use weighbridge::outcome::Outcome;
use weighbridge::report::Format;
use weighbridge::rule::Severity;
use weighbridge::tree::MemoryTree;
use weighbridge::waiver::baseline::{Baseline, render as written};

const CARD: &str = "---\nlicense: Apache-2.0\n---\n# Model card\n\n## Limitations\n\n[More Information Needed]\n";

/// Exit code, standard output, standard error.
fn check(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
        .args(["check", "--as-of", "2026-11-21", "--format", "concise"])
        .args(arguments)
        .current_dir(folder)
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("MODEL_CARD.md"), CARD).unwrap();
    fs::write(folder.path().join("weighbridge.yaml"), "fail-on: error\n").unwrap();
    folder
}

#[test]
fn from_many_findings_to_a_gate_that_holds() {
    let folder = repository();
    let at = folder.path();
    assert_eq!(check(at, &[]).0, 1);
    let (code, out, _) = check(at, &["--write-baseline", "base.json"]);
    assert_eq!(code, 0, "{out}");
    let first = fs::read_to_string(at.join("base.json")).unwrap();
    assert!(
        first.starts_with("{\n  \"weighbridge_baseline\": 1,\n  \"documents\": {\n    \"MODEL_CARD.md\": {"),
        "{first}"
    );
    assert!(out.contains(" baselined) in 2 files"), "{out}");
    assert_eq!(check(at, &["--write-baseline", "base.json"]).0, 0, "the same again is no growth");
    assert_eq!(fs::read_to_string(at.join("base.json")).unwrap(), first);

    fs::write(at.join("weighbridge.yaml"), "baseline: base.json\n").unwrap();
    assert_eq!(check(at, &[]).0, 0, "the configuration names it");

    fs::write(at.join("MODEL_CARD.md"), CARD.replace("Apache-2.0", "apache-2.0")).unwrap();
    let (code, out, _) = check(at, &[]);
    assert_eq!(code, 0, "stale is a warning");
    let line = first.lines().position(|line| line.contains("license/unknown-id")).unwrap() + 1;
    let stale =
        format!("base.json:{line}:7: warning[gate/waiver-invalid] the baseline allows 1 finding that is no longer");
    assert!(out.contains(&stale), "{out}");
    let (code, out, _) = check(at, &["--prune"]);
    assert_eq!(code, 0);
    assert!(!out.contains("gate/waiver-invalid"), "{out}");
    let second = fs::read_to_string(at.join("base.json")).unwrap();
    assert!(second.len() < first.len() && !second.contains("license/unknown-id"), "{second}");

    fs::write(at.join("MODEL_CARD.md"), CARD).unwrap();
    let (code, _, error) = check(at, &["--write-baseline", "base.json"]);
    assert_eq!(code, 2);
    assert!(
        error.contains("base.json would grow: `MODEL_CARD.md` has more findings of `license/unknown-id`"),
        "{error}"
    );
    assert!(error.contains("delete the file to start again"), "{error}");
    assert_eq!(fs::read_to_string(at.join("base.json")).unwrap(), second, "and it was not touched");
    assert_eq!(check(at, &["--prune"]).0, 0);
    assert_eq!(fs::read_to_string(at.join("base.json")).unwrap(), second, "pruning never adds");
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = repository();
    let at = folder.path();
    fs::write(at.join("other.json"), "{\"a\": 1}").unwrap();
    for (arguments, message) in [
        (&["--prune"][..], "--prune: there is no baseline"),
        (&["--baseline", "missing.json"], "missing.json: "),
        (&["--baseline", "other.json"], "other.json:1:2: this is no baseline of this version"),
        (&["--write-baseline", "other.json"], "other.json:1:2: this is no baseline of this version"),
        (&["--write-baseline", "b.json", "--select", "card"], "a baseline is of the whole repository"),
        (&["--write-baseline", "b.json", "MODEL_CARD.md"], "a baseline is of the whole repository"),
        (&["--write-baseline", "no/such/folder/b.json"], "cannot write no/such/folder/b.json"),
        (&["--write-baseline", "b.json", "--prune"], "cannot be used with"),
    ] {
        let (code, _, error) = check(at, arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(error.contains(message), "{arguments:?}: {error}");
    }
    assert!(!at.join("b.json").exists());
    fs::write(at.join("weighbridge.yaml"), "baseline: ../b.json\n").unwrap();
    assert!(check(at, &[]).2.contains("weighbridge.yaml:1:11: `baseline` is `../b.json`, which leads out"));
}

#[test]
fn a_waiver_decides_the_exit_code() {
    let folder = repository();
    let at = folder.path();
    let waive = |rule: &str, expires: &str| {
        format!(
            "  - {{id: \"{rule}\", rule: {rule}, subject: {{path: MODEL_CARD.md}}, reason: \"An old card, to be rewritten, see ML-7\", requested_by: \"@li\", approved_by: \"@noor\", created: 2026-11-01, expires: {expires}}}\n"
        )
    };
    let (_, out, _) = check(at, &[]);
    let mut rules: Vec<&str> =
        out.lines().filter_map(|line| line.split_once("error[")?.1.split_once(']')).map(|(rule, _)| rule).collect();
    rules.sort_unstable();
    rules.dedup();
    assert!(rules.len() > 1, "{out}");
    fs::create_dir(at.join(".weighbridge")).unwrap();
    for (expires, expected) in [("2026-12-31", 0), ("2026-11-20", 1)] {
        let waivers: Vec<String> = rules.iter().map(|rule| waive(rule, expires)).collect();
        let text = format!("apiVersion: weighbridge/v1\nkind: Waivers\nwaivers:\n{}", waivers.concat());
        fs::write(at.join(".weighbridge/waivers.yaml"), text).unwrap();
        let (code, out, _) = check(at, &[]);
        assert_eq!(code, expected, "{out}");
    }
}

fn judged(tree: &MemoryTree, overrides: &Overrides, baseline: Option<Baseline>) -> Outcome {
    let config = Config::default().with(overrides, engine().catalog()).unwrap();
    engine().check(&Plan { config, baseline, ..plan(tree) }).unwrap()
}

fn baseline(tree: &MemoryTree) -> Baseline {
    Baseline::parse("baseline.json", &written(&engine().count(&plan(tree)).unwrap().counts)).unwrap()
}

#[test]
fn what_was_there_before_does_not_count() {
    let tree = folder("examples/broken");
    let all = judge(&tree);
    let outcome = judged(&tree, &Overrides::default(), Some(baseline(&tree)));
    assert_eq!(outcome.findings, []);
    assert_eq!(outcome.baselined.len(), all.findings.len());
    assert!(!outcome.failed());
    assert!(render(Format::Human, &outcome).contains(&format!("no findings ({} baselined) in", all.findings.len())));
}

#[test]
fn one_more_and_all_of_that_rule_in_that_document_count() {
    let mut tree = folder("examples/broken");
    let old = baseline(&tree);
    let card = "models/reply-drafter/README.md";
    edit(&mut tree, card, "## Limitations\n\n", "## Limitations\n\n[More Information Needed]\n\n");
    let outcome = judged(&tree, &Overrides::default(), Some(old));
    assert_eq!(rules(&outcome), ["card/placeholder-text"; 3]);
}

#[test]
fn a_baseline_that_allows_too_much_is_stale_and_only_shrinks() {
    let mut tree = folder("examples/broken");
    let old = baseline(&tree);
    edit(&mut tree, "models/reply-drafter/README.md", "license: apache2.0", "license: apache-2.0");
    let outcome = judged(&tree, &Overrides::default(), Some(old.clone()));
    let message = "the baseline allows 1 finding that is no longer there";
    assert_eq!(about(&outcome), [(Severity::Warning, message.into(), "\"huggingface/unknown-license\"".into())]);
    helps(&outcome, "--prune");
    let card = Overrides { select: vec!["card".into()], ..Overrides::default() };
    assert_eq!(about(&judged(&tree, &card, Some(old.clone()))), [], "with fewer rules nothing can be said");
    let found = engine().count(&plan(&tree)).unwrap();
    let pruned = old.pruned(&found);
    assert_eq!(pruned, found.counts);
    assert_eq!(old.grown(&pruned), None);
    let smaller = Baseline::parse("baseline.json", &written(&pruned)).unwrap();
    let before = engine().count(&plan(&folder("examples/broken"))).unwrap();
    assert_eq!(smaller.grown(&before.counts), Some(("models/reply-drafter/README.md", "huggingface/unknown-license")));
    assert_eq!(smaller.pruned(&before), pruned, "pruning never makes it larger");
}

#[test]
fn a_document_that_cannot_be_read_is_never_in_a_baseline() {
    let mut tree = folder("examples/broken");
    let old = baseline(&tree);
    edit(&mut tree, "releases/ticket-router/2.1.0/release.yaml", "metadata:", "metadata: [");
    let outcome = judged(&tree, &Overrides::default(), Some(old.clone()));
    assert!(rules(&outcome).contains(&"gate/syntax-error"), "{:?}", rules(&outcome));
    let found = engine().count(&plan(&tree)).unwrap();
    assert!(!found.counts.values().any(|rules| rules.contains_key("gate/syntax-error")));
    let manifest = "releases/ticket-router/2.1.0/release.yaml";
    assert_eq!(
        old.pruned(&found).get(manifest),
        old.counts().get(manifest),
        "what is not known is not taken for mended"
    );
}

#[test]
fn what_is_no_baseline_is_said() {
    for (text, message) in [
        ("{", "b.json:1:"),
        ("{}", "b.json:1:1: this is no baseline of this version: it has no `\"weighbridge_baseline\": 1`"),
        ("{\"weighbridge_baseline\": 2}", "b.json:1:26: this is no baseline of this version"),
        (
            "{\"weighbridge_baseline\": 1, \"documents\": {\"a\": {\"x/y\": -1}}}",
            "b.json:1:56: this is not a number of findings: write a whole number from 1",
        ),
    ] {
        let error = Baseline::parse("b.json", text).unwrap_err();
        assert!(error.starts_with(message), "{error}");
    }
    let empty = written(&Baseline::parse("b.json", "{\"weighbridge_baseline\": 1}").unwrap().counts());
    assert_eq!(empty, "{\n  \"weighbridge_baseline\": 1,\n  \"documents\": {}\n}\n");
}
