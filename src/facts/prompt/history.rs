//! What is recorded of the statuses of a version of a prompt.
//!
//! A version begins as a draft, goes to review, is approved from there, and ends as
//! deprecated; a review may send it back. `status` of `history` is `ok` or `illegal`; of
//! `approvals` it is `ok`, `unlogged` (no step says that it was approved), `unsigned` (that
//! step does not say by whom and when) or `author` (by the one who wrote it).

use super::Version;
use crate::facts::moment::instant;
use crate::facts::standing::{Wrong, says_something};
use crate::parse::Node;
use crate::text;

/// What may follow upon a status.
fn next(status: &str) -> &'static [&'static str] {
    match status {
        "" => &["draft"],
        "draft" => &["review", "deprecated"],
        "review" => &["draft", "approved", "deprecated"],
        "approved" => &["deprecated"],
        _ => &[],
    }
}

fn steps<'a>(version: &Version<'a>) -> &'a [Node] {
    version.entry.get("history").map(Node::items).unwrap_or_default()
}

/// The first step that could not have followed upon the one before.
pub(super) fn wrong(version: &Version<'_>) -> Option<Wrong> {
    let (mut before, mut place, mut time) = ("", None, None);
    for step in steps(version) {
        let (Some(to), Some(node)) = (step.get("to").and_then(Node::text), step.get("to")) else { continue };
        if !next(before).contains(&to) {
            let from = if before.is_empty() { "begins as" } else { "goes" };
            let way = if before.is_empty() { String::new() } else { format!(" from `{}` to", text::quote(before)) };
            let wrong = Wrong::new("illegal", format!("{from}{way} `{}`", text::quote(to))).at(node.span);
            return Some(match place {
                Some(place) => wrong.beside(place, "the step before"),
                None => wrong,
            });
        }
        let at = step.get("at").and_then(instant);
        if at.zip(time).is_some_and(|(at, time)| at < time) {
            let why = format!("is `{}` before it was `{}`", text::quote(to), text::quote(before));
            return Some(Wrong::new("illegal", why).at(step.get("at").unwrap_or(node).span));
        }
        (before, place, time) = (to, Some(node.span), at.or(time));
    }
    // An approval that no step says is one that was not logged.
    let status = version.status.filter(|status| !before.is_empty() && *status != before && *status != "approved")?;
    let node = version.entry.get("status")?;
    let why = format!("is `{}` and was last recorded as `{}`", text::quote(status), text::quote(before));
    Some(Wrong::new("illegal", why).at(node.span).beside(place?, "the last step"))
}

/// Why the approval of an approved version does not count.
pub(super) fn unlogged(version: &Version<'_>) -> Option<Wrong> {
    let approved = |step: &&Node| step.get("to").and_then(Node::text) == Some("approved");
    let Some(step) = steps(version).iter().rev().find(approved) else {
        let place = version.entry.get("status").map_or(version.number.0.span, |status| status.span);
        return Some(Wrong::new("unlogged", "is approved, and no step of its `history` says by whom").at(place));
    };
    let by = step.get("by").filter(|by| by.text().is_some_and(says_something));
    let Some(by) = by.filter(|_| step.get("at").and_then(instant).is_some()) else {
        return Some(Wrong::new("unsigned", "was approved without saying by whom and when").at(step.anchor()));
    };
    let author = version.entry.get("created_by").filter(|author| fold(author) == fold(by))?;
    let why = format!("was approved by its author, `{}`", text::quote(by.text()?));
    Some(Wrong::new("author", why).at(by.span).beside(author.span, "who wrote it"))
}

fn fold(person: &Node) -> String {
    person.text().unwrap_or_default().trim().trim_start_matches('@').to_lowercase()
}
