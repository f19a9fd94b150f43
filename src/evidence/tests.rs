//! Result files as tools write them, sound and broken.

use super::{Figure, Format, Results, Selected, Unreadable, read, select};
use crate::parse::evidence::{Form, parse};
use crate::parse::{Node, yaml};
use crate::source::SourceId;

fn tree(form: Form, text: &str) -> Node {
    let parsed = parse(form, text, SourceId(0));
    assert_eq!(parsed.findings, [], "{text}");
    parsed.root.unwrap()
}

fn json(text: &str) -> Results {
    read(None, &tree(Form::Json, text), None).unwrap()
}

fn one(results: &Results, written: &str) -> Figure {
    match select(results, Some(written), "") {
        Selected::One { figure, .. } => figure,
        other => panic!("{written}: {other:?}"),
    }
}

fn keys(results: &Results) -> Vec<&str> {
    results.measures.iter().map(|measure| measure.key.as_str()).collect()
}

fn incomplete(results: &Results) -> Vec<&str> {
    results.incomplete.iter().map(|problem| problem.message.as_str()).collect()
}

fn subjects(results: &Results) -> Vec<&str> {
    results.subjects.iter().map(|subject| subject.text.as_str()).collect()
}

fn at(results: &Results) -> Option<&str> {
    results.at.as_ref().map(|at| at.text.as_str())
}

const HARNESS: &str = r#"{
  "results": {
    "tickets": {"alias": "tickets", "acc,none": 0.93, "acc_stderr,none": 0.004, "f1,strict": 0.9, "f1_stderr,strict": "N/A"},
    "sums": {"alias": " - sums", "exact_match,strict": 0.5, "exact_match,loose": NaN}
  },
  "groups": {"tickets": {"acc,none": 0.93}, "all": {"acc,none": 0.7, "alias": "all"}},
  "versions": {"tickets": 2.0}, "n-shot": {"tickets": 5}, "task_hashes": {"tickets": "ab12"},
  "higher_is_better": {"tickets": {"acc": true}},
  "n-samples": {"tickets": {"original": 500, "effective": 500}},
  "config": {"model": "hf", "model_args": "pretrained=heron/base-7b,peft=adapters/ckpt-7f3a91,dtype=auto", "model_revision": "main", "limit": null},
  "date": 1793174400.5, "total_evaluation_time_seconds": "60.0", "model_name": "heron/base-7b"
}"#;

#[test]
fn the_harness_since_filters() {
    let results = json(HARNESS);
    assert_eq!(results.format, Format::LmEval);
    let all =
        ["tickets/acc,none", "tickets/f1,strict", "sums/exact_match,strict", "sums/exact_match,loose", "all/acc,none"];
    assert_eq!(keys(&results), all);
    let first = &results.measures[0];
    assert_eq!((first.value, first.stderr, first.n), (Some(0.93), Some(0.004), Some(500)));
    assert_eq!(first.higher_is_better, Some(true));
    let settings: Vec<_> = first.settings.iter().map(|setting| (setting.name, setting.value.as_str())).collect();
    assert_eq!(settings, [("version", "2.0"), ("n-shot", "5"), ("task-hash", "ab12")]);
    assert_eq!(&HARNESS[first.span.range()], "0.93");
    assert_eq!(results.measures[1].stderr, None, "N/A");
    assert_eq!(results.measures[3].value, None);
    assert_eq!(results.measures[3].why.as_deref(), Some("is `NaN`, not a number"));
    assert_eq!(subjects(&results), ["heron/base-7b", "adapters/ckpt-7f3a91"]);
    assert_eq!(at(&results), Some("2026-10-28T08:01:00Z"));
    assert_eq!(incomplete(&results), [""; 0]);
}

#[test]
fn the_harness_before_filters() {
    let text = r#"{"results": {"qa": {"acc": 0.24, "acc_stderr": 0.03, "acc_norm": 0.25, "acc_norm_stderr": 0.04}},
        "versions": {"qa": 1}, "config": {"model": "gpt2", "model_args": "pretrained=heron/small", "num_fewshot": 2, "limit": 40}}"#;
    let results = json(text);
    assert_eq!(results.format, Format::LmEval);
    assert_eq!(keys(&results), ["qa/acc", "qa/acc_norm"]);
    assert_eq!(results.measures[1].stderr, Some(0.04));
    assert_eq!(results.measures[0].settings[1].value, "2");
    assert_eq!(incomplete(&results), ["the run was limited to 40 samples of each task"]);
    assert_eq!(at(&results), None);
}

