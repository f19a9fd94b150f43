//! Selectors that can never find anything, told when the rule is loaded.

use std::collections::BTreeMap;

use super::clause::Compiler;
use crate::kind::Kind;
use crate::policy::select::{Root, Segment, Selector};
use crate::shape::{DeadEnd, Ground, Shapes, Step};
use crate::source::Span;
use crate::text::{did_you_mean, quote};

/// The most keys that a help lists.
const LISTED: usize = 12;

/// What can be, as far as one rule is concerned.
pub(super) struct Possible<'p> {
    shapes: Option<&'p dyn Shapes>,
    kinds: &'p [Kind],
    /// Where the names of `let` and `each` lead; `None` where that is not known.
    names: BTreeMap<String, Option<Way>>,
}

/// From a root down.
type Way = (Ground, Vec<Step>);

impl<'p> Possible<'p> {
    /// For a rule on these kinds.
    pub(super) fn new(shapes: Option<&'p dyn Shapes>, kinds: &'p [Kind]) -> Self {
        Self { shapes, kinds, names: BTreeMap::new() }
    }

    fn way(&self, selector: &Selector) -> Option<Way> {
        self.shapes?;
        let (ground, mut way) = match &selector.root {
            Root::Doc => (Ground::Doc, Vec::new()),
            Root::Facts => (Ground::Facts, Vec::new()),
            Root::Name(name) => self.names.get(name)?.clone()?,
            Root::Data | Root::Link(_) => return None,
        };
        way.extend(selector.segments.iter().map(|segment| match segment {
            Segment::Key(key) => Step::Key(key.clone()),
            Segment::OneOrMany => Step::OneOrMany,
            Segment::Each | Segment::Index(_) | Segment::Where(..) => Step::Item,
        }));
        Some((ground, way))
    }

    /// A way that is possible in none of the kinds, by the first of them.
    fn dead_end(&self, ground: Ground, way: &[Step]) -> Option<(Kind, DeadEnd)> {
        let shapes = self.shapes?;
        let mut first = None;
        for kind in self.kinds {
            let end = shapes.dead_end(*kind, ground, way)?;
            first = first.or(Some((*kind, end)));
        }
        first
    }
}

impl Compiler<'_> {
    /// Remembers where a name leads.
    pub(super) fn bind(&mut self, name: &str, selector: &Selector) {
        let way = self.possible.way(selector);
        self.possible.names.insert(name.to_owned(), way);
    }

    /// Reports a selector that no document can ever have, nor the key by which its
    /// items are chosen.
    pub(super) fn check_possible(&mut self, selector: &Selector, span: Span) {
        let Some((ground, way)) = self.possible.way(selector) else { return };
        let before = way.len().saturating_sub(selector.segments.len());
        let mut ways = vec![way.clone()];
        for (at, segment) in selector.segments.iter().enumerate() {
            if let (Segment::Where(key, _), Some(upto)) = (segment, way.get(..=before + at)) {
                let mut chosen = upto.to_vec();
                chosen.push(Step::Key(key.clone()));
                ways.push(chosen);
            }
        }
        let found = ways.iter().find_map(|way| Some((way, self.possible.dead_end(ground, way)?)));
        if let Some((way, (kind, end))) = found {
            let (message, help) = words(kind, ground, way, &end);
            self.errors.add_help(span, message, help);
        }
    }
}

fn words(kind: Kind, ground: Ground, way: &[Step], end: &DeadEnd) -> (String, String) {
    let place = shown(way.get(..end.at).unwrap_or_default());
    let what = match ground {
        Ground::Doc if kind == Kind::Card => "the front matter of a card".to_owned(),
        Ground::Doc => format!("a document of the kind `{kind}`"),
        Ground::Facts => format!("the facts of the kind `{kind}`"),
    };
    let within = if place.is_empty() { String::new() } else { format!(" in `{place}`") };
    let listed = || {
        let more = if end.known.len() > LISTED { ", …" } else { "" };
        let shown = end.known.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
        if shown.is_empty() { "nothing follows here".to_owned() } else { format!("known here: {shown}{more}") }
    };
    match way.get(end.at) {
        Some(Step::Key(key)) => {
            let near = did_you_mean(key, end.known.iter().map(String::as_str));
            let help = near.map_or_else(listed, |near| format!("did you mean `{near}`?"));
            let has = if ground == Ground::Facts { "have" } else { "has" };
            (format!("{what} never {has} `{}`{within}", quote(key)), help)
        }
        _ => (format!("`{place}` is never a list in {what}"), listed()),
    }
}

fn shown(way: &[Step]) -> String {
    let mut out = String::new();
    for step in way {
        match step {
            Step::Key(key) if out.is_empty() => out.push_str(key),
            Step::Key(key) => {
                out.push('.');
                out.push_str(key);
            }
            Step::Item => out.push_str("[*]"),
            Step::OneOrMany => out.push_str("[]"),
        }
    }
    out
}
