//! What a release is made of, and whether each part is named so that it cannot become
//! another one: by a digest, or by the whole id of a commit.
//!
//! `pins` is a list of:
//!
//! | fact | what it says |
//! |---|---|
//! | `what` | the part, with its name: ``base model `a/b` `` |
//! | `written` | the revision or address, as written |
//! | `status` | `pinned`; `moving` (a branch, `latest`, an alias), `short` (the beginning of a commit id), `tag` (any other name), `unnamed` (neither revision nor digest) |
//! | `dataset` | whether it is a dataset; a catalogue may number its revisions and mean it |
//!
//! A digest beside it pins any name.

use super::Context;
use crate::link::Release;
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &["[*].dataset", "[*].status", "[*].what", "[*].written"];

/// Names that mean another thing tomorrow.
const MOVING: &[&str] = &[
    "main",
    "master",
    "head",
    "trunk",
    "dev",
    "develop",
    "development",
    "latest",
    "stable",
    "nightly",
    "edge",
    "current",
    "default",
    "production",
    "prod",
    "staging",
    "champion",
    "challenger",
    "next",
    "release",
    "newest",
];

/// What `source` says of a base model that nobody outside its provider can pin.
const HOSTED: &[&str] = &["api", "hosted", "hosted-api", "proprietary", "proprietary-api", "closed", "closed-weights"];

/// The facts under `pins`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let document = &context.graph.documents[release.document];
    let root = &document.root;
    let artifacts = root.get("artifacts");
    let part = |key: &str| artifacts.and_then(|artifacts| artifacts.get(key)).filter(|node| node.is_map());
    let mut all: Vec<Node> = part("checkpoint").map(checkpoint).into_iter().collect();
    all.extend(part("base_model").and_then(base_model));
    let items = |node: Option<&Node>| node.map(Node::items).unwrap_or_default().to_vec();
    let derived = items(artifacts.and_then(|artifacts| artifacts.get("derived")));
    all.extend(derived.iter().filter(|build| build.get("not_applicable").is_none()).map(build));
    let datasets = context.graph.datasets(document);
    all.extend(datasets.iter().filter_map(dataset));
    Node::seq(all, artifacts.map_or(root.anchor(), Node::anchor))
}

/// Whether only its provider has the bytes of a base model.
pub(super) fn is_hosted(base: &Node) -> bool {
    let source = base.get("source").and_then(Node::text).unwrap_or_default().to_lowercase();
    HOSTED.contains(&source.replace([' ', '_'], "-").as_str())
}

fn checkpoint(node: &Node) -> Node {
    let uri = node.get("uri").filter(|uri| uri.text().is_some());
    let status = match uri.and_then(Node::text) {
        _ if has_digest(node) => "pinned",
        Some(uri) => of_address(uri),
        None => "unnamed",
    };
    entry(&named("checkpoint", node.get("id")), uri, status, node)
}

fn base_model(node: &Node) -> Option<Node> {
    let id = node.get("id").filter(|id| id.text().is_some())?;
    let written = node.get("revision").filter(|revision| revision.text().is_some());
    let behind = id.text().and_then(|id| id.split_once('@')).map(|(_, revision)| revision);
    let status = match written.and_then(Node::text).or(behind) {
        _ if has_digest(node) => "pinned",
        Some(revision) => of_revision(revision),
        None if is_hosted(node) => "pinned",
        None => "unnamed",
    };
    let written = written.or_else(|| behind.and(Some(id)));
    Some(entry(&named("base model", Some(id)), written, status, node))
}

fn build(node: &Node) -> Node {
    let method = node.get("method").or_else(|| node.get("type"));
    entry(&named("derived build", method), None, if has_digest(node) { "pinned" } else { "unnamed" }, node)
}

/// A dataset whose revision is written; one without any is for the rules about data.
fn dataset(node: &Node) -> Option<Node> {
    let revision = node.get("revision")?;
    let status = if has_digest(node) { "pinned" } else { of_revision(revision.text()?) };
    let facts = entry(&named("dataset", node.get("id")), Some(revision), status, node);
    Some(facts.with("dataset", Node::bool(true, revision.span)))
}