#[test]
fn the_harness_says_what_it_left_out() {
    let with = |from: &str, to: &str| incomplete(&json(&HARNESS.replace(from, to))).join("; ");
    assert_eq!(with("\"limit\": null", "\"limit\": 0.1"), "", "all samples were evaluated");
    let short = HARNESS.replace("\"effective\": 500", "\"effective\": 50");
    assert_eq!(incomplete(&json(&short)), ["task `tickets` ran on 50 of 500 samples"]);
    let limited = short.replace("\"limit\": null", "\"limit\": 0.1");
    assert_eq!(incomplete(&json(&limited)), ["the run was limited to a share of 0.1 of the samples"], "one defect");
    let limited = short.replace("\"limit\": null", "\"limit\": 50.0");
    assert_eq!(incomplete(&json(&limited)), ["the run was limited to 50 samples of each task"]);
}

#[test]
fn a_select_is_a_key_a_key_without_its_filter_or_the_id() {
    let results = json(HARNESS);
    assert_eq!(one(&results, "tickets/acc,none").value, Some(0.93));
    assert_eq!(one(&results, "tickets/acc").value, Some(0.93));
    assert_eq!(one(&results, "tickets/f1").value, Some(0.9));
    let Selected::Several(all) = select(&results, Some("sums/exact_match"), "") else { panic!() };
    assert_eq!(all.len(), 2);
    assert_eq!(select(&results, Some("tickets/acc,nome"), ""), Selected::Nothing(Some("tickets/acc,none")));
    assert_eq!(select(&results, Some("acc"), "f1"), Selected::Nothing(None), "a select is not a metric");
    assert!(matches!(select(&results, None, "f1"), Selected::One { .. }));
    let Selected::Several(_) = select(&results, None, "acc") else { panic!() };
}

const INSPECT: &str = r#"{"version": 2, "status": "success",
  "eval": {"task": "safety", "task_version": 3, "model": "vllm/helper-1.2.0", "created": "2026-10-28T10:00:00+02:00",
    "model_args": {"revision": "ckpt-7f3a91", "dtype": "auto"},
    "dataset": {"name": "acme/safety", "samples": 100}, "config": {"epochs": 1}, "revision": {"dirty": false}},
  "results": {"total_samples": 100, "completed_samples": 100, "scores": [
    {"name": "refusal", "scorer": "refusal", "scored_samples": 100, "unscored_samples": 0,
     "metrics": {"accuracy": {"name": "accuracy", "value": 0.98}, "stderr": {"name": "stderr", "value": 0.01}}}]},
  "stats": {"completed_at": "2026-10-28T10:30:00+02:00"},
  "samples": [{"id": 1, "score": NaN}]}"#;

#[test]
fn inspect() {
    let results = json(INSPECT);
    assert_eq!(results.format, Format::Inspect);
    assert_eq!(keys(&results), ["refusal/accuracy", "refusal/stderr"]);
    let figure = one(&results, "refusal/accuracy");
    assert_eq!((figure.value, figure.stderr, figure.n), (Some(0.98), Some(0.01), Some(100)));
    assert_eq!(subjects(&results), ["vllm/helper-1.2.0", "ckpt-7f3a91"]);
    assert_eq!(at(&results), Some("2026-10-28T08:30:00Z"));
    assert_eq!(incomplete(&results), [""; 0]);
}

