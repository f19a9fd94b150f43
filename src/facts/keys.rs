//! Keys of services in a text: what nobody may read who reads the text.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;

use crate::source::{SourceId, Span};

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

/// Where a text has a beginning of [`KEYS`]: it is searched once, not for each.
#[expect(clippy::expect_used, reason = "the beginnings are literals, and a test searches for each")]
static BEGINNINGS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let beginnings = KEYS.iter().map(|(_, prefix, _)| prefix);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(beginnings).expect("a few literals")
});

/// Words of examples.
const EXAMPLES: [&str; 6] = ["xxxx", "example", "your", "token", "abcdef", "1234567"];

/// A key that stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// What it is: `a token of GitHub`.
    pub what: &'static str,
    /// How it begins.
    prefix: &'static str,
    /// Where it stands.
    pub span: Span,
}

impl Key {
    /// What may be repeated of it: how it begins.
    pub(super) fn shown(&self) -> String {
        format!("{}…", self.prefix)
    }
}

/// The keys in a text, in no order.
pub(super) fn of(text: &str, source: SourceId) -> Vec<Key> {
    // No key begins inside the beginning of another: it would not begin a word.
    let begun = BEGINNINGS.find_iter(text).filter_map(|beginning| key_at(text, source, beginning.start()));
    begun.chain(private_keys(text, source)).collect()
}

/// The key of a service that begins at a byte.
fn key_at(text: &str, source: SourceId, at: usize) -> Option<Key> {
    let from = text.get(at..)?;
    KEYS.iter().filter(|(_, prefix, _)| from.starts_with(prefix)).find_map(|(what, prefix, least)| {
        let start = at + prefix.len();
        let rest = run(text, start);
        (rest.len() >= *least && begins_a_word(text, at) && is_random(rest)).then(|| {
            let span = Span::new(source, at, start + rest.len());
            Key { what, prefix, span }
        })
    })
}

fn run(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or("");
    let end = rest.find(|c: char| !is_of_a_run(c)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or("")
}

fn is_of_a_run(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn begins_a_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/'))
}

/// Whether a run of characters is no word and no example: digits and letters of both cases mixed,
/// many different ones.
fn is_random(run: &str) -> bool {
    is_mixed(run) && run.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_mixed(run: &str) -> bool {
    let mut seen: Vec<u8> = run.bytes().collect();
    seen.sort_unstable();
    seen.dedup();
    let lower = run.to_ascii_lowercase();
    let example = EXAMPLES.iter().any(|word| lower.contains(word));
    run.bytes().any(|byte| byte.is_ascii_digit()) && seen.len() >= 8 && !example
}

/// The fewest characters of a value that is a key because of its name, and of that part of it
/// in which letters and digits take turns, and how often they do: a name with a year at its end is
/// none, nor is the number of a project.
const LEAST: usize = 16;
const LEAST_PART: usize = 10;
const TURNS: usize = 3;

/// Whether the value of a field that is named for a key is one: not the name of a variable or of
/// a place where keys are kept, not a placeholder.
pub(super) fn is_value(text: &str) -> bool {
    let whole = |c: char| is_of_a_run(c) || matches!(c, '+' | '/' | '=' | '.' | '~');
    let turns = |part: &str| {
        part.as_bytes().windows(2).filter(|two| two[0].is_ascii_digit() != two[1].is_ascii_digit()).count()
    };
    let mut parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    let has_turns = parts.any(|part| part.len() >= LEAST_PART && turns(part) >= TURNS);
    text.len() >= LEAST && text.chars().all(whole) && is_mixed(text) && has_turns
}

fn private_keys(text: &str, source: SourceId) -> Vec<Key> {
    let mark = "PRIVATE KEY-----\n";
    let found = memmem::find_iter(text.as_bytes(), mark).filter_map(|at| {
        let line = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
        let begins = text.get(line..at)?.trim_start().starts_with("-----BEGIN");
        let next = text.get(at + mark.len()..)?.lines().next()?.trim();
        let span = Span::new(source, line, at + mark.len() - 1);
        (begins && next.len() >= 40 && is_random(next)).then_some(Key {
            what: "a private key",
            prefix: "-----BEGIN",
            span,
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_by_its_beginning() {
        for (what, prefix, least) in KEYS {
            let random: String = "q7Rv2Lx9Kd4Wm8Zt".chars().cycle().take(*least).collect();
            let text = format!("a hf_ of sk-{prefix} and {prefix}{random}, not x{prefix}{random}");
            let start = text.find(", not").unwrap() - prefix.len() - random.len();
            let end = start + prefix.len() + random.len();
            let found: Vec<Key> = of(&text, SourceId(0));
            assert_eq!(found.len(), 1, "{prefix}");
            assert_eq!((found[0].what, found[0].prefix, found[0].span.range()), (*what, *prefix, start..end));
        }
    }

    #[test]
    fn a_value_is_a_key_where_it_is_no_placeholder() {
        for key in ["9f2c77d0a1b34e5f8890", "Qm9vVGhpc0lzQUtleQ8+/zT3==", "6f1e0b52-93cd-4a77-8d20-b5e4c19a7f36"] {
            assert!(is_value(key), "{key}");
        }
        for other in [
            "YOUR-API-KEY-GOES-HERE",
            "your-key-0123456789",
            "${env:GATEWAY_API_KEY_2}",
            "{{ api_key_42_of_us }}",
            "<key of the gateway 7>",
            "GATEWAY_API_KEY_NAME",
            "gateway-prod-key-2026",
            "kv/data/gateway2/api-key",
            "projects/584920174636/secrets/gateway-key/versions/3",
            "/run/secrets/gateway20260801",
            "AZUREOPENAIKEY2026",
            "0000000000000000",
            "9f2c77d0a1b",
        ] {
            assert!(!is_value(other), "{other}");
        }
    }
}
