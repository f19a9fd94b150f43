//! From events to the tree, on a stack of open collections.

use std::ops::Range;

use granit_parser::{Event, ScalarStyle, StructureStyle, Tag};

use super::alias::{Anchors, Copied};
use super::{place, scalar};
use crate::finding::Finding;
use crate::parse::build::{Entries, Ground, duplicate_key, report, syntax_error, too_deep, too_many};
use crate::parse::{Entry, MAX_ALIASES, MAX_DEPTH, MAX_NODES, Node, Scalar, ScalarKind, Value};
use crate::pointer::{Pointer, Step};
use crate::source::Span;
use crate::text::quote;

/// A key that waits for its value.
struct Key {
    text: Box<str>,
    span: Span,
    /// Where the key ends in the text.
    end: usize,
    /// Whether it is the merge key, whose value is left out.
    merge: bool,
}

enum Shape {
    Seq(Vec<Node>),
    Map(Entries, Option<Key>),
}

/// A collection that is not finished.
struct Frame {
    start: usize,
    /// Where its last content ended.
    end: usize,
    flow: bool,
    anchor: usize,
    shape: Shape,
}

/// A value with what only the text around it tells.
struct Piece {
    node: Node,
    /// Where its own text ends; for an alias, the end of the alias.
    end: usize,
    /// Whether it is `<<`, without quotes.
    merge: bool,
}

/// The tree under construction.
pub(super) struct Builder<'t> {
    ground: Ground<'t>,
    stack: Vec<Frame>,
    anchors: Anchors,
    nodes: usize,
    over_budget: bool,
    documents: usize,
    second: Range<usize>,
    /// The finished tree.
    pub(super) root: Option<Node>,
    /// What was wrong on the way.
    pub(super) findings: Vec<Finding>,
}

/// A finding that ends the reading.
type Fatal = Box<Finding>;

impl<'t> Builder<'t> {
    pub(super) fn new(ground: Ground<'t>) -> Self {
        Self {
            ground,
            stack: Vec::new(),
            anchors: Anchors::default(),
            nodes: 0,
            over_budget: false,
            documents: 0,
            second: 0..0,
            root: None,
            findings: Vec::new(),
        }
    }

    /// Notes what is wrong and goes on.
    fn report(&mut self, finding: Finding) {
        report(&mut self.findings, finding);
    }

    /// Whether this is another document after the first.
    pub(super) fn begin_document(&mut self, range: Range<usize>) -> bool {
        self.documents += 1;
        self.second = range;
        self.documents > 1
    }

    /// Reports the document that began last.
    pub(super) fn second_document(&mut self) {
        let Range { start, end } = self.second;
        let span = if start == end { self.ground.point(start) } else { self.ground.span(start, end) };
        self.report(
            syntax_error(span, "a second document begins here; one file holds one document")
                .help("move it to a file of its own"),
        );
    }

    /// The bracket of the innermost flow collection that is open.
    pub(super) fn open_bracket(&self) -> Option<Span> {
        self.stack.last().filter(|frame| frame.flow).map(|frame| self.ground.point(frame.start))
    }

