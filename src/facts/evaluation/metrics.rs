//! What is the case with every metric of the packets: criterion, value, baseline.
//!
//! `metrics` is a list of:
//!
//! | fact | what it says |
//! |---|---|
//! | `id`, `category` | as written |
//! | `criterion`, `criterion_problem`, `agreed` | `complete`, or `incomplete` and why; where the file of criteria has another limit |
//! | `measured`, `measured_problem` | `known`, `missing` (the packet leads to no number), `void` (the file has none there), `unknown` (not read), `lost` (the file is missing, which is found elsewhere) |
//! | `value`, `n`, `ground`, `evidence` | the number, its samples, both in words, and where it stands |
//! | `verdict`, `verdict_problem` | `passed`, `failed`, `inconclusive` (the 95 % interval holds the threshold), `unknown` |
//! | `restated` | `same`, `differs` (an inline value that the file contradicts), `alone` |
//! | `enough`, `least` | whether it rests on enough samples, and how many these are; only where `n` is known |
//! | `against`, `against_problem`, `baseline` | against the baseline: `better`, `within` its tolerance, `noise` (worse, but not beyond chance), `worse`, `incomparable`, `none`; where the baseline's number stands |
//! | `baseline_restated` | whether an inline baseline is what the baseline's own packet says: `same`, `differs`, `alone` |

use std::collections::BTreeMap;

use super::super::{Context, organisation};
use super::comparable;
use super::metric::{INTERVAL, Measured, Metric, Reading, close, shown};
use super::packet::text_of;
use crate::link::Release;
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] = &[
    "metrics[*].against",
    "metrics[*].against_problem",
    "metrics[*].agreed",
    "metrics[*].baseline",
    "metrics[*].baseline_restated",
    "metrics[*].category",
    "metrics[*].criterion",
    "metrics[*].criterion_problem",
    "metrics[*].enough",
    "metrics[*].evidence",
    "metrics[*].ground",
    "metrics[*].id",
    "metrics[*].least",
    "metrics[*].measured",
    "metrics[*].measured_problem",
    "metrics[*].n",
    "metrics[*].restated",
    "metrics[*].value",
    "metrics[*].verdict",
    "metrics[*].verdict_problem",
];

