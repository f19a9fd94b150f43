//! Following selectors: what they hit, and where and why they miss.
//!
//! A selector never comes back empty-handed: where it finds nothing it says so
//! with a [`Miss`], which knows the deepest node that is there and the reason.
//! So nothing passes because there was nothing to look at.

use std::cell::Cell;
use std::fmt::Write as _;

use jiff::civil::Date;
use smallvec::{SmallVec, smallvec};

use super::Subject;
use super::join::Join;
use super::select::{Root, Segment, Selector, Wanted};
use super::vocab::link::Astray;
use super::way::{PathStep, Way};
use crate::parse::{Entry, Node, Value};
use crate::pointer::{Pointer, Step};
use crate::source::Span;
use crate::text::{did_you_mean, quote};

/// The most steps that one rule takes over one document before it gives up and
/// fails: nested `each` over unrelated lists multiply.
pub(super) const STEP_BUDGET: u32 = 1_000_000;

/// How often one rule suggests a word of a list over one document.
pub(super) const HINTS: u32 = 256;

/// Which tree a node is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The document under judgement.
    Doc,
    /// What was derived from it.
    Facts,
    /// The pack's own lists.
    Data,
    /// A linked document.
    Link,
}

/// A node that a selector found.
#[derive(Clone, Debug)]
pub(super) struct Hit<'a> {
    /// The node.
    pub(super) node: &'a Node,
    /// Where its key stands, or itself where it has none.
    pub(super) key_span: Span,
    /// Which tree it is of.
    pub(super) origin: Origin,
    /// The way from the root of that tree.
    way: Way<'a>,
}

impl<'a> Hit<'a> {
    /// A tree as a whole.
    pub(super) fn root(node: &'a Node, origin: Origin) -> Self {
        let first = node.entries().first().filter(|_| origin != Origin::Facts);
        let key_span = first.map_or(node.span, |entry| entry.key_span);
        Self { node, key_span, origin, way: Way::default() }
    }

    /// Where to show its value: a scalar by its own bytes, or its key where it
    /// has none; a mapping or list, which may go on for many lines, by its key.
    pub(super) fn span(&self) -> Span {
        let own = self.node.scalar().is_some() || self.origin == Origin::Facts;
        if own && self.node.span.start < self.node.span.end { self.node.span } else { self.key_span }
    }

    /// The way to the node in its document; the root for what is not of one.
    pub(super) fn pointer(&self) -> Pointer {
        if matches!(self.origin, Origin::Facts | Origin::Data) {
            return Pointer::root();
        }
        let steps = self.way.steps().into_iter().map(|step| match step {
            PathStep::Key(key) => Step::Key(key.to_owned()),
            PathStep::Item(index, _) => Step::Index(index),
        });
        Pointer(steps.collect())
    }

    /// The way to the node with list items named by their `id` or `name` where
    /// they have one: `steps[id=sign-off].status`.
    pub(super) fn keyed_path(&self) -> String {
        let mut out = String::new();
        for step in self.way.steps() {
            match step {
                PathStep::Key(key) => {
                    if !out.is_empty() {
                        out.push('.');
                    }
                    out.push_str(key);
                }
                PathStep::Item(index, item) => {
                    // Writing to a string cannot fail.
                    let _ = match identity(item) {
                        Some((key, value)) => write!(out, "[{key}={value}]"),
                        None => write!(out, "[{index}]"),
                    };
                }
            }
        }
        out
    }

    /// The name that a message gives it: its last key, or its place in a list.
    pub(super) fn name(&self) -> String {
        match self.way.last() {
            Some(PathStep::Key(key)) => quote(key),
            Some(PathStep::Item(index, item)) => match identity(item) {
                Some((_, value)) => quote(value),
                None => format!("item {}", index + 1),
            },
            None => match self.origin {
                Origin::Doc | Origin::Link => "the document",
                Origin::Facts => "facts",
                Origin::Data => "data",
            }
            .to_owned(),
        }
    }

