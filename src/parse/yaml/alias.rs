//! Anchored values, kept to be copied where an alias names them.
//!
//! Copies are paid from budgets: so many aliases, so many values and so many
//! bytes of text. A value that its own copies would blow up is never stored, so
//! a "billion laughs" document costs one finding and no memory.

use std::collections::BTreeMap;

use crate::parse::{MAX_ALIASES, MAX_NODES, Node, Value};

/// The most bytes of text that aliases may add to a document.
const MAX_ALIAS_BYTES: usize = 4 * 1024 * 1024;

/// What a node weighs.
#[derive(Clone, Copy, Default)]
pub(super) struct Weight {
    /// Values, itself included.
    pub(super) nodes: usize,
    /// Bytes of its texts and keys.
    pub(super) bytes: usize,
    /// Levels of nesting; a scalar has none.
    pub(super) height: usize,
}

impl Weight {
    /// Of a node; recursion is bounded by the depth that the builder allows.
    pub(super) fn of(node: &Node) -> Self {
        let mut sum = Self { nodes: 1, bytes: 0, height: 0 };
        match &node.value {
            Value::Scalar(scalar) => return Self { bytes: scalar.text.len(), ..sum },
            Value::Seq(items) => items.iter().for_each(|item| sum.add(Self::of(item))),
            Value::Map(entries) => {
                for entry in entries {
                    sum.bytes += entry.key.len();
                    sum.add(Self::of(&entry.value));
                }
            }
        }
        sum.height += 1;
        sum
    }

    fn add(&mut self, child: Self) {
        self.nodes += child.nodes;
        self.bytes += child.bytes;
        self.height = self.height.max(child.height);
    }
}

/// The anchored values of a document.
#[derive(Default)]
pub(super) struct Anchors {
    values: BTreeMap<usize, (Node, Weight)>,
    stored: Weight,
    copied: Weight,
    aliases: usize,
}

/// What an alias gives.
pub(super) enum Copied {
    /// A copy of the anchored value.
    Value(Node, Weight),
    /// Nothing: the value is not finished, or is not kept.
    Unfinished,
    /// Nothing: the budgets are spent.
    OverBudget,
}

impl Anchors {
    /// Keeps a value for the aliases to come.
    pub(super) fn keep(&mut self, id: usize, node: &Node) {
        let weight = Weight::of(node);
        if self.stored.nodes + weight.nodes <= MAX_NODES && self.stored.bytes + weight.bytes <= MAX_ALIAS_BYTES {
            self.stored.add(weight);
            self.values.insert(id, (node.clone(), weight));
        } else {
            self.values.insert(id, (Node::null(node.span.start_point()), Weight { nodes: usize::MAX, ..weight }));
        }
    }

    /// The copy for an alias at a place where `room` levels and `left` values
    /// remain.
    pub(super) fn copy(&mut self, id: usize, room: usize, left: usize) -> Copied {
        self.aliases += 1;
        let Some((node, weight)) = self.values.get(&id) else { return Copied::Unfinished };
        let fits = self.aliases <= MAX_ALIASES
            && weight.nodes <= left
            && weight.height <= room
            && self.copied.bytes + weight.bytes <= MAX_ALIAS_BYTES;
        if !fits {
            return Copied::OverBudget;
        }
        self.copied.add(*weight);
        Copied::Value(node.clone(), *weight)
    }
}