/// The facts of every metric; `before` are those of the baseline.
pub(super) fn derive(
    context: &Context<'_>,
    release: &Release,
    metrics: &[Metric<'_>],
    before: &Before<'_>,
) -> Vec<Node> {
    let manifest = &context.graph.documents[release.document].root;
    let least = organisation::limit(context.graph, manifest, "min_samples").value;
    metrics.iter().map(|metric| facts(metric, least, before.get(metric.id).copied())).collect()
}

/// The metrics of the baseline, by id.
pub(super) type Before<'p> = BTreeMap<&'p str, &'p Metric<'p>>;

fn facts(metric: &Metric<'_>, least: f64, earlier: Option<&Metric<'_>>) -> Node {
    let span = metric.span;
    let criterion = metric.criterion_problem();
    let place = metric.node.get("threshold").map_or(span, |threshold| threshold.span);
    let mut facts = Node::map(span)
        .with("id", Node::string(metric.id, span))
        .with("category", Node::string(text_of(metric.node, "category"), span))
        .with("criterion", Node::string(if criterion.is_none() { "complete" } else { "incomplete" }, place))
        .with("criterion_problem", Node::string(criterion.unwrap_or_default(), span));
    if let Some(agreed) = metric.agreed.filter(|_| metric.departs()) {
        facts.put("agreed", Node::string("", agreed.get("threshold").map_or(agreed.anchor(), |limit| limit.span)));
    }
    put_measured(&mut facts, metric);
    let (verdict, problem) = verdict(metric);
    facts.put("verdict", Node::string(verdict, place));
    facts.put("verdict_problem", Node::string(problem, place));
    if let Some(reading) = metric.reading() {
        put_reading(&mut facts, metric, reading, least);
    }
    put_against(&mut facts, metric, earlier);
    facts
}

fn put_measured(facts: &mut Node, metric: &Metric<'_>) {
    let (state, problem, span) = match &metric.measured {
        Measured::Known(reading) => ("known", "", reading.span),
        Measured::Missing(why, span) => ("missing", why.as_str(), *span),
        Measured::Void(why, span) => ("void", why.as_str(), *span),
        Measured::Unknown => ("unknown", "", metric.span),
        Measured::Lost => ("lost", "", metric.span),
    };
    facts.put("measured", Node::string(state, span));
    facts.put("measured_problem", Node::string(problem, span));
}

fn put_reading(facts: &mut Node, metric: &Metric<'_>, reading: &Reading<'_>, least: f64) {
    facts.put("value", Node::string(shown(reading.value), reading.span));
    facts.put("ground", Node::string(reading.ground(), reading.span));
    facts.put("evidence", Node::string("", reading.span));
    let inline = metric.node.get("value").filter(|_| reading.suite.is_some());
    let restated = inline.and_then(Node::as_f64).zip(inline.and_then(Node::text)).map(|(value, written)| {
        if close(value, reading.value) || rounds_to(reading.value, written) { "same" } else { "differs" }
    });
    let span = inline.map_or(metric.span, |node| node.span);
    facts.put("restated", Node::string(restated.unwrap_or("alone"), span));
    if let Some(n) = reading.n {
        let place = metric.node.get("n").map_or(metric.span, |n| n.span);
        facts.put("n", Node::string(n.to_string(), place));
        #[expect(clippy::cast_precision_loss, reason = "samples are compared with a small limit")]
        let enough = n as f64 >= least || least.is_nan();
        facts.put("enough", Node::bool(enough, place));
        facts.put("least", Node::string(shown(least), place));
    }
}

/// Whether a number, rounded to as many decimals as were written, is what was written.
pub(super) fn rounds_to(value: f64, written: &str) -> bool {
    let digits: String = written.chars().filter(|c| !matches!(c, ',' | '_')).collect();
    if digits.contains(['e', 'E']) {
        return digits.parse().is_ok_and(|number: f64| close(number, value));
    }
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let Ok(number) = digits.parse::<f64>() else { return false };
    let unit = 10f64.powi(-i32::try_from(decimals.min(15)).unwrap_or(15));
    (number - value).abs() <= unit * 0.5 + 1e-9
}

fn verdict(metric: &Metric<'_>) -> (&'static str, String) {
    let (Some(threshold), Some(reading)) = (&metric.threshold, metric.reading()) else {
        return ("unknown", String::new());
    };
    let limit = format!("{} {}", threshold.op, shown(threshold.value));
    let value = format!("{}{}", shown(reading.value), reading.ground());
    if !threshold.holds(reading.value) {
        return ("failed", format!("{value} is not {limit}"));
    }
    let within = |(lower, upper): (f64, f64)| lower < threshold.value && threshold.value < upper;
    match reading.interval.filter(|_| threshold.op != "==") {
        Some(interval) if within(interval) => {
            let (lower, upper) = interval;
            let why =
                format!("{value} is {limit}, but its 95 % interval reaches from {} to {}", shown(lower), shown(upper));
            ("inconclusive", why)
        }
        _ => ("passed", String::new()),
    }
}

/// A number of the baseline.
struct Earlier {
    value: f64,
    stderr: Option<f64>,
    span: Span,
}

fn put_against(facts: &mut Node, metric: &Metric<'_>, earlier: Option<&Metric<'_>>) {
    let inline = metric.node.get("baseline");
    let literal = inline.and_then(|node| Some(Earlier { value: node.as_f64()?, stderr: None, span: node.span }));
    let packet = earlier.and_then(Metric::reading).map(|reading| Earlier {
        value: reading.value,
        stderr: reading.stderr,
        span: reading.span,
    });
    let restated =
        match (&literal, &packet, inline.and_then(Node::text)) {
            (Some(one), Some(other), Some(written)) => {
                if close(one.value, other.value) || rounds_to(other.value, written) { "same" } else { "differs" }
            }
            _ => "alone",
        };
    let place = inline.map_or(metric.span, |node| node.span);
    facts.put("baseline_restated", Node::string(restated, place));
    let known = packet.or(literal);
    let alike = earlier.is_none_or(|earlier| comparable::alike(metric, earlier));
    let (state, problem) = match (&known, metric.reading(), metric.direction) {
        _ if !alike => ("incomparable", String::new()),
        (Some(before), Some(reading), Some(direction)) => {
            against(metric, before, reading, direction.loss(reading.value, before.value))
        }
        _ => ("none", String::new()),
    };
    facts.put("against", Node::string(state, metric.span));
    facts.put("against_problem", Node::string(problem, metric.span));
    if let Some(before) = known {
        facts.put("baseline", Node::string(shown(before.value), before.span));
    }
}

fn against(metric: &Metric<'_>, before: &Earlier, reading: &Reading<'_>, loss: f64) -> (&'static str, String) {
    let tolerance = metric.asked("max_regression").and_then(Node::as_f64).unwrap_or(0.0);
    if loss <= 0.0 || close(reading.value, before.value) {
        return ("better", String::new());
    }
    if loss <= tolerance || close(loss, tolerance) {
        return ("within", String::new());
    }
    let variance = [reading.stderr, before.stderr].into_iter().flatten().map(|stderr| stderr * stderr).sum::<f64>();
    let noise = INTERVAL * variance.sqrt();
    let allowed = if tolerance > 0.0 { format!(", {} is allowed", shown(tolerance)) } else { String::new() };
    let worse = format!(
        "{}{} is worse than {} of the baseline by {}{allowed}",
        shown(reading.value),
        reading.ground(),
        shown(before.value),
        shown(loss)
    );
    if loss <= noise {
        return ("noise", format!("{worse}; with so few samples, up to {} may be chance", shown(noise)));
    }
    ("worse", worse)
}

/// A quoted id.
pub(super) fn quoted(id: &str) -> String {
    format!("`{}`", text::quote(id))
}

#[cfg(test)]
mod tests {
    use super::rounds_to;

    #[test]
    fn a_number_is_compared_as_it_was_written() {
        assert!(rounds_to(0.934_1, "0.934"));
        assert!(rounds_to(0.934_1, "0.93"));
        assert!(!rounds_to(0.934_1, "0.94"));
        assert!(!rounds_to(0.934_1, "0.9342"));
        assert!(rounds_to(1140.2, "1,140"));
        assert!(rounds_to(0.007_812_5, "0.0078"));
    }
}
