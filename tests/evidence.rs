//! Result files of evaluation tools, as a check reads them: no bytes make it panic, what
//! cannot be read is said where it stands, and `NaN` is no syntax error.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{check, folder};
use proptest::prelude::*;
use weighbridge::evidence::{Format, Results, read, select};
use weighbridge::parse::evidence::{Form, parse};
use weighbridge::source::SourceId;
use weighbridge::text::clip;
use weighbridge::tree::{MemoryTree, Tree as _};

const FORMS: [Form; 5] = [Form::Json, Form::Lines, Form::Csv, Form::Yaml, Form::Toml];
const EVALS: &str = "releases/claims-assistant/1.4.0/evals/";

/// Real files of each format, to be disturbed.
fn samples() -> Vec<String> {
    let tree = folder("examples/clean");
    let names = ["quality.json", "safety.json", "regression.json", "redteam.report.jsonl", "load.json"];
    let bytes = names.map(|name| tree.read(&format!("{EVALS}ckpt-9c41e7-{name}"), 1 << 20).unwrap());
    bytes.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect()
}

/// Everything that can be asked of a text.
fn ask(text: &str) {
    for form in FORMS {
        let parsed = parse(form, text, SourceId(0));
        for finding in &parsed.findings {
            assert!(text.get(finding.primary.span.range()).is_some(), "{form:?}: {finding:?}");
        }
        let Some(root) = parsed.root else { continue };
        for declared in Format::ALL.iter().copied().map(Some).chain([None]) {
            if let Ok(results) = read(declared, &root, Some(&root)) {
                ask_results(text, &results);
            }
        }
    }
}

fn ask_results(text: &str, results: &Results) {
    for measure in &results.measures {
        assert!(text.get(measure.span.range()).is_some(), "{measure:?}");
        assert_eq!(measure.value.is_none(), measure.why.is_some(), "{measure:?}");
        assert!(measure.value.is_none_or(f64::is_finite), "{measure:?}");
    }
    let key = results.measures.first().map(|measure| measure.key.as_str());
    for written in [key, Some("*"), Some(""), None] {
        let _ = select(results, written, "acc");
    }
}

/// A word that means something to a reader.
fn word() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\n",
        "\"results\"",
        "\"acc,none\"",
        "NaN",
        "-Infinity",
        "1e999",
        "null",
        "-1",
        "0.5",
        "\"n-samples\"",
        "\"effective\"",
        "\"eval\"",
        "\"entry_type\"",
        "\"samples\"",
        "\"scores\"",
        "\"metrics\"",
        "\"value\"",
        "\"prompts\"",
        "\"namedScores\"",
        "\"name\"",
        "\"dataset\"",
        "\"é\"",
        "\"",
        "\\",
    ]);
    words.prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_makes_a_reader_panic(words in prop::collection::vec(word(), 0..40), noise in "\\PC{0,60}") {
        ask(&words.concat());
        ask(&noise);
    }

    #[test]
    fn no_change_to_a_real_file_makes_a_reader_panic(
        sample in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        gone in 0_usize..200,
        words in prop::collection::vec(word(), 0..4),
    ) {
        let samples = samples();
        let sample = sample.get(&samples);
        let start = clip(sample, at.index(sample.len())).len();
        let end = clip(sample, start + gone).len();
        ask(&format!("{}{}{}", &sample[..start], words.concat(), &sample[end..]));
        ask(&sample[..start]);
    }
}

/// What is found once the clean example's file says this instead.
fn found(name: &str, from: &str, to: &str) -> Vec<(String, String)> {
    let mut tree: MemoryTree = folder("examples/clean");
    let path = format!("{EVALS}{name}");
    let text = String::from_utf8(tree.read(&path, 1 << 20).unwrap()).unwrap();
    assert!(text.contains(from), "{from}");
    tree.put(path.clone(), text.replacen(from, to, 1));
    let outcome = check(&tree);
    let of_form = outcome.findings.iter().filter(|finding| finding.rule.as_str().starts_with("gate/"));
    of_form.map(|finding| (finding.rule.to_string(), finding.message.clone())).collect()
}

#[test]
fn nan_is_no_syntax_error_and_what_breaks_off_is() {
    assert_eq!(found("ckpt-9c41e7-quality.json", "0.934", "NaN"), []);
    assert_eq!(found("ckpt-9c41e7-quality.json", "0.934", "-Infinity"), []);
    let broken = found("ckpt-9c41e7-quality.json", "0.934", "nope");
    assert_eq!(broken, [("gate/syntax-error".into(), "a word that JSON does not know".into())]);
    let cut = found(
        "ckpt-9c41e7-redteam.report.jsonl",
        "\"run\": \"5a1f0c6e-7f0b-4c58-9d0e-1a2b3c4d5e6f\"}\n{\"entry_type\": \"eval\"",
        "\"run\"",
    );
    assert_eq!(cut.len(), 1);
    assert_eq!(cut[0].0, "gate/syntax-error");
}

#[test]
fn a_log_of_a_hundred_thousand_samples_is_read() {
    let sample = r#"{"id": 1, "input": "x", "scores": {"match": {"value": 1}}, "usage": [1, 2, 3, 4]},"#;
    let mut text = r#"{"status": "success", "eval": {"task": "t"}, "samples": ["#.to_owned();
    text.push_str(&sample.repeat(100_000));
    text.push_str(r#"null], "results": {"scores": [{"name": "match", "metrics": {"accuracy": {"value": 0.5}}}]}}"#);
    let parsed = parse(Form::Json, &text, SourceId(0));
    assert_eq!(parsed.findings, []);
    let results = read(Some(Format::Inspect), &parsed.root.unwrap(), None).unwrap();
    assert_eq!(&text[results.measures[0].span.range()], "0.5");
}
