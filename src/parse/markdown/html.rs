//! HTML in Markdown: comments, tags, headings and tables.
//!
//! It is read over the whole body, not block by block, since a blank line ends
//! an HTML block in `CommonMark` while its table goes on. Only tags of known
//! names count, so that `<YYYY-MM-DD>` and `<your-team>` stay text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::blocks::trim;
use super::body::{Block, BlockKind, Cell, Form, Heading};
use crate::source::{SourceId, Span};

/// Tags by name; attributes with `>` in quotes are cut short, which costs no more
/// than a few visible characters. The names are those of the HTML standard that
/// GitHub and the Hub let through, with the old ones that cards still use.
#[expect(clippy::expect_used, reason = "the pattern is a literal, and a test runs it")]
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?xi) < (?P<close>/?) (?P<name> h[1-6] | table | thead | tbody | tfoot | tr | td | th | caption | colgroup | col
        | a | abbr | article | aside | audio | b | blockquote | body | br | center | cite | code | dd | del | details
        | div | dl | dt | em | embed | figcaption | figure | font | footer | form | head | header | hr | html | i | iframe
        | img | input | ins | kbd | label | li | link | main | mark | meta | nav | ol | p | picture | pre | q | samp
        | script | section | small | source | span | strike | strong | style | sub | summary | sup | svg | path | g | tt | u | ul
        | video ) (?: \s [^<>]* )? /? >",
    )
    .expect("a literal pattern")
});

/// What the pass over HTML finds.
pub(super) struct Page {
    /// What is not prose: comments, tags, styles and scripts.
    pub(super) blanks: Vec<Range<usize>>,
    pub(super) headings: Vec<Heading>,
    pub(super) blocks: Vec<Block>,
    comments: Vec<Range<usize>>,
}

impl Page {
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

/// Reads the HTML in `markup`, the text without its code.
pub(super) fn scan(markup: &str, text: &str, source: SourceId) -> Page {
    let comments = comments(markup);
    let mut page = Page { blanks: comments.clone(), headings: Vec::new(), blocks: Vec::new(), comments };
    for comment in &page.comments {
        page.blocks.push(Block { kind: BlockKind::Comment, span: Span::new(source, comment.start, comment.end) });
    }
    let tags: Vec<Tag<'_>> = TAG
        .captures_iter(markup)
        .filter_map(|found| {
            let (all, name) = (found.get(0)?, found.name("name")?);
            let close = !found.name("close")?.is_empty();
            Some(Tag { name: name.as_str(), close, range: all.range() })
        })
        .filter(|tag| !page.hides(tag.range.start))
        .collect();
    page.blanks.extend(tags.iter().map(|tag| tag.range.clone()));
    page.elements(&tags, text, source);
    page
}

/// The comments of a text. One that is never closed hides the rest, as browsers
/// have it.
fn comments(markup: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = markup.get(from..).and_then(|rest| rest.find("<!--")) {
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
        let mut table: Option<(usize, Vec<Vec<Cell>>)> = None;
        let mut cell: Option<usize> = None;
        let mut hidden: Option<(&str, usize)> = None;
        let mut heading: Option<(&Tag<'_>, u8)> = None;
        for tag in tags {
            let is = |name: &str| tag.name.eq_ignore_ascii_case(name);
            if let Some((name, start)) = hidden {
                if tag.close && is(name) {
                    self.blanks.push(start..tag.range.end);
                    hidden = None;
                }
                continue;
            }
            let level = tag.name.as_bytes().get(1).filter(|_| tag.name.len() == 2 && !is("hr") && !is("th")).copied();
            let level = level.filter(|_| tag.name.starts_with(['h', 'H'])).map(|digit| digit.wrapping_sub(b'0'));
            match (level, tag.close) {
                (Some(level), false) => heading = Some((tag, level)),
                (Some(_), true) => self.heading(heading.take(), tag, text),
                _ => {}
            }
            if !tag.close && ["style", "script", "svg"].iter().any(|name| is(name)) {
                hidden = Some((tag.name, tag.range.start));
            } else if is("table") && !tag.close {
                table = Some((tag.range.start, Vec::new()));
            }
            let Some((start, rows)) = &mut table else { continue };
            let is_cell = is("td") || is("th");
            if is_cell || is("tr") || is("table") {
                if let Some(open) = cell.take() {
                    let span = trim(text, open..tag.range.start);
                    let plain = without_tags(text.get(span.clone()).unwrap_or(""));
                    let cell = Cell { text: plain, span: Span::new(source, span.start, span.end) };
                    rows.last_mut().map(|row| row.push(cell)).unwrap_or_default();
                }
            }
            if is_cell && !tag.close {
                cell = Some(tag.range.end);
                if rows.is_empty() {
                    rows.push(Vec::new());
                }
            } else if is("tr") && !tag.close {
                rows.push(Vec::new());
            } else if is("table") && tag.close {
                let span = Span::new(source, *start, tag.range.end);
                let rows = std::mem::take(rows);
                self.blocks.push(Block { kind: BlockKind::Table(rows), span });
                table = None;
            }
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
    let tags: Vec<Range<usize>> =
        TAG.find_iter(text.get(range.clone()).unwrap_or("")).map(|found| found.range()).collect();
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
    TAG.replace_all(text, " ").split_whitespace().collect::<Vec<_>>().join(" ")
}
