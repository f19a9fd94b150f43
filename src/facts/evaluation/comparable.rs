//! Settings in which two runs differ that are compared.
//!
//! `differences` has one `{metric, with, problem, definition}` for each setting of a result
//! file that is not that of the run it is compared with (`the baseline`, `the base model`),
//! however many metrics rest on it; `definition` is the setting on the other side.

use super::metric::Metric;
use super::metrics::Before;
use super::packet::{Evidence, text_of};
use crate::evidence::{Selected, Setting, select};
use crate::parse::Node;
use std::collections::BTreeSet;

use crate::text;

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] =
    &["differences[*].definition", "differences[*].metric", "differences[*].problem", "differences[*].with"];

/// Settings of the tool, not of what it does.
const ASIDE: &[&str] = &["promptfoo"];

/// Settings in which a base model may differ from what was made of it.
const OF_THE_MODEL: &[&str] = &["promptfoo", "chat-template", "system-instruction"];

/// Whether nothing is known in which two measurements differ.
pub(super) fn alike(metric: &Metric<'_>, earlier: &Metric<'_>) -> bool {
    let (Some(here), Some(there)) = (metric.reading(), earlier.reading()) else { return true };
    differing(&here.settings, &there.settings, ASIDE).next().is_none()
}

/// One entry for each place that differs, however many metrics rest on it.
pub(super) fn derive(metrics: &[Metric<'_>], before: &Before<'_>) -> Vec<Node> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for metric in metrics {
        let Some(reading) = metric.reading() else { continue };
        let mut tell = |with: &str, there: &[&Setting], aside: &[&str]| {
            for (own, other) in differing(&reading.settings, there, aside) {
                if told.insert((own.span.source.0, own.span.start)) {
                    found.push(facts(metric, with, own, other));
                }
            }
        };
        if let Some(earlier) = before.get(metric.id).and_then(|earlier| earlier.reading()) {
            tell("the baseline", &earlier.settings, ASIDE);
        }
        for run in metric.packet.base.iter().filter(|run| run.id == text_of(metric.node, "suite")) {
            let Evidence::Read(results) = &run.evidence else { continue };
            let wanted = metric.node.get("select").and_then(Node::text);
            if let Selected::One { measures, .. } = select(results, wanted, metric.id) {
                let own = measures.iter().flat_map(|measure| &measure.settings);
                tell("the base model", &own.chain(&results.settings).collect::<Vec<_>>(), OF_THE_MODEL);
            }
        }
    }
    found
}

/// The settings that both sides have and that are not the same.
fn differing<'s>(
    here: &'s [&'s Setting],
    there: &'s [&'s Setting],
    aside: &'s [&'s str],
) -> impl Iterator<Item = (&'s Setting, &'s Setting)> {
    here.iter().filter(|own| !aside.contains(&own.name)).filter_map(|own| {
        let other = there.iter().find(|other| other.name == own.name)?;
        (other.value != own.value).then_some((*own, *other))
    })
}

fn facts(metric: &Metric<'_>, with: &str, own: &Setting, other: &Setting) -> Node {
    let (one, two) = (text::quote(&own.value), text::quote(&other.value));
    let problem = format!("{} is `{one}` here and `{two}` there", own.name);
    Node::map(own.span)
        .with("metric", Node::string(metric.id, metric.span))
        .with("with", Node::string(with, own.span))
        .with("problem", Node::string(problem, own.span))
        .with("definition", Node::string("", other.span))
}
