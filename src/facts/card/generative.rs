//! Whether a model generates: text, images, sound.

use super::names::stands;
use super::view::Card;
use crate::parse::Node;
use crate::source::Span;

/// `yes`, `no` or `unknown`, told by the title of a model that judges, then the task, then the tags, the library, the
/// base model and the title.
pub(super) fn derive(card: &Card<'_>) -> Node {
    let words = &card.table.generative;
    let told = by_judge(card)
        .or_else(|| by_values(card, "pipeline_tag", &words.tasks, &words.not_tasks))
        .or_else(|| by_values(card, "tags", &words.tasks, &words.not_tasks))
        .or_else(|| by_values(card, "library_name", &words.libraries, &words.not_libraries))
        .or_else(|| by_words(card.root.get("base_model"), &words.families, &words.not_families))
        .or_else(|| by_title(card));
    let (answer, span) = told.unwrap_or(("unknown", card.anchor));
    Node::string(answer, span)
}

fn by_values(card: &Card<'_>, key: &str, yes: &[String], no: &[String]) -> Option<(&'static str, Span)> {
    let values = || card.root.get(key).map_or(&[][..], Node::one_or_many).iter();
    let holds = |list: &[String]| {
        values()
            .find(|value| value.text().is_some_and(|text| list.iter().any(|word| word == text)))
            .map(|value| value.span)
    };
    holds(yes).map(|span| ("yes", span)).or_else(|| holds(no).map(|span| ("no", span)))
}

fn by_words(node: Option<&Node>, yes: &[String], no: &[String]) -> Option<(&'static str, Span)> {
    node?.one_or_many().iter().find_map(|value| {
        let text = value.text()?.to_lowercase();
        families(&text, yes, no).map(|answer| (answer, value.span))
    })
}

/// The family that a name speaks of. What it is not goes first: a classifier
/// built on a generative model classifies.
fn families(text: &str, yes: &[String], no: &[String]) -> Option<&'static str> {
    let spoken = |list: &[String]| list.iter().any(|word| contains_family(text, word));
    if spoken(no) {
        Some("no")
    } else if spoken(yes) {
        Some("yes")
    } else {
        None
    }
}

/// `llama` is in `Llama-2-7b` and `llama3.1`, not in `llamaindex`.
fn contains_family(text: &str, word: &str) -> bool {
    stands(text, word, |before, after| {
        !before.is_some_and(char::is_alphanumeric) && after.is_none_or(|c| !c.is_alphanumeric() || c.is_ascii_digit())
    })
}

/// A model that judges what others say generates no more than its verdict, whatever it
/// was built from and is filed under.
fn by_judge(card: &Card<'_>) -> Option<(&'static str, Span)> {
    let section = card.body.sections.iter().find(|section| section.level > 0)?;
    let title = section.title.to_lowercase();
    let judges = card.table.generative.judges.iter().any(|word| contains_family(&title, word));
    judges.then_some(("no", section.title_span))
}

fn by_title(card: &Card<'_>) -> Option<(&'static str, Span)> {
    let words = &card.table.generative;
    let section = card.body.sections.iter().find(|section| section.level > 0)?;
    let text = section.title.to_lowercase();
    families(&text, &words.families, &words.not_families).map(|answer| (answer, section.title_span))
}
