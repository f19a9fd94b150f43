//! Every format on the shared sample: the exact output (`tests/snapshots/`, rewritten
//! under `SNAPSHOTS=overwrite`), and what must be true of it whatever it looks like.

use std::path::Path;

use serde_json::Value;

use super::sample::{clean, sample};
use super::{Format, RenderOptions, render, render_failure};
use crate::finding::Finding;
use crate::outcome::{Outcome, WaivedFinding};
use crate::source::Span;
use crate::text;

mod machine;
mod page;

fn rendered(format: Format, outcome: &Outcome, options: &RenderOptions) -> String {
    let mut out = Vec::new();
    render(format, outcome, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn plain(format: Format) -> String {
    rendered(format, &sample(), &RenderOptions::default())
}

fn snapshot(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/report").join(name);
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert!(expected == actual, "{name} differs; SNAPSHOTS=overwrite rewrites it. It would be:\n{actual}");
}

#[test]
fn every_format_as_committed() {
    for (format, extension) in [
        (Format::Human, "human.txt"),
        (Format::Concise, "concise.txt"),
        (Format::Json, "json"),
        (Format::Sarif, "sarif"),
        (Format::Github, "github.txt"),
        (Format::Junit, "junit.xml"),
        (Format::Gitlab, "gitlab.json"),
        (Format::Rdjson, "rdjson.json"),
        (Format::Rdjsonl, "rdjsonl"),
        (Format::Markdown, "md"),
        (Format::Html, "html"),
    ] {
        snapshot(&format!("sample.{extension}"), &plain(format));
        snapshot(&format!("clean.{extension}"), &rendered(format, &clean(), &RenderOptions::default()));
    }
}

#[test]
fn the_human_report_in_ascii_narrow_and_in_colour() {
    let ascii = RenderOptions { unicode: false, width: 60, ..RenderOptions::default() };
    snapshot("sample.human-ascii.txt", &rendered(Format::Human, &sample(), &ascii));
    let color = RenderOptions { color: true, hyperlinks: true, ..RenderOptions::default() };
    snapshot("sample.human-color.txt", &rendered(Format::Human, &sample(), &color));
}

#[test]
fn a_run_that_could_not_do_its_job() {
    let mut out = Vec::new();
    render_failure("weighbridge.yaml:3:1: unknown key `polices` ##[error]x", &mut out).unwrap();
    snapshot("failure.sarif", std::str::from_utf8(&out).unwrap());
}

#[test]
fn two_runs_are_equal() {
    for format in Format::ALL {
        assert_eq!(plain(*format), plain(*format), "{format}");
    }
}

#[test]
fn names_are_read_back() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(*format));
    }
    assert_eq!(
        "xml".parse::<Format>(),
        Err("unknown format `xml`: one of human, concise, json, sarif, github, junit, gitlab, rdjson, rdjsonl, markdown, html"
            .to_owned())
    );
}

/// The commands that a runner would take from a log: `::name …::` at the start of a
/// line after white space, `##[name …]` anywhere (`ActionCommand.cs`).
fn commands(log: &str) -> Vec<&str> {
    let is_command = |line: &&str| {
        let dashed = line.trim_start().strip_prefix("::").is_some_and(|rest| rest.contains("::"));
        dashed || line.contains("##[") || line.contains("##vso[") || line.contains("##teamcity[")
    };
    log.split(['\n', '\r']).filter(is_command).collect()
}

#[test]
fn no_format_carries_commands_of_a_document() {
    for format in Format::ALL {
        let log = plain(*format);
        let found = commands(&log);
        if *format != Format::Github {
            assert_eq!(found, Vec::<&str>::new(), "{format}");
            continue;
        }
        assert_eq!(found.len(), 5 + 5 + 10, "{found:#?}");
        for line in found {
            assert!(["::error file=", "::warning file=", "::notice file="].iter().any(|lead| line.starts_with(lead)));
        }
    }
}

#[test]
fn no_format_carries_hidden_characters() {
    for format in Format::ALL {
        let log = plain(*format);
        let hidden: Vec<char> = log.chars().filter(|c| *c != '\n' && text::is_hidden(*c)).collect();
        assert_eq!(hidden, Vec::<char>::new(), "{format}");
    }
}

#[test]
fn what_a_waiver_says_is_not_trusted_either() {
    let mut outcome = sample();
    let finding = outcome.findings.remove(0);
    outcome.waived.push(WaivedFinding {
        granted_at: finding.primary.span,
        finding,
        waiver: Some("W-1\n::error::x".into()),
        reason: "##[set-output name=a]b \u{202e}and \u{1b}[31m".into(),
        approved_by: vec!["@noor\n##vso[task.x]y".into()],
        expires: jiff::civil::date(2026, 12, 31),
    });
    for format in Format::ALL {
        let log = rendered(*format, &outcome, &RenderOptions::default());
        let hidden: Vec<char> = log.chars().filter(|c| *c != '\n' && text::is_hidden(*c)).collect();
        assert_eq!(hidden, Vec::<char>::new(), "{format}");
        let all = rendered(*format, &outcome, &RenderOptions { suppressed: true, ..RenderOptions::default() });
        assert_eq!(all.chars().find(|c| *c != '\n' && text::is_hidden(*c)), None, "{format}");
        assert!(*format == Format::Github || commands(&log).is_empty(), "{format}: {:#?}", commands(&log));
    }
    assert!(rendered(Format::Human, &outcome, &RenderOptions::default()).contains("\nwaived:\n  - "));
}

/// The text between two places, found by counting lines and characters as a reader
/// of a report would.
fn slice(text: &str, start: (u64, u64), end: (u64, u64)) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut line, mut column, mut out) = (1, 1, String::new());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if (line, column) >= start && (line, column) < end {
            out.push(c);
        }
        column += 1;
        if c == '\n' || (c == '\r' && chars.peek() != Some(&'\n')) {
            (line, column) = (line + 1, 1);
        }
    }
    out
}

