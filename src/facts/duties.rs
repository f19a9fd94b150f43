//! Who does what for a release: the six duties, and whom an incident goes to.
//!
//! | fact | what it says |
//! |---|---|
//! | `unassigned` | the duties that nobody has, in one sentence; absent where there are none |
//! | `holders[*]` | `{duty, holder, status, problem}`; `status` is `ready`, or `placeholder`, `unknown`, `inactive`, `bot` |
//! | `escalation.count` | how many levels there are |
//! | `escalation.levels[*]` | `{name, status, problem}`; `status` is `ready`, or `no-role`, `unknown-role`, `nobody`, `no-response-time` |
//!
//! A rotation may have a duty. The organisation's `defaults` stand in for what the
//! manifest leaves out, so that a team writes them once.

use super::standing::state;
use super::{Context, left, organisation, owner};
use crate::link::{Graph, Release};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "escalation.count",
    "escalation.levels[*].name",
    "escalation.levels[*].problem",
    "escalation.levels[*].status",
    "holders[*].duty",
    "holders[*].holder",
    "holders[*].problem",
    "holders[*].status",
    "unassigned",
];

/// The duties, as `ownership.roles` names them.
pub const DUTIES: [&str; 6] =
    ["change_approver", "eval_owner", "incident_reviewer", "tool_disabler", "data_request_handler", "key_rotator"];

/// Words that stand for nobody.
const NOBODY: &[&str] = &["tbd", "todo", "tba", "none", "n/a", "na", "unknown", "unassigned", "?", "-", "xxx"];

/// The facts under `duties`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let graph = context.graph;
    let root = &graph.documents[release.document].root;
    let roles = Written::of_release(graph, root);
    let span = root.span_at(&["ownership", "roles"]);
    let holders = DUTIES.iter().filter_map(|duty| roles.holder(release, duty, span)).collect();
    let mut facts = Node::map(span).with("holders", Node::seq(holders, span));
    let missing: Vec<String> =
        DUTIES.iter().filter(|duty| roles.of(duty).is_none()).map(|d| roles.missing(d)).collect();
    if !missing.is_empty() {
        facts.put("unassigned", Node::string(missing.join(", "), span));
    }
    facts.put("escalation", escalation(graph, root));
    facts
}

/// Who is named for a duty, in the manifest or for the whole organisation.
pub(super) fn named<'a>(graph: &Graph<'a>, root: &'a Node, duty: &str) -> Option<&'a Node> {
    Written::of_release(graph, root).of(duty).map(|(node, _)| node)
}

fn default<'a>(graph: &Graph<'a>, key: &str) -> Option<&'a Node> {
    organisation::root(graph)?.at(&["defaults", key])
}

/// The duties as they are written, in the manifest or for the whole organisation.
struct Written<'a, 'g> {
    graph: &'g Graph<'a>,
    own: Option<&'a Node>,
    default: Option<&'a Node>,
}

impl<'a, 'g> Written<'a, 'g> {
    fn of_release(graph: &'g Graph<'a>, root: &'a Node) -> Self {
        Self { graph, own: root.at(&["ownership", "roles"]), default: default(graph, "roles") }
    }

    /// Who has a duty; and whether the manifest says so itself.
    fn of(&self, duty: &str) -> Option<(&'a Node, bool)> {
        let own = self.own.and_then(|roles| roles.get(duty)).filter(|node| !node.is_null());
        let default = self.default.and_then(|roles| roles.get(duty)).filter(|node| node.text().is_some());
        own.map(|node| (node, true)).or(default.map(|node| (node, false)))
    }

    /// A duty that nobody has, with the key that may have been meant for it.
    fn missing(&self, duty: &str) -> String {
        let keys = self.own.map(Node::entries).unwrap_or_default().iter().map(|entry| &*entry.key);
        match text::did_you_mean(duty, keys.filter(|key| !DUTIES.contains(key))) {
            Some(near) => format!("{duty} (written `{}`?)", text::quote(near)),
            None => duty.to_owned(),
        }
    }

    fn holder(&self, release: &Release, duty: &str, missing: Span) -> Option<Node> {
        let (node, own) = self.of(duty)?;
        // What is not a name at all is for the schema to say.
        let holder = node.text()?;
        let (status, problem) = match person(self.graph, holder) {
            ("inactive", _) if !left::is_first(self.graph, release, node) => ("ready", String::new()),
            ("inactive", why) => ("inactive", why + &left::also(self.graph, release, holder)),
            other => other,
        };
        let span = if own { node.span } else { missing };
        let facts = state(status, problem, span).with("duty", Node::string(duty, span));
        Some(facts.with("holder", Node::string(holder, span)))
    }
}

