//! Titles and labels made fit for comparing.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::squeeze;

#[expect(clippy::expect_used, reason = "the patterns are literals, and a test runs each")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

/// The text of a link or image, instead of its whole.
static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])"));
/// Tags, entities, emoji short names, heading attributes.
static MARKUP: LazyLock<Regex> =
    LazyLock::new(|| regex(r"</?[A-Za-z][^<>]*>|<!--.*?-->|:[a-z][a-z0-9_+-]+:|\{#[^{}]*\}"));
/// `3.`, `2.1`, `A)`, `(iv)`, `§ 4`, `Section 2:` before a title.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)^(?:§\s*)?(?:(?:section|part)\s+\d+\s*[:.]|\(?(?:\d+(?:\.\d+)*\s?[.):]|\d+(?:\.\d+)+|[a-h]\)|[ivx]+[.)])\)?)\s+",
    )
});

/// Text as it reads: the text of links, no emphasis, code marks, tags or escapes,
/// on one line.
pub fn plain_text(raw: &str) -> String {
    // Most texts have no markup, and need not run, or compile, a pattern.
    let linked = if raw.contains('[') { LINK.replace_all(raw, "$1") } else { Cow::Borrowed(raw) };
    let bare = if linked.contains(['<', ':', '{']) { MARKUP.replace_all(&linked, " ") } else { linked };
    let marked = bare.bytes().any(|byte| matches!(byte, b'\\' | b'*' | b'`'));
    let text = if marked { Cow::Owned(without_marks(&bare)) } else { bare };
    if text.contains('&') {
        return squeeze(&text.replace("&amp;", "&").replace("&nbsp;", " "));
    }
    squeeze(&text)
}

/// The text without emphasis, code marks and escapes.
fn without_marks(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut escaped = false;
    for c in raw.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            '*' | '`' if !escaped => {}
            c => {
                escaped = false;
                text.push(c);
            }
        }
    }
    text
}

/// A title as it reads: plain text with no numbering and emoji before it, no `:`
/// or `#` after it.
pub fn plain_title(raw: &str) -> String {
    let text = plain_text(raw);
    let mut text = text.trim_matches(edge);
    let numbered = text.contains(['.', ':', ')']) && text.contains(' ');
    for _ in 0..if numbered { 2 } else { 0 } {
        let cut = NUMBER.find(text).map_or(0, |found| found.end());
        text = text.get(cut..).unwrap_or("").trim_start_matches(edge);
    }
    text.trim_end_matches(|c: char| edge(c) || matches!(c, ':' | '：' | '#')).to_owned()
}

/// Spaces, emphasis marks, emoji, joiners and other symbols around a title.
fn edge(c: char) -> bool {
    c.is_whitespace()
        || crate::text::is_hidden(c)
        || matches!(c, '_' | '•' | '·' | '–' | '—' | '-' | '\u{fe0f}')
        || matches!(u32::from(c), 0x2190..=0x2bff | 0x1_f000..=0x1_faff)
}

/// A title for comparing: lower case, `&`, `+` and `/` as `and`, hyphens as
/// spaces, `behaviour` as `behavior`, no other punctuation, no `[optional]`.
///
/// ```
/// use weighbridge::parse::markdown::normalize;
/// assert_eq!(normalize("Out-of-Scope Use [optional]"), "out of scope use");
/// assert_eq!(normalize("Intended use(s) & Limitations"), "intended uses and limitations");
/// ```
pub fn normalize(text: &str) -> String {
    // Most names are words alone, and nothing but case and spaces can differ.
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ') {
        return respelled(squeeze(&text.to_ascii_lowercase()));
    }
    let mut lower = plain_title(text).to_lowercase();
    if lower.contains('[') || lower.contains('(') {
        lower = lower.replace("[optional]", " ").replace("(optional)", " ").replace("(s)", "s");
    }
    let mut joined = String::with_capacity(lower.len());
    for c in lower.chars() {
        match c {
            '&' | '+' | '/' | '|' => push_word(&mut joined, "and"),
            ',' | ';' => push_word(&mut joined, ","),
            '\'' | '’' | '"' | '“' | '”' => {}
            c if c.is_alphanumeric() || is_mark(c) => joined.push(c),
            _ => end_word(&mut joined),
        }
    }
    joined.truncate(joined.trim_end_matches(' ').len());
    if joined.contains(',') {
        joined = joined.replace(" , and ", " and ").replace(" , ", " and ");
    }
    respelled(joined).trim_matches([',', ' ']).to_owned()
}

/// A space after a word, where there is one and none follows it yet.
fn end_word(text: &mut String) {
    if !text.is_empty() && !text.ends_with(' ') {
        text.push(' ');
    }
}

fn push_word(text: &mut String, word: &str) {
    end_word(text);
    text.push_str(word);
    text.push(' ');
}

/// One spelling of words that have two.
fn respelled(text: String) -> String {
    let words = [("behaviour", "behavior"), ("licence", "license"), ("usecase", "use case")];
    words.into_iter().fold(text, |text, (other, usual)| swap(text, other, usual))
}

/// The text with one word for another; no copy where the word is not in it.
fn swap(text: String, from: &str, to: &str) -> String {
    if text.contains(from) { text.replace(from, to) } else { text }
}

/// Combining marks belong to their letter (decomposed accents, Indic vowels).
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036f | 0x0900..=0x0903 | 0x093a..=0x094f | 0x0e31..=0x0e4e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decorations_are_not_part_of_a_title() {
        for (raw, plain) in [
            ("**Model Details**", "Model Details"),
            ("3. Data", "Data"),
            ("2\\. Child Safety", "Child Safety"),
            ("A) Uses:", "Uses"),
            ("🚀 Intended Use 🎯", "Intended Use"),
            (":warning: Limitations", "Limitations"),
            ("[Training data](https://x.y/z)", "Training data"),
            ("<a name=\"x\"></a>Privacy", "Privacy"),
            ("1.2 Model version", "Model version"),
            ("`model` card", "model card"),
            ("3D models", "3D models"),
            ("2024 results", "2024 results"),
            ("", ""),
        ] {
            assert_eq!(plain_title(raw), plain, "{raw:?}");
        }
    }

    #[test]
    fn titles_compare_across_spellings() {
        for (text, key) in [
            ("Bias, Risks, and Limitations", "bias and risks and limitations"),
            ("Safety behaviour", "safety behavior"),
            ("Testing Data, Factors & Metrics", "testing data and factors and metrics"),
            ("Limitações e riscos", "limitações e riscos"),
            ("Who’s this for?", "whos this for"),
            ("怎么使用它", "怎么使用它"),
        ] {
            assert_eq!(normalize(text), key, "{text:?}");
        }
    }
}
