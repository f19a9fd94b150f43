//! The evaluation of a release: its files, what the packets ask for, and what the
//! result files say.
//!
//! | fact | what it says |
//! |---|---|
//! | `packet` | `named`, `none`, or `lost` (its file is found missing elsewhere): without one there are no criteria, and all there is to know is in `files`, `suites`, `incomplete` and `subjects` |
//! | `files` | see `files` |
//! | `suites` | one `{name, status, problem, evidence}`: `read`, `broken`, `unnamed` (no file), `unknown`, `lost` (found elsewhere), `excused` |
//! | `incomplete` | one `{name, problem}` for each reason why a run is not whole, where that stands |
//! | `not_assessed` | one `{path, what, why}` for what cannot be known from a file |
//! | `metrics`, `slices`, `subjects`, `baseline`, `base`, `differences`, `failure_modes`, `claims`, `unmeasured`, … | see the files of those names |

pub(super) mod baseline;
pub(super) mod claims;
pub(super) mod comparable;
pub(super) mod coverage;
pub(super) mod criteria;
mod edited;
pub(super) mod failures;
mod files;
mod metric;
pub(super) mod metrics;
mod packet;
pub(super) mod personal;
pub(super) mod slices;
pub(super) mod subject;
pub(super) mod superseded;
pub(super) mod times;

use super::{Context, organisation, unknown, unknown_of};
use crate::link::Release;
use crate::parse::Node;
use crate::source::Span;
use edited::Edited;
use metric::Metric;
use metrics::Before;
use packet::{Evidence, Packet, Suite};

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "files[*].actual",
    "files[*].better_name",
    "files[*].digest_matches",
    "files[*].name",
    "files[*].named",
    "files[*].named_due",
    "files[*].path",
    "files[*].problem",
    "files[*].role",
    "files[*].status",
    "incomplete[*].name",
    "incomplete[*].problem",
    "not_assessed[*].path",
    "not_assessed[*].what",
    "not_assessed[*].why",
    "packet",
    "suites[*].evidence",
    "suites[*].name",
    "suites[*].problem",
    "suites[*].status",
];

/// The facts under `evaluation`; `card` are the facts of the card.
pub fn derive(context: &Context<'_>, release: &Release, card: Option<&Node>) -> Node {
    let manifest = &context.graph.documents[release.document].root;
    let span = manifest.span_at(&["evidence", "evaluation"]);
    let packets = packet::of(context, release);
    let loose = packet::loose(context, release);
    let before =
        baseline::release(context.graph, release).map(|earlier| packet::of(context, earlier)).unwrap_or_default();
    let (subjects, unnamed) = subject::derive(context, manifest, &packets, &loose);
    let edited = packets.first().map_or(Edited::No, |packet| edited::criteria(context, packet));
    let suites: Vec<&Suite<'_>> = packets.iter().flat_map(|packet| &packet.suites).chain(&loose).collect();
    let runs = suites.iter().copied().chain(packets.iter().flat_map(|packet| &packet.base));
    let mut facts = Node::map(span)
        .with("files", files::derive(context, release, span))
        .with("packet", Node::string(packet::presence(release, &packets), span))
        .with("suites", Node::seq(suites.iter().map(|suite| suite_facts(suite)).collect(), span))
        .with("incomplete", Node::seq(runs.flat_map(incomplete).collect(), span))
        .with("not_assessed", Node::seq(not_assessed(&suites, &unnamed, &edited), span))
        .with("subjects", Node::seq(subjects, span));
    if let Some(first) = packets.first() {
        let metrics = Metric::all(&packets);
        let earlier = Metric::all(&before);
        let before: Before<'_> = earlier.iter().rev().map(|metric| (metric.id, metric)).collect();
        facts.put("metrics", Node::seq(metrics::derive(context, release, &metrics, &before), metrics_span(first)));
        let unmeasured = criteria::unmeasured(&first.criteria, first.document, metrics_span(first));
        facts.put("unmeasured", Node::seq(unmeasured, metrics_span(first)));
        facts.put("slices", Node::seq(slices::derive(&packets), span));
        facts.put("baseline", baseline::derive(context, manifest, first, &before));
        facts.put("base", baseline::base(manifest, first, &metrics, &before));
        facts.put("differences", Node::seq(comparable::derive(&metrics, &before), span));
        let generative = card.and_then(|card| card.get("generative")).and_then(Node::text) != Some("no");
        let class = organisation::class(context.graph, manifest);
        let added = class.and_then(|class| class.get("categories")).map(Node::items).unwrap_or_default();
        coverage::derive(manifest, &packets, generative, added, &mut facts);
        times::derive(context, manifest, &packets, &edited, &mut facts);
        let document = &context.graph.documents[release.document];
        facts.put("superseded", superseded::derive(context, document, &packets, span));
        facts.put("personal", personal::derive(context, &packets, span));
        facts.put("failure_modes", Node::seq(failures::derive(context, release, card, &packets), span));
        facts.put("claims", Node::seq(claims::derive(context, release, card, &packets, &metrics), span));
    }
    facts
}

