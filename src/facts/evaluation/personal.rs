//! Personal data in results that are said to be redacted: addresses of mail that people
//! have as persons. What a service or a duty is written to at is none.
//!
//! `personal` has one `{suite, text}` for each suite with such an address: the first.

use super::packet::{Packet, Suite, text_of};
use crate::facts::Context;
use crate::facts::card::secrets::{masked, personal_addresses};
use crate::parse::Node;
use crate::parse::evidence::MAX_BYTES;
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] = &["personal[*].suite", "personal[*].text"];

/// The facts of every suite of a packet that says that it is redacted.
pub(super) fn derive(context: &Context<'_>, packets: &[Packet<'_>], span: Span) -> Node {
    let redacted = |packet: &&Packet<'_>| {
        let redaction = packet.document.root.get("redaction");
        redaction.is_some_and(|redaction| text_of(redaction, "customer_examples") == "redacted")
    };
    let suites = packets.iter().filter(redacted).flat_map(|packet| &packet.suites);
    Node::seq(suites.filter_map(|suite| address(context, suite)).collect(), span)
}

fn address(context: &Context<'_>, suite: &Suite<'_>) -> Option<Node> {
    let path = suite.path.as_deref()?;
    let document = &context.graph.documents[context.graph.document_at(path)?];
    let bytes = context.files.tree().read(path, MAX_BYTES).ok()?;
    let written = String::from_utf8(bytes).ok()?;
    let found = personal_addresses(&written).next()?;
    let span = Span::new(document.root.span.source, found.start, found.end);
    let shown = text::quote(&masked(written.get(found)?));
    Some(Node::map(span).with("suite", Node::string(suite.name(), span)).with("text", Node::string(shown, span)))
}
