//! The shipped examples: the clean one is clean, the broken one is broken as its
//! table says and in no other way.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod common;

use std::collections::BTreeSet;

use common::{check, folder};
use weighbridge::config::Overrides;
use weighbridge::outcome::AreaState;
use weighbridge::report::Format;

/// `file line rule` of every finding, sorted; a dash for the line of what is not there.
fn planted(table: &str) -> Vec<(String, String, String)> {
    let mut rows = Vec::new();
    let mut base = String::new();
    for line in table.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.trim_matches('`').clone_into(&mut base);
        }
        let cells: Vec<&str> =
            line.trim().trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        if let [file, place, rule, _] = cells.as_slice()
            && rule.contains('/')
        {
            rows.push((format!("{base}{file}"), (*place).to_owned(), (*rule).to_owned()));
        }
    }
    rows.sort();
    rows
}

#[test]
fn the_broken_example_is_broken_as_its_table_says() {
    let tree = folder("examples/broken");
    let table = String::from_utf8(tree.get("DEFECTS.md").unwrap().to_vec()).unwrap();
    let mut expected = planted(&table);
    let outcome = check(&tree);
    let mut found: Vec<(String, String, String)> = outcome
        .findings
        .iter()
        .map(|finding| {
            let source = outcome.sources.of(finding.primary.span);
            let line = source.position(finding.primary.span.start).line.to_string();
            (source.path().to_owned(), line, finding.rule.to_string())
        })
        .collect();
    // A dash stands for whatever line the finding is shown on.
    for row in expected.iter_mut().filter(|(_, line, _)| line == "–") {
        let here = found.iter().position(|(path, _, rule)| *path == row.0 && *rule == row.2);
        let at = here.unwrap_or_else(|| panic!("nothing found for {row:?}"));
        row.1.clone_from(&found[at].1);
    }
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert!(outcome.failed());
}

#[test]
fn the_clean_example_is_clean_and_says_what_was_not_judged() {
    let outcome = check(&folder("examples/clean"));
    assert_eq!(outcome.findings, []);
    assert_eq!(outcome.releases.len(), 2);
    for (release, passed) in outcome.releases.iter().zip([12, 6]) {
        let judged = release.areas.iter().filter(|area| area.state == AreaState::Pass).count();
        assert_eq!(judged, passed, "{}", release.id);
        assert!(release.areas.iter().all(|area| !matches!(area.state, AreaState::Fail | AreaState::Warn)));
    }
}

#[test]
fn what_could_not_be_judged_is_told_and_an_error_where_it_was_asked_for() {
    let tree = folder("examples/clean");
    let outcome = check(&tree);
    let told: Vec<String> = outcome.not_assessed.iter().map(|item| format!("{}: {}", item.path, item.why)).collect();
    let manifest = "releases/claims-assistant/1.4.0/release.yaml";
    assert!(told.contains(&format!("{manifest}: the weights are not in the repository")), "{told:?}");
    let last = common::render(Format::Human, &outcome);
    assert!(last.trim_end().ends_with(&format!("{} not assessed", told.len())), "{last}");

    let engine = common::engine();
    let overrides = Overrides { require_assessed: true, ..Overrides::default() };
    let mut plan = common::plan(&tree);
    plan.config = plan.config.with(&overrides, engine.catalog()).unwrap();
    let strict = engine.check(&plan).unwrap();
    assert!(strict.failed());
    let [only] = &strict.findings[..] else { panic!("{:?}", strict.findings) };
    assert_eq!(only.rule.as_str(), "gate/not-assessed");
    assert!(only.message.contains("the bytes of 1 listed file"), "{}", only.message);
}

#[test]
fn files_that_are_named_and_not_understood_are_told() {
    let mut tree = folder("examples/clean");
    let release = "releases/claims-assistant/1.4.0";
    let manifest = format!("{release}/release.yaml");
    for (path, text) in [
        ("chart/Chart.yaml", "name: claims"),
        ("chart/templates/route.yaml", "kind: HTTPRoute\nspec: {{ .Values.spec }}\n"),
        ("deploy/mesh.yaml", "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"),
        ("monitoring/claims.rules.txt", "ALERT ClaimsSafetyIncident"),
        ("flags/claims.unleash.json", "{\"features\": []}"),
    ] {
        tree.put(path, text);
    }
    for (from, to) in [
        ("deploy/gateway-rollout.yaml, ", "chart/templates/route.yaml, deploy/mesh.yaml, "),
        ("monitoring/alerts.yaml#ClaimsSafetyIncident", "monitoring/claims.rules.txt#ClaimsSafetyIncident"),
        ("provider: flagd", "provider: unleash"),
        ("flags/claims.flagd.json", "flags/claims.unleash.json"),
    ] {
        common::edit(&mut tree, &manifest, from, to);
    }
    let review = format!("{release}/security-review.yaml");
    let report = "evals/ckpt-9c41e7-redteam.report.jsonl#dan";
    common::edit(&mut tree, &review, report, "evals/ckpt-9c41e7-safety.json, attempts: 100, successes: 0");

    let outcome = check(&tree);
    let told: Vec<String> = outcome.not_assessed.iter().map(|item| format!("{}: {}", item.path, item.why)).collect();
    for (path, why) in [
        ("chart/templates/route.yaml", "a template of a chart"),
        ("deploy/mesh.yaml", "nothing of a kind whose traffic is read"),
        ("monitoring/claims.rules.txt", "neither YAML nor JSON"),
        ("flags/claims.unleash.json", "that of another provider than flagd"),
        (&format!("{release}/evals/ckpt-9c41e7-safety.json"), "reports of garak"),
    ] {
        assert!(told.iter().any(|item| item.starts_with(path) && item.contains(why)), "{path}: {told:?}");
    }
    let rules: BTreeSet<&str> = outcome.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(rules, BTreeSet::from(["approval/stale"]));
}

