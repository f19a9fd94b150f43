//! Whether versions rise in the order in which they came.
//!
//! That order is the one of their times where all have one; else the list may be written
//! either way round. A version is held against those of its own line (`1.3` of `1.3.4`):
//! a fix of an older line may come after a newer line has begun.
//!
//! `status` is `ok`, `unordered` (no numbers), `twice` or `falls`.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::facts::standing::{Wrong, standing};
use crate::link::version::{Rank, is_ordered, rank};
use crate::parse::Node;
use crate::text;

/// A version in a list.
struct Listed<'a> {
    node: &'a Node,
    text: &'a str,
    rank: Rank,
    at: Option<Timestamp>,
}

/// How each of the versions of `subject` stands among the others.
pub(in crate::facts) fn derive(
    versions: &[Node],
    subject: &str,
    time: &dyn Fn(&Node) -> Option<Timestamp>,
) -> Vec<Node> {
    let listed = versions.iter().filter_map(|entry| {
        let node = entry.get("version")?;
        let text = node.text()?;
        Some(Listed { node, text, rank: rank(text), at: time(entry) })
    });
    let listed: Vec<Listed<'_>> = listed.collect();
    let falls = falls(&listed);
    let mut seen: BTreeMap<&Rank, &Node> = BTreeMap::new();
    let each = listed.iter().enumerate().map(|(index, version)| {
        let before = *seen.entry(&version.rank).or_insert(version.node);
        let wrong = wrong(version, before, falls.get(&index).and_then(|other| listed.get(*other)));
        standing(version.node.span, wrong).with("subject", Node::string(subject, version.node.span))
    });
    each.collect()
}

fn wrong(version: &Listed<'_>, before: &Node, above: Option<&Listed<'_>>) -> Option<Wrong> {
    let shown = text::quote(version.text);
    if !is_ordered(version.text) {
        return Some(Wrong::new("unordered", format!("`{shown}` has no numbers to be ordered by")));
    }
    if before.span != version.node.span {
        return Some(
            Wrong::new("twice", format!("version `{shown}` is listed twice")).beside(before.span, "the first time"),
        );
    }
    let above = above?;
    let why = format!("version `{shown}` comes after `{}` and is a lower one", text::quote(above.text));
    Some(Wrong::new("falls", why).beside(above.node.span, "came before it"))
}

/// The versions that are lower than one that came before, and which that is.
fn falls(listed: &[Listed<'_>]) -> BTreeMap<usize, usize> {
    let mut order: Vec<usize> =
        (0..listed.len()).filter(|at| listed.get(*at).is_some_and(|v| is_ordered(v.text))).collect();
    let time = |at: &usize| listed.get(*at).and_then(|version| version.at);
    if order.iter().all(|at| time(at).is_some()) {
        order.sort_by_key(time);
        return falls_along(listed, &order);
    }
    let down = falls_along(listed, &order);
    order.reverse();
    let up = falls_along(listed, &order);
    if up.len() < down.len() { up } else { down }
}

fn falls_along(listed: &[Listed<'_>], order: &[usize]) -> BTreeMap<usize, usize> {
    let mut falls = BTreeMap::new();
    let mut lines: BTreeMap<[u64; 2], usize> = BTreeMap::new();
    let mut highest: Option<usize> = None;
    let rank = |at: usize| listed.get(at).map(|version| &version.rank);
    for at in order.iter().copied() {
        let Some(own) = rank(at) else { continue };
        let part = |index: usize| own.0.get(index).copied().unwrap_or(0);
        let line = [part(0), part(1)];
        match lines.get(&line).copied().or(highest) {
            Some(bar) if rank(bar) > Some(own) => {
                falls.insert(at, bar);
            }
            _ => {
                lines.insert(line, at);
                if highest.is_none_or(|highest| rank(highest) < Some(own)) {
                    highest = Some(at);
                }
            }
        }
    }
    falls
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};

    fn statuses(versions: &[(&str, &str)]) -> String {
        let span = |at: u32| Span::new(SourceId(0), at as usize, at as usize + 1);
        let entries: Vec<Node> = versions
            .iter()
            .zip(0..)
            .map(|((version, at), index)| {
                Node::map(span(index))
                    .with("version", Node::string(*version, span(index)))
                    .with("at", Node::string(*at, span(index)))
            })
            .collect();
        let time = |entry: &Node| entry.get("at").and_then(|at| format!("{}T00:00:00Z", at.text()?).parse().ok());
        let all = derive(&entries, "m", &time);
        let words: Vec<&str> = all.iter().filter_map(|entry| entry.get("status")?.text()).collect();
        words.join(" ")
    }

    #[test]
    fn versions_rise_with_their_times() {
        assert_eq!(statuses(&[("1.9.0", "2026-01-01"), ("1.10.0", "2026-02-01")]), "ok ok");
        assert_eq!(statuses(&[("1.10.0", "2026-01-01"), ("1.9.0", "2026-02-01")]), "ok falls");
        assert_eq!(statuses(&[("1.10.0", "2026-02-01"), ("1.9.0", "2026-01-01")]), "ok ok");
    }

    #[test]
    fn a_fix_of_an_older_line_comes_later() {
        let fixed = [("1.3.1", "2026-01-01"), ("1.4.0", "2026-02-01"), ("1.3.2", "2026-03-01")];
        assert_eq!(statuses(&fixed), "ok ok ok");
    }

    #[test]
    fn a_list_without_times_is_written_either_way() {
        assert_eq!(statuses(&[("3.0.0", ""), ("2.0.0", ""), ("1.0.0", "")]), "ok ok ok");
        assert_eq!(statuses(&[("1.0.0", ""), ("3.0.0", ""), ("2.0.0", ""), ("4.0.0", "")]), "ok ok falls ok");
    }

    #[test]
    fn words_and_twins() {
        assert_eq!(statuses(&[("latest", ""), ("2.0", ""), ("2.0.0", "")]), "unordered ok twice");
    }
}