#[test]
fn inspect_says_why_a_run_is_not_whole() {
    let with = |from: &str, to: &str| incomplete(&json(&INSPECT.replace(from, to))).join("; ");
    assert_eq!(with("\"success\"", "\"error\""), "the status of the run is `error`, not `success`");
    assert_eq!(
        with("\"status\": \"success\"", "\"status\": \"success\", \"error\": {\"message\": \"x\"}"),
        "the run ended in an error"
    );
    assert_eq!(
        with("\"status\": \"success\"", "\"status\": \"success\", \"invalidated\": true"),
        "the log has been declared invalid"
    );
    assert_eq!(
        with("\"dirty\": false", "\"dirty\": true"),
        "the evaluation's own code had changes that were not committed"
    );
    assert_eq!(with("\"epochs\": 1", "\"limit\": 10"), "the run was limited to 10 of 100 samples");
    assert_eq!(with("\"epochs\": 1", "\"limit\": [0, 10]"), "the run was limited to a part of 100 of the samples");
    assert_eq!(with("\"epochs\": 1", "\"limit\": 100"), "");
    assert_eq!(with("\"completed_samples\": 100", "\"completed_samples\": 90"), "90 of 100 samples were completed");
    assert_eq!(with("\"unscored_samples\": 0", "\"unscored_samples\": 5"), "5 of 105 samples have no `refusal` score");
}

#[test]
fn inspect_in_its_first_version_and_with_two_reducers() {
    let old = r#"{"version": 1, "status": "success", "eval": {"task": "t", "model": "m"},
        "results": {"scorer": {"name": "graded"}, "metrics": {"accuracy": {"value": NaN}, "bootstrap_std": {"value": 0.1}}}}"#;
    let results = json(old);
    let figure = one(&results, "graded/accuracy");
    assert_eq!((figure.value, figure.stderr), (None, Some(0.1)));
    assert_eq!(figure.why.as_deref(), Some("is `NaN`, not a number"));
    let two = r#"{"status": "success", "eval": {"task": "t"}, "results": {"scores": [
        {"name": "m", "reducer": "mean", "metrics": {"accuracy": {"value": 0.5}}},
        {"name": "m", "reducer": "max", "metrics": {"accuracy": {"value": 0.9}}}]}}"#;
    let results = json(two);
    assert_eq!(one(&results, "m/accuracy,max").value, Some(0.9));
    assert!(matches!(select(&results, Some("m/accuracy"), ""), Selected::Several(_)));
}

const PROMPTFOO: &str = r#"{"evalId": "e1", "results": {"version": 3, "timestamp": "2026-10-28T11:02:00.000Z",
  "prompts": [{"provider": "openai:chat:helper-1.2.0", "label": "p", "metrics": {"score": 9.5, "testPassCount": 9, "testFailCount": 1,
    "testErrorCount": 0, "tokenUsage": {"total": 77}, "namedScores": {"tone": 8, "derived": 0.7, "lonely": 3},
    "namedScoresCount": {"tone": 10}}}],
  "results": [{"success": true}], "stats": {"successes": 9, "failures": 1, "errors": 0}},
  "config": {"derivedMetrics": [{"name": "derived", "value": "tone / 10"}]}}"#;

#[test]
fn promptfoo() {
    let results = json(PROMPTFOO);
    assert_eq!(results.format, Format::Promptfoo);
    assert_eq!((one(&results, "namedScores/tone").value, one(&results, "namedScores/tone").n), (Some(0.8), Some(10)));
    assert_eq!(one(&results, "namedScores/derived").value, Some(0.7));
    let lonely = one(&results, "namedScores/lonely");
    assert_eq!(lonely.value, None, "a sum is no rate");
    assert_eq!(
        lonely.why.as_deref(),
        Some("is a sum over the tests (3), and `namedScoresCount` does not say over how many")
    );
    assert_eq!(one(&results, "passRate").value, Some(0.9));
    assert_eq!(one(&results, "tokenUsage/total").value, Some(77.0));
    assert_eq!(subjects(&results), ["openai:chat:helper-1.2.0"]);
    assert_eq!(at(&results), Some("2026-10-28T11:02:00Z"));
    assert_eq!(incomplete(&results), [""; 0]);
    let weighed =
        PROMPTFOO.replace("\"namedScoresCount\"", "\"namedScoreWeights\": {\"tone\": 16}, \"namedScoresCount\"");
    assert_eq!(one(&json(&weighed), "namedScores/tone").value, Some(0.5));
}

