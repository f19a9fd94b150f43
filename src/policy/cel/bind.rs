//! Nodes as values of an expression.

use std::collections::HashMap;

use cel::objects::Key;
use cel::{Context, Value};
use jiff::civil::Date;

use crate::parse::{Entry, Node, ScalarKind, Value as Tree};
use crate::policy::lookup::{Found, Scope};
use crate::policy::select::Segment;

/// The longest text that is bound.
const TEXT: usize = 64 * 1024;

/// The most bytes of text that are bound to one expression.
const TEXTS: usize = 1024 * 1024;

/// How much of a value an expression reads.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// All of it.
    whole: bool,
    /// Else what stands under these keys, and how much of that.
    keys: Vec<(String, Extent)>,
}

impl Extent {
    /// What lies on these ways, each to its end.
    pub(super) fn of<'w>(ways: impl Iterator<Item = &'w [Segment]>) -> Self {
        let mut extent = Self::default();
        ways.for_each(|way| extent.add(way));
        extent
    }

    fn add(&mut self, way: &[Segment]) {
        let Some((Segment::Key(key), rest)) = way.split_first() else {
            *self = Self { whole: true, keys: Vec::new() };
            return;
        };
        match self.keys.iter_mut().find(|(known, _)| known == key) {
            _ if self.whole => {}
            Some((_, below)) => below.add(rest),
            None => self.keys.push((key.clone(), Self::of(std::iter::once(rest)))),
        }
    }

    /// How much of what stands under a key is read, if any is.
    fn below(&self, key: &str) -> Option<&Self> {
        if self.whole {
            return Some(self);
        }
        self.keys.iter().find(|(known, _)| known == key).map(|(_, below)| below)
    }
}

/// Binds nodes within a budget.
pub(super) struct Binder<'s, 'a> {
    scope: &'s Scope<'a>,
    left: usize,
}

impl<'s, 'a> Binder<'s, 'a> {
    /// A new budget of texts; nodes are steps of the rule.
    pub(super) fn new(scope: &'s Scope<'a>) -> Self {
        Self { scope, left: TEXTS }
    }

    /// What a variable was found to be: a value, or a list of several. `None` where it
    /// is too large.
    pub(super) fn found(&mut self, found: &Found<'_>, extent: &Extent) -> Option<Value> {
        match found.hits.as_slice() {
            [one] => self.value(one.node, extent),
            several => self.list(several.iter().map(|hit| hit.node)),
        }
    }

    fn list<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) -> Option<Value> {
        let whole = Extent { whole: true, keys: Vec::new() };
        nodes.map(|node| self.value(node, &whole)).collect::<Option<Vec<_>>>().map(Value::from)
    }

    /// A tree as far as it is read; no deeper than the parser reads.
    fn value(&mut self, node: &Node, extent: &Extent) -> Option<Value> {
        if !self.scope.spend() {
            return None;
        }
        Some(match &node.value {
            Tree::Seq(items) => self.list(items.iter())?,
            Tree::Map(entries) => {
                let read = entries.iter().filter_map(|entry| Some((entry, extent.below(&entry.key)?)));
                let bound =
                    read.map(|(Entry { key, value, .. }, below)| Some((self.text(key)?, self.value(value, below)?)));
                map(bound.collect::<Option<Vec<_>>>()?)
            }
            Tree::Scalar(scalar) => match scalar.kind {
                ScalarKind::Null => Value::Null,
                ScalarKind::Bool(value) => Value::Bool(value),
                ScalarKind::Int(value) => Value::Int(value),
                ScalarKind::Float(value) => Value::Float(value),
                ScalarKind::String => Value::from(self.text(&scalar.text)?),
            },
        })
    }

    fn text(&mut self, text: &str) -> Option<String> {
        self.left = self.left.checked_sub(text.len())?;
        (text.len() <= TEXT).then(|| text.to_owned())
    }
}

/// A mapping by key.
pub(super) fn map(entries: Vec<(String, Value)>) -> Value {
    Value::from(entries.into_iter().map(|(key, value)| (Key::from(key), value)).collect::<HashMap<_, _>>())
}

/// The keys of a mapping sorted; anything else as it is.
pub(super) fn in_order(range: Value) -> Value {
    let Value::Map(map) = &range else { return range };
    let mut keys: Vec<&Key> = map.map.keys().collect();
    keys.sort();
    Value::from(keys.into_iter().map(Value::from).collect::<Vec<_>>())
}

/// The start of a day as a timestamp.
pub(super) fn start_of(day: Date) -> Option<Value> {
    let source = format!("timestamp('{day}T00:00:00Z')");
    let context = Context::with_env(std::sync::Arc::clone(super::check::environment()));
    super::check::environment().compile(&source).ok()?.execute(&context).ok()
}
