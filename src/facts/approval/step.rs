//! The steps of an approval, held against what the release class asks for.
//!
//! A record need not say a step's type, role and deadline: the release class does
//! (`release_classes.<class>.steps`), and where there is none, [`SIX`]. What a record
//! says all the same is compared with that, so that it cannot grade itself.
//!
//! | fact | what it says |
//! |---|---|
//! | `missing` | the steps that the record lacks, as a sentence has them; absent where it lacks none |
//! | `duplicates` | `{id, first}` of each step that is there again |
//! | `unfinished` | `{id, status}` of each step before *notify* that is not done |
//! | `steps[*]` | of each that is there and applies: `id`, `status` (`open`, `done`, `rejected`), `type`, `role` and `assignee` as written |
//! | `steps[*].wanted` | `{type, role}` of the release class, where they are written otherwise |
//! | `steps[*].owner` | `{status, role, problem}`: `held`, `unjudged` (no roster), or what is wrong with the assignee |
//! | `steps[*].sla` | `{status, allowed, due, closed}`: `met`, `late`, `open`, `overdue`, `unknown`; `promised` and `truth` where the record says otherwise than the class |

use jiff::Timestamp;

use super::{Case, instant};
use crate::facts::calendar::Allowance;
use crate::facts::standing::{self, excused};
use crate::facts::{Context, organisation, owner};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The step that approves, and the one that tells of it.
pub(super) const SIGN_OFF: &str = "sign-off";
pub(super) const NOTIFY: &str = "notify";

/// The steps of the approval path: id, type, role, how long they may take.
const SIX: [(&str, &str, &str, &str); 6] = [
    ("scope-ownership", "manual", "ml-platform-lead", "1 business day"),
    ("data-licensing", "manual", "data-governance", "2 business days"),
    ("evaluation", "file_upload", "ml-engineer", "2 business days"),
    ("security-review", "form", "application-security", "2 business days"),
    (SIGN_OFF, "approval", "security-operations-leader", "1 business day"),
    (NOTIFY, "webhook", "ml-platform", "same day"),
];

/// What the release class asks of a step.
pub(super) struct Duty {
    /// Its id.
    pub(super) id: String,
    kind: Option<String>,
    role: Option<String>,
    allowed: Option<String>,
}

/// A step that is due, and the entries of the record for it.
pub(super) struct Step<'a> {
    /// What is asked of it.
    pub(super) duty: Duty,
    /// The entry of the record.
    pub(super) node: Option<&'a Node>,
    again: Vec<&'a Node>,
}

impl Step<'_> {
    /// Whether the record says with a reason that it does not apply. Nobody can leave
    /// out that somebody answers, signs and tells.
    pub(super) fn is_excused(&self) -> bool {
        let may = !matches!(self.duty.id.as_str(), "scope-ownership" | SIGN_OFF | NOTIFY);
        may && self.node.is_some_and(|node| excused(node) == Some(true))
    }

    /// Whether it comes before sign-off.
    pub(super) fn is_check(&self) -> bool {
        self.duty.id != SIGN_OFF && self.duty.id != NOTIFY
    }

    /// How it stands: as written, else by whether it was completed.
    pub(super) fn status(&self) -> Option<&str> {
        let node = self.node?;
        let written = node.get("status").and_then(Node::text);
        Some(written.unwrap_or(if node.get("completed_at").is_some() { "done" } else { "open" }))
    }

    /// When it was completed, with its place.
    pub(super) fn completed(&self) -> Option<(Timestamp, Span)> {
        let node = self.node?.get("completed_at")?;
        Some((instant(Some(node))?, node.span))
    }

    /// Who does it.
    pub(super) fn assignee(&self) -> Option<&Node> {
        self.node?.get("assignee").filter(|assignee| assignee.text().is_some())
    }
}

/// The steps that the release class asks for.
pub(super) fn steps<'a>(context: &Context<'_>, manifest: &Node, record: &'a Node) -> Vec<Step<'a>> {
    let entries = record.get("steps").map(Node::items).unwrap_or_default();
    let step = |duty: Duty| {
        let mut own = entries.iter().filter(|entry| entry.get("id").and_then(Node::text) == Some(&duty.id));
        Step { node: own.next(), again: own.collect(), duty }
    };
    duties(context, manifest).into_iter().map(step).collect()
}

