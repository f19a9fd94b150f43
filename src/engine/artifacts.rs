//! What a release puts on the road, by digest: what a statement about it is about.
//!
//! Only of a release whose whole approval path is due: of one that is still in staging, or
//! retired, a run without findings says nothing that an admission controller should go by.

use crate::facts::{digest, release};
use crate::link::{Graph, Release};
use crate::outcome::Artifact;
use crate::parse::Node;

/// The checkpoint of a release, its files, and the image that holds it.
pub(super) fn artifacts(graph: &Graph<'_>, release: &Release) -> Vec<Artifact> {
    let root = &graph.documents[release.document].root;
    let stage = root.at(&["metadata", "stage"]).and_then(Node::text);
    if !stage.is_some_and(release::is_external) || !release::live(graph, root).0 {
        return Vec::new();
    }
    let Some(checkpoint) = root.at(&["artifacts", "checkpoint"]) else { return Vec::new() };
    let text = |node: &'_ Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let id = root.at(&["metadata", "id"]).and_then(Node::text).unwrap_or("checkpoint");
    let mut named = vec![(text(checkpoint, "id").unwrap_or_else(|| id.to_owned()), text(checkpoint, "digest"))];
    let files = checkpoint.get("files").map(Node::items).unwrap_or_default();
    named.extend(files.iter().filter_map(|file| Some((text(file, "path")?, text(file, "digest")))));
    // The digest in a reference to a registry is that of the image, never of a file.
    let uri = text(checkpoint, "uri").unwrap_or_default();
    named.extend(uri.split_once('@').map(|(image, digest)| (image.to_owned(), Some(digest.to_owned()))));
    let mut artifacts: Vec<Artifact> = Vec::new();
    for (name, digest) in named {
        let sha256 = digest.filter(|digest| digest::parse(digest).is_some());
        let Some(sha256) = sha256.and_then(|digest| Some(digest.strip_prefix("sha256:")?.to_ascii_lowercase())) else {
            continue;
        };
        if !artifacts.iter().any(|known| known.sha256 == sha256) {
            artifacts.push(Artifact { name, sha256 });
        }
    }
    artifacts
}
