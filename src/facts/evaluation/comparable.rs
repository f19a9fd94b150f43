//! Settings in which two runs differ that are compared.
//!
//! `differences` has one `{metric, with, problem, definition}` for each setting of a result
//! file that is not that of the run it is compared with (`the baseline`, `the base model`),
//! however many metrics rest on it; `definition` is the setting on the other side.

use super::metric::{Measured, Metric};
use super::packet::{Evidence, Packet, items, text_of};
use crate::evidence::{Selected, Setting, select};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] =
    &["differences[*].definition", "differences[*].metric", "differences[*].problem", "differences[*].with"];

/// One entry for each two places that differ, however many metrics rest on them.
pub(super) fn derive(packets: &[Packet<'_>], before: &[Packet<'_>]) -> Vec<Node> {
    let mut found: Vec<(Span, Node)> = Vec::new();
    for packet in packets {
        for node in packet.metrics() {
            let metric = Metric::of(node, packet);
            let Measured::Known(reading) = &metric.measured else { continue };
            for earlier in before {
                let same =
                    items(&earlier.document.root, "metrics").iter().find(|node| text_of(node, "id") == metric.id);
                let Some(other) = same.map(|node| Metric::of(node, earlier)) else { continue };
                if let Measured::Known(there) = &other.measured {
                    add(&mut found, &metric, "the baseline", &reading.settings, &there.settings);
                }
            }
            for run in packet.base.iter().filter(|run| run.id == text_of(node, "suite")) {
                let Evidence::Read(results) = &run.evidence else { continue };
                let wanted = node.get("select").and_then(Node::text);
                if let Selected::One { measures, .. } = select(results, wanted, metric.id) {
                    let there: Vec<&Setting> = measures.iter().flat_map(|measure| &measure.settings).collect();
                    add(&mut found, &metric, "the base model", &reading.settings, &there);
                }
            }
        }
    }
    found.into_iter().map(|(_, node)| node).collect()
}

fn add(found: &mut Vec<(Span, Node)>, metric: &Metric<'_>, with: &str, here: &[&Setting], there: &[&Setting]) {
    for own in here {
        let other = there.iter().find(|other| other.name == own.name);
        let Some(other) = other.filter(|other| other.value != own.value) else { continue };
        if found.iter().any(|(span, _)| *span == own.span) {
            continue;
        }
        let (one, two) = (text::quote(&own.value), text::quote(&other.value));
        let problem = format!("{} is `{one}` here and `{two}` there", own.name);
        let node = Node::map(own.span)
            .with("metric", Node::string(metric.id, metric.span))
            .with("with", Node::string(with, own.span))
            .with("problem", Node::string(problem, own.span))
            .with("definition", Node::string("", other.span));
        found.push((own.span, node));
    }
}
