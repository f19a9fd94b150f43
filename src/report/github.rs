//! Workflow commands of GitHub Actions: annotations on the lines of a change.
//!
//! The runner reads commands from every line that a step prints, so what stands in
//! these lines is escaped as the runner's own toolkit does (`command.ts` in
//! `actions/toolkit`, `ActionCommand.cs` in `actions/runner`). The runner keeps ten
//! annotations of each type a step and cuts messages at 4,096 characters; we choose
//! which ten, put what stands at one place into one of them, and count the others
//! on a plain line. They are all in the human report.

use std::io::{self, Write};

use super::place::{self, Group, Place};
use super::{Changes, RenderOptions};
use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::rule::Severity;
use crate::text::{self, sanitize};

/// Annotations of a type that the runner keeps (`_maxCountPerIssueType`).
const PER_TYPE: usize = 10;

/// Characters of a message that the runner keeps.
const MESSAGE: usize = 4096;

/// Writes the commands, errors first, then what the run came to: a log without a
/// word would look like a run that did nothing.
pub(super) fn render(outcome: &Outcome, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut left = Vec::new();
    let mut elsewhere = 0;
    let wanted = |group: &Group<'_>| {
        let changes = options.annotated.as_ref();
        changes.is_none_or(|changes| group.all.iter().any(|finding| concerns(changes, finding, outcome)))
    };
    for (severity, command) in [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "notice")]
    {
        let of_type = place::groups(outcome).filter(|group| group.first.severity == severity);
        let (here, others): (Vec<_>, Vec<_>) = of_type.partition(wanted);
        let mut here = here.into_iter();
        for group in here.by_ref().take(PER_TYPE) {
            writeln!(out, "{}", annotation(command, group, outcome))?;
        }
        let more: usize = here.map(|group| group.all.len()).sum();
        if more > 0 {
            left.push(text::count(more, severity.as_str()));
        }
        elsewhere += others.iter().map(|group| group.all.len()).sum::<usize>();
    }
    if !left.is_empty() {
        let left = left.join(", ");
        writeln!(out, "weighbridge: {left} more than GitHub shows as annotations; `weighbridge check` lists them all")?;
    }
    if elsewhere > 0 {
        let count = text::count(elsewhere, "finding");
        writeln!(out, "weighbridge: {count} without an annotation; `weighbridge check` lists them all")?;
    }
    writeln!(out, "weighbridge: {}", place::verdict(outcome))
}

/// Whether a finding shows a line that has changed, at its own place or at the other side.
fn concerns(changes: &Changes, finding: &Finding, outcome: &Outcome) -> bool {
    let spans = finding.related.iter().map(|label| label.span).chain([finding.primary.span]);
    spans
        .map(|span| Place::of(span, &outcome.sources))
        .any(|place| changes.0.get(place.path).is_some_and(|lines| lines.touch(place.start.line, place.last_line())))
}

fn annotation(command: &str, group: Group<'_>, outcome: &Outcome) -> String {
    let place = Place::of(group.first.primary.span, &outcome.sources);
    let (start, last) = (place.start, place.last_line());
    let path = property(&file(place.path));
    // The runner drops the columns of a span over several lines, and complains.
    let columns = if place.end.line == start.line {
        format!(",col={},endColumn={}", start.column, place.end.column)
    } else {
        String::new()
    };
    let title = property(&sanitize(group.first.rule.as_str()));
    let message = data(&message(group, outcome));
    format!("::{command} file={path},line={},endLine={last}{columns},title={title}::{message}", start.line)
}

/// The headline, the messages of a group, then the help as a paragraph of its own.
fn message(group: Group<'_>, outcome: &Outcome) -> String {
    let mut message = group.headline();
    for each in group.list() {
        message.push_str("\n- ");
        message.push_str(&each);
    }
    let mut helps: Vec<String> = group.all.iter().filter_map(|finding| place::help(finding, outcome)).collect();
    helps.dedup();
    for help in helps {
        message.push_str("\n\nhelp: ");
        message.push_str(&help);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_the_toolkits() {
        assert_eq!(data("100%\r\n::x"), "100%25%0D%0A::x");
        assert_eq!(property("a%3A:,\n"), "a%253A%3A%2C%0A");
    }

    #[test]
    fn a_path_stays_what_it_is_where_the_runner_can_be_told() {
        assert_eq!(file("a b\nc#é.md"), "a b\nc#é.md");
        assert_eq!(file("a\u{1b}[31m\n"), "a\\u{1b}[31m\\n");
        assert_eq!(file("##[error]"), "##\\[error]");
    }
}
