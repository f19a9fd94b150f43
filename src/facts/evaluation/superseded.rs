//! Results that were measured again: beside the file of a suite lies one whose name differs
//! by a later day or time alone, such as the harness writes them (`results_<time>.json`).
//!
//! `superseded` has one `{suite, newer}` for each. Only where the name or the folder is that
//! of the release: elsewhere the newer file may be of another checkpoint.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::packet::{Packet, Suite};
use crate::facts::Context;
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::{text, tree};

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] = &["superseded[*].newer", "superseded[*].suite"];

/// A day, with a time or without: `2026-10-28`, `20261028`, `2026-10-28T08-14-32.5`.
static STAMP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"20[0-9]{2}-?[01][0-9]-?[0-3][0-9](?:[T_ -]?[0-2][0-9][-:]?[0-5][0-9](?:[-:]?[0-5][0-9](?:[.,][0-9]+)?)?)?",
    )
    .ok()
});

/// The facts of every suite whose results are not the newest.
pub(super) fn derive(context: &Context<'_>, manifest: &Document, packets: &[Packet<'_>], span: Span) -> Node {
    let suites = || packets.iter().flat_map(|packet| &packet.suites).filter(|suite| !suite.excused);
    let named: BTreeSet<&str> = suites().filter_map(|suite| suite.path.as_deref()).collect();
    let item = |suite: &Suite<'_>| {
        let path = suite.path.as_deref().filter(|path| is_own(manifest, path))?;
        let newer = newer(context, path, &named)?;
        let string = |text: String| Node::string(text, suite.span);
        Some(Node::map(suite.span).with("suite", string(suite.name())).with("newer", string(text::quote(&newer))))
    };
    Node::seq(suites().filter_map(item).collect(), span)
}

/// Whether a path is one of this release: below its manifest, or named for its checkpoint.
fn is_own(manifest: &Document, path: &str) -> bool {
    let folder = tree::parent(&manifest.path);
    let below = !folder.is_empty() && path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let checkpoint = manifest.root.at(&["artifacts", "checkpoint", "id"]).and_then(Node::text);
    below || checkpoint.is_some_and(|id| text::contains_token(path, id))
}

fn newer(context: &Context<'_>, path: &str, named: &BTreeSet<&str>) -> Option<String> {
    let name = tree::file_name(path);
    let (frame, stamp) = split(name)?;
    // Names are sorted, so that those of a later time follow.
    let siblings = context.files.in_folder(tree::parent(path));
    let after = siblings.get(siblings.partition_point(|other| other.as_str() <= name)..).unwrap_or_default();
    let alike = after.iter().take_while(|other| other.starts_with(frame.0));
    let later = alike.filter(|other| split(other).is_some_and(|(other, time)| other == frame && time > stamp));
    let unnamed = later.filter(|other| !named.contains(tree::join(tree::parent(path), other).as_deref().unwrap_or("")));
    unnamed.max().cloned()
}

/// What stands around the only stamp of a name, and the digits of that.
fn split(name: &str) -> Option<((&str, &str), String)> {
    let mut stamps = STAMP.as_ref()?.find_iter(name);
    let stamp = stamps.next().filter(|_| stamps.next().is_none())?;
    let digits = stamp.as_str().chars().filter(char::is_ascii_digit).collect();
    Some(((name.get(..stamp.start())?, name.get(stamp.end()..)?), digits))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn names_that_differ_by_their_time() {
        let (frame, first) = split("results_2026-10-28T08-14-32.5.json").unwrap();
        let (other, second) = split("results_2026-11-02T10-00-00.1.json").unwrap();
        assert_eq!(frame, other);
        assert!(second > first);
        assert_eq!(split("ckpt-9c41e7-quality.json"), None);
        assert_eq!(split("2026-10-28-vs-2026-10-29.json"), None, "a comparison of two days");
        assert_ne!(split("a-20261028.json").unwrap().0, split("b-20261028.json").unwrap().0);
    }
}
