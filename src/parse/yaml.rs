//! YAML 1.2, core schema, as a spanned tree.
//!
//! The events of `granit-parser` are put together on a stack of our own, so that
//! no input nests deeper than the program can bear. What a reviewer cannot see
//! at the place where it counts is refused: merge keys, tags beyond the core
//! schema, directives, a second document. Aliases are expanded within budgets.

mod alias;
mod build;
mod message;
mod place;
mod scalar;

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event, Parser};

use self::build::Builder;
use super::build::{Ground, failed, read, syntax_error};
use super::{Node, Parsed};
use crate::source::SourceId;
use crate::text::quote;

/// Reads the YAML `text` that begins at byte `offset` of `source`. A text that
/// says nothing (no more than comments) is null.
pub fn parse(text: &str, source: SourceId, offset: usize) -> Parsed {
    let ground = Ground::new(text, source, offset);
    if let Some((at, c)) = forbidden(ground.text) {
        let shown = if c == '\0' { "a NUL byte".into() } else { format!("the character `{}`", quote(&c.to_string())) };
        let finding = syntax_error(ground.point(at), format!("{shown} cannot stand in YAML"))
            .help("remove it; inside double quotes it can be written as an escape");
        return failed(Vec::new(), finding);
    }
    let masked = mask_version(ground.text);
    let mut options = granit_parser::options! { disallow_directives: true, emit_unresolved_aliases: true };
    options.set_emit_comments(false);
    let mut builder = Builder::new(ground);
    let mut second = false;
    for next in Parser::new_from_str_with_options(&masked, options) {
        let (event, span) = match next {
            Ok(next) => next,
            Err(_) if second => {
                builder.second_document();
                break;
            }
            Err(error) => {
                let finding = message::explain(ground, &error, builder.cursor(), builder.open_bracket());
                return failed(builder.findings, finding);
            }
        };
        let range = span.byte_range().unwrap_or(0..0);
        if matches!(event, Event::DocumentStart(..)) && builder.begin_document(range.clone()) {
            second = true;
        } else if second && has_content(&event, &range) {
            builder.second_document();
            break;
        }
        if second {
            continue;
        }
        let tag = span.tag_span().and_then(|tag| tag.byte_range());
        if let Err(finding) = builder.event(event, range, tag) {
            return failed(builder.findings, *finding);
        }
    }
    let root = builder.root.take().unwrap_or_else(|| Node::null(ground.span(0, 0)));
    read(root, builder.findings)
}

/// The text with a leading `%YAML 1.1` or `1.2` turned into a comment of the same
/// length: it changes nothing that is read here, and real manifests begin with it.
fn mask_version(text: &str) -> Cow<'_, str> {
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let line = text[start..].lines().next().unwrap_or_default().trim_end();
    if !matches!(line, "%YAML 1.1" | "%YAML 1.2") {
        return Cow::Borrowed(text);
    }
    let mut masked = text.to_owned();
    masked.replace_range(start..=start, "#");
    Cow::Owned(masked)
}

/// Whether an event belongs to a document that says something. An empty one,
/// which a last `---` makes, hides nothing.
fn has_content(event: &Event<'_>, range: &Range<usize>) -> bool {
    match event {
        Event::DocumentStart(..) | Event::DocumentEnd | Event::StreamEnd => false,
        Event::Scalar(..) => !range.is_empty(),
        _ => true,
    }
}

/// The first character that YAML 1.2.2 (section 5.1, `c-printable`) does not
/// allow, raw, in any document.
fn forbidden(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied().unwrap_or(0);
        let bad = match byte {
            b'\t' | b'\n' | b'\r' => false,
            0..=0x1f | 0x7f => true,
            0xc2 => (0x80..=0x9f).contains(&next) && next != 0x85,
            0xef => next == 0xbf && matches!(bytes.get(at + 2), Some(0xbe | 0xbf)),
            _ => false,
        };
        if bad {
            return text.get(at..)?.chars().next().map(|c| (at, c));
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests;