#[test]
fn promptfoo_says_why_a_run_is_not_whole() {
    let with = |from: &str, to: &str| incomplete(&json(&PROMPTFOO.replace(from, to))).join("; ");
    assert_eq!(
        with("\"testErrorCount\": 0", "\"testErrorCount\": 2"),
        "2 of 12 tests ended in an error instead of a verdict"
    );
    assert_eq!(with("\"errors\": 0", "\"errors\": 3"), "3 tests ended in an error instead of a verdict");
    let empty = PROMPTFOO
        .replace("\"testPassCount\": 9", "\"testPassCount\": 0")
        .replace("\"testFailCount\": 1", "\"testFailCount\": 0");
    assert_eq!(incomplete(&json(&empty)), ["no test was run"]);
    assert_eq!(one(&json(&empty), "passRate").value, None);
}

#[test]
fn promptfoo_with_two_prompts_and_in_its_first_versions() {
    let prompt = r#"{"provider": {"id": "local:a"}, "metrics": {"score": 1, "testPassCount": 1, "testFailCount": 0}}"#;
    let old = format!(
        r#"{{"results": {{"version": 1, "stats": {{}}, "table": {{"head": {{"prompts": [{prompt}, {prompt}]}}, "body": [1]}}}}}}"#
    );
    let results = json(&old);
    assert_eq!(results.format, Format::Promptfoo);
    assert_eq!(one(&results, "prompts[1]/passRate").value, Some(1.0));
    assert!(matches!(select(&results, Some("passRate"), ""), Selected::Several(_)));
    assert_eq!(subjects(&results), ["local:a"]);
}

const GARAK: &str = r#"{"entry_type": "start_run setup", "plugins.target_name": "helper-1.2.0", "run.generations": 5}
{"entry_type": "init", "garak_version": "0.13.0", "start_time": "2026-10-28T12:00:00"}
{"entry_type": "attempt", "probe_classname": "inject.A", "outputs": ["x"]}
{"entry_type": "eval", "probe": "inject.A", "detector": "d.One", "passed": 97, "fails": 3, "nones": 0, "total_evaluated": 100}
{"entry_type": "eval", "probe": "inject.B", "detector": "d.One", "passed": 290, "total": 300}
{"entry_type": "eval", "probe": "leak.C", "detector": "d.Two", "passed": 0, "fails": 0, "nones": 9, "total_evaluated": 0}
{"entry_type": "completion", "end_time": "2026-10-28T13:00:00"}
"#;

#[test]
fn garak_adds_up_attempts() {
    let results = read(Some(Format::Garak), &tree(Form::Lines, GARAK), None).unwrap();
    assert_eq!(keys(&results), ["inject.A/d.One", "inject.B/d.One", "leak.C/d.Two"]);
    let both = one(&results, "inject.*");
    assert_eq!((both.value, both.n), (Some(13.0 / 400.0), Some(400)), "neither the mean nor the worst of the shares");
    assert_eq!(one(&results, "inject.A").value, Some(0.03));
    assert_eq!(one(&results, "inject.B/d.One").n, Some(300));
    assert_eq!(&GARAK[one(&results, "inject.A").span.range()], "3");
    let none = one(&results, "leak.*");
    assert_eq!(none.why.as_deref(), Some("is a share of no attempts: `leak.C` evaluated none"));
    assert_eq!(one(&results, "*").value, None, "a part without a number has no sum");
    assert_eq!(select(&results, Some("inject.D"), ""), Selected::Nothing(None));
    assert_eq!(subjects(&results), ["helper-1.2.0"]);
    assert_eq!(at(&results), Some("2026-10-28T13:00:00Z"));
    assert_eq!(incomplete(&results), [""; 0]);
}

#[test]
fn garak_without_an_end_is_incomplete() {
    let cut: String = GARAK.split_inclusive('\n').take(5).collect();
    let results = read(None, &tree(Form::Lines, &cut), None).unwrap();
    assert_eq!(incomplete(&results), ["no line of type `completion`: the run did not come to its end"]);
    assert_eq!(at(&results), Some("2026-10-28T12:00:00Z"));
    let broken = parse(Form::Lines, &GARAK[..GARAK.len() - 20], SourceId(0));
    assert_eq!(broken.findings.len(), 1);
    assert!(broken.findings[0].message.ends_with("was the file cut off?"));
}

