//! Nodes as values of an expression.

use std::collections::HashMap;

use cel::objects::Key;
use cel::{Context, Value};
use jiff::civil::Date;

use crate::parse::{Node, ScalarKind, Value as Tree};
use crate::policy::lookup::{Found, Scope};

/// The longest text that is bound.
const TEXT: usize = 64 * 1024;

/// The most bytes of text that are bound to one expression.
const TEXTS: usize = 1024 * 1024;

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
    pub(super) fn found(&mut self, found: &Found<'_>) -> Option<Value> {
        match found.hits.as_slice() {
            [one] => self.value(one.node),
            several => {
                let values: Option<Vec<Value>> = several.iter().map(|hit| self.value(hit.node)).collect();
                values.map(Value::from)
            }
        }
    }

    /// A tree; no deeper than the parser reads.
    fn value(&mut self, node: &Node) -> Option<Value> {
        if !self.scope.spend() {
            return None;
        }
        Some(match &node.value {
            Tree::Seq(items) => Value::from(items.iter().map(|item| self.value(item)).collect::<Option<Vec<_>>>()?),
            Tree::Map(entries) => {
                let entry = |entry: &crate::parse::Entry| Some((self.text(&entry.key)?, self.value(&entry.value)?));
                map(entries.iter().map(entry).collect::<Option<Vec<_>>>()?)
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
