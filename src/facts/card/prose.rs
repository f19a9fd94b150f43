//! Sentences.

use std::ops::Range;

use super::view::Card;
use crate::source::{SourceId, Span};

/// The longest sentence that a span shows, to each side of what was found.
const REACH: usize = 400;

/// Where the first of the phrases begins, which are lower-case ASCII.
pub(super) fn first_phrase(card: &Card<'_>, phrases: &[String]) -> Option<Range<usize>> {
    if phrases.is_empty() {
        return None;
    }
    let whole = Span::new(card.anchor.source, 0, card.body.prose.len());
    // Lower-casing ASCII alone keeps every offset.
    let lower = card.clean.of(whole).to_ascii_lowercase();
    let in_title = |at: usize| {
        let next = card.body.sections.partition_point(|section| section.title_span.start as usize <= at);
        next.checked_sub(1)
            .and_then(|last| card.body.sections.get(last))
            .is_some_and(|last| at < last.title_span.end as usize)
    };
    let first = |phrase: &String| {
        let at = lower.match_indices(phrase.as_str()).map(|(at, _)| at).find(|at| !in_title(*at))?;
        Some(at..at + phrase.len())
    };
    phrases.iter().filter_map(first).min_by_key(|range| range.start)
}

/// The sentence around a place: from the end of the last sentence, line of a
/// list, cell, paragraph or heading, to the end of its own.
pub(super) fn sentence(card: &Card<'_>, at: Range<usize>) -> Span {
    let sections = &card.body.sections;
    let next = sections.partition_point(|section| section.title_span.start as usize <= at.start);
    let content = next.checked_sub(1).and_then(|last| sections.get(last)).map(|section| section.content.range());
    let whole = 0..card.body.prose.len();
    let within = content.filter(|content| content.start <= at.start && at.end <= content.end).unwrap_or(whole);
    around(&card.body.prose, at, &within, card.anchor.source)
}

fn around(prose: &str, at: Range<usize>, within: &Range<usize>, source: SourceId) -> Span {
    let mut low = at.start.saturating_sub(REACH).max(within.start);
    while !prose.is_char_boundary(low) {
        low += 1;
    }
    let mut high = at.end.saturating_add(REACH).min(within.end);
    while !prose.is_char_boundary(high) {
        high -= 1;
    }
    let before = prose.get(low..at.start).unwrap_or("");
    let after = prose.get(at.end..high).unwrap_or("");
    let start = low + begin(before);
    let end = at.end + finish(after);
    let text = prose.get(start..end).unwrap_or("");
    let lead = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || "-*+>#|•".contains(c)).len();
    let trimmed = text.trim_end_matches(|c: char| c.is_whitespace() || c == '|').len();
    Span::new(source, start + lead.min(trimmed), start + trimmed.max(lead))
}

/// Where a sentence begins that `before` leads into.
fn begin(before: &str) -> usize {
    let breaks = ["\n\n", "\r\n\r\n", "\n-", "\n*", "\n|", "|", "\n#", "\n  -", "\n  *"];
    let stops = [". ", ".\n", "! ", "? ", ".\r\n"];
    let after = |mark: &str| before.rfind(mark).map(|at| at + mark.len());
    breaks.iter().chain(&stops).filter_map(|mark| after(mark)).max().unwrap_or(0)
}

/// How much of `after` still belongs to the sentence.
fn finish(after: &str) -> usize {
    let breaks = ["\n\n", "\r\n\r\n", "\n-", "\n*", "\n|", "|", "\n#", "\n  -", "\n  *"];
    let stops = [". ", ".\n", "! ", "? ", ".\r\n"];
    let stop = stops.iter().filter_map(|mark| after.find(mark).map(|at| at + 1)).min();
    let end = breaks.iter().filter_map(|mark| after.find(mark)).min();
    stop.into_iter().chain(end).min().unwrap_or(after.len())
}

/// The sentences of a text, by range.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let line_end = c == '\n'
            && next
                .is_some_and(|next| matches!(next, '\n' | '\r' | '-' | '*' | '|' | '>' | '#') || next.is_ascii_digit());
        let stop = matches!(c, '.' | '!' | '?' | ';' | '。' | '；')
            && next.is_none_or(|next| next.is_whitespace() || !c.is_ascii());
        if line_end || stop || c == '|' {
            found.push(from..at);
            from = at + c.len_utf8();
        }
    }
    found.push(from..text.len());
    found.retain(|range| text.get(range.clone()).is_some_and(|text| text.chars().any(char::is_alphanumeric)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_where_its_line_does() {
        let text = "One here. The model refuses, and\nsays so. Three.\n\n- Item refuses\n- Other\n";
        let at = |word: &str, nth: usize| {
            let start = text.match_indices(word).nth(nth).unwrap().0;
            let span = around(text, start..start + word.len(), &(0..text.len()), SourceId(0));
            &text[span.range()]
        };
        assert_eq!(at("refuses", 0), "The model refuses, and\nsays so.");
        assert_eq!(at("refuses", 1), "Item refuses");
        assert_eq!(sentences("A b. C 1.5 d\n- e").len(), 3);
    }
}
