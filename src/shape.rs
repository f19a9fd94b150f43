//! What documents and facts can look like, asked one way at a time: a rule that
//! reads what can never be there is a mistake, told when the rule is loaded.

use crate::kind::Kind;

/// Which tree a way begins in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The document itself; of a card, its front matter.
    Doc,
    /// What is derived from it.
    Facts,
}

/// One step of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item of a list.
    Item,
    /// To an item of a list, or to the value itself where it is a scalar.
    OneOrMany,
}

/// Where a way ends that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadEnd {
    /// The number of the step that cannot be taken.
    pub at: usize,
    /// The keys that there are instead, in order.
    pub known: Vec<String>,
}

/// Knows what can be.
pub trait Shapes {
    /// Where a way ends that nothing of that kind can ever have; `None` for one that
    /// may lead to something.
    fn dead_end(&self, kind: Kind, ground: Ground, way: &[Step]) -> Option<DeadEnd>;
}
