//! Our own JSON, for programs. These structs are the contract, not the core
//! types: `schemas/report.v1.json` describes them, and a change that is not an
//! addition takes a new `schema_version`.

use std::io::{self, Write};

use serde::Serialize;

use super::json_release::{FrameworkDto, ReleaseDto};
use super::place::{self, Place};
use super::{TOOL, VERSION, encode};
use crate::finding::{Finding, Fix, Label};
use crate::outcome::{Outcome, WaivedFinding};
use crate::rule::Severity;
use crate::source::{Position, Span};
use crate::text::sanitize;

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    tool: Tool,
    summary: Summary,
    findings: Vec<FindingDto<'a>>,
    waived: Vec<WaivedDto<'a>>,
    files: Vec<FileDto<'a>>,
    releases: Vec<ReleaseDto<'a>>,
    not_assessed: Vec<NotAssessedDto<'a>>,
    frameworks: Vec<FrameworkDto<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    failed: bool,
    fail_on: Option<Severity>,
    as_of: String,
    errors: usize,
    warnings: usize,
    notes: usize,
    waived: usize,
    baselined: usize,
    files: usize,
    releases: usize,
    not_assessed: usize,
}

#[derive(Serialize)]
struct FindingDto<'a> {
    rule: &'a str,
    severity: Severity,
    message: String,
    help: Option<String>,
    url: Option<&'a str>,
    fingerprint: &'a str,
    pointer: String,
    label: Option<String>,
    location: LocationDto<'a>,
    related: Vec<RelatedDto<'a>>,
    fix: Option<FixDto<'a>>,
}

#[derive(Serialize)]
struct WaivedDto<'a> {
    waiver: Option<String>,
    reason: String,
    approved_by: Vec<String>,
    expires: String,
    granted_at: LocationDto<'a>,
    finding: FindingDto<'a>,
}

#[derive(Serialize)]
struct LocationDto<'a> {
    path: &'a str,
    start: PositionDto,
    end: PositionDto,
}

#[derive(Serialize)]
struct PositionDto {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct RelatedDto<'a> {
    message: String,
    location: LocationDto<'a>,
}

#[derive(Serialize)]
struct FixDto<'a> {
    title: String,
    safe: bool,
    edits: Vec<EditDto<'a>>,
}

#[derive(Serialize)]
struct EditDto<'a> {
    location: LocationDto<'a>,
    replacement: &'a str,
}

#[derive(Serialize)]
struct FileDto<'a> {
    path: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
struct NotAssessedDto<'a> {
    path: Option<&'a str>,
    what: String,
    why: String,
}

/// Writes the report.
pub(super) fn render(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let report = Report {
        schema_version: 1,
        tool: Tool { name: TOOL, version: VERSION },
        summary: summary(outcome),
        findings: outcome.findings.iter().map(|finding| finding_dto(finding, outcome)).collect(),
        waived: outcome.waived.iter().map(|waived| waived_dto(waived, outcome)).collect(),
        files: outcome.files.iter().map(|file| FileDto { path: &file.path, kind: file.kind.name() }).collect(),
        releases: outcome.releases.iter().map(ReleaseDto::new).collect(),
        not_assessed: outcome
            .not_assessed
            .iter()
            .map(|item| NotAssessedDto {
                path: Some(item.path.as_str()).filter(|path| !path.is_empty()),
                what: shown(&item.what),
                why: shown(&item.why),
            })
            .collect(),
        frameworks: outcome.frameworks.iter().map(FrameworkDto::new).collect(),
    };
    encode::write(&report, out)
}

fn summary(outcome: &Outcome) -> Summary {
    let counts = outcome.counts();
    Summary {
        failed: outcome.failed(),
        fail_on: outcome.fail_on,
        as_of: outcome.as_of.to_string(),
        errors: counts.errors,
        warnings: counts.warnings,
        notes: counts.notes,
        waived: outcome.waived.len(),
        baselined: outcome.baselined.len(),
        files: outcome.files.len(),
        releases: outcome.releases.len(),
        not_assessed: outcome.not_assessed.len(),
    }
}

/// What is said to people: without raw control characters, on one line.
fn shown(text: &str) -> String {
    sanitize(text).into_owned()
}

fn finding_dto<'a>(finding: &'a Finding, outcome: &'a Outcome) -> FindingDto<'a> {
    FindingDto {
        rule: finding.rule.as_str(),
        severity: finding.severity,
        message: shown(&finding.message),
        help: place::help(finding, outcome),
        url: place::url(finding.rule.as_str(), outcome),
        fingerprint: &finding.fingerprint,
        pointer: finding.pointer.to_json_pointer(),
        label: Some(shown(&finding.primary.text)).filter(|text| !text.is_empty()),
        location: location(finding.primary.span, outcome),
        related: finding.related.iter().map(|label| related(label, outcome)).collect(),
        fix: finding.fix.as_ref().map(|fix| fix_dto(fix, outcome)),
    }
}

fn waived_dto<'a>(waived: &'a WaivedFinding, outcome: &'a Outcome) -> WaivedDto<'a> {
    WaivedDto {
        waiver: waived.waiver.as_deref().map(shown),
        reason: shown(&waived.reason),
        approved_by: waived.approved_by.iter().map(|handle| shown(handle)).collect(),
        expires: waived.expires.to_string(),
        granted_at: location(waived.granted_at, outcome),
        finding: finding_dto(&waived.finding, outcome),
    }
}

fn location(span: Span, outcome: &Outcome) -> LocationDto<'_> {
    let place = Place::of(span, &outcome.sources);
    let position = |at: Position| PositionDto { line: at.line, column: at.column };
    LocationDto { path: place.path, start: position(place.start), end: position(place.end) }
}

fn related<'a>(label: &Label, outcome: &'a Outcome) -> RelatedDto<'a> {
    RelatedDto { message: shown(&label.text), location: location(label.span, outcome) }
}

fn fix_dto<'a>(fix: &'a Fix, outcome: &'a Outcome) -> FixDto<'a> {
    let edit = EditDto { location: location(fix.span, outcome), replacement: &fix.replacement };
    FixDto { title: shown(&fix.title), safe: fix.safe, edits: vec![edit] }
}