#[test]
fn sarif_regions_give_back_what_they_mark() {
    let outcome = sample();
    let log: Value = serde_json::from_str(&plain(Format::Sarif)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), outcome.findings.len());
    for (result, finding) in results.iter().zip(&outcome.findings) {
        let mut spans = vec![(&result["locations"][0], finding.primary.span)];
        let related = result["relatedLocations"].as_array().map(Vec::as_slice).unwrap_or_default();
        spans.extend(related.iter().zip(finding.related.iter().map(|label| label.span)));
        for (location, span) in spans {
            let region = &location["physicalLocation"]["region"];
            let n = |name: &str| region[name].as_u64().unwrap();
            let source = outcome.sources.of(span);
            let start = (n("startLine"), n("startColumn"));
            let end = (n("endLine"), n("endColumn"));
            assert!(start <= end);
            assert_eq!(slice(source.text(), start, end), source.slice(span), "{region}");
        }
    }
}

#[test]
fn sarif_rules_results_and_texts_agree() {
    let log: Value = serde_json::from_str(&plain(Format::Sarif)).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 7);
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[text]["text"].as_str().unwrap().ends_with('.'));
        }
    }
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let message = result["message"]["text"].as_str().unwrap();
        assert!(message.ends_with('.'), "{message}");
        let mut links = message.split("](").skip(1);
        assert!(links.all(|target| target.starts_with(['1', '2'])), "{message}");
    }
}

#[test]
fn sarif_has_what_does_not_count_where_it_is_asked_for() {
    let mut outcome = sample();
    let waived = |finding: Finding, waiver: Option<&str>| WaivedFinding {
        granted_at: finding.primary.span,
        finding,
        waiver: waiver.map(str::to_owned),
        reason: "measured anew".into(),
        approved_by: vec!["@noor".into()],
        expires: jiff::civil::date(2026, 12, 31),
    };
    outcome.baselined.push(outcome.findings.remove(0));
    outcome.waived.push(waived(outcome.findings.remove(0), Some("W-1")));
    outcome.waived.push(waived(outcome.findings.remove(0), None));
    let results = |suppressed| {
        let options = RenderOptions { suppressed, ..RenderOptions::default() };
        let log: Value = serde_json::from_str(&rendered(Format::Sarif, &outcome, &options)).unwrap();
        log["runs"][0]["results"].as_array().unwrap().clone()
    };
    assert_eq!(results(false).len(), outcome.findings.len());
    let all = results(true);
    assert_eq!(all.len(), outcome.findings.len() + 3);
    assert!(all.iter().take(outcome.findings.len()).all(|result| result["suppressions"].is_null()));
    let of = |at: usize| {
        let one = &all[outcome.findings.len() + at]["suppressions"][0];
        assert_eq!(one["status"], "accepted");
        (one["kind"].as_str().unwrap().to_owned(), one["justification"].as_str().unwrap().to_owned())
    };
    let why = |kind: &str, text: &str| (kind.to_owned(), text.to_owned());
    assert_eq!(of(0), why("external", "Waiver W-1, until 2026-12-31, approved by @noor: measured anew."));
    assert_eq!(of(1), why("inSource", "A comment, until 2026-12-31, approved by @noor: measured anew."));
    assert_eq!(of(2), why("external", "In the baseline: it was there before the gate was."));
}

#[test]
fn json_is_as_its_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/report.v1.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for outcome in [sample(), clean()] {
        let report: Value = serde_json::from_str(&rendered(Format::Json, &outcome, &RenderOptions::default())).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(report["findings"].as_array().unwrap().len(), outcome.findings.len());
        let mut other = report.clone();
        other["findings"] = serde_json::json!([{"rule": "a/b"}]);
        assert!(!validator.is_valid(&other));
    }
}

#[test]
fn every_finding_is_in_every_full_report() {
    let outcome = sample();
    for format in [Format::Human, Format::Concise] {
        let report = plain(format);
        for finding in &outcome.findings {
            assert!(report.contains(&*text::sanitize(&finding.message)), "{format}: {}", finding.message);
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    /// Any text with any marks is drawn, by every format, and stays inert.
    #[test]
    fn any_text_is_drawn(
        source in "(\\PC|\n|\r|\t|\u{1b}|\u{feff}|##\\[|##vso\\[|::| |\u{a0}|\u{202e}|日|\u{301}){0,80}",
        cuts in proptest::collection::vec((0_usize..200, 0_usize..200), 1..6),
        width in 0_usize..120,
        unicode: bool,
    ) {
        let mut outcome = sample();
        let mut map = crate::source::SourceMap::default();
        let id = map.add(crate::source::Source::new(source.clone(), source.clone()));
        let boundary = |at: usize| (0..=at.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap();
        let mut finding: Option<Finding> = None;
        for (a, b) in cuts {
            let span = Span::new(id, boundary(a.min(b)), boundary(a.max(b)));
            finding = Some(match finding {
                None => Finding::new("a/b", span, source.clone()).label(source.clone()),
                Some(finding) => finding.related(span, source.clone()),
            });
        }
        outcome.findings = finding.into_iter().collect();
        outcome.sources = std::sync::Arc::new(map);
        let options = RenderOptions { unicode, width, ..RenderOptions::default() };
        for format in Format::ALL {
            let log = rendered(*format, &outcome, &options);
            proptest::prop_assert!(!log.chars().any(|c| c != '\n' && text::is_hidden(c)));
            let expected = usize::from(*format == Format::Github);
            proptest::prop_assert_eq!(commands(&log).len(), expected, "{}\n{}", format, log);
        }
    }
}