fn has_digest(node: &Node) -> bool {
    node.get("digest").and_then(Node::text).is_some_and(|digest| !digest.trim().is_empty())
}

fn named(what: &str, name: Option<&Node>) -> String {
    match name.and_then(Node::text) {
        Some(name) => format!("{what} `{}`", text::quote(name)),
        None => what.to_owned(),
    }
}

fn entry(what: &str, written: Option<&Node>, status: &str, part: &Node) -> Node {
    let missing: Span = part.get("id").map_or(part.anchor(), |id| id.span);
    let span = written.map_or(missing, |node| node.span);
    let shown = written.and_then(Node::text).map(text::quote).unwrap_or_default();
    Node::map(span)
        .with("what", Node::string(what, span))
        .with("written", Node::string(shown, span))
        .with("status", Node::string(status, span))
}

/// Whether a revision names one commit, or one digest, for good.
pub(super) fn is_pinned(revision: &str) -> bool {
    of_revision(revision) == "pinned"
}

/// Whether a revision names no commit for good, which is a finding of its own: what it is
/// compared with cannot be another one.
pub(super) fn is_loose(revision: &str) -> bool {
    matches!(of_revision(revision), "moving" | "short")
}

/// How firm a revision is: 40 hexadecimal digits (a commit) or 64 (a SHA-256).
fn of_revision(revision: &str) -> &'static str {
    let revision = revision.trim();
    let digits = revision.strip_prefix("sha256:").unwrap_or(revision);
    let hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = revision.rsplit('/').next().unwrap_or_default().to_lowercase();
    match digits.len() {
        40 | 64 if hex => "pinned",
        // A number alone is a version: `20260801` is no commit.
        7..=39 if hex && digits.bytes().any(|byte| byte.is_ascii_alphabetic()) => "short",
        _ if MOVING.contains(&name.as_str()) || revision.starts_with("refs/heads/") => "moving",
        _ => "tag",
    }
}

/// How firm an address is: `oci://host/name@sha256:…`, `hf://org/model@<commit>`.
fn of_address(uri: &str) -> &'static str {
    let path = uri.split_once("://").map_or(uri, |(_, path)| path);
    let last = path.rsplit('/').next().unwrap_or_default();
    match (last.rsplit_once('@'), last.rsplit_once(':')) {
        (Some((_, revision)), _) => of_revision(revision),
        (None, Some((_, tag))) => match of_revision(tag) {
            "short" => "tag",
            status => status,
        },
        _ if path.split('/').any(|part| of_revision(part) == "pinned") => "pinned",
        _ => "unnamed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_pinned_by_all_of_its_digits() {
        assert_eq!(of_revision("04599d34c7be08a152f48111701a44c2f8c67fab"), "pinned");
        assert_eq!(of_revision(&format!("sha256:{}", "a".repeat(64))), "pinned");
        assert_eq!(of_revision("04599d3"), "short");
        assert_eq!(of_revision("main"), "moving");
        assert_eq!(of_revision("refs/heads/x"), "moving");
        assert_eq!(of_revision("v7"), "tag");
        assert_eq!(of_revision("20260801"), "tag");
        assert_eq!(of_revision(""), "tag");
    }

    #[test]
    fn an_address_is_as_firm_as_its_last_part() {
        assert_eq!(of_address(&format!("oci://r.example/m@sha256:{}", "0".repeat(64))), "pinned");
        assert_eq!(of_address("oci://r.example:5000/m:latest"), "moving");
        assert_eq!(of_address("docker.io/m:1.4"), "tag");
        assert_eq!(of_address("hf://org/m@main"), "moving");
        assert_eq!(of_address("s3://bucket/models/m"), "unnamed");
        assert_eq!(of_address(&format!("s3://bucket/{}/m", "b".repeat(40))), "pinned");
    }
}
