//! What a release is joined to, by the names under which rules read it.
//!
//! | `link.…` | |
//! |---|---|
//! | `card` | the card that serves the release |
//! | `evaluation` | its evaluation packets |
//! | `security_review` | the review that the manifest names, or that names the release |
//! | `approvals` | the approval records that name the release |
//! | `registry_entry` | its version in a model registry |
//! | `adapter_config` | the adapter configurations beside or below the manifest |
//! | `flag` | the definition of the flag by which it is rolled back |
//! | `baseline` | the release that a packet compares with, or that it follows on |

use crate::kind::Kind;
use crate::link::{Files, Graph, Release, of_kind};
use crate::parse::Node;
use crate::policy::{BUILTIN_LINKS, FileState, Host};
use crate::tree::{self, DOCUMENT_BYTES};

/// Nodes by the name of their link.
pub(super) type Links<'a> = Vec<(&'static str, Vec<&'a Node>)>;

/// The links of one release; a name that leads nowhere is not there.
pub(super) fn of<'a>(graph: &Graph<'a>, release: &Release, files: &Files<'_>) -> Links<'a> {
    let linked = |name: &'static str| (name, named(name, graph, release, files));
    BUILTIN_LINKS.iter().copied().map(linked).filter(|(_, nodes)| !nodes.is_empty()).collect()
}

fn named<'a>(name: &str, graph: &Graph<'a>, release: &Release, files: &Files<'_>) -> Vec<&'a Node> {
    let documents = graph.documents;
    let Some(document) = documents.get(release.document) else { return Vec::new() };
    let id = document.root.at(&["metadata", "id"]).and_then(Node::text);
    let all = |kind| of_kind(documents, kind).filter_map(|index| documents.get(index));
    let naming = |kind, keys: &[&str]| -> Vec<&'a Node> {
        let names = |root: &&'a Node| id.is_some() && root.at(keys).and_then(Node::text) == id;
        all(kind).map(|document| &document.root).filter(names).collect()
    };
    match name {
        "card" => {
            release.card_document.and_then(|index| documents.get(index)).map(|card| &card.root).into_iter().collect()
        }
        "evaluation" => packets(graph, release),
        "security_review" => {
            let written = document.root.at(&["evidence", "security_review", "path"]).and_then(Node::text);
            match written.map(|written| files.resolve(&document.path, written)) {
                Some(target) => {
                    let review = target.path().and_then(|path| graph.document_at(path));
                    let review = review.and_then(|index| documents.get(index));
                    review
                        .filter(|review| review.kind == Kind::SecurityReview)
                        .map(|review| &review.root)
                        .into_iter()
                        .collect()
                }
                None => naming(Kind::SecurityReview, &["subject", "release"]),
            }
        }
        "approvals" => naming(Kind::ApprovalRecord, &["release"]),
        "registry_entry" => {
            let own = |key| document.root.at(&["metadata", key]).and_then(Node::text);
            all(Kind::ModelRegistry)
                .flat_map(|registry| entry(registry.root.get("models"), "id", own("model")))
                .flat_map(|model| entry(model.get("versions"), "version", own("version")))
                .collect()
        }
        "adapter_config" => {
            let folder = tree::parent(&document.path);
            let below =
                |path: &str| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            all(Kind::AdapterConfig).filter(|config| below(&config.path)).map(|config| &config.root).collect()
        }
        "flag" => flag(graph, release).into_iter().collect(),
        _ => {
            let named: Vec<&str> = packets(graph, release)
                .into_iter()
                .filter_map(|packet| packet.at(&["baseline", "release"]).and_then(Node::text))
                .chain(document.root.at(&["metadata", "changelog", "previous"]).and_then(Node::text))
                .collect();
            let is = |root: &&'a Node| {
                root.at(&["metadata", "id"]).and_then(Node::text).is_some_and(|id| named.first() == Some(&id))
            };
            all(Kind::Release).map(|release| &release.root).filter(is).collect()
        }
    }
}

fn packets<'a>(graph: &Graph<'a>, release: &Release) -> Vec<&'a Node> {
    let documents = release
        .evaluations
        .iter()
        .filter_map(|evaluation| graph.documents.get(graph.document_at(evaluation.reference.target.path()?)?));
    documents.filter(|document| document.kind == Kind::EvaluationPacket).map(|document| &document.root).collect()
}

/// The items of a list that have a value under a key.
fn entry<'a>(list: Option<&'a Node>, key: &str, value: Option<&str>) -> Vec<&'a Node> {
    let items = list.map(Node::items).unwrap_or_default();
    items.iter().filter(|item| value.is_some() && item.get(key).and_then(Node::text) == value).collect()
}

fn flag<'a>(graph: &Graph<'a>, release: &Release) -> Option<&'a Node> {
    let root = &graph.documents.get(release.document)?.root;
    let key = root.at(&["rollback", "flag"]).or_else(|| root.at(&["rollout", "flag"]))?.get("key")?.text()?;
    let path = release.flag_file.as_ref()?.target.path()?;
    let flags = graph.documents.get(graph.document_at(path)?)?.root.get("flags")?;
    flags.get(key).or_else(|| entry(Some(flags), "key", Some(key)).into_iter().next())
}

/// The files of the repository, for rules that ask.
pub(super) struct FileHost<'a>(pub(super) &'a Files<'a>);

