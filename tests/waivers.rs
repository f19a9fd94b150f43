//! Waivers over whole repositories: each sentence, where it stands,
//! and what counts afterwards.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod common;

use common::{about, check, edit, engine, folder, helps, plan, render, rules};
use weighbridge::config::{Config, Overrides};
use weighbridge::engine::Plan;
use weighbridge::outcome::Outcome;
use weighbridge::report::Format;
use weighbridge::rule::Severity;
use weighbridge::source::SourceMap;
use weighbridge::tree::MemoryTree;
use weighbridge::waiver::limits;

const WAIVERS: &str = ".weighbridge/waivers.yaml";
const ORGANISATION: &str = ".weighbridge/org.yaml";
const CARD: &str = "models/handover-summariser/README.md";
const MANIFEST: &str = "releases/handover-summariser/0.3.0/release.yaml";

fn text(tree: &MemoryTree, path: &str) -> String {
    String::from_utf8(tree.get(path).unwrap().to_vec()).unwrap()
}

/// The clean example with one error (no rollback target) and one warning (a licence
/// that is misspelt).
fn repository() -> MemoryTree {
    let mut tree = folder("examples/clean");
    tree.remove(WAIVERS);
    edit(&mut tree, CARD, "license: apache-2.0", "license: Apache-2.0");
    edit(
        &mut tree,
        MANIFEST,
        "rollback:\n  flag: {provider: flagd, file: flags/claims.flagd.json, key: handover-summary, rollback_variant: by_hand}\n",
        "",
    );
    tree
}

/// A waiver of the error that has nothing wrong with it, but for what is changed.
fn waiver(changes: &[(&str, &str)]) -> String {
    let mut lines = vec![
        ("id", "W-1"),
        ("rule", "rollout/rollback-missing"),
        ("subject", "{kind: release, id: handover-summariser-0.3.0}"),
        ("reason", "Offline only, nothing to take back yet, see HAND-7"),
        ("requested_by", "\"@tobias\""),
        ("approved_by", "[\"@orla\"]"),
        ("created", "2026-11-01"),
        ("expires", "2026-12-31"),
    ];
    for (key, value) in changes {
        match lines.iter_mut().find(|(known, _)| known == key) {
            Some(line) => line.1 = value,
            None => lines.push((key, value)),
        }
    }
    let lines: Vec<String> =
        lines.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| format!("{key}: {value}")).collect();
    format!("  - {}\n", lines.join("\n    "))
}

fn with(waivers: &[String]) -> MemoryTree {
    let mut tree = repository();
    tree.put(WAIVERS, format!("apiVersion: weighbridge/v1\nkind: Waivers\nwaivers:\n{}", waivers.concat()));
    tree
}

fn waived(outcome: &Outcome) -> Vec<&str> {
    outcome.waived.iter().map(|waived| waived.finding.rule.as_str()).collect()
}

/// The changed waiver has exactly this wrong with it, and waives nothing.
#[track_caller]
fn wrong(changes: &[(&str, &str)], message: &str, marked: &str) -> Outcome {
    let outcome = check(&with(&[waiver(changes)]));
    assert_eq!(about(&outcome), [(Severity::Error, message.to_owned(), marked.to_owned())]);
    assert_eq!(waived(&outcome), [""; 0]);
    assert!(rules(&outcome).contains(&"rollout/rollback-missing"));
    outcome
}