    /// Takes the next event. `tag` is where its tag is written.
    pub(super) fn event(
        &mut self,
        event: Event<'_>,
        range: Range<usize>,
        tag: Option<Range<usize>>,
    ) -> Result<(), Fatal> {
        match event {
            Event::Scalar(text, style, anchor, kind) => {
                let place = tag.unwrap_or(range.clone());
                self.scalar(&text, style, anchor, kind.as_deref(), &range, &place)
            }
            Event::SequenceStart(style, anchor, kind) => {
                self.check_collection_tag(kind.as_deref(), "seq", tag);
                self.open(Shape::Seq(Vec::new()), style, anchor, &range)
            }
            Event::MappingStart(style, anchor, kind) => {
                self.check_collection_tag(kind.as_deref(), "map", tag);
                self.open(Shape::Map(Entries::default(), None), style, anchor, &range)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&range),
            Event::Alias(id) => self.alias(id, &range),
            Event::UnresolvedAlias(name) => {
                let span = self.ground.span(range.start, range.end);
                let message = format!("the alias `*{}` has no anchor above it", quote(&name));
                self.report(syntax_error(span, message).help("write the value out"));
                self.add(Piece { node: Node::null(span), end: range.end, merge: false }, 0)
            }
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        range: &Range<usize>,
        tag_range: &Range<usize>,
    ) -> Result<(), Fatal> {
        self.count(1, range.start)?;
        let absent = style == ScalarStyle::Plain && range.is_empty();
        let text = if absent { "" } else { text };
        let place = if absent {
            let at = self.absent(range.start);
            at..at
        } else {
            place::extent(self.ground, self.cursor(), text, style, range)
        };
        let kind = self.kind(text, style, tag, tag_range);
        let span = self.ground.span(place.start, place.end);
        let node = Node { span, value: Value::Scalar(Scalar { kind, text: text.into() }) };
        let merge = style == ScalarStyle::Plain && text == "<<";
        self.add(Piece { node, end: place.end, merge }, anchor)
    }

    /// The type of a scalar by its style and tag.
    fn kind(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, place: &Range<usize>) -> ScalarKind {
        let untagged = if style == ScalarStyle::Plain { scalar::resolve(text) } else { ScalarKind::String };
        let Some(tag) = tag else { return untagged };
        if is_plain_bang(tag) {
            return ScalarKind::String;
        }
        let Some(core) = tag.core_suffix() else {
            self.foreign_tag(place);
            return untagged;
        };
        if let Some(kind) = scalar::tagged(core, text) {
            return kind;
        }
        let message = format!("`{}` is not what its tag `!!{core}` says", quote(text));
        self.report(syntax_error(self.ground.span(place.start, place.end), message).help("remove the tag"));
        untagged
    }

    fn check_collection_tag(&mut self, tag: Option<&Tag>, core: &str, place: Option<Range<usize>>) {
        if let Some(tag) = tag
            && !is_plain_bang(tag)
            && tag.core_suffix() != Some(core)
        {
            self.foreign_tag(&place.unwrap_or(0..0));
        }
    }

    fn foreign_tag(&mut self, place: &Range<usize>) {
        let written = quote(self.ground.slice(place.start, place.end));
        let finding = syntax_error(
            self.ground.span(place.start, place.end),
            format!("the tag `{written}` is not read: only the tags of YAML's core schema are"),
        );
        self.report(finding.help("remove the tag, or write the value as plain text in quotes"));
    }

    /// Where the last thing that was read ended.
    pub(super) fn cursor(&self) -> usize {
        self.stack.last().map_or(0, |frame| match &frame.shape {
            Shape::Map(_, Some(key)) => key.end,
            _ => frame.end,
        })
    }

    /// The place of a value that is not written.
    fn absent(&self, at: usize) -> usize {
        let from = self.cursor();
        match self.stack.last().map(|frame| &frame.shape) {
            Some(Shape::Map(_, Some(_))) => place::after_colon(self.ground, from),
            Some(Shape::Seq(_)) => place::after_dash(self.ground, from),
            _ => at,
        }
    }

    fn open(&mut self, shape: Shape, style: StructureStyle, anchor: usize, range: &Range<usize>) -> Result<(), Fatal> {
        self.count(1, range.start)?;
        if self.stack.len() >= MAX_DEPTH {
            return Err(Box::new(too_deep(self.ground.point(range.start))));
        }
        let flow = style == StructureStyle::Flow && range.start < range.end;
        let (mut start, mut end) = (range.start, range.end);
        // Of a list in the column of its key the parser gives the first item.
        if let (Shape::Seq(_), StructureStyle::Block, Some(Shape::Map(_, Some(key)))) =
            (&shape, style, self.stack.last().map(|frame| &frame.shape))
            && let Some(dash) = place::first_dash(self.ground, key.end, range.start)
        {
            (start, end) = (dash, dash);
        }
        self.stack.push(Frame { start, end, flow, anchor, shape });
        Ok(())
    }

    fn close(&mut self, range: &Range<usize>) -> Result<(), Fatal> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let end = if frame.flow { range.end } else { frame.end };
        let value = match frame.shape {
            Shape::Seq(mut items) => {
                items.shrink_to_fit();
                Value::Seq(items)
            }
            Shape::Map(entries, _) => Value::Map(entries.into_vec()),
        };
        let node = Node { span: self.ground.span(frame.start, end), value };
        self.add(Piece { node, end, merge: false }, frame.anchor)
    }

