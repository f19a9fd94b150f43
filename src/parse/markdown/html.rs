//! HTML in Markdown: comments, tags, headings and tables.
//!
//! It is read over the whole body, not block by block, since a blank line ends
//! an HTML block in `CommonMark` while its table goes on. Only tags of known
//! names count, so that `<YYYY-MM-DD>` and `<your-team>` stay text.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem;
use regex::Regex;

use super::blocks::{Mask, trim};
use super::body::{Block, BlockKind, Cell, Form, Heading};
use crate::source::{SourceId, Span};
use crate::text::squeeze;

/// Anything that is written as a tag; attributes with `>` in quotes are cut short,
/// which costs no more than a few visible characters.
#[expect(clippy::expect_used, reason = "the pattern is a literal, and a test runs it")]
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)(?:[\x20\t\r\n][^<>]*)?/?>").expect("a literal pattern")
});

/// The names of tags: those of the HTML standard that GitHub and the Hub let through,
/// with the old ones that cards still use; sorted.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "a", "abbr", "article", "aside", "audio", "b", "blockquote", "body", "br", "caption", "center", "cite", "code",
    "col", "colgroup", "dd", "del", "details", "div", "dl", "dt", "em", "embed", "figcaption", "figure", "font",
    "footer", "form", "g", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "iframe", "img",
    "input", "ins", "kbd", "label", "li", "link", "main", "mark", "meta", "nav", "ol", "p", "path", "picture", "pre",
    "q", "samp", "script", "section", "small", "source", "span", "strike", "strong", "style", "sub", "summary", "sup",
    "svg", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "video",
];

fn is_known(name: &str) -> bool {
    NAMES.binary_search(&&*name.to_ascii_lowercase()).is_ok()
}

/// The tags in a text.
fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let found = if text.contains('<') { Some(TAG.captures_iter(text)) } else { None };
    found.into_iter().flatten().filter_map(|found| {
        let (all, name) = (found.get(0)?, found.name("name")?.as_str());
        let close = !found.name("close")?.is_empty();
        is_known(name).then(|| Tag { name, close, range: all.range() })
    })
}

/// What the pass over HTML finds.
pub(super) struct Page {
    /// What is not prose: comments, tags, styles and scripts.
    pub(super) blanks: Vec<Range<usize>>,
    pub(super) headings: Vec<Heading>,
    pub(super) blocks: Vec<Block>,
    comments: Vec<Range<usize>>,
}

impl Page {
    /// How many headings, blocks and cells there are.
    pub(super) fn parts(&self) -> usize {
        let cells = |block: &Block| match &block.kind {
            BlockKind::Table(rows) => rows.iter().map(Vec::len).sum(),
            _ => 0,
        };
        self.headings.len() + self.blocks.len() + self.blocks.iter().map(cells).sum::<usize>()
    }

    /// Whether a comment stands over `at`.
    pub(super) fn hides(&self, at: usize) -> bool {
        let next = self.comments.partition_point(|comment| comment.start <= at);
        next.checked_sub(1).and_then(|index| self.comments.get(index)).is_some_and(|comment| at < comment.end)
    }
}

/// One tag.
struct Tag<'a> {
    name: &'a str,
    close: bool,
    range: Range<usize>,
}

impl Tag<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The level of `h1` to `h6`.
    fn heading_level(&self) -> Option<u8> {
        let [b'h' | b'H', digit @ b'1'..=b'6'] = self.name.as_bytes() else { return None };
        Some(digit - b'0')
    }
}

/// A table that is being read; one inside another takes its place.
#[derive(Default)]
struct Table {
    start: Option<usize>,
    rows: Vec<Vec<Cell>>,
    /// Where the content of the open cell begins.
    cell: Option<usize>,
}

impl Table {
    /// Takes in a tag, and gives the table that it closes.
    fn take(&mut self, tag: &Tag<'_>, text: &str, source: SourceId) -> Option<Block> {
        let is_table = tag.is("table");
        if is_table && !tag.close {
            *self = Self { start: Some(tag.range.start), ..Self::default() };
            return None;
        }
        let start = self.start?;
        let (is_cell, is_row) = (tag.is("td") || tag.is("th"), tag.is("tr"));
        if is_cell || is_row || is_table {
            self.end_cell(tag.range.start, text, source);
        }
        if is_row && !tag.close || is_cell && self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        if is_cell && !tag.close {
            self.cell = Some(tag.range.end);
        }
        (is_table && tag.close).then(|| {
            let rows = std::mem::take(self).rows;
            Block { kind: BlockKind::Table(rows), span: Span::new(source, start, tag.range.end) }
        })
    }

