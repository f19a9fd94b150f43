//! Markdown as a careful reader sees it: front matter, sections, labels, tables.
//!
//! Front matter is split by us, at the top of the file only and as the Hub does
//! it; the Markdown parser never sees it, because its own option for metadata
//! blocks also takes one from the middle of a body, from where a text could
//! smuggle a licence. The rest is read with pulldown-cmark for the blocks, and
//! by `lines` and `html` for what authors write although it is not
//! `CommonMark`: bold lines and `<h2>` as headings, `#Title`, `**Label:** value`.
//!
//! The pipeline: `front` splits, `blocks` finds blocks and headings, `html`
//! finds comments, tags, headings and tables, `lines` finds labels and bold
//! headings, [`body`] puts sections together.

mod blocks;
pub mod body;
mod detect;
mod front;
mod html;
mod lines;
mod title;

#[cfg(test)]
mod tests;

pub use body::{Block, BlockKind, Body, Cell, Form, Label, LabelForm, Link, Section};
pub use detect::{is_card, looks_like_card, might_be_card};
pub use title::{normalize, plain_text, plain_title};

use super::Node;
use crate::finding::Finding;
use crate::source::SourceId;

/// A Markdown file, understood.
#[derive(Clone, Debug)]
pub struct Markdown {
    /// The front matter; an empty mapping where there is none.
    pub root: Node,
    /// What follows it.
    pub body: Body,
    /// What is wrong with the form: `card/front-matter-invalid`, and
    /// `gate/syntax-error` for a code fence that is never closed, `gate/file-unreadable`
    /// for a body of too many parts.
    pub findings: Vec<Finding>,
    /// Whether `root` is what the author wrote.
    pub sound: bool,
    /// Whether the file begins with `---`, as front matter does.
    pub opened: bool,
    /// The keys that lines of a front matter begin with that is not sound.
    written: Vec<String>,
}

impl Markdown {
    /// The keys of a front matter that cannot be read, as its lines begin: a card
    /// that is broken is a card all the same.
    pub fn written(&self) -> impl Iterator<Item = &str> {
        self.written.iter().map(String::as_str)
    }
}

/// The keys that lines at the top of a text begin with: what stands in a front matter that
/// cannot be read.
pub fn written_keys(text: &str) -> Vec<&str> {
    front::keys_at_top(text, front::WRITTEN_WITHIN).collect()
}

/// Reads a Markdown text. Every text is one; what is wrong with it is in the
/// findings.
pub fn parse(text: &str, source: SourceId) -> Markdown {
    let front = front::read(text, source);
    let written = front.written(text);
    let front::Front { root, body_start, mut findings, sound } = front;
    let (body, more) = body::read(text, body_start, source);
    let sound = sound && more.iter().all(|finding| finding.rule.as_str() != "gate/file-unreadable");
    findings.extend(more);
    Markdown { root, body, findings, sound, opened: front::opened(text), written }
}
