//! What the three data parsers share: mappings that notice a key written twice,
//! the words of the findings about form, and the ground under spans.

use std::collections::{BTreeMap, HashMap};

use super::{Entry, MAX_DEPTH, Node, Parsed};
use crate::finding::Finding;
use crate::pointer::{Pointer, Step};
use crate::source::{SourceId, Span};
use crate::text::quote;

/// The rule of texts that cannot be read.
pub(super) const SYNTAX_ERROR: &str = "gate/syntax-error";

/// The rule of keys that are written twice.
pub(super) const DUPLICATE_KEY: &str = "gate/duplicate-key";

/// Up to so many entries a mapping is searched from its start; beyond, an index
/// keeps the cost linear.
const LINEAR: usize = 16;

/// So many mistakes of one document are reported; the rest is said to be there.
const MAX_FINDINGS: usize = 100;

/// The bytes of one document: makes spans of the source from offsets in a text
/// that may be a part of it.
#[derive(Clone, Copy)]
pub(super) struct Ground<'t> {
    /// The text that is parsed.
    pub(super) text: &'t str,
    source: SourceId,
    offset: usize,
}

impl<'t> Ground<'t> {
    /// The text that begins at byte `offset` of `source`, without a byte order
    /// mark at the very start of the source.
    pub(super) fn new(text: &'t str, source: SourceId, offset: usize) -> Self {
        match text.strip_prefix('\u{feff}') {
            Some(rest) if offset == 0 => Self { text: rest, source, offset: '\u{feff}'.len_utf8() },
            _ => Self { text, source, offset },
        }
    }

    /// The span of `start..end` of the text, moved into the text and onto
    /// character boundaries where a parser left them.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let start = floor(self.text, start);
        let end = floor(self.text, end.max(start));
        Span::new(self.source, self.offset + start, self.offset + end)
    }

    /// The span of the character at `at`; empty at the end of a line.
    pub(super) fn point(&self, at: usize) -> Span {
        let at = floor(self.text, at);
        let next = self.text.get(at..).and_then(|rest| rest.chars().next());
        let width = next.filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
        self.span(at, at + width)
    }

    /// The text from `start` to `end`; empty where there is none.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or("")
    }

    /// `end` moved back over the blanks before it, not beyond `start`.
    pub(super) fn trim_end(&self, start: usize, end: usize) -> usize {
        let end = floor(self.text, end);
        let start = floor(self.text, start).min(end);
        start + self.slice(start, end).trim_end_matches([' ', '\t', '\n', '\r']).len()
    }
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The way to a node while its document is walked.
#[derive(Clone, Copy)]
pub(super) enum Trail<'a> {
    /// The root.
    Root,
    /// The value of this key.
    Key(&'a Trail<'a>, &'a str),
    /// The item at this place.
    Index(&'a Trail<'a>, usize),
}

impl Trail<'_> {
    /// The same way, as findings hold it.
    pub(super) fn pointer(&self) -> Pointer {
        let mut steps = Vec::new();
        let mut trail = self;
        loop {
            match trail {
                Self::Root => break,
                Self::Key(parent, key) => {
                    steps.push(Step::Key((*key).to_owned()));
                    trail = parent;
                }
                Self::Index(parent, index) => {
                    steps.push(Step::Index(*index));
                    trail = parent;
                }
            }
        }
        steps.reverse();
        Pointer(steps)
    }
}

/// The entries of a mapping as they come. Of a key that is written twice the
/// last value stays, in the place of the first.
#[derive(Default)]
pub(super) struct Entries {
    list: Vec<Entry>,
    index: HashMap<Box<str>, usize>,
    firsts: BTreeMap<usize, Span>,
}

impl Entries {
    /// Adds an entry; gives the key and the place of the first one where it was there.
    pub(super) fn insert(&mut self, entry: Entry) -> Option<(Box<str>, Span)> {
        if let Some(at) = self.find(&entry.key)
            && let Some(there) = self.list.get_mut(at)
        {
            let first = *self.firsts.entry(at).or_insert(there.key_span);
            let before = std::mem::replace(there, entry);
            return Some((before.key, first));
        }
        self.list.push(entry);
        self.note();
        None
    }

