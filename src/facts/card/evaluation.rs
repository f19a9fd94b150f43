//! Results: numbers in the sections about them, and in `model-index`.

use super::topics::Topic;
use super::view::Card;
use crate::parse::Node;
use crate::parse::markdown::{BlockKind, Cell, LabelForm, Link, normalize};
use crate::source::Span;

/// The facts about results.
pub(super) fn derive(card: &Card<'_>, found: Span, elsewhere: bool, trained_on: bool) -> Node {
    let (results, _) = model_index(card.root).unwrap_or((0, found));
    Node::map(found)
        .with("numbers", Node::int(count(numbers(card, found, elsewhere)), found))
        .with("model_index_results", Node::int(count(results), found))
        .with("context", Node::string(context(card, trained_on), found))
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The numbers in the sections, labels and tables about results; where these are
/// found elsewhere, those of the section around them.
fn numbers(card: &Card<'_>, found: Span, elsewhere: bool) -> usize {
    let Some(index) = card.table.topics.iter().position(|topic| topic.id == "evaluation-results") else { return 0 };
    let code = |section| card.body.blocks_of(section).iter().filter(|block| block.kind == BlockKind::Code);
    let mut total = 0;
    for (_, section, _) in card.about(index) {
        total += numbers_in(card.clean.of(section.content));
        total += code(section).map(|block| numbers_in(card.text.get(block.span.range()).unwrap_or(""))).sum::<usize>();
    }
    let topic = card.table.topics.get(index);
    let labels = topic.map(|topic| card.labels(topic).filter(|label| label.form != LabelForm::Row));
    total += labels.into_iter().flatten().map(|label| numbers_in(card.clean.of(label.value_span))).sum::<usize>();
    if elsewhere {
        let holder = card
            .body
            .sections
            .iter()
            .find(|section| section.content.start <= found.start && found.start < section.content.end);
        total += holder.map_or(0, |section| numbers_in(card.clean.of(section.content)));
    }
    total
}

/// How many words of a text are numbers that could be results: `0.93`, `78.4%`,
/// `1,204`, `±0.2`; not years, markers of lists or names such as `F1`.
pub(super) fn numbers_in(text: &str) -> usize {
    text.lines()
        .map(|line| {
            let words = line.split(|c: char| {
                c.is_whitespace() || matches!(c, '|' | '(' | ')' | '/' | '=' | ':' | '\\' | '±' | '[' | ']')
            });
            words.enumerate().filter(|(at, word)| is_number(word) && !(*at == 0 && is_marker(word))).count()
        })
        .sum()
}

fn is_marker(word: &str) -> bool {
    word.ends_with(['.', ')']) && !word.trim_end_matches(['.', ')']).contains('.')
}

fn is_number(word: &str) -> bool {
    let edge = |c: char| {
        matches!(c, '*' | '`' | '_' | ',' | '.' | ';' | '~' | '<' | '>' | '+' | '-' | '−' | '≈' | '$' | '"' | '\'')
    };
    let word = word.trim_start_matches(edge);
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let word = word.trim_end_matches(edge);
    let digits = word.trim_end_matches(['%', 'x', '×', 'k', 'M', 'B']);
    let number = digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | 'e' | '-'))
        && digits.matches('.').count() <= 1
        && !digits.contains('-');
    let year = digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20")) && digits == word;
    number && !year
}

/// How many results of `model-index` carry a number, and where it stands. The
/// Hub's form is `[].results[].metrics[].value`; a number as text counts.
pub(super) fn model_index(root: &Node) -> Option<(usize, Span)> {
    let entry = root.entry("model-index").or_else(|| root.entry("model_index"))?;
    let mut total = 0;
    for model in entry.value.one_or_many() {
        for result in model.get("results").map_or(&[][..], Node::one_or_many) {
            let metrics = result.get("metrics").map_or(&[][..], Node::one_or_many);
            total +=
                metrics.iter().filter(|metric| metric.get("value").is_some_and(|value| has_number(value, 0))).count();
        }
    }
    Some((total, entry.key_span))
}

/// Headers of the columns of a training log, which is about the training.
const LOG_COLUMNS: &[&str] = &["epoch", "step", "steps", "training loss", "train loss"];

/// The first cell that names a metric of the topic and has a number below it or
/// in its row.
pub(super) fn table<'a>(card: &Card<'a>, topic: &Topic) -> Option<&'a Cell> {
    let tables = card.body.blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Table(rows) => Some(rows),
        _ => None,
    });
    tables.into_iter().find_map(|rows| metric(rows, topic))
}