    /// What tells a list item from its siblings, if anything does.
    pub(super) fn id(&self) -> Option<&'a str> {
        identity(self.node).map(|(_, value)| value)
    }

    /// The value of a key or, in a list, the item with that id.
    pub(super) fn child(&self, name: &str) -> Option<Self> {
        if let Some(entry) = self.node.entry(name) {
            return Some(self.clone().down(PathStep::Key(&entry.key), &entry.value, entry.key_span));
        }
        let (at, item) = self
            .node
            .items()
            .iter()
            .enumerate()
            .find(|(_, item)| identity(item).is_some_and(|(_, value)| value == name))?;
        Some(self.clone().down(PathStep::Item(at, item), item, item.span))
    }

    /// The node one step of a way down.
    pub(super) fn step_down(&self, step: &Step) -> Option<Self> {
        match step {
            Step::Key(key) => {
                let entry = self.node.entry(key)?;
                Some(self.clone().down(PathStep::Key(&entry.key), &entry.value, entry.key_span))
            }
            Step::Index(index) => {
                let item = self.node.items().get(*index)?;
                Some(self.clone().down(PathStep::Item(*index, item), item, item.span))
            }
        }
    }

    /// Whether it is a tree as a whole.
    pub(super) fn is_root(&self) -> bool {
        self.way.is_empty()
    }

    /// The items of a list, one by one.
    pub(super) fn items(&self) -> impl Iterator<Item = Self> {
        let down = |(at, item)| self.clone().down(PathStep::Item(at, item), item, item.span);
        self.node.items().iter().enumerate().map(down)
    }

    fn down(self, step: PathStep<'a>, node: &'a Node, key_span: Span) -> Self {
        Self { node, key_span, way: self.way.then(step), ..self }
    }
}

fn identity(node: &Node) -> Option<(&'static str, &str)> {
    ["id", "name"].into_iter().find_map(|key| node.get(key).and_then(Node::text).map(|value| (key, value)))
}