#[test]
fn helm() {
    let stats = r#"[{"name": {"name": "exact_match", "split": "test"}, "count": 1, "mean": 0.61},
        {"name": {"name": "exact_match", "split": "test", "perturbation": {"name": "typos"}}, "count": 1, "mean": 0.5},
        {"name": {"name": "exact_match", "split": "valid"}, "count": 0},
        {"name": {"name": "num_instances", "split": "test"}, "count": 1, "mean": 1000.0}]"#;
    let spec = tree(
        Form::Json,
        r#"{"name": "qa:model=heron", "adapter_spec": {"model": "heron/base-7b", "max_train_instances": 5}}"#,
    );
    let results = read(None, &tree(Form::Json, stats), Some(&spec)).unwrap();
    assert_eq!(results.format, Format::Helm);
    assert_eq!(
        keys(&results),
        ["exact_match,test", "exact_match,test,typos", "exact_match,valid", "num_instances,test"]
    );
    assert_eq!(
        (one(&results, "exact_match,test").value, one(&results, "exact_match,test").n),
        (Some(0.61), Some(1000))
    );
    assert_eq!(one(&results, "exact_match,valid").why.as_deref(), Some("has no mean"));
    assert_eq!(subjects(&results), ["heron/base-7b"]);
}

#[test]
fn the_hub() {
    let text = "model-index:\n- name: helper\n  results:\n  - task: {type: qa}\n    dataset: {type: squad, name: SQuAD, config: v2, split: test}\n    metrics:\n    - {type: f1, value: 81.5}\n    - {type: em, value: 70%}\n    - {type: lost}\n";
    let card = yaml::parse(text, SourceId(0), 0).root.unwrap();
    let results = read(None, &card, None).unwrap();
    assert_eq!(results.format, Format::Hub);
    assert_eq!(keys(&results), ["squad/f1,v2", "squad/em,v2", "squad/lost,v2"]);
    assert_eq!(one(&results, "squad/f1").value, Some(81.5));
    assert_eq!(one(&results, "squad/em").why.as_deref(), Some("is `70%`, not a number"));
    assert_eq!(one(&results, "squad/lost").why.as_deref(), Some("is missing"));
    assert_eq!(subjects(&results), ["helper"]);
    let list = "- dataset: {id: acme/gpqa, task_id: diamond}\n  value: 0.41\n  date: '2026-10-01'\n- dataset: {id: acme/qa}\n  value: 1\n  date: '2026-10-02'\n";
    let results = read(None, &tree(Form::Yaml, list), None).unwrap();
    assert_eq!(keys(&results), ["acme/gpqa/diamond", "acme/qa"]);
    assert_eq!(at(&results), Some("2026-10-02"));
}

#[test]
fn plain_tables() {
    let rows = r#"{"model": {"name": "helper-1.2.0", "checkpoint_id": "ckpt-7f3a91"}, "date": "2026-10-28T14:00:00Z",
        "results": [{"metric": "p95", "value": 980, "n": 5000}, {"metric": "recall", "value": null, "stderr": 0.004}]}"#;
    let results = json(rows);
    assert_eq!((results.format, keys(&results)), (Format::Generic, vec!["p95", "recall"]));
    assert_eq!((one(&results, "p95").value, one(&results, "p95").n), (Some(980.0), Some(5000)));
    assert_eq!(one(&results, "recall").why.as_deref(), Some("is null"));
    assert_eq!(subjects(&results), ["helper-1.2.0", "ckpt-7f3a91"]);
    assert_eq!(at(&results), Some("2026-10-28T14:00:00Z"));
    let nested = json(
        r#"{"model": "m", "limit": 5, "status": "failed", "acc": 0.5, "by": {"en": {"value": 0.6, "n": 3}, "de": Infinity}, "note": "x"}"#,
    );
    assert_eq!(keys(&nested), ["acc", "by/en", "by/de"]);
    assert_eq!(one(&nested, "by/de").why.as_deref(), Some("is `Infinity`, not a number"));
    assert_eq!(incomplete(&nested), ["the run was limited to 5 samples", "the status of the run is `failed`"]);
    let table = read(None, &tree(Form::Csv, "metric,value,n,stderr\nacc,0.5,10,0.1\nf1,,10,\n"), None).unwrap();
    assert_eq!((table.measures[0].value, table.measures[0].n), (Some(0.5), Some(10)));
    assert_eq!(table.measures[1].why.as_deref(), Some("is null"));
}