fn duties(context: &Context<'_>, manifest: &Node) -> Vec<Duty> {
    let class = organisation::class(context.graph, manifest);
    match class.and_then(|class| class.get("steps")).map(Node::items).unwrap_or_default() {
        [] => SIX.iter().map(|(id, ..)| duty(id, None)).collect(),
        own => own
            .iter()
            .filter_map(|step| {
                if step.is_map() {
                    Some(duty(step.get("id")?.text()?, Some(step)))
                } else {
                    Some(duty(step.text()?, None))
                }
            })
            .collect(),
    }
}

fn duty(id: &str, own: Option<&Node>) -> Duty {
    let known = SIX.iter().find(|(known, ..)| *known == id);
    let own = |key: &str| own.and_then(|step| step.get(key)).and_then(Node::text).map(str::to_owned);
    Duty {
        id: id.to_owned(),
        kind: own("type").or_else(|| known.map(|step| step.1.to_owned())),
        role: own("owner_role").or_else(|| known.map(|step| step.2.to_owned())),
        allowed: own("sla").or_else(|| known.map(|step| step.3.to_owned())),
    }
}

pub(super) fn derive(case: &Case<'_>, facts: &mut Node) {
    let root = &case.record.root;
    let span = root.entry("steps").map_or(root.anchor(), |entry| entry.key_span);
    let missing: Vec<&str> =
        case.steps.iter().filter(|step| step.node.is_none()).map(|step| step.duty.id.as_str()).collect();
    if !missing.is_empty() {
        facts.put("missing", Node::string(standing::names(missing), span));
    }
    let again = case.steps.iter().flat_map(|step| step.again.iter().map(move |node| (step, node)));
    let again = again.map(|(step, node)| {
        let at = node.get("id").map_or(node.span, |id| id.span);
        let first = step.node.and_then(|node| node.get("id")).map_or(at, |id| id.span);
        Node::map(at).with("id", Node::string(step.duty.id.as_str(), at)).with("first", Node::string("", first))
    });
    facts.put("duplicates", Node::seq(again.collect(), span));
    let applying = || case.steps.iter().filter(|step| !step.is_excused());
    let open = applying().filter(|step| step.duty.id != NOTIFY && step.status() == Some("open"));
    let open = open.filter_map(|step| {
        let at = step.node.map(|node| node.get("status").map_or(node.anchor(), |status| status.span))?;
        Some(Node::map(at).with("id", Node::string(step.duty.id.as_str(), at)).with("status", Node::string("open", at)))
    });
    facts.put("unfinished", Node::seq(open.collect(), span));
    facts.put("steps", Node::seq(applying().filter_map(|step| one(case, step)).collect(), span));
}

fn one(case: &Case<'_>, step: &Step<'_>) -> Option<Node> {
    let node = step.node?;
    let span = node.get("id").map_or(node.anchor(), |id| id.span);
    let mut wanted = Node::map(span);
    let mut facts = Node::map(span)
        .with("id", Node::string(step.duty.id.as_str(), span))
        .with("status", Node::string(step.status().unwrap_or("open"), span));
    for (name, key, truth) in [("type", "type", &step.duty.kind), ("role", "owner_role", &step.duty.role)] {
        let Some(written) = node.get(key).filter(|written| written.text().is_some()) else { continue };
        facts.put(name, written.clone());
        if let Some(truth) = truth.as_deref().filter(|truth| written.text() != Some(truth)) {
            wanted.put(name, Node::string(truth, written.span));
        }
    }
    if let Some(assignee) = step.assignee() {
        facts.put("assignee", assignee.clone());
    }
    Some(facts.with("wanted", wanted).with("owner", owner_of(case, step, span)).with("sla", sla(case, step, span)))
}

