//! The checks that know a domain: sections of cards, files, licences, owners.
//!
//! Each file holds one check: what it compiles to, and when it holds. What a pack
//! writes is read in `compile/vocab.rs`. Those of one value are arms of
//! [`super::model::Check`]; those that look at more are arms of
//! [`super::model::Test`].

pub(super) mod answers;
pub(super) mod card;
pub(super) mod compare;
pub(super) mod file;
pub(super) mod link;
pub(super) mod people;
pub(super) mod schema;
pub(super) mod spdx;

#[cfg(test)]
mod tests;
