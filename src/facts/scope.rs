//! What a release is for, held against what was agreed: the organisation's register of
//! use cases, and the release before it.
//!
//! | fact | what it says |
//! |---|---|
//! | `use_case.status` | `known`, or `unnamed`, `unknown`, `unregistered` (the organisation registers no use cases) |
//! | `use_case.problem` | why it is not known |
//! | `unconfirmed` | who has not confirmed the scope (product, security); absent where both have |
//! | `confirmations[*]` | `{of, status, problem}` of those that are there: `ready`, or `anonymous`, `undated`, `not-a-person` |
//! | `not_assessed[*]` | the scope, where the organisation registers no use cases |
//! | `widened[*]` | `{what, value, beyond, agreed}`: what goes beyond the use case, or beyond the previous release without both confirmations anew |
//!
//! Lists are compared as sets of strings, blanks and case aside. A list that the register
//! or the previous release does not have restricts nothing.

use jiff::Timestamp;

use super::standing::state;
use super::{Context, organisation, owner, unknown};
use crate::link::{Graph, Release};
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "confirmations[*].of",
    "confirmations[*].problem",
    "confirmations[*].status",
    "not_assessed[*].what",
    "not_assessed[*].why",
    "unconfirmed",
    "use_case.problem",
    "use_case.status",
    "widened[*].agreed",
    "widened[*].beyond",
    "widened[*].value",
    "widened[*].what",
];

/// Who confirms a scope.
const CONFIRM: [&str; 2] = ["product", "security"];

/// How far a model is exposed, from the least.
const EXPOSURES: [&str; 3] = ["internal", "partner", "public"];

/// The facts under `scope`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let graph = context.graph;
    let root = &graph.documents[release.document].root;
    let span = root.span_at(&["scope"]);
    let confirmed = root.span_at(&["scope", "confirmations"]);
    let use_case = registered(graph, root);
    let mut facts = Node::map(span).with("use_case", use_case_facts(graph, root, use_case));
    let written = CONFIRM.iter().filter_map(|of| confirmation(graph, root, of)).collect();
    facts.put("confirmations", Node::seq(written, confirmed));
    let missing: Vec<&str> = CONFIRM.iter().filter(|of| confirmation(graph, root, of).is_none()).copied().collect();
    if !missing.is_empty() {
        facts.put("unconfirmed", Node::string(missing.join(" and "), confirmed));
    }
    facts.put("widened", Node::seq(widened(graph, release, use_case), span));
    if use_cases(graph).is_none() {
        let unknown =
            unknown("the scope against a use case", "no organisation file registers use cases", root.anchor());
        facts.put("not_assessed", Node::seq(vec![unknown], span));
    }
    facts
}

fn use_cases<'a>(graph: &Graph<'a>) -> Option<&'a Node> {
    organisation::root(graph)?.get("use_cases").filter(|cases| !cases.entries().is_empty())
}

fn registered<'a>(graph: &Graph<'a>, root: &Node) -> Option<&'a Node> {
    use_cases(graph)?.get(root.at(&["scope", "use_case"])?.text()?)
}

fn use_case_facts(graph: &Graph<'_>, root: &Node, found: Option<&Node>) -> Node {
    let span = root.span_at(&["scope", "use_case"]);
    let written = root.at(&["scope", "use_case"]).and_then(Node::text);
    let (status, problem) = match (use_cases(graph), written, found) {
        (None, ..) => ("unregistered", String::new()),
        (Some(_), None, _) => ("unnamed", "the release names no use case of the organisation's register".to_owned()),
        (Some(_), Some(_), Some(_)) => ("known", String::new()),
        (Some(cases), Some(written), None) => {
            let near = text::did_you_mean(written, cases.entries().iter().map(|entry| &*entry.key));
            let ask = near.map_or_else(String::new, |near| format!("; did you mean `{}`?", text::quote(near)));
            ("unknown", format!("use case `{}` is not in the organisation's register{ask}", text::quote(written)))
        }
    };
    state(status, problem, span)
}

fn confirmation(graph: &Graph<'_>, root: &Node, of: &str) -> Option<Node> {
    let node = root.at(&["scope", "confirmations", of]).filter(|node| node.is_map())?;
    let by = node.get("by").and_then(Node::text).unwrap_or_default();
    let (status, problem, at) = match (by.trim(), owner::standing(graph, by), moment(Some(node))) {
        ("", ..) => ("anonymous", "it does not say by whom".to_owned(), node),
        (_, standing @ ("unknown" | "inactive" | "bot" | "rotation"), _) => {
            let why = match standing {
                "unknown" => "is not in the organisation's roster".to_owned(),
                standing => format!("is listed in the roster as {standing}, not as an active person"),
            };
            ("not-a-person", format!("`{}` {why}", text::quote(by)), node.get("by").unwrap_or(node))
        }
        (_, _, None) => ("undated", "it does not say when, as a time with its offset".to_owned(), node),
        _ => ("ready", String::new(), node),
    };
    Some(state(status, problem, at.span).with("of", Node::string(of, at.span)))
}

fn moment(confirmation: Option<&Node>) -> Option<Timestamp> {
    let text = confirmation?.get("at")?.text()?;
    text.parse().ok().or_else(|| format!("{text}T00:00:00Z").parse().ok())
}

/// What a scope may be compared with: where it is agreed and what it is called.
struct Agreed<'a> {
    name: String,
    scope: Scope<'a>,
}

