//! Text from documents made fit to be shown, and words compared.
//!
//! What a document says is never trusted: control characters, bidirectional
//! overrides and invisible characters are shown as `\u{…}`, and markers of log
//! commands are broken, before any of it reaches a terminal, a log or a report.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The most characters of a document's own text that a message quotes.
pub const QUOTE_LIMIT: usize = 80;

/// Whether a character must not be printed as it is: C0 and C1 controls, line
/// and paragraph separators, bidirectional controls, zero-width and tag
/// characters, the byte order mark, noncharacters.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0e}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e01ef}')
        || (c as u32 & 0xfffe) == 0xfffe
        || ('\u{fdd0}'..='\u{fdef}').contains(&c)
}

/// `text` safe to print on one line: hidden characters become visible escapes,
/// and the markers `##[`, `##vso[`, `##teamcity[` and `::` at the start, which
/// CI systems take for commands, are broken with a backslash.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (b' '..b'\x7f').contains(&b) && b != b'#' && b != b':') {
        return Cow::Borrowed(text);
    }
    let hidden = text.chars().any(is_hidden);
    let marked = text.contains("##") || text.contains("::");
    if !hidden && !marked {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    Cow::Owned(break_commands(&out))
}

/// Breaks what a CI runner would take for a command in a line of its log.
pub fn break_commands(line: &str) -> String {
    let mut out = line.replace("##[", "##\\[").replace("##vso[", "##vso\\[").replace("##teamcity[", "##teamcity\\[");
    let lead = out.len() - out.trim_start().len();
    if out[lead..].starts_with("::") {
        out.insert(lead + 1, '\\');
    }
    out
}

/// A document's text as a message quotes it: sanitised, on one line, at most
/// [`QUOTE_LIMIT`] characters.
pub fn quote(text: &str) -> String {
    quote_within(text, QUOTE_LIMIT)
}

/// [`quote`] with another limit, for sentences that were made of quoted parts.
pub fn quote_within(text: &str, limit: usize) -> String {
    let flat = squeeze(text);
    let changed = match sanitize(&flat) {
        Cow::Borrowed(_) => None,
        Cow::Owned(changed) => Some(changed),
    };
    let mut shown = changed.unwrap_or(flat);
    if shown.len() > limit && shown.chars().count() > limit {
        shown = shown.chars().take(limit.saturating_sub(1)).collect();
        shown.push('…');
    }
    shown
}

/// The words of a text with one space between them.
pub fn squeeze(text: &str) -> String {
    if is_squeezed(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Whether a text is seen at a glance to be squeezed, as most are.
fn is_squeezed(text: &str) -> bool {
    let bytes = text.as_bytes();
    let trimmed = bytes.first() != Some(&b' ') && bytes.last() != Some(&b' ');
    trimmed && bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) && bytes.windows(2).all(|two| two != b"  ")
}

/// The candidate that `word` was most likely meant to be: the nearest by
/// Damerau-Levenshtein distance, ignoring case, `-` and `_`, within a third of
/// the word's length. Ties go to the earlier candidate.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let wanted = fold(word);
    let length = wanted.chars().count();
    let limit = (length / 3).max(1);
    // Each letter too many or too few is a change. Folding keeps the length of ASCII.
    let is_of_length = |candidate: &&str| !candidate.is_ascii() || candidate.len().abs_diff(length) <= limit;
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .filter(is_of_length)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The keys of an index that stand nearest to a word in its order, half of them before it: of
/// very many candidates, those that begin as it does.
pub fn neighbours<'i, V>(index: &'i BTreeMap<String, V>, word: &str, most: usize) -> impl Iterator<Item = &'i str> {
    let mut before: Vec<&str> = index.range(..word.to_owned()).rev().take(most / 2).map(|(key, _)| &**key).collect();
    before.reverse();
    before.into_iter().chain(index.range(word.to_owned()..).take(most / 2).map(|(key, _)| &**key))
}

