//! The prose of a card in which placeholders, template sentences, the names of unanswered
//! labels and the headers of empty tables are blanked: the words that are left are what the
//! author says.

use std::ops::Range;

use super::placeholder::{Mark, REMNANT, marks};
use super::topics::TopicTable;
use super::words;
use crate::parse::markdown::{Block, BlockKind, Body, Label, LabelForm};
use crate::source::{SourceId, Span};

/// The prose of a card without what is not content.
pub(super) struct Clean {
    text: String,
    /// The same in lower case, as far as ASCII goes, which keeps every offset.
    lower: String,
    /// In the order of the text, not overlapping.
    pub(super) marks: Vec<Mark>,
}

/// With more words than this beside it, a template's sentence is one of several.
const ENOUGH: usize = 8;

impl Clean {
    /// Finds the placeholders in a body and blanks them.
    pub(super) fn new(body: &Body, table: &TopicTable) -> Self {
        let mut marks = marks(body, table);
        marks.sort_by_key(|mark| (mark.range.start, std::cmp::Reverse(mark.range.end)));
        marks.dedup_by(|later, earlier| later.range.start < earlier.range.end);
        let mut bytes = body.prose.clone().into_bytes();
        for mark in &marks {
            blank(&mut bytes, mark.range.clone());
        }
        let mut clean = Self { text: into_text(bytes), lower: String::new(), marks };
        clean.blank_unanswered(body);
        clean.lower = clean.text.to_ascii_lowercase();
        clean.forgive(body);
        clean
    }

    /// Lets pass what is no defect of its own: `[optional]` before another
    /// placeholder, and a template's sentence in a section that says more.
    fn forgive(&mut self, body: &Body) {
        let source = body.sections.first().map_or(SourceId(0), |section| section.title_span.source);
        // A section is read once, however many sentences stand in it.
        let mut read: Option<(usize, bool)> = None;
        for index in 0..self.marks.len() {
            let Some(mark) = self.marks.get(index) else { continue };
            let forgiven = if mark.kind == "optional-marker" {
                let next = self.marks.get(index + 1).filter(|next| next.report);
                next.is_some_and(|next| self.words(Span::new(source, mark.range.end, next.range.start)) == 0)
            } else {
                mark.alone && self.says_more(body, mark.range.start, &mut read)
            };
            if let Some(mark) = self.marks.get_mut(index).filter(|_| forgiven) {
                mark.report = false;
            }
        }
    }

    /// Whether the section around a place has content of its own; `read` is the
    /// section that was looked at last.
    fn says_more(&self, body: &Body, at: usize, read: &mut Option<(usize, bool)>) -> bool {
        let next = body.sections.partition_point(|section| section.title_span.start as usize <= at);
        if let Some((_, more)) = read.filter(|(last, _)| *last == next) {
            return more;
        }
        let section = next.checked_sub(1).and_then(|last| body.sections.get(last));
        let more = section.is_some_and(|section| self.content_words(section.content) > ENOUGH);
        *read = Some((next, more));
        more
    }

    /// Blanks names whose values are empty: `- **License:** [More Information
    /// Needed]` says nothing, not "License".
    fn blank_unanswered(&mut self, body: &Body) {
        let mut blanks: Vec<Range<usize>> = Vec::new();
        let names_nothing = |label: &Label| is_emphasis(body, label) || introduces(body, label);
        for label in body.labels.iter().filter(|label| self.is_unanswered(label) && !names_nothing(label)) {
            blanks.push(label.name_span.range());
            blanks.push(label.value_span.range());
        }
        for block in &body.blocks {
            let BlockKind::Table(rows) = &block.kind else { continue };
            let answered = rows.iter().skip(1).flatten().any(|cell| self.words(cell.span) > 0);
            if !answered {
                blanks.push(block.span.range());
            }
        }
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        for range in blanks {
            blank(&mut bytes, range);
        }
        self.text = into_text(bytes);
    }

