//! Whole documents against their schemas: what passes, and each form of
//! sentence with the bytes that it points at.

use super::{Schemas, TEXTS, text};
use crate::finding::Finding;
use crate::kind::Kind;
use crate::parse::yaml;
use crate::source::{Source, SourceId, SourceMap};

fn check(kind: Kind, document: &str) -> Vec<Finding> {
    let parsed = yaml::parse(document, SourceId(0), 0);
    assert_eq!(parsed.findings, []);
    Schemas::builtin().validate(kind, &parsed.root.expect("a tree"))
}

/// Message and place of every finding.
fn said(kind: Kind, document: &str) -> Vec<(String, String)> {
    let mut sources = SourceMap::default();
    sources.add(Source::new("a.yaml", document));
    let place = |finding: &Finding| sources.of(finding.primary.span).slice(finding.primary.span).to_owned();
    check(kind, document).iter().map(|finding| (finding.message.clone(), place(finding))).collect()
}

fn release(rest: &str) -> String {
    format!("apiVersion: weighbridge/v1\nkind: ModelRelease\nmetadata: {{id: a-1, model: a, version: 1.0.0}}\n{rest}\n")
}

#[track_caller]
fn says(rest: &str, message: &str, place: &str) {
    assert_eq!(said(Kind::Release, &release(rest)), [(message.to_owned(), place.to_owned())]);
}

#[track_caller]
fn card_says(front: &str, rule: &str, message: &str, place: &str) {
    assert_eq!(said(Kind::Card, front), [(message.to_owned(), place.to_owned())]);
    assert_eq!(check(Kind::Card, front)[0].rule.as_str(), rule);
}

#[test]
fn every_schema_compiles_and_describes_its_keys() {
    for (kind, text) in TEXTS {
        let schema: serde_json::Value = serde_json::from_str(text).expect("JSON");
        assert!(super::compile(*kind).is_some(), "{kind}");
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{kind}");
        describes(&schema, kind.name());
    }
    assert_eq!(text(Kind::Kitfile), None);
}

fn describes(schema: &serde_json::Value, place: &str) {
    for (key, property) in schema.get("properties").and_then(|table| table.as_object()).into_iter().flatten() {
        assert!(property.get("description").is_some(), "{place}.{key} has no description");
        describes(property, &format!("{place}.{key}"));
    }
    for inner in ["items", "additionalProperties"].iter().filter_map(|key| schema.get(*key)) {
        describes(inner, place);
    }
    for (name, definition) in schema.get("$defs").and_then(|table| table.as_object()).into_iter().flatten() {
        describes(definition, name);
    }
}

#[test]
fn samples_of_every_kind_validate() {
    for (kind, sample) in [
        (Kind::Release, include_str!("../../tests/samples/release-short.yaml")),
        (Kind::Release, include_str!("../../tests/samples/release-full.yaml")),
        (Kind::EvaluationPacket, include_str!("../../tests/samples/evaluation-packet.yaml")),
        (Kind::SecurityReview, include_str!("../../tests/samples/security-review.yaml")),
        (Kind::ApprovalRecord, include_str!("../../tests/samples/approvals.yaml")),
        (Kind::ModelRegistry, include_str!("../../tests/samples/model-registry.yaml")),
        (Kind::PromptRegistry, include_str!("../../tests/samples/prompt-registry.yaml")),
        (Kind::Dataset, include_str!("../../examples/clean/data/claims-dev.yaml")),
        (Kind::Organisation, include_str!("../../tests/samples/organisation.yaml")),
        (Kind::Waivers, include_str!("../../tests/samples/waivers.yaml")),
    ] {
        assert_eq!(said(kind, sample), [], "{kind}");
    }
}

#[test]
fn a_missing_key_is_shown_at_the_deepest_key_that_is_there() {
    assert_eq!(
        said(Kind::Release, "apiVersion: weighbridge/v1\nkind: ModelRelease\nmetadata: {id: a-1, model: a}\n"),
        [("`metadata` has no `version`".to_owned(), "metadata".to_owned())]
    );
    let root = "apiVersion: weighbridge/v1\nkind: ModelRelease\n";
    assert_eq!(said(Kind::Release, root), [("the document has no `metadata`".to_owned(), "apiVersion".to_owned())]);
    assert_eq!(check(Kind::Release, root)[0].help.as_deref(), Some("add `metadata`: what release this is"));
    says("prompts:\n  - {version: 1}", "`prompts[0]` has no `id`", "version");
}

#[test]
fn a_value_of_another_type_says_what_is_expected() {
    says(
        "ownership: {accountable_owner: [\"@a\", \"@b\"]}",
        "`accountable_owner` is a list: expected exactly one person",
        "[\"@a\", \"@b\"]",
    );
    says("training: {seeds: [x]}", "`seeds[0]` is the string `x`: expected a whole number", "x");
    says(
        "evidence: {card: README.md}",
        "`card` is the string `README.md`: expected a mapping with the key `path`",
        "README.md",
    );
    says("scope: [a]", "`scope` is a list: expected a mapping", "[a]");
}