fn metric<'a>(rows: &'a [Vec<Cell>], topic: &Topic) -> Option<&'a Cell> {
    let (header, below) = rows.split_first()?;
    if header.iter().any(|cell| LOG_COLUMNS.contains(&normalize(&cell.text).as_str())) {
        return None;
    }
    let names = |cell: &Cell| topic.is_metric(&normalize(&cell.text));
    let number = |cell: &Cell| numbers_in(&cell.text) > 0;
    let column = |at: usize| below.iter().any(|row| row.get(at).is_some_and(number));
    let by_column = header.iter().enumerate().find(|(at, cell)| names(cell) && column(*at)).map(|(_, cell)| cell);
    let by_row = || {
        below.iter().filter(|row| row.iter().skip(1).any(number)).find_map(|row| row.first().filter(|cell| names(cell)))
    };
    by_column.or_else(by_row)
}

fn has_number(node: &Node, depth: usize) -> bool {
    let text = node.as_str().is_some_and(|text| text.split_whitespace().any(is_number));
    let below = || node.items().iter().chain(node.entries().iter().map(|entry| &entry.value));
    node.as_f64().is_some_and(f64::is_finite) || text || depth < 4 && below().any(|node| has_number(node, depth + 1))
}

/// Whether the results say on what they were measured: `whole`, or what they leave open. A
/// named set and its split have a size, so one of split and size will do; a page that is
/// linked, or a `model-index` with its data set, may say all of it. A split of no named set is
/// one of the training data, where the card says what these are.
fn context(card: &Card<'_>, trained_on: bool) -> &'static str {
    let places = places(card);
    let said = |id: &str| {
        let statement = card.table.statements.iter().find(|statement| statement.id == id);
        let fits = |text| statement.is_some_and(|statement| statement.any().any(|pattern| pattern.is_match(text)));
        places.iter().any(|place| fits(card.clean.lower(*place)))
    };
    let linked = places.iter().any(|place| {
        let within = |link: &Link| !link.image && place.start <= link.span.start && link.span.end <= place.end;
        let address = card.text.get(place.range()).is_some_and(|text| text.contains("http") || text.contains(" paper"));
        address || card.body.links.iter().any(within)
    });
    let indexed = card.root.get("model-index").is_some_and(|index| {
        let results = index.one_or_many().iter().flat_map(|model| model.get("results").map_or(&[][..], Node::items));
        results.into_iter().any(|result| result.get("dataset").is_some())
    });
    if linked || indexed {
        return "whole";
    }
    let listed = card.root.get("datasets").is_some_and(|sets| !sets.one_or_many().is_empty());
    let split = said("eval_split");
    match (said("eval_data") || listed || split && trained_on, split || said("eval_size")) {
        (true, true) => "whole",
        (false, true) => "on which data set they were measured",
        (true, false) => "on which split of it, or on how many samples, they were measured",
        (false, false) => "on which data set, split and number of samples they were measured",
    }
}

/// The most places that are read for the context of results.
const MOST_PLACES: usize = 50;

/// Where the results of a card stand: its sections about them with their headings, and the
/// sections around labels of results.
fn places(card: &Card<'_>) -> Vec<Span> {
    let Some(index) = card.table.topics.iter().position(|topic| topic.id == "evaluation-results") else {
        return Vec::new();
    };
    let mut places: Vec<Span> = Vec::new();
    for (at, section, _) in card.about(index).take(MOST_PLACES) {
        places.extend([section.title_span, section.content]);
        places.extend(card.namer(index, at).map(|section| section.title_span));
        // `Links` and `Reproduce` are about nothing and may say what the numbers are of.
        let below = card.body.sections.iter().skip(at + 1).take_while(|below| below.level > section.level);
        places.extend(below.take(MOST_PLACES).map(|below| below.content));
    }
    let labels = card.table.topics.get(index).into_iter().flat_map(|topic| card.labels(topic));
    for label in labels.take(MOST_PLACES) {
        let next = card.body.sections.partition_point(|section| section.title_span.start <= label.name_span.start);
        places.extend(next.checked_sub(1).and_then(|last| card.body.sections.get(last)).map(|section| section.content));
    }
    places.sort();
    places.dedup();
    places.truncate(MOST_PLACES);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_could_be_results() {
        for (text, count) in [
            ("Accuracy 0.93 and 78.4%, 68.7\\%.", 3),
            ("| WER | **15.6** |", 1),
            ("1. first\n2. second", 0),
            ("F1 in 2024 on top-5", 0),
            ("0.93±0.02", 2),
            ("version 1.2.3 of 2026-01-02", 0),
        ] {
            assert_eq!(numbers_in(text), count, "{text:?}");
        }
    }
}
