//! Links that are named once: `links:` of a configuration or a pack.
//!
//! ```yaml
//! links:
//!   base_review: {from: release, at: artifacts.base_model.review.card, to: card, by: path}
//!   successor: {from: release, at: lifecycle.successor, to: release, by: metadata.id, exactly: 0..1}
//! ```
//!
//! Rules read the linked documents as `link.<name>`. `exactly` says how many
//! references there are: `1` (the default), `0..1` or `1..`. A reference that is
//! written must lead to one document, whatever `exactly` says; if it does not, the
//! rule that uses the link fails where the reference is written.

use super::compile::joins;
use super::error::{Errors, PolicyError};
use super::lookup::{Hit, Hits, Miss, Origin, Scope, Why};
use super::select::Selector;
use super::vocab::link::{Astray, By, follow};
use crate::kind::Kind;
use crate::parse::{Entry, Node};

/// The links that the program itself makes; those of a release.
pub const BUILTIN_LINKS: &[&str] =
    &["card", "evaluation", "security_review", "approvals", "registry_entry", "adapter_config", "flag", "baseline"];

/// One named link.
#[derive(Clone, Debug)]
pub struct Join {
    /// Its name.
    pub(super) name: String,
    /// The documents that refer.
    pub(super) from: Kind,
    /// Where in them.
    pub(super) at: Selector,
    /// The documents that are referred to.
    pub(super) to: Kind,
    /// By what.
    pub(super) by: By,
    /// Whether there may be no reference.
    pub(super) optional: bool,
    /// Whether there may be several.
    pub(super) many: bool,
}

impl Join {
    /// Reads the value of `links:`; every mistake is reported.
    pub fn read(entry: &Entry) -> Result<Vec<Self>, Vec<PolicyError>> {
        let mut errors = Errors::default();
        let read = joins(&entry.value, &Node::null(entry.key_span), &mut errors);
        if errors.len() > 0 { Err(errors.into_sorted()) } else { Ok(read) }
    }

    /// Its name, as in `link.<name>`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Follows the references of the document under judgement.
    pub(super) fn follow<'a>(&'a self, scope: &Scope<'a>, misses: &mut Vec<Miss<'a>>) -> Hits<'a> {
        let found = scope.find(&self.at);
        let absent = found.hits.is_empty() && found.misses.iter().all(Miss::is_absence);
        if absent && self.optional {
            misses.push(Miss { at: scope.root(), why: Why::NoLink(&self.name) });
            return Hits::new();
        }
        misses.extend(found.misses);
        let mut hits = Hits::new();
        for (index, hit) in found.hits.into_iter().enumerate() {
            if !scope.spend() {
                return hits;
            }
            let led = match hit.node.text() {
                _ if index > 0 && !self.many => Err(Astray::new("there is more than one reference")),
                Some(written) => follow(self.to, &self.by, written, scope),
                None => Err(Astray::new(format!("expected single value, found {}", hit.node.type_name()))),
            };
            match led {
                Ok(node) => hits.push(Hit::root(node, Origin::Link)),
                Err(astray) => misses.push(Miss { at: hit, why: Why::Astray(astray) }),
            }
        }
        hits
    }
}
