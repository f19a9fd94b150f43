//! Packs and rules that are built upon others.
//!
//! `extends: [pack]` at the top of a pack takes over that pack's `data` (`pack@^2`: of that
//! version or a compatible one, else the packs do not load), to which
//! `key: …` gives another value, `key+: […]` adds items and from which `key-: […]`
//! takes some. `extends: pack/rule` in a rule takes over that rule under a new id:
//! every key that is written replaces the inherited one, `assert+`, `when+`,
//! `related+`, `references+`, `frameworks+` and `tags+` add to it, `data.<list>`, `data.<list>+` and
//! `data.<list>-` change the lists that it reads, and `parameters` gives other values to
//! those that it declares. The rule that is built upon stays as it is.
//!
//! This works on the trees of the packs, before anything is compiled, so that every
//! part of a rule still knows where it was written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::Errors;
use super::parameter;
use super::version::{Version, Wanted};
use crate::parse::{Entry, Node, Value};
use crate::rule::Profiles;
use crate::source::Span;
use crate::text::{did_you_mean, quote};

/// How many packs or rules may stand upon each other.
pub(super) const MAX_DEPTH: usize = 5;

/// The most nodes that are copied for rules that build upon others, over all packs.
const COPIES: usize = 1_000_000;

/// Keys to which `+` adds.
const LISTS: &[&str] = &["assert", "when", "related", "references", "frameworks", "tags"];

/// Keys that a rule never inherits.
const OWN: &[&str] = &["id", "extends", "tests", "aliases", "locked", "since"];

/// A pack as it is written.
pub(super) struct Draft {
    /// Its name.
    pub(super) name: String,
    /// Where its rules are on.
    pub(super) profiles: Profiles,
    /// Its tree, without its rules.
    pub(super) root: Node,
    /// Its rules as they are written.
    pub(super) rules: Vec<Arc<Node>>,
}

/// A rule with everything that it inherits.
#[derive(Clone)]
pub(super) struct Whole {
    /// Its keys; parameters are filled in.
    pub(super) node: Arc<Node>,
    /// The lists and tables that it reads.
    pub(super) data: Arc<Node>,
    /// The rule that it builds upon.
    pub(super) base: Option<String>,
    /// How many rules stand below it.
    depth: usize,
}

/// The rules of every pack, each with everything that it inherits.
pub(super) fn rules(drafts: &[Draft], errors: &mut Errors) -> Vec<Vec<Whole>> {
    let mut resolver = Resolver::new(drafts);
    let mut all = Vec::with_capacity(drafts.len());
    for (pack, draft) in drafts.iter().enumerate() {
        let count = draft.rules.len();
        let mut whole = Vec::with_capacity(count);
        resolver.data(pack, &mut Vec::new(), errors);
        for rule in 0..count {
            let Some(found) = resolver.rule((pack, rule), &mut Vec::new(), errors) else { continue };
            let node = parameter::fill(&found.node, errors);
            whole.push(Whole { node, ..Whole::clone(&found) });
        }
        all.push(whole);
    }
    all
}

/// Pack and rule by their places.
type Place = (usize, usize);

struct Resolver<'d> {
    drafts: &'d [Draft],
    packs: BTreeMap<&'d str, Vec<usize>>,
    ids: BTreeMap<&'d str, Place>,
    /// With how many packs stand below each.
    data: BTreeMap<usize, (Arc<Node>, usize)>,
    rules: BTreeMap<Place, Arc<Whole>>,
    copied: usize,
}

impl<'d> Resolver<'d> {
    fn new(drafts: &'d [Draft]) -> Self {
        let mut packs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut ids = BTreeMap::new();
        for (at, draft) in drafts.iter().enumerate() {
            packs.entry(&draft.name).or_default().push(at);
            for (index, rule) in draft.rules.iter().enumerate() {
                if let Some(id) = rule.get("id").and_then(Node::as_str) {
                    ids.entry(id).or_insert((at, index));
                }
            }
        }
        Self { drafts, packs, ids, data: BTreeMap::new(), rules: BTreeMap::new(), copied: 0 }
    }

