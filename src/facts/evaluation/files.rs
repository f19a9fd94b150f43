//! The files of a release's evaluation: whether they are there, what they are
//! named, and whether their bytes are those that were declared.
//!
//! `files` is a list of:
//!
//! | fact | what it says |
//! |---|---|
//! | `path` | as written |
//! | `role` | `result file`, `packet`, `archive`, `suite results`, `results of the base model`, `step evidence` |
//! | `status` | `found` or `unresolved` |
//! | `problem` | why it does not resolve |
//! | `name`, `named`, `named_due`, `better_name` | the file name; whether it holds the checkpoint id; whether it has to; a name that would |
//! | `digest_matches`, `actual` | whether the bytes are those of the digest beside the path, and their own digest; only where one is declared |
//!
//! An archive, a result file and the evidence of the evaluation step must be
//! named for the checkpoint; a packet only where it names no archive.

use crate::facts::{Context, digest, release::problem};
use crate::link::{Evaluation, Files, Release, Role};
use crate::parse::Node;
use crate::source::Span;
use crate::text;
use crate::tree::file_name;

/// The list of files.
pub(super) fn derive(context: &Context<'_>, release: &Release, span: Span) -> Node {
    let Context { graph, files, .. } = *context;
    let checkpoint = graph.documents[release.document].root.at(&["artifacts", "checkpoint", "id"]);
    let archived = release.evaluations.iter().any(|evaluation| evaluation.role == Role::Archive);
    let items = release.evaluations.iter().map(|evaluation| file(evaluation, checkpoint, archived, files)).collect();
    Node::seq(items, span)
}

fn file(evaluation: &Evaluation, checkpoint: Option<&Node>, archived: bool, files: &Files<'_>) -> Node {
    let reference = &evaluation.reference;
    let span = reference.span;
    let string = |text: &str| Node::string(text, span);
    let name = file_name(reference.written.split('#').next().unwrap_or_default());
    let found = reference.target.path();
    let mut facts = Node::map(span)
        .with("path", string(&reference.written))
        .with("role", string(evaluation.role.name()))
        .with("status", string(if found.is_some() { "found" } else { "unresolved" }))
        .with("problem", Node::string(problem(reference, "file"), span))
        .with("name", string(name));
    let due = match evaluation.role {
        Role::Result | Role::Archive | Role::StepEvidence => true,
        Role::Packet => !archived,
        Role::Suite | Role::Base => false,
    };
    if let Some(id) = checkpoint.and_then(Node::text) {
        facts.put("named", Node::bool(text::contains_token(name, id), span));
        facts.put("better_name", Node::string(better_name(name, id), span));
    }
    facts.put("named_due", Node::bool(due && checkpoint.is_some(), span));
    if let (Some(declared), Some(path)) = (&reference.digest, found) {
        let actual = digest::of(files, path).unwrap_or_else(|error| error.to_string());
        facts.put("digest_matches", Node::bool(declared.text() == Some(&actual), declared.span));
        facts.put("actual", string(&actual));
    }
    facts
}

/// The name with the checkpoint's id in front, in place of another id of the same
/// shape where one stands there: `ckpt-41-safety.json` for `ckpt-7`.
fn better_name(name: &str, id: &str) -> String {
    let prefix: String = id.chars().take_while(|c| c.is_alphabetic()).collect();
    let rest = name
        .strip_prefix(&prefix)
        .filter(|_| !prefix.is_empty())
        .and_then(|rest| rest.strip_prefix(['-', '_']))
        .map_or(name, |rest| rest.trim_start_matches(char::is_alphanumeric));
    if rest.is_empty() || rest.starts_with(['.', '-', '_']) { format!("{id}{rest}") } else { format!("{id}-{rest}") }
}

#[cfg(test)]
mod tests {
    use super::better_name;

    #[test]
    fn a_better_name_holds_the_id_once() {
        assert_eq!(better_name("safety-v2.json", "ckpt-7f3a91"), "ckpt-7f3a91-safety-v2.json");
        assert_eq!(better_name("ckpt-41d0-safety.json", "ckpt-7f3a91"), "ckpt-7f3a91-safety.json");
        assert_eq!(better_name("ckpt-41d0.json", "ckpt-7f3a91"), "ckpt-7f3a91.json");
        assert_eq!(better_name("results.json", "7f3a91"), "7f3a91-results.json");
    }
}
