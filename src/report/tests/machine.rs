//! Formats for programs: what must be true of them, and of all formats together.

use serde_json::Value;

use super::{plain, rendered, slice};
use crate::outcome::{NotAssessed, Outcome};
use crate::report::sample::{clean, sample};
use crate::report::{Format, RenderOptions};

/// How often `needle` stands in `text`.
fn times(text: &str, needle: &str) -> usize {
    text.matches(needle).count()
}

/// An element as it opens: its name and its attributes.
pub(super) type Element = (String, Vec<(String, String)>);

/// The names of the elements of XML in the order in which they open; panics where it
/// is not well formed.
fn elements(xml: &str) -> Vec<String> {
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    parsed(body).into_iter().map(|(name, _)| name).collect()
}

/// The elements of markup in the order in which they open; panics where it is not well
/// formed. Some elements of HTML have no end.
pub(super) fn parsed(markup: &str) -> Vec<Element> {
    let (mut open, mut seen, mut rest) = (Vec::new(), Vec::new(), markup);
    while let Some((text, more)) = rest.split_once('<') {
        assert_text(text);
        let (tag, after) = more.split_once('>').unwrap();
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        seen.push((name.to_owned(), self::attributes(attributes)));
        if !closed && !["meta", "br"].contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert_eq!((open, rest), (Vec::new(), "\n"));
    seen
}

/// `a="b" c="d"`, or one without a value.
fn attributes(text: &str) -> Vec<(String, String)> {
    if text == "open" {
        return vec![(text.to_owned(), String::new())];
    }
    let parts: Vec<&str> = text.split('"').collect();
    let pair = |pair: &[&str]| match pair {
        [name, value] => {
            assert_text(value);
            (name.trim_start().strip_suffix('=').unwrap().to_owned(), (*value).to_owned())
        }
        _ => (String::new(), String::new()),
    };
    assert_eq!(parts.last().copied().unwrap_or_default(), "");
    parts.chunks(2).filter(|pair| pair.len() == 2).map(pair).collect()
}

fn assert_text(text: &str) {
    assert!(!text.contains(['<', '>']), "{text}");
    for reference in text.split('&').skip(1) {
        let (name, _) = reference.split_once(';').unwrap();
        assert!(["amp", "lt", "gt", "quot"].contains(&name) || name.starts_with('#'), "{text}");
    }
    assert!(text.chars().all(|c| c == '\n' || (c >= ' ' && !('\u{fffe}'..='\u{ffff}').contains(&c))));
}

fn json(format: Format, outcome: &Outcome) -> Value {
    serde_json::from_str(&rendered(format, outcome, &RenderOptions::default())).unwrap()
}

#[test]
fn junit_fails_on_what_fails_the_run_and_on_nothing_else() {
    let mut outcome = sample();
    let xml = rendered(Format::Junit, &outcome, &RenderOptions::default());
    let found = elements(&xml);
    let count = |name: &str| found.iter().filter(|element| *element == name).count();
    let clean_files = 1;
    assert_eq!(count("testcase"), outcome.findings.len() + outcome.not_assessed.len() + clean_files);
    assert_eq!(count("failure"), outcome.counts().errors);
    assert_eq!(count("skipped"), outcome.counts().warnings + outcome.counts().notes + 1);
    assert!(xml.contains(&format!("failures=\"{}\" errors=\"0\"", outcome.counts().errors)));
    outcome.fail_on = None;
    assert_eq!(times(&rendered(Format::Junit, &outcome, &RenderOptions::default()), "<failure"), 0);
}

#[test]
fn no_two_cases_of_junit_have_one_name() {
    let mut outcome = sample();
    let item = NotAssessed { path: String::new(), what: "the weights".into(), why: "no such file".into() };
    outcome.not_assessed = vec![item.clone(), item.clone(), NotAssessed { what: "the weights (2)".into(), ..item }];
    let xml = rendered(Format::Junit, &outcome, &RenderOptions::default());
    elements(&xml);
    let mut names: Vec<&str> = xml.lines().filter(|line| line.contains("<testcase ")).map(str::trim).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn junit_has_a_case_where_there_is_nothing() {
    let empty = Outcome { files: Vec::new(), releases: Vec::new(), ..clean() };
    let xml = rendered(Format::Junit, &empty, &RenderOptions::default());
    assert_eq!(elements(&xml), ["testsuites", "testsuite", "testcase", "skipped"]);
    let clean = rendered(Format::Junit, &clean(), &RenderOptions::default());
    assert_eq!(times(&clean, "<testcase "), 6);
    assert_eq!(times(&clean, "<skipped"), 0);
}

#[test]
fn gitlab_keeps_every_finding() {
    let outcome = sample();
    let issues = json(Format::Gitlab, &outcome);
    let issues = issues.as_array().unwrap();
    assert_eq!(issues.len(), outcome.findings.len());
    let mut prints: Vec<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), issues.len());
    for (issue, finding) in issues.iter().zip(&outcome.findings) {
        assert_eq!(issue["location"]["path"], outcome.sources.of(finding.primary.span).path());
        assert!(issue["location"]["lines"]["begin"].as_u64() <= issue["location"]["lines"]["end"].as_u64());
        assert!(!issue["description"].as_str().unwrap().is_empty());
    }
    assert_eq!(json(Format::Gitlab, &clean()), serde_json::json!([]));
}