    fn end_cell(&mut self, end: usize, text: &str, source: SourceId) {
        let Some(open) = self.cell.take() else { return };
        let inner = trim(text, open..end);
        let plain = without_tags(text.get(inner.clone()).unwrap_or(""));
        if let Some(row) = self.rows.last_mut() {
            row.push(Cell { text: plain, span: Span::new(source, inner.start, inner.end) });
        }
    }
}

/// Reads the HTML in `markup`, the text without its code.
pub(super) fn scan(markup: &str, text: &str, source: SourceId) -> Page {
    let comments = comments(markup);
    let mut page = Page { blanks: comments.clone(), headings: Vec::new(), blocks: Vec::new(), comments };
    for comment in &page.comments {
        page.blocks.push(Block { kind: BlockKind::Comment, span: Span::new(source, comment.start, comment.end) });
    }
    let tags: Vec<Tag<'_>> = tags(markup).filter(|tag| !page.hides(tag.range.start)).collect();
    page.blanks.extend(tags.iter().map(|tag| tag.range.clone()));
    page.elements(&tags, text, source);
    page
}

/// The comments of a text. One that is never closed hides the rest, as browsers
/// have it.
fn comments(markup: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = markup.get(from..).and_then(|rest| memmem::find(rest.as_bytes(), b"<!--")) {
        let start = from + open;
        let end =
            markup.get(start + 4..).and_then(|rest| rest.find("-->")).map_or(markup.len(), |at| start + 4 + at + 3);
        found.push(start..end);
        from = end;
    }
    found
}

impl Page {
    /// Headings, tables and hidden elements, each from its opening tag to the
    /// next closing tag of the same name.
    fn elements(&mut self, tags: &[Tag<'_>], text: &str, source: SourceId) {
        let mut hidden: Option<&Tag<'_>> = None;
        let mut heading: Option<(&Tag<'_>, u8)> = None;
        let mut table = Table::default();
        for tag in tags {
            if let Some(open) = hidden {
                if tag.close && tag.is(open.name) {
                    self.blanks.push(open.range.start..tag.range.end);
                    hidden = None;
                }
                continue;
            }
            match (tag.heading_level(), tag.close) {
                (Some(level), false) => heading = Some((tag, level)),
                (Some(_), true) => self.heading(heading.take(), tag, text),
                _ => {}
            }
            if !tag.close && ["style", "script", "svg"].iter().any(|name| tag.is(name)) {
                hidden = Some(tag);
            }
            self.blocks.extend(table.take(tag, text, source));
        }
    }

    fn heading(&mut self, open: Option<(&Tag<'_>, u8)>, close: &Tag<'_>, text: &str) {
        let Some((open, level)) = open else { return };
        if open.range.end > close.range.start {
            return;
        }
        let inner = open.range.end..close.range.start;
        let title = visible(text, trim(text, inner));
        if !title.is_empty() {
            let range = open.range.start..close.range.end;
            self.headings.push(Heading { range, title, level, form: Form::Html });
        }
    }
}

/// A range without the tags at both ends.
fn visible(text: &str, mut range: Range<usize>) -> Range<usize> {
    let tags: Vec<Range<usize>> = tags(text.get(range.clone()).unwrap_or("")).map(|tag| tag.range).collect();
    let base = range.start;
    for tag in &tags {
        if base + tag.start == range.start {
            range = trim(text, (base + tag.end).min(range.end)..range.end);
        }
    }
    for tag in tags.iter().rev() {
        if base + tag.end == range.end {
            range = trim(text, range.start..(base + tag.start).max(range.start));
        }
    }
    range
}

/// Text without tags, white space collapsed.
fn without_tags(text: &str) -> String {
    let mut mask = Mask::new(text);
    tags(text).for_each(|tag| mask.blank(tag.range));
    squeeze(&mask.into_text())
}