#[test]
fn a_waiver_takes_its_finding_out_of_the_verdict_and_not_out_of_sight() {
    let without = check(&repository());
    assert!(without.failed());
    let outcome = check(&with(&[waiver(&[])]));
    assert_eq!(about(&outcome), []);
    assert_eq!(waived(&outcome), ["rollout/rollback-missing"]);
    assert_eq!(rules(&outcome), ["license/unknown-id"]);
    assert!(!outcome.failed());
    let human = render(Format::Human, &outcome);
    assert!(human.contains("waived:\n  - error[rollout/rollback-missing]"), "{human}");
    assert!(human.contains("until 2026-12-31 by @orla (W-1)"), "{human}");
    assert!(human.contains("0 errors, 1 warning (1 waived) in"), "{human}");
    let json: serde_json::Value = serde_json::from_str(&render(Format::Json, &outcome)).unwrap();
    assert_eq!(json["waived"][0]["waiver"], "W-1");
    assert_eq!(json["waived"][0]["expires"], "2026-12-31");
    assert_eq!(json["waived"][0]["approved_by"][0], "@orla");
    assert_eq!(json["waived"][0]["finding"]["rule"], "rollout/rollback-missing");
    assert_eq!((&json["summary"]["waived"], &json["summary"]["baselined"]), (&1.into(), &0.into()));
    let schema: serde_json::Value = serde_json::from_str(include_str!("../schemas/report.v1.json")).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&json));
    for format in [Format::Sarif, Format::Github] {
        let text = render(format, &outcome);
        assert!(!text.contains("the release names no rollback target"), "{format}: {text}");
    }
    let before = &without.findings.iter().find(|finding| finding.rule.as_str() == "rollout/rollback-missing").unwrap();
    assert_eq!(outcome.waived[0].finding.fingerprint, before.fingerprint, "it is still the same finding");
}

#[test]
fn an_expired_waiver_wakes_its_finding() {
    let message =
        "waiver `W-1` expired on 2026-11-20: the finding of `rollout/rollback-missing` that it waived counts again";
    wrong(&[("expires", "2026-11-20")], message, "2026-11-20");
    let outcome = check(&with(&[waiver(&[("expires", "2026-11-20"), ("rule", "card/missing")])]));
    let message = "waiver `W-1` expired on 2026-11-20, and nothing needs it any more";
    assert_eq!(about(&outcome)[0].1, message);
    let outcome = check(&with(&[waiver(&[("expires", "2026-11-21")])]));
    assert_eq!(waived(&outcome).len(), 1, "it holds through its last day");
    let message = "waiver `W-1` ends today, on 2026-11-21; what it waives will count again";
    assert_eq!(about(&outcome), [(Severity::Warning, message.into(), "2026-11-21".into())]);
}

#[test]
fn a_waiver_that_is_nearly_over_is_announced() {
    let outcome = check(&with(&[waiver(&[("expires", "2026-12-04")])]));
    let message = "waiver `W-1` ends in 13 days, on 2026-12-04; what it waives will count again";
    assert_eq!(about(&outcome), [(Severity::Warning, message.into(), "2026-12-04".into())]);
    assert_eq!(waived(&outcome).len(), 1);
    assert_eq!(about(&check(&with(&[waiver(&[("expires", "2026-12-05")])]))), []);
}

#[test]
fn what_a_waiver_must_say() {
    wrong(&[("reason", "")], "waiver `W-1` gives no reason", "id");
    wrong(&[("approved_by", "")], "waiver `W-1` is approved by nobody", "id");
    wrong(&[("approved_by", "[]")], "waiver `W-1` is approved by nobody", "[]");
    wrong(&[("expires", "")], "waiver `W-1` never ends: it has no `expires`", "id");
    wrong(&[("created", "")], "waiver `W-1` has no `created`", "id");
    wrong(&[("requested_by", "")], "waiver `W-1` has no `requested_by`", "id");
    wrong(&[("subject", "")], "waiver `W-1` is too broad: it has no `subject`", "id");
    wrong(&[("id", "\"\"")], "this waiver has no `id`", "\"\"");
    wrong(
        &[("reason", "too short")],
        "waiver `W-1` has a reason of 9 characters, and at least 20 are asked for",
        "too short",
    );
    let message = "waiver `W-1` has no reason: `TODO: write down why` is a placeholder";
    wrong(&[("reason", "\"TODO: write down why\"")], message, "\"TODO: write down why\"");
}