/// The text between two places of reviewdog, whose columns count bytes.
fn slice_bytes(text: &str, start: (u64, u64), end: (u64, u64)) -> String {
    let characters = |(line, byte): (u64, u64)| {
        let text = text.replace("\r\n", "\n");
        let lines: Vec<&str> = text.split(['\n', '\r']).collect();
        let line_text = lines[usize::try_from(line).unwrap() - 1];
        let before = usize::try_from(byte).unwrap() - 1;
        let marked = line == 1 && text.starts_with('\u{feff}');
        let column = line_text.get(..before).map_or(before, |before| before.chars().count());
        (line, column as u64 + 1 - u64::from(marked))
    };
    slice(text, characters(start), characters(end))
}

#[test]
fn ranges_of_reviewdog_give_back_what_they_mark() {
    let outcome = sample();
    let diagnostics = json(Format::Rdjson, &outcome)["diagnostics"].as_array().unwrap().clone();
    assert_eq!(diagnostics.len(), outcome.findings.len());
    let mut wide = 0;
    for (diagnostic, finding) in diagnostics.iter().zip(&outcome.findings) {
        let range = &diagnostic["location"]["range"];
        let at = |end: &str| Some((range[end]["line"].as_u64()?, range[end]["column"].as_u64()?));
        let (Some(start), Some(end)) = (at("start"), at("end")) else {
            assert_eq!(range, &serde_json::json!({"start": {"line": 1}}));
            continue;
        };
        let source = outcome.sources.of(finding.primary.span);
        assert_eq!(slice_bytes(source.text(), start, end), source.slice(finding.primary.span), "{range}");
        wide += usize::from(!source.slice(finding.primary.span).is_ascii());
    }
    assert!(wide > 1);
    let fix = diagnostics.iter().find(|diagnostic| diagnostic["suggestions"].is_array()).unwrap();
    assert_eq!(fix["suggestions"][0]["text"], "evals/ckpt-7f3a91-safety.json");
    assert_eq!(fix["suggestions"][0]["range"], fix["location"]["range"]);
    assert_eq!(fix["related_locations"].as_array().unwrap().len(), 2);
}

#[test]
fn lines_of_reviewdog_are_the_same_findings() {
    let outcome = sample();
    let whole = json(Format::Rdjson, &outcome);
    let lines = plain(Format::Rdjsonl);
    for (line, expected) in lines.lines().zip(whole["diagnostics"].as_array().unwrap()) {
        let mut line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["source"], whole["source"]);
        line.as_object_mut().unwrap().remove("source");
        assert_eq!(&line, expected);
    }
    assert_eq!(lines.lines().count(), outcome.findings.len());
    assert_eq!(rendered(Format::Rdjsonl, &clean(), &RenderOptions::default()), "");
}

/// What a format says of how many errors, warnings and notes there are; of those that
/// have no severity, of how many findings.
fn counted(format: Format, outcome: &Outcome) -> Vec<usize> {
    let report = rendered(format, outcome, &RenderOptions { verbose: true, ..RenderOptions::default() });
    let count = |values: &[&str], list: &Value, field: &str| -> Vec<usize> {
        let of = |value: &&str| list.as_array().unwrap().iter().filter(|item| item[field] == *value).count();
        values.iter().map(of).collect()
    };
    let value = || serde_json::from_str::<Value>(&report).unwrap();
    let severities = ["ERROR", "WARNING", "INFO"];
    match format {
        Format::Human | Format::Github | Format::Markdown => {
            let (before, after) = report.rsplit_once(" errors, ").unwrap();
            let errors = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap();
            let numbers = after.split([' ', ',']).filter(|word| word.parse::<usize>().is_ok());
            std::iter::once(errors).chain(numbers.take(2)).map(|number| number.parse().unwrap()).collect()
        }
        Format::Concise => ["error", "warning", "note"].map(|word| times(&report, &format!(": {word}["))).to_vec(),
        Format::Json => count(&["error", "warning", "note"], &value()["findings"], "severity"),
        Format::Sarif => count(&["error", "warning", "note"], &value()["runs"][0]["results"], "level"),
        Format::Gitlab => count(&["critical", "minor", "info"], &value(), "severity"),
        Format::Rdjson => count(&severities, &value()["diagnostics"], "severity"),
        Format::Rdjsonl => {
            let lines = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            count(&severities, &Value::Array(lines), "severity")
        }
        Format::Junit => {
            let skipped = |word: &str| times(&report, &format!("<skipped message=\"{word}, which does not fail"));
            vec![times(&report, "<failure type=\"error\""), skipped("warning"), skipped("note")]
        }
        Format::Html => {
            let articles = report.split("<article class=\"finding ").skip(1);
            let mut counts = vec![0; 3];
            for article in articles {
                let at = ["error", "warning", "note"].iter().position(|word| article.starts_with(word)).unwrap();
                let all = article.split("data-findings=\"").nth(1).unwrap().split('"').next().unwrap();
                counts[at] += all.parse::<usize>().unwrap();
            }
            counts
        }
    }
}

#[test]
fn every_format_counts_the_same() {
    let outcome = sample();
    let counts = outcome.counts();
    for format in Format::ALL {
        assert_eq!(counted(*format, &outcome), [counts.errors, counts.warnings, counts.notes], "{format}");
    }
}
