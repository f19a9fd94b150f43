//! Front matter: the `---` block at the top of a card.
//!
//! The Hub takes a block that begins at the top, white space before it allowed,
//! and is closed by `---`; its pattern is
//! `^(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(\r\n|\n|$))`.
//! Anything else it shows as text, and the metadata is lost without a word. That
//! is what the findings here are for: rule `card/front-matter-invalid`. A card
//! with no front matter at all has nothing wrong with it.

use std::ops::Range;

use super::blocks::line_length;
use super::detect::is_hub_key;
use crate::finding::Finding;
use crate::parse::{Node, yaml};
use crate::rule::RuleId;
use crate::source::{SourceId, Span};
use crate::text::quote;

const RULE: &str = "card/front-matter-invalid";

/// A front matter that begins this many lines into the file was meant for its
/// top; one further down belongs to an example.
pub(super) const MISPLACED_WITHIN: usize = 12;

/// The front matter, and where the body begins.
pub(super) struct Front {
    pub(super) root: Node,
    pub(super) body_start: usize,
    pub(super) findings: Vec<Finding>,
    pub(super) sound: bool,
}

impl Front {
    fn none(at: Span) -> Self {
        Self { root: Node::map(at), body_start: at.start as usize, findings: Vec::new(), sound: true }
    }

    fn broken(body_start: usize, finding: Finding) -> Self {
        let root = Node::map(finding.primary.span);
        Self { root, body_start, findings: vec![finding], sound: false }
    }

    /// The keys that the lines of a front matter begin with that cannot be read: a
    /// card that is broken is a card all the same.
    pub(super) fn written(&self, text: &str) -> Vec<String> {
        if self.sound { Vec::new() } else { keys_at_top(text, WRITTEN_WITHIN).map(str::to_owned).collect() }
    }
}

/// Lines in which the keys of a front matter that cannot be read are looked for.
pub(super) const WRITTEN_WITHIN: usize = 100;

/// Whether a text begins with `---`, as front matter does.
pub(super) fn opened(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with("---")
}

/// Reads the front matter of a text.
pub(super) fn read(text: &str, source: SourceId) -> Front {
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    if let Some(front) = pointer_file(text, source) {
        return front;
    }
    let lines = Lines { text, at: bom };
    let opener = lines.clone().find(|line| !is_blank(text, line));
    let Some(opener) = opener else { return Front::none(Span::new(source, bom, bom)) };
    let mut front = match fence(text, &opener) {
        Some(ragged) => fenced(text, &opener, ragged, source),
        None => misplaced(text, bom, source),
    };
    if bom > 0 && !front.root.entries().is_empty() {
        let message = "a byte order mark stands before the front matter";
        let help = "save the file as UTF-8 without a byte order mark: tools that look for `---` in the first byte find no metadata";
        front.findings.push(Finding::new(RULE, Span::new(source, 0, bom), message).help(help));
    }
    front
}

/// The lines of a text, without their ends.
#[derive(Clone)]
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = line_length(rest);
        let line = self.at..self.at + length;
        self.at = line.end + end_length(self.text, line.end);
        Some(line)
    }
}

/// The length of the line end at `at`.
fn end_length(text: &str, at: usize) -> usize {
    match text.get(at..) {
        Some(rest) if rest.starts_with("\r\n") => 2,
        Some(rest) if rest.starts_with(['\n', '\r']) => 1,
        _ => 0,
    }
}

fn slice<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).unwrap_or("")
}

fn is_blank(text: &str, line: &Range<usize>) -> bool {
    slice(text, line).trim().is_empty()
}

/// Whether a line is a `---` fence, and whether spaces after it spoil it as an
/// opener.
fn fence(text: &str, line: &Range<usize>) -> Option<bool> {
    let line = slice(text, line).trim_start();
    (line.trim_end() == "---").then_some(line.len() > 3)
}

fn closes(text: &str, line: &Range<usize>) -> bool {
    slice(text, line).trim_end_matches([' ', '\t']) == "---"
}

/// The key of a line `key: …` that stands at its start.
fn key<'a>(text: &'a str, line: &Range<usize>) -> Option<&'a str> {
    let line = slice(text, line);
    let word = line.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    let (key, rest) = line.split_at_checked(word)?;
    let rest = rest.strip_prefix(':')?;
    (!key.is_empty() && (rest.is_empty() || rest.starts_with([' ', '\t']))).then_some(key)
}

/// What lines `key: …` begin with, of the first `within`, wherever a fence stands, whatever
/// their values are: enough to tell what a broken front matter was meant to be.
pub(super) fn keys_at_top(text: &str, within: usize) -> impl Iterator<Item = &str> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let lines = Lines { text, at: start }.filter(|line| !is_blank(text, line));
    lines.take(within).filter_map(|line| key(text, &line))
}

