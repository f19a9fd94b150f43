//! Weighbridge: a static policy linter and CI gate for model releases.
//!
//! One idea carries everything: *derive facts in code, judge them in policy.*
//! Data flows one way:
//!
//! ```text
//! discover -> load -> parse -> validate -> link -> derive -> judge -> waive -> report
//!  paths      bytes   spanned   JSON        release  facts     rules    waivers  formats
//!                     documents Schema      graph
//! ```
//!
//! Lower layers never import higher ones; `tests/layers.rs` proves it.
//!
//! | layer | modules |
//! |---|---|
//! | 0 | [`source`], [mod@pointer], [`kind`], [`rule`], [`finding`], [`outcome`], [`page`], [`shape`], [`text`], [`tree`], [`change`] |
//! | 1 | [`discover`], [`parse`] |
//! | 2 | [`schema`], [`link`], [`evidence`], [`facts`], [`policy`], [`config`], [`framework`], [`waiver`] |
//! | 3 | [`engine`]; [`scaffold`]; [`report`] (which sees layer 0 alone) |
//! | 4 | [`cli`] |

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "the pages are made with private items: they are for those who work on this crate"
)]

pub mod change;
pub mod cli;
pub mod config;
pub mod discover;
pub mod engine;
pub mod evidence;
pub mod facts;
pub mod finding;
pub mod framework;
pub mod kind;
pub mod link;
pub mod memo;
pub mod outcome;
pub mod page;
pub mod parse;
pub mod pointer;
pub mod policy;
pub mod report;
pub mod rule;
pub mod scaffold;
pub mod schema;
pub mod serving;
pub mod shape;
pub mod source;
pub mod text;
pub mod tree;
pub mod waiver;
