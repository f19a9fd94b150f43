//! What the benchmark is made of: repositories from a seed, the floor, and the
//! process under measurement.

pub(crate) mod card;
#[path = "../../tests/common/mod.rs"]
pub(crate) mod common;
pub(crate) mod corpus;
pub(crate) mod evaluation;
pub(crate) mod floor;
pub(crate) mod full;
pub(crate) mod process;
pub(crate) mod random;
pub(crate) mod rules;
pub(crate) mod serving;

/// What went wrong.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
