//! Whether somebody has to agree before the papers of a release are changed: by CODEOWNERS,
//! its manifest, its evidence, its card, its prompts and the organisation's own file each
//! have an owner and, where the manifest says which roles may write, one of those.
//!
//! `status` is `ok`, `no-file` (there is no CODEOWNERS), `unowned` or `unauthorised`.

use std::collections::BTreeSet;

use super::standing::{Wrong, names, standing};
use super::{Context, organisation};
use crate::link::{Graph, Release};
use crate::parse::Node;
use crate::pointer::Pointer;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &["problem", "status"];

/// So many paths are named in one sentence.
const SHOWN: usize = 3;

/// The facts under `guarded`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let root = &context.graph.documents[release.document].root;
    let roles = Pointer::root().key("access").key("write_roles");
    let span = root.find(&roles).map_or(root.anchor(), |roles| roles.span);
    standing(span, unguarded(context, release, root))
}

fn unguarded(context: &Context<'_>, release: &Release, root: &Node) -> Option<Wrong> {
    let Some(owners) = context.files.owners() else {
        return Some(Wrong::new("no-file", "no CODEOWNERS file says who has to agree to a change"));
    };
    let papers = papers(context.graph, release, root);
    let owned: Vec<(&str, BTreeSet<String>)> = papers.into_iter().map(|path| (path, owners.of(path))).collect();
    let unowned: Vec<&str> = owned.iter().filter(|(_, owners)| owners.is_empty()).map(|(path, _)| *path).collect();
    let listed = |paths: &[&str]| {
        let more = paths.len().saturating_sub(SHOWN);
        let shown: Vec<String> = paths.iter().take(SHOWN).map(|path| names([*path])).collect();
        match more {
            0 => names(paths.iter().copied()),
            more => format!("{} and {}", shown.join(", "), text::count(more, "other file")),
        }
    };
    if !unowned.is_empty() {
        return Some(Wrong::new("unowned", format!("by `{}` nobody owns {}", owners.path(), listed(&unowned))));
    }
    let roles = root.at(&["access", "write_roles"]).map(Node::items).unwrap_or_default();
    let roles: Vec<&str> = roles.iter().filter_map(Node::text).collect();
    if roles.is_empty() {
        return None;
    }
    let foreign = owned.iter().filter(|(_, owners)| !has_role(context.graph, owners, &roles));
    let foreign: Vec<&str> = foreign.map(|(path, _)| *path).collect();
    (!foreign.is_empty()).then(|| {
        let why = format!("no owner of {} has the role {}", listed(&foreign), names(roles.iter().copied()));
        Wrong::new("unauthorised", why)
    })
}

/// The paths of what a release rests on.
fn papers<'a>(graph: &'a Graph<'_>, release: &'a Release, root: &'a Node) -> BTreeSet<&'a str> {
    let named = [release.card_document, graph.organisation].into_iter().flatten();
    let listed = release.packets.iter().chain(&release.reviews).chain(&release.approvals).copied();
    let documents = named.chain(listed).chain([release.document]);
    let prompts = root.get("prompts").map(Node::items).unwrap_or_default();
    let prompts = prompts.iter().filter_map(|prompt| graph.prompt_registry(prompt.get("id")?.text()?));
    documents.filter_map(|index| Some(graph.documents.get(index)?.path.as_str())).chain(prompts).collect()
}

/// Whether an owner is a team of that name, or a person who has such a role.
fn has_role(graph: &Graph<'_>, owners: &BTreeSet<String>, roles: &[&str]) -> bool {
    let roster = organisation::root(graph).and_then(|root| root.get("roster")).map(Node::entries).unwrap_or_default();
    owners.iter().any(|owner| {
        let team = owner.rsplit_once('/').map(|(_, team)| team);
        let entry = roster.iter().find(|entry| entry.key.eq_ignore_ascii_case(owner));
        let held = entry.and_then(|entry| entry.value.get("roles")).map(Node::items).unwrap_or_default();
        roles.iter().any(|role| {
            team.is_some_and(|team| team.eq_ignore_ascii_case(role))
                || held.iter().any(|held| held.text() == Some(role))
        })
    })
}
