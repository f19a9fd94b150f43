//! Globs of a configuration that match nothing: a setting that is written and does nothing.
//!
//! `exclude` is left out: what it is for is often not there, in CI least of all.

use super::globs::Globs;
use crate::parse::Node;

/// The nodes of the globs in `include`, `kinds` and `overrides` that match no path. What is
/// no glob is a mistake of its own.
pub fn globs<'n>(config: &'n Node, paths: &[&str]) -> Vec<&'n Node> {
    let list = |node: Option<&'n Node>| node.map(Node::one_or_many).unwrap_or_default().iter();
    let files = |key: &str| list(config.get(key)).flat_map(move |entry| list(entry.get("files")));
    let all = list(config.get("include")).chain(files("kinds")).chain(files("overrides"));
    let is_idle = |node: &&Node| {
        let globs = node.as_str().and_then(|text| Globs::new([text]).ok());
        globs.is_some_and(|globs| !paths.iter().any(|path| globs.hold(path)))
    };
    all.filter(is_idle).collect()
}
