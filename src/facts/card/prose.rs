//! Sentences.

use std::ops::Range;

use super::names::contains_words;
use super::view::Card;
use crate::source::{SourceId, Span};

/// The longest sentence that a span shows, to each side of what was found.
const REACH: usize = 400;

/// The first sentence under a span that has one of the phrases, which are lower
/// case, and one of the words `with`, where there are any.
pub(super) fn stated(card: &Card<'_>, phrases: &[String], with: &[String], place: Span) -> Option<Span> {
    if phrases.is_empty() {
        return None;
    }
    let lower = card.clean.lower(place);
    let base = place.start as usize;
    let mut at: Vec<Range<usize>> = phrases.iter().flat_map(|phrase| occurrences(lower, phrase)).collect();
    at.sort_by_key(|range| range.start);
    at.into_iter()
        .map(|range| base + range.start..base + range.end)
        .filter(|range| !in_title(card, range.start))
        .find_map(|range| {
            let span = sentence(card, range);
            let text = card.clean.lower(span);
            let complete = with.is_empty() || with.iter().any(|word| contains_words(text, word));
            (complete && super::words::count(text) > 0).then_some(span)
        })
}

fn in_title(card: &Card<'_>, at: usize) -> bool {
    let next = card.body.sections.partition_point(|section| section.title_span.start as usize <= at);
    next.checked_sub(1)
        .and_then(|last| card.body.sections.get(last))
        .is_some_and(|last| at < last.title_span.end as usize)
}

/// The most places of one phrase that are looked at, which bounds the work.
const MOST_PLACES: usize = 100;

/// Where a phrase stands in a text, as whole words; between the words there may
/// be markup.
fn occurrences(text: &str, phrase: &str) -> Vec<Range<usize>> {
    let mut words = phrase.split(' ');
    let first = words.next().unwrap_or("");
    let rest = |from: usize| {
        words.clone().try_fold(from, |at, word| {
            let after = text.get(at..)?;
            let next = after.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '`'));
            let gap = after.len() - next.len();
            (gap > 0 && next.starts_with(word)).then_some(at + gap + word.len())
        })
    };
    let whole = |range: &Range<usize>| {
        let before = text.get(..range.start).and_then(|before| before.chars().next_back());
        let after = text.get(range.end..).and_then(|after| after.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    text.match_indices(first)
        .filter_map(|(at, _)| rest(at + first.len()).map(|end| at..end))
        .filter(whole)
        .take(MOST_PLACES)
        .collect()
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
    // Bold at the start of a sentence is no mark of a list.
    let lead = if text.get(..lead).is_some_and(|mark| mark.ends_with("**")) { lead - 2 } else { lead };
    let trimmed = text.trim_end_matches(|c: char| c.is_whitespace() || c == '|').len();
    Span::new(source, start + lead.min(trimmed), start + trimmed.max(lead))
}

/// The length of the longest [`mark`].
const LONGEST_MARK: usize = 4;

/// The length of the mark at the start of `rest`: what ends a sentence, a line of a list, a
/// cell or a heading. None where there is none.
fn mark(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'\r', b'\n', b'\r', b'\n', ..] | [b'\n', b' ', b' ', b'-' | b'*', ..] => Some(4),
        [b'.', b'\r', b'\n', ..] => Some(3),
        [b'\n', b'\n' | b'-' | b'*' | b'|' | b'#', ..] | [b'.', b' ' | b'\n', ..] | [b'!' | b'?', b' ', ..] => Some(2),
        [b'|', ..] => Some(1),
        _ => None,
    }
}

/// Where a sentence begins that `before` leads into: where the mark that ends last
/// does.
fn begin(before: &str) -> usize {
    let bytes = before.as_bytes();
    let ends = |at: usize| Some(at + mark(bytes.get(at..)?)?);
    let Some(last) = (0..bytes.len()).rev().find(|at| ends(*at).is_some()) else { return 0 };
    // One that begins before it may end behind it.
    (last.saturating_sub(LONGEST_MARK)..=last).filter_map(ends).max().unwrap_or(0)
}

/// How much of `after` still belongs to the sentence.
fn finish(after: &str) -> usize {
    let bytes = after.as_bytes();
    let mark_at = |at: &usize| bytes.get(*at..).and_then(mark).is_some();
    // What stops a sentence is a part of it.
    let stops = |at: &usize| matches!(bytes.get(*at), Some(b'.' | b'!' | b'?'));
    let end = (0..bytes.len()).find(mark_at);
    end.map_or(after.len(), |at| at + usize::from(stops(&at)))
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
    fn a_phrase_is_whole_words_with_markup_between() {
        for (text, phrase, found) in [
            ("it is **not** intended for x", "not intended for", true),
            ("it is not\nintended _for_ x", "not intended for", true),
            ("it cannot be used for x", "not be used for", false),
            ("it is not intended form", "not intended for", false),
            ("**não** usar para x", "não usar para", true),
            ("", "not for", false),
        ] {
            assert_eq!(!occurrences(text, phrase).is_empty(), found, "{text:?}");
        }
    }

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
