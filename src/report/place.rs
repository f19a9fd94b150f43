//! Where a finding stands, as the formats say it.

use std::borrow::Cow;

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

    /// The path for programs, which want one: what is said of the run itself stands at
    /// the root.
    pub(super) fn file(&self) -> &'a str {
        if self.path.is_empty() { "." } else { self.path }
    }

    /// The last line that holds a character of it: where the span ends with a
    /// line's end, that line and not the next.
    pub(super) fn last_line(&self) -> u32 {
        if self.end.column == 1 && self.end.line > self.start.line { self.end.line - 1 } else { self.end.line }
    }
}

/// The findings in their order, those of one rule, severity and place together:
/// nine topics that one card does not have are one thing to a reader.
pub(super) fn groups(outcome: &Outcome) -> impl Iterator<Item = Group<'_>> {
    let chunks = outcome.findings.chunk_by(|one, other| {
        (&one.rule, one.severity, one.primary.span) == (&other.rule, other.severity, other.primary.span)
    });
    chunks.filter_map(|all| all.first().map(|first| Group { first, all }))
}

/// Findings that are shown as one.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    /// The one that gives rule, severity and place.
    pub first: &'a Finding,
    /// All of them, the first included.
    pub all: &'a [Finding],
}

impl Group<'_> {
    /// The message of the only finding; of several, how many there are.
    pub(super) fn headline(&self) -> String {
        match self.all {
            [only] => text::sanitize(&only.message).into_owned(),
            several => format!("{} at one place", text::count(several.len(), "finding")),
        }
    }

    /// The messages that the headline does not say.
    pub(super) fn list(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let several = if self.all.len() > 1 { self.all } else { &[] };
        several.iter().map(|finding| text::sanitize(&finding.message))
    }
}

/// What a document says, sanitised, for readers who take plain text for Markdown.
pub(super) fn plain(text: &str) -> String {
    unlinked(&text::sanitize(text))
}

/// `text` in which no link and no picture of Markdown begins.
pub(super) fn unlinked(text: &str) -> String {
    text.replace("](", "] (")
}

/// The help of a finding: its own, or its rule's; none where both are empty. On one
/// line, whatever the policy's YAML made of it, and sanitised.
pub(super) fn help(finding: &Finding, outcome: &Outcome) -> Option<String> {
    let of_rule = || outcome.catalog.get(finding.rule.as_str()).map(|meta| meta.help.as_str());
    let words: Vec<&str> = finding.help.as_deref().or_else(of_rule)?.split_whitespace().collect();
    (!words.is_empty()).then(|| text::sanitize(&words.join(" ")).into_owned())
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

/// `1 error, 2 warnings (1 waived) in 6 files`, or `no findings in 6 files`.
pub(super) fn verdict(outcome: &Outcome) -> String {
    let files = text::count(outcome.files.len(), "file");
    let what = if outcome.findings.is_empty() { "no findings".to_owned() } else { counted(outcome) };
    let aside = [(outcome.waived.len(), "waived"), (outcome.baselined.len(), "baselined")];
    let aside = aside.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect::<Vec<_>>();
    let aside = if aside.is_empty() { String::new() } else { format!(" ({})", aside.join(", ")) };
    format!("{what}{aside} in {files}")
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
