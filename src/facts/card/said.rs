//! Answers that stand in a sentence: "a fine-tuned version of X".

use std::ops::Range;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use crate::parse::Node;
use crate::source::Span;

use super::view::Card;

/// The name of a model: with a capital, a digit, a `/` or a `-` in it, so that
/// "the model" is none.
const NAME: &str = r"(?-i:([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+|[a-z.]*[A-Z0-9][A-Za-z0-9_.\\-]*(?:[ ][A-Z0-9][A-Za-z0-9_.-]*){0,3}|[a-z]+-[A-Za-z0-9_.-]+))";
/// The name of people: words with a capital each, or a handle.
const WHO: &str = r"(?-i:(@[A-Za-z0-9_/-]+|[A-Z][A-Za-z0-9_.&\x27/-]*(?:\x20+[A-Z][A-Za-z0-9_.&\x27/-]*){0,4}))";
/// What may hold a date.
const DATE: &str = r"([\x20-\x7e]{4,30})";

/// Patterns of sentences, compiled where a card needs them.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    patterns: Vec<String>,
    compiled: OnceLock<Option<Regex>>,
}

impl Said {
    pub(super) fn new(patterns: Vec<String>) -> Self {
        Self { patterns, compiled: OnceLock::new() }
    }

    /// What the first sentence that fits answers, and where.
    pub(super) fn find(&self, card: &Card<'_>, fits: impl Fn(&str) -> bool) -> Option<Node> {
        let pattern = self.compiled.get_or_init(|| compile(&self.patterns)).as_ref()?;
        let whole = Span::new(card.anchor.source, 0, card.body.prose.len());
        pattern.captures_iter(card.clean.of(whole)).find_map(|found| {
            if leaves_heading(card, found.get(0)?.range()) {
                return None;
            }
            let answer = (1..found.len()).find_map(|group| found.get(group))?;
            let written = answer.as_str().trim_end_matches(['.', '-', '\\', ' ']);
            let span = Span::new(card.anchor.source, answer.start(), answer.start() + written.len());
            let said = written.replace('\\', "");
            (!said.is_empty() && !is_adjective(&said) && fits(&said)).then(|| Node::string(said, span))
        })
    }
}

/// Whether a match begins in a heading and ends in the text below: no sentence does.
fn leaves_heading(card: &Card<'_>, found: Range<usize>) -> bool {
    let next = card.body.sections.partition_point(|section| section.title_span.start as usize <= found.start);
    let title = next.checked_sub(1).and_then(|last| card.body.sections.get(last)).map(|last| last.title_span.range());
    title.is_some_and(|title| title.contains(&found.start) && title.end < found.end)
}

/// Words before the name of a model that look like one.
fn is_adjective(said: &str) -> bool {
    let ends = ["-tuned", "-trained", "-modal", "-lingual", "-source", "-weight", "-based", "-art", "-scale"];
    matches!(said, "English" | "LLM" | "LLMs") || ends.iter().any(|end| said.ends_with(end))
}

/// One pattern of all. A space in a pattern stands for white space and markup,
/// `[- ]?` for a hyphen that may be escaped.
fn compile(patterns: &[String]) -> Option<Regex> {
    if patterns.is_empty() {
        return None;
    }
    let hyphen = |pattern: &str| pattern.replace("[- ]?", "\u{1}").replace(' ', r"[\s`*_\[]+");
    let whole: Vec<String> = patterns
        .iter()
        .map(|pattern| hyphen(pattern).replace('\u{1}', r"[-\s\\]{0,3}"))
        .map(|pattern| pattern.replace("{name}", NAME).replace("{who}", WHO).replace("{date}", DATE))
        .collect();
    RegexBuilder::new(&whole.join("|")).case_insensitive(true).unicode(false).build().ok()
}
