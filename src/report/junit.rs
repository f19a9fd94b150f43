//! `JUnit` XML: a suite for each file, a test case for each finding in it, for the test
//! pages of GitLab, Jenkins, Azure and others.
//!
//! What fails the run is a `failure`. What does not (findings below `--fail-on`, waived
//! findings, what could not be judged) is `skipped`, which every consumer shows and none
//! fails on: a report must not be redder than its exit code. A file without findings is
//! one case that passed, since some systems refuse a report without cases; GitLab keeps
//! the first of two cases of one name, so no two are alike. There is no time in it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::TOOL;
use super::markup::{escape, exact, shown};
use super::place::{self, Place};
use crate::finding::Finding;
use crate::outcome::{NotAssessed, Outcome, WaivedFinding};

/// One test case.
struct Case {
    name: String,
    rule: String,
    line: Option<u32>,
    result: Verdict,
}

enum Verdict {
    Passed,
    Failed { severity: &'static str, message: String, text: String },
    Skipped(String),
}

/// Suites by path.
type Suites<'a> = BTreeMap<&'a str, Vec<Case>>;

/// Writes the report.
pub(super) fn render(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let suites = suites(outcome);
    let all = suites.values().flatten();
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for case in all {
        tests += 1;
        failures += usize::from(matches!(case.result, Verdict::Failed { .. }));
        skipped += usize::from(matches!(case.result, Verdict::Skipped(_)));
    }
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"{TOOL}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">"
    )?;
    for (path, cases) in &suites {
        suite(path, cases, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn suites(outcome: &Outcome) -> Suites<'_> {
    let mut suites = Suites::new();
    for finding in &outcome.findings {
        let place = Place::of(finding.primary.span, &outcome.sources);
        suites.entry(place.file()).or_default().push(of_finding(finding, &place, outcome));
    }
    for waived in &outcome.waived {
        let place = Place::of(waived.finding.primary.span, &outcome.sources);
        suites.entry(place.file()).or_default().push(of_waived(waived, &place, outcome));
    }
    for item in &outcome.not_assessed {
        let path = if item.path.is_empty() { TOOL } else { &item.path };
        suites.entry(path).or_default().push(of_not_assessed(item));
    }
    for file in &outcome.files {
        suites.entry(&file.path).or_insert_with(|| vec![without_findings(&file.path)]);
    }
    if suites.is_empty() {
        let result = Verdict::Skipped("nothing to check was found".to_owned());
        suites.insert(TOOL, vec![Case { name: TOOL.to_owned(), rule: TOOL.to_owned(), line: None, result }]);
    }
    for cases in suites.values_mut() {
        tell_apart(cases);
    }
    suites
}

fn without_findings(path: &str) -> Case {
    let name = format!("{}: no findings", place::plain(path));
    Case { name, rule: TOOL.to_owned(), line: None, result: Verdict::Passed }
}

fn of_finding(finding: &Finding, place: &Place<'_>, outcome: &Outcome) -> Case {
    let message = place::plain(&finding.message);
    let name = name(finding, place);
    let fails = outcome.fail_on.is_some_and(|limit| finding.severity >= limit);
    let result = if fails {
        let help = place::help(finding, outcome).map_or(String::new(), |help| format!("\nhelp: {help}"));
        let text = format!("{name}\n{}: {message}{help}", finding.severity);
        Verdict::Failed { severity: finding.severity.as_str(), message, text }
    } else {
        Verdict::Skipped(format!("{}, which does not fail this run: {message}", finding.severity))
    };
    Case { name, rule: finding.rule.as_str().to_owned(), line: Some(place.start.line), result }
}

fn of_waived(waived: &WaivedFinding, place: &Place<'_>, outcome: &Outcome) -> Case {
    let mut case = of_finding(&waived.finding, place, outcome);
    let (message, reason) = (place::plain(&waived.finding.message), place::plain(&waived.reason));
    case.result = Verdict::Skipped(format!("waived until {}: {reason}: {message}", waived.expires));
    case
}

fn of_not_assessed(item: &NotAssessed) -> Case {
    let (what, why) = (place::plain(&item.what), place::plain(&item.why));
    let result = Verdict::Skipped(format!("not assessed: {why}"));
    Case { name: what, rule: TOOL.to_owned(), line: None, result }
}

/// `path:line:column rule`.
fn name(finding: &Finding, place: &Place<'_>) -> String {
    let (path, rule) = (place::plain(place.file()), place::plain(finding.rule.as_str()));
    format!("{path}:{}:{} {rule}", place.start.line, place.start.column)
}

/// Gives a number to every case that has the name of one before it.
fn tell_apart(cases: &mut [Case]) {
    let mut taken: BTreeSet<(String, String)> = BTreeSet::new();
    let mut count: BTreeMap<(String, String), usize> = BTreeMap::new();
    for case in cases {
        let base = case.name.clone();
        let n = count.entry((case.rule.clone(), base.clone())).or_default();
        while !taken.insert((case.rule.clone(), case.name.clone())) {
            *n += 1;
            case.name = format!("{base} ({})", *n + 1);
        }
    }
}

fn suite(path: &str, cases: &[Case], out: &mut dyn Write) -> io::Result<()> {
    let failures = cases.iter().filter(|case| matches!(case.result, Verdict::Failed { .. })).count();
    let skipped = cases.iter().filter(|case| matches!(case.result, Verdict::Skipped(_))).count();
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">",
        exact(path),
        cases.len()
    )?;
    for case in cases {
        self::case(path, case, out)?;
    }
    writeln!(out, "  </testsuite>")
}

fn case(path: &str, case: &Case, out: &mut dyn Write) -> io::Result<()> {
    let line = case.line.map_or(String::new(), |line| format!(" line=\"{line}\""));
    let (class, name) = (shown(&case.rule), escape(&case.name));
    write!(out, "    <testcase classname=\"{class}\" name=\"{name}\" file=\"{}\"{line}", exact(path))?;
    match &case.result {
        Verdict::Passed => writeln!(out, "/>"),
        Verdict::Skipped(message) => {
            writeln!(out, ">\n      <skipped message=\"{}\"/>\n    </testcase>", escape(message))
        }
        Verdict::Failed { severity, message, text } => {
            let (message, text) = (escape(message), escape(text));
            writeln!(
                out,
                ">\n      <failure type=\"{severity}\" message=\"{message}\">{text}</failure>\n    </testcase>"
            )
        }
    }
}
