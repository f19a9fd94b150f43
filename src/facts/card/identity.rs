//! Who and what a card is about: name, version, base model, date, owner, licence.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::clean::is_no_answer;
use super::dates;
use super::found::is_slot;
use super::topics::Topic;
use super::view::Card;
use crate::parse::Node;
use crate::parse::markdown::plain_text;
use crate::source::Span;

#[expect(clippy::expect_used, reason = "the patterns are literals, and a test runs each")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

/// "Model card for" and its like, before the name in a title.
static CARD_FOR: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)^\W*(?:the\s+)?(?:model\s+card(?:\s+for|\s+of)?)\s*[:：—–-]*\s*|\s*[:：—–-]*\s*model\s+card\s*$")
});
/// A version in a title.
static VERSION: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)(?:^|[\s_(@-])(v\d+(?:\.\d+)*(?:-[a-z0-9.]+)?|\d+\.\d+(?:\.\d+)+|\d+\.\d+)\)?\s*$"));

/// A version further on in a title: `Otter-V3.2: a small model`.
static VERSION_WITHIN: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i-u)(?:^|[ _(@-])(v[0-9]+(?:\.[0-9]+)*)(?:[ :,)]|$)"));

/// What titles on TensorFlow Hub begin with.
const MODULES: &[&str] = &["Module", "Placeholder", "Lite", "Tfjs", "Coral"];

/// The licence of the weights in a sentence; that of the code is another.
static LICENSED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:models?|weights|checkpoints?) (?:is|are) (?:licen[sc]ed|released|distributed) under (?:the )?(?:terms of )?(?:the )?([^\n;]{2,100})",
    )
});

/// The facts that were found.
pub(super) fn derive(card: &Card<'_>) -> Node {
    let mut facts = Node::map(card.anchor);
    for topic in &card.table.identity {
        let value = by_key(card, topic).or_else(|| by_label(card, topic)).or_else(|| by_heading(card, topic));
        let value = value.or_else(|| by_title(card, &topic.id)).or_else(|| by_sentence(card, topic, &facts));
        let value = if topic.id == "last_updated" { last_day(value, &facts) } else { value };
        if let Some(value) = value {
            facts.put(&topic.id, value);
        }
    }
    if facts.get("license").is_none()
        && let Some(license) = license(card)
    {
        facts.put("license", license);
    }
    if let Some(topic) = card.table.topic("owner") {
        match owner(card, topic) {
            Some(owner) => facts.put("owner", owner),
            None => maker(card, topic).into_iter().for_each(|maker| facts.put("maker", maker)),
        }
    }
    facts
}

/// An answer as text: nothing where it is a placeholder.
fn answer(text: &str, span: Span) -> Option<Node> {
    let text = plain_text(text);
    let said = !is_no_answer(&text) && !is_slot(&text) && text != "???";
    said.then(|| Node::string(text, span))
}

fn by_key(card: &Card<'_>, topic: &Topic) -> Option<Node> {
    topic.keys.iter().find_map(|key| {
        let value = &card.entry(key)?.value;
        value.one_or_many().iter().find_map(|item| {
            let item = item.get("name").unwrap_or(item);
            answer(item.text()?, item.span)
        })
    })
}

/// A sentence that gives the answer: a date has to be one, and a model is not
/// made from itself.
fn by_sentence(card: &Card<'_>, topic: &Topic, facts: &Node) -> Option<Node> {
    let name = facts.get("name").and_then(Node::text).unwrap_or("").to_lowercase();
    let fits = |said: &str| match &*topic.id {
        "last_updated" => dates::day(said).is_some(),
        _ => !is_itself(&name, &said.to_lowercase()),
    };
    topic.says.find(card, fits).or_else(|| {
        let task = card.root.get("pipeline_tag").and_then(Node::text);
        let deep = task.is_some_and(|task| !task.starts_with("tabular"));
        let generates = super::generative::derive(card).text() == Some("yes");
        if deep || generates { None } else { topic.says_unless_generative.find(card, |_| true) }
    })
}