/// Why a selector found nothing.
#[derive(Clone, Debug)]
pub(super) enum Why<'a> {
    /// A key is not there.
    Key(&'a str),
    /// The value is null, or there is nothing after the colon.
    Null,
    /// The list has no items.
    EmptyList,
    /// The list has fewer items.
    Index(i64),
    /// No item with that value under that key.
    NoEntry(&'a str, String),
    /// Nothing is linked under that name.
    NoLink(&'a str),
    /// A reference that leads to no single document.
    Astray(Astray),
    /// The mapping does not fit a schema for want of this key.
    Unfit(String),
    /// A value of another shape.
    Expected(&'static str),
    /// The value of `{…}` in a selector is not to be had.
    NoReference(&'a str),
}

/// A place where a selector found nothing.
#[derive(Clone, Debug)]
pub(super) struct Miss<'a> {
    /// The deepest node that is there.
    pub(super) at: Hit<'a>,
    /// What is missing below it.
    pub(super) why: Why<'a>,
}

impl Miss<'_> {
    /// Whether nothing is there, rather than something of the wrong shape: only
    /// an absence is excused by `optional` or `min: 0`.
    pub(super) fn is_absence(&self) -> bool {
        !matches!(self.why, Why::Expected(_) | Why::Astray(_) | Why::Unfit(_))
    }

    /// Where to show it: the key of the deepest node that is there.
    pub(super) fn span(&self) -> Span {
        match self.why {
            Why::Expected(_) | Why::Astray(_) => self.at.span(),
            _ => self.at.key_span,
        }
    }

    /// What is missing, to tell it from other misses at the same node.
    pub(super) fn key(&self) -> String {
        match &self.why {
            Why::Key(key) | Why::NoLink(key) => (*key).to_owned(),
            Why::NoEntry(key, value) => format!("{key}={value}"),
            Why::Index(index) => index.to_string(),
            Why::Unfit(key) => key.clone(),
            Why::Null | Why::EmptyList | Why::Expected(_) | Why::Astray(_) | Why::NoReference(_) => String::new(),
        }
    }

    /// The reason as a message gives it.
    pub(super) fn reason(&self) -> String {
        let name = self.at.name();
        match &self.why {
            Why::Key(key) => {
                let siblings = self.at.node.entries().iter().map(|entry| &*entry.key);
                format!("missing `{}`{}", quote(key), suggestion(key, siblings))
            }
            Why::Null => format!("`{name}` is empty"),
            Why::EmptyList => format!("`{name}` is an empty list"),
            Why::Index(index) => format!("`{name}` has no item {}", position(*index)),
            Why::NoEntry(key, value) => {
                let values = self.at.node.items().iter().filter_map(|item| item.get(key).and_then(Node::text));
                format!("no entry with {key} `{}` in `{name}`{}", quote(value), suggestion(value, values))
            }
            Why::NoLink(link) => format!("no linked {}", link.replace(['_', '-'], " ")),
            Why::Astray(astray) => astray.reason.clone(),
            Why::Unfit(key) => format!("missing `{key}`"),
            Why::Expected(wanted) => {
                format!("`{name}`: expected {wanted}, found {}", self.at.node.type_name())
            }
            Why::NoReference(selector) => format!("missing `{selector}`"),
        }
    }
}

/// The most words that a misspelt one is compared with.
const CANDIDATES: usize = 1_000;

/// The longest word, in bytes, that anything is suggested for.
const WORD: usize = 80;

/// `; did you mean …?` or nothing.
pub(super) fn suggestion<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    if word.len() > WORD {
        return String::new();
    }
    let near = candidates.into_iter().take(CANDIDATES).filter(|candidate| candidate.len() <= 2 * WORD);
    did_you_mean(word, near).map_or_else(String::new, |near| format!("; did you mean `{}`?", quote(near)))
}

/// The items of a list counted as people do.
fn position(index: i64) -> String {
    match index {
        -1 => "at its end".to_owned(),
        index if index < 0 => format!("{} from its end", index.unsigned_abs()),
        index => (index + 1).to_string(),
    }
}

/// Nodes that a selector found: one, mostly.
pub(super) type Hits<'a> = SmallVec<[Hit<'a>; 1]>;

/// What a selector found and did not find.
#[derive(Clone, Debug, Default)]
pub(super) struct Found<'a> {
    /// Nodes that are there and not null.
    pub(super) hits: Hits<'a>,
    /// Places where one should have been; never empty where `hits` is.
    pub(super) misses: Vec<Miss<'a>>,
}

/// Everything that selectors of one rule can see.
pub(super) struct Scope<'a> {
    /// The document under judgement.
    pub(super) subject: &'a Subject<'a>,
    /// The data of the rule's pack.
    pub(super) data: &'a Node,
    /// The links that the pack names.
    pub(super) joins: &'a [Join],
    /// The day of the run.
    pub(super) as_of: Date,
    /// What `let` and `each` named, innermost last.
    pub(super) names: Vec<(&'a str, Found<'a>)>,
    /// How many steps are left.
    pub(super) budget: Cell<u32>,
    /// Whether reasons are wanted; not of conditions, which fail all the time.
    pub(super) explain: Cell<bool>,
    /// How many suggestions from lists are left.
    pub(super) hints: Cell<u32>,
}

