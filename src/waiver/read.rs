//! The entries of `.weighbridge/waivers.yaml`: each becomes a waiver, or findings
//! that say what is wrong with it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::check::{self, Party};
use super::subject::{self, Subject};
use super::{Book, Context, Grant, RULE, about, canonical, limits};
use crate::finding::Finding;
use crate::kind::Kind;
use crate::parse::Node;
use crate::rule::{RuleId, Severity};
use crate::source::Span;
use crate::text::{quote, squeeze};

/// What each key is for, in the order in which a missing one is told.
const MUST: &[(&str, &str)] = &[
    ("id", "give it an `id` that no other waiver has, such as `W-2026-014`"),
    ("rule", "name the rule that it waives: `rule: evaluation/regression`"),
    ("subject", "say what it is for: `subject: {kind: release, id: …}`, or `subject: {path: …}`"),
    ("reason", "say in a sentence why this can be accepted for a while, and where it is tracked"),
    ("requested_by", "name who asked for it: `requested_by: \"@li\"`"),
    ("approved_by", "name who agreed, somebody else than who asked: `approved_by: [\"@noor\"]`"),
    ("created", "write the day on which it was granted: `created: 2026-11-01`"),
    ("expires", "write the last day on which it holds: `expires: 2026-12-31`"),
];

/// Reads the waivers of every waivers file that could be parsed. `findings` is what
/// is known to be wrong with their shape.
pub(super) fn read(findings: &[Finding], context: &Context<'_>, book: &mut Book) {
    let mut ids: BTreeMap<&str, Span> = BTreeMap::new();
    let shape: Vec<Span> =
        findings.iter().filter(|finding| finding.rule.as_str() == RULE).map(|finding| finding.primary.span).collect();
    let graph = context.graph;
    for document in graph.documents.iter().filter(|document| document.kind == Kind::Waivers && document.sound) {
        let nodes = document.root.get("waivers").map(Node::items).unwrap_or_default();
        for node in nodes.iter().take(limits::WAIVERS).filter(|node| node.is_map()) {
            let mut entry = Entry::new(node);
            entry.unique(&mut ids);
            let grant = entry.grant(context);
            let sound = entry.faults.is_empty() && !shape.iter().any(|fault| holds(node.span, *fault));
            book.about.append(&mut entry.faults);
            book.grants.extend(grant.filter(|_| sound));
        }
        if let Some(node) = nodes.get(limits::WAIVERS) {
            let message =
                format!("there are more than {} waivers in this file; from here on none is read", limits::WAIVERS);
            book.about.push(about(
                node.anchor(),
                message,
                "mend what they waive; a gate with so many exceptions is open",
            ));
        }
    }
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
}

/// One entry, and what is wrong with it so far.
struct Entry<'a> {
    node: &'a Node,
    name: String,
    faults: Vec<Finding>,
}

impl<'a> Entry<'a> {
    fn new(node: &'a Node) -> Self {
        let name = node
            .get("id")
            .and_then(Node::text)
            .filter(|id| !id.trim().is_empty())
            .map_or("this waiver".to_owned(), |id| format!("waiver `{}`", quote(id)));
        let mut entry = Self { node, name, faults: Vec::new() };
        let missing = MUST.iter().filter(|(key, _)| node.get(key).is_none_or(is_empty));
        entry.faults = missing.map(|(key, help)| entry.missing(key, help)).collect();
        entry
    }

    fn missing(&self, key: &str, help: &str) -> Finding {
        let span = match self.node.entry(key) {
            Some(entry) if entry.value.span.start == entry.value.span.end => entry.key_span,
            Some(entry) => entry.value.span,
            None => self.node.anchor(),
        };
        let name = &self.name;
        let message = match key {
            "reason" => format!("{name} gives no reason"),
            "approved_by" => format!("{name} is approved by nobody"),
            "expires" => format!("{name} never ends: it has no `expires`"),
            "subject" => format!("{name} is too broad: it has no `subject`"),
            key => format!("{name} has no `{key}`"),
        };
        about(span, message, help).key(key)
    }

    /// Two waivers of one id cannot be told apart.
    fn unique(&mut self, ids: &mut BTreeMap<&'a str, Span>) {
        let Some((id, span)) = self.node.get("id").and_then(|node| Some((node.text()?, node.span))) else { return };
        match ids.get(id) {
            Some(first) => {
                let message = format!("another waiver has the id `{}` as well", quote(id));
                self.faults.push(about(span, message, "give it an id of its own").related(*first, "the first one"));
            }
            None => {
                ids.insert(id, span);
            }
        }
    }

    /// The text of a key, and where it stands.
    fn text(&self, key: &str) -> Option<(&'a str, Span)> {
        self.node.get(key).filter(|node| !is_empty(node)).and_then(|node| Some((node.text()?, node.span)))
    }

    fn note<T>(&mut self, result: Result<T, Box<Finding>>) -> Option<T> {
        result.map_err(|fault| self.faults.push(*fault)).ok()
    }