fn metrics_span(packet: &Packet<'_>) -> Span {
    let root = &packet.document.root;
    root.entry("metrics").map_or(root.anchor(), |entry| entry.key_span)
}

fn suite_facts(suite: &Suite<'_>) -> Node {
    let (status, problem) = match &suite.evidence {
        _ if suite.excused => ("excused", String::new()),
        Evidence::Unnamed if packet::left_out(suite.node) => {
            ("unnamed", "does not apply, and the reason is not given".to_owned())
        }
        Evidence::Read(_) => ("read", String::new()),
        Evidence::Broken(why, _) => ("broken", why.clone()),
        Evidence::Unnamed => ("unnamed", "names no result file".to_owned()),
        Evidence::Unknown(why) => ("unknown", why.clone()),
        Evidence::Lost => ("lost", String::new()),
    };
    let evidence = match &suite.evidence {
        Evidence::Broken(_, span) => Some(*span),
        _ => None,
    };
    let mut node = Node::map(suite.span)
        .with("name", Node::string(suite.name(), suite.span))
        .with("status", Node::string(status, suite.span))
        .with("problem", Node::string(problem, suite.span));
    if let Some(span) = evidence {
        node.put("evidence", Node::string("", span));
    }
    node
}

fn incomplete<'s>(suite: &'s Suite<'_>) -> impl Iterator<Item = Node> + 's {
    let results = suite.results().into_iter().filter(|_| !suite.excused);
    results.flat_map(|results| results.incomplete.iter().chain(&results.problems)).map(|problem| {
        Node::map(problem.span)
            .with("name", Node::string(suite.name(), problem.span))
            .with("problem", Node::string(problem.message.as_str(), problem.span))
    })
}

/// What cannot be known, and why: for the end of a report.
fn not_assessed(suites: &[&Suite<'_>], unnamed: &[&Suite<'_>], edited: &Edited) -> Vec<Node> {
    let entry = |suite: &Suite<'_>, what: &str, why: &str| {
        unknown_of(suite.path.as_deref().unwrap_or_default(), what, why, suite.span)
    };
    let unread = suites.iter().filter_map(|suite| match &suite.evidence {
        Evidence::Unknown(why) => Some(entry(suite, "the results of an evaluation", why)),
        _ => None,
    });
    let why = "nothing in the file names the checkpoint, the release or an adapter";
    let subjects = unnamed.iter().map(|suite| entry(suite, "what was evaluated", why));
    let criteria = match edited {
        Edited::Unknown(why, span) => Some(unknown("whether the criteria were there before the results", why, *span)),
        Edited::No | Edited::Late(..) => None,
    };
    unread.chain(subjects).chain(criteria).collect()
}
