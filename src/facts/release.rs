//! The facts of a release, from everything that its manifest points to.
//!
//! | fact | what it says |
//! |---|---|
//! | `manifest` | the path of the manifest |
//! | `stage` | `{name, external}`: whether the stage carries production traffic |
//! | `due` | whether the whole approval path is due: the stage carries production traffic, and the release is live |
//! | `live` | false of a release that is retired, deprecated or superseded: of those only the integrity is judged |
//! | `cards` | one `{subject, status, problem, path}`: the card of the release |
//! | `owner` | see [`super::owner`] |
//! | `evaluation` | see [`super::evaluation`] |
//! | `monitoring` | see [`super::monitoring`] |
//! | `rollback` | see [`super::rollback`] |
//! | `approval` | see [`super::approval`] |
//! | `contradictions`, `card_before_training` | see [`super::agreement`] |
//! | `duties`, `scope`, `class`, `checklist`, `changelog` | see the modules of these names |
//! | `compute`, `guarded`, `retention`, `sensitive` | see the modules of these names |
//! | `pins`, `artifacts`, `base`, `data` | likewise: what it is made of |
//! | `license` | see [`super::license::parts`]: the terms of what it is made of |
//! | `rollout` | see [`super::rollout`] |
//! | `security` | see [`super::security`] |
//! | `registry`, `prompts` | see [`super::registered`] and [`super::prompt::used`] |
//! | `not_assessed[*]` | `{what, why}` and, if it is about another file, `path`: what of a release this run could not judge |

use super::{
    Context, agreement, approval, artifacts, base, changelog, checklist, class, compute, data, duties, evaluation,
    guarded, license, monitoring, owner, pins, prompt, registered, retention, rollback, rollout, scope, security,
    sensitive,
};
use crate::link::{Graph, Known, Reference, Release, Target};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The stages in their order; `draft` comes before them and `retired` after.
pub const STAGES: [&str; 6] =
    ["offline_evals", "internal_dogfood", "limited_beta", "canary", "staged_rollout", "full_rollout"];

/// The first stage with users outside the organisation: from it on the whole
/// approval path is due.
pub const FIRST_EXTERNAL_STAGE: &str = "limited_beta";

/// Whether a stage carries production traffic.
pub fn is_external(stage: &str) -> bool {
    STAGES.iter().skip_while(|name| **name != FIRST_EXTERNAL_STAGE).any(|name| *name == stage)
}

/// Whether a stage is one at which nobody may be routed to a release.
pub(super) fn is_closed(stage: &str) -> bool {
    matches!(stage, "draft" | "offline_evals" | "retired")
}

/// The stage that a release is at, and where that is written.
pub(super) fn stage(root: &Node) -> (&str, Span) {
    let stage = root.at(&["metadata", "stage"]);
    (stage.and_then(Node::text).unwrap_or("draft"), stage.map_or(root.anchor(), |stage| stage.span))
}

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "cards[*].path",
    "cards[*].problem",
    "cards[*].status",
    "cards[*].subject",
    "live",
    "manifest",
    "not_assessed[*].path",
    "not_assessed[*].what",
    "not_assessed[*].why",
    "stage.external",
    "stage.name",
    "due",
];

/// The facts of one release. `card` are the facts of its card.
pub fn derive(context: &Context<'_>, release: &Release, card: Option<&Node>) -> Node {
    let graph = context.graph;
    let document = &graph.documents[release.document];
    let root = &document.root;
    let span = root.anchor();
    let (name, stage_span) = stage(root);
    let (live, live_span) = live(graph, root);
    let due = live && is_external(name);
    let evaluation = evaluation::derive(context, release, card);
    let mut facts = Node::map(span)
        .with("manifest", Node::string(document.path.as_str(), span))
        .with(
            "stage",
            Node::map(stage_span)
                .with("name", Node::string(name, stage_span))
                .with("external", Node::bool(is_external(name), stage_span)),
        )
        .with("due", Node::bool(due, stage_span))
        .with("live", Node::bool(live, live_span))
        .with("cards", Node::seq(vec![card_facts(graph, release)], span))
        .with("owner", owner::derive(graph, release, card))
        .with("rollback", rollback::derive(context, release))
        .with("rollout", rollout::derive(context, release))
        .with("security", security::derive(context, release))
        .with("monitoring", monitoring::derive(context, release))
        .with("approval", approval::derive(context, release, due))
        .with("duties", duties::derive(context, release))
        .with("scope", scope::derive(context, release))
        .with("class", class::derive(context, release))
        .with("checklist", checklist::derive(context, release, &evaluation))
        .with("evaluation", evaluation)
        .with("guarded", guarded::derive(context, release))
        .with("sensitive", sensitive::derive(context, release))
        .with("retention", retention::derive(context, release))
        .with("compute", compute::derive(context, release))
        .with("changelog", changelog::derive(context, release))
        .with("pins", pins::derive(context, release))
        .with("artifacts", artifacts::derive(context, release))
        .with("base", base::derive(context, release))
        .with("data", data::derive(context, release))
        .with("license", license::parts::derive(context, release))
        .with("registry", registered::derive(context, release, due))
        .with("prompts", prompt::used::derive(context, release, due));
    agreement::put(context, release, card, &mut facts);
    // Results are due always, the rest of the path with it.
    let families = facts.entries().iter().filter(|family| due || &*family.key == "evaluation");
    let families = families.filter_map(|family| family.value.get("not_assessed"));
    let unknown = families.flat_map(Node::items).cloned().collect();
    facts.with("not_assessed", Node::seq(unknown, span))
}