/// Whether the one who does a step may do it. Who signs off is judged as the approver;
/// what is left here is the role.
fn owner_of(case: &Case<'_>, step: &Step<'_>, span: Span) -> Node {
    let approver = case.at(&["attestation", "approver"]).filter(|node| node.text().is_some());
    let assignee = step.assignee().or(approver.filter(|_| step.duty.id == SIGN_OFF));
    let role = step.duty.role.as_deref().unwrap_or_default();
    let facts = |status: &str, problem: String, at: Span| {
        Node::map(at)
            .with("status", Node::string(status, at))
            .with("problem", Node::string(problem, at))
            .with("role", Node::string(role, at))
    };
    let Some(node) = assignee else {
        // A webhook has nobody who does it.
        let nobody = step.duty.kind.as_deref() == Some("webhook") || step.status() != Some("done");
        let problem = "the record does not say who did it".to_owned();
        return if nobody { facts("held", String::new(), span) } else { facts("unnamed", problem, span) };
    };
    let name = node.text().unwrap_or_default();
    let shown = text::quote(name);
    let standing = owner::standing(case.context.graph, name);
    let is_approver = step.duty.id == SIGN_OFF
        && approver.and_then(Node::text).is_some_and(|approver| case.same_person(name, approver));
    match standing {
        "none" => return facts("unjudged", String::new(), node.span),
        "bot" if step.duty.kind.as_deref() == Some("webhook") => return facts("held", String::new(), node.span),
        _ if is_approver && standing != "person" => return facts("unjudged", String::new(), node.span),
        "unknown" => return facts("unknown", format!("`{shown}` is not in the organisation's roster"), node.span),
        "inactive" if step.status() != Some("done") => {
            return facts("inactive", format!("`{shown}` is no longer active"), node.span);
        }
        "bot" | "rotation" => return facts(standing, format!("`{shown}` is a {standing}, not a person"), node.span),
        _ => {}
    }
    let entry = case.context.graph.roster().and_then(|roster| roster.get(name));
    let roles = entry.and_then(|entry| entry.get("roles")).map(Node::items).unwrap_or_default();
    if role.is_empty() || roles.iter().any(|held| held.text() == Some(role)) {
        return facts("held", String::new(), node.span);
    }
    let has = match roles {
        [] => "no role".to_owned(),
        roles => standing::names(roles.iter().filter_map(Node::text)),
    };
    facts("without-role", format!("`{shown}` is not `{}`; the roster gives them {has}", text::quote(role)), node.span)
}

/// Whether a step was in time, by the deadline of the release class.
fn sla(case: &Case<'_>, step: &Step<'_>, span: Span) -> Node {
    let allowed = step.duty.allowed.as_deref();
    let mut facts = Node::map(span);
    if let (Some(written), Some(truth)) = (step.node.and_then(|node| node.get("sla")), allowed)
        && written.text().and_then(Allowance::parse) != Allowance::parse(truth)
    {
        facts.put("promised", written.clone());
        facts.put("truth", Node::string(truth, written.span));
    }
    let completed = step.completed();
    let due = allowed.and_then(Allowance::parse).zip(requested(case, step));
    let due = due.and_then(|(allowance, requested)| case.calendar.due(requested, allowance));
    let done = step.status() == Some("done");
    let closed = completed.map(|(time, place)| (case.calendar.date(time), place));
    let (status, at) = match (due, closed) {
        _ if allowed.is_none() => ("met", span),
        (None, _) => ("unknown", span),
        (Some(_), None) if done => ("unknown", span),
        (Some(due), Some((day, place))) => (if day > due { "late" } else { "met" }, place),
        (Some(due), None) => (if case.context.as_of > due { "overdue" } else { "open" }, span),
    };
    facts.put("status", Node::string(status, at));
    facts.put("allowed", Node::string(allowed.unwrap_or("no deadline"), at));
    if let Some(due) = due {
        facts.put("due", Node::string(due.to_string(), at));
    }
    if let Some((day, _)) = closed {
        facts.put("closed", Node::string(day.to_string(), at));
    }
    facts
}

/// When a step was asked for: as written; else when what it waits for was done.
fn requested(case: &Case<'_>, step: &Step<'_>) -> Option<Timestamp> {
    let written = step.node.and_then(|node| node.get("requested_at"));
    if written.is_some() {
        return instant(written);
    }
    match step.duty.id.as_str() {
        SIGN_OFF => {
            case.steps.iter().filter(|step| step.is_check()).filter_map(Step::completed).map(|(at, _)| at).max()
        }
        NOTIFY => case.step(SIGN_OFF).and_then(Step::completed).map(|(at, _)| at),
        _ => instant(case.at(&["requested", "at"])),
    }
}
