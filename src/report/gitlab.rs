//! A Code Quality report of GitLab: the findings of a merge request beside its changes.
//!
//! GitLab keys findings by their fingerprint and silently keeps one of those that have
//! the same, so no two are alike here; it drops an item that lacks a field without a
//! word. Fingerprints hold no line, so a finding that moves is not a new one.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::encode;
use super::place::{self, Place};
use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::rule::Severity;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes the report.
pub(super) fn render(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut taken = BTreeSet::new();
    let issues: Vec<Issue<'_>> = outcome.findings.iter().map(|finding| issue(finding, outcome, &mut taken)).collect();
    encode::write(&issues, out)
}

fn issue<'a>(finding: &'a Finding, outcome: &'a Outcome, taken: &mut BTreeSet<String>) -> Issue<'a> {
    let place = Place::of(finding.primary.span, &outcome.sources);
    Issue {
        description: place::plain(&finding.message),
        check_name: finding.rule.as_str(),
        fingerprint: unique(finding, taken),
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: Location { path: place.file(), lines: Lines { begin: place.start.line, end: place.last_line() } },
    }
}

/// The fingerprint of a finding, with its number behind it where another has it already.
fn unique(finding: &Finding, taken: &mut BTreeSet<String>) -> String {
    let own = if finding.fingerprint.is_empty() { finding.rule.as_str() } else { &finding.fingerprint };
    let numbered = (2_u32..).map(|n| format!("{own}-{n}"));
    let free = std::iter::once(own.to_owned()).chain(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or_default();
    taken.insert(free.clone());
    free
}
