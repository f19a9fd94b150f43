//! What a page that others read must not hold: keys of services, addresses of persons and
//! of the inside of a network.
//!
//! `secrets` has one `{kind, what, text}` for each; `kind` is `key`, `email`, `phone` or
//! `internal-url`. Of a key no more is shown than how it begins. An address that stands
//! where people are told whom to write to was put there on purpose and is none.

use std::ops::Range;

use memchr::memmem;

use super::view::Card;
use crate::facts::keys;
use crate::parse::Node;
use crate::parse::markdown::BlockKind;
use crate::source::Span;
use crate::text::quote;

/// Hosts of mail that people have as persons.
const MAIL_OF_PERSONS: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "qq.com",
    "163.com",
    "126.com",
    "gmx.de",
    "web.de",
    "proton.me",
    "protonmail.com",
    "mail.ru",
    "yandex.ru",
    "aol.com",
];

/// Names of mailboxes that belong to a duty, whoever has it.
const ROLES: &[&str] =
    &["privacy", "abuse", "security", "support", "contact", "info", "help", "hello", "dpo", "team", "legal", "model"];

/// Words of a heading, a label or a sentence that tell people whom to write to.
const CONTACT: &[&str] = &[
    "contact",
    "author",
    "maintain",
    "e-mail",
    "email",
    "mail",
    "support",
    "owner",
    "developed",
    "developer",
    "team",
    "citation",
    "reach",
    "question",
    "feedback",
    "report",
    "correspond",
    "phone",
    "privacy",
    "requests",
    "creator",
];

/// Endings of the names of hosts that nobody outside can reach.
const INSIDE: &[&str] = &[".internal", ".corp", ".intranet", ".lan", ".svc.cluster.local"];
/// Hosts that only look like such.
const NOT_INSIDE: &[&str] = &["host.docker.internal", "metadata.google.internal"];

/// The most that are reported of one card.
const MOST: usize = 50;

/// Everything that was found, in no order.
pub(super) fn derive(card: &Card<'_>) -> Node {
    let mut found = keys(card);
    found.extend(emails(card));
    found.extend(phones(card));
    found.extend(urls(card));
    found.sort_by_key(|node| node.span);
    found.truncate(MOST);
    Node::seq(found, card.anchor)
}

fn fact(kind: &str, what: &str, text: &str, span: Span) -> Node {
    Node::map(span)
        .with("kind", Node::string(kind, span))
        .with("what", Node::string(what, span))
        .with("text", Node::string(quote(text), span))
}

fn keys(card: &Card<'_>) -> Vec<Node> {
    let found = keys::of(card.text, card.anchor.source);
    found.into_iter().map(|key| fact("key", key.what, &key.shown(), key.span)).collect()
}

/// Where the addresses of persons stand in a text.
pub(in crate::facts) fn personal_addresses(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.match_indices('@').filter_map(|(at, _)| {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
        let before = text.get(..at)?;
        let start = before.trim_end_matches(word).len();
        let after = text.get(at + 1..)?;
        let host = after.get(..after.find(|c| !word(c)).unwrap_or(after.len()))?.trim_end_matches('.');
        let name = before.get(start..)?.to_ascii_lowercase();
        let personal = MAIL_OF_PERSONS.contains(&&*host.to_ascii_lowercase()) && !name.is_empty();
        let role = ROLES.iter().any(|role| name.starts_with(role));
        (personal && !role).then(|| start..at + 1 + host.len())
    })
}

/// What may be repeated of an address or a number: a report must not spread what it warns of.
pub(in crate::facts) fn masked(text: &str) -> String {
    match text.split_once('@') {
        Some((name, host)) => format!("{}…@{host}", name.chars().take(1).collect::<String>()),
        None => format!("{}…", text.chars().take(4).collect::<String>().trim_end()),
    }
}

