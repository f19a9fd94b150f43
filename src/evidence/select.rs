//! What a `select` names in a result file.
//!
//! A key, whole; without what stands behind its last comma (the filter of
//! `task/metric,filter`), where that leads to one number; without the prompt of
//! promptfoo. In a report of garak a pattern of probes and in PyRIT's results one of techniques,
//! whose attempts add up.
//! Without a `select` the id of the metric is looked for, as a key, a metric or a task.

use super::values::float;
use super::{ATTACKS, Figure, Format, Measure, Results, Selected};
use crate::text;

/// So many keys are compared to find one that is nearly what was written.
const NEAR: usize = 1000;

/// The number that a `select` leads to; without one, that of the metric of that id.
pub fn select<'r>(results: &'r Results, select: Option<&str>, metric: &str) -> Selected<'r> {
    let wanted = select.unwrap_or(metric);
    if matches!(results.format, Format::Garak | Format::Pyrit) {
        let of_probes = matching(results, |measure| probes(measure, wanted));
        return if of_probes.is_empty() { nothing(results, wanted) } else { added_up(of_probes) };
    }
    let whole = matching(results, |measure| measure.key == wanted);
    let found = if whole.is_empty() { matching(results, |measure| short(&measure.key, wanted)) } else { whole };
    let found = if found.is_empty() && select.is_none() {
        matching(results, |measure| measure.metric == wanted || measure.task == wanted)
    } else {
        found
    };
    match found[..] {
        [] => nothing(results, wanted),
        [only] => Selected::One { figure: figure(only), measures: found },
        _ => Selected::Several(found),
    }
}

fn matching(results: &Results, is: impl Fn(&Measure) -> bool) -> Vec<&Measure> {
    results.measures.iter().filter(|measure| is(measure)).collect()
}

fn nothing<'r>(results: &'r Results, wanted: &str) -> Selected<'r> {
    let keys = results.measures.iter().take(NEAR).map(|measure| measure.key.as_str());
    Selected::Nothing(text::did_you_mean(wanted, keys))
}

/// Whether the key without its filter or its prompt is what is wanted.
fn short(key: &str, wanted: &str) -> bool {
    let key = match key.strip_prefix("prompts[").and_then(|rest| rest.split_once("]/")) {
        Some((_, rest)) => rest,
        None => key,
    };
    key == wanted || key.rsplit_once(',').is_some_and(|(key, _)| key == wanted)
}

fn probes(measure: &Measure, pattern: &str) -> bool {
    let is_rate = pattern == ATTACKS && measure.metric == ATTACKS;
    is_rate || matches(pattern, &measure.task) || (pattern.contains('/') && matches(pattern, &measure.key))
}

/// Whether `*` in the pattern can stand for something so that it is the text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        let Some((_, after)) = text.split_once(part) else { return false };
        text = after;
    }
    true
}

fn figure(measure: &Measure) -> Figure {
    Figure { value: measure.value, why: measure.why.clone(), stderr: measure.stderr, n: measure.n, span: measure.span }
}

/// All hits over all attempts, as garak counts them; no number where one part has none.
fn added_up(measures: Vec<&Measure>) -> Selected<'_> {
    let Some(first) = measures.first() else { return Selected::Nothing(None) };
    let sum =
        |of: fn(&Measure) -> Option<u64>| measures.iter().try_fold(0_u64, |sum, measure| sum.checked_add(of(measure)?));
    let span = first.span;
    let why = measures.iter().find_map(|measure| measure.why.clone());
    let figure = match (sum(|measure| measure.hits), sum(|measure| measure.n), why) {
        (Some(hits), Some(n), None) if n > 0 => {
            Figure { value: Some(float(hits) / float(n)), why: None, stderr: None, n: Some(n), span }
        }
        (_, n, why) => {
            let why = why.or_else(|| Some("does not say how many attempts failed".to_owned()));
            Figure { value: None, why, stderr: None, n, span }
        }
    };
    Selected::One { figure, measures }
}

#[cfg(test)]
mod tests {
    use super::{matches, short};

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text) in
            [("a.*", "a.b"), ("*", ""), ("a*c*e", "abcde"), ("a", "a"), ("*.x", "a.x"), ("a**b", "ab"), ("a*a", "aa")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a.*", "b.a"), ("a", "ab"), ("a*c*e", "abcd"), ("a*a", "a"), ("", "a")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn the_filter_and_the_prompt_may_be_left_out() {
        assert!(short("qa/acc,none", "qa/acc"));
        assert!(short("prompts[1]/namedScores/pass", "namedScores/pass"));
        assert!(!short("qa/acc_norm,none", "qa/acc"));
    }
}
