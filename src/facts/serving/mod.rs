//! The facts of a serving file: what it serves, held against the releases and registered
//! versions of the repository.
//!
//! | fact | what it says |
//! |---|---|
//! | `routes[*]` | each model, adapter and target: `subject`, `role`, and what [`mod@super::standing`] says of it; `status` is `ok`, `unapproved` (it leads to nothing that may be served), `given-up` (to a version that its registry has deprecated or retired), `undocumented` (an adapter of no release), `digest` (other weights than those of its version), `mutable` (an address that can come to mean other weights) or `unknown` |
//! | `loading[*]` | each switch by which adapters can be loaded at run time: `setting` |
//! | `traffic[*]` | each release that the file sends a part of the traffic to; `status` is `ok` or `beyond` (more than its stage may take) |
//! | `unread[*]` | what was not understood: `what`, `why` |
//! | `not_assessed[*]` | what could not be known: `what`, `why` |
//!
//! A flag file has `routes` alone ([`of_flags`]).
//!
//! A repository without any release manifest has nothing to hold a file against: of that
//! only `not_assessed` is there.

mod address;
mod resolve;
mod route;
mod traffic;

use std::collections::BTreeMap;

use super::standing::{standing, state};
use super::{Context, unknown};
use crate::parse::{Document, Node};
use crate::serving::{self, Route, Unread};
use crate::source::Span;
use crate::text;
use resolve::Resolved;
use route::{Judge, Served, Stands};

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "routes[*].definition",
    "routes[*].problem",
    "routes[*].role",
    "routes[*].shown",
    "routes[*].status",
    "routes[*].subject",
    "loading[*].setting",
    "traffic[*].definition",
    "traffic[*].problem",
    "traffic[*].shown",
    "traffic[*].status",
    "unread[*].what",
    "unread[*].why",
    "not_assessed[*].what",
    "not_assessed[*].why",
];

/// How many things one entry of `not_assessed` names.
const NAMED: usize = 3;

/// The facts of one serving file.
pub fn derive(context: &Context<'_>, document: &Document) -> Node {
    let span = document.root.anchor();
    if !document.sound {
        return Node::map(span).with("not_assessed", Node::seq(unsound(context, document).into_iter().collect(), span));
    }
    let read = serving::read(&document.root);
    if context.graph.releases.is_empty() {
        let nothing = read.routes.is_empty() && read.unread.is_empty() && read.loading.is_empty();
        let why = "the repository has no release manifest to hold it against";
        let item = (!nothing).then(|| unknown("who is routed to what", why, span));
        return Node::map(span).with("not_assessed", Node::seq(item.into_iter().collect(), span));
    }
    let resolved: Vec<Resolved> = read.routes.iter().map(|route| Resolved::new(context, document, route)).collect();
    let (routes, mut open) = routes(context, &resolved);
    open.extend(read.unread.iter().map(|unread| unknown(&*unread.what, unread.why, unread.span)));
    let loading = read
        .loading
        .iter()
        .map(|loading| Node::map(loading.span).with("setting", Node::string(loading.setting, loading.span)));
    Node::map(span)
        .with("routes", Node::seq(routes, span))
        .with("loading", Node::seq(loading.collect(), span))
        .with("traffic", Node::seq(traffic::derive(context, document, &read, &resolved), span))
        .with("unread", Node::seq(read.unread.iter().map(unread).collect(), span))
        .with("not_assessed", Node::seq(open, span))
}

/// The facts of a flag file: of the names that its flags give, those that are of a release
/// or a registered version.
pub fn of_flags(context: &Context<'_>, document: &Document) -> Node {
    let span = document.root.anchor();
    if !document.sound || context.graph.releases.is_empty() {
        return Node::map(span);
    }
    let read = serving::read_flags(&document.root);
    let resolved = read.routes.iter().map(|route| Resolved::new(context, document, route));
    let resolved: Vec<Resolved> = resolved.filter(|resolved| !resolved.found.versions().is_empty()).collect();
    Node::map(span).with("routes", Node::seq(routes(context, &resolved).0, span))
}

/// A template is named; what cannot be read is a finding, except where nothing is judged.
fn unsound(context: &Context<'_>, document: &Document) -> Option<Node> {
    let why = match (document.findings.is_empty(), context.graph.releases.is_empty()) {
        (true, _) => context.files.why_unread(&document.path),
        (false, true) => "it cannot be read",
        (false, false) => return None,
    };
    Some(unknown("who is routed to what", why, document.root.anchor()))
}

fn unread(unread: &Unread) -> Node {
    let span = unread.span;
    Node::map(span).with("what", Node::string(&*unread.what, span)).with("why", Node::string(unread.why, span))
}

/// The routes, and those of them that cannot be known.
fn routes(context: &Context<'_>, resolved: &[Resolved<'_>]) -> (Vec<Node>, Vec<Node>) {
    let judge = Judge { graph: context.graph, served: Served::new(resolved) };
    let mut routes = Vec::new();
    let mut open: BTreeMap<&'static str, Vec<(String, Span)>> = BTreeMap::new();
    for resolved in resolved {
        let (route, subject) = (resolved.route, subject(resolved.route));
        let stands = match judge.stands(resolved) {
            Stands::Known(wrong) => standing(route.span, wrong),
            Stands::Unknown(why) => {
                open.entry(why).or_default().push((subject.clone(), route.span));
                state("unknown", why, route.span)
            }
        };
        let span = stands.span;
        routes.push(
            stands.with("subject", Node::string(subject, span)).with("role", Node::string(route.role.name(), span)),
        );
    }
    (routes, open.into_iter().filter_map(|(why, subjects)| together(why, &subjects)).collect())
}

/// What cannot be known for the same reason.
fn together(why: &str, subjects: &[(String, Span)]) -> Option<Node> {
    let named: Vec<&str> = subjects.iter().take(NAMED).map(|(subject, _)| subject.as_str()).collect();
    let more = subjects.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(unknown(format!("{}{more}", named.join(", ")), why, subjects.first()?.1))
}

/// What is served, by the name that people know it by.
fn subject(route: &Route) -> String {
    let origin = route.origin.as_ref().map(|origin| origin.written.text.as_str());
    let name = match route.role {
        serving::Role::Model => origin.or_else(|| route.names.first().map(|name| name.text.as_str())),
        _ => route.names.first().map(|name| name.text.as_str()).or(origin),
    };
    format!("{} `{}`", route.role.name(), text::quote(name.unwrap_or_default()))
}