    fn find(&self, key: &str) -> Option<usize> {
        if self.list.len() <= LINEAR {
            self.list.iter().position(|entry| &*entry.key == key)
        } else {
            self.index.get(key).copied()
        }
    }

    /// Keeps the index in step once there is one.
    fn note(&mut self) {
        let count = self.list.len();
        if count <= LINEAR {
            return;
        }
        let from = if self.index.is_empty() { 0 } else { count - 1 };
        for (at, entry) in self.list.iter().enumerate().skip(from) {
            self.index.insert(entry.key.clone(), at);
        }
    }

    /// The finished entries, in no more memory than they need: a tree is kept for
    /// the whole run.
    pub(super) fn into_vec(mut self) -> Vec<Entry> {
        self.list.shrink_to_fit();
        self.list
    }
}

/// Adds a finding of a document that is read on, unless it has too many already:
/// what one generator did wrong a million times is one mistake.
pub(super) fn report(findings: &mut Vec<Finding>, finding: Finding) {
    match findings.len() {
        0..MAX_FINDINGS => findings.push(finding),
        MAX_FINDINGS => {
            let message =
                format!("more than {MAX_FINDINGS} mistakes of form in one document; from here on they are not shown");
            findings.push(syntax_error(finding.primary.span, message));
        }
        _ => {}
    }
}

/// A text that cannot be read, and where.
pub(super) fn syntax_error(span: Span, message: impl Into<String>) -> Finding {
    Finding::new(SYNTAX_ERROR, span, message)
}

/// A key that is written twice in one mapping.
pub(super) fn duplicate_key(key: &str, span: Span, first: Span, parent: &Pointer) -> Finding {
    Finding::new(
        DUPLICATE_KEY,
        span,
        format!("the key `{}` is written twice; the second value is the one that counts", quote(key)),
    )
    .label("written again here")
    .related(first, "first written here")
    .at(parent.key(key))
    .key(key)
}

/// Nesting beyond [`MAX_DEPTH`].
pub(super) fn too_deep(span: Span) -> Finding {
    syntax_error(span, format!("nested more than {MAX_DEPTH} levels deep, which is the most that is read"))
}

/// More values than `most`.
pub(super) fn too_many(span: Span, most: usize) -> Finding {
    syntax_error(span, format!("more than {most} values in one document, which is the most that are read"))
}

/// A document of which only this is known.
pub(super) fn failed(mut findings: Vec<Finding>, last: Finding) -> Parsed {
    findings.push(last);
    Parsed { root: None, findings }
}

/// A document that was read to its end.
pub(super) fn read(root: Node, findings: Vec<Finding>) -> Parsed {
    Parsed { root: Some(root), findings }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_mapping_finds_its_first_key_too() {
        let span = |at: usize| Span::new(SourceId(0), at, at + 1);
        let mut entries = Entries::default();
        let entry = |key: String, at| Entry { key: key.into(), key_span: span(at), value: Node::null(span(at)) };
        for at in 0..100 {
            assert_eq!(entries.insert(entry(format!("k{at}"), at)), None);
        }
        assert_eq!(entries.insert(entry("k3".into(), 200)), Some(("k3".into(), span(3))));
        assert_eq!(entries.insert(entry("k3".into(), 300)), Some(("k3".into(), span(3))));
        assert_eq!(entries.insert(entry("k99".into(), 400)), Some(("k99".into(), span(99))));
        let entries = entries.into_vec();
        assert_eq!(entries.len(), 100);
        assert_eq!(entries[3].key_span, span(300));
    }

    #[test]
    fn spans_stay_on_characters_and_a_byte_order_mark_moves_them() {
        let ground = Ground::new("\u{feff}é!", SourceId(0), 0);
        assert_eq!(ground.span(1, 99), Span::new(SourceId(0), 3, 6));
        assert_eq!(ground.point(0), Span::new(SourceId(0), 3, 5));
        let part = Ground::new("\u{feff}x", SourceId(0), 7);
        assert_eq!(part.text, "\u{feff}x");
    }
}