#[test]
fn how_long_a_waiver_may_last() {
    let message = "waiver `W-1` is for 91 days, and a waiver of an error is for at most 90";
    helps(&wrong(&[("expires", "2027-01-31")], message, "2027-01-31"), "`expires: 2027-01-30`");
    let card = [("rule", "license/unknown-id"), ("subject", "{path: models/handover-summariser/README.md}")];
    let outcome = check(&with(&[waiver(&[card[0], card[1], ("expires", "2027-04-30")])]));
    assert_eq!((about(&outcome), waived(&outcome)), (vec![], vec!["license/unknown-id"]));
    let outcome = check(&with(&[waiver(&[card[0], card[1], ("expires", "2027-05-01")])]));
    let message = "waiver `W-1` is for 181 days, and a waiver of a warning or a note is for at most 180";
    assert_eq!(about(&outcome)[0].1, message);
    wrong(
        &[("expires", "2026-10-01")],
        "waiver `W-1` ends on 2026-10-01, before it was granted on 2026-11-01",
        "2026-10-01",
    );
    wrong(&[("created", "2026-11-22")], "waiver `W-1` begins on 2026-11-22, and today is 2026-11-21", "2026-11-22");
    wrong(&[("expires", "soon")], "waiver `W-1` cannot be dated: `expires` is `soon`, not a date", "soon");
}

/// A repository with a waiver of 60 days, whose organisation says so of waivers.
fn limited(section: &str) -> Outcome {
    let mut tree = with(&[waiver(&[])]);
    edit(&mut tree, ORGANISATION, "systems:", &format!("waivers: {section}\n\nsystems:"));
    check(&tree)
}

#[test]
fn an_organisation_may_choose_the_limits() {
    let outcome = limited("{max_days_error: 60, min_reason_characters: 12}");
    assert_eq!((about(&outcome), waived(&outcome)), (vec![], vec!["rollout/rollback-missing"]));
    let outcome = limited("{max_days_error: 59}");
    assert_eq!(about(&outcome)[0].1, "waiver `W-1` is for 60 days, and a waiver of an error is for at most 59");
    helps(&outcome, "`expires: 2026-12-30`");
    assert!(render(Format::Human, &outcome).contains("the organisation's limit"));
    assert_eq!(waived(&outcome), [""; 0]);
    let outcome = limited("{expiring_days: 60}");
    assert!(about(&outcome)[0].1.contains("ends in 40 days"), "{:?}", about(&outcome));
    let outcome = limited("{min_reason_characters: 200}");
    assert!(about(&outcome)[0].1.contains("at least 200 are asked for"), "{:?}", about(&outcome));
}

#[test]
fn a_limit_that_is_none_is_told_and_does_not_count() {
    for (section, said) in [
        ("{max_days_error: forever}", "`max_days_error` is the string `forever`: expected a whole number"),
        ("{max_days_error: 99999}", "`max_days_error` is `99999`: expected at most 3650"),
        ("{max_days_eror: 400}", "max_days_eror"),
    ] {
        let mut tree = with(&[waiver(&[("expires", "2027-01-31")])]);
        edit(&mut tree, ORGANISATION, "systems:", &format!("waivers: {section}\n\nsystems:"));
        let outcome = check(&tree);
        assert!(about(&outcome)[0].1.contains("for at most 90"), "{section}: {:?}", about(&outcome));
        let told = outcome.findings.iter().any(|finding| finding.message.contains(said));
        assert!(told, "{section}: {:?}", outcome.findings.iter().map(|finding| &finding.message).collect::<Vec<_>>());
    }
}

