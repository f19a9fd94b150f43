//! Results by group, and how far the groups lie apart.
//!
//! `slices` has one `{factor, metric, status, problem}` for each slice: `even`, `apart`,
//! `missing` (a group without a number), `unknown` (in a file that is not read).

use super::metric::{close, shown};
use super::packet::{Packet, excused, items, text_of};
use crate::evidence::{Selected, select};
use crate::parse::Node;
use crate::text;

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] =
    &["slices[*].factor", "slices[*].metric", "slices[*].problem", "slices[*].status"];

/// The facts of every slice that applies.
pub(super) fn derive(packets: &[Packet<'_>]) -> Vec<Node> {
    let all =
        packets.iter().flat_map(|packet| items(&packet.document.root, "slices").iter().map(move |node| (packet, node)));
    all.filter(|(_, node)| !excused(node)).map(|(packet, node)| facts(packet, node)).collect()
}

fn facts(packet: &Packet<'_>, slice: &Node) -> Node {
    let (status, problem) = state(packet, slice);
    let place = match status {
        "apart" => slice.get("max_gap"),
        _ => slice.get("factor"),
    };
    let span = place.map_or(slice.span, |node| node.span);
    Node::map(span)
        .with("factor", Node::string(text_of(slice, "factor"), span))
        .with("metric", Node::string(text_of(slice, "metric"), span))
        .with("status", Node::string(status, span))
        .with("problem", Node::string(problem, span))
}

fn state(packet: &Packet<'_>, slice: &Node) -> (&'static str, String) {
    let groups: Vec<&str> = match slice.get("values") {
        Some(values) => values.items().iter().filter_map(Node::text).collect(),
        None => slice.get("results").map(Node::entries).unwrap_or_default().iter().map(|entry| &*entry.key).collect(),
    };
    let mut known: Vec<(&str, f64)> = Vec::new();
    let mut unread = false;
    for group in &groups {
        match value(packet, slice, group) {
            Ok(Some(value)) => known.push((group, value)),
            Ok(None) => unread = true,
            Err(why) => return ("missing", why),
        }
    }
    if groups.is_empty() {
        return ("missing", "names no groups".to_owned());
    }
    if unread {
        return ("unknown", String::new());
    }
    let least = known.iter().copied().min_by(|one, two| one.1.total_cmp(&two.1));
    let most = known.iter().copied().max_by(|one, two| one.1.total_cmp(&two.1));
    let (Some(least), Some(most)) = (least, most) else { return ("missing", "names no groups".to_owned()) };
    let gap = most.1 - least.1;
    match slice.get("max_gap").and_then(Node::as_f64) {
        Some(limit) if gap > limit && !close(gap, limit) => {
            let (low, high) = (text::quote(least.0), text::quote(most.0));
            let problem = format!(
                "`{low}` ({}) and `{high}` ({}) lie {} apart, {} is allowed",
                shown(least.1),
                shown(most.1),
                shown(gap),
                shown(limit)
            );
            ("apart", problem)
        }
        _ => ("even", String::new()),
    }
}

/// The number of a group; `None` where its file is not read.
fn value(packet: &Packet<'_>, slice: &Node, group: &str) -> Result<Option<f64>, String> {
    let quoted = text::quote(group);
    if let Some(inline) = slice.get("results").and_then(|results| results.get(group)) {
        return inline.as_f64().map(Some).ok_or_else(|| format!("the result of `{quoted}` is not a number"));
    }
    let wanted = slice.get("select").and_then(|select| select.get(group)).and_then(Node::text);
    let Some(wanted) = wanted else { return Err(format!("has no result for `{quoted}`")) };
    let metric = packet.metrics().find(|metric| text_of(metric, "id") == text_of(slice, "metric"));
    let suite = metric.and_then(|metric| packet.suite(text_of(metric, "suite")));
    let Some(suite) = suite else { return Err(format!("no suite is known that would have `{}`", text::quote(wanted))) };
    let Some(results) = suite.results() else { return Ok(None) };
    match select(results, Some(wanted), group) {
        Selected::One { figure, .. } => {
            let value = figure.value.filter(|value| value.is_finite());
            value.map(Some).ok_or_else(|| format!("the result of `{quoted}` is not a number"))
        }
        _ => Err(format!("the results have no `{}` for `{quoted}`", text::quote(wanted))),
    }
}