    /// The waiver; `None` where it does not say enough to be one.
    fn grant(&mut self, context: &Context<'_>) -> Option<Grant> {
        let rule = self.rule(context);
        let subject = self.subject(context);
        let reason = self.reason(context);
        let approved_by = self.people(subject.as_ref(), context);
        let expires = self.term(rule.as_ref(), subject.as_ref(), context);
        if let Some(subject) = &subject {
            self.digest(subject);
        }
        let (rule, subject, (expires, expires_span)) = (rule?, subject?, expires?);
        let id = self.text("id");
        Some(Grant {
            id: id.map(|(id, _)| id.to_owned()),
            name: self.name.clone(),
            rule: rule.0,
            in_the_dark: subject.documents.iter().any(|document| !document.sound),
            areas: subject.areas,
            reason: reason?,
            approved_by,
            expires,
            span: id.map_or_else(|| self.node.anchor(), |(_, span)| span),
            expires_span,
        })
    }

    fn rule(&mut self, context: &Context<'_>) -> Option<(RuleId, Span)> {
        let (text, span) = self.text("rule")?;
        let rule = check::rule(&self.name, text, span, context);
        self.note(rule).map(|rule| (rule, span))
    }

    fn subject<'c>(&mut self, context: &Context<'c>) -> Option<Subject<'c>> {
        let entry = self.node.entry("subject").filter(|entry| entry.value.is_map() && !is_empty(&entry.value))?;
        let resolved = subject::resolve(&self.name, &entry.value, entry.key_span, context);
        self.note(resolved)
    }

    fn reason(&mut self, context: &Context<'_>) -> Option<String> {
        let (text, span) = self.text("reason")?;
        self.faults.extend(check::reason(&self.name, text, span, &context.limits));
        Some(squeeze(text))
    }

    /// Who approved; each must be a person, and one of them nobody's own judge.
    fn people(&mut self, subject: Option<&Subject<'_>>, context: &Context<'_>) -> Vec<String> {
        let approvers = self.node.get("approved_by").map(Node::one_or_many).unwrap_or_default();
        let approvers: Vec<(&str, Span)> =
            approvers.iter().filter_map(|node| Some((node.text()?, node.span))).collect();
        for (handle, span) in &approvers {
            self.faults.extend(check::approver(&self.name, handle, *span, context));
        }
        let requester = self.text("requested_by").map(|(handle, span)| Party { handle, span, is: "asked for it" });
        let owners = subject.map(|subject| subject::owners(&subject.documents, context)).unwrap_or_default();
        let owners = owners.into_iter().map(|(handle, span)| Party { handle, span, is: "answers for the release" });
        let parties: Vec<Party<'_>> = requester.into_iter().chain(owners).collect();
        self.faults.extend(check::independence(&self.name, &approvers, &parties));
        approvers.into_iter().map(|(handle, _)| handle.to_owned()).collect()
    }

    /// The last day, where it is one and not too far off.
    fn term(
        &mut self,
        rule: Option<&(RuleId, Span)>,
        subject: Option<&Subject<'_>>,
        context: &Context<'_>,
    ) -> Option<(Date, Span)> {
        let mut day = |key: &str| {
            let (text, span) = self.text(key)?;
            let date = check::date(&self.name, key, text, span);
            self.note(date).map(|date| (date, span))
        };
        let (created, expires) = (day("created"), day("expires"));
        let path = subject.and_then(|subject| subject.documents.first()).map_or("", |document| &document.path);
        let weight = rule.map(|(rule, span)| check::weight(&self.name, rule, (*span, path), context));
        let severity = match weight {
            Some(Ok(severity)) => severity,
            Some(Err(off)) => {
                self.faults.extend(off.map(|finding| *finding));
                return None;
            }
            None => Severity::Note,
        };
        if let Some((created, span)) = created
            && created > context.as_of
        {
            let message = format!("{} begins on {created}, and today is {}", self.name, context.as_of);
            self.faults.push(about(span, message, "correct `created`; a waiver is granted before it is used"));
        } else if let (Some((created, at)), Some(expires)) = (created, expires) {
            let term = check::term(&self.name, (created, Some(at)), expires, severity, &context.limits);
            self.faults.extend(term);
        }
        expires
    }

    /// A digest binds the waiver to the value that was looked at.
    fn digest(&mut self, subject: &Subject<'_>) {
        let (Some((declared, span)), Some(value)) = (self.text("evidence_digest"), subject.value) else { return };
        let actual = canonical::digest(value);
        if declared != actual {
            let message = format!("{} is over: the value that it was granted for has changed", self.name);
            let help = format!("have it granted anew for the value as it is now: `evidence_digest: \"{actual}\"`");
            self.faults.push(about(span, message, help).related(value.anchor(), "this value"));
        }
    }
}

fn is_empty(node: &Node) -> bool {
    let blank = node.text().is_some_and(|text| text.trim().is_empty());
    let nothing = (node.is_seq() && node.items().is_empty()) || (node.is_map() && node.entries().is_empty());
    node.is_null() || blank || nothing
}