/// Whether `needle` stands in `text` as a whole token: `ckpt-1` is in
/// `evals/ckpt-1_safety.json` and `eval-ckpt-1-2026.zip`, and not in
/// `ckpt-12.json`, `ckpt-1a2b.json` or, where the dot goes on with a digit as in
/// a version, `ckpt-1.5.json`.
pub fn contains_token(text: &str, needle: &str) -> bool {
    // To set up a search for all places costs more than to look whether there is one.
    if needle.is_empty() || !text.contains(needle) {
        return false;
    }
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    text.match_indices(needle).any(|(at, _)| {
        let mut before = text[..at].chars().rev();
        let mut after = text[at + needle.len()..].chars();
        let (left, right) = (before.next(), after.next());
        let splits_version_left = left == Some('.') && digit(before.next()) && digit(needle.chars().next());
        let splits_version_right = right == Some('.') && digit(after.next()) && digit(needle.chars().next_back());
        !left.is_some_and(char::is_alphanumeric)
            && !right.is_some_and(char::is_alphanumeric)
            && !splits_version_left
            && !splits_version_right
    })
}

/// The text up to so many bytes, ended before a character that would not fit.
pub fn clip(text: &str, most: usize) -> &str {
    let fits = |end: &usize| text.is_char_boundary(*end);
    let end = (0..=most.min(text.len())).rev().find(fits).unwrap_or(0);
    text.get(..end).unwrap_or("")
}

/// Bytes as hexadecimal digits in lower case.
pub fn hex(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
}

/// `1 file`, `2 files`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_or_commanding_survives() {
        assert_eq!(sanitize("plain é 日本"), "plain é 日本");
        assert_eq!(sanitize("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
        assert_eq!(sanitize("a\nb\rc"), "a\\nb\\rc");
        assert_eq!(sanitize("x ##[set-output name=a]b"), "x ##\\[set-output name=a]b");
        assert_eq!(sanitize("  ::error::x"), "  :\\:error::x");
        assert_eq!(sanitize("##vso[task]"), "##vso\\[task]");
    }

    #[test]
    fn of_many_candidates_those_nearby_are_compared() {
        let index: BTreeMap<String, u16> = (100..900).map(|n| (format!("claims-{n}"), n)).collect();
        let near: Vec<&str> = neighbours(&index, "claims-5000", 4).collect();
        assert_eq!(near, ["claims-499", "claims-500", "claims-501", "claims-502"]);
        assert_eq!(neighbours(&index, "zebra", 4).collect::<Vec<_>>(), ["claims-898", "claims-899"]);
        assert_eq!(neighbours(&index, "a", 4_000).count(), index.len());
    }

    #[test]
    fn a_squeezed_text_has_one_space_between_words() {
        for (text, squeezed) in [
            ("", ""),
            ("  ", ""),
            ("a b", "a b"),
            (" a b", "a b"),
            ("a b ", "a b"),
            ("a  b", "a b"),
            ("a\tb\u{a0}é\n", "a b é"),
        ] {
            assert_eq!(squeeze(text), squeezed, "{text:?}");
        }
    }

    #[test]
    fn quotes_are_one_short_line() {
        assert_eq!(quote("a\n  b"), "a b");
        assert_eq!(quote(&"x".repeat(200)).chars().count(), QUOTE_LIMIT);
    }

    #[test]
    fn suggestions() {
        assert_eq!(did_you_mean("licence", ["license", "language"]), Some("license"));
        assert_eq!(did_you_mean("base-model", ["base_model"]), Some("base_model"));
        assert_eq!(did_you_mean("zebra", ["license"]), None);
        assert_eq!(did_you_mean("a", ["b"]), None);
    }

    #[test]
    fn a_token_is_not_a_prefix() {
        assert!(contains_token("evals/ckpt-1_safety.json", "ckpt-1"));
        assert!(contains_token("eval-ckpt-1-2026.zip", "ckpt-1"));
        assert!(contains_token("ckpt-1.json", "ckpt-1"));
        assert!(!contains_token("ckpt-12.json", "ckpt-1"));
        assert!(!contains_token("ckpt-1.5.json", "ckpt-1"));
        assert!(contains_token("v-2.1.0.json", "2.1.0"));
        assert!(!contains_token("3.2.1.json", "2.1"));
        assert!(!contains_token("xckpt-1.json", "ckpt-1"));
        assert!(!contains_token("anything", ""));
    }
}
