//! Parts of a JSON text replaced by `null` and blanks, so that every byte that is left
//! stands where it stood.

use std::borrow::Cow;
use std::ops::Range;

use crate::parse::MAX_DEPTH;

/// The text without the lists and mappings at these ways of keys. What is not balanced
/// stays, so that the parser says what is wrong with it.
pub(super) fn blank<'t>(text: &'t str, ways: &[&[&str]]) -> Cow<'t, str> {
    let ranges = ranges(text, ways);
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str("null");
        // Line breaks count for nobody here: spans are bytes, and lines are made from the source.
        out.extend(std::iter::repeat_n(' ', range.len().saturating_sub("null".len())));
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

/// Where the values at these ways stand.
fn ranges(text: &str, ways: &[&[&str]]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut taken: Option<(usize, usize)> = None;
    let mut string: Option<usize> = None;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (string, byte) {
            (Some(_), b'\\') => drop(bytes.next()),
            (Some(start), b'"') => {
                string = None;
                if let Some(inner) = open.last_mut() {
                    inner.last = text.get(start..at).unwrap_or_default();
                }
            }
            (None, b'"') => string = Some(at + 1),
            (None, b':') => {
                if let Some(inner) = open.last_mut() {
                    inner.key = std::mem::take(&mut inner.last);
                }
            }
            (None, b'[' | b'{') => {
                if open.len() > MAX_DEPTH {
                    return Vec::new();
                }
                if taken.is_none() && ways.iter().any(|way| leads_here(&open, way)) {
                    taken = Some((open.len(), at));
                }
                open.push(Open { map: byte == b'{', key: "", last: "" });
            }
            (None, b']' | b'}') => {
                open.pop();
                if let Some((depth, start)) = taken.filter(|(depth, _)| *depth == open.len()) {
                    let long = at + 1 - start >= "null".len();
                    taken = None;
                    found.extend((long && depth > 0).then_some(start..at + 1));
                }
            }
            _ => {}
        }
    }
    found
}

/// A list or mapping that is open, with the key whose value is read and the last string.
struct Open<'t> {
    map: bool,
    key: &'t str,
    last: &'t str,
}

fn leads_here(open: &[Open<'_>], way: &[&str]) -> bool {
    open.len() == way.len() && open.iter().zip(way).all(|(inner, key)| inner.map && inner.key == *key)
}

#[cfg(test)]
mod tests {
    use super::blank;

    const WAYS: &[&[&str]] = &[&["samples"], &["results", "results"]];

    #[test]
    fn only_what_stands_there_is_blanked_and_nothing_moves() {
        let text = r#"{"samples": [1, {"a": "]"}], "n": 3, "results": {"results": [1], "samples": [2]}}"#;
        let out = blank(text, WAYS);
        assert_eq!(out.len(), text.len());
        assert_eq!(out.find("\"n\""), text.find("\"n\""));
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(value.to_string(), r#"{"samples":null,"n":3,"results":{"results":[1],"samples":[2]}}"#);
        let long = blank(r#"{"results": {"results": ["é\""]}}"#, WAYS);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&long).unwrap().to_string(),
            r#"{"results":{"results":null}}"#
        );
    }

    #[test]
    fn what_is_broken_stays() {
        for text in
            [r#"{"samples": [1"#, "", "\"", "]]", r#"{"samples": 400}"#, r#"["samples", [1, 2, 3]]"#, "{\"samples\\"]
        {
            assert_eq!(blank(text, WAYS), text);
        }
        let deep = format!("{{\"samples\": {}", "[".repeat(100_000));
        assert_eq!(blank(&deep, WAYS), deep);
    }
}