#[test]
fn what_a_dataset_lacks_is_told_where_it_is_used_and_where_it_is_described() {
    let mut tree = folder("examples/clean");
    common::edit(&mut tree, "data/claims-dev.yaml", "license: LicenseRef-Larkfield-Internal\n", "");
    let outcome = check(&tree);
    let [only] = &outcome.findings[..] else { panic!("{:?}", outcome.findings) };
    assert_eq!(only.rule.as_str(), "data/license-missing");
    let told: Vec<(&str, &str)> =
        only.related.iter().map(|label| (outcome.sources.of(label.span).path(), &*label.text)).collect();
    assert_eq!(told, [("data/claims-dev.yaml", "it is described here")]);
    // A dataset of the manifest itself has no other side.
    let mut tree = folder("examples/clean");
    let manifest = "releases/claims-assistant/1.4.0/release.yaml";
    common::edit(&mut tree, manifest, "pii: {present: true", "ppi: {present: true");
    let outcome = check(&tree);
    let unstated = outcome.findings.iter().find(|finding| finding.rule.as_str() == "data/pii-handling-unstated");
    assert_eq!(unstated.map(|finding| finding.related.len()), Some(0), "{:?}", outcome.findings);
}

#[test]
fn a_key_that_leaked_is_in_no_report() {
    let key = "hf_QmZ4kTr9WbXcVn2LpYs7DgHjKu5EoAaRiF8";
    let mut tree = folder("examples/clean");
    common::edit(
        &mut tree,
        "models/claims-assistant/README.md",
        "## Intended use",
        &format!("Use {key}.\n\n## Intended use"),
    );
    let outcome = check(&tree);
    assert!(common::rules(&outcome).contains(&"card/secret-or-pii"), "{:?}", outcome.findings);
    for format in Format::ALL {
        let report = common::render(*format, &outcome);
        assert!(!report.contains("QmZ4kTr9"), "{format:?}");
    }
    let page = common::render(Format::Html, &outcome);
    assert!(page.contains("Use <mark>**_***"), "its place is shown");

    let mut tree = folder("examples/clean");
    tree.put("prompts/texts/claims.txt", format!("Call the tool with {key}.\n"));
    let registry = "prompts/claims-system/registry.yaml";
    common::edit(&mut tree, registry, "prompts/claims-system/claims-system-2.0.4.prompt", "prompts/texts/claims.txt");
    let report = common::render(Format::Human, &check(&tree));
    assert!(report.contains("has a token of the Hugging Face Hub in `prompts/texts/claims.txt`: `hf_…`"), "{report}");
    assert!(report.contains("file: prompts/texts/claims.txt"), "the name of a file is no key: {report}");
}

#[test]
fn an_edit_of_the_clean_example_is_found_where_it_was_made() {
    let base = folder("examples/clean");
    let manifest = "releases/claims-assistant/1.4.0/release.yaml";
    let text = String::from_utf8(base.get(manifest).unwrap().to_vec()).unwrap();
    let line_of = |text: &str, needle: &str| text.lines().position(|line| line.contains(needle)).unwrap() + 1;
    for (from, to, rule) in [
        ("accountable_owner: ", "accountable_owner: [\"@a\", \"@b\"] #", "release/owner-not-accountable"),
        ("evaluation: {path: ", "evaluation: {path: not-there-", "evaluation/missing"),
        ("card: {path: ", "card: {path: not/there/", "card/missing"),
    ] {
        assert!(text.contains(from), "the clean manifest has no `{from}`");
        let edited = text.replacen(from, to, 1);
        let line = line_of(&edited, to);
        let mut tree = base.clone();
        tree.put(manifest, edited);
        let outcome = check(&tree);
        // Any edit of an approved manifest voids its approval; that is said beside it.
        let found: Vec<(String, usize)> = outcome
            .findings
            .iter()
            .filter(|finding| finding.rule.as_str() != "approval/stale")
            .map(|finding| {
                let place = outcome.sources.of(finding.primary.span).position(finding.primary.span.start);
                (finding.rule.to_string(), place.line as usize)
            })
            .collect();
        assert_eq!(found, [(rule.to_owned(), line)], "after `{to}`");
    }
}
