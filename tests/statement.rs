//! The statement that a run leaves to be signed: by the schema of its format, about what is
//! released, and never kinder than the report.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod common;

use std::sync::Arc;

use serde_json::Value as Json;
use weighbridge::outcome::{Configured, Outcome};
use weighbridge::report;

const SCHEMA: &str = include_str!("samples/in-toto.schema.json");

fn statement(outcome: &Outcome) -> Json {
    let statement = serde_json::to_value(report::statement(outcome).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let wrong: Vec<String> = schema.iter_errors(&statement).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    statement
}

fn digests(statement: &Json) -> Vec<&str> {
    let subjects = statement["subject"].as_array().unwrap().iter();
    subjects.map(|subject| subject["digest"]["sha256"].as_str().unwrap()).collect()
}

#[test]
fn a_clean_run_passes_for_the_weights_that_are_on_the_road() {
    let tree = common::folder("examples/clean");
    let mut outcome = common::check(&tree);
    let (path, text) = ("ci/weighbridge.yaml".to_owned(), "exclude: []".to_owned());
    outcome.configuration = Some(Arc::new(Configured { path, text }));
    let statement = statement(&outcome);
    assert_eq!(statement["predicate"]["result"], "PASSED");
    assert_eq!(statement["predicate"]["failedTests"], Json::Array(Vec::new()));
    let passed = statement["predicate"]["passedTests"].as_array().unwrap();
    assert!(passed.iter().any(|rule| rule == "approval/approver-unnamed"), "{passed:?}");
    assert!(statement["subject"].as_array().unwrap().iter().all(|subject| {
        subject["annotations"]["release"] == "claims-assistant-1.4.0" && subject["annotations"]["stage"] == "canary"
    }));
    let manifest =
        String::from_utf8(tree.get("releases/claims-assistant/1.4.0/release.yaml").unwrap().to_vec()).unwrap();
    assert!(digests(&statement).iter().all(|digest| manifest.contains(digest)), "as the manifest writes them");
    let configuration = statement["predicate"]["configuration"].as_array().unwrap();
    assert_eq!(configuration[0]["annotations"]["asOf"], "2026-11-21");
    assert!(configuration.iter().any(|pack| pack["name"] == "policies/approval.yaml" && pack["digest"].is_object()));
    let settings = configuration.iter().find(|one| one["name"] == "ci/weighbridge.yaml").unwrap();
    assert_eq!(settings["digest"]["sha256"], "790c163b3c3c87a26793e0997bb4aaf80229fa6df701c260f6077bf3b45ba9a9");
    assert_eq!(configuration[0]["annotations"]["notAssessed"], "2");
}

#[test]
fn a_narrowed_run_signs_nothing_and_a_statement_without_a_subject_hides_no_finding() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("README.md"), "---\nlicense: gpl-9\nbase_model: a/b\n---\n# X\n").unwrap();
    let check = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_weighbridge"));
        command.current_dir(folder.path()).args(["check", "--as-of", "2026-11-21", "--output", "in-toto=s.json"]);
        let output = command.args(arguments).env_remove("GITHUB_ACTIONS").output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let (code, _, error) = check(&["--select", "card"]);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("a statement is about the whole policy"), "{error}");
    let (code, report, error) = check(&[]);
    assert_eq!(code, 2);
    assert!(report.contains("huggingface/unknown-license"), "{report}");
    assert!(error.contains("leave out `--output in-toto=…`"), "{error}");
}

#[test]
fn the_configuration_is_named_as_it_was_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ours.yaml"), "exclude: []\n").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_weighbridge"));
    command.current_dir(folder.path()).args(["check", "--as-of", "2026-11-21", "--output", "in-toto=s.json"]);
    command.args(["--config", "ours.yaml", concat!(env!("CARGO_MANIFEST_DIR"), "/examples/clean")]);
    let output = command.env_remove("GITHUB_ACTIONS").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let statement: Json = serde_json::from_slice(&std::fs::read(folder.path().join("s.json")).unwrap()).unwrap();
    let configuration = statement["predicate"]["configuration"].as_array().unwrap();
    assert_eq!(configuration.last().unwrap()["name"], "ours.yaml");
}

#[test]
fn an_error_is_a_failure_whatever_fails_the_run() {
    let mut tree = common::folder("examples/clean");
    let path = "releases/claims-assistant/1.4.0/release.yaml";
    common::edit(&mut tree, path, "accountable_owner:", "x-owner:");
    let mut outcome = common::check(&tree);
    outcome.fail_on = None;
    let statement = statement(&outcome);
    assert_eq!(statement["predicate"]["result"], "FAILED");
    let failed = statement["predicate"]["failedTests"].as_array().unwrap();
    let passed = statement["predicate"]["passedTests"].as_array().unwrap();
    assert!(failed.iter().any(|rule| rule == "release/owner-not-accountable"), "{failed:?}");
    assert!(!failed.iter().any(|rule| passed.contains(rule)));
}

#[test]
fn what_is_not_to_go_on_the_road_has_no_statement() {
    let mut tree = common::folder("examples/clean");
    let path = "releases/claims-assistant/1.4.0/release.yaml";
    let stage = |tree: &weighbridge::tree::MemoryTree| {
        let outcome = common::check(tree);
        outcome.releases.iter().map(|release| release.artifacts.len()).sum::<usize>()
    };
    assert!(stage(&tree) > 0);
    common::edit(&mut tree, path, "stage: canary", "stage: offline_evals");
    assert_eq!(stage(&tree), 0, "its approval path is not due yet");
    common::edit(&mut tree, path, "stage: offline_evals", "stage: retired");
    assert_eq!(stage(&tree), 0, "it is over");
    assert!(report::statement(&common::check(&tree)).is_none());
}