/// A day that nobody's clock knows must not quietly be one of UTC.
#[test]
fn a_time_zone_that_there_is_not_is_told_on_its_node() {
    let mut tree = repository();
    edit(&mut tree, ORGANISATION, "Europe/Dublin", "Europe/Dublon");
    let told = |tree: &MemoryTree| {
        let outcome = check(tree);
        let marks = |span| outcome.sources.of(span).slice(span) == "Europe/Dublon";
        let finding = outcome.findings.iter().find(|finding| marks(finding.primary.span)).unwrap();
        assert_eq!(finding.severity, Severity::Error);
        (finding.rule.as_str().to_owned(), finding.message.clone())
    };
    assert_eq!(told(&tree).0, "approval/sla-missed");
    tree.remove("releases/claims-assistant/1.4.0/release.yaml");
    let said = "`timezone` is `Europe/Dublon`, not a time zone of the IANA database, such as `Europe/Berlin`; until it is one, days begin in UTC";
    assert_eq!(told(&tree), ("release/manifest-invalid".to_owned(), said.to_owned()));
}

#[test]
fn a_waiver_is_for_one_rule_that_there_is() {
    let message = "waiver `W-1` is for `rollout/rollback-mising`, and there is no such rule";
    helps(
        &wrong(&[("rule", "rollout/rollback-mising")], message, "rollout/rollback-mising"),
        "`rollout/rollback-missing`",
    );
    for broad in ["rollout/*", "rollout", "all"] {
        let message = format!("waiver `W-1` is too broad: `{broad}` is not one rule");
        wrong(&[("rule", broad)], &message, broad);
    }
    for rule in ["gate/syntax-error", "gate/waiver-invalid"] {
        let message = format!("waiver `W-1` is for `{rule}`, which cannot be waived: it says what was not judged");
        wrong(&[("rule", rule)], &message, rule);
    }
}

#[test]
fn a_waiver_is_for_one_document_that_there_is() {
    let broad = |subject: &str, message: &str, marked: &str| wrong(&[("subject", subject)], message, marked);
    broad("{kind: release}", "waiver `W-1` is too broad: its subject is every release", "release");
    broad("{x-note: everything}", "waiver `W-1` is too broad: its subject names no document", "subject");
    broad("{path: \"releases/**\"}", "waiver `W-1` is too broad: `releases/**` is not one file", "\"releases/**\"");
    broad("{path: releases}", "waiver `W-1` is too broad: `releases` is not one file", "releases");
    broad("{kind: release, id: \"*\"}", "waiver `W-1` is too broad: `*` is not the id of one release", "\"*\"");
    let message = "waiver `W-1` does not say what `handover-summariser-0.3.0` is: its subject has no `kind`";
    broad("{id: handover-summariser-0.3.0}", message, "handover-summariser-0.3.0");
    let message = "waiver `W-1` is for nothing: no release has the id `handover-summarizer-0.3.0`";
    let outcome = broad("{kind: release, id: handover-summarizer-0.3.0}", message, "handover-summarizer-0.3.0");
    helps(&outcome, "did you mean `handover-summariser-0.3.0`?");
    let message = "waiver `W-1` is for nothing: no document is at `models/x.md`";
    broad("{path: models/x.md}", message, "models/x.md");
    let message = "waiver `W-1` is for a `relase`, and there is no such kind of document";
    helps(&broad("{kind: relase, id: x}", message, "relase"), "did you mean `release`?");
    let message = "waiver `W-1` is for nothing: `artifacts.chekpoint` leads nowhere, it has no key `chekpoint`; did you mean `checkpoint`?";
    broad("{kind: release, id: handover-summariser-0.3.0, path: artifacts.chekpoint}", message, "artifacts.chekpoint");
}

#[test]
fn a_path_narrows_a_waiver_to_a_node() {
    let license = |path: &str| {
        let subject = format!("{{kind: release, id: handover-summariser-0.3.0, path: \"{path}\"}}");
        check(&with(&[waiver(&[("rule", "license/unknown-id"), ("subject", &subject)])]))
    };
    assert_eq!(waived(&license("license")), ["license/unknown-id"], "a card belongs to its release");
    assert_eq!(waived(&license("/license")), ["license/unknown-id"]);
    let beside = license("language");
    assert_eq!(waived(&beside), [""; 0]);
    assert_eq!(about(&beside)[0].1, "waiver `W-1` waives nothing: `license/unknown-id` finds nothing wrong there");
}

