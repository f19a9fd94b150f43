//! What authors write on one line: bold headings, `#Title`, `Label: value`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Match, Regex};

use super::blocks::{line_length, trim};
use super::body::{Block, BlockKind, Form, Heading, Label, LabelForm, MAX_PARTS};
use super::{normalize, plain_title};
use crate::source::{SourceId, Span};

/// More words than this are a sentence, not the name of anything.
const LONGEST_NAME: usize = 10;

#[expect(clippy::expect_used, reason = "the patterns are literals, and a test runs each")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

/// The most characters of a name, by how it is written. They are counted here and
/// not in the patterns, to which counting costs milliseconds when they are built.
const LONGEST_BOLD: usize = 120;
const LONGEST_PLAIN: usize = 81;
const LONGEST_TITLE: usize = 119;

fn within(text: &str, most: usize) -> bool {
    text.chars().nth(most).is_none()
}

/// Markers of quotes, lists and tasks before the text of a line.
static MARKERS: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:\s|>|[-*+•]\s+|[0-9]{1,3}[.)]\s+|\[[ xX]\]\s)*"));
/// A line that is bold from end to end.
static BOLD: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^(?:\*\*\*?|__)(?P<title>[^*]+?)(?:\*\*\*?|__)\s*[:：]?\s*\\?$"));
/// `**Name:** value`, `**Name**: value`, `**Name** value`.
static BOLD_LABEL: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^(?:\*\*|__)(?P<name>[^*\n]+?)(?:\*\*|__)[ \t\u{a0}]*(?P<colon>[:：–—-]?)"));
/// `Name: value`, `_Name_: value`.
static PLAIN_LABEL: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^[_*]?(?P<name>[^:：*`|<>{}\[\]=\n]+?)[_*]?[ \t]?[:：](?:[ \t\u{a0}]|[_*]|$)"));
/// `##Title`.
static NO_SPACE: LazyLock<Regex> = LazyLock::new(|| regex(r"^ {0,3}(?P<marks>#{1,6})(?P<title>[*_]{0,2}\p{Lu}.*)$"));

/// What the pass over lines finds.
#[derive(Default)]
pub(super) struct Found {
    pub(super) headings: Vec<Heading>,
    pub(super) labels: Vec<Label>,
}

impl Found {
    /// How many headings and labels there are.
    pub(super) fn parts(&self) -> usize {
        self.headings.len() + self.labels.len()
    }
}

/// A label whose value is still growing.
struct Open {
    label: Label,
    indent: usize,
    item: bool,
    block: usize,
    end: usize,
}

/// The state of the pass.
struct Pass<'a> {
    text: &'a str,
    prose: &'a str,
    source: SourceId,
    found: Found,
    open: Option<Open>,
}

/// Reads the lines of paragraphs and list items.
pub(super) fn scan(text: &str, prose: &str, blocks: &[Block], source: SourceId) -> Found {
    let mut pass = Pass { text, prose, source, found: Found::default(), open: None };
    for (number, block) in blocks.iter().enumerate() {
        if !matches!(block.kind, BlockKind::Item | BlockKind::Paragraph | BlockKind::Quote) {
            pass.close();
            continue;
        }
        for (index, line) in lines(text, block.span.range()).enumerate() {
            if pass.found.parts() > MAX_PARTS {
                return pass.found;
            }
            pass.line(number, block, index == 0, &line);
        }
    }
    pass.close();
    pass.found
}

impl Pass<'_> {
    /// Takes in a line of a block: a heading, a label, more of the value of the
    /// open label, or none of these.
    fn line(&mut self, number: usize, block: &Block, first: bool, line: &Range<usize>) {
        let markers = markers(self.text.get(line.clone()).unwrap_or(""));
        let at = line.start + markers..line.end;
        if self.prose.get(at.clone()).is_none_or(|seen| seen.trim().is_empty()) {
            return;
        }
        let content = self.text.get(at.clone()).unwrap_or("");
        let heading = || bold_heading(content, &at).or_else(|| no_space(self.text, line));
        if let Some(heading) = Some(()).filter(|()| block.kind == BlockKind::Paragraph).and_then(|()| heading()) {
            self.close();
            self.found.headings.push(heading);
            return;
        }
        let item = block.kind == BlockKind::Item;
        let indent = line.start - line_start(self.text, line.start);
        if let Some((label, value)) = label(content, &at, self.source) {
            self.close();
            self.open = Some(Open { label, indent, item, block: number, end: at.end.max(value) });
            return;
        }
        let nested = |open: &Open| item && open.item && indent > open.indent;
        let goes_on = |open: &Open| open.block == number && !(first && item) || nested(open);
        match &mut self.open {
            Some(open) if goes_on(open) => open.end = line.end,
            _ => self.close(),
        }
    }

    /// Ends a label: its value is all the text that was taken in.
    fn close(&mut self) {
        let Some(Open { mut label, end, .. }) = self.open.take() else { return };
        let start = label.value_span.start as usize;
        let value = trim(self.text, start..end.max(start));
        let raw = self.text.get(value.clone()).unwrap_or("");
        label.value = raw.lines().map(plain_value).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
        label.value_span = Span::new(label.name_span.source, value.start, value.end);
        self.found.labels.push(label);
    }
}

