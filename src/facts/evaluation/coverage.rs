//! What the packets cover: suites, areas of the release checklist, refusals.
//!
//! | fact | what it says |
//! |---|---|
//! | `categories` | one `{name, status}` for safety, quality, regression and what the release class adds: `covered`, `excused` or `missing` |
//! | `areas` | one `{name, status}` for each area of the checklist that is measured: `measured`, `excused` or `missing` |
//! | `refusal.status` | whether a safety suite also measures refusals of harmless requests: `measured`, `unmeasured`, or `not-due` (no safety suite, or no model that writes text) |
//! | `losses` | whether the metrics are `only` losses, `mixed`, or `none` are there |
//! | `redaction` | `{status, problem}`: `stated`, or `unstated` and what is missing |

use super::packet::{Packet, excused, text_of};
use crate::facts::standing::says_something;
use crate::parse::Node;
use crate::source::Span;

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] = &[
    "areas[*].name",
    "areas[*].status",
    "categories[*].name",
    "categories[*].status",
    "losses",
    "redaction.problem",
    "redaction.status",
    "refusal.status",
];

/// What every evaluation has a suite for. What a release class adds may have a metric of
/// another suite instead.
const CATEGORIES: [&str; 3] = ["safety", "quality", "regression"];

/// The areas of the release checklist that metrics stand for, and the categories of
/// metrics and suites that do.
const AREAS: &[(&str, &[&str])] = &[
    ("capability", &["capability", "quality", "accuracy", "performance"]),
    ("safety", &["safety"]),
    ("security", &["security", "robustness"]),
    ("privacy", &["privacy"]),
    ("reliability", &["reliability", "regression", "stability"]),
    ("cost", &["cost"]),
    ("latency", &["latency"]),
];

/// Names of measures of refusing what is harmless: parts of words, without their marks.
const OVER_REFUSAL: &[&str] = &[
    "overrefus",
    "falserefus",
    "overlyrefus",
    "excessiverefus",
    "wrongrefus",
    "needlessrefus",
    "unnecessaryrefus",
    "xstest",
    "orbench",
    "overblock",
    "exaggeratedsafety",
    "benignrefus",
    "harmlessrefus",
    "saferefus",
    "refusalbenign",
    "refusalharmless",
    "refusalonsafe",
    "refusalonharmless",
    "refusalonbenign",
    "falsepositiverefus",
    "benigncompliance",
    "phtest",
];

/// Names of measures of training: parts of names, between marks.
const LOSSES: &[&str] = &[
    "loss",
    "perplexity",
    "ppl",
    "nll",
    "bits_per_byte",
    "bpb",
    "cross_entropy",
    "byte_perplexity",
    "word_perplexity",
];

