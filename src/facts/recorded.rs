//! Who recorded an approval that a change brings: `recorded`, of its record.
//!
//! Whoever approves is to say so themselves. The first commit of the change whose record has
//! the attestation is held against the roster; its author and its co-authors count alike, and
//! who committed, merged or rebased it does not. An attestation that the base has already was
//! looked at when it came.
//!
//! `recorded` is `{status, problem}`: `own`, or `other` where everybody that the commit names is
//! known and none of them is the approver. Anything else (no commit yet, a bot, an author
//! whom the roster does not have) cannot be told: `not_assessed`.
//!
//! People are found in the roster by the address of their entry (`email`, one or several), by
//! the handle in the private addresses of GitHub and GitLab, or by their name.

use std::collections::{BTreeMap, BTreeSet};

use super::moment::instant;
use super::{approval, owner, standing, unknown};
use crate::change::{Commit, Commits, Person};
use crate::kind::Kind;
use crate::link::Graph;
use crate::parse::{Document, Entry, Node};
use crate::text::quote;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] =
    &["not_assessed[*].what", "not_assessed[*].why", "recorded.problem", "recorded.status"];

/// An approval that was given: of which release, by whom, when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Given {
    release: String,
    approver: String,
    at: String,
}

impl Given {
    fn of(document: &Document) -> Option<Self> {
        let root = Some(&document.root).filter(|_| document.kind == Kind::ApprovalRecord && document.sound);
        let root = root.filter(|root| !approval::is_draft(root))?;
        let text = |keys: &[&str]| root.at(keys).and_then(Node::text).map(str::to_owned);
        let at = root.at(&["attestation", "at"]).and_then(instant).map(|at| at.to_string());
        let at = at.or_else(|| text(&["attestation", "at"])).unwrap_or_default();
        Some(Self { release: text(&["release"])?, approver: text(&["attestation", "approver"])?, at })
    }
}

/// The approvals that a change brings, by the index of their record.
pub fn new(documents: &[Document], past: &[Document]) -> BTreeMap<usize, Given> {
    let given = |(index, document)| Some((index, Given::of(document)?));
    let now: BTreeMap<usize, Given> = documents.iter().enumerate().filter_map(given).collect();
    let before: BTreeSet<Given> = past.iter().filter_map(Given::of).collect();
    now.into_iter().filter(|(_, given)| !before.contains(given)).collect()
}

/// The facts of each record with a new approval. `records` are the approval records that the
/// commits put, in order, with the place of each commit.
pub fn derive(
    graph: &Graph<'_>,
    new: &BTreeMap<usize, Given>,
    commits: &Result<Commits<'_>, String>,
    records: &[(usize, Document)],
) -> BTreeMap<usize, (&'static str, Node)> {
    let mut first: BTreeMap<Given, usize> = BTreeMap::new();
    for (at, record) in records {
        if let Some(given) = Given::of(record) {
            first.entry(given).or_insert(*at);
        }
    }
    let facts = |(index, given): (&usize, &Given)| {
        let approver = graph.documents.get(*index)?.root.at(&["attestation", "approver"])?;
        let recorded = match commits {
            Err(why) => Recorded::Unknown(why.clone()),
            Ok(commits) => judge(graph, &given.approver, first.get(given).and_then(|at| commits.get(*at))),
        };
        let fact = match recorded {
            Recorded::Own => ("recorded", standing::state("own", "", approver.span)),
            Recorded::Other(problem) => ("recorded", standing::state("other", problem, approver.span)),
            Recorded::Unknown(why) => {
                let what = format!("who recorded the approval of `{}`", quote(&given.release));
                ("not_assessed", Node::seq(vec![unknown(what, &why, approver.span)], approver.span))
            }
        };
        Some((*index, fact))
    };
    new.iter().filter_map(facts).collect()
}

/// Whose commit brought an approval.
enum Recorded {
    Own,
    Other(String),
    Unknown(String),
}

