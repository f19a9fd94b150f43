//! What reports list of a release beside its findings: who answers, what it rests on, what
//! is recorded of its approval and stated of its checklist.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{check, edit, folder};
use weighbridge::outcome::{Evidence, Outcome, Recorded, ReleaseSummary, Stated};

const FOLDER: &str = "releases/claims-assistant/1.4.0";

fn release(outcome: &Outcome) -> &ReleaseSummary {
    outcome.releases.iter().find(|release| release.id == "claims-assistant-1.4.0").unwrap()
}

fn file(name: &str, path: &str) -> Evidence {
    Evidence { name: name.to_owned(), path: Some(path.to_owned()) }
}

#[test]
fn items_name_who_answers_and_what_they_rest_on() {
    let outcome = check(&folder("examples/clean"));
    let release = release(&outcome);
    assert_eq!((release.owner.as_deref(), release.target_date.as_deref()), (Some("@tobias"), Some("2026-12-07")));
    let area = |name: &str| release.areas.iter().find(|area| area.name == name).unwrap();
    assert_eq!(area("evaluation").owner.as_deref(), Some("@meera"));
    let packet = format!("{FOLDER}/ckpt-9c41e7-eval-packet.yaml");
    assert_eq!(area("evaluation").evidence, [file("ckpt-9c41e7-eval-packet.yaml", &packet)]);
    assert_eq!((area("card").due.as_deref(), area("data").due.as_deref()), (None, Some("limited_beta")));
    let runbook = "runbooks/claims-assistant-rollback.md";
    assert_eq!(area("rollback").evidence.first(), Some(&file(runbook, runbook)));
    assert_eq!(area("rollout plan").evidence.len(), 2);
}

#[test]
fn steps_are_as_they_are_recorded() {
    let mut tree = folder("examples/clean");
    let approvals = format!("{FOLDER}/approvals.yaml");
    edit(&mut tree, &approvals, "completed_at: 2026-11-05T10:30:00Z, status: done", "owner_role: intern, status: open");
    edit(&mut tree, &approvals, "status: done}", "status: \"nearly\\n::error::x\"}");
    let outcome = check(&tree);
    let steps = &release(&outcome).steps;
    assert_eq!(steps.len(), 6);
    assert_eq!(steps[0].recorded, Recorded::Other("nearly ::error::x".to_owned()));
    assert_eq!((steps[1].role.as_str(), steps[1].sla.as_str()), ("data-governance", "2 business days"));
    assert_eq!(steps[2].recorded, Recorded::Done(Some("2026-11-03T16:00:00Z".to_owned())));
    assert_eq!(steps[2].evidence.len(), 1);
    assert_eq!(steps[4].recorded, Recorded::Open);
    assert_eq!(steps[4].role, "security-operations-leader", "a record does not say whose step it is");
    let other = outcome.releases.iter().find(|release| release.id != "claims-assistant-1.4.0").unwrap();
    assert!(other.steps.iter().all(|step| step.recorded == Recorded::Missing));
}

#[test]
fn a_release_class_has_its_own_steps() {
    let mut tree = folder("examples/clean");
    let own = "steps: [evaluation, {id: sign-off, owner_role: board, sla: 3 business days}, {id: ethics}]";
    let before = "steps: [scope-ownership, data-licensing, evaluation, security-review, sign-off, notify]";
    edit(&mut tree, ".weighbridge/org.yaml", before, own);
    let outcome = check(&tree);
    let steps = release(&outcome).steps.iter();
    let steps: Vec<(&str, &str, &str)> = steps.map(|step| (&*step.title, &*step.role, &*step.sla)).collect();
    let expected = [
        ("evaluation results", "ml-engineer", "2 business days"),
        ("sign-off", "board", "3 business days"),
        ("ethics", "", ""),
    ];
    assert_eq!(steps, expected);
}

#[test]
fn the_checklist_is_as_it_is_stated() {
    let mut tree = folder("examples/clean");
    let manifest = format!("{FOLDER}/release.yaml");
    let stated = "checklist:\n  safety: {status: pass, evidence: evals/ckpt-9c41e7-safety.json}\n  \
        cost: {not_applicable: {reason: free}}\n  latency: {status: n/a}\nprompts:";
    edit(&mut tree, &manifest, "prompts:", stated);
    let outcome = check(&tree);
    let item = |name: &str| release(&outcome).checklist.iter().find(|item| item.name == name).unwrap();
    assert_eq!(release(&outcome).checklist.len(), 9);
    assert_eq!(item("safety").stated, Stated::Status("pass".to_owned()));
    let results = format!("{FOLDER}/evals/ckpt-9c41e7-safety.json");
    assert_eq!(item("safety").evidence.first(), Some(&file("evals/ckpt-9c41e7-safety.json", &results)));
    assert_eq!(item("safety").evidence.len(), 3, "its metrics speak to it too");
    assert_eq!(item("cost").stated, Stated::NotApplicable(Some("free".to_owned())));
    assert_eq!(item("latency").stated, Stated::NotApplicable(None));
    assert_eq!(item("privacy").stated, Stated::Evidence);
    assert_eq!(item("monitoring").stated, Stated::Nothing);
}

#[test]
fn frameworks_that_a_release_names_are_covered() {
    let outcome = check(&folder("examples/clean"));
    let names: Vec<&str> = outcome.frameworks.iter().map(|framework| framework.id.as_str()).collect();
    assert_eq!(names, ["nist-ai-600-1"]);
    assert!(outcome.frameworks[0].items.iter().any(|item| !item.rules.is_empty()));
    assert!(check(&folder("examples/broken")).frameworks.is_empty());
}