#[test]
fn a_value_of_an_enumeration_is_suggested() {
    says(
        "rollback: {plan: {mechanism: feature_flags}}",
        "`mechanism` is `feature_flags`: expected one of feature-flag, traffic-shift, redeploy; did you mean `feature-flag`?",
        "feature_flags",
    );
    says("risk: {tier: 3}", "`tier` is `3`: expected one of low, medium, high, serious", "3");
    assert_eq!(
        said(
            Kind::Release,
            "apiVersion: weighbridge/v2\nkind: ModelRelease\nmetadata: {id: a, model: a, version: 1}\n"
        ),
        [("`apiVersion` is `weighbridge/v2`: expected `weighbridge/v1`".to_owned(), "weighbridge/v2".to_owned())]
    );
}

#[test]
fn an_answer_is_yes_no_or_not_applicable() {
    let answer = |written: &str| format!("compliance: {{art50: {{output_marking: {written}}}}}");
    for written in ["true", "false", "n/a"] {
        assert_eq!(said(Kind::Release, &release(&answer(written))), []);
    }
    // YAML 1.2 reads these as text.
    says(&answer("no"), "`output_marking` is `no`: expected one of true, false, n/a", "no");
    says(&answer("'false'"), "`output_marking` is `false`: expected one of true, false, n/a", "'false'");
    let unknown = said(Kind::Release, &release("compliance: {art50: {output_marked: true}}"));
    assert!(
        matches!(&unknown[..], [(message, _)] if message.contains("did you mean `output_marking`?")),
        "{unknown:?}"
    );
}

#[test]
fn digests_times_and_durations_say_their_form() {
    says(
        "artifacts: {checkpoint: {digest: sha256:12}}",
        "`digest` is `sha256:12`, not `sha256:` and 64 hex digits in lower case",
        "sha256:12",
    );
    says(
        "rollback: {tested: {at: 2026-08-18}}",
        "`at` is `2026-08-18`, not a time with an offset, such as `2026-08-17T09:00:00Z`",
        "2026-08-18",
    );
    says(
        "rollback: {plan: {max_time: 10m}}",
        "`max_time` is `10m`, not an ISO 8601 duration, such as `P30D` or `PT15M`",
        "10m",
    );
    says("lifecycle: {sunset: soon}", "`sunset` is `soon`, not a date, such as `2026-08-17`", "soon");
    says(
        "artifacts: {adapters: [{trained_at: May}]}",
        "`trained_at` is `May`, not a date or a time with an offset, such as `2026-08-17` or `2026-08-17T09:00:00Z`",
        "May",
    );
}

#[test]
fn an_empty_value_is_told_kindly() {
    says("lifecycle: {sunset: null}", "`sunset` is empty: give it a value or leave the key out", "null");
    says("lifecycle:\n  sunset:", "`sunset` is empty: give it a value or leave the key out", "sunset");
    says("prompts: [{id: }]", "`id` is empty: expected text", "id");
    says("scope: {users: [a, null]}", "`users[1]` is empty: give the item a value or take it out", "null");
    says("scope: {use_case: \"\"}", "`use_case` is an empty string: expected text", "\"\"");
}

#[test]
fn numbers_and_lists_have_bounds() {
    says(
        "rollout: {stages: [{name: canary, traffic_percent: 120}]}",
        "`traffic_percent` is `120`: expected at most 100",
        "120",
    );
    says("data: {datasets: [{records: -1}]}", "`records` is `-1`: expected at least 0", "-1");
    let packet = "apiVersion: weighbridge/v1\nkind: EvaluationPacket\nmetrics: [{id: a, ci: [1]}]\n";
    assert_eq!(
        said(Kind::EvaluationPacket, packet),
        [("`ci` has 1 item: expected at least 2".to_owned(), "[1]".to_owned())]
    );
}

#[test]
fn an_unknown_key_is_a_warning_with_a_fix_where_it_is_a_slip() {
    let document = release("ownership: {acountable_owner: \"@a\"}");
    assert_eq!(
        said(Kind::Release, &document),
        [(
            "unknown key `acountable_owner` in `ownership`; did you mean `accountable_owner`?".to_owned(),
            "acountable_owner".to_owned()
        )]
    );
    let findings = check(Kind::Release, &document);
    assert_eq!(findings[0].rule.as_str(), "gate/unknown-field");
    assert_eq!(findings[0].at_most, Some(crate::rule::Severity::Warning));
    assert_eq!(findings[0].pointer.to_json_pointer(), "/ownership/acountable_owner");
    let fix = findings[0].fix.as_ref().expect("a fix");
    assert_eq!((fix.replacement.as_str(), fix.safe, fix.span), ("accountable_owner", true, findings[0].primary.span));

    says("scop: {}", "unknown key `scop`; did you mean `scope`?", "scop");
    assert_eq!(check(Kind::Release, &release("scop: {}"))[0].fix, None, "one letter of five is not certain");
    says("colour: red", "unknown key `colour`", "colour");
    let both = release("ownership: {\"Escalation\": [], escalation: []}");
    assert_eq!(check(Kind::Release, &both)[0].fix, None, "the right key is there already");
    let quoted = check(Kind::Release, &release("ownership: {\"Escalation\": []}"));
    assert_eq!(quoted[0].fix.as_ref().map(|fix| fix.replacement.as_str()), Some("\"escalation\""));
}