/// Whether a model is called by the name of the card, but for its size: "a
/// quantized version of X" on the card of X-8B.
fn is_itself(name: &str, said: &str) -> bool {
    let rest = name.strip_prefix(said).map(|rest| rest.trim_start_matches(['-', '_', ' ']));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit() || c == '+'))
}

/// The day of the last update in the one form that can be compared; where there
/// is none, the day that stands beside the version.
fn last_day(value: Option<Node>, facts: &Node) -> Option<Node> {
    let day = |node: &Node| Some(Node::string(dates::day(node.text()?)?, node.span));
    let Some(value) = value else { return day(facts.get("version")?) };
    day(&value).or(Some(value))
}

/// What is there to be filled in and is not, by the ids of `derive`: another
/// rule speaks of the placeholder itself, or of the front matter that cannot be read,
/// whose keys are `unread`.
pub(super) fn unfilled(card: &Card<'_>, unread: &[&str]) -> Node {
    let mut facts = Node::map(card.anchor);
    let reported = |span: Span| card.clean.has_reported(span);
    let title = card.title.and_then(|index| card.body.sections.get(index)).map(|section| section.title_span);
    if let Some(span) = title.filter(|span| reported(*span)) {
        facts.put("name", Node::bool(true, span));
    }
    for topic in card.table.identity.iter().chain(card.table.topic("owner")) {
        let label = card.labels(topic).map(|label| label.value_span).find(|span| reported(*span));
        let section = || {
            let mut headed = card.body.sections.iter().filter(|section| section.level > 0);
            headed
                .find(|section| reported(section.content) && topic.is_heading(&section.key))
                .map(|found| found.content)
        };
        let unread = || topic.keys.iter().any(|key| unread.contains(&key.as_str())).then_some(card.anchor);
        if let Some(span) = label.or_else(section).or_else(unread) {
            facts.put(&topic.id, Node::bool(true, span));
        }
    }
    facts
}

/// One label, on one line: a longer value is no name, version or date.
fn by_label(card: &Card<'_>, topic: &Topic) -> Option<Node> {
    card.labels(topic).filter(|label| !card.clean.is_unanswered(label)).find_map(|label| {
        let first = label.value.lines().next()?;
        let most = if matches!(&*topic.id, "license" | "owner") { 40 } else { 12 };
        let short = topic.id == "base_model" || first.split_whitespace().count() <= most;
        let fits = short && (topic.id != "version" || first.chars().any(|c| c.is_ascii_digit()));
        if fits { answer(first, label.value_span) } else { None }
    })
}

/// The first line under a heading of that name.
fn by_heading(card: &Card<'_>, topic: &Topic) -> Option<Node> {
    let section = card.body.sections.iter().find(|section| section.level > 0 && topic.is_heading(&section.key))?;
    let most = if matches!(&*topic.id, "license" | "last_updated") { 40 } else { 8 };
    let line = first_line(card, section.content, most)?;
    let year = line.text()?.as_bytes().windows(4).any(|four| four.iter().all(u8::is_ascii_digit));
    (topic.id != "last_updated" || year).then_some(line)
}

fn first_line(card: &Card<'_>, content: Span, most: usize) -> Option<Node> {
    let clean = card.clean.of(content);
    let base = content.start as usize;
    let line = clean.lines().find(|line| super::words::count(line) > 0)?;
    let at = base + (line.as_ptr() as usize).checked_sub(clean.as_ptr() as usize)?;
    let lead = line.len() - line.trim_start_matches(|c: char| c.is_whitespace() || "-*+>•|".contains(c)).len();
    let end = line.trim_end_matches(|c: char| c.is_whitespace() || c == '|').len().max(lead);
    let text = card.text.get(at + lead..at + end)?;
    let short = text.split_whitespace().count() <= most;
    if short { answer(text, Span::new(content.source, at + lead, at + end)) } else { None }
}