    /// The data of a pack, with that of the packs that it extends.
    fn data(&mut self, pack: usize, trail: &mut Vec<usize>, errors: &mut Errors) -> Option<Arc<Node>> {
        if let Some((known, _)) = self.data.get(&pack) {
            return Some(Arc::clone(known));
        }
        let mut depth = 0;
        let drafts = self.drafts;
        let draft = drafts.get(pack)?;
        trail.push(pack);
        let mut data = Node::map(draft.root.span);
        for item in draft.root.get("extends").map_or(&[][..], Node::one_or_many) {
            for base in self.base_packs(item, trail, errors) {
                let inherited = self.data(base, trail, errors)?;
                self.spend(weight(&inherited), item.span, errors)?;
                depth = depth.max(self.data.get(&base).map_or(0, |(_, below)| below + 1));
                for entry in inherited.entries() {
                    set(&mut data, entry.clone());
                }
            }
        }
        trail.pop();
        if depth > MAX_DEPTH {
            let place = draft.root.get("extends").map_or(draft.root.span, |extends| extends.span);
            errors.add(place, format!("more than {MAX_DEPTH} packs extend one another"));
        }
        let own = draft.root.get("data").filter(|own| own.is_map());
        for entry in own.map_or(&[][..], Node::entries) {
            overlay(&mut data, &entry.key, entry, errors);
        }
        let data = Arc::new(data);
        self.data.insert(pack, (Arc::clone(&data), depth));
        Some(data)
    }

