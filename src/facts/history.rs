//! What a change does to what was recorded before it: `rewritten`.
//!
//! A record may be added to and superseded, never edited: that is what makes it one. What is
//! compared, with the repository as it was at the base of the change:
//!
//! * of a registered version that was past `candidate`: which weights it names, who registered
//!   it and when; its status goes on, and its end is written when it comes;
//! * of a prompt version that was approved: its template, who made it, and its history so far;
//! * of an approval record that was past its draft: each step that was done and the attestation,
//!   where the new one is not a later one, and what the attestation was bound to.
//!
//! Each is `{subject, status, problem}`; `status` is `changed` or `removed`. A file that was
//! renamed is no rewriting: entries are found by what they are called.

use std::collections::{BTreeMap, BTreeSet};

use super::approval;
use super::moment::instant;
use crate::kind::Kind;
use crate::parse::{Document, Node, Value};
use crate::source::Span;
use crate::text::quote;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &["rewritten[*].problem", "rewritten[*].status", "rewritten[*].subject"];

/// The kinds of documents that are records.
pub const RECORDS: [Kind; 3] = [Kind::ModelRegistry, Kind::PromptRegistry, Kind::ApprovalRecord];

/// What a registered version must keep, and what an approved prompt must.
const VERSION: [&str; 5] = ["checkpoint_id", "digest", "base", "release", "registered"];
const PROMPT: [&str; 4] = ["template_digest", "created_at", "created_by", "history"];
const STEP: [&str; 4] = ["assignee", "requested_at", "status", "evidence"];
const ATTESTATION: [&str; 5] = ["approver", "steps_satisfied", "rollback_plan", "statement", "expires"];

/// An entry of a record: what it is called, and where it stands.
pub struct Record<'a> {
    /// The index of its document.
    pub(super) document: usize,
    /// The entry.
    pub(super) node: &'a Node,
}

/// What is there of one kind, by name: of a registry, model or prompt and version.
pub type Records<'a> = BTreeMap<(Kind, String, String), Record<'a>>;

/// What is rewritten in each document, by its index, against the records that there were.
pub fn derive(documents: &[Document], before: &Records<'_>, now: &Records<'_>) -> BTreeMap<usize, Node> {
    let places = Places::of(documents);
    let mut found: BTreeMap<usize, Vec<Node>> = BTreeMap::new();
    for (key, record) in before {
        let (kind, name, version) = key;
        let subject = subject(*kind, name, version);
        if let Some(entry) = now.get(key) {
            let rewritten = rewritten(*kind, record.node, entry.node);
            found
                .entry(entry.document)
                .or_default()
                .extend(rewritten.into_iter().map(|(problem, span)| fact(&subject, "changed", &problem, span)));
        } else if let Some(lasting) = lasting(*kind, record.node)
            && let Some((document, span)) = places.left_behind(*kind, name)
        {
            let problem = format!("was {lasting} before this change, and is gone");
            found.entry(document).or_default().push(fact(&subject, "removed", &problem, span));
        }
    }
    let facts = |(document, all): (usize, Vec<Node>)| {
        let anchor = documents.get(document)?.root.anchor();
        Some((document, Node::seq(all, anchor)))
    };
    found.into_iter().filter_map(facts).collect()
}

/// The records among the documents.
pub fn records(documents: &[Document]) -> Records<'_> {
    let mut records = Records::new();
    for (document, each) in documents.iter().enumerate().filter(|(_, document)| document.sound) {
        let mut put = |name: Option<&Node>, version: Option<&Node>, node| {
            let text = |node: Option<&Node>| node.and_then(Node::text).unwrap_or_default().to_owned();
            records.entry((each.kind, text(name), text(version))).or_insert(Record { document, node });
        };
        let (list, id) = match each.kind {
            Kind::ModelRegistry => ("models", "id"),
            Kind::PromptRegistry => ("prompts", "prompt_id"),
            Kind::ApprovalRecord => {
                put(each.root.get("release"), None, &each.root);
                continue;
            }
            _ => continue,
        };
        for entry in items(&each.root, list) {
            for version in items(entry, "versions") {
                put(entry.get(id), version.get("version"), version);
            }
        }
    }
    records
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Node::text)
}

/// What a record is called in a message.
pub(super) fn subject(kind: Kind, name: &str, version: &str) -> String {
    let (name, version) = (quote(name), quote(version));
    match kind {
        Kind::ModelRegistry => format!("version `{version}` of `{name}`"),
        Kind::PromptRegistry => format!("version `{version}` of the prompt `{name}`"),
        _ => format!("the approval of `{name}`"),
    }
}

/// What an entry had become that is to last; `None` where it was still being made.
fn lasting(kind: Kind, before: &Node) -> Option<&str> {
    let (key, open): (_, &[&str]) = match kind {
        Kind::ModelRegistry => ("status", &["draft", "candidate"]),
        Kind::PromptRegistry => ("status", &["draft", "review"]),
        _ => ("state", &["draft"]),
    };
    text(before, key).filter(|state| !open.contains(state))
}

