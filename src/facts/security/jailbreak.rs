//! Jailbreak tests: whether any were attempted, how many times, and how many succeeded.

use std::collections::BTreeMap;

use super::{Reviewed, answers};
use crate::evidence::{self, Format, Results};
use crate::facts::standing::{Wrong, excused, standing};
use crate::facts::{Context, organisation, unknown_of};
use crate::parse::{Document, Node};
use crate::text;

/// How far a written rate may be from what it was made from.
const ROUNDING: f64 = 0.005;

/// The numbers of one test: as the review writes them, or as its report has them.
#[derive(Clone, Copy)]
struct Numbers {
    attempts: Option<f64>,
    successes: Option<f64>,
    rate: Option<f64>,
}

impl Numbers {
    fn of(test: &Node) -> Self {
        let number = |key: &str| test.get(key).and_then(Node::as_f64).filter(|number| number.is_finite());
        Self { attempts: number("attempts"), successes: number("successes"), rate: number("asr") }
    }

    /// The rate of success, computed where it can be.
    fn rate(&self) -> Option<f64> {
        match (self.attempts, self.successes) {
            (Some(attempts), Some(successes)) if attempts > 0.0 => Some(successes / attempts),
            _ => self.rate,
        }
    }
}

/// The result files that the tests of a review name, by path: several tests may name one.
pub(super) type Reports = BTreeMap<String, Results>;

/// Reads the reports of a review.
pub(super) fn reports(context: &Context<'_>, review: &Document) -> Reports {
    let mut reports = Reports::new();
    for test in review.root.get("jailbreak_tests").map(Node::items).unwrap_or_default() {
        let Some(written) = test.get("evidence").and_then(Node::text) else { continue };
        let target = context.files.resolve(&review.path, written);
        let Some(path) = target.path().filter(|path| !reports.contains_key(*path)) else { continue };
        let document = context.graph.results_at(&target).filter(|document| document.sound);
        let read = document.and_then(|document| evidence::read(None, &document.root, None).ok());
        reports.extend(read.map(|results| (path.to_owned(), results)));
    }
    reports
}

/// What the report of a test says. Of garak's: the attempts and hits of the probes that its
/// evidence names after `#`, or of all; of PyRIT's those of techniques. Of promptfoo's: those of a whole red-team run. Other
/// reports do not tell a jailbreak from the rest of what they test, so of them nothing is known.
fn measured(reviewed: &Reviewed<'_>, test: &Node) -> Option<Numbers> {
    let written = test.get("evidence")?.text()?;
    let target = reviewed.context.files.resolve(&reviewed.review.path, written);
    let results = reviewed.reports.get(target.path()?)?;
    let family = written.split_once('#').map_or("", |(_, family)| family);
    let own = |measure: &&evidence::Measure| match results.format {
        Format::Garak | Format::Pyrit => {
            let rest = measure.task.strip_prefix(family);
            family.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }
        Format::Promptfoo => family.is_empty() && measure.metric == evidence::ATTACKS,
        _ => false,
    };
    let of_family: Vec<&evidence::Measure> = results.measures.iter().filter(own).collect();
    if of_family.is_empty() {
        return None;
    }
    let sum = |count: fn(&evidence::Measure) -> Option<u64>| -> Option<f64> {
        let all: Option<Vec<u32>> = of_family.iter().map(|measure| u32::try_from(count(measure)?).ok()).collect();
        Some(all?.into_iter().map(f64::from).sum())
    };
    Some(Numbers {
        attempts: Some(sum(|measure| measure.n)?),
        successes: Some(sum(|measure| measure.hits)?),
        rate: None,
    })
}

fn written<'a>(reviewed: &'a Reviewed<'_>) -> impl Iterator<Item = &'a Node> {
    let tests = reviewed.root().get("jailbreak_tests").map(Node::items).unwrap_or_default();
    tests.iter().filter(|test| excused(test) != Some(true))
}

/// How the tests stand together.
pub(super) fn attempted(reviewed: &Reviewed<'_>) -> Node {
    let root = reviewed.root();
    let place = root.entry("jailbreak_tests").map_or(root.anchor(), |entry| entry.key_span);
    standing(place, too_few(reviewed))
}