/// As PyRIT 1.2 dumps the result of a scenario, without what nobody reads.
const PYRIT: &str = r#"{
  "id": "8c1e", "scenario_name": "Foundry", "scenario_version": 2, "scenario_run_state": "COMPLETED",
  "scenario_identifier": {"class_name": "Foundry", "pyrit_version": "1.2.0", "children": {
    "objective_target": {"class_name": "OpenAIChatTarget", "model_name": "helper-1.2.0", "underlying_model_name": null}}},
  "attack_results": {
    "base64": [
      {"conversation_id": "a", "objective": "x", "outcome": "error", "timestamp": "2026-10-28T12:00:00Z"},
      {"conversation_id": "b", "objective": "x", "outcome": "success", "timestamp": "2026-10-28T12:10:00Z"},
      {"conversation_id": "c", "objective": "y", "outcome": "failure", "timestamp": "2026-10-28T12:05:00Z"}
    ],
    "crescendo": [{"conversation_id": "d", "objective": "x", "outcome": "failure", "timestamp": "2026-10-28T12:01:00Z"}]
  },
  "completion_time": "2026-10-28T13:00:00.123456Z"
}"#;

#[test]
fn pyrit_counts_each_attack_by_its_last_attempt() {
    let results = json(PYRIT);
    assert_eq!(results.format, Format::Pyrit);
    assert_eq!(keys(&results), ["base64", "crescendo"]);
    let all = one(&results, "attackSuccessRate");
    assert_eq!((all.value, all.n), (Some(1.0 / 3.0), Some(3)));
    assert_eq!(one(&results, "*").value, all.value);
    let base64 = one(&results, "base64");
    assert_eq!((base64.value, base64.n, &PYRIT[base64.span.range()]), (Some(0.5), Some(2), "\"base64\""));
    assert_eq!(select(&results, Some("rot13"), ""), Selected::Nothing(None));
    assert_eq!(subjects(&results), ["helper-1.2.0"]);
    assert_eq!(at(&results), Some("2026-10-28T13:00:00Z"));
    assert_eq!(incomplete(&results), [""; 0]);
    let seeds = r#""attribution_data": {"seed_group_id": "#;
    let apart = PYRIT
        .replace(r#""conversation_id": "a","#, &format!(r#"{seeds}"one"}}, "conversation_id": "a","#))
        .replace(r#""conversation_id": "b","#, &format!(r#"{seeds}"two"}}, "conversation_id": "b","#));
    assert_eq!(incomplete(&json(&apart)), ["1 of 4 attacks ended in an error instead of a verdict"], "two seeds");
}

#[test]
fn pyrit_says_why_a_run_is_not_whole() {
    let with = |from: &str, to: &str| incomplete(&json(&PYRIT.replacen(from, to, 1))).join("; ");
    assert_eq!(with("\"COMPLETED\"", "\"FAILED\""), "the state of the run is `FAILED`, not `COMPLETED`");
    assert_eq!(with("\"success\"", "\"undetermined\""), "1 of 3 attacks have no verdict");
    assert_eq!(with("\"success\"", "\"error\""), "1 of 3 attacks ended in an error instead of a verdict");
    let none = PYRIT.replace("\"failure\"", "\"undetermined\"");
    assert_eq!(
        one(&json(&none), "crescendo").why.as_deref(),
        Some("is a share of no attacks: none of `crescendo` has a verdict")
    );
    assert_eq!(one(&json(&none), "*").value, None, "a part without a number has no sum");
    let empty = r#"{"scenario_run_state": "COMPLETED", "attack_results": {}}"#;
    assert_eq!(incomplete(&json(empty)), ["no attack was run"]);
}

#[test]
fn pyrit_in_its_views() {
    let attack = |technique: &str, outcome: &str| {
        format!(
            r#"{{"id": "1", "technique": "{technique}", "objective": "{outcome}", "outcome": "{outcome}", "score": "true"}}"#
        )
    };
    let (hit, miss) = (attack("flip", "success"), attack("flip", "failure"));
    let shown = format!(r#"{{"view": "attacks", "attacks": [{hit}, {miss}], "shown": 2, "total": 40}}"#);
    let results = json(&shown);
    assert_eq!((one(&results, "flip").value, one(&results, "flip").n), (Some(0.5), Some(2)));
    assert_eq!(incomplete(&results), ["2 of 40 attacks are shown"]);
    let stats = r#""target": {"type": "OpenAIChatTarget", "model": "helper-1.2.0"}, "stats": {"overall_success_rate": 33, "total_results": 3}"#;
    let full = format!(r#"{{"view": "full", "overview": {{"view": "overview", {stats}}}, "conversations": [{miss}]}}"#);
    assert_eq!((one(&json(&full), "*").value, subjects(&json(&full))), (Some(0.0), vec!["helper-1.2.0"]));
    let overview = json(&format!(r#"{{"view": "overview", {stats}}}"#));
    let why = "is no more than a whole per cent in an overview; the view `full` names the attacks";
    assert_eq!(one(&overview, "attackSuccessRate").why.as_deref(), Some(why));
    assert_eq!(subjects(&overview), ["helper-1.2.0"]);
}

#[test]
fn pyrit_as_a_list_of_attacks() {
    let strategy = r#"{"children": {"attack_technique": {"children": {"attack": {"class_name": "CrescendoAttack",
      "children": {"objective_target": {"model_name": "helper-1.2.0"}}}}}}}"#;
    let attack = |outcome: &str| {
        format!(
            r#"{{"conversation_id": "a", "objective": "x", "outcome": "{outcome}", "atomic_attack_identifier": {strategy}, "timestamp": "2026-10-28T12:00:00+00:00"}}"#
        )
    };
    let text = format!("[{}, {}, {}]", attack("success"), attack("failure"), attack("failure"));
    let results = json(&text);
    assert_eq!(
        (keys(&results), one(&results, "CrescendoAttack").n),
        (vec!["CrescendoAttack"], Some(3)),
        "tries are tries"
    );
    assert_eq!((subjects(&results), at(&results)), (vec!["helper-1.2.0"], Some("2026-10-28T12:00:00Z")));
    let plain = json(r#"[{"conversation_id": "a", "objective": "x", "outcome": "failure"}]"#);
    assert_eq!(keys(&plain), ["attackSuccessRate"]);
    let messages =
        r#"[{"role": "user", "conversation_id": "a", "original_value": "x", "scores": [{"score_value": "true"}]}]"#;
    let wrong = read(Some(Format::Pyrit), &tree(Form::Json, messages), None).unwrap_err();
    assert_eq!(
        wrong.message,
        "does not look like results of PyRIT's attacks (a `ScenarioResult` or a list of `AttackResult`s)"
    );
}

#[test]
fn a_file_of_another_format_is_said_to_be_that() {
    let wrong = |declared, text: &str| -> Unreadable { read(declared, &tree(Form::Json, text), None).unwrap_err() };
    let other = wrong(Some(Format::Garak), INSPECT);
    assert_eq!(
        (other.message.as_str(), other.actual),
        ("is an Inspect log, not a garak report", Some(Format::Inspect))
    );
    let nothing = wrong(Some(Format::LmEval), "{}");
    assert_eq!(
        (nothing.message.as_str(), nothing.actual),
        ("does not look like results of the lm-evaluation-harness", None)
    );
    assert_eq!(wrong(None, "[]").message, "holds no results in a known format");
    assert_eq!(wrong(Some(Format::Generic), HARNESS).actual, Some(Format::LmEval));
}

#[test]
fn formats_have_the_names_that_packets_give_them() {
    for format in Format::ALL {
        assert_eq!(Format::parse(format.name()), Some(*format));
    }
    assert_eq!(Format::parse("lm-evaluation-harness"), Some(Format::LmEval));
    assert_eq!(Format::parse("Inspect_AI"), Some(Format::Inspect));
    assert_eq!(Format::parse("junit"), None);
}