/// The parts of a scope that can grow.
struct Scope<'a> {
    intended_use: Option<&'a Node>,
    users: Option<&'a Node>,
    jurisdictions: Option<&'a Node>,
    exposure: Option<&'a Node>,
    tools: Option<Vec<&'a Node>>,
}

impl<'a> Scope<'a> {
    fn of_use_case(entry: &'a Node) -> Self {
        Self {
            intended_use: entry.get("intended_use"),
            users: entry.get("users"),
            jurisdictions: entry.get("jurisdictions"),
            exposure: entry.get("max_exposure"),
            tools: entry
                .get("tools")
                .filter(|tools| !tools.is_null())
                .map(|tools| tools.one_or_many().iter().collect()),
        }
    }

    fn of_release(graph: &Graph<'a>, release: &Release) -> Self {
        let root = &graph.documents[release.document].root;
        let tools = release.reviews.iter().filter_map(|index| graph.documents[*index].root.at(&["tools", "list"]));
        let tools: Vec<&Node> =
            tools.flat_map(Node::items).filter_map(|tool| tool.get("name").or(Some(tool))).collect();
        Self {
            intended_use: root.at(&["scope", "intended_use"]),
            users: root.at(&["scope", "users"]),
            jurisdictions: root.at(&["scope", "deployment", "jurisdictions"]),
            exposure: root.at(&["scope", "deployment", "exposure"]),
            tools: (!release.reviews.is_empty()).then_some(tools),
        }
    }

    fn lists(&self) -> [(&'static str, Option<Vec<&'a Node>>); 4] {
        let list = |node: Option<&'a Node>| {
            node.filter(|node| !node.is_null()).map(|node| node.one_or_many().iter().collect())
        };
        [
            ("intended use", list(self.intended_use)),
            ("users", list(self.users)),
            ("jurisdiction", list(self.jurisdictions)),
            ("tool", self.tools.clone()),
        ]
    }
}

fn widened(graph: &Graph<'_>, release: &Release, use_case: Option<&Node>) -> Vec<Node> {
    let own = Scope::of_release(graph, release);
    let root = &graph.documents[release.document].root;
    let id = root.at(&["scope", "use_case"]).and_then(Node::text).unwrap_or_default();
    let register = use_case
        .map(|entry| Agreed { name: format!("use case `{}`", text::quote(id)), scope: Scope::of_use_case(entry) });
    let mut all: Vec<Node> = register.iter().flat_map(|agreed| beyond(&own, agreed)).collect();
    if let Some(previous) = previous(graph, release)
        && !confirmed_anew(root, &graph.documents[previous.document].root)
    {
        let metadata = graph.documents[previous.document].root.at(&["metadata", "id"]);
        let name = format!("the previous release `{}`", text::quote(metadata.and_then(Node::text).unwrap_or_default()));
        let agreed = Agreed { name, scope: Scope::of_release(graph, previous) };
        let known: Vec<Span> = all.iter().map(|node| node.span).collect();
        all.extend(beyond(&own, &agreed).into_iter().filter(|node| !known.contains(&node.span)));
    }
    all
}

/// The release before this one, if its manifest is here. Releases are in the order of
/// their documents.
fn previous<'g>(graph: &'g Graph<'_>, release: &Release) -> Option<&'g Release> {
    let document = release.previous.filter(|previous| *previous != release.document)?;
    let at = graph.releases.binary_search_by_key(&document, |release| release.document).ok()?;
    graph.releases.get(at)
}

/// Whether product and security have both confirmed since the other release.
fn confirmed_anew(own: &Node, other: &Node) -> bool {
    CONFIRM.iter().all(|of| {
        let at = |root: &Node| moment(root.at(&["scope", "confirmations", of]));
        at(own).is_some_and(|own| at(other).is_none_or(|other| own > other))
    })
}

fn beyond(own: &Scope<'_>, agreed: &Agreed<'_>) -> Vec<Node> {
    let mut all: Vec<Node> = exposure(own, agreed).into_iter().collect();
    for ((what, own), (_, known)) in own.lists().into_iter().zip(agreed.scope.lists()) {
        let (Some(own), Some(known)) = (own, known) else { continue };
        let known: std::collections::BTreeSet<String> = known.iter().filter_map(|node| node.text()).map(fold).collect();
        let new = own.into_iter().filter(|node| node.text().is_some_and(|text| !known.contains(&fold(text))));
        all.extend(new.map(|node| entry(what, node, agreed, None)));
    }
    all
}

fn exposure(own: &Scope<'_>, agreed: &Agreed<'_>) -> Option<Node> {
    let rank = |node: &Node| EXPOSURES.iter().position(|exposure| node.text() == Some(exposure));
    let (own, most) = (own.exposure?, agreed.scope.exposure?);
    (rank(own)? > rank(most)?).then(|| entry("exposure", own, agreed, Some(most)))
}

fn entry(what: &str, node: &Node, agreed: &Agreed<'_>, place: Option<&Node>) -> Node {
    let span = node.span;
    let facts = Node::map(span)
        .with("what", Node::string(what, span))
        .with("value", node.clone())
        .with("beyond", Node::string(agreed.name.as_str(), span));
    match place {
        Some(place) => facts.with("agreed", place.clone()),
        None => facts,
    }
}

fn fold(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").trim_end_matches('.').to_owned()
}
