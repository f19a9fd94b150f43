//! What a page that others read must not hold: keys of services, addresses of persons and
//! of the inside of a network.
//!
//! `secrets` has one `{kind, what, text}` for each; `kind` is `key`, `email`, `phone` or
//! `internal-url`. Of a key no more is shown than how it begins. An address that stands
//! where people are told whom to write to was put there on purpose and is none.

use std::ops::Range;

use super::view::Card;
use crate::parse::Node;
use crate::parse::markdown::BlockKind;
use crate::source::Span;
use crate::text::quote;

/// How a key of a service begins, and how many characters follow at least.
const KEYS: &[(&str, &str, usize)] = &[
    ("a key of OpenAI", "sk-proj-", 40),
    ("a key of Anthropic", "sk-ant-", 40),
    ("a key of OpenAI", "sk-", 40),
    ("a token of the Hugging Face Hub", "hf_", 30),
    ("a token of GitHub", "ghp_", 36),
    ("a token of GitHub", "gho_", 36),
    ("a token of GitHub", "ghu_", 36),
    ("a token of GitHub", "ghs_", 36),
    ("a token of GitHub", "github_pat_", 40),
    ("a token of GitLab", "glpat-", 20),
    ("a key of AWS", "AKIA", 16),
    ("a key of AWS", "ASIA", 16),
    ("a key of Google", "AIza", 35),
    ("a token of Slack", "xoxb-", 20),
    ("a token of Slack", "xoxp-", 20),
    ("a token of npm", "npm_", 36),
    ("a token of PyPI", "pypi-AgEI", 30),
    ("a key of Stripe", "sk_live_", 24),
    ("a key of NVIDIA", "nvapi-", 40),
    ("a key of Groq", "gsk_", 40),
];

/// The bytes that a key of [`KEYS`] begins with: a text is searched once, not for each.
const KEY_STARTS: &[u8] = b"shgAxnp";

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
    let bytes = card.text.as_bytes();
    let mut found = Vec::new();
    let mut before = b' ';
    for (at, byte) in bytes.iter().copied().enumerate() {
        if !before.is_ascii_alphanumeric() && KEY_STARTS.contains(&byte) {
            found.extend(key_at(card, at));
        }
        before = byte;
    }
    found.extend(private_keys(card));
    found
}

/// The key of a service that begins at a byte, which is ASCII.
fn key_at(card: &Card<'_>, at: usize) -> Option<Node> {
    let from = card.text.get(at..)?;
    KEYS.iter().filter(|(_, prefix, _)| from.starts_with(prefix)).find_map(|(what, prefix, least)| {
        let start = at + prefix.len();
        let rest = run(card.text, start);
        (rest.len() >= *least && begins_a_word(card.text, at) && is_random(rest)).then(|| {
            let span = Span::new(card.anchor.source, at, start + rest.len());
            fact("key", what, &format!("{prefix}…"), span)
        })
    })
}

fn run(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or("");
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
    rest.get(..end).unwrap_or("")
}

fn begins_a_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/'))
}

/// Whether a run of characters is no word and no example: digits and letters mixed, many
/// different ones.
fn is_random(run: &str) -> bool {
    let mut seen: Vec<u8> = run.bytes().collect();
    seen.sort_unstable();
    seen.dedup();
    let lower = run.to_ascii_lowercase();
    let example = ["xxxx", "example", "your", "token", "abcdef", "1234567"].iter().any(|word| lower.contains(word));
    let upper = run.bytes().any(|byte| byte.is_ascii_uppercase());
    run.bytes().any(|byte| byte.is_ascii_digit()) && upper && seen.len() >= 8 && !example
}

fn private_keys(card: &Card<'_>) -> Vec<Node> {
    let ends = card.text.match_indices("PRIVATE KEY-----\n");
    let found = ends.filter_map(|(at, mark)| {
        let line = card.text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
        let begins = card.text.get(line..at)?.trim_start().starts_with("-----BEGIN");
        let next = card.text.get(at + mark.len()..)?.lines().next()?.trim();
        (begins && next.len() >= 40 && is_random(next)).then(|| {
            fact("key", "a private key", "-----BEGIN…", Span::new(card.anchor.source, line, at + mark.len() - 1))
        })
    });
    found.collect()
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
    let found = card.text.match_indices("://").filter_map(|(at, mark)| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_begins_with_a_byte_that_is_looked_for() {
        for (_, prefix, _) in KEYS {
            assert!(KEY_STARTS.contains(&prefix.as_bytes()[0]), "{prefix}");
        }
    }
}