#[test]
fn a_waiver_goes_by_what_things_are_called_and_not_by_where_they_stand() {
    let packet = "releases/claims-assistant/1.4.0/ckpt-9c41e7-eval-packet.yaml";
    let waived_at = |path: &str, moved: bool| {
        let subject = format!("{{kind: evaluation-packet, id: ckpt-9c41e7, path: \"{path}\"}}");
        let mut tree = with(&[waiver(&[("rule", "evaluation/threshold-failed"), ("subject", &subject)])]);
        edit(&mut tree, packet, "value: 1200", "value: 900");
        if moved {
            let before = "  - {id: latency_p95_ms";
            edit(&mut tree, packet, before, &format!("  # one more\n  - {{id: latency_p50_ms, value: 400}}\n{before}"));
        }
        check(&tree).waived.len()
    };
    let (named, placed) = ("metrics[id=latency_p95_ms]", "/metrics/8");
    assert_eq!([waived_at(named, false), waived_at(placed, false)], [1, 1]);
    assert_eq!([waived_at(named, true), waived_at(placed, true)], [1, 0], "a pointer says a place, and means it");
}

#[test]
fn a_waiver_for_one_release_is_not_for_what_it_shares_with_another() {
    let license = [("rule", "license/unknown-id")];
    assert_eq!(waived(&check(&with(&[waiver(&license)]))), ["license/unknown-id"]);
    let mut tree = with(&[waiver(&license)]);
    let manifest = text(&tree, MANIFEST).replace("0.3.0", "0.4.0");
    tree.put(MANIFEST.replace("0.3.0", "0.4.0"), manifest);
    let outcome = check(&tree);
    assert_eq!(waived(&outcome), [""; 0]);
    assert_eq!(about(&outcome)[0].1, "waiver `W-1` waives nothing: `license/unknown-id` finds nothing wrong there");
    helps(&outcome, "by the `path` of its file");
}

#[test]
fn nobody_waives_their_own_finding() {
    let own = "waiver `W-1` is approved by `@tobias` alone, who asked for it";
    wrong(&[("approved_by", "[\"@tobias\"]")], own, "\"@tobias\"");
    let owner = "waiver `W-1` is approved by `@pavel` alone, who answers for the release";
    wrong(&[("approved_by", "\"@pavel\"")], owner, "\"@pavel\"");
    let outcome = check(&with(&[waiver(&[("approved_by", "[\"@pavel\", \"@orla\"]")])]));
    assert_eq!((about(&outcome), waived(&outcome).len()), (vec![], 1), "one independent approver is enough");
}

#[test]
fn an_approver_is_a_person_of_the_roster() {
    for (handle, why) in [
        ("@release-bot", "which is a bot"),
        ("@ml-oncall", "which is a rotation and not a person"),
        ("@model-risk", "who is not in the roster"),
    ] {
        let marked = format!("\"{handle}\"");
        let message = format!("waiver `W-1` is approved by `{handle}`, {why}");
        wrong(&[("approved_by", &format!("[\"@orla\", {marked}]"))], &message, &marked);
    }
    let mut tree = with(&[waiver(&[("approved_by", "[\"@your-team\"]")])]);
    tree.remove(".weighbridge/org.yaml");
    assert_eq!(about(&check(&tree))[0].1, "waiver `W-1` is approved by `@your-team`, which is a placeholder");
}

#[test]
fn two_waivers_have_two_ids() {
    let outcome = check(&with(&[waiver(&[]), waiver(&[("rule", "license/unknown-id")])]));
    assert_eq!(about(&outcome), [(Severity::Error, "another waiver has the id `W-1` as well".into(), "W-1".into())]);
    assert_eq!(waived(&outcome), ["rollout/rollback-missing"], "the first one stands");
}

