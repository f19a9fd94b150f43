//! `section` and `table`: what stands in the body of a card, read from its facts.
//!
//! A section is found by its title or one of its aliases, without case, numbering
//! and markup. Its words and its text are those of its sub-sections too; code,
//! comments and template text do not count.

use crate::parse::markdown::normalize;
use crate::parse::{Node, Value};
use crate::policy::judge::{Failure, Stand};
use crate::policy::lookup::{Found, Hit, Scope};
use crate::policy::select::Selector;
use crate::text::{count, quote};

/// What a section has to be.
#[derive(Debug)]
pub(in crate::policy) struct Section {
    /// Its titles, the first of them the one that messages name.
    pub(in crate::policy) titles: Vec<String>,
    /// The depths of heading that count; all where empty.
    pub(in crate::policy) levels: Vec<usize>,
    /// The fewest words.
    pub(in crate::policy) min_words: usize,
    /// What its text must hold.
    pub(in crate::policy) must_mention: Vec<String>,
    /// What its text must not hold.
    pub(in crate::policy) forbid: Vec<String>,
    /// `facts.sections[*]`.
    pub(in crate::policy) sections: Selector,
    /// `facts.anchor`.
    pub(in crate::policy) anchor: Selector,
}

/// What a table has to be.
#[derive(Debug)]
pub(in crate::policy) struct Table {
    /// The titles of the section in which it stands; anywhere where empty.
    pub(in crate::policy) under: Vec<String>,
    /// Columns that it has.
    pub(in crate::policy) header: Vec<String>,
    /// What has a row each, by its first cell.
    pub(in crate::policy) rows: Option<Selector>,
    /// `facts.tables[*]`.
    pub(in crate::policy) tables: Selector,
    /// `facts.anchor`.
    pub(in crate::policy) anchor: Selector,
}

fn text<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::text).unwrap_or("")
}

fn level(node: &Node) -> usize {
    text(node, "level").parse().unwrap_or(0)
}

/// Whether one text holds the words of another, as whole words.
fn mentions(text: &str, phrase: &str) -> bool {
    format!(" {} ", normalize(text)).contains(&format!(" {} ", normalize(phrase)))
}

/// A failure for what is not there, shown at the title of the card.
fn nowhere<'a>(anchor: &'a Selector, scope: &Scope<'a>, reason: String) -> Failure<'a> {
    let hit = scope.find(anchor).hits.into_iter().next().unwrap_or_else(|| scope.root());
    Failure::hit(hit, reason)
}

/// Facts that are not there at all fail; an empty list of them is none.
fn broken<'a>(found: &Found<'a>) -> Option<Stand<'a>> {
    let (Some(miss), true) = (found.misses.first(), found.hits.is_empty()) else { return None };
    let none = miss.at.node.is_seq() && miss.at.node.items().is_empty();
    (!none).then(|| Stand::Fails(vec![Failure::miss(miss.clone())]))
}