    /// The packs that an item of `extends` names.
    fn base_packs(&self, item: &Node, trail: &[usize], errors: &mut Errors) -> Vec<usize> {
        let written = item.text().unwrap_or_default();
        let (name, wanted) = written.split_once('@').map_or((written, None), |(name, wanted)| (name, Some(wanted)));
        let Some(found) = self.packs.get(name) else {
            let help = did_you_mean(name, self.packs.keys().copied()).map_or_else(
                || format!("packs here: {}", self.packs.keys().copied().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            errors.add_help(item.span, format!("there is no pack `{}` to extend", quote(name)), help);
            return Vec::new();
        };
        if let Some(wanted) = wanted {
            self.check_version(item, name, wanted, found, errors);
        }
        if let Some(start) = trail.iter().position(|pack| found.contains(pack)) {
            let way = trail.get(start..).unwrap_or_default().iter();
            let way: Vec<&str> = way.filter_map(|pack| self.drafts.get(*pack)).map(|draft| &*draft.name).collect();
            errors.add(item.span, format!("packs extend each other in a circle: {} -> {name}", way.join(" -> ")));
            return Vec::new();
        }
        if trail.len() > MAX_DEPTH {
            errors.add(item.span, format!("more than {MAX_DEPTH} packs extend one another"));
            return Vec::new();
        }
        found.clone()
    }

    /// The pack that is there must be of a version that will do.
    fn check_version(&self, item: &Node, name: &str, wanted: &str, found: &[usize], errors: &mut Errors) {
        let shown = quote(wanted);
        let Some(range) = Wanted::parse(wanted) else {
            let help = "write a version such as `2.1.0`, or `^2` for any that is compatible with it";
            errors.add_help(item.span, format!("`{shown}` is no version of a pack"), help);
            return;
        };
        for draft in found.iter().filter_map(|at| self.drafts.get(*at)) {
            let own = draft.root.get("version").and_then(Node::text).unwrap_or_default();
            if Version::parse(own).is_some_and(|own| range.takes(own)) {
                continue;
            }
            let (name, own) = (quote(name), quote(own));
            let message = format!("this needs version {shown} of the pack `{name}`, and the one here is {own}");
            errors.add_help(item.span, message, format!("provide version {shown} of `{name}`, or ask for {own}"));
            return;
        }
    }

    /// A rule with everything that it inherits; parameters are not yet filled in.
    fn rule(&mut self, place: Place, trail: &mut Vec<Place>, errors: &mut Errors) -> Option<Arc<Whole>> {
        if let Some(known) = self.rules.get(&place) {
            return Some(Arc::clone(known));
        }
        let drafts = self.drafts;
        let own = drafts.get(place.0)?.rules.get(place.1)?;
        let own_data = self.data(place.0, &mut Vec::new(), errors)?;
        let whole = match own.get("extends") {
            None => Whole { node: Arc::clone(own), data: own_data, base: None, depth: 0 },
            Some(base) => {
                trail.push(place);
                let base = self.base_rule(base, trail, errors);
                trail.pop();
                let base = base?;
                self.derived(own, &own_data, &base, errors)?
            }
        };
        let whole = Arc::new(whole);
        self.rules.insert(place, Arc::clone(&whole));
        Some(whole)
    }

    fn base_rule(&mut self, node: &Node, trail: &mut Vec<Place>, errors: &mut Errors) -> Option<Arc<Whole>> {
        let Some(id) = node.as_str() else {
            errors.add(node.span, "`extends` of a rule is the id of one other rule");
            return None;
        };
        let Some(place) = self.ids.get(id).copied() else {
            let help = did_you_mean(id, self.ids.keys().copied())
                .map_or_else(|| "`weighbridge rules` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
            errors.add_help(node.span, format!("there is no rule `{}` to extend", quote(id)), help);
            return None;
        };
        if trail.contains(&place) {
            errors.add(node.span, format!("`{id}` extends itself, if only through other rules"));
            return None;
        }
        if trail.len() > MAX_DEPTH {
            errors.add(node.span, format!("more than {MAX_DEPTH} rules extend one another"));
            return None;
        }
        let base = self.rule(place, trail, errors)?;
        if base.depth >= MAX_DEPTH {
            errors.add(node.span, format!("more than {MAX_DEPTH} rules extend one another"));
            return None;
        }
        let judged = base.node.get("raised_by").and_then(Node::text).is_none_or(|by| by == "policy");
        if !judged {
            let help = "extend a rule that has `assert`";
            errors.add_help(node.span, format!("`{id}` is raised in code and cannot be extended"), help);
            return None;
        }
        Some(base)
    }

    /// `own` upon `base`.
    fn derived(&mut self, own: &Node, own_data: &Arc<Node>, base: &Whole, errors: &mut Errors) -> Option<Whole> {
        self.spend(weight(&base.node), own.span, errors)?;
        let mut data = Arc::clone(&base.data);
        if !own_data.entries().is_empty() && !Arc::ptr_eq(&data, own_data) {
            self.spend(weight(own_data) + weight(&data), own.span, errors)?;
            let merged = Arc::make_mut(&mut data);
            for entry in own_data.entries() {
                set(merged, entry.clone());
            }
        }
        let mut node = Node { span: own.span, value: Value::Map(Vec::new()) };
        let inherited = base.node.entries().iter().filter(|entry| !OWN.contains(&&*entry.key));
        let inherited: Vec<Entry> = inherited.map(|entry| spoken_for(entry, own)).collect();
        for entry in own.entries() {
            if let Some(list) = entry.key.strip_prefix("data.") {
                if Arc::strong_count(&data) > 1 {
                    self.spend(weight(&data), entry.key_span, errors)?;
                }
                overlay(Arc::make_mut(&mut data), list, entry, errors);
            } else if let Some(key) = entry.key.strip_suffix('+').filter(|key| LISTS.contains(key)) {
                let before = inherited.iter().find(|inherited| &*inherited.key == key);
                set(&mut node, appended(key, before, entry));
            } else if &*entry.key == "parameters" {
                let before = inherited.iter().find(|inherited| inherited.key == entry.key);
                set(&mut node, parameter::merged(before, entry, errors));
            } else if &*entry.key != "extends" {
                set(&mut node, entry.clone());
            }
        }
        for entry in inherited {
            if node.get(&entry.key).is_none() {
                set(&mut node, entry);
            }
        }
        let id = own.get("extends").and_then(Node::as_str).map(str::to_owned);
        Some(Whole { node: Arc::new(node), data, base: id, depth: base.depth + 1 })
    }

    /// Counts what is copied; too much of it is a mistake.
    fn spend(&mut self, nodes: usize, span: Span, errors: &mut Errors) -> Option<()> {
        self.copied = self.copied.saturating_add(nodes);
        if self.copied > COPIES {
            errors.add(span, "the packs extend each other too often to be put together");
            return None;
        }
        Some(())
    }
}

/// An inherited entry without what the own words of the rule replace: a message of the
/// rule would never be read beside those of its clauses.
fn spoken_for(entry: &Entry, own: &Node) -> Entry {
    let mut entry = entry.clone();
    if &*entry.key != "assert" {
        return entry;
    }
    let severity = own.get("severity").and_then(Node::text).and_then(|text| text.parse::<crate::rule::Severity>().ok());
    let Value::Seq(clauses) = &mut entry.value.value else { return entry };
    for clause in clauses {
        let Value::Map(entries) = &mut clause.value else { continue };
        entries.retain(|part| match &*part.key {
            "message" | "label" | "help" => own.get(&part.key).is_none(),
            "severity" => {
                let cap = part.value.text().and_then(|text| text.parse::<crate::rule::Severity>().ok());
                severity.is_none_or(|own| cap.is_some_and(|cap| cap <= own))
            }
            _ => true,
        });
    }
    entry
}

/// The items of both, under the key without its `+`.
fn appended(key: &str, before: Option<&Entry>, more: &Entry) -> Entry {
    let mut items: Vec<Node> = before.map_or_else(Vec::new, |before| before.value.one_or_many().to_vec());
    items.extend(more.value.one_or_many().iter().cloned());
    let value = Node { span: more.value.span, value: Value::Seq(items) };
    Entry { key: key.into(), key_span: more.key_span, value }
}

/// Writes `key`, `key+` or `key-` over data.
fn overlay(data: &mut Node, key: &str, entry: &Entry, errors: &mut Errors) {
    let operation = key.strip_suffix(['+', '-']);
    let Some(name) = operation else {
        let (key_span, value) = (entry.key_span, entry.value.clone());
        return set(data, Entry { key: key.into(), key_span, value });
    };
    let known: Vec<String> = data.entries().iter().map(|entry| entry.key.to_string()).collect();
    let Some(items) = list_mut(data, name) else {
        let near = did_you_mean(name, known.iter().map(String::as_str));
        let help = near.map_or_else(
            || "extend the pack that has the list, or write it without `+`".to_owned(),
            |near| format!("did you mean `{near}{}`?", key.get(name.len()..).unwrap_or("")),
        );
        return errors.add_help(entry.key_span, format!("there is no list `{}` to change", quote(name)), help);
    };
    if key.ends_with('+') {
        items.extend(entry.value.one_or_many().iter().cloned());
        return;
    }
    for gone in entry.value.one_or_many() {
        let json = gone.to_json();
        let before = items.len();
        items.retain(|item| item.to_json() != json);
        if items.len() == before {
            let shown = quote(gone.text().unwrap_or(gone.type_name()));
            let near = did_you_mean(gone.text().unwrap_or(""), items.iter().filter_map(Node::text));
            let help =
                near.map_or_else(|| "take the item out here".to_owned(), |near| format!("did you mean `{near}`?"));
            errors.add_help(gone.span, format!("`{shown}` is not in the list `{}`", quote(name)), help);
        }
    }
}

fn list_mut<'n>(data: &'n mut Node, name: &str) -> Option<&'n mut Vec<Node>> {
    let Value::Map(entries) = &mut data.value else { return None };
    match &mut entries.iter_mut().find(|entry| &*entry.key == name)?.value.value {
        Value::Seq(items) => Some(items),
        _ => None,
    }
}

/// Gives a key a value, in the place of the one that it has.
pub(super) fn set(node: &mut Node, entry: Entry) {
    let Value::Map(entries) = &mut node.value else { return };
    match entries.iter_mut().find(|known| known.key == entry.key) {
        Some(known) => *known = entry,
        None => entries.push(entry),
    }
}

/// How many nodes there are. The depth is bounded by the parser.
fn weight(node: &Node) -> usize {
    let below: usize = match &node.value {
        Value::Scalar(_) => 0,
        Value::Seq(items) => items.iter().map(weight).sum(),
        Value::Map(entries) => entries.iter().map(|entry| weight(&entry.value)).sum(),
    };
    below + 1
}

#[cfg(test)]
mod tests;
