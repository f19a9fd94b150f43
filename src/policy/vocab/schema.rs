//! `schema`: a value fits a JSON Schema, of the rule's own or in a file beside the pack.

use crate::parse::Node;
use crate::pointer::Pointer;
use crate::policy::judge::{Failure, Place, Stand};
use crate::policy::lookup::{Hit, Miss, Scope, Why};
use crate::policy::select::Selector;
use crate::schema::{Custom, Departure};
use crate::text::quote;

/// Which values, and what they are held against.
#[derive(Debug)]
pub(in crate::policy) struct SchemaCheck {
    /// The values.
    pub(in crate::policy) at: Selector,
    /// The schema.
    pub(in crate::policy) schema: Custom,
}

impl SchemaCheck {
    /// Whether every value fits; each departure is shown at the node at fault.
    pub(in crate::policy) fn judge<'a>(&'a self, optional: bool, scope: &Scope<'a>) -> Stand<'a> {
        let mut found = scope.find(&self.at);
        found.misses.retain(|miss| !(optional && miss.is_absence()));
        let mut failures: Vec<Failure<'a>> = found.misses.into_iter().map(Failure::miss).collect();
        for hit in &found.hits {
            if !(0..size(hit.node)).all(|_| scope.spend()) {
                return Stand::Fails(failures);
            }
            let whole = if hit.is_root() { hit.name() } else { format!("`{}`", hit.name()) };
            failures.extend(self.schema.departures(hit.node, &whole).into_iter().map(|one| failure(hit, one)));
        }
        Stand::of(failures, found.hits.into_iter().next())
    }
}

/// How many steps it takes to look at a value.
fn size(node: &Node) -> usize {
    let below = node.items().iter().chain(node.entries().iter().map(|entry| &entry.value));
    1 + below.map(size).sum::<usize>()
}

fn failure<'a>(hit: &Hit<'a>, departure: Departure) -> Failure<'a> {
    let Departure { pointer, missing, message } = departure;
    let at = hit.at(&pointer);
    if missing.is_empty() {
        return Failure::hit(at, message);
    }
    let miss = Miss { at, why: Why::Unfit(quote(&missing)) };
    Failure { place: Place::Miss(miss), undecided: false, ..Failure::hit(hit.clone(), message) }
}

/// The file that `{$ref: file}` names; `None` for a schema that stands in the rule.
pub(in crate::policy) fn file(node: &Node) -> Option<&str> {
    let [only] = node.entries() else { return None };
    let to = only.value.as_str().filter(|to| &*only.key == "$ref" && !to.starts_with('#'))?;
    Some(to)
}

impl Hit<'_> {
    /// The node at the end of a way down, or the last one on it that is there.
    fn at(&self, pointer: &Pointer) -> Self {
        pointer.0.iter().fold(self.clone(), |hit, step| hit.step_down(step).unwrap_or(hit))
    }
}