/// The keys of a front matter of which each line tells by itself what it is, so that it need
/// not be read as YAML to know them. `None` of any other, and of a long one. All of them are
/// among [`Front::written`] should it turn out that it cannot be read.
pub(super) fn plain_keys(text: &str) -> Option<Vec<&str>> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = Lines { text, at: start }.skip_while(|line| is_blank(text, line));
    fence(text, &lines.next()?)?;
    let mut keys = Vec::new();
    for line in lines.take(WRITTEN_WITHIN - 1) {
        if closes(text, &line) {
            return Some(keys);
        }
        let (key, line) = (key(text, &line), slice(text, &line));
        let of_a_value = line.is_empty() || line.starts_with(' ') || line.starts_with("- ");
        if !ends_what_it_opens(line) || key.is_none() && !of_a_value {
            return None;
        }
        keys.extend(key);
    }
    None
}

/// Whether nothing on a line of YAML but a block can go on in the next one: there are no quotes,
/// no comment that hides a bracket, and as many brackets are closed as opened.
fn ends_what_it_opens(line: &str) -> bool {
    let count = |brackets: [u8; 2]| line.bytes().filter(|byte| brackets.contains(byte)).count();
    !line.bytes().any(|byte| matches!(byte, b'"' | b'\'' | b'#')) && count(*b"[{") == count(*b"]}")
}

/// A pointer of git-LFS, where the card should be.
fn pointer_file(text: &str, source: SourceId) -> Option<Front> {
    let line = text.lines().next()?;
    if !line.starts_with("version https://git-lfs") {
        return None;
    }
    let message = "the card is a git-LFS pointer, not text: the Hub reads no metadata from it";
    let help = "take the file out of LFS (`git lfs untrack`, then add it again), or check it out with `git lfs pull`";
    let finding = Finding::new(RULE, Span::new(source, 0, line.len()), message).help(help);
    Some(Front::broken(text.len(), finding))
}

/// Front matter that begins where it should.
fn fenced(text: &str, opener: &Range<usize>, ragged: bool, source: SourceId) -> Front {
    let open = Span::new(source, opener.end - slice(text, opener).trim_start().len(), opener.end);
    let inner_start = opener.end + end_length(text, opener.end);
    let lines = Lines { text, at: inner_start };
    let Some(closer) = lines.clone().find(|line| closes(text, line)) else {
        return unclosed(text, &lines, open, source);
    };
    let body_start = closer.end + end_length(text, closer.end);
    let whole = Span::new(source, open.start as usize, closer.end);
    let inner = text.get(inner_start..closer.start).unwrap_or("");
    if inner.trim().is_empty() {
        let finding = Finding::new(RULE, whole, "front matter is blank")
            .help("write the metadata between the two `---` lines (`license`, `base_model`, `pipeline_tag`, …), or remove both");
        return Front::broken(body_start, finding);
    }
    let mut front = yaml_block(inner, inner_start, body_start, whole, source);
    if ragged {
        let message =
            "spaces after the opening `---`: the Hub does not take this for front matter and shows it as text";
        front.findings.push(Finding::new(RULE, open, message).help("remove the spaces after `---`"));
    }
    front
}

/// The first slot of a template, `{{ card_data }}`, in front matter that is no
/// YAML because of it.
fn slot(inner: &str) -> Option<Range<usize>> {
    Lines { text: inner, at: 0 }.find_map(|line| {
        let text = slice(inner, &line);
        let start = text.find("{{").or_else(|| text.find("{%"))?;
        let rest = text.get(start..)?;
        let length = rest.find("}}").or_else(|| rest.find("%}"))? + 2;
        Some(line.start + start..line.start + start + length)
    })
}

fn yaml_block(inner: &str, inner_start: usize, body_start: usize, whole: Span, source: SourceId) -> Front {
    let parsed = yaml::parse(inner, source, inner_start);
    let sound =
        parsed.root.is_some() && parsed.findings.iter().all(|finding| finding.rule.as_str() != "gate/syntax-error");
    if !sound && let Some(slot) = slot(inner) {
        let message = format!("front matter still holds `{}` of a template", quote(slice(inner, &slot)));
        let span = Span::new(source, inner_start + slot.start, inner_start + slot.end);
        let help =
            "write the metadata in its place (`license`, `base_model`, `pipeline_tag`, …), one `key: value` a line";
        return Front::broken(body_start, Finding::new(RULE, span, message).help(help));
    }
    let mut findings = parsed.findings;
    for finding in &mut findings {
        finding.rule = RuleId::new(RULE);
    }
    let root = match parsed.root {
        Some(root) if root.is_map() => return Front { root, body_start, findings, sound },
        Some(root) => root,
        None if findings.is_empty() => Node::null(whole),
        None => return Front { root: Node::map(whole), body_start, findings, sound: false },
    };
    let span = if root.span.start < root.span.end { root.span } else { whole };
    let message = if root.is_null() {
        "front matter is blank".to_owned()
    } else {
        format!("front matter is a {}, not a mapping of keys", root.type_name())
    };
    let help = "write one `key: value` a line, with a space after the colon, for example `license: apache-2.0`";
    findings.push(Finding::new(RULE, span, message).help(help));
    Front { root: Node::map(whole), body_start, findings, sound: false }
}