impl Section {
    /// Whether there is such a section. Of several, one has to do.
    pub(in crate::policy) fn judge<'a>(&'a self, optional: bool, scope: &Scope<'a>) -> Stand<'a> {
        let found = scope.find(&self.sections);
        if let Some(stand) = broken(&found) {
            return stand;
        }
        let all = &found.hits;
        let titled = |hit: &Hit<'a>| {
            let own = normalize(text(hit.node, "title"));
            self.titles.iter().any(|title| normalize(title) == own)
        };
        let named: Vec<usize> = (0..all.len()).filter(|at| all.get(*at).is_some_and(titled)).collect();
        let mut failures = Vec::new();
        for at in &named {
            let Some(hit) = all.get(*at) else { continue };
            match self.fault(all, *at) {
                None => return Stand::Holds(Some(hit.clone())),
                Some(reason) => failures.push(Failure::hit(hit.clone(), reason)),
            }
        }
        if named.is_empty() && !optional {
            let title = self.titles.first().map_or("", String::as_str);
            failures.push(nowhere(&self.anchor, scope, format!("section missing: `{}`", quote(title))));
        }
        failures.truncate(1);
        Stand::of(failures, None)
    }

    /// Why a section will not do.
    fn fault(&self, all: &[Hit<'_>], at: usize) -> Option<String> {
        let node = all.get(at)?.node;
        let shown = quote(text(node, "title"));
        if !self.levels.is_empty() && !self.levels.contains(&level(node)) {
            let levels: Vec<String> = self.levels.iter().map(|level| "#".repeat(*level)).collect();
            return Some(format!("`{shown}` is not a heading of the level `{}`", levels.join("` or `")));
        }
        match text(node, "state") {
            "placeholder" => return Some(format!("`{shown}` holds nothing but a placeholder")),
            "empty" => return Some(format!("`{shown}` is empty")),
            _ => {}
        }
        let words = text(node, "words").parse().unwrap_or(0);
        if words < self.min_words {
            return Some(format!("`{shown}` has {}, at least {} expected", count(words, "word"), self.min_words));
        }
        let below = all.iter().skip(at + 1).take_while(|hit| level(hit.node) > level(node));
        let whole = below.fold(text(node, "text").to_owned(), |whole, hit| {
            format!("{whole} {} {}", text(hit.node, "title"), text(hit.node, "text"))
        });
        if let Some(missing) = self.must_mention.iter().find(|phrase| !mentions(&whole, phrase)) {
            return Some(format!("`{shown}` does not mention `{}`", quote(missing)));
        }
        let there = self.forbid.iter().find(|phrase| mentions(&whole, phrase))?;
        Some(format!("`{shown}` says `{}`, which must not stand there", quote(there)))
    }
}

impl Table {
    /// Whether there is such a table. Of several, one has to do.
    pub(in crate::policy) fn judge<'a>(&'a self, optional: bool, scope: &Scope<'a>) -> Stand<'a> {
        let found = scope.find(&self.tables);
        if let Some(stand) = broken(&found) {
            return stand;
        }
        let under = |hit: &Hit<'a>| {
            let above = hit.node.get("under").map(Node::items).unwrap_or_default();
            let own = |title: &Node| {
                let own = normalize(title.text().unwrap_or(""));
                self.under.iter().any(|wanted| normalize(wanted) == own)
            };
            self.under.is_empty() || above.iter().any(own)
        };
        let mut failures = Vec::new();
        let mut none = true;
        for hit in found.hits.iter().filter(|hit| under(hit)) {
            none = false;
            match self.fault(hit, scope) {
                Ok(None) => return Stand::Holds(Some(hit.clone())),
                Ok(Some(reason)) => failures.push(Failure::hit(hit.clone(), reason)),
                Err(failure) => return Stand::Fails(vec![*failure]),
            }
        }
        if none && !optional {
            let under = self.under.first().map_or_else(String::new, |title| format!(" under `{}`", quote(title)));
            failures.push(nowhere(&self.anchor, scope, format!("there is no table{under}")));
        }
        failures.truncate(1);
        Stand::of(failures, None)
    }

    fn fault<'a>(&'a self, hit: &Hit<'a>, scope: &Scope<'a>) -> Result<Option<String>, Box<Failure<'a>>> {
        let cells = |node: Option<&Node>| -> Vec<String> {
            node.map(Node::items).unwrap_or_default().iter().map(|cell| normalize(cell.text().unwrap_or(""))).collect()
        };
        let header = cells(hit.node.get("header"));
        if let Some(missing) = self.header.iter().find(|column| !header.contains(&normalize(column))) {
            return Ok(Some(format!("the table has no column `{}`", quote(missing))));
        }
        let Some(selector) = &self.rows else { return Ok(None) };
        let rows = hit.node.get("rows").map(Node::items).unwrap_or_default();
        let first: Vec<String> = rows.iter().filter_map(|row| cells(Some(row)).into_iter().next()).collect();
        let wanted = scope.find(selector);
        if let Some(miss) = wanted.misses.into_iter().next() {
            return Err(Box::new(Failure::miss(miss)));
        }
        for node in wanted.hits.iter().flat_map(|hit| hit.node.one_or_many()) {
            let named = ["id", "name"].into_iter().find_map(|key| node.get(key).and_then(Node::text));
            let Some(word) = node.text().or(named).filter(|_| !matches!(node.value, Value::Seq(_))) else { continue };
            if !first.contains(&normalize(word)) {
                return Ok(Some(format!("the table has no row for `{}`", quote(word))));
            }
        }
        Ok(None)
    }
}