/// How far back the start of a line is looked for: thousands of items on one line
/// must not each read all of it.
const LINE_REACH: usize = 2000;

/// Where the line of a place begins, or the farthest place that is looked at.
fn line_start(text: &str, at: usize) -> usize {
    let mut low = at.saturating_sub(LINE_REACH);
    while !text.is_char_boundary(low) {
        low += 1;
    }
    let before = text.get(low..at).unwrap_or("");
    memchr::memrchr2(b'\n', b'\r', before.as_bytes()).map_or(low, |end| low + end + 1)
}

/// A line of a value without markers and emphasis.
fn plain_value(line: &str) -> String {
    let text = line.get(markers(line)..).unwrap_or("").replace("**", "").replace("__", "").replace('`', "");
    text.trim_matches(|c: char| c.is_whitespace() || c == '*' || c == '\\').to_owned()
}

/// The lines of a range, without their ends.
fn lines(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = range.start;
    let end = range.end;
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let rest = text.get(at..end)?;
        let length = line_length(rest);
        let line = at..at + length;
        let crlf = rest.get(length..).is_some_and(|rest| rest.starts_with("\r\n"));
        at = line.end + if crlf { 2 } else { 1 };
        Some(line)
    })
}

/// How many bytes of a line are the markers that it begins with.
fn markers(line: &str) -> usize {
    if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    MARKERS.find(line).map_or(0, |markers| markers.end())
}

/// Whether a text begins as the patterns of bold text want it.
fn is_bold(content: &str) -> bool {
    content.starts_with("**") || content.starts_with("__")
}

fn bold_heading(content: &str, at: &Range<usize>) -> Option<Heading> {
    if !is_bold(content) {
        return None;
    }
    let found = BOLD.captures(content.trim_end())?;
    let title = found.name("title")?;
    let plain = plain_title(title.as_str());
    let sentence = plain.ends_with(['.', '!', ',']) || plain.split_whitespace().count() > LONGEST_NAME;
    if plain.is_empty() || sentence || plain.contains(": ") || !plain.chars().any(char::is_alphabetic) {
        return None;
    }
    let span = at.start + title.start()..at.start + title.end();
    Some(Heading { range: at.clone(), title: span, level: 0, form: Form::Bold })
}

fn no_space(text: &str, line: &Range<usize>) -> Option<Heading> {
    let whole = text.get(line.clone()).filter(|whole| whole.trim_start_matches(' ').starts_with('#'))?;
    let found = NO_SPACE.captures(whole)?;
    let (marks, title) = (found.name("marks")?, found.name("title")?);
    let words = title.as_str().split_whitespace().count();
    let short = within(title.as_str().trim_start_matches(['*', '_']), LONGEST_TITLE);
    if !short || words > LONGEST_NAME || title.as_str().contains(" #") {
        return None;
    }
    let level = u8::try_from(marks.len()).unwrap_or(6);
    let span = line.start + title.start()..line.start + title.end();
    Some(Heading { range: line.clone(), title: trim(text, span), level, form: Form::NoSpace })
}

/// What a pattern finds, and the name in it unless that is too long for one.
fn named<'t>(pattern: &Regex, content: &'t str, longest: usize) -> Option<(Match<'t>, Match<'t>)> {
    let found = pattern.captures(content)?;
    let name = found.name("name").filter(|name| within(name.as_str(), longest))?;
    Some((found.get(0)?, name))
}

