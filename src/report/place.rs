//! Where a finding stands, as the formats say it.

use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::source::{Position, SourceMap, Span};
use crate::text;

/// A span with the path and the positions that people and tools name it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place<'a> {
    /// Display path, as it is: never print it unsanitised.
    pub path: &'a str,
    /// First character.
    pub start: Position,
    /// One past the last character; never before `start`.
    pub end: Position,
}

impl<'a> Place<'a> {
    /// The place of a span.
    pub(super) fn of(span: Span, sources: &'a SourceMap) -> Self {
        let source = sources.of(span);
        let (start, end) = source.region(span);
        Self { path: source.path(), start, end: end.max(start) }
    }

    /// The last line that holds a character of it: where the span ends with a
    /// line's end, that line and not the next.
    pub(super) fn last_line(&self) -> u32 {
        if self.end.column == 1 && self.end.line > self.start.line { self.end.line - 1 } else { self.end.line }
    }
}

/// The help of a finding: its own, or its rule's; none where both are empty.
pub(super) fn help<'a>(finding: &'a Finding, outcome: &'a Outcome) -> Option<&'a str> {
    let of_rule = || outcome.catalog.get(finding.rule.as_str()).map(|meta| meta.help.as_str());
    finding.help.as_deref().or_else(of_rule).map(str::trim).filter(|help| !help.is_empty())
}

/// A rule's page, where it is a plain web address and nothing else: policies of
/// an organisation name their own.
pub(super) fn url<'a>(rule: &str, outcome: &'a Outcome) -> Option<&'a str> {
    let url = outcome.catalog.get(rule)?.url.as_str();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c);
    (url.starts_with("https://") && url.chars().all(plain)).then_some(url)
}

/// `1 error, 2 warnings`, and the notes where there are any.
pub(super) fn counted(outcome: &Outcome) -> String {
    let counts = outcome.counts();
    let mut line = format!("{}, {}", text::count(counts.errors, "error"), text::count(counts.warnings, "warning"));
    if counts.notes > 0 {
        line.push_str(", ");
        line.push_str(&text::count(counts.notes, "note"));
    }
    line
}

/// `1 error, 2 warnings in 6 files`, or `no findings in 6 files`.
pub(super) fn verdict(outcome: &Outcome) -> String {
    let files = text::count(outcome.files.len(), "file");
    if outcome.findings.is_empty() {
        format!("no findings in {files}")
    } else {
        format!("{} in {files}", counted(outcome))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn a_span_over_a_line_end_stays_on_its_last_line() {
        let mut sources = SourceMap::default();
        let id = sources.add(Source::new("a", "one\r\ntwo\nthree"));
        let place = Place::of(Span::new(id, 0, 9), &sources);
        assert_eq!((place.start, place.end), (Position { line: 1, column: 1 }, Position { line: 3, column: 1 }));
        assert_eq!(place.last_line(), 2);
        assert_eq!(Place::of(Span::new(id, 0, 0), &sources).last_line(), 1);
        assert_eq!(Place::of(Span::new(id, 9, 9), &sources).last_line(), 3);
    }
}
