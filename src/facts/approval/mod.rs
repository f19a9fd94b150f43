//! How the approval of a release stands: its record, its six steps, who signed, what
//! was signed, and whether that is still what is there.
//!
//! | fact | what it says |
//! |---|---|
//! | `record` | `{status, problem, path}`: `found`, `none`, `several`, `unresolved` |
//! | `state` | the state that the record names; `none` where it names none |
//! | `approved`, `relied_on` | whether that is `approved`; whether traffic goes out on it |
//! | `missing`, `duplicates`, `steps`, `order`, `times` | see [`step`], [`order`] |
//! | `approver`, `attestation`, `expires`, `conditions`, `change` | see [`signoff`], [`change`] |
//! | `bindings` | see [`binding`] |
//! | `conflicts`, `transitions` | see [`state`] |
//! | `not_assessed` | what it is bound to and could not be computed |
//! | `timezone` | a time zone of the organisation that there is not |
//!
//! All but `record` are there only where there is one record to read.

mod binding;
mod change;
mod order;
mod record;
mod seal;
mod signoff;
mod state;
mod step;

use jiff::Timestamp;
use jiff::civil::Date;

pub use seal::{Draft, draft, is_draft};

use super::calendar::Calendar;
use super::{Context, organisation, owner};
use crate::link::Release;
use crate::parse::{Document, Node};
use step::Step;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "approved",
    "approver.also",
    "approver.change_approver",
    "approver.name",
    "approver.others[*]",
    "approver.roster",
    "approver.signer",
    "attestation.rollback",
    "attestation.said",
    "attestation.statement",
    "attestation.unnamed",
    "bindings[*].actual",
    "bindings[*].name",
    "bindings[*].other",
    "bindings[*].problem",
    "bindings[*].status",
    "bindings[*].what",
    "change.approved_on",
    "change.checkpoint",
    "change.digest",
    "change.due",
    "change.id",
    "change.on",
    "change.said",
    "change.same_day",
    "conditions[*]",
    "conflicts[*].other",
    "conflicts[*].problem",
    "conflicts[*].shown",
    "duplicates[*].first",
    "duplicates[*].id",
    "expires.passed",
    "expires.on",
    "missing",
    "not_assessed[*].path",
    "not_assessed[*].what",
    "not_assessed[*].why",
    "order[*].other",
    "order[*].problem",
    "order[*].shown",
    "record.path",
    "record.problem",
    "record.status",
    "relied_on",
    "state",
    "steps[*].assignee",
    "steps[*].id",
    "steps[*].owner.problem",
    "steps[*].owner.role",
    "steps[*].owner.status",
    "steps[*].role",
    "steps[*].sla.allowed",
    "steps[*].sla.closed",
    "steps[*].sla.due",
    "steps[*].sla.promised",
    "steps[*].sla.status",
    "steps[*].sla.truth",
    "steps[*].status",
    "steps[*].type",
    "steps[*].wanted.role",
    "steps[*].wanted.type",
    "times[*].problem",
    "timezone",
    "transitions[*].problem",
    "unfinished[*].id",
    "unfinished[*].status",
];

/// One release and the record that approves it.
struct Case<'a> {
    context: &'a Context<'a>,
    release: &'a Release,
    manifest: &'a Document,
    record: &'a Document,
    calendar: Calendar,
    steps: Vec<Step<'a>>,
}

/// The facts under `approval`. `due` says whether the approval path is due.
pub fn derive(context: &Context<'_>, release: &Release, due: bool) -> Node {
    let manifest = &context.graph.documents[release.document];
    let (found, facts) = record::find(context, release);
    let Some(index) = found else { return facts };
    let record = &context.graph.documents[index];
    let organisation = organisation::root(context.graph);
    let case = Case {
        context,
        release,
        manifest,
        record,
        calendar: Calendar::of(organisation),
        steps: step::steps(context, &manifest.root, &record.root),
    };
    let mut facts = facts;
    state::derive(&case, due, &mut facts);
    step::derive(&case, &mut facts);
    order::derive(&case, &mut facts);
    signoff::derive(&case, &mut facts);
    change::derive(&case, &mut facts);
    let bindings = binding::derive(&case);
    facts.put("not_assessed", Node::seq(binding::not_assessed(&case, &bindings), bindings.span));
    facts.put("bindings", bindings);
    if let Some(zone) = organisation.and_then(|root| root.get("timezone"))
        && zone.text().is_some_and(|name| !Calendar::knows(name))
    {
        facts.put("timezone", zone.clone());
    }
    facts
}

impl Case<'_> {
    /// A node of the record.
    fn at(&self, keys: &[&str]) -> Option<&Node> {
        self.record.root.at(keys)
    }

    fn step(&self, id: &str) -> Option<&Step<'_>> {
        self.steps.iter().find(|step| step.duty.id == id)
    }

    fn is_approved(&self) -> bool {
        self.at(&["state"]).and_then(Node::text) == Some("approved")
    }

    /// The local date of a time that a node writes.
    fn date(&self, node: Option<&Node>) -> Option<Date> {
        instant(node).map(|time| self.calendar.date(time))
    }

    /// Whether two names are those of one person, as the roster knows them.
    fn same_person(&self, one: &str, other: &str) -> bool {
        let entry = self.context.graph.roster().and_then(|roster| roster.get(one));
        let name = entry.and_then(|entry| entry.get("name")).and_then(Node::text);
        owner::same_person(one, name, other)
    }
}

/// The instant that a node writes; times without an offset are none.
fn instant(node: Option<&Node>) -> Option<Timestamp> {
    node?.text()?.parse().ok()
}