    /// Whether a label has no value that says anything.
    pub(super) fn is_unanswered(&self, label: &Label) -> bool {
        let words = self.words(label.value_span);
        words == 0 || is_no_answer(&label.value) || words <= REMNANT && self.has_mark(label.value_span)
    }

    /// What is left under a span.
    pub(super) fn of(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// What is left under a span, in lower case as far as ASCII goes.
    pub(super) fn lower(&self, span: Span) -> &str {
        self.lower.get(span.range()).unwrap_or("")
    }

    /// How many words are left under a span.
    pub(super) fn words(&self, span: Span) -> usize {
        words::count(self.of(span))
    }

    /// Whether a placeholder or a template sentence stands under a span.
    pub(super) fn has_mark(&self, span: Span) -> bool {
        let first = self.marks.partition_point(|mark| mark.range.end <= span.start as usize);
        self.marks.get(first).is_some_and(|mark| mark.range.start < span.end as usize)
    }

    /// Whether a placeholder that is reported stands under a span.
    pub(super) fn has_reported(&self, span: Span) -> bool {
        let first = self.marks.partition_point(|mark| mark.range.end <= span.start as usize);
        let within = self.marks.iter().skip(first).take_while(|mark| mark.range.start < span.end as usize);
        within.into_iter().any(|mark| mark.report)
    }

    /// How many words under a span are content: none where only a remnant of a
    /// placeholder is left, or `N/A`.
    pub(super) fn content_words(&self, span: Span) -> usize {
        let words = self.words(span);
        let remnant = words <= REMNANT && self.has_mark(span);
        if remnant || words <= REMNANT && is_no_answer(self.of(span)) { 0 } else { words }
    }
}

/// Whether a label is no label but words in bold, which end no line in a colon.
fn is_emphasis(body: &Body, label: &Label) -> bool {
    let rest = body.prose.get(label.name_span.start as usize..).unwrap_or("");
    let line = rest.lines().next().unwrap_or("");
    let words = label.name.split_whitespace().count();
    label.form == LabelForm::Bold && label.value.is_empty() && words > REMNANT && !line.contains([':', '：'])
}

/// Whether a label is no label but the sentence before a list or a table: "It achieves the
/// following results:".
fn introduces(body: &Body, label: &Label) -> bool {
    if label.form != LabelForm::Plain || !label.value.is_empty() {
        return false;
    }
    let at = label.name_span.start;
    let next = body.blocks.partition_point(|block| block.span.start <= at);
    let own = next.checked_sub(1).and_then(|own| body.blocks.get(own));
    let listed = |block: &Block| matches!(block.kind, BlockKind::Item | BlockKind::Table(_) | BlockKind::Code);
    let after = body.blocks.get(next).filter(|block| listed(block));
    let section = |at: u32| body.sections.partition_point(|section| section.title_span.start <= at);
    own.is_some_and(|own| own.kind == BlockKind::Paragraph)
        && after.is_some_and(|after| section(after.span.start) == section(at))
}

fn blank(bytes: &mut [u8], range: Range<usize>) {
    for byte in bytes.get_mut(range).unwrap_or_default() {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// Blanked ranges lie on character boundaries, so this is always text.
fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

/// Whether a value is a refusal to answer: `N/A`, `None`, `-`.
pub(super) fn is_no_answer(value: &str) -> bool {
    let word = value.trim().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    matches!(
        word.as_str(),
        "" | "n/a"
            | "na"
            | "none"
            | "null"
            | "nil"
            | "unknown"
            | "not available"
            | "not applicable"
            | "not specified"
            | "todo"
            | "tbd"
            | "unspecified"
            | "not provided"
            | "not yet known"
            | "empty"
            | "to do"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::markdown::parse;
    use crate::source::SourceId;

    #[test]
    fn an_unanswered_label_says_nothing() {
        let text = "- **License:** [More Information Needed]\n- **Type:** N/A\n- **By:** Us\n";
        let card = parse(text, SourceId(0));
        let clean = Clean::new(&card.body, &TopicTable::builtin());
        assert_eq!(clean.words(Span::new(SourceId(0), 0, text.len())), 2);
    }
}