#[test]
fn a_waiver_that_nothing_needs_is_said_where_everything_was_judged() {
    let unused = with(&[waiver(&[]), waiver(&[("id", "W-2"), ("rule", "card/missing")])]);
    let message = "waiver `W-2` waives nothing: `card/missing` finds nothing wrong there";
    assert_eq!(about(&check(&unused)), [(Severity::Error, message.into(), "W-2".into())]);
    let narrowed = |tree: &MemoryTree, select: &Overrides| {
        let config = Config::default().with(select, engine().catalog()).unwrap();
        engine().check(&Plan { config, ..plan(tree) }).unwrap()
    };
    let select = Overrides { select: vec!["card".into()], ..Overrides::default() };
    assert_eq!(about(&narrowed(&unused, &select)), [], "with fewer rules nothing can be said");
}

#[test]
fn a_waiver_of_a_rule_that_is_off_is_a_note() {
    let mut tree = with(&[waiver(&[])]);
    let config = "ignore: [rollout/rollback-missing]\n";
    tree.put("weighbridge.yaml", config);
    let config = Config::parse(
        "weighbridge.yaml",
        config,
        weighbridge::source::SourceId(0),
        engine().catalog(),
        &engine().topics().ids(),
    );
    let outcome = engine().check(&Plan { config: config.unwrap(), ..plan(&tree) }).unwrap();
    let message = "waiver `W-1` is for `rollout/rollback-missing`, which does not judge in this run";
    assert_eq!(about(&outcome), [(Severity::Note, message.into(), "rollout/rollback-missing".into())]);
}

#[test]
fn a_waiver_dies_with_the_value_that_it_was_granted_for() {
    let subject = "{kind: release, id: handover-summariser-0.3.0, path: license}";
    let changes =
        |digest: &'static str| [("rule", "license/unknown-id"), ("subject", subject), ("evidence_digest", digest)];
    // SHA-256 of "Apache-2.0", quotes included.
    let right = "\"sha256:570920a3762044f20f915aa337f9eace3e8dcc04c7774a774af88f93ad8e3074\"";
    let outcome = check(&with(&[waiver(&changes(right))]));
    let actual = outcome
        .findings
        .iter()
        .filter(|finding| finding.rule.as_str() == "gate/waiver-invalid")
        .find_map(|finding| finding.help.clone());
    assert_eq!((about(&outcome), waived(&outcome)), (vec![], vec!["license/unknown-id"]), "{actual:?}");
    let outcome = check(&with(&[waiver(&changes("\"sha256:?\""))]));
    helps(&outcome, &format!("`evidence_digest: {right}`"));
    assert_eq!(about(&outcome).len(), 1, "{:?}", about(&outcome));
    let mut other = with(&[waiver(&changes(right))]);
    edit(&mut other, CARD, "license: Apache-2.0", "license: MIT");
    let outcome = check(&other);
    let message = "waiver `W-1` is over: the value that it was granted for has changed";
    assert_eq!(about(&outcome), [(Severity::Error, message.into(), right.into())]);
    assert_eq!(waived(&outcome), [""; 0]);
    assert!(rules(&outcome).contains(&"license/unknown-id"));
}

#[test]
fn a_waiver_of_the_wrong_shape_waives_nothing() {
    let outcome = check(&with(&[waiver(&[("compensating_control", "[a, b]")])]));
    assert_eq!(waived(&outcome), [""; 0]);
    assert_eq!(about(&outcome).len(), 1, "{:?}", about(&outcome));
}

#[test]
fn nothing_is_waived_in_a_document_that_could_not_be_read() {
    let mut tree = with(&[waiver(&[("rule", "gate/duplicate-key")])]);
    edit(&mut tree, MANIFEST, "kind: ModelRelease\n", "kind: ModelRelease\nkind: ModelRelease\nx: [\n");
    let outcome = check(&tree);
    assert_eq!(waived(&outcome), [""; 0]);
    assert!(outcome.failed());
    assert_eq!(about(&outcome).len(), 1, "{:?}", about(&outcome));
}

