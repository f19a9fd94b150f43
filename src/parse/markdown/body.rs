//! The sections of a Markdown body, their blocks, labels and links.
//!
//! A body is a flat list of sections in the order of the text. The first one has
//! no title: it is whatever stands before the first heading. Depth is relative,
//! because many cards use a first-level heading for every section.

use std::ops::Range;

use super::{blocks, html, lines};
use crate::finding::Finding;
use crate::source::{SourceId, Span};

/// The most headings, blocks, labels, links and cells of a body, each of which costs
/// a hundred times its text.
pub const MAX_PARTS: usize = 100_000;

/// A Markdown body.
#[derive(Clone, Debug)]
pub struct Body {
    /// The text that the body came from, byte for byte, in which everything that
    /// is not prose is blanked with spaces: front matter, code blocks, comments,
    /// HTML tags, targets of links, images. Code in running text is still there. Lines and offsets are those of the
    /// source, so a match in here is a place in there.
    pub prose: String,
    /// The sections; the first is the text before any heading.
    pub sections: Vec<Section>,
    /// All blocks, in order.
    pub blocks: Vec<Block>,
    /// All `Label: value` pairs, in order.
    pub labels: Vec<Label>,
    /// All links and images, in order.
    pub links: Vec<Link>,
    /// Code in running text, in order.
    pub code: Vec<Span>,
}

/// A heading and what stands under it, up to the next heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// 1 to 6 as written; a bold heading is one below the real heading above it,
    /// the text before any heading is 0.
    pub level: u8,
    /// The section that this one is a part of.
    pub parent: Option<usize>,
    /// The title as it reads: without markup, numbering and trailing `:` or `#`.
    pub title: String,
    /// The title for comparing: see [`super::normalize`].
    pub key: String,
    /// The characters of the title, without the marks that make it a heading.
    pub title_span: Span,
    /// How the heading is written.
    pub form: Form,
    /// From the end of the heading to the next heading.
    pub content: Span,
    /// Its own blocks, as a range of [`Body::blocks`].
    pub blocks: Range<usize>,
    /// Its own labels, as a range of [`Body::labels`].
    pub labels: Range<usize>,
}

/// How a heading is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// No heading at all: the text before the first one.
    Lead,
    /// `## Title`.
    Atx,
    /// A line underlined with `===` or `---`.
    Setext,
    /// `<h2>Title</h2>`.
    Html,
    /// `**Title**` alone on its line.
    Bold,
    /// `##Title`, which `CommonMark` takes for text.
    NoSpace,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Where it stands.
    pub span: Span,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A paragraph, or text in an HTML block.
    Paragraph,
    /// A list item, without the lists inside it.
    Item,
    /// A paragraph in a block quote.
    Quote,
    /// A code block.
    Code,
    /// A block of HTML.
    Html,
    /// An HTML comment.
    Comment,
    /// An image.
    Image,
    /// A table, pipe or HTML, header row first.
    Table(Vec<Vec<Cell>>),
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What it says, without markup.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A name and a value in running text or in a table of two columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// `Developed by`.
    pub name: String,
    /// The name for comparing: see [`super::normalize`].
    pub key: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The value without markup, items of a list on lines of their own.
    pub value: String,
    /// Where the value stands; empty, after the name, where there is none.
    pub value_span: Span,
    /// How it is written.
    pub form: LabelForm,
}

/// How a label is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelForm {
    /// `**Label:** value` or `**Label** value`.
    Bold,
    /// `Label: value`.
    Plain,
    /// A row of a table.
    Row,
}

/// A link or an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub target: String,
    /// All of it.
    pub span: Span,
    /// Whether it shows an image.
    pub image: bool,
}

/// A heading before sections are made of it.
#[derive(Clone, Debug)]
pub(super) struct Heading {
    /// All of it, marks included.
    pub(super) range: Range<usize>,
    /// The title's characters.
    pub(super) title: Range<usize>,
    pub(super) level: u8,
    pub(super) form: Form,
}

impl Body {
    /// Whether `ancestor` is `section` or holds it.
    pub fn is_within(&self, section: usize, ancestor: usize) -> bool {
        let mut at = Some(section);
        while let Some(index) = at {
            if index == ancestor {
                return true;
            }
            // A parent always comes before its child, so this ends.
            at = self.sections.get(index).and_then(|section| section.parent).filter(|parent| *parent < index);
        }
        false
    }

    /// The blocks of a section, without those of its sub-sections.
    pub fn blocks_of(&self, section: &Section) -> &[Block] {
        self.blocks.get(section.blocks.clone()).unwrap_or_default()
    }

    /// The labels of a section, without those of its sub-sections.
    pub fn labels_of(&self, section: &Section) -> &[Label] {
        self.labels.get(section.labels.clone()).unwrap_or_default()
    }

    /// The prose under a span.
    pub fn prose_of(&self, span: Span) -> &str {
        self.prose.get(span.range()).unwrap_or("")
    }
}

