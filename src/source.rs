//! Where text comes from and where in it a thing stands.
//!
//! A [`Span`] is a byte range in one source. Lines and columns are made from it
//! by the renderers alone, through [`Source::position`]; no other code counts
//! lines. Display paths are decided once, when a file is discovered.

use std::sync::{Arc, OnceLock};

/// Names one source in a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A byte range `start..end` in one source, always on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The source that the range is in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `source`. Offsets past `u32::MAX` saturate; the
    /// byte budget of the loader keeps real sources far below it.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Self { source, start, end: end.max(start) }
    }

    /// The place of a finding about a whole file: its first character.
    pub fn file(source: SourceId) -> Self {
        Self { source, start: 0, end: 0 }
    }

    /// The smallest span that holds both. Spans of different sources do not
    /// join: the first one is returned.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.source != other.source {
            return self;
        }
        Self { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The range as indexes into the source's text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The same place, without extent.
    #[must_use]
    pub fn start_point(self) -> Self {
        Self { end: self.start, ..self }
    }
}

/// A place as people and tools name it: 1-based line, 1-based column counted
/// in Unicode scalar values (SARIF's `unicodeCodePoints`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column in Unicode scalar values.
    pub column: u32,
}

/// Bytes between two counts of characters, so that many positions in one line of
/// megabytes (minified JSON) do not each count it from its start.
const CHUNK: usize = 4096;

/// One text with the path that people see.
#[derive(Debug)]
pub struct Source {
    path: String,
    text: String,
    lines: OnceLock<Vec<u32>>,
    /// How many characters begin before each [`CHUNK`] of bytes.
    chunks: OnceLock<Vec<u32>>,
}

impl Source {
    /// A source of `text`, shown as `path` (relative to the repository root, `/`
    /// as separator).
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), lines: OnceLock::new(), chunks: OnceLock::new() }
    }

    /// The path that people see.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text, a byte order mark included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Byte offsets at which lines begin. `\n`, `\r\n` and a lone `\r` end a line.
    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut starts = vec![0];
            for (at, byte) in bytes.iter().enumerate() {
                let ends_line = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
                if ends_line {
                    starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
                }
            }
            starts
        })
    }

    /// Line and column of a byte offset; offsets past the end give the end, one
    /// inside a character gives that character. A byte order mark has no column.
    pub fn position(&self, offset: u32) -> Position {
        let starts = self.line_starts();
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = starts.partition_point(|start| *start as usize <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0) as usize;
        let marked = start == 0 && offset > 0 && self.text.starts_with('\u{feff}');
        let column = self.characters(start, offset) - usize::from(marked) + 1;
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column).unwrap_or(u32::MAX) }
    }

    /// How many characters begin in `start..end`.
    fn characters(&self, start: usize, end: usize) -> usize {
        let count = |from: usize, to: usize| {
            let bytes = self.text.as_bytes().get(from..to).unwrap_or_default();
            bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
        };
        if end - start <= CHUNK {
            return count(start, end);
        }
        let chunks = self.chunks.get_or_init(|| {
            let mut totals = vec![0];
            let mut total = 0;
            for chunk in self.text.as_bytes().chunks(CHUNK) {
                total += chunk.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
                totals.push(u32::try_from(total).unwrap_or(u32::MAX));
            }
            totals
        });
        let upto = |at: usize| chunks.get(at / CHUNK).map_or(0, |n| *n as usize) + count(at - at % CHUNK, at);
        upto(end) - upto(start)
    }

    /// Start and end (exclusive) of a span.
    pub fn region(&self, span: Span) -> (Position, Position) {
        (self.position(span.start), self.position(span.end))
    }

    /// The text under a span; empty where the span lies outside.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// The bytes of a 1-based line, without its line ending; nothing at the text's
    /// end where there is no such line.
    pub fn line_range(&self, line: u32) -> std::ops::Range<usize> {
        let starts = self.line_starts();
        let index = (line as usize).wrapping_sub(1);
        let start = starts.get(index).map_or(self.text.len(), |start| *start as usize);
        let end = starts.get(index.saturating_add(1)).map_or(self.text.len(), |next| *next as usize);
        let text = self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']);
        start..start + text.len()
    }

    /// The text of a 1-based line, without its line ending.
    pub fn line(&self, line: u32) -> &str {
        self.text.get(self.line_range(line)).unwrap_or("")
    }
}

/// All sources of a run: documents, policies and configuration alike, so that a
/// finding can point into any of them.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    sources: Vec<Arc<Source>>,
}

impl SourceMap {
    /// Adds a source and names it.
    pub fn add(&mut self, source: Source) -> SourceId {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(Arc::new(source));
        id
    }

    /// The source of that name.
    ///
    /// # Panics
    ///
    /// Where `id` is of another map, which is a mistake in this program.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }

    /// How many sources there are; also the number of the next id.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there is no source.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The source under a span.
    pub fn of(&self, span: Span) -> &Source {
        self.get(span.source)
    }

    /// Puts `*` for the letters and digits under a span; every place stays where it is.
    pub fn conceal(&mut self, span: Span) {
        let Some(source) = self.sources.get_mut(span.source.0 as usize) else { return };
        let Some((before, after)) = source.text.get(..span.start as usize).zip(source.text.get(span.end as usize..))
        else {
            return;
        };
        let stars = source.slice(span).replace(|c: char| c.is_ascii_alphanumeric(), "*");
        *source = Arc::new(Source::new(source.path.as_str(), format!("{before}{stars}{after}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_ending_counts_once() {
        let source = Source::new("a", "one\ntwo\r\nthree\rfour");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(4), Position { line: 2, column: 1 });
        assert_eq!(source.position(9), Position { line: 3, column: 1 });
        assert_eq!(source.position(15), Position { line: 4, column: 1 });
        assert_eq!(source.line(2), "two");
        assert_eq!(source.line(4), "four");
        assert_eq!(source.line(5), "");
    }

    #[test]
    fn what_is_concealed_keeps_its_place() {
        let mut sources = SourceMap::default();
        let id = sources.add(Source::new("a", "key: hf_a1\nrest"));
        sources.conceal(Span::new(id, 5, 10));
        assert_eq!(sources.get(id).text(), "key: **_**\nrest");
        sources.conceal(Span::new(id, 5, 99));
        assert_eq!(sources.get(id).text(), "key: **_**\nrest");
    }

    #[test]
    fn columns_count_scalar_values_and_skip_a_byte_order_mark() {
        let source = Source::new("a", "\u{feff}é𝔸x\nü!");
        assert_eq!(source.position(3), Position { line: 1, column: 1 });
        assert_eq!(source.position(9), Position { line: 1, column: 3 });
        assert_eq!(source.position(13), Position { line: 2, column: 2 });
        assert_eq!(source.position(999), Position { line: 2, column: 3 });
    }

    #[test]
    fn columns_of_a_line_of_many_chunks() {
        let text = format!("x\n{}", "é𝔸b".repeat(4000));
        let source = Source::new("a", text.as_str());
        for (at, (offset, _)) in
            text.char_indices().skip(2).enumerate().step_by(97).chain([(11_999, (2 + 7 * 4000 - 1, 'b'))])
        {
            let offset = u32::try_from(offset).unwrap();
            assert_eq!(source.position(offset), Position { line: 2, column: u32::try_from(at).unwrap() + 1 });
        }
        assert_eq!(source.position(u32::MAX), Position { line: 2, column: 12_001 });
        let exact = Source::new("a", "y".repeat(2 * CHUNK));
        assert_eq!(exact.position(u32::MAX), Position { line: 1, column: 8193 });
    }
}