/// A label at the start of a line, and where its value begins.
fn label(content: &str, at: &Range<usize>, source: SourceId) -> Option<(Label, usize)> {
    let bold = if is_bold(content) { named(&BOLD_LABEL, content, LONGEST_BOLD) } else { None };
    let (form, (found, name)) = match bold {
        Some(found) => (LabelForm::Bold, found),
        None if content.contains(':') || content.contains('：') => {
            let found = named(&PLAIN_LABEL, content, LONGEST_PLAIN);
            (LabelForm::Plain, found.filter(|(_, name)| name.as_str().starts_with(char::is_alphabetic))?)
        }
        None => return None,
    };
    let plain = plain_title(name.as_str());
    let value_starts = found.end();
    let rest = content.get(value_starts..)?.trim_start_matches(['*', '_', ' ', '\t', '\u{a0}']);
    let words = plain.split_whitespace().count();
    let is_name = (1..=LONGEST_NAME).contains(&words) && plain.chars().any(char::is_alphabetic);
    if !is_name || plain.contains(". ") || rest.starts_with("//") {
        return None;
    }
    let inner = name.as_str().trim_end_matches([':', '：', ' ', '\t']);
    let lead = inner.len() - inner.trim_start().len();
    let name_span = Span::new(source, at.start + name.start() + lead, at.start + name.start() + inner.len());
    let value = at.end - rest.len();
    let label = Label {
        key: normalize(&plain),
        name: plain,
        name_span,
        value: String::new(),
        value_span: Span::new(source, value, value),
        form,
    };
    Some((label, value))
}

/// Blocks without the heading lines inside them.
pub(super) fn without_headings(blocks: Vec<Block>, headings: &[Heading], prose: &str) -> Vec<Block> {
    let mut out = Vec::with_capacity(blocks.len());
    for block in blocks {
        let range = block.span.range();
        let first = headings.partition_point(|heading| heading.range.end <= range.start);
        let inside = headings.iter().skip(first).take_while(|heading| heading.range.start < range.end);
        let mut from = range.start;
        let mut cut = false;
        for heading in inside {
            cut = true;
            push_piece(&mut out, &block, from..heading.range.start, prose);
            from = heading.range.end.max(from);
        }
        if cut {
            push_piece(&mut out, &block, from..range.end, prose);
        } else {
            out.push(block);
        }
    }
    out
}

fn push_piece(out: &mut Vec<Block>, block: &Block, range: Range<usize>, prose: &str) {
    let piece = trim(prose, range);
    if !piece.is_empty() {
        out.push(Block { kind: block.kind.clone(), span: Span::new(block.span.source, piece.start, piece.end) });
    }
}

/// The labels in tables of two columns, and of more where the first is a name.
pub(super) fn rows(blocks: &[Block]) -> Vec<Label> {
    let mut labels = Vec::new();
    for block in blocks {
        let BlockKind::Table(rows) = &block.kind else { continue };
        let header = rows.first().map(Vec::as_slice).unwrap_or_default();
        let named = header.first().is_some_and(|cell| is_key_header(&normalize(&cell.text)));
        for (number, row) in rows.iter().enumerate() {
            let pair = row.len() == 2 || named || header.iter().all(|cell| cell.text.is_empty());
            let (Some(name), Some(value)) = (row.first(), row.get(1)) else { continue };
            // A header row names columns; in a table of one row it is the content.
            let is_header = number == 0 && rows.len() > 1;
            if !pair || is_header || name.text.is_empty() || name.text.split_whitespace().count() > LONGEST_NAME {
                continue;
            }
            let plain = plain_title(&name.text);
            labels.push(Label {
                key: normalize(&plain),
                name: plain,
                name_span: name.span,
                value: plain_value(&value.text),
                value_span: value.span,
                form: LabelForm::Row,
            });
        }
    }
    labels
}

/// Whether the first column of a table under this header holds names.
fn is_key_header(header: &str) -> bool {
    matches!(
        header,
        "" | "key" | "property" | "field" | "item" | "attribute" | "aspect" | "section" | "category" | "detail"
    )
}

#[cfg(test)]
mod tests {
    use super::{LINE_REACH, line_start};

    #[test]
    fn the_start_of_a_line_is_looked_for_nearby() {
        assert_eq!(line_start("one\n  two", 6), 4);
        assert_eq!(line_start("one", 2), 0);
        let long = "é".repeat(LINE_REACH);
        assert_eq!(line_start(&long, 2 * LINE_REACH), LINE_REACH);
    }
}