/// Registry statuses of a release that no traffic goes to any more.
const OVER: [&str; 3] = ["deprecated", "retired", "superseded"];

/// Whether traffic may go to a release, and where that is written.
pub fn live(graph: &Graph<'_>, root: &Node) -> (bool, Span) {
    let metadata = |key: &str| root.at(&["metadata", key]).and_then(Node::text).unwrap_or_default();
    let registered = match graph.registries.release(metadata("id"), metadata("model")) {
        Known::Version(version) => version.status.as_deref().map(|status| (status, version.status_span)),
        _ => None,
    };
    match registered {
        Some((status, span)) if OVER.contains(&status) => (false, span),
        _ => {
            let (stage, span) = stage(root);
            (stage != "retired", span)
        }
    }
}

/// Whether a release is the newest live one of those that its card serves: the card of
/// a model is written for that one, and the others have moved on from it.
pub(super) fn is_newest_of_card(graph: &Graph<'_>, release: &Release) -> bool {
    let serves = release.card_document.map_or(&[][..], |card| graph.served_by(card));
    let live = |at: &&usize| {
        graph.releases.get(**at).is_some_and(|other| live(graph, &graph.documents[other.document].root).0)
    };
    let newest = serves.iter().rev().find(live).and_then(|at| graph.releases.get(*at));
    newest.is_none_or(|newest| newest.document == release.document)
}

fn card_facts(graph: &Graph<'_>, release: &Release) -> Node {
    let root = &graph.documents[release.document].root;
    let span = release.card.as_ref().map_or_else(|| root.span_at(&["evidence", "card"]), |reference| reference.span);
    let found = release.card_document.map(|index| graph.documents[index].path.as_str());
    let (status, problem) = match (&release.card, found) {
        (_, Some(_)) => ("found", String::new()),
        (Some(reference), None) => ("unresolved", problem(reference, "card")),
        (None, None) => ("unnamed", "the manifest names none under `evidence.card`".to_owned()),
    };
    let id = root.at(&["metadata", "id"]).and_then(Node::text).unwrap_or_default();
    let mut facts = super::card_entry(&format!("release `{}`", text::quote(id)), status, &problem, span);
    if let Some(path) = found {
        facts.put("path", Node::string(path, span));
    }
    facts
}

/// Why a reference leads to no single file, in words that follow "`path`: ".
/// Empty where it does lead to one; `what` is what it should have led to.
pub(super) fn problem(reference: &Reference, what: &str) -> String {
    match &reference.target {
        Target::File(_) if what == "card" => "it is not Markdown, so it is no model card".to_owned(),
        target => leads_nowhere(target),
    }
}

/// Why a written path leads to no single file; empty where it does.
pub(super) fn leads_nowhere(target: &Target) -> String {
    match target {
        Target::File(_) => String::new(),
        Target::Missing(None) => "there is no such file".to_owned(),
        Target::Missing(Some(near)) => format!("there is no such file; did you mean `{}`?", text::quote(near)),
        Target::Outside => "the path leads out of the repository".to_owned(),
        Target::Unreadable(why) => why.clone(),
        Target::Ambiguous(beside, rooted) => format!(
            "it is both `{}` and `{}`, which differ; write the path so that it means one of them",
            text::quote(beside),
            text::quote(rooted)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_from_limited_beta_on_are_external() {
        assert!(!is_external("draft"));
        assert!(!is_external("internal_dogfood"));
        assert!(is_external("limited_beta"));
        assert!(is_external("full_rollout"));
        assert!(!is_external("retired"));
    }
}
