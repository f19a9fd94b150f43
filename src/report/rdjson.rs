//! The Diagnostic Format of reviewdog, as one object (`rdjson`) and as a line for each
//! finding (`rdjsonl`), for comments on the pull requests of any forge.
//!
//! Its columns count UTF-8 bytes from 1, a byte order mark included, as reviewdog cuts
//! lines of the file itself when it applies a suggestion; ends are exclusive.

use std::io::{self, Write};

use serde::Serialize;

use super::place::{self, Place};
use super::{HOME, TOOL, encode};
use crate::finding::{Finding, Fix, Label};
use crate::outcome::Outcome;
use crate::rule::Severity;
use crate::source::{Source, Span};

#[derive(Serialize)]
struct Report<'a> {
    source: Origin,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Clone, Copy, Serialize)]
struct Origin {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Origin>,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Position>,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: String,
    location: Location<'a>,
}

const ORIGIN: Origin = Origin { name: TOOL, url: HOME };

/// Writes all findings as one object.
pub(super) fn render(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let diagnostics = outcome.findings.iter().map(|finding| diagnostic(finding, None, outcome)).collect();
    encode::write(&Report { source: ORIGIN, diagnostics }, out)
}

/// Writes a line for each finding.
pub(super) fn render_lines(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    outcome.findings.iter().try_for_each(|finding| encode::line(&diagnostic(finding, Some(ORIGIN), outcome), out))
}

fn diagnostic<'a>(finding: &'a Finding, source: Option<Origin>, outcome: &'a Outcome) -> Diagnostic<'a> {
    let rule = finding.rule.as_str();
    let related = finding.related.iter().map(|label| related(label, outcome));
    Diagnostic {
        message: message(finding, outcome),
        location: location(finding.primary.span, outcome),
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Note => "INFO",
        },
        source,
        code: Code { value: rule, url: place::url(rule, outcome) },
        suggestions: finding.fix.iter().filter_map(|fix| suggestion(fix, finding, outcome)).collect(),
        related_locations: related.collect(),
    }
}

/// The headline, then the help as a paragraph of its own.
fn message(finding: &Finding, outcome: &Outcome) -> String {
    let headline = place::plain(&finding.message);
    match place::help(finding, outcome) {
        Some(help) => format!("{headline}\n\nhelp: {}", place::unlinked(&help)),
        None => headline,
    }
}

fn related<'a>(label: &Label, outcome: &'a Outcome) -> Related<'a> {
    Related { message: place::plain(&label.text), location: location(label.span, outcome) }
}

/// A fix of the finding's own file; reviewdog knows no other.
fn suggestion<'a>(fix: &'a Fix, finding: &Finding, outcome: &Outcome) -> Option<Suggestion<'a>> {
    let here = fix.span.source == finding.primary.span.source;
    here.then(|| Suggestion { range: range(fix.span, outcome.sources.of(fix.span)), text: &fix.replacement })
}

fn location(span: Span, outcome: &Outcome) -> Location<'_> {
    Location { path: Place::of(span, &outcome.sources).file(), range: range(span, outcome.sources.of(span)) }
}

/// A range in a file; of a file as a whole, its first line.
fn range(span: Span, source: &Source) -> Range {
    if span.end == 0 {
        return Range { start: Position { line: 1, column: None }, end: None };
    }
    Range { start: position(span.start, source), end: Some(position(span.end, source)) }
}

fn position(offset: u32, source: &Source) -> Position {
    let line = source.position(offset).line;
    let begin = u32::try_from(source.line_range(line).start).unwrap_or(u32::MAX);
    Position { line, column: Some(offset.saturating_sub(begin).saturating_add(1)) }
}