#[test]
fn the_waiver_in_the_documentation_is_one() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/waivers.md")).unwrap();
    let sample = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let mut tree = repository();
    tree.put(WAIVERS, sample);
    let outcome = check(&tree);
    assert_eq!((about(&outcome), waived(&outcome)), (vec![], vec!["rollout/rollback-missing"]));
    for (_, days, ..) in limits::NAMES {
        assert!(page.contains(&format!("({days})")), "{days}");
    }
}

// Comments.

const COMMENT: &str = "weighbridge: waive license/unknown-id until=2026-12-31 by=@orla reason=\"Spelt as our registry spells it, HAND-9\"";

fn commented(from: &str, to: &str) -> Outcome {
    let mut tree = repository();
    edit(&mut tree, CARD, from, to);
    check(&tree)
}

#[test]
fn a_comment_waives_what_is_on_its_line_or_the_next() {
    let line = "license: Apache-2.0\n";
    for to in [
        format!("license: Apache-2.0  # {COMMENT}\n"),
        format!("# {COMMENT}\nlicense: Apache-2.0\n"),
        format!("# {COMMENT}\n\n# another\nlicense: Apache-2.0\n"),
    ] {
        let outcome = commented(line, &to);
        assert_eq!((about(&outcome), waived(&outcome)), (vec![], vec!["license/unknown-id"]), "{to}");
        assert_eq!(outcome.waived[0].waiver, None);
        assert_eq!(
            outcome.sources.of(outcome.waived[0].granted_at).slice(outcome.waived[0].granted_at),
            format!("# {COMMENT}")
        );
    }
    for to in [format!("license: Apache-2.0\n# {COMMENT}\n"), format!("x-a: 1  # {COMMENT}\nlicense: Apache-2.0\n")] {
        let outcome = commented(line, &to);
        assert_eq!(waived(&outcome), [""; 0], "{to}");
        assert_eq!(about(&outcome)[0].1, "this waiver waives nothing: `license/unknown-id` finds nothing wrong there");
    }
}

#[test]
fn what_only_looks_like_a_comment_is_none() {
    for to in [
        format!("x-note: |\n  # {COMMENT}\nlicense: Apache-2.0\n"),
        format!("x-note: '# {COMMENT}'\nlicense: Apache-2.0\n"),
    ] {
        let outcome = commented("license: Apache-2.0\n", &to);
        assert_eq!((about(&outcome), waived(&outcome)), (vec![], vec![]), "{to}");
    }
    let code = format!("## Intended use\n\n```html\n<!-- {COMMENT} -->\n```\n");
    assert_eq!(about(&commented("## Intended use\n", &code)), []);
    let code = format!("## Intended use\n\nWrite `<!-- {COMMENT} -->`.\n");
    assert_eq!(about(&commented("## Intended use\n", &code)), []);
}

#[test]
fn a_comment_beside_a_heading_waives_in_its_section() {
    let rule = engine().catalog().iter().find(|rule| rule.id.as_str() == "card/placeholder-text").unwrap().id.clone();
    let soft = format!("severity: {{{rule}: warning}}\n");
    let judge = |from: &str, to: &str| {
        let mut tree = folder("examples/clean");
        edit(&mut tree, CARD, from, to);
        let ids = engine().topics().ids();
        let config =
            Config::parse("weighbridge.yaml", &soft, weighbridge::source::SourceId(0), engine().catalog(), &ids)
                .unwrap();
        engine().check(&Plan { config, ..plan(&tree) }).unwrap()
    };
    let comment = format!(
        "<!-- weighbridge: waive {rule} until=2026-12-31 by=@orla reason=\"Filled in after the pilot, see HAND-9\" -->"
    );
    let todo = "Some words before it.\n\n### More\n\n[More Information Needed]\n";
    for to in [
        format!("{comment}\n## Annex\n\n{todo}\n## Intended use\n"),
        format!("## Annex\n\n{comment}\n\n{todo}\n## Intended use\n"),
        format!("## Annex\n\nWords.\n\n{comment}\n[More Information Needed]\n\n## Intended use\n"),
    ] {
        let outcome = judge("## Intended use\n", &to);
        assert_eq!((about(&outcome), waived(&outcome)), (vec![], vec![rule.as_str()]), "{to}");
    }
    let elsewhere = judge("## Intended use\n", &format!("## Annex\n\n{todo}\n{comment}\n## Intended use\n"));
    assert_eq!(waived(&elsewhere), [""; 0]);
}