    fn alias(&mut self, id: usize, range: &Range<usize>) -> Result<(), Fatal> {
        let span = self.ground.span(range.start, range.end);
        let room = MAX_DEPTH - self.stack.len().min(MAX_DEPTH);
        let node = match self.anchors.copy(id, room, MAX_NODES - self.nodes.min(MAX_NODES)) {
            Copied::Value(mut node, weight) => {
                self.count(weight.nodes, range.start)?;
                // A key is where it counts as one; a value where it is written.
                if matches!(self.stack.last().map(|frame| &frame.shape), Some(Shape::Map(_, None))) {
                    node.span = span;
                }
                node
            }
            Copied::Unfinished => {
                let name = quote(self.ground.slice(range.start, range.end));
                let message = format!("the alias `{name}` stands inside the value that it names");
                self.report(syntax_error(span, message).help("write the value out"));
                Node::null(span)
            }
            Copied::OverBudget => {
                if !self.over_budget {
                    let message = format!(
                        "the aliases of this document add up to more than is read \
                         ({MAX_ALIASES} aliases, {MAX_NODES} values, {MAX_DEPTH} levels)"
                    );
                    self.report(syntax_error(span, message).help("write the values out"));
                }
                self.over_budget = true;
                Node::null(span)
            }
        };
        self.add(Piece { node, end: range.end, merge: false }, 0)
    }

    /// Puts a finished value where it belongs.
    fn add(&mut self, piece: Piece, anchor: usize) -> Result<(), Fatal> {
        if anchor != 0 {
            self.anchors.keep(anchor, &piece.node);
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(piece.node);
            return Ok(());
        };
        frame.end = frame.end.max(piece.end);
        match &mut frame.shape {
            Shape::Seq(items) => items.push(piece.node),
            Shape::Map(_, waiting @ None) => {
                let key = key_of(piece)?;
                if key.merge {
                    report(&mut self.findings, merge_key(key.span));
                }
                *waiting = Some(key);
            }
            Shape::Map(entries, waiting) => {
                let Some(key) = waiting.take().filter(|key| !key.merge) else { return Ok(()) };
                let entry = Entry { key: key.text, key_span: key.span, value: piece.node };
                if let Some((text, first)) = entries.insert(entry) {
                    let finding = duplicate_key(&text, key.span, first, &self.pointer());
                    self.report(finding);
                }
            }
        }
        Ok(())
    }

    /// The way to the innermost open collection.
    fn pointer(&self) -> Pointer {
        let parents = self.stack.len().saturating_sub(1);
        let steps = self.stack.iter().take(parents).map(|frame| match &frame.shape {
            Shape::Seq(items) => Step::Index(items.len()),
            Shape::Map(_, key) => Step::Key(key.as_ref().map_or_else(String::new, |key| key.text.to_string())),
        });
        Pointer(steps.collect())
    }

    fn count(&mut self, more: usize, at: usize) -> Result<(), Fatal> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MAX_NODES { Err(Box::new(too_many(self.ground.point(at), MAX_NODES))) } else { Ok(()) }
    }
}

/// `!` alone: a string, whatever it looks like.
fn is_plain_bang(tag: &Tag) -> bool {
    matches!(tag.parts(), ("", "!") | ("!", ""))
}

/// The key that a value is, if it may be one.
fn key_of(piece: Piece) -> Result<Key, Fatal> {
    match piece.node.value {
        Value::Scalar(scalar) => {
            Ok(Key { text: scalar.text, span: piece.node.span, end: piece.end, merge: piece.merge })
        }
        _ => Err(Box::new(
            syntax_error(piece.node.span, "a list or a mapping cannot be a key").help("write the key as plain text"),
        )),
    }
}

fn merge_key(span: Span) -> Finding {
    syntax_error(
        span,
        "merge keys (`<<`) are not read: write the keys out, so that what a reviewer sees is what is checked",
    )
}
