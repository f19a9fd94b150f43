//! SARIF 2.1.0, as GitHub code scanning takes it and other consumers read it.
//!
//! What GitHub demands beyond the standard is in its page "SARIF support for code
//! scanning": every field of a region, texts that are not empty, one message with
//! nothing to fill in, paths relative to the repository. Columns count Unicode
//! scalar values (`columnKind`), ends are exclusive (§3.30.8), lines and columns
//! begin at 1. There is no time in it, and nothing of the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::encode;
use super::line_hash::line_hashes;
use super::place::{self, Place};
use super::sarif_model::{
    ArtifactChange, ArtifactLocation, Descriptor, DescriptorProperties, Fingerprints, Fix, Invocation, Level, Location,
    Log, Message, Notification, PhysicalLocation, Region, Replacement, SarifResult, Suppression, SuppressionKind,
};
use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::rule::{RuleMeta, Severity};
use crate::source::{SourceId, Span};
use crate::text::sanitize;

/// Results of a run that GitHub takes; with one more it rejects the file.
const RESULTS: usize = 25_000;

/// Further places of a result; GitHub shows a hundred.
const RELATED: usize = 100;

/// Characters of a rule's texts that GitHub takes.
const RULE_TEXT: usize = 1024;

/// Tags of a rule that GitHub takes.
const TAGS: usize = 20;

/// Writes the log of a run that came to an end, whatever it found.
/// What is waived or in the baseline is there where `suppressed` asks for it; GitHub
/// would show it as open.
pub(super) fn render(outcome: &Outcome, suppressed: bool, out: &mut dyn Write) -> io::Result<()> {
    let rules = rule_ids(outcome);
    let indexes: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let (chosen, mut dropped) = choose(&outcome.findings);
    let mut hashes = Hashes { outcome, of: BTreeMap::new() };
    let mut results: Vec<SarifResult> =
        chosen.into_iter().map(|finding| result(finding, &indexes, &mut hashes)).collect();
    if suppressed {
        let room = RESULTS.saturating_sub(results.len());
        dropped += (outcome.waived.len() + outcome.baselined.len()).saturating_sub(room);
        let aside = self::suppressed(outcome).take(room);
        results.extend(
            aside.map(|(finding, why)| SarifResult {
                suppressions: vec![why],
                ..result(finding, &indexes, &mut hashes)
            }),
        );
    }
    let notifications = if dropped == 0 {
        Vec::new()
    } else {
        let text = format!("{dropped} findings of the lowest severity are left out: a run holds at most {RESULTS}.");
        vec![Notification { level: Level::Warning, message: Message { text } }]
    };
    let invocation = Invocation {
        execution_successful: true,
        exit_code: i32::from(outcome.failed()),
        tool_execution_notifications: notifications,
    };
    let descriptors = rules.iter().map(|id| descriptor(id, outcome)).collect();
    encode::write(&Log::new(descriptors, invocation, results), out)
}

/// The findings that do not count, each with why.
fn suppressed(outcome: &Outcome) -> impl Iterator<Item = (&Finding, Suppression)> {
    let waived = outcome.waived.iter().map(|waived| {
        let by = waived.approved_by.join(", ");
        let (kind, name) = match &waived.waiver {
            Some(id) => (SuppressionKind::External, format!("Waiver {id}")),
            None => (SuppressionKind::InSource, "A comment".to_owned()),
        };
        let text = format!("{name}, until {}, approved by {by}: {}", waived.expires, waived.reason);
        let location = Some(location(waived.granted_at, outcome));
        (&waived.finding, Suppression { kind, status: "accepted", justification: sentence(&text), location })
    });
    let baselined = outcome.baselined.iter().map(|finding| {
        let justification = "In the baseline: it was there before the gate was.".to_owned();
        let why = Suppression { kind: SuppressionKind::External, status: "accepted", justification, location: None };
        (finding, why)
    });
    waived.chain(baselined)
}

/// Writes the log of a run that could not do its job (exit code 2). It says so,
/// and GitHub then leaves the alerts that there are as they are; an empty log of a
/// successful run would close them.
pub fn render_failure(message: &str, out: &mut dyn Write) -> io::Result<()> {
    let text = sentence(message);
    let invocation = Invocation {
        execution_successful: false,
        exit_code: 2,
        tool_execution_notifications: vec![Notification { level: Level::Error, message: Message { text } }],
    };
    encode::write(&Log::new(Vec::new(), invocation, Vec::new()), out)
}

