//! Whether the text of a version of a prompt is still the one that its digest names.
//!
//! The file of a prompt belongs to its newest version that is no draft; another version is
//! looked at where it names a `file` of its own. A draft may still change. `status` is `ok`,
//! `missing` (there is no such file), `unreadable` or `edited`.

use super::{Version, newest};
use crate::facts::release::leads_nowhere;
use crate::facts::standing::Wrong;
use crate::facts::{Context, digest};
use crate::link::Target;
use crate::parse::{Document, Node};
use crate::text;

/// The templates of a prompt that can be looked at.
pub(super) fn derive(context: &Context<'_>, document: &Document, prompt: &Node, versions: &[Version<'_>]) -> Vec<Node> {
    let each = files(prompt, versions).into_iter().map(|(version, file)| {
        let declared = version.entry.get("template_digest").filter(|digest| digest.text().is_some());
        let span = declared.unwrap_or(file).span;
        version.standing_at(span, wrong(context, document, file, declared, versions))
    });
    each.collect()
}

/// The versions of a prompt that have a file, with it.
pub(super) fn files<'v, 'a>(prompt: &'a Node, versions: &'v [Version<'a>]) -> Vec<(&'v Version<'a>, &'a Node)> {
    let current = newest(versions, |version| version.status != Some("draft")).map(|version| version.number.0.span);
    let each = versions.iter().filter(|version| version.status != Some("draft")).filter_map(|version| {
        let shared = prompt.get("file").filter(|_| current == Some(version.number.0.span));
        let file = version.entry.get("file").or(shared).filter(|file| file.text().is_some())?;
        Some((version, file))
    });
    each.collect()
}

/// The most bytes of a prompt that are read.
const LARGEST: u64 = 256 * 1024;

/// The text of a prompt in a file.
pub(super) fn read(context: &Context<'_>, path: &str) -> Option<String> {
    String::from_utf8(context.files.tree().read(path, LARGEST).ok()?).ok()
}

fn wrong(
    context: &Context<'_>,
    document: &Document,
    file: &Node,
    declared: Option<&Node>,
    versions: &[Version<'_>],
) -> Option<Wrong> {
    let written = file.text()?;
    let shown = text::quote(written);
    let target = context.files.resolve(&document.path, written);
    let Target::File(path) = &target else {
        return Some(Wrong::new("missing", format!("`{shown}`: {}", leads_nowhere(&target))).at(file.span));
    };
    let declared = declared?.text()?;
    let Ok(found) = digest::of(context.files, path) else {
        return Some(Wrong::new("unreadable", format!("`{shown}` cannot be read")).at(file.span));
    };
    if found == declared {
        return None;
    }
    let holds = |version: &&Version<'_>| version.entry.get("template_digest").and_then(Node::text) == Some(&found);
    let why = match versions.iter().find(holds) {
        Some(other) => format!("`{shown}` holds the text of version {}", text::quote(other.number.1)),
        None => format!("`{shown}` was edited: its digest is {found}"),
    };
    Some(Wrong::new("edited", why).beside(file.span, "the file"))
}