impl<'a> Scope<'a> {
    /// The document as a whole.
    pub(super) fn root(&self) -> Hit<'a> {
        Hit::root(self.subject.doc, Origin::Doc)
    }

    /// What `look` makes of these surroundings with one more name in them.
    pub(super) fn within<T>(&self, name: &'a str, found: Found<'a>, look: impl FnOnce(&Self) -> T) -> T {
        let mut names = self.names.clone();
        names.push((name, found));
        let inner = Self {
            subject: self.subject,
            data: self.data,
            joins: self.joins,
            as_of: self.as_of,
            names,
            budget: self.budget.clone(),
            explain: self.explain.clone(),
            hints: self.hints.clone(),
        };
        let result = look(&inner);
        self.budget.set(inner.budget.get());
        self.hints.set(inner.hints.get());
        result
    }

    /// `; did you mean …?` from a list that may be long.
    pub(super) fn hint<'c>(&self, word: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
        let left = self.hints.get();
        self.hints.set(left.saturating_sub(1));
        if left == 0 { String::new() } else { suggestion(word, candidates) }
    }

    /// A reason, where one is wanted.
    pub(super) fn say(&self, words: impl FnOnce() -> String) -> String {
        if self.explain.get() { words() } else { String::new() }
    }

    /// Takes one step; false when there are none left.
    pub(super) fn spend(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0
    }

    /// Follows a selector to all the nodes that it means.
    pub(super) fn find(&self, selector: &'a Selector) -> Found<'a> {
        let mut misses = Vec::new();
        let mut front = self.start(&selector.root, &mut misses);
        let mut left = &*selector.segments;
        loop {
            let keys = left.iter().take_while(|segment| matches!(segment, Segment::Key(_))).count();
            let (keys, rest) = left.split_at(keys);
            self.down_keys(&mut front, keys, &mut misses);
            let Some((segment, rest)) = rest.split_first() else { break };
            let mut next = Hits::new();
            for hit in front {
                self.step(hit, segment, &mut next, &mut misses);
            }
            (front, left) = (next, rest);
        }
        front.retain(|hit| {
            let null = hit.node.is_null();
            if null {
                misses.push(Miss { at: hit.clone(), why: Why::Null });
            }
            !null
        });
        Found { hits: front, misses }
    }

    /// Goes down the same keys from every node.
    fn down_keys(&self, front: &mut Hits<'a>, keys: &'a [Segment], misses: &mut Vec<Miss<'a>>) {
        if keys.is_empty() {
            return;
        }
        let mut lost: SmallVec<[(usize, Miss<'a>); 1]> = SmallVec::new();
        front.retain(|hit| {
            let mut depth = 0;
            let gone = keys.iter().try_for_each(|key| {
                let entry = self.below(hit.node, key)?;
                (hit.node, hit.key_span) = (&entry.value, entry.key_span);
                depth += 1;
                Ok(())
            });
            let (keys, _) = keys.split_at(depth);
            hit.way.go_through(keys);
            if let Err(Some(why)) = gone {
                lost.push((depth, Miss { at: hit.clone(), why }));
                return false;
            }
            gone.is_ok()
        });
        // What is missing further up is told first.
        lost.sort_by_key(|(depth, _)| *depth);
        for (_, miss) in lost {
            misses.push(miss);
        }
    }

    /// The entry of a key, or why there is none; nothing where no steps are left.
    fn below(&self, node: &'a Node, key: &'a Segment) -> Result<&'a Entry, Option<Why<'a>>> {
        let Segment::Key(key) = key else { return Err(None) };
        if !self.spend() {
            return Err(None);
        }
        match &node.value {
            Value::Map(_) => node.entry(key).ok_or_else(|| Some(Why::Key(key))),
            _ if node.is_null() => Err(Some(Why::Null)),
            _ => Err(Some(Why::Expected("mapping"))),
        }
    }

    fn start(&self, root: &'a Root, misses: &mut Vec<Miss<'a>>) -> Hits<'a> {
        match root {
            Root::Doc => smallvec![Hit::root(self.subject.doc, Origin::Doc)],
            Root::Facts => smallvec![Hit::root(self.subject.facts, Origin::Facts)],
            Root::Data => smallvec![Hit::root(self.data, Origin::Data)],
            Root::Link(name) => {
                let links = self.subject.links.iter().filter(|(link, _)| link == name);
                let nodes = links.flat_map(|(_, nodes)| nodes).take_while(|_| self.spend());
                let hits: Hits<'_> = nodes.map(|node| Hit::root(node, Origin::Link)).collect();
                let mut named = self.joins.iter().chain(self.subject.around.joins);
                let kind = self.subject.kind;
                let join = named.find(|join| hits.is_empty() && join.name == *name && join.from == kind);
                if let Some(join) = join {
                    return join.follow(self, misses);
                }
                if hits.is_empty() {
                    misses.push(Miss { at: Hit::root(self.subject.doc, Origin::Doc), why: Why::NoLink(name) });
                }
                hits
            }
            Root::Name(name) => {
                let bound = self.names.iter().rev().find(|(known, _)| known == name);
                let Some((_, found)) = bound else { return Hits::new() };
                let mut hits = Hits::new();
                for miss in found.misses.iter().take_while(|_| self.spend()) {
                    misses.push(miss.clone());
                }
                for hit in found.hits.iter().take_while(|_| self.spend()) {
                    hits.push(hit.clone());
                }
                hits
            }
        }
    }

    fn step(&self, hit: Hit<'a>, segment: &'a Segment, next: &mut Hits<'a>, misses: &mut Vec<Miss<'a>>) {
        if !self.spend() {
            return;
        }
        match (segment, &hit.node.value) {
            _ if hit.node.is_null() => misses.push(Miss { at: hit, why: Why::Null }),
            (Segment::Each | Segment::OneOrMany, Value::Seq(items)) => {
                if items.is_empty() {
                    misses.push(Miss { at: hit, why: Why::EmptyList });
                    return;
                }
                next.extend(hit.items().take_while(|_| self.spend()));
            }
            (Segment::OneOrMany, Value::Scalar(_)) => next.push(hit),
            (Segment::Index(index), Value::Seq(items)) => match place(*index, items.len()) {
                Some(at) => {
                    let Some(item) = items.get(at) else { return };
                    next.push(hit.down(PathStep::Item(at, item), item, item.span));
                }
                None if items.is_empty() => misses.push(Miss { at: hit, why: Why::EmptyList }),
                None => misses.push(Miss { at: hit, why: Why::Index(*index) }),
            },
            (Segment::Where(key, wanted), Value::Seq(items)) => self.pick(hit, items, key, wanted, next, misses),
            (Segment::OneOrMany, _) => misses.push(Miss { at: hit, why: Why::Expected("list or a single value") }),
            (_, _) => misses.push(Miss { at: hit, why: Why::Expected("list") }),
        }
    }

    /// The items of a list that have a value under a key.
    fn pick(
        &self,
        hit: Hit<'a>,
        items: &'a [Node],
        key: &'a str,
        wanted: &'a Wanted,
        next: &mut Hits<'a>,
        misses: &mut Vec<Miss<'a>>,
    ) {
        let wanted = match wanted {
            Wanted::Literal(text) => text.as_str(),
            Wanted::At(selector) => match self.find(selector).hits.first().and_then(|hit| hit.node.text()) {
                Some(text) => text,
                None => return misses.push(Miss { at: hit, why: Why::NoReference(&selector.text) }),
            },
        };
        let before = next.len();
        for (index, item) in items.iter().enumerate() {
            if !self.spend() {
                return;
            }
            if item.get(key).and_then(Node::text) == Some(wanted) {
                next.push(hit.clone().down(PathStep::Item(index, item), item, item.span));
            }
        }
        if next.len() == before {
            misses.push(Miss { at: hit, why: Why::NoEntry(key, wanted.to_owned()) });
        }
    }
}

fn place(index: i64, len: usize) -> Option<usize> {
    let at = if index < 0 {
        len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?
    } else {
        usize::try_from(index).ok()?
    };
    (at < len).then_some(at)
}