/// Addresses of persons in running text.
fn emails(card: &Card<'_>) -> Vec<Node> {
    let found = personal_addresses(card.body.prose.as_str())
        .filter(|place| !tells_contact(card, place.start))
        .map(|place| Span::new(card.anchor.source, place.start, place.end));
    found
        .map(|span| {
            fact("email", "the private address of a person", &masked(card.text.get(span.range()).unwrap_or("")), span)
        })
        .collect()
}

/// Numbers that are written as those of telephones are: `+44 20 7946 0018`.
fn phones(card: &Card<'_>) -> Vec<Node> {
    let prose = card.body.prose.as_str();
    let found = prose.match_indices('+').filter_map(|(at, _)| {
        let rest = prose.get(at + 1..)?;
        let end =
            rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '(' | ')' | '-'))).unwrap_or(rest.len());
        let number = rest.get(..end)?.trim_end();
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let groups = number.split([' ', '-', '(', ')']).filter(|group| !group.is_empty()).count();
        let first = number.starts_with(|c: char| c.is_ascii_digit());
        let alone =
            prose.get(..at)?.chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ':' | '|'));
        (first && alone && (9..=15).contains(&digits) && (2..=6).contains(&groups) && !tells_contact(card, at))
            .then(|| Span::new(card.anchor.source, at, at + 1 + number.len()))
    });
    found
        .map(|span| fact("phone", "a telephone number", &masked(card.text.get(span.range()).unwrap_or("")), span))
        .collect()
}

/// Addresses that only the inside of a network knows, not in code: there they may be examples.
fn urls(card: &Card<'_>) -> Vec<Node> {
    let mark = "://";
    let found = memmem::find_iter(card.text.as_bytes(), mark).filter_map(|at| {
        let rest = card.text.get(at + mark.len()..)?;
        let ends = |c: char| {
            c.is_whitespace() || matches!(c, '/' | ':' | ')' | '>' | '"' | '\'' | '?' | '#' | '|' | ']' | '`')
        };
        let host = rest.get(..rest.find(ends).unwrap_or(rest.len()))?.to_ascii_lowercase();
        let start = card.text.get(..at)?.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
        let inside = INSIDE.iter().any(|ending| host.ends_with(ending)) && !NOT_INSIDE.contains(&&*host);
        (inside && !in_code(card, at)).then(|| Span::new(card.anchor.source, start, at + mark.len() + host.len()))
    });
    let what = "an address inside a network";
    found.map(|span| fact("internal-url", what, card.text.get(span.range()).unwrap_or(""), span)).collect()
}

fn in_code(card: &Card<'_>, at: usize) -> bool {
    let block = card.body.blocks.partition_point(|block| block.span.start as usize <= at);
    let before = block.checked_sub(1).and_then(|last| card.body.blocks.get(last));
    let within = before.is_some_and(|block| {
        at < block.span.end as usize && matches!(block.kind, BlockKind::Code | BlockKind::Comment)
    });
    let code = card.body.code.partition_point(|code| code.end as usize <= at);
    within || card.body.code.get(code).is_some_and(|code| code.start as usize <= at)
}

/// Whether the line, or the heading above it, tells people whom to write to.
fn tells_contact(card: &Card<'_>, at: usize) -> bool {
    let says = |text: &str| {
        let lower = text.to_lowercase();
        CONTACT.iter().any(|word| lower.contains(word))
    };
    let before = card.text.get(..at).unwrap_or("");
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.get(start..).unwrap_or("");
    // What stands a line above may still be the same sentence.
    let above = before.get(..start.saturating_sub(1)).and_then(|above| above.lines().next_back()).unwrap_or("");
    let next = card.body.sections.partition_point(|section| section.title_span.start as usize <= at);
    let mut section = next.checked_sub(1).filter(|section| Some(*section) != card.title);
    let mut named = false;
    while let Some(found) = section.and_then(|index| card.body.sections.get(index)).filter(|_| !named) {
        named = says(&found.title);
        section = found.parent.filter(|parent| Some(*parent) != card.title);
    }
    let bracketed = before.ends_with(['<', '(']);
    named || bracketed || says(line) || says(above)
}