/// The name, the version or the publisher from a title of TensorFlow Hub: `Module
/// google/nnlm-en-dim50/2`.
fn module(card: &Card<'_>, part: &str) -> Option<Node> {
    let section = card.naming_heading()?;
    let (kind, handle) = section.title.split_once(' ')?;
    let (name, version) = handle.trim().rsplit_once('/')?;
    let (publisher, _) = name.split_once('/')?;
    let numbered = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    let fits = MODULES.contains(&kind) && numbered && !name.contains(' ');
    let part = match part {
        "name" => name,
        "version" => version,
        "publisher" => publisher,
        _ => return None,
    };
    if fits { answer(part, section.title_span) } else { None }
}

/// Name and version from a title such as `Model Card: Support Assistant v2.1`.
fn by_title(card: &Card<'_>, id: &str) -> Option<Node> {
    let section = card.naming_heading()?;
    if card.clean.has_mark(section.title_span) {
        return None;
    }
    // Most titles say neither, and need not run, or compile, a pattern.
    let title = section.title.as_str();
    let says_card = title.to_ascii_lowercase().contains("card");
    if let Some(part) = module(card, id) {
        return Some(part);
    }
    let bare = if says_card { CARD_FOR.replace_all(title, "") } else { Cow::Borrowed(title) };
    let numbered = bare.contains(char::is_numeric);
    let version = if numbered { VERSION.captures(&bare).and_then(|found| found.get(1)) } else { None };
    match id {
        "version" => {
            let within = || VERSION_WITHIN.captures(&bare).and_then(|found| found.get(1));
            answer(version.or_else(within)?.as_str(), section.title_span)
        }
        "name" => {
            let name = version.map_or(&*bare, |found| bare.get(..found.start()).unwrap_or(&bare));
            answer(name.trim_matches(|c: char| c.is_whitespace() || "(-–—:@_".contains(c)), section.title_span)
        }
        _ => None,
    }
}

/// `The model is licensed under the …`, to the end of the sentence.
fn license(card: &Card<'_>) -> Option<Node> {
    let prose = card.clean.of(Span::new(card.anchor.source, 0, card.body.prose.len()));
    if !prose.contains(" under ") {
        return None;
    }
    let found = LICENSED.captures(prose)?.get(1)?;
    let end = found.as_str().find(". ").unwrap_or(found.len());
    let named = found.as_str().get(..end)?.trim_matches(|c: char| c.is_whitespace() || ".[]()".contains(c));
    let start = found.start() + found.as_str().find(named)?;
    answer(named, Span::new(card.anchor.source, start, start + named.len()))
}

/// The owner: a key, a label, or the first line of the section.
fn owner(card: &Card<'_>, topic: &Topic) -> Option<Node> {
    let section = || first_line(card, owner_section(card, topic)?, 25);
    by_key(card, topic).or_else(|| by_label(card, topic)).or_else(section)
}

/// Whoever is named in passing, who may be asked and need not be accountable: in a
/// sentence, at length under the heading, or as the publisher of a module.
fn maker(card: &Card<'_>, topic: &Topic) -> Option<Node> {
    let section = || first_line(card, owner_section(card, topic)?, usize::MAX);
    topic.says.find(card, |_| true).or_else(section).or_else(|| module(card, "publisher"))
}

fn owner_section(card: &Card<'_>, topic: &Topic) -> Option<Span> {
    let index = card.table.topics.iter().position(|other| other.id == topic.id)?;
    let mut sections = card.about(index);
    sections.find(|(_, section, words)| *words > 0 && !section.key.contains("license")).map(|found| found.1.content)
}

/// The day by which the card is to be looked at again, where it names one.
pub(super) fn review_by(card: &Card<'_>) -> Option<Node> {
    let keys = ["review_by", "next_review", "review-by"];
    let key = keys.iter().find_map(|key| card.root.get(key)).and_then(|node| Some((node.text()?, node.span)));
    let written = || {
        let names = ["review by", "next review", "next review date", "review due"];
        let label = card.body.labels.iter().find(|label| names.contains(&&*label.key))?;
        Some((label.value.as_str(), label.value_span))
    };
    let (text, span) = key.or_else(written)?;
    Some(Node::string(dates::day(text)?, span))
}

/// The day of the last update, where it is one.
pub(super) fn updated(identity: &Node) -> Option<Node> {
    let written = identity.get("last_updated")?;
    Some(Node::string(dates::day(written.text()?)?, written.span))
}
