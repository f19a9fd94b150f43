//! When it was evaluated: after the criteria were set and the training ended, and
//! not too long ago.
//!
//! | fact | what it says |
//! |---|---|
//! | `criteria` | `{status, problem, definition}`: `dated`, `undated`, `late` (set after the first result, by what is written or by the commits of the change) or `unresolved` (the file is not there) |
//! | `runs` | one `{suite, status, problem, definition}` for each run whose time is known: `fresh`, `untrained` (before the training ended) |
//! | `age` | `{status, problem}` of the oldest run: `fresh`, `old`, `future`, or `unknown` where no run says when it was |

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::standing::state;
use super::super::{Context, organisation};
use super::edited::Edited;
use super::packet::{Packet, Suite};
use crate::link::Target;
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] = &[
    "age.problem",
    "age.status",
    "criteria.definition",
    "criteria.problem",
    "criteria.status",
    "runs[*].definition",
    "runs[*].problem",
    "runs[*].status",
    "runs[*].suite",
];

/// A day, and the instant where a time of day with its offset is given.
#[derive(Clone, Copy, Debug)]
struct Moment {
    day: Date,
    instant: Option<Timestamp>,
}

impl Moment {
    fn parse(text: &str) -> Option<Self> {
        let day: Date = text.get(..10)?.parse().ok()?;
        Some(Self { day, instant: text.parse().ok() })
    }

    /// Whether it is before another; of the same day only where both are instants.
    fn is_before(&self, other: &Self) -> bool {
        match (self.instant, other.instant) {
            (Some(one), Some(two)) => one < two,
            _ => self.day < other.day,
        }
    }
}

/// A run whose time is known.
struct Run<'s> {
    suite: &'s Suite<'s>,
    moment: Moment,
    span: Span,
}

fn runs<'s>(packets: &'s [Packet<'_>]) -> Vec<Run<'s>> {
    let suites = packets.iter().flat_map(|packet| &packet.suites).filter(|suite| !suite.excused);
    suites.filter_map(run).collect()
}

fn run<'s>(suite: &'s Suite<'s>) -> Option<Run<'s>> {
    let stated = suite.results().and_then(|results| results.at.as_ref());
    let read = stated.and_then(|at| Some((Moment::parse(&at.text)?, at.span)));
    let written = || suite.node.get("run_at").and_then(|at| Some((Moment::parse(at.text()?)?, at.span)));
    let (moment, span) = read.or_else(written)?;
    Some(Run { suite, moment, span })
}

/// The facts about time; nothing is put where there is no packet.
pub(super) fn derive(
    context: &Context<'_>,
    manifest: &Node,
    packets: &[Packet<'_>],
    edited: &Edited,
    facts: &mut Node,
) {
    let Some(packet) = packets.first() else { return };
    let runs = runs(packets);
    let criteria = match edited {
        Edited::Late(problem, span) => state("late", problem.as_str(), *span),
        Edited::No | Edited::Unknown(..) => criteria(context, packet, &runs),
    };
    facts.put("criteria", criteria);
    facts.put("age", age(context, manifest, packet, &runs));
    let trained = manifest.at(&["training", "ended"]);
    let ended = trained.and_then(|node| Some((Moment::parse(node.text()?)?, node)));
    let untrained = |run: &Run<'_>| {
        let (ended, node) = ended.as_ref()?;
        run.moment.is_before(ended).then(|| (node.span, text::quote(node.text().unwrap_or_default())))
    };
    let list = runs.iter().map(|run| {
        let late = untrained(run);
        let problem = late.as_ref().map_or(String::new(), |(_, end)| {
            format!("was run on {}, before the training ended ({end})", run.moment.day)
        });
        let mut node = Node::map(run.span)
            .with("suite", Node::string(run.suite.name(), run.span))
            .with("status", Node::string(if late.is_some() { "untrained" } else { "fresh" }, run.span))
            .with("problem", Node::string(problem, run.span));
        if let Some((span, _)) = late {
            node.put("definition", Node::string("", span));
        }
        node
    });
    facts.put("runs", Node::seq(list.collect(), packet.document.root.anchor()));
}

fn criteria(context: &Context<'_>, packet: &Packet<'_>, runs: &[Run<'_>]) -> Node {
    let root = &packet.document.root;
    let criteria = root.get("criteria");
    let place = criteria.map_or(root.anchor(), Node::anchor);
    let node = |status: &str, problem: String, span: Span| {
        Node::map(span).with("status", Node::string(status, span)).with("problem", Node::string(problem, span))
    };
    let reference = criteria.and_then(|criteria| criteria.get("ref"));
    if let Some(written) = reference.and_then(Node::text)
        && !written.contains("://")
        && !matches!(context.files.resolve(&packet.document.path, written), Target::File(_))
    {
        let problem = format!("the criteria are to be in `{}`, which is not there", text::quote(written));
        return node("unresolved", problem, reference.map_or(place, |node| node.span));
    }
    let committed = criteria.and_then(|criteria| criteria.get("committed_at"));
    let Some((set, at)) = committed.and_then(|node| Some((Moment::parse(node.text()?)?, node))) else {
        return node("undated", "does not say when its criteria were agreed".to_owned(), place);
    };
    match runs.iter().find(|run| run.moment.is_before(&set)) {
        Some(run) => {
            let problem = format!(
                "its criteria were set on {}, after {} had run on {}",
                set.day,
                run.suite.name(),
                run.moment.day
            );
            node("late", problem, at.span).with("definition", Node::string("", run.span))
        }
        None => node("dated", String::new(), at.span),
    }
}

fn age(context: &Context<'_>, manifest: &Node, packet: &Packet<'_>, runs: &[Run<'_>]) -> Node {
    let limit = organisation::limit(context.graph, manifest, "evaluation_max_age").value;
    let oldest = runs.iter().min_by_key(|run| run.moment.day);
    let latest = runs.iter().max_by_key(|run| run.moment.day);
    let days = |day: Date| f64::from(context.as_of.since(day).map_or(0, |span| span.get_days()));
    let root = &packet.document.root;
    let (status, problem, span) = match (oldest, latest) {
        (_, Some(run)) if days(run.moment.day) < -1.0 => {
            ("future", format!("{} was run on {}, which is still to come", run.suite.name(), run.moment.day), run.span)
        }
        (Some(run), _) if days(run.moment.day) > limit => {
            let (age, limit) = (days(run.moment.day), super::metric::shown(limit));
            let problem = format!(
                "{} was run on {}, {age} days ago; at most {limit} are allowed",
                run.suite.name(),
                run.moment.day
            );
            ("old", problem, run.span)
        }
        (Some(run), _) => ("fresh", String::new(), run.span),
        (None, _) => (
            "unknown",
            "nothing in the packet or its result files says when the evaluation was run".to_owned(),
            root.anchor(),
        ),
    };
    Node::map(span).with("status", Node::string(status, span)).with("problem", Node::string(problem, span))
}