/// Reads the body that begins at `start`.
pub(super) fn read(text: &str, start: usize, source: SourceId) -> (Body, Vec<Finding>) {
    let mut scan = blocks::scan(text, start, source);
    let page = html::scan(&scan.markup.into_text(), text, source);
    for range in page.blanks.iter().cloned() {
        scan.prose.blank(range);
    }
    let prose = scan.prose.into_text();
    scan.headings.retain(|heading| !page.hides(heading.range.start));
    scan.blocks.retain(|block| !page.hides(block.span.start as usize) || block.kind == BlockKind::Code);
    scan.headings.extend(page.headings.iter().cloned());
    let found = lines::scan(text, &prose, &scan.blocks, source);
    if scan.parts + page.parts() + found.parts() > MAX_PARTS {
        let sections = sections(text, start, &[], source, &[], &[]);
        let body =
            Body { prose, sections, blocks: Vec::new(), labels: Vec::new(), links: Vec::new(), code: Vec::new() };
        return (body, vec![too_many(Span::new(source, start, start))]);
    }
    scan.headings.extend(found.headings);
    scan.headings.sort_by_key(|heading| (heading.range.start, heading.range.end));
    scan.headings.dedup_by(|later, earlier| later.range.start < earlier.range.end);
    let mut blocks = lines::without_headings(scan.blocks, &scan.headings, &prose);
    blocks.extend(page.blocks);
    blocks.sort_by_key(|block| (block.span.start, block.span.end));
    let mut labels = found.labels;
    labels.extend(lines::rows(&blocks));
    labels.sort_by_key(|label| (label.name_span, label.value_span));
    labels.dedup_by(|later, earlier| later.name_span == earlier.name_span);
    labels.retain(|label| !holds(&scan.headings, label.name_span.start as usize));
    let sections = sections(text, start, &scan.headings, source, &blocks, &labels);
    (Body { prose, sections, blocks, labels, links: scan.links, code: scan.code }, scan.findings)
}

/// More parts than [`MAX_PARTS`].
fn too_many(span: Span) -> Finding {
    let message = format!(
        "this file is not readable: it has more than {MAX_PARTS} headings, paragraphs, items, labels, links and cells, \
         which is the most that are read"
    );
    Finding::new("gate/file-unreadable", span, message)
        .help("write what a reviewer reads, and put data into files beside it")
}

/// Whether one of the headings, in order, stands over `at`.
fn holds(headings: &[Heading], at: usize) -> bool {
    let next = headings.partition_point(|heading| heading.range.start <= at);
    next.checked_sub(1).and_then(|index| headings.get(index)).is_some_and(|heading| at < heading.range.end)
}

/// Makes sections of headings, with the blocks and labels that stand in each.
fn sections(
    text: &str,
    start: usize,
    headings: &[Heading],
    source: SourceId,
    blocks: &[Block],
    labels: &[Label],
) -> Vec<Section> {
    let mut out: Vec<Section> = Vec::with_capacity(headings.len() + 1);
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut real_level = 0;
    let end_of = |index: usize| headings.get(index).map_or(text.len(), |heading| heading.range.start);
    let lead_end = end_of(0).max(start);
    out.push(section(source, 0, None, "", start..start, Form::Lead, start..lead_end));
    for (index, heading) in headings.iter().enumerate() {
        let level = if heading.form == Form::Bold { real_level + 1 } else { heading.level };
        if heading.form != Form::Bold {
            real_level = level;
        }
        while open.last().is_some_and(|(above, _)| *above >= level) {
            open.pop();
        }
        let parent = open.last().map(|(_, parent)| *parent);
        open.push((level, out.len()));
        let raw = text.get(heading.title.clone()).unwrap_or("");
        let content = heading.range.end..end_of(index + 1).max(heading.range.end);
        out.push(section(source, level, parent, raw, heading.title.clone(), heading.form, content));
    }
    let (mut block, mut label) = (0, 0);
    for at in 0..out.len() {
        let end = out.get(at + 1).map_or(u32::MAX, |next| next.title_span.start);
        let first_block = block;
        while blocks.get(block).is_some_and(|block| block.span.start < end) {
            block += 1;
        }
        let first_label = label;
        while labels.get(label).is_some_and(|label| label.name_span.start < end) {
            label += 1;
        }
        if let Some(section) = out.get_mut(at) {
            section.blocks = first_block..block;
            section.labels = first_label..label;
        }
    }
    out
}

fn section(
    source: SourceId,
    level: u8,
    parent: Option<usize>,
    raw: &str,
    title: Range<usize>,
    form: Form,
    content: Range<usize>,
) -> Section {
    let plain = super::plain_title(raw);
    Section {
        level,
        parent,
        key: super::normalize(&plain),
        title: plain,
        title_span: Span::new(source, title.start, title.end),
        form,
        content: Span::new(source, content.start, content.end),
        blocks: 0..0,
        labels: 0..0,
    }
}