#[test]
fn front_matter_may_hold_anything_but_near_misses() {
    assert_eq!(
        said(Kind::Card, "title: x\nlayout: y\nlicense: null\ndatasets: null\nmetrics:\nlanguage: no\ntags: a\n"),
        []
    );
    card_says(
        "licence: mit",
        "gate/unknown-field",
        "`licence` is not a key that the Hub reads; did you mean `license`?",
        "licence",
    );
    for (written, meant) in [
        ("liscence", "license"),
        ("licenses", "license"),
        ("model_index", "model-index"),
        ("library_tag", "library_name"),
        ("dataset", "datasets"),
        ("lang", "language"),
        ("tag", "tags"),
        ("pipeline-tag", "pipeline_tag"),
        ("base-model", "base_model"),
        ("Pipeline_Tag", "pipeline_tag"),
        ("base_modle", "base_model"),
    ] {
        let findings = check(Kind::Card, &format!("{written}: x\n"));
        assert_eq!(findings[0].fix.as_ref().map(|fix| fix.replacement.as_str()), Some(meant), "{written}");
    }
    let both = check(Kind::Card, "tag: a\ntags: [b]\n");
    assert_eq!(both[0].fix, None);
    assert_eq!(both[0].help.as_deref(), Some("the card has `tags` as well; leave one of them, under that name"));
}

#[test]
fn front_matter_has_the_types_that_the_hub_wants() {
    card_says(
        "language: false",
        "card/front-matter-invalid",
        "`language` is the boolean `false`: YAML 1.1 reads the code of Norwegian, `no`, as `false`; write it in quotes: `\"no\"`",
        "false",
    );
    card_says(
        "language: [en, false]",
        "huggingface/null-or-non-string-item",
        "`language[1]` is the boolean `false`: YAML 1.1 reads the code of Norwegian, `no`, as `false`; write it in quotes: `\"no\"`",
        "false",
    );
    card_says(
        "tags: {a: b}",
        "card/front-matter-invalid",
        "`tags` is a mapping: expected a tag, or a list of them",
        "{a: b}",
    );
    card_says(
        "datasets: [a, null]",
        "huggingface/null-or-non-string-item",
        "`datasets[1]` is empty: give the item a value or take it out",
        "null",
    );
    card_says(
        "base_model: {id: a}",
        "huggingface/base-model-invalid",
        "`base_model` is a mapping: expected a Hub model id, or a list of them",
        "{id: a}",
    );
    card_says("- a", "card/front-matter-invalid", "the front matter is a list: expected a mapping", "- a");
}

#[test]
fn a_model_index_has_the_keys_that_the_hub_wants() {
    let rule = "huggingface/model-index-invalid";
    assert_eq!(said(Kind::Card, "model-index: [{name: a, results: []}]"), []);
    let tolerated = "model-index: [{name: a, results: [{task: {type: t}, metrics: [{type: acc, value: '78.4%'}]}]}]";
    assert_eq!(said(Kind::Card, tolerated), []);
    card_says(
        "model-index: {name: a}",
        rule,
        "`model-index` is a mapping: expected a list of models with results",
        "{name: a}",
    );
    card_says("model-index: [{name: a}]", rule, "`model-index[0]` has no `results`", "name");
    card_says(
        "model-index: [{name: a, results: [{task: {type: t}, metrics: [{type: acc}]}]}]",
        rule,
        "`metrics[0]` has no `value`",
        "type",
    );
    card_says(
        "model-index: [{name: a, results: [{task: {type: t}, dataset: {name: d}, metrics: []}]}]",
        rule,
        "`dataset` has no `type`",
        "dataset",
    );
}

#[test]
fn very_many_faults_are_counted() {
    let keys: Vec<String> = (0..5_000).map(|n| format!("key{n}: 1")).collect();
    let findings = check(Kind::Release, &release(&keys.join("\n")));
    assert_eq!(findings.len(), 101);
    assert_eq!(findings[0].message, "unknown key `key0`");
    assert_eq!(findings[100].message, "4900 more places in this document do not fit its schema");
    let values: Vec<String> = (0..5_000).map(|n| format!("  a{n}: []")).collect();
    let findings = check(Kind::Release, &release(&format!("ownership:\n roles:\n{}", values.join("\n"))));
    assert_eq!(findings.len(), 101);
    assert_eq!(findings[0].message, "`a0` is a list: expected exactly one person");
    assert_eq!(findings[100].message, "4900 more places in this document do not fit its schema");
}