/// Every rule of the catalog, and any that a finding has beside it, by id.
fn rule_ids(outcome: &Outcome) -> Vec<&str> {
    let mut ids: BTreeSet<&str> = outcome.catalog.iter().map(|meta| meta.id.as_str()).collect();
    let aside = outcome.waived.iter().map(|waived| &waived.finding).chain(&outcome.baselined);
    ids.extend(outcome.findings.iter().chain(aside).map(|finding| finding.rule.as_str()));
    ids.into_iter().collect()
}

/// The findings that fit into a run, in their order, and how many do not.
fn choose(findings: &[Finding]) -> (Vec<&Finding>, usize) {
    let dropped = findings.len().saturating_sub(RESULTS);
    if dropped == 0 {
        return (findings.iter().collect(), 0);
    }
    let mut by_weight: Vec<(usize, &Finding)> = findings.iter().enumerate().collect();
    by_weight.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity));
    by_weight.truncate(RESULTS);
    by_weight.sort_by_key(|(at, _)| *at);
    (by_weight.into_iter().map(|(_, finding)| finding).collect(), dropped)
}

/// Line hashes of the sources that have findings, each computed once.
struct Hashes<'a> {
    outcome: &'a Outcome,
    of: BTreeMap<SourceId, Vec<String>>,
}

impl Hashes<'_> {
    fn get(&mut self, source: SourceId, line: u32) -> Option<String> {
        let text = || line_hashes(self.outcome.sources.get(source).text());
        let hashes = self.of.entry(source).or_insert_with(text);
        hashes.get((line as usize).checked_sub(1)?).cloned()
    }
}

fn result<'a>(finding: &'a Finding, indexes: &BTreeMap<&str, usize>, hashes: &mut Hashes<'a>) -> SarifResult<'a> {
    let outcome = hashes.outcome;
    let primary = location(finding.primary.span, outcome);
    let line = primary.physical_location.region.start_line;
    let related = finding.related.iter().take(RELATED).zip(1..).map(|(label, id)| Location {
        id: Some(id),
        message: Some(&label.text).filter(|text| !text.is_empty()).map(|text| Message { text: sentence(text) }),
        ..location(label.span, outcome)
    });
    SarifResult {
        rule_id: finding.rule.as_str(),
        rule_index: indexes.get(finding.rule.as_str()).copied().unwrap_or(0),
        level: level(finding.severity),
        message: Message { text: message(finding, outcome) },
        locations: [primary],
        related_locations: related.collect(),
        partial_fingerprints: Fingerprints {
            line_hash: hashes.get(finding.primary.span.source, line),
            own: Some(finding.fingerprint.as_str()).filter(|fingerprint| !fingerprint.is_empty()),
        },
        suppressions: Vec::new(),
        fixes: finding.fix.iter().map(|fix| self::fix(fix, outcome)).collect(),
    }
}

/// The headline, the help, and a link to each other place that has words.
fn message(finding: &Finding, outcome: &Outcome) -> String {
    let mut text = sentence(&finding.message);
    if let Some(help) = place::help(finding, outcome) {
        text.push_str(" Help: ");
        text.push_str(&sentence(&help));
    }
    let related: Vec<String> = finding
        .related
        .iter()
        .take(RELATED)
        .zip(1..)
        .filter(|(label, _)| !label.text.trim().is_empty())
        .map(|(label, id)| format!("[{}]({id})", link_text(&label.text)))
        .collect();
    if !related.is_empty() {
        text.push_str(" See ");
        text.push_str(&related.join(", "));
        text.push('.');
    }
    text
}

/// `text` as a sentence of a plain message: no control characters, a full stop at
/// its end. Even a plain message may hold links, `[text](target)` (§3.11.6); what a
/// document says must not become one.
fn sentence(text: &str) -> String {
    let mut sentence = sanitize(text.trim()).replace("](", "] (");
    if sentence.is_empty() {
        sentence.push_str("No message");
    }
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// The text of a link of ours, with the escapes of §3.11.6.
fn link_text(text: &str) -> String {
    sanitize(text.trim()).replace("](", "] (").replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn fix(fix: &crate::finding::Fix, outcome: &Outcome) -> Fix {
    let place = location(fix.span, outcome).physical_location;
    let replacement =
        Replacement { deleted_region: place.region, inserted_content: Message { text: fix.replacement.clone() } };
    Fix {
        description: Message { text: sentence(&fix.title) },
        artifact_changes: [ArtifactChange { artifact_location: place.artifact_location, replacements: [replacement] }],
    }
}

fn location(span: Span, outcome: &Outcome) -> Location {
    let place = Place::of(span, &outcome.sources);
    let region = Region {
        start_line: place.start.line,
        start_column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
    };
    let artifact_location = ArtifactLocation::new(uri(place.path));
    Location { id: None, physical_location: PhysicalLocation { artifact_location, region }, message: None }
}

/// A path relative to the repository as a URI reference: every byte that is not
/// unreserved (RFC 3986 §2.3) is escaped. A run's own findings have no file; they
/// stand at the root.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            uri.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
        }
    }
    if uri.is_empty() { ".".to_owned() } else { uri }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Note,
    }
}