/// How somebody with a duty stands in the roster.
fn person(graph: &Graph<'_>, handle: &str) -> (&'static str, String) {
    if handle.trim().is_empty() || NOBODY.contains(&handle.trim().to_lowercase().as_str()) {
        return ("placeholder", "that is nobody".to_owned());
    }
    match owner::standing(graph, handle) {
        "unknown" => {
            let handles = graph.roster().map(Node::entries).unwrap_or_default().iter().map(|entry| &*entry.key);
            let near = text::did_you_mean(handle, handles.take(2_000));
            let ask = near.map_or_else(String::new, |near| format!("; did you mean `{}`?", text::quote(near)));
            ("unknown", format!("the organisation's roster does not have them{ask}"))
        }
        "inactive" => ("inactive", "the roster has them as inactive".to_owned()),
        "bot" => ("bot", "that is a bot".to_owned()),
        _ => ("ready", String::new()),
    }
}

fn escalation(graph: &Graph<'_>, root: &Node) -> Node {
    let way = &["ownership", "escalation"];
    let span = root.span_at(way);
    let own = root.at(way).filter(|node| !node.is_null());
    let default = default(graph, "escalation");
    let levels = own.or(default).map(Node::items).unwrap_or_default();
    let levels: Vec<&Node> = levels.iter().filter(|level| level.get("not_applicable").is_none()).collect();
    let place = |node: &Node| if own.is_some() { node.span } else { span };
    let items = levels.iter().enumerate().map(|(at, level)| level_of(graph, level, at, &place)).collect();
    let count = i64::try_from(levels.len()).unwrap_or(i64::MAX);
    Node::map(span).with("count", Node::int(count, span)).with("levels", Node::seq(items, span))
}

fn level_of(graph: &Graph<'_>, level: &Node, at: usize, place: &dyn Fn(&Node) -> Span) -> Node {
    let role = level.get("role").filter(|role| role.text().is_some());
    let written = role.and_then(Node::text).unwrap_or_default();
    let within = level.get("respond_within").filter(|within| !within.is_null());
    let (status, problem, node) = match (role, within, held(graph, written)) {
        (None, ..) => ("no-role", "it names no `role` to turn to".to_owned(), level),
        (Some(role), _, Some((status, problem))) => (status, problem, role),
        (_, None, None) => ("no-response-time", "it does not say within what time they answer".to_owned(), level),
        (Some(role), Some(_), None) => ("ready", String::new(), role),
    };
    let span = place(node);
    let number = level.get("level").and_then(Node::text).map_or_else(|| (at + 1).to_string(), text::quote);
    state(status, problem, span).with("name", Node::string(format!("level {number}"), span))
}

/// What is wrong with a role that an incident goes to: that nobody active has it. A
/// handle of the roster will do as well, and without a roster nothing is known.
fn held(graph: &Graph<'_>, role: &str) -> Option<(&'static str, String)> {
    let roster = graph.roster()?;
    if let Some(entry) = roster.get(role) {
        let inactive = entry.get("active").and_then(Node::as_bool) == Some(false);
        return inactive.then(|| ("nobody", format!("the roster has `{}` as inactive", text::quote(role))));
    }
    let has = |entry: &Node| {
        entry.get("roles").map(Node::items).unwrap_or_default().iter().any(|known| known.text() == Some(role))
    };

    let mut holders = roster.entries().iter().map(|entry| &entry.value).filter(|entry| has(entry)).peekable();
    if holders.peek().is_none() {
        let all =
            roster.entries().iter().flat_map(|entry| entry.value.get("roles").map(Node::items).unwrap_or_default());
        let near = text::did_you_mean(role, all.filter_map(Node::text).take(5_000));
        let ask = near.map_or_else(String::new, |near| format!("; did you mean `{}`?", text::quote(near)));
        return Some(("unknown-role", format!("nobody in the roster has the role `{}`{ask}", text::quote(role))));
    }
    let gone = holders.all(|entry| entry.get("active").and_then(Node::as_bool) == Some(false));
    gone.then(|| ("nobody", format!("everybody with the role `{}` is inactive", text::quote(role))))
}