#[test]
fn what_a_comment_must_say() {
    let say = |comment: &str| {
        let outcome = commented("license: Apache-2.0\n", &format!("license: Apache-2.0  # {comment}\n"));
        assert_eq!(waived(&outcome), [""; 0], "{comment}");
        assert_eq!(
            about(&outcome).iter().map(|(_, _, marked)| marked.as_str()).collect::<Vec<_>>(),
            [format!("# {comment}")]
        );
        about(&outcome)[0].1.clone()
    };
    assert_eq!(say(&COMMENT.replace("waive", "wave")), "`weighbridge: wave` is nothing that a comment can say");
    assert_eq!(
        say(&COMMENT.replace("until", "untl")),
        "this waiver says `untl`, which means nothing here; did you mean `until`?"
    );
    assert_eq!(
        say(&COMMENT.replace("unknown-id", "unknown")),
        "this waiver is for `license/unknown`, and there is no such rule"
    );
    assert_eq!(
        say(&COMMENT.replace("@orla", "@pavel")),
        "this waiver is approved by `@pavel` alone, who answers for the release"
    );
    assert_eq!(
        say(&COMMENT.replace("@orla", "@release-bot")),
        "this waiver is approved by `@release-bot`, which is a bot"
    );
    assert_eq!(
        say(&COMMENT.replace("2026-12-31", "2027-05-21")),
        "this waiver is for 181 days, and a waiver of a warning or a note is for at most 180"
    );
    assert_eq!(
        say(&COMMENT.replace("2026-12-31", "2026-11-20")),
        "this waiver expired on 2026-11-20: the finding of `license/unknown-id` that it waived counts again"
    );
    assert_eq!(
        say(&COMMENT.replace("license/unknown-id", "card/missing")),
        "`card/missing` is an error, and no comment waives an error"
    );
}

// Whatever the waivers say, they only remove findings.

#[test]
fn a_waiver_only_removes() {
    let without = check(&repository());
    let values = [
        "",
        "2026-12-31",
        "release",
        "[]",
        "{path: models/handover-summariser/README.md}",
        "\"@orla\"",
        "license/unknown-id",
        "{a: b}",
    ];
    let keys =
        ["id", "rule", "subject", "reason", "requested_by", "approved_by", "created", "expires", "evidence_digest"];
    for key in keys {
        for value in values {
            let outcome = check(&with(&[waiver(&[(key, value)])]));
            let mut together: Vec<_> = outcome.waived.iter().map(|waived| waived.finding.clone()).collect();
            together.extend(
                outcome.findings.iter().filter(|finding| finding.primary.span.source != source(&outcome)).cloned(),
            );
            let gist = |findings: &[weighbridge::finding::Finding], sources: &SourceMap| {
                let mut all: Vec<_> = findings
                    .iter()
                    .map(|finding| {
                        (
                            sources.of(finding.primary.span).path().to_owned(),
                            finding.fingerprint.clone(),
                            finding.message.clone(),
                        )
                    })
                    .collect();
                all.sort();
                all
            };
            assert_eq!(gist(&together, &outcome.sources), gist(&without.findings, &without.sources), "{key}: {value}");
        }
    }
}

/// The waivers file.
fn source(outcome: &Outcome) -> weighbridge::source::SourceId {
    let ids = (0..u32::try_from(outcome.sources.len()).unwrap()).map(weighbridge::source::SourceId);
    ids.into_iter().find(|id| outcome.sources.get(*id).path() == WAIVERS).unwrap()
}
