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

use crate::facts::digest;
use crate::link::{Files, Graph, Release};
use crate::parse::Node;
use crate::parse::codeowners::Codeowners;
use crate::policy::{BUILTIN_LINKS, FileState, Host};

/// Nodes by the name of their link.
pub(super) type Links<'a> = Vec<(&'static str, Vec<&'a Node>)>;

/// The links of one release; a name that leads nowhere is not there.
pub(super) fn links<'a>(graph: &Graph<'a>, release: &Release) -> Links<'a> {
    let linked = |name: &'static str| (name, named(graph, name, release));
    BUILTIN_LINKS.iter().copied().map(linked).filter(|(_, nodes)| !nodes.is_empty()).collect()
}

fn named<'a>(graph: &Graph<'a>, name: &str, release: &Release) -> Vec<&'a Node> {
    let documents = graph.documents;
    let roots = |indexes: &[usize]| indexes.iter().map(|index| &documents[*index].root).collect::<Vec<_>>();
    let root = &documents[release.document].root;
    let own = |key| root.at(&["metadata", key]).and_then(Node::text).unwrap_or_default();
    match name {
        "card" => roots(release.card_document.as_slice()),
        "evaluation" => roots(&release.packets),
        "security_review" => roots(&release.reviews),
        "approvals" => roots(&release.approvals),
        "registry_entry" => graph.registered(own("model"), own("version")).iter().map(|entry| entry.version).collect(),
        "adapter_config" => roots(&release.adapter_configs),
        "flag" => flag(graph, root, release).into_iter().collect(),
        _ => roots(release.baseline.as_slice()),
    }
}

fn flag<'a>(graph: &Graph<'a>, root: &Node, release: &Release) -> Option<&'a Node> {
    let flag = root.at(&["rollback", "flag"]).or_else(|| root.at(&["rollout", "flag"]))?;
    let key = flag.get("key").and_then(Node::text)?;
    let path = release.flag_file.as_ref()?.target.path()?;
    let flags = graph.documents[graph.document_at(path)?].root.get("flags")?;
    flags.get(key).or_else(|| flags.items().iter().find(|flag| flag.get("key").and_then(Node::text) == Some(key)))
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
        let digest = digest::of(self.0, path).map_err(|error| error.to_string())?;
        Ok(digest.trim_start_matches("sha256:").to_owned())
    }

    fn owners(&self) -> Option<&Codeowners> {
        self.0.owners()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load::Input;
    use crate::kind::Kind;
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
        let inputs: Vec<Input> =
            known.map(|(path, kind)| Input { path: (*path).to_owned(), kind: *kind, bytes: None }).collect();
        let documents: Vec<Document> = super::super::load_all(inputs, &files, &mut SourceMap::default());
        let graph = Graph::new(&documents, &files);
        let one = |(name, nodes): (&str, Vec<&Node>)| {
            let first = nodes[0].entries().first().map_or("", |entry| &entry.key);
            format!("{name} {} {first}", nodes.len())
        };
        links(&graph, &graph.releases[0]).into_iter().map(one).collect()
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
        assert!(host.owners().is_none());
    }
}