/// The facts of what is covered; `generative` is false of a model that writes no text, and
/// `added` are the categories that the release class asks for beside the three of all.
pub(super) fn derive(manifest: &Node, packets: &[Packet<'_>], generative: bool, added: &[Node], facts: &mut Node) {
    let span = packets.first().map_or(manifest.anchor(), |packet| packet.document.root.anchor());
    let key = |name: &str| {
        packets.first().and_then(|packet| packet.document.root.entry(name)).map_or(span, |entry| entry.key_span)
    };
    let (suites, metrics) = (key("suites"), key("metrics"));
    let added = added.iter().filter_map(Node::text).filter(|name| !CATEGORIES.contains(name));
    let added = added.map(|name| match category(packets, name) {
        "missing" if measured(packets, &[name]) == "measured" => entry(name, "covered", suites),
        status => entry(name, status, suites),
    });
    let categories = CATEGORIES.iter().map(|name| entry(name, category(packets, name), suites));
    let categories = categories.chain(added).collect();
    let areas = AREAS.iter().map(|(name, words)| entry(name, area(manifest, packets, name, words), metrics)).collect();
    facts.put("categories", Node::seq(categories, suites));
    facts.put("areas", Node::seq(areas, metrics));
    let (refusal, place) = refusal(packets, generative);
    let place = place.unwrap_or(metrics);
    facts.put("refusal", Node::map(place).with("status", Node::string(refusal, place)));
    facts.put("losses", Node::string(losses(packets), metrics));
    if let Some(packet) = packets.first() {
        facts.put("redaction", redaction(&packet.document.root));
    }
}

fn entry(name: &str, status: &str, span: Span) -> Node {
    Node::map(span).with("name", Node::string(name, span)).with("status", Node::string(status, span))
}

fn category(packets: &[Packet<'_>], name: &str) -> &'static str {
    let mut suites = packets.iter().flat_map(|packet| &packet.suites).filter(|suite| suite.category == name).peekable();
    if suites.peek().is_none() {
        return "missing";
    }
    if suites.all(|suite| suite.excused) { "excused" } else { "covered" }
}

fn area(manifest: &Node, packets: &[Packet<'_>], name: &str, words: &[&str]) -> &'static str {
    let checklist = manifest.at(&["checklist", name]);
    let reasoned = |node: &Node| says_something(text_of(node, "reason"));
    if checklist.is_some_and(|node| excused(node) || text_of(node, "status") == "n/a" && reasoned(node)) {
        return "excused";
    }
    measured(packets, words)
}

/// Whether a metric is of one of these categories: by its own, else by that of its suite.
fn measured(packets: &[Packet<'_>], words: &[&str]) -> &'static str {
    let all = || {
        packets.iter().flat_map(|packet| {
            super::packet::items(&packet.document.root, "metrics").iter().map(move |node| (packet, node))
        })
    };
    let about = |(packet, node): &(&Packet<'_>, &Node)| {
        let own = text_of(node, "category");
        let suite = packet.suite(text_of(node, "suite")).map_or("", |suite| suite.category);
        words.contains(&own) || own.is_empty() && words.contains(&suite)
    };
    let mut found = all().filter(about).peekable();
    if found.peek().is_none() {
        return "missing";
    }
    if found.all(|(_, node)| excused(node)) { "excused" } else { "measured" }
}

/// Whether a name, without its marks and in lower case, is one of [`OVER_REFUSAL`].
fn says_over_refusal(name: &str) -> bool {
    let folded: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    OVER_REFUSAL.iter().any(|word| folded.contains(word))
}

fn refusal(packets: &[Packet<'_>], generative: bool) -> (&'static str, Option<Span>) {
    let safety =
        packets.iter().flat_map(|packet| &packet.suites).find(|suite| suite.category == "safety" && !suite.excused);
    let Some(safety) = safety.filter(|_| generative) else { return ("not-due", None) };
    let metric = |node: &Node| ["id", "select", "suite"].into_iter().any(|key| says_over_refusal(text_of(node, key)));
    let excused_one = |node: &Node| excused(node) && says_over_refusal(text_of(node, "id"));
    let measured = packets.iter().any(|packet| {
        packet.metrics().any(metric) || super::packet::items(&packet.document.root, "metrics").iter().any(excused_one)
    });
    (if measured { "measured" } else { "unmeasured" }, Some(safety.node.get("id").map_or(safety.span, |id| id.span)))
}

fn losses(packets: &[Packet<'_>]) -> &'static str {
    let aside = |node: &&Node| !matches!(text_of(node, "category"), "latency" | "cost");
    let mut metrics = packets.iter().flat_map(Packet::metrics).filter(aside).peekable();
    if metrics.peek().is_none() {
        return "none";
    }
    if metrics.all(|node| is_loss(text_of(node, "id"))) { "only" } else { "mixed" }
}

fn is_loss(id: &str) -> bool {
    let id = id.to_lowercase().replace('-', "_");
    let train = id.starts_with("train_") || id.starts_with("training_");
    train || LOSSES.iter().any(|word| format!("_{id}_").contains(&format!("_{word}_")))
}

fn redaction(root: &Node) -> Node {
    let place = root.get("redaction").map_or(root.anchor(), Node::anchor);
    let (status, problem) = match root.get("redaction") {
        None => ("unstated", "does not say whether results hold examples of customers"),
        Some(redaction) => {
            let missing = |key| !says_something(text_of(redaction, key));
            match text_of(redaction, "customer_examples") {
                "" => ("unstated", "does not say whether results hold examples of customers"),
                "none" => ("stated", ""),
                _ if missing("method") && missing("reviewer") => (
                    "unstated",
                    "has examples of customers, and says neither how they were redacted nor who checked it",
                ),
                _ if missing("method") => {
                    ("unstated", "has examples of customers, and does not say how they were redacted")
                }
                _ if missing("reviewer") => {
                    ("unstated", "has examples of customers, and does not say who checked that they are redacted")
                }
                _ => ("stated", ""),
            }
        }
    };
    Node::map(place).with("status", Node::string(status, place)).with("problem", Node::string(problem, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_a_word_of_its_own() {
        assert!(is_loss("eval_loss") && is_loss("word-perplexity") && is_loss("train_accuracy"));
        assert!(!is_loss("lossless_rate") && !is_loss("accuracy") && !is_loss("training"));
    }

    #[test]
    fn over_refusal_has_many_names() {
        for name in ["over_refusal", "Over-refusal rate", "xstest_safe", "false_refusal_rate", "refusal_on_harmless"] {
            assert!(says_over_refusal(name), "{name}");
        }
        assert!(!says_over_refusal("refusal_correct"));
    }
}