impl Host for FileHost<'_> {
    fn file(&self, from: &str, written: &str) -> FileState {
        use crate::link::Target;
        match self.0.resolve(from, written) {
            Target::File(path) => match self.0.tree().stat(&path) {
                Ok(listed) => FileState::Found { path, size: listed.size },
                Err(error) => FileState::Unreadable(error.to_string()),
            },
            Target::Ambiguous(beside, rooted) => FileState::Ambiguous(beside, rooted),
            Target::Missing(near) => FileState::Missing(near),
            Target::Outside => FileState::Outside,
            Target::Unreadable(why) => FileState::Unreadable(why),
        }
    }

    fn sha256(&self, path: &str) -> Result<String, String> {
        let digest = crate::facts::digest::of_file(self.0.tree(), path).map_err(|error| error.to_string())?;
        Ok(digest.trim_start_matches("sha256:").to_owned())
    }

    fn text(&self, path: &str) -> Option<String> {
        let bytes = self.0.tree().read(path, DOCUMENT_BYTES).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load::Input;
    use crate::parse::Document;
    use crate::source::SourceMap;
    use crate::tree::MemoryTree;

    /// A release with everything beside it, and another one.
    fn tree() -> MemoryTree {
        let mut tree = MemoryTree::default();
        let mut put = |path: &str, text: &str| tree.put(path, text.as_bytes());
        put(
            "r/release.yaml",
            concat!(
                "metadata: {id: m-2, model: m, version: 2, changelog: {previous: m-1}}\n",
                "evidence: {card: {path: card.md}, evaluation: {path: packet.yaml}}\n",
                "rollback: {flag: {file: flags.json, key: f, rollback_variant: v}}\n",
            ),
        );
        put("r/card.md", "---\nlicense: mit\n---\n# M\n");
        put("r/packet.yaml", "kind: EvaluationPacket\nbaseline: {release: m-1}\n");
        put("r/review.yaml", "subject: {release: m-2}\n");
        put("r/adapter_config.json", "{\"peft_type\": \"LORA\"}");
        put("approvals.yaml", "release: m-2\n");
        put("registry.yaml", "models: [{id: m, versions: [{version: 1}, {version: 2, status: approved}]}]\n");
        put("flags.json", "{\"flags\": {\"f\": {\"state\": \"ENABLED\"}}}");
        put("s/release.yaml", "metadata: {id: m-1}\n");
        tree
    }

    const KINDS: &[(&str, Kind)] = &[
        ("approvals.yaml", Kind::ApprovalRecord),
        ("flags.json", Kind::Flags),
        ("r/adapter_config.json", Kind::AdapterConfig),
        ("r/card.md", Kind::Card),
        ("r/packet.yaml", Kind::EvaluationPacket),
        ("r/release.yaml", Kind::Release),
        ("r/review.yaml", Kind::SecurityReview),
        ("registry.yaml", Kind::ModelRegistry),
        ("s/release.yaml", Kind::Release),
    ];

    fn linked(tree: &MemoryTree) -> Vec<String> {
        let files = Files::new(tree, tree.paths().map(str::to_owned).collect::<Vec<_>>());
        let known = KINDS.iter().filter(|(path, _)| tree.get(path).is_some());
        let inputs: Vec<Input> = known.map(|(path, kind)| Input { path: (*path).to_owned(), kind: *kind }).collect();
        let documents: Vec<Document> = super::super::load_all(tree, &inputs, &files, &mut SourceMap::default());
        let graph = Graph::new(&documents, &files);
        let one = |(name, nodes): (&str, Vec<&Node>)| {
            let first = nodes[0].entries().first().map_or("", |entry| &entry.key);
            format!("{name} {} {first}", nodes.len())
        };
        of(&graph, &graph.releases[0], &files).into_iter().map(one).collect()
    }

    #[test]
    fn a_release_is_joined_to_all_that_it_names() {
        let all = [
            "card 1 license",
            "evaluation 1 kind",
            "security_review 1 subject",
            "approvals 1 release",
            "registry_entry 1 version",
            "adapter_config 1 peft_type",
            "flag 1 state",
            "baseline 1 metadata",
        ];
        assert_eq!(linked(&tree()), all);
    }

    #[test]
    fn what_is_not_there_is_not_linked() {
        let mut bare = tree();
        for (path, _) in KINDS.iter().filter(|(path, _)| *path != "r/release.yaml") {
            bare.remove(path);
        }
        assert_eq!(linked(&bare), [""; 0]);
    }

    #[test]
    fn a_host_says_what_a_path_is() {
        let tree = tree();
        let files = Files::new(&tree, tree.paths().map(str::to_owned).collect::<Vec<_>>());
        let host = FileHost(&files);
        let found = host.file("r/release.yaml", "card.md");
        assert_eq!(found, FileState::Found { path: "r/card.md".into(), size: 25 });
        assert_eq!(host.file("r/release.yaml", "../../x"), FileState::Outside);
        assert_eq!(host.file("r/release.yaml", "/etc/passwd"), FileState::Outside);
        assert_eq!(host.file("r/release.yaml", "cardx.md"), FileState::Missing(Some("r/card.md".into())));
        assert_eq!(host.sha256("r/card.md").map(|digest| digest.len()), Ok(64));
        assert_eq!(host.text("nothing"), None);
    }
}
