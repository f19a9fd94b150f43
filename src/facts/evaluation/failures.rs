//! Whether every known failure mode is measured by something.
//!
//! `failure_modes` has one `{name, status, problem}` for each failure mode of the packets
//! and each item of the card's section about them: `evaluated`, `unevaluated` (nothing
//! measures it), `unresolved` (it names a metric that is not there), `unlisted` (the card
//! has it and the packet does not).
//!
//! Card and packet are joined by ids (`FM-1`) that stand in the card's words, else by the
//! same words; nothing is guessed.

use super::super::Context;
use super::packet::{Packet, excused, items, text_of};
use crate::link::Release;
use crate::parse::Node;
use crate::parse::markdown::{Block, BlockKind, Body, Section, normalize};
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] =
    &["failure_modes[*].name", "failure_modes[*].problem", "failure_modes[*].status"];

/// The most items of a card that are looked at.
const MOST: usize = 200;

/// The facts of every failure mode.
pub(super) fn derive(
    context: &Context<'_>,
    release: &Release,
    card: Option<&Node>,
    packets: &[Packet<'_>],
) -> Vec<Node> {
    let mut found: Vec<Node> = packets
        .iter()
        .flat_map(|packet| modes(packet).iter().filter(|mode| !excused(mode)).map(move |mode| of_packet(packet, mode)))
        .collect();
    let body = release.card_document.and_then(|index| context.graph.documents[index].body.as_ref());
    if let (Some(card), Some(body)) = (card, body) {
        found.extend(of_card(card, body, packets));
    }
    found
}

fn modes<'p>(packet: &'p Packet<'_>) -> &'p [Node] {
    items(&packet.document.root, "failure_modes")
}

fn entry(name: &str, status: &str, problem: String, span: Span) -> Node {
    Node::map(span)
        .with("name", Node::string(name, span))
        .with("status", Node::string(status, span))
        .with("problem", Node::string(problem, span))
}

fn of_packet(packet: &Packet<'_>, mode: &Node) -> Node {
    let id = text_of(mode, "id");
    let span = mode.get("id").map_or(mode.span, |id| id.span);
    let by = mode.get("evaluated_by");
    let names: Vec<&Node> =
        by.map(Node::one_or_many).unwrap_or_default().iter().filter(|name| name.text().is_some()).collect();
    if names.is_empty() {
        return entry(id, "unevaluated", "no metric or suite is said to measure it".to_owned(), span);
    }
    let known = || {
        let metrics = items(&packet.document.root, "metrics").iter().map(|metric| text_of(metric, "id"));
        metrics.chain(packet.suites.iter().map(|suite| suite.id))
    };
    let wrong = names
        .iter()
        .find_map(|node| node.text().filter(|name| !known().any(|known| known == *name)).map(|name| (node, name)));
    match wrong {
        None => entry(id, "evaluated", String::new(), span),
        Some((node, name)) => {
            let near = text::did_you_mean(name, known());
            let near = near.map_or(String::new(), |near| format!("; did you mean `{}`?", text::quote(near)));
            let problem = format!("`{}` is neither a metric nor a suite of the packet{near}", text::quote(name));
            entry(id, "unresolved", problem, node.span)
        }
    }
}

/// The sections of a body about a topic, as the facts of the card say.
pub(super) fn sections<'b>(card: &Node, body: &'b Body, topic: &str) -> Vec<&'b Section> {
    let facts = card.get("sections").map(Node::items).unwrap_or_default();
    let headed = body.sections.iter().filter(|section| section.level > 0);
    let about = |fact: &Node| items(fact, "topics").iter().any(|id| id.text() == Some(topic));
    let named: Vec<usize> = headed
        .zip(facts)
        .filter(|(_, fact)| about(fact))
        .filter_map(|(section, _)| body.sections.iter().position(|other| std::ptr::eq(other, section)))
        .collect();
    let within =
        |(at, _): &(usize, &Section)| named.iter().any(|ancestor| at == ancestor || body.is_within(*at, *ancestor));
    body.sections.iter().enumerate().filter(within).map(|(_, section)| section).collect()
}

fn of_card(card: &Node, body: &Body, packets: &[Packet<'_>]) -> Vec<Node> {
    let sections = sections(card, body, "known-failure-modes");
    let listed: Vec<&Block> = sections.iter().flat_map(|section| top_items(body, section)).take(MOST).collect();
    let modes: Vec<&Node> = packets.iter().flat_map(modes).collect();
    let Some(first) = sections.first() else { return Vec::new() };
    if modes.is_empty() {
        let count = text::count(listed.len().max(1), "failure mode");
        let problem = format!("the card has {count}, and the evaluation packet lists none");
        return vec![entry(&first.title, "unlisted", problem, first.title_span)];
    }
    listed.into_iter().filter_map(|block| of_item(body.prose_of(block.span), block.span, &modes)).collect()
}

/// The items of a section's lists that are not within other items.
fn top_items<'b>(body: &'b Body, section: &Section) -> Vec<&'b Block> {
    let items: Vec<&Block> = body.blocks_of(section).iter().filter(|block| block.kind == BlockKind::Item).collect();
    let column = |block: &Block| {
        let before = body.prose.get(..block.span.start as usize).unwrap_or_default();
        before.len() - before.rfind('\n').map_or(0, |at| at + 1)
    };
    let least = items.iter().map(|block| column(block)).min();
    items.into_iter().filter(|block| Some(column(block)) == least).collect()
}

/// What is wrong with an item of the card; nothing where the packet has it.
fn of_item(words: &str, span: Span, modes: &[&Node]) -> Option<Node> {
    let ids: Vec<&str> = modes.iter().map(|mode| text_of(mode, "id")).filter(|id| !id.is_empty()).collect();
    if ids.iter().any(|id| text::contains_token(words, id)) {
        return None;
    }
    let own = normalize(words);
    let same = |mode: &&Node| {
        let other = normalize(text_of(mode, "text"));
        !other.is_empty() && !own.is_empty() && (own.contains(&other) || other.contains(&own))
    };
    if own.is_empty() || modes.iter().any(same) {
        return None;
    }
    if let Some(id) = ids.iter().find_map(|id| sibling(words, id)) {
        let problem = "the card has it, and the evaluation packet does not list it".to_owned();
        return Some(entry(id, "unlisted", problem, span));
    }
    let name = text::quote_within(words.trim().trim_start_matches(['-', '*', '+', ' ']), 60);
    let problem = "the evaluation packet lists no such failure mode, by its id or in the same words".to_owned();
    Some(entry(&name, "unlisted", problem, span))
}

/// A word that looks like an id: `FM-4` where another is `FM-1`.
fn sibling<'w>(words: &'w str, id: &str) -> Option<&'w str> {
    let prefix = id.trim_end_matches(|c: char| c.is_ascii_digit());
    if prefix.is_empty() || prefix == id {
        return None;
    }
    let tokens = words.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
    let mut tokens = tokens.filter(|token| !token.is_empty());
    tokens.find(|token| {
        token.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    })
}