/// A `---` at the top that nothing closes: front matter where a key follows, a
/// line across the page where none does.
fn unclosed(text: &str, lines: &Lines<'_>, open: Span, source: SourceId) -> Front {
    let meant = lines.clone().find(|line| !is_blank(text, line)).is_some_and(|line| key(text, &line).is_some());
    if !meant {
        return Front::none(Span::new(source, open.end as usize, open.end as usize));
    }
    let ends = |line: &Range<usize>| is_blank(text, line) || slice(text, line).starts_with('#');
    let body_start = lines.clone().find(ends).map_or(text.len(), |line| line.start);
    let message = "front matter is never closed: the Hub shows it as text and reads no metadata";
    let help = "add a line `---` after the last key";
    Front::broken(body_start, Finding::new(RULE, open, message).label("opened here").help(help))
}

/// Front matter that is not at the top, or that has no opening fence.
fn misplaced(text: &str, start: usize, source: SourceId) -> Front {
    let lines = Lines { text, at: start };
    let none = || Front::none(Span::new(source, start, start));
    let mut before: Vec<Range<usize>> = Vec::new();
    for line in lines.filter(|line| !is_blank(text, line)).take(MISPLACED_WITHIN) {
        let rest = Lines { text, at: line.end + end_length(text, line.end) };
        let keyed = |line: &Range<usize>| key(text, line).is_some_and(is_hub_key);
        if before.is_empty() && keyed(&line) {
            return without_opener(text, &line, rest, source).unwrap_or_else(none);
        }
        let opens = slice(text, &line).trim() == "---" && rest.clone().next().is_some_and(|line| keyed(&line));
        let closer = if opens { rest.clone().take(500).find(|line| closes(text, line)) } else { None };
        if let Some(closer) = closer {
            return begins_late(text, &before, &line, &closer, source);
        }
        before.push(line);
    }
    none()
}

fn begins_late(
    text: &str,
    before: &[Range<usize>],
    open: &Range<usize>,
    closer: &Range<usize>,
    source: SourceId,
) -> Front {
    let first = before.first().map_or("", |line| slice(text, line).trim());
    let fenced = first.starts_with("```") || first.starts_with("~~~");
    let span = Span::new(source, open.start, open.end);
    let (message, help) = if fenced {
        (
            "front matter is inside a code fence: the Hub shows it as code and reads no metadata".to_owned(),
            "remove the fence around the card, so that `---` is the first line of the file",
        )
    } else {
        (
            format!("front matter begins after `{}`: the Hub shows it as text and reads no metadata", quote(first)),
            "move the block to the top of the file, so that `---` is its first line",
        )
    };
    let finding = Finding::new(RULE, span, message).help(help);
    // A title above it is part of the body, and any other line is not: over `---` it would be
    // read as a heading, and the keys as text.
    let titled = before.iter().find(|line| slice(text, line).trim_start().starts_with('#')).filter(|_| !fenced);
    let body_start = titled.map_or(closer.end + end_length(text, closer.end), |line| line.start);
    Front::broken(body_start, finding)
}

/// Keys at the top with no `---` before them: metadata if a `---` follows them,
/// there are at least two that the Hub knows, or the file has nothing else.
fn without_opener(text: &str, first: &Range<usize>, rest: Lines<'_>, source: SourceId) -> Option<Front> {
    let mut known = 1;
    let mut body_start = first.end;
    let mut closed = false;
    let mut more = false;
    for line in rest {
        body_start = line.start;
        if closes(text, &line) {
            body_start = line.end;
            closed = true;
            break;
        }
        let nested = slice(text, &line).starts_with([' ', '-']);
        match key(text, &line) {
            Some(key) => known += usize::from(is_hub_key(key)),
            None if nested => {}
            None => {
                more = text.get(line.start..).is_some_and(|rest| !rest.trim().is_empty());
                break;
            }
        }
    }
    if !closed && known < 2 && more {
        return None;
    }
    let message = "metadata has no `---` line before it: the Hub shows it as text and reads none of it";
    let help = "put a line `---` before the first key and another after the last";
    Some(Front::broken(body_start, Finding::new(RULE, Span::new(source, first.start, first.end), message).help(help)))
}