/// Where records that are gone would be missed.
struct Places<'a> {
    /// The entries of models and prompts, and the manifests of releases, by their names.
    named: BTreeMap<(Kind, &'a str), (usize, Span)>,
    /// The first document of each kind.
    first: BTreeMap<Kind, (usize, Span)>,
    /// The kinds with a document that cannot be read now: what is not found may be in there, and
    /// that it cannot be read has been said.
    unread: BTreeSet<Kind>,
}

impl<'a> Places<'a> {
    fn of(documents: &'a [Document]) -> Self {
        let mut places = Self { named: BTreeMap::new(), first: BTreeMap::new(), unread: BTreeSet::new() };
        for (index, document) in documents.iter().enumerate() {
            let (list, id) = match document.kind {
                Kind::ModelRegistry => ("models", "id"),
                Kind::PromptRegistry => ("prompts", "prompt_id"),
                Kind::Release | Kind::ApprovalRecord => ("", ""),
                _ => continue,
            };
            if !document.sound {
                places.unread.insert(document.kind);
                continue;
            }
            places.first.entry(document.kind).or_insert((index, document.root.anchor()));
            let entries = items(&document.root, list).iter().filter_map(|entry| entry.get(id));
            for id in entries.chain(document.root.at(&["metadata", "id"])) {
                places.named.entry((document.kind, id.text().unwrap_or_default())).or_insert((index, id.span));
            }
        }
        places
    }

    /// Where a record that is gone is missed: in the entry of its model or prompt, in a registry
    /// at all, in the manifest of its release.
    fn left_behind(&self, kind: Kind, name: &str) -> Option<(usize, Span)> {
        if self.unread.contains(&kind) {
            return None;
        }
        if kind == Kind::ApprovalRecord {
            return self.named.get(&(Kind::Release, name)).copied();
        }
        self.named.get(&(kind, name)).or_else(|| self.first.get(&kind)).copied()
    }
}

/// What is wrong with an entry that is still there, and where.
fn rewritten(kind: Kind, before: &Node, now: &Node) -> Vec<(String, Span)> {
    if kind == Kind::ApprovalRecord {
        return if approval::is_draft(before) { Vec::new() } else { approved(before, now) };
    }
    let Some(was) = lasting(kind, before) else { return Vec::new() };
    let keys: &[&str] = if kind == Kind::ModelRegistry { &VERSION } else { &PROMPT };
    let edited = edited(before, now, keys);
    edited.into_iter().map(|(what, span)| (format!("was {was} before this change, and {what}"), span)).collect()
}

/// The steps that were done, and the attestation, where what is there now is no later one.
fn approved(before: &Node, now: &Node) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for step in items(before, "steps").iter().filter(|step| text(step, "completed_at").is_some()) {
        let same = |other: &&Node| text(other, "id") == text(step, "id");
        let Some(other) = items(now, "steps").iter().find(same) else { continue };
        let name =
            format!("its step `{}` was recorded before this change", quote(text(step, "id").unwrap_or_default()));
        found.extend(
            superseded(step, other, "completed_at", &STEP)
                .into_iter()
                .map(|(what, span)| (format!("is not as it was given: {name}, and {what}"), span)),
        );
    }
    let Some((attested, other)) = before.get("attestation").zip(now.get("attestation")) else { return found };
    let mut edits = superseded(attested, other, "at", &ATTESTATION);
    if text(attested, "at") == text(other, "at") {
        edits.extend(edited(before, now, &["bound_to"]));
    }
    let why = "is not as it was given: it was attested before this change, and";
    found.extend(edits.into_iter().map(|(what, span)| (format!("{why} {what}"), span)));
    found
}

/// What was edited of something that was done at a time, unless it was done again later.
fn superseded(before: &Node, now: &Node, at: &str, keys: &[&str]) -> Vec<(String, Span)> {
    let time = |node: &Node| node.get(at).and_then(instant);
    match (time(before), time(now)) {
        (Some(then), Some(later)) if later > then => Vec::new(),
        (Some(then), Some(same)) if same == then => edited(before, now, keys),
        // Taken back: what is missing for it is for other rules to say.
        (_, None) if text(now, at).is_none() => Vec::new(),
        _ => edited(before, now, &[at]),
    }
}

/// What is no longer what it was under each key.
fn edited(before: &Node, now: &Node, keys: &[&str]) -> Vec<(String, Span)> {
    let pairs = keys.iter().filter_map(|key| Some((*key, before.get(key).filter(|node| !node.is_null())?)));
    pairs.filter_map(|(key, old)| difference(old, now.get(key), key, now.anchor())).collect()
}

