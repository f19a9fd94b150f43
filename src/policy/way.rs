//! The way from the root of a tree to a node.
//!
//! Every value that a rule looks at has one, and only those of findings are ever shown. So
//! nothing is copied on the way: the keys of a selector are borrowed from it, and what several
//! ways have in common is shared.

use std::rc::Rc;

use super::select::Segment;
use crate::parse::Node;

/// One step of a way.
#[derive(Clone, Copy, Debug)]
pub(super) enum PathStep<'a> {
    /// A key.
    Key(&'a str),
    /// A place in a list, and the item that stands there.
    Item(usize, &'a Node),
}

/// The keys of a selector, behind what was gone before.
#[derive(Clone, Debug, Default)]
pub(super) struct Way<'a> {
    before: Option<Rc<Before<'a>>>,
    keys: &'a [Segment],
}

/// A way that is gone on from, and a step where no selector has it as a key.
#[derive(Debug)]
struct Before<'a> {
    way: Way<'a>,
    step: Option<PathStep<'a>>,
}

impl<'a> Way<'a> {
    /// Whether it leads nowhere.
    pub(super) fn is_empty(&self) -> bool {
        self.before.is_none() && self.keys.is_empty()
    }

    /// Goes on through segments of a selector, all of which are keys.
    pub(super) fn go_through(&mut self, keys: &'a [Segment]) {
        if keys.is_empty() {
            return;
        }
        if !self.keys.is_empty() {
            let way = std::mem::take(self);
            self.before = Some(Rc::new(Before { way, step: None }));
        }
        self.keys = keys;
    }

    /// The way one step on.
    pub(super) fn then(self, step: PathStep<'a>) -> Self {
        Self { before: Some(Rc::new(Before { way: self, step: Some(step) })), keys: &[] }
    }

    /// All steps, from the root.
    pub(super) fn steps(&self) -> Vec<PathStep<'a>> {
        let mut back = Vec::new();
        let mut way = self;
        loop {
            back.extend(way.keys.iter().rev().filter_map(|segment| match segment {
                Segment::Key(key) => Some(PathStep::Key(key)),
                _ => None,
            }));
            let Some(before) = &way.before else { break };
            back.extend(before.step);
            way = &before.way;
        }
        back.reverse();
        back
    }

    /// The last step.
    pub(super) fn last(&self) -> Option<PathStep<'a>> {
        self.steps().pop()
    }
}
