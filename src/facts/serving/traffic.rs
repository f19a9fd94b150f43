//! Whether a file sends a release more traffic than its stage may take.
//!
//! The files that the rollout plan of a release names are held against the plan by
//! [`crate::facts::rollout`]; here are all others, and the releases whose plan is not due yet.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Resolved;
use crate::facts::release::{is_closed, is_external, live, stage};
use crate::facts::standing::standing;
use crate::facts::{Context, rollout};
use crate::link::Release;
use crate::parse::{Document, Node};
use crate::serving::{Read, Split, Way};
use crate::source::Span;
use crate::text;

/// How much of a division a release gets.
struct Share {
    percent: f64,
    span: Span,
    way: Way,
}

/// One entry for each release in each division of the file.
pub(super) fn derive(context: &Context<'_>, document: &Document, read: &Read, resolved: &[Resolved<'_>]) -> Vec<Node> {
    let mut all = Vec::new();
    for split in &read.splits {
        let routed = resolved.iter().any(|resolved| resolved.route.workload == split.workload);
        for (index, share) in shares(context, split, resolved) {
            let Some(release) = context.graph.releases.get(index) else { continue };
            // What nobody may be routed to at all is said of the route.
            if routed && is_closed(stage(&context.graph.documents[release.document].root).0) {
                continue;
            }
            all.extend(entry(context, document, release, &share));
        }
    }
    all
}

/// The releases of a division, as indexes, with what each gets.
fn shares(context: &Context<'_>, split: &Split, resolved: &[Resolved<'_>]) -> BTreeMap<usize, Share> {
    let servables = context.graph.servables();
    let mut shares: BTreeMap<usize, Share> = BTreeMap::new();
    for part in &split.parts {
        let releases: BTreeSet<usize> = match &part.to {
            Some(name) => servables.named(&name.text).filter_map(|version| version.release).collect(),
            None => own(split.workload, resolved),
        };
        for release in releases {
            let share = Share { percent: 0.0, span: part.span, way: part.way };
            shares.entry(release).or_insert(share).percent += part.percent;
        }
    }
    shares
}

/// The release of a workload; of several it cannot be told which one is new.
fn own(workload: usize, resolved: &[Resolved<'_>]) -> BTreeSet<usize> {
    let own = resolved.iter().filter(|resolved| resolved.route.workload == workload);
    let versions = own.flat_map(|resolved| resolved.found.versions());
    let releases: BTreeSet<usize> = versions.filter_map(|version| version.release).collect();
    if releases.len() == 1 { releases } else { BTreeSet::new() }
}

fn entry(context: &Context<'_>, document: &Document, release: &Release, share: &Share) -> Option<Node> {
    let manifest = &context.graph.documents[release.document];
    let root = &manifest.root;
    let (name, place) = stage(root);
    let planned = root.at(&["rollout", "manifests"]).map(Node::items).unwrap_or_default();
    let is_this = |file: &Node| {
        let target = file.text().map(|written| context.files.resolve(&manifest.path, written));
        target.is_some_and(|target| target.path() == Some(&document.path))
    };
    if is_external(name) && live(context.graph, root).0 && planned.iter().any(is_this) {
        return None;
    }
    let (most, place) = match rollout::allowed(root) {
        Some(allowed) => allowed,
        None if is_external(name) => return None,
        None => (0.0, place),
    };
    let id = root.at(&["metadata", "id"]).and_then(Node::text).unwrap_or("the release");
    let shown = format!("`{}`", text::quote(id));
    let sends = share.way.sends(share.percent, &shown);
    let wrong = rollout::beyond(share.percent, most, &sends, &format!("stage `{}` of {shown}", text::quote(name)));
    Some(standing(share.span, wrong.map(|wrong| wrong.beside(place, "what the stage may take"))))
}