/// The first value that is another one or gone; what was added is none. `place` is where
/// something missing is shown.
fn difference(old: &Node, new: Option<&Node>, way: &str, place: Span) -> Option<(String, Span)> {
    let Some(new) = new else { return Some((format!("its `{way}` has been taken out"), place)) };
    match (&old.value, &new.value) {
        (Value::Map(entries), Value::Map(_)) => entries.iter().find_map(|entry| {
            difference(&entry.value, new.get(&entry.key), &format!("{way}.{}", quote(&entry.key)), new.anchor())
        }),
        (Value::Seq(old), Value::Seq(items)) => {
            let each = old.iter().enumerate();
            each.into_iter().find_map(|(at, old)| difference(old, items.get(at), &format!("{way}[{at}]"), new.span))
        }
        (Value::Scalar(was), Value::Scalar(is)) if was.text == is.text => None,
        (Value::Scalar(was), _) => Some((format!("its `{way}` was `{}`", quote(&was.text)), new.span)),
        _ => Some((format!("its `{way}` was a {}", old.type_name()), new.span)),
    }
}

fn fact(subject: &str, status: &str, problem: &str, span: Span) -> Node {
    super::standing::state(status, problem, span).with("subject", Node::string(subject, span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml;
    use crate::source::SourceId;

    fn document(kind: Kind, text: &str) -> Vec<Document> {
        let root = yaml::parse(text, SourceId(0), 0).root.unwrap();
        vec![Document {
            source: SourceId(0),
            path: "x.yaml".into(),
            kind,
            root,
            body: None,
            sound: true,
            findings: Vec::new(),
        }]
    }

    /// What is said of a change.
    fn said(kind: Kind, before: &str, now: &str) -> Vec<String> {
        let (now, before) = (document(kind, now), document(kind, before));
        let facts = derive(&now, &records(&before), &records(&now));
        let all = facts.values().flat_map(Node::items);
        all.map(|entry| format!("{} {}", text(entry, "subject").unwrap(), text(entry, "problem").unwrap())).collect()
    }

    const APPROVAL: &str = "release: a-1\nstate: approved\nbound_to: {card: one}\nsteps:\n- {id: s, assignee: '@x', status: done, completed_at: 2026-11-02T10:00:00Z}\nattestation: {approver: '@a', at: 2026-11-05T10:00:00Z}\n";

    #[track_caller]
    fn after(from: &str, to: &str, says: &[&str]) {
        assert!(APPROVAL.contains(from));
        let said = said(Kind::ApprovalRecord, APPROVAL, &APPROVAL.replace(from, to));
        assert_eq!(said.len(), says.len(), "{said:?}");
        for (said, says) in said.iter().zip(says) {
            assert!(said.contains(says), "{said}");
        }
    }

    #[test]
    fn an_approval_is_given_anew_or_stays() {
        after("'@x'", "'@x'", &[]);
        after("card: one", "card: two", &["it was attested before this change, and its `bound_to.card` was `one`"]);
        after("'@x'", "'@y'", &["its step `s` was recorded before this change, and its `assignee` was `@x`"]);
        after("2026-11-02T10", "2026-11-01T10", &["its `completed_at` was `2026-11-02T10:00:00Z`"]);
        after("2026-11-02T10:00:00Z", "2026-11-02T11:00:00+01:00", &[]);
        after("2026-11-02T10", "2026-11-06T10", &[]);
        after("card: one}", "card: two, packet: x}", &["`bound_to.card` was `one`"]);
        after("card: one}", "card: one, packet: x}", &[]);
        after("'@a', at: 2026-11-05", "'@b', at: 2026-11-09", &[]);
        after("'@a'", "'@b'", &["its `approver` was `@a`"]);
        after("approver: '@a', at: 2026-11-05T10:00:00Z", "", &[]);
    }

    #[test]
    fn a_version_that_is_gone_is_missed_where_it_was() {
        let registry = "models: [{id: m, versions: [{version: 1.0.0, status: production, digest: a}, {version: 1.1.0, status: candidate}]}]";
        let gone = "models: [{id: m, versions: []}]";
        assert_eq!(
            said(Kind::ModelRegistry, registry, gone),
            ["version `1.0.0` of `m` was production before this change, and is gone"]
        );
        assert!(said(Kind::ModelRegistry, registry, &registry.replace("production", "retired")).is_empty());
        assert!(said(Kind::ModelRegistry, registry, &registry.replace("candidate", "candidate, digest: b")).is_empty());
        assert_eq!(said(Kind::ModelRegistry, registry, "models: []").len(), 1);
    }

    #[test]
    fn what_cannot_be_read_now_is_not_gone() {
        let registry = "models: [{id: m, versions: [{version: 1.0.0, status: production, digest: a}]}]";
        let mut now = document(Kind::ModelRegistry, "models: [{id: other, versions: []}]");
        now.extend(document(Kind::ModelRegistry, registry).into_iter().map(|one| Document { sound: false, ..one }));
        let before = document(Kind::ModelRegistry, registry);
        assert!(derive(&now, &records(&before), &records(&now)).is_empty());
    }
}
