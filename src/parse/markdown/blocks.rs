//! Blocks, headings, links and code of a body, by pulldown-cmark.
//!
//! What is not prose is blanked in a copy of the text, so that the later passes
//! work on lines and offsets and never on events.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::body::{Block, BlockKind, Cell, Form, Heading, Link, MAX_PARTS};
use crate::finding::Finding;
use crate::source::{SourceId, Span};
use crate::text::count;

/// A setext underline below more than this is a thematic break that its author
/// set without a blank line, not the underline of a heading.
const LONGEST_SETEXT: usize = 120;

/// What the first pass finds.
pub(super) struct Scan {
    pub(super) headings: Vec<Heading>,
    pub(super) blocks: Vec<Block>,
    pub(super) links: Vec<Link>,
    pub(super) findings: Vec<Finding>,
    /// How many headings, blocks, links and cells there are; beyond [`MAX_PARTS`] no
    /// more are looked for.
    pub(super) parts: usize,
    /// Code in running text, in order.
    pub(super) code: Vec<Span>,
    /// The text, with everything before the body, code blocks and targets of
    /// links blanked; HTML is still there.
    pub(super) prose: Mask,
    /// The same with code in running text blanked too, so that a `<` in it opens
    /// no tag.
    pub(super) markup: Mask,
}

/// A copy of a text in which ranges are blanked with spaces, line ends kept.
pub(super) struct Mask(Vec<u8>);

impl Mask {
    pub(super) fn new(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }

    /// Blanks a range, which lies on character boundaries.
    pub(super) fn blank(&mut self, range: Range<usize>) {
        for byte in self.0.get_mut(range).unwrap_or_default() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }

    /// The text as it is now.
    pub(super) fn into_text(self) -> String {
        String::from_utf8(self.0).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

/// Finds the blocks of the body that begins at `start`.
pub(super) fn scan(text: &str, start: usize, source: SourceId) -> Scan {
    let mut walk = Walk::new(text, source);
    walk.blank(0..start);
    let body = text.get(start..).unwrap_or("");
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        if walk.out.parts > MAX_PARTS {
            break;
        }
        walk.event(event, range.start + start..range.end + start);
    }
    walk.out
}

/// The state of the walk over the events.
struct Walk<'a> {
    text: &'a str,
    source: SourceId,
    out: Scan,
    /// Open block quotes.
    quotes: usize,
    /// Open list items: where the item's own text begins, or nothing once a
    /// block inside has taken it over.
    items: Vec<Option<usize>>,
    /// The inline content of the open heading.
    inline: Option<(usize, usize)>,
    /// Ends of the text inside open links.
    links: Vec<(Range<usize>, usize)>,
    rows: Vec<Vec<Cell>>,
    cell: Option<(String, Range<usize>)>,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, source: SourceId) -> Self {
        let out = Scan {
            headings: Vec::new(),
            blocks: Vec::new(),
            links: Vec::new(),
            findings: Vec::new(),
            parts: 0,
            code: Vec::new(),
            prose: Mask::new(text),
            markup: Mask::new(text),
        };
        Self {
            text,
            source,
            out,
            quotes: 0,
            items: Vec::new(),
            inline: None,
            links: Vec::new(),
            rows: Vec::new(),
            cell: None,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) | Event::InlineHtml(text) => self.inline(&text, &range),
            Event::Code(text) => {
                self.inline(&text, &range);
                self.out.code.push(Span::new(self.source, range.start, range.end));
                self.out.markup.blank(range);
            }
            Event::SoftBreak | Event::HardBreak => self.inline(" ", &range),
            _ => {}
        }
    }

    /// Text inside a heading, a link or a cell.
    fn inline(&mut self, text: &str, range: &Range<usize>) {
        if let Some(inline) = &mut self.inline {
            *inline = (inline.0.min(range.start), inline.1.max(range.end));
        }
        if let Some((_, end)) = self.links.last_mut() {
            *end = (*end).max(range.end);
        }
        if let Some((cell, _)) = &mut self.cell {
            cell.push_str(text);
        }
    }

    fn blank(&mut self, range: Range<usize>) {
        self.out.prose.blank(range.clone());
        self.out.markup.blank(range);
    }

    fn block(&mut self, kind: BlockKind, range: Range<usize>) {
        let trimmed = trim(self.text, range);
        if trimmed.is_empty() {
            return;
        }
        self.out.parts += 1;
        self.out.blocks.push(Block { kind, span: Span::new(self.source, trimmed.start, trimmed.end) });
    }

    /// Ends the own text of the open list item where another block begins.
    fn flush_item(&mut self, end: usize) {
        if let Some(start) = self.items.last_mut().and_then(Option::take) {
            self.block(BlockKind::Item, start..end);
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { .. } => self.inline = Some((usize::MAX, 0)),
            Tag::BlockQuote(_) => {
                self.flush_item(range.start);
                self.quotes += 1;
            }
            Tag::Item => self.items.push(Some(range.start)),
            Tag::CodeBlock(kind) => {
                self.flush_item(range.start);
                self.code(&kind, range);
            }
            Tag::List(_) | Tag::HtmlBlock => self.flush_item(range.start),
            Tag::Table(_) => {
                self.flush_item(range.start);
                self.rows.clear();
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::TableCell => self.cell = Some((String::new(), range)),
            Tag::Link { dest_url, .. } => self.link(&dest_url, range, false),
            Tag::Image { dest_url, .. } => self.link(&dest_url, range, true),
            _ => {}
        }
    }

    fn link(&mut self, target: &str, range: Range<usize>, image: bool) {
        self.inline("", &range);
        let span = Span::new(self.source, range.start, range.end);
        self.out.parts += 1;
        self.out.links.push(Link { target: target.to_owned(), span, image });
        if image {
            self.block(BlockKind::Image, range.clone());
        }
        self.links.push((range.clone(), range.start));
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Heading(level) => self.heading(level as u8, range),
            TagEnd::Paragraph => self.paragraph(range),
            TagEnd::BlockQuote(_) => self.quotes = self.quotes.saturating_sub(1),
            TagEnd::Item => {
                self.flush_item(range.end);
                self.items.pop();
            }
            TagEnd::HtmlBlock => self.block(BlockKind::Html, range),
            TagEnd::TableCell => {
                if let Some((text, cell)) = self.cell.take() {
                    let trimmed = trim(self.text, cell);
                    let span = Span::new(self.source, trimmed.start, trimmed.end);
                    self.out.parts += 1;
                    if let Some(row) = self.rows.last_mut() {
                        row.push(Cell { text: text.trim().to_owned(), span });
                    }
                }
            }
            TagEnd::Table => {
                let rows = std::mem::take(&mut self.rows);
                self.block(BlockKind::Table(rows), range);
            }
            TagEnd::Link => self.close_link(range, false),
            TagEnd::Image => self.close_link(range, true),
            _ => {}
        }
    }

    /// Blanks what of a link is not text; of an image, all.
    fn close_link(&mut self, range: Range<usize>, image: bool) {
        let Some((_, text_end)) = self.links.pop() else { return };
        if image {
            self.blank(range.clone());
        } else if text_end > range.start && text_end < range.end {
            self.blank(text_end..range.end);
            self.blank(range.start..range.start + 1);
        }
        self.inline("", &range);
    }

    fn paragraph(&mut self, range: Range<usize>) {
        let kind = if self.quotes > 0 {
            BlockKind::Quote
        } else if self.items.is_empty() {
            BlockKind::Paragraph
        } else {
            // The marker of the item belongs to its first paragraph.
            let start = self.items.last_mut().and_then(Option::take).unwrap_or(range.start);
            return self.block(BlockKind::Item, start..range.end);
        };
        self.block(kind, range);
    }

    fn heading(&mut self, level: u8, range: Range<usize>) {
        let inline = self.inline.take().filter(|(start, end)| start < end);
        let title = inline.map_or(range.end..range.end, |(start, end)| start..end);
        let title = if title.is_empty() { trim(self.text, range.clone()) } else { trim(self.text, title) };
        let source_line = self.text.get(range.clone()).unwrap_or("");
        let atx = source_line.trim_start().starts_with('#');
        let lines = self.text.get(title.clone()).unwrap_or("").lines().count();
        if !atx && (lines > 1 || title.len() > LONGEST_SETEXT) {
            return self.block(BlockKind::Paragraph, title);
        }
        if self.quotes > 0 || !self.items.is_empty() {
            self.flush_item(range.start);
            return self.block(BlockKind::Item, range);
        }
        let form = if atx { Form::Atx } else { Form::Setext };
        self.out.parts += 1;
        self.out.headings.push(Heading { range, title, level, form });
    }

    fn code(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        if matches!(kind, CodeBlockKind::Fenced(_)) {
            self.unclosed(&range);
        }
        self.block(BlockKind::Code, range.clone());
        self.blank(range);
    }

    /// Reports a fence that runs to the end of the file and hides text there.
    fn unclosed(&mut self, range: &Range<usize>) {
        let code = self.text.get(range.clone()).unwrap_or("");
        let rest = self.text.get(range.end..).unwrap_or("");
        if !rest.trim().is_empty() {
            return;
        }
        let open = code.lines().next().unwrap_or("").trim();
        let mark = open.chars().next().unwrap_or('`');
        let length = open.chars().take_while(|c| *c == mark).count();
        let last = code.lines().next_back().unwrap_or("").trim_start_matches([' ', '\t', '>']).trim_end();
        let closed = last.len() >= length && last.chars().all(|c| c == mark) && code.trim_end().lines().count() > 1;
        let swallowed = code.lines().skip(1).filter(|line| !line.trim().is_empty()).count();
        if closed || swallowed == 0 {
            return;
        }
        let fence = mark.to_string().repeat(length);
        let span = Span::new(self.source, range.start, range.start + open.len());
        let message = format!("code fence is never closed: it swallows the {} after it", count(swallowed, "line"));
        self.out.findings.push(
            Finding::new("gate/syntax-error", span, message).label("opened here").help(format!(
                "close the code with a line `{fence}` where it ends; everything after it is read as code"
            )),
        );
    }
}

/// How long the first line of a text is, without its end.
pub(super) fn line_length(text: &str) -> usize {
    memchr::memchr2(b'\n', b'\r', text.as_bytes()).unwrap_or(text.len())
}

/// A range without the white space at both ends.
pub(super) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let Some(slice) = text.get(range.clone()) else { return range.start..range.start };
    let start = range.start + (slice.len() - slice.trim_start().len());
    let end = range.start + slice.trim_end().len();
    start..end.max(start)
}