/// Who somebody of a commit is.
enum Who<'a> {
    Listed(&'a str),
    Bot,
    Stranger(&'a Person),
}

fn judge(graph: &Graph<'_>, approver: &str, commit: Option<&Commit>) -> Recorded {
    let Some(roster) = graph.roster() else {
        return Recorded::Unknown("there is no roster that says whose commits are whose".to_owned());
    };
    let Some(commit) = commit else {
        let why = "no commit of the change that can be read has it: it is not committed yet, a merge brought it, or the clone leaves files out";
        return Recorded::Unknown(why.to_owned());
    };
    let entries = roster.entries();
    let is_approver = |entry: &&Entry| {
        let name = entry.value.get("name").and_then(Node::text);
        owner::same_person(&entry.key, name, approver)
    };
    let Some(entry) = entries.iter().find(is_approver) else {
        return Recorded::Unknown("the roster does not have its approver".to_owned());
    };
    if commit.authors.iter().any(|author| is(entry, author)) {
        return Recorded::Own;
    }
    let (name, mut others) = (&commit.name, Vec::new());
    for author in &commit.authors {
        match who(graph, entries, author) {
            Who::Listed(handle) => others.push(format!("`{}`", quote(handle))),
            Who::Bot => return Recorded::Unknown(format!("commit {name} is by a bot, which has it from elsewhere")),
            Who::Stranger(person) => {
                let named = if person.email.is_empty() { &person.name } else { &person.email };
                let named = quote(named);
                return Recorded::Unknown(format!(
                    "commit {name} is by `{named}`, an `email` that the roster has for nobody"
                ));
            }
        }
    }
    if others.is_empty() {
        return Recorded::Unknown(format!("commit {name} does not name its author"));
    }
    let others = others.join(", ");
    Recorded::Other(format!("`{}` is to have approved, in commit {name} by {others}", quote(approver)))
}

fn who<'a>(graph: &Graph<'_>, entries: &'a [Entry], person: &'a Person) -> Who<'a> {
    let login = login(&person.email).unwrap_or_default();
    let is_bot = |handle: &str| owner::standing(graph, handle) == "bot";
    let bot = [login, &person.name].into_iter().any(|name| {
        let bare = name.strip_suffix("[bot]");
        bare.is_some() || (!name.is_empty() && is_bot(&format!("@{name}")))
    });
    // What the website of GitHub commits in its own name.
    if bot || person.email.eq_ignore_ascii_case("noreply@github.com") {
        return Who::Bot;
    }
    match entries.iter().find(|entry| is(entry, person)) {
        Some(entry) if is_bot(&entry.key) => Who::Bot,
        Some(entry) => Who::Listed(&entry.key),
        None => Who::Stranger(person),
    }
}

/// Whether an entry of the roster is that of somebody whom a commit names.
fn is(entry: &Entry, person: &Person) -> bool {
    let emails = entry.value.get("email").map(Node::one_or_many);
    let written = |node: &Node| node.text().is_some_and(|text| text.eq_ignore_ascii_case(&person.email));
    let handle = entry.key.trim_start_matches('@');
    let name = entry.value.get("name").and_then(Node::text).unwrap_or_default();
    (!person.email.is_empty() && emails.unwrap_or_default().iter().any(written))
        || login(&person.email).is_some_and(|login| login.eq_ignore_ascii_case(handle))
        || (!name.is_empty() && owner::fold(name) == owner::fold(&person.name))
}

/// The handle in an address that stands for an account: `1234+sadia@users.noreply.github.com`,
/// `1234-sadia@users.noreply.gitlab.com`, or without the number.
fn login(email: &str) -> Option<&str> {
    let (local, host) = email.split_once('@')?;
    let mark = match host {
        "users.noreply.github.com" => '+',
        "users.noreply.gitlab.com" => '-',
        _ => return None,
    };
    let numbered = local.split_once(mark).filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
    Some(numbered.map_or(local, |(_, login)| login))
}

#[cfg(test)]
mod tests {
    use super::login;

    #[test]
    fn private_addresses_have_a_handle() {
        assert_eq!(login("1234+sadia@users.noreply.github.com"), Some("sadia"));
        assert_eq!(login("sadia-r@users.noreply.github.com"), Some("sadia-r"));
        assert_eq!(login("77-sadia-r@users.noreply.gitlab.com"), Some("sadia-r"));
        assert_eq!(login("1+dependabot[bot]@users.noreply.github.com"), Some("dependabot[bot]"));
        assert_eq!(login("sadia@example.org"), None);
        assert_eq!(login(""), None);
    }
}
