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

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::link::{Files, Graph, Release, of_kind};
use crate::parse::{Document, Node};
use crate::policy::{BUILTIN_LINKS, FileState, Host};
use crate::tree::{self, DOCUMENT_BYTES};

/// Nodes by the name of their link.
pub(super) type Links<'a> = Vec<(&'static str, Vec<&'a Node>)>;

/// Documents by what they say that they belong to, so that the links of a release are
/// look-ups.
pub(super) struct Linker<'a> {
    graph: &'a Graph<'a>,
    /// By `metadata.id`.
    releases: ById<'a>,
    /// By `subject.release`.
    reviews: ById<'a>,
    /// By `release`.
    approvals: ById<'a>,
    /// By model and version.
    versions: BTreeMap<(&'a str, &'a str), Vec<&'a Node>>,
    /// Adapter configurations, in the order of their paths.
    adapters: Vec<&'a Document>,
}

type ById<'a> = BTreeMap<&'a str, Vec<&'a Node>>;

impl<'a> Linker<'a> {
    /// Reads what the documents belong to.
    pub(super) fn new(graph: &'a Graph<'a>) -> Self {
        let all = |kind| of_kind(graph.documents, kind).filter_map(|index| graph.documents.get(index));
        let by = |kind, keys: &[&str]| {
            let mut index = ById::new();
            for document in all(kind) {
                if let Some(id) = document.root.at(keys).and_then(Node::text) {
                    index.entry(id).or_default().push(&document.root);
                }
            }
            index
        };
        let mut versions: BTreeMap<_, Vec<&'a Node>> = BTreeMap::new();
        for model in all(Kind::ModelRegistry).flat_map(|registry| items(registry.root.get("models"))) {
            for entry in items(model.get("versions")) {
                if let (Some(model), Some(version)) = (text(model.get("id")), text(entry.get("version"))) {
                    versions.entry((model, version)).or_default().push(entry);
                }
            }
        }
        Self {
            graph,
            releases: by(Kind::Release, &["metadata", "id"]),
            reviews: by(Kind::SecurityReview, &["subject", "release"]),
            approvals: by(Kind::ApprovalRecord, &["release"]),
            versions,
            adapters: all(Kind::AdapterConfig).collect(),
        }
    }

    /// The links of one release; a name that leads nowhere is not there.
    pub(super) fn links(&self, release: &Release, files: &Files<'_>) -> Links<'a> {
        let Some(document) = self.graph.documents.get(release.document) else { return Vec::new() };
        let linked = |name: &'static str| (name, self.named(name, document, release, files));
        BUILTIN_LINKS.iter().copied().map(linked).filter(|(_, nodes)| !nodes.is_empty()).collect()
    }

    fn named(&self, name: &str, document: &'a Document, release: &Release, files: &Files<'_>) -> Vec<&'a Node> {
        let root = &document.root;
        let own = |key| text(root.at(&["metadata", key]));
        let of = |index: &ById<'a>, id: Option<&str>| id.and_then(|id| index.get(id)).cloned().unwrap_or_default();
        match name {
            "card" => release.card_document.and_then(|index| self.root(index)).into_iter().collect(),
            "evaluation" => self.packets(release),
            "security_review" => match text(root.at(&["evidence", "security_review", "path"])) {
                Some(written) => self.review_at(files.resolve(&document.path, written).path()).into_iter().collect(),
                None => of(&self.reviews, own("id")),
            },
            "approvals" => of(&self.approvals, own("id")),
            "registry_entry" => {
                let key = own("model").zip(own("version"));
                key.and_then(|key| self.versions.get(&key)).cloned().unwrap_or_default()
            }
            "adapter_config" => self.below(tree::parent(&document.path)),
            "flag" => self.flag(root, release).into_iter().collect(),
            _ => {
                let mut packets = self.packets(release).into_iter();
                let compared = packets.find_map(|packet| text(packet.at(&["baseline", "release"])));
                of(&self.releases, compared.or_else(|| text(root.at(&["metadata", "changelog", "previous"]))))
            }
        }
    }

    fn root(&self, index: usize) -> Option<&'a Node> {
        self.graph.documents.get(index).map(|document| &document.root)
    }

    fn document_at(&self, path: Option<&str>, kind: Kind) -> Option<&'a Node> {
        let document = self.graph.documents.get(self.graph.document_at(path?)?)?;
        (document.kind == kind).then_some(&document.root)
    }

    fn review_at(&self, path: Option<&str>) -> Option<&'a Node> {
        self.document_at(path, Kind::SecurityReview)
    }

    fn packets(&self, release: &Release) -> Vec<&'a Node> {
        let paths = release.evaluations.iter().map(|evaluation| evaluation.reference.target.path());
        paths.filter_map(|path| self.document_at(path, Kind::EvaluationPacket)).collect()
    }

    /// The adapter configurations in a folder and below it.
    fn below(&self, folder: &str) -> Vec<&'a Node> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let first = self.adapters.partition_point(|adapter| *adapter.path < *prefix);
        let within = self.adapters.iter().skip(first).take_while(|adapter| adapter.path.starts_with(&prefix));
        within.map(|adapter| &adapter.root).collect()
    }

    fn flag(&self, root: &'a Node, release: &Release) -> Option<&'a Node> {
        let flag = root.at(&["rollback", "flag"]).or_else(|| root.at(&["rollout", "flag"]))?;
        let key = text(flag.get("key"))?;
        let path = release.flag_file.as_ref()?.target.path()?;
        let flags = self.root(self.graph.document_at(path)?)?.get("flags")?;
        flags.get(key).or_else(|| items(Some(flags)).iter().find(|flag| text(flag.get("key")) == Some(key)))
    }
}

fn items(list: Option<&Node>) -> &[Node] {
    list.map(Node::items).unwrap_or_default()
}

fn text(node: Option<&Node>) -> Option<&str> {
    node.and_then(Node::text)
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
        let inputs: Vec<Input> = known.map(|(path, kind)| Input { path: (*path).to_owned(), kind: *kind, bytes: None }).collect();
        let documents: Vec<Document> = super::super::load_all(tree, inputs, &files, &mut SourceMap::default());
        let graph = Graph::new(&documents, &files);
        let one = |(name, nodes): (&str, Vec<&Node>)| {
            let first = nodes[0].entries().first().map_or("", |entry| &entry.key);
            format!("{name} {} {first}", nodes.len())
        };
        Linker::new(&graph).links(&graph.releases[0], &files).into_iter().map(one).collect()
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
