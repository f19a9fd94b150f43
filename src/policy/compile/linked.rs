//! The links that rules read. Those of the program and of packs are known when a rule
//! is loaded; what is left must be named by the configuration, which is read later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::clause::Compiler;
use super::vocab::joins;
use crate::kind::Kind;
use crate::parse::Node;
use crate::policy::error::Errors;
use crate::policy::extend::{self, Draft, Whole};
use crate::policy::join::{BUILTIN_LINKS, Join};
use crate::source::Span;
use crate::text::{did_you_mean, quote};

/// A link that a rule reads and that no pack names.
#[derive(Clone, Debug)]
pub(in crate::policy) struct OpenLink {
    name: String,
    /// Where the rule reads it.
    span: Span,
    /// What the rule judges.
    kinds: Vec<Kind>,
    /// The links that there are without the configuration, and what they lead from.
    known: Vec<(String, Kind)>,
}

impl Compiler<'_> {
    /// A link must lead from what the rule judges.
    pub(super) fn check_link(&mut self, name: &str, span: Span) {
        let builtin = BUILTIN_LINKS.iter().map(|name| ((*name).to_owned(), Kind::Release));
        let own = self.joins.iter().map(|join| (join.name.clone(), join.from));
        let known: Vec<(String, Kind)> = builtin.chain(own).collect();
        if self.kinds.is_empty() || leads(&known, name, self.kinds) {
            return;
        }
        self.open.push(OpenLink { name: name.to_owned(), span, kinds: self.kinds.to_vec(), known });
    }
}

fn leads(known: &[(String, Kind)], name: &str, kinds: &[Kind]) -> bool {
    known.iter().any(|(link, from)| link == name && kinds.contains(from))
}

impl OpenLink {
    /// Reports it unless the configuration names it.
    pub(in crate::policy) fn close(&self, configured: &[Join], errors: &mut Errors) {
        let configured = configured.iter().map(|join| (join.name.clone(), join.from));
        let known: Vec<(String, Kind)> = self.known.iter().cloned().chain(configured).collect();
        if leads(&known, &self.name, &self.kinds) {
            return;
        }
        let name = quote(&self.name);
        let kinds = self.kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join("` or `");
        if let Some((_, from)) = known.iter().find(|(link, _)| *link == self.name) {
            let message = format!("`link.{name}` leads from a document of the kind `{from}`, never from `{kinds}`");
            let help =
                "name a link of your own: `links: {name: {from, at, to, by}}` in the pack or in weighbridge.yaml";
            errors.add_help(self.span, message, help);
            return;
        }
        let from_here: BTreeSet<&str> =
            known.iter().filter(|(_, from)| self.kinds.contains(from)).map(|(link, _)| &**link).collect();
        let near = did_you_mean(&self.name, from_here.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean `link.{near}`?"),
            None if from_here.is_empty() => {
                "name it: `links: {name: {from, at, to, by}}` in the pack or in weighbridge.yaml".to_owned()
            }
            None => format!("links here: {}", from_here.into_iter().collect::<Vec<_>>().join(", ")),
        };
        errors.add_help(self.span, format!("there is no link `link.{name}` from `{kinds}`"), help);
    }
}

/// The links that packs name.
pub(super) struct Linked<'p> {
    /// By pack.
    joins: BTreeMap<&'p str, Arc<[Join]>>,
    /// What each rule that builds upon another builds upon, by id.
    bases: BTreeMap<&'p str, &'p str>,
}

impl<'p> Linked<'p> {
    pub(super) fn new(drafts: &'p [Draft], whole: &'p [Vec<Whole>], errors: &mut Errors) -> Self {
        let mut named: BTreeMap<&str, Vec<Join>> = BTreeMap::new();
        for draft in drafts {
            let data = Node::map(draft.root.anchor());
            let own = draft.root.get("links").map_or_else(Vec::new, |node| joins(node, &data, errors));
            named.entry(&draft.name).or_default().extend(own);
        }
        let built = whole.iter().flatten().filter_map(|rule| rule.node.get("id")?.as_str().zip(rule.base.as_deref()));
        Self { joins: named.into_iter().map(|(name, joins)| (name, joins.into())).collect(), bases: built.collect() }
    }

    /// Those that a rule can read: of its pack, and of the packs whose rules it builds upon.
    pub(super) fn of(&self, pack: &str, rule: &Whole) -> Arc<[Join]> {
        let own = self.joins.get(pack).map(Arc::clone).unwrap_or_default();
        let mut joins: Vec<Join> = Vec::new();
        let mut base = rule.base.as_deref();
        // Ids may be given twice, which is a mistake told elsewhere: the way up is bounded.
        for _ in 0..=extend::MAX_DEPTH {
            let Some(id) = base else { break };
            let other = id.split('/').next().filter(|other| *other != pack);
            let theirs = other.and_then(|other| self.joins.get(other));
            joins.extend(theirs.into_iter().flat_map(|joins| joins.iter().cloned()));
            base = self.bases.get(id).copied();
        }
        if joins.is_empty() { own } else { own.iter().cloned().chain(joins).collect() }
    }
}