fn too_few(reviewed: &Reviewed<'_>) -> Option<Wrong> {
    let excused = reviewed.root().get("jailbreak_tests").map(Node::items).unwrap_or_default().len();
    if written(reviewed).next().is_none() {
        return (excused == 0).then(|| Wrong::new("none", "no jailbreak test was attempted"));
    }
    let limit = organisation::limit(reviewed.context.graph, &reviewed.manifest.root, "min_jailbreak_attempts");
    // Where a report that cannot be read has the numbers, their sum is not known.
    let known = |test| Numbers::of(test).attempts.or_else(|| measured(reviewed, test)?.attempts);
    let attempts: Option<f64> = written(reviewed).map(known).sum();
    let few = attempts.filter(|attempts| *attempts < limit.value)?;
    let why = format!("the jailbreak tests make {few} attempts, and {} are asked for", limit.value);
    Some(match limit.span {
        Some(span) => Wrong::new("too-few", why).beside(span, "the limit"),
        None => Wrong::new("too-few", why),
    })
}

/// How each test stands.
pub(super) fn tests(reviewed: &Reviewed<'_>) -> Vec<Node> {
    let one = |test: &Node| {
        let place = test.get("suite").map_or(test.anchor(), |suite| suite.span);
        standing(place, wrong(reviewed, test))
    };
    written(reviewed).map(one).collect()
}

/// The tests whose rate cannot be held against their report.
pub(super) fn not_assessed(reviewed: &Reviewed<'_>) -> Vec<Node> {
    let item = |test: &Node| {
        let evidence = test.get("evidence")?;
        let target = reviewed.context.files.resolve(&reviewed.review.path, evidence.text()?);
        let path = target.path()?;
        let name = text::quote(test.get("suite").and_then(Node::text).unwrap_or("without a name"));
        let what = format!("the success rate of jailbreak test `{name}`");
        let why = "it is recomputed from reports of garak, results of PyRIT's attacks and red-team runs of promptfoo, and this is none or has no such probe";
        measured(reviewed, test).is_none().then(|| unknown_of(path, what, why, evidence.span))
    };
    written(reviewed).filter_map(item).collect()
}

fn wrong(reviewed: &Reviewed<'_>, test: &Node) -> Option<Wrong> {
    let name = text::quote(test.get("suite").and_then(Node::text).unwrap_or("without a name"));
    if excused(test) == Some(false) {
        return Some(Wrong::new(
            "no-reason",
            format!("jailbreak test `{name}` does not apply, and the reason is not given"),
        ));
    }
    let numbers = Numbers::of(test);
    let evidence = test.get("evidence").filter(|evidence| evidence.text().is_some());
    if let Some(lost) = evidence.and_then(|evidence| answers::lost(reviewed, evidence)) {
        return Some(lost);
    }
    if evidence.is_none() && (numbers.attempts.is_none() || numbers.rate().is_none()) {
        let why = format!("jailbreak test `{name}` says neither how many attempts succeeded nor names a report");
        return Some(Wrong::new("no-numbers", why));
    }
    let place = |key: &str| test.get(key).map(|node| node.span);
    if let (Some(attempts), Some(successes)) = (numbers.attempts, numbers.successes)
        && successes > attempts
    {
        let why = format!("jailbreak test `{name}` has {successes} successes in {attempts} attempts");
        return Some(at(Wrong::new("impossible", why), place("successes")));
    }
    if let (Some(computed), Some(rate)) = (numbers.rate(), numbers.rate)
        && (computed - rate).abs() > ROUNDING
    {
        let why = format!("jailbreak test `{name}` says a success rate of {rate}, and its numbers make {computed:.4}");
        return Some(at(Wrong::new("other-rate", why), place("asr")));
    }
    let report = measured(reviewed, test);
    if let (Some(said), Some(found)) = (numbers.rate(), report.and_then(|report| report.rate()))
        && (said - found).abs() > ROUNDING
    {
        let why = format!("jailbreak test `{name}` says a success rate of {said:.4}, and its report has {found:.4}");
        return Some(at(Wrong::new("other-report", why), place("asr").or(place("successes"))));
    }
    let limit = organisation::limit(reviewed.context.graph, &reviewed.manifest.root, "max_jailbreak_asr");
    let rate = report.unwrap_or(numbers).rate().filter(|rate| *rate > limit.value)?;
    let why = format!(
        "jailbreak test `{name}` succeeded in {:.1} % of its attempts; {:.1} % are allowed",
        rate * 100.0,
        limit.value * 100.0
    );
    let wrong = at(Wrong::new("too-many", why), place("asr").or(place("successes")));
    Some(match limit.span {
        Some(span) => wrong.beside(span, "the limit"),
        None => wrong,
    })
}

fn at(wrong: Wrong, place: Option<crate::source::Span>) -> Wrong {
    match place {
        Some(place) => wrong.at(place),
        None => wrong,
    }
}
