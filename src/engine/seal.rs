//! Filling in the digests of a draft, among all other documents.

use super::{Engine, Plan};
use crate::facts::{self, approval};
use crate::link::Graph;
use crate::parse::{Node, Syntax, edit};
use crate::tree;

/// A draft with its digests filled in.
#[derive(Clone, Debug)]
pub struct Sealing {
    /// The path of the record, relative to the root.
    pub path: String,
    /// Its text as it is.
    pub before: String,
    /// Its text with every digest.
    pub after: String,
    /// What has no digest, and why.
    pub without: Vec<(String, String)>,
}

impl Engine {
    /// The approval record of the release that is `named` by its id, by the path of its
    /// manifest or by that of its folder. The error is a sentence without its subject.
    pub fn sealing(&self, plan: &Plan<'_>, named: &str) -> Result<Sealing, String> {
        let read = self.read(plan);
        let graph = Graph::new(&read.documents, &read.files);
        let document = |release: &crate::link::Release| &graph.documents[release.document];
        let is_named = |release: &&crate::link::Release| {
            let document = document(release);
            document.path == named
                || (!named.is_empty() && tree::parent(&document.path) == named)
                || document.root.at(&["metadata", "id"]).and_then(Node::text) == Some(named)
        };
        let found: Vec<_> = graph.releases.iter().filter(is_named).collect();
        let [release] = found.as_slice() else {
            let why = if found.is_empty() {
                "there is no such release"
            } else {
                "several releases go by that name; name the manifest"
            };
            return Err(why.to_owned());
        };
        if !document(release).sound {
            return Err("its manifest cannot be read; `weighbridge check` says where it breaks off".to_owned());
        }
        let context = facts::Context::new(&graph, &read.files, read.as_of, None);
        let draft = approval::draft(&context, release)?;
        let record = &graph.documents[draft.document];
        let before = read.sources.get(record.source).text().to_owned();
        let syntax = Syntax::of(&record.path).unwrap_or(Syntax::Yaml);
        let mut after = before.clone();
        for (pointer, digest) in &draft.digests {
            if record.root.find(pointer).and_then(Node::text) == Some(digest) {
                continue;
            }
            after = edit::set(&after, syntax, pointer, digest).ok_or_else(|| {
                format!("`{pointer}` cannot be written without touching more; write it by hand: `{digest}`")
            })?;
        }
        Ok(Sealing { path: record.path.clone(), before, after, without: draft.without })
    }
}