fn descriptor<'a>(id: &'a str, outcome: &'a Outcome) -> Descriptor<'a> {
    let Some(meta) = outcome.catalog.get(id) else { return Descriptor::bare(id, pascal_case(id), &rule_text(id, id)) };
    let tags = rule_tags(meta);
    Descriptor {
        id,
        name: pascal_case(id),
        short_description: Message { text: rule_text(&meta.title, id) },
        full_description: Message { text: rule_text(&meta.rationale, &meta.title) },
        help: Message { text: rule_text(&meta.help, &meta.title) },
        help_uri: place::url(id, outcome),
        default_configuration: super::sarif_model::Configuration { level: level(meta.severity) },
        properties: DescriptorProperties {
            tags,
            precision: "very-high",
            problem_severity: match meta.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            },
        },
    }
}

/// The pack, the area and the tags, each once.
fn rule_tags(meta: &RuleMeta) -> Vec<&str> {
    let mut tags = vec![meta.id.pack()];
    for tag in meta.area.iter().chain(&meta.tags) {
        if !tag.is_empty() && !tags.contains(&tag.as_str()) {
            tags.push(tag);
        }
    }
    tags.truncate(TAGS);
    tags
}

/// `text`, or `instead` where it is empty, as a sentence of a length that GitHub takes.
fn rule_text(text: &str, instead: &str) -> String {
    let sentence = sentence(if text.trim().is_empty() { instead } else { text });
    if sentence.chars().count() <= RULE_TEXT {
        return sentence;
    }
    sentence.chars().take(RULE_TEXT - 2).chain("….".chars()).collect()
}

/// `evaluation/file-not-named` as `EvaluationFileNotNamed`, which SARIF wants of a name.
fn pascal_case(id: &str) -> String {
    let words = id.split(|c: char| !c.is_alphanumeric());
    words
        .flat_map(|word| {
            let mut chars = word.chars();
            chars.next().map(char::to_uppercase).into_iter().flatten().chain(chars)
        })
        .take(255)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a b/100%#1/é?[x].md"), "a%20b/100%25%231/%C3%A9%3F%5Bx%5D.md");
        assert_eq!(uri("c:/x\ny"), "c%3A/x%0Ay");
        assert_eq!(uri("/etc"), "etc");
        assert_eq!(uri(""), ".");
    }

    #[test]
    fn documents_make_no_links() {
        assert_eq!(sentence("see [here](https://evil)"), "see [here] (https://evil).");
        assert_eq!(sentence("why?"), "why?");
        assert_eq!(link_text("a]b\\"), "a\\]b\\\\");
    }

    #[test]
    fn names() {
        assert_eq!(pascal_case("evaluation/file-not-named"), "EvaluationFileNotNamed");
    }

    #[test]
    fn rule_texts_fit() {
        assert_eq!(rule_text(" ", "gate/x"), "gate/x.");
        let long = rule_text(&"é".repeat(2000), "x");
        assert_eq!(long.chars().count(), 1024);
        assert!(long.ends_with("é…."));
    }

    #[test]
    fn the_heaviest_findings_fit_into_a_run_in_their_order() {
        let span = Span::file(SourceId(0));
        let mut findings: Vec<Finding> = (0..RESULTS + 2).map(|n| Finding::new("a/b", span, n.to_string())).collect();
        findings[3].severity = Severity::Note;
        findings[RESULTS].severity = Severity::Warning;
        let (chosen, dropped) = choose(&findings);
        assert_eq!((chosen.len(), dropped), (RESULTS, 2));
        assert!(!chosen.iter().any(|finding| finding.severity != Severity::Error));
        assert_eq!(chosen[2].message, "2");
        assert_eq!(chosen[3].message, "4");
    }

    #[test]
    fn a_failed_run_says_so() {
        let mut out = Vec::new();
        render_failure("weighbridge.yaml:3:1: unknown key `polices`", &mut out).unwrap();
        let log: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["exitCode"], 2);
        assert_eq!(
            invocation["toolExecutionNotifications"][0]["message"]["text"],
            "weighbridge.yaml:3:1: unknown key `polices`."
        );
        assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    }
}
