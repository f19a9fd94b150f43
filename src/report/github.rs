//! Workflow commands of GitHub Actions: annotations on the lines of a change.
//!
//! The runner reads commands from every line that a step prints, so what stands in
//! these lines is escaped as the runner's own toolkit does (`command.ts` in
//! `actions/toolkit`, `ActionCommand.cs` in `actions/runner`). The runner keeps ten
//! annotations of each type a step and cuts messages at 4,096 characters; we choose
//! which ten, and count the others on a plain line. They are all in the human report.

use std::io::{self, Write};

use super::place::{self, Place};
use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::rule::Severity;
use crate::text::{self, sanitize};

/// Annotations of a type that the runner keeps (`_maxCountPerIssueType`).
const PER_TYPE: usize = 10;

/// Characters of a message that the runner keeps.
const MESSAGE: usize = 4096;

/// Writes the commands, errors first.
pub(super) fn render(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut left = Vec::new();
    for (severity, command) in [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "notice")]
    {
        let of_type: Vec<&Finding> = outcome.findings.iter().filter(|finding| finding.severity == severity).collect();
        for finding in of_type.iter().take(PER_TYPE) {
            writeln!(out, "{}", annotation(command, finding, outcome))?;
        }
        if of_type.len() > PER_TYPE {
            left.push(text::count(of_type.len() - PER_TYPE, severity.as_str()));
        }
    }
    if !left.is_empty() {
        let left = left.join(", ");
        writeln!(out, "weighbridge: {left} more than GitHub shows as annotations; the report in the log has them all")?;
    }
    Ok(())
}

fn annotation(command: &str, finding: &Finding, outcome: &Outcome) -> String {
    let place = Place::of(finding.primary.span, &outcome.sources);
    let (start, last) = (place.start, place.last_line());
    let mut line = format!("::{command} file={},line={},endLine={last}", property(&file(place.path)), start.line);
    // The runner drops the columns of a span over several lines, and complains.
    if place.end.line == start.line {
        line.push_str(&format!(",col={},endColumn={}", start.column, place.end.column));
    }
    line.push_str(&format!(
        ",title={}::{}",
        property(&sanitize(finding.rule.as_str())),
        data(&message(finding, outcome))
    ));
    line
}

/// The headline, then the help as a paragraph of its own.
fn message(finding: &Finding, outcome: &Outcome) -> String {
    let mut message = sanitize(&finding.message).into_owned();
    if let Some(help) = place::help(finding, outcome) {
        message.push_str("\n\nhelp: ");
        message.push_str(&sanitize(help));
    }
    if message.chars().count() > MESSAGE {
        message = message.chars().take(MESSAGE - 1).chain(['…']).collect();
    }
    message
}

/// The path as the runner looks it up. One with hidden characters that no escape
/// of the runner's covers, or with the marker of another runner's command, is
/// shown sanitised: then GitHub cannot place the annotation, but shows it.
fn file(path: &str) -> String {
    let hidden = |c: char| text::is_hidden(c) && !matches!(c, '\n' | '\r');
    if path.chars().any(hidden) || path.contains("##") { sanitize(path).into_owned() } else { path.to_owned() }
}

/// Escapes the data of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
