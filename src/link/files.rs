//! Where a written path leads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::kind::Kind;
use crate::memo::Memo;
use crate::parse::Syntax;
use crate::parse::codeowners::Codeowners;
use crate::parse::evidence::{self, Form};
use crate::tree::{self, ReadError, Tree};

/// Where a written path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To this file, relative to the root.
    File(String),
    /// To two files that differ: beside the document, and from the root.
    Ambiguous(String, String),
    /// Nowhere: there is no such file. With a path that is nearly it.
    Missing(Option<String>),
    /// Out of the repository.
    Outside,
    /// To something that cannot be read; why.
    Unreadable(String),
}

impl Target {
    /// The file, if it leads to exactly one.
    pub fn path(&self) -> Option<&str> {
        if let Self::File(path) = self { Some(path) } else { None }
    }
}

/// The files of a tree, for resolving references without asking the disk twice.
pub struct Files<'a> {
    tree: &'a dyn Tree,
    listed: BTreeSet<String>,
    /// Files by name, made when the first reference leads nowhere; `None` where a
    /// name stands more than once.
    by_name: OnceLock<BTreeMap<String, Option<String>>>,
    /// The names of the files of every folder, made likewise.
    by_folder: OnceLock<BTreeMap<String, Vec<String>>>,
    /// See [`Self::has_more_than_markdown`].
    more_than_markdown: OnceLock<bool>,
    /// See [`Self::owners`].
    owners: OnceLock<Option<Codeowners>>,
    /// See [`Self::sha256`].
    digests: Memo<String, Result<[u8; 32], ReadError>>,
}

impl<'a> Files<'a> {
    /// The files of `tree`; `listed` are those that its walk found.
    pub fn new(tree: &'a dyn Tree, listed: impl IntoIterator<Item = String>) -> Self {
        Self {
            tree,
            listed: listed.into_iter().collect(),
            by_name: OnceLock::new(),
            by_folder: OnceLock::new(),
            more_than_markdown: OnceLock::new(),
            owners: OnceLock::new(),
            digests: Memo::default(),
        }
    }

    /// The tree itself.
    pub fn tree(&self) -> &'a dyn Tree {
        self.tree
    }

    /// Every file that the walk found, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.listed.iter().map(String::as_str)
    }

    /// The repository's CODEOWNERS, if it has one.
    pub fn owners(&self) -> Option<&Codeowners> {
        let text = |path: &str| {
            let bytes = self.tree.read(path, tree::DOCUMENT_BYTES).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        };
        self.owners.get_or_init(|| Codeowners::find(text)).as_ref()
    }

    /// The SHA-256 digest of the bytes of a file, which is hashed once.
    pub fn sha256(&self, path: &str) -> Result<[u8; 32], ReadError> {
        self.digests.get(path.to_owned(), || self.tree.sha256(path))
    }

    /// The names of the files of a folder, as the walk found them.
    pub fn in_folder(&self, folder: &str) -> &[String] {
        self.by_folder().get(folder).map(Vec::as_slice).unwrap_or_default()
    }

    /// Resolves a path as the document at `from` writes it: beside it first, then
    /// from the root. An anchor (`file#part`) is left out.
    pub fn resolve(&self, from: &str, written: &str) -> Target {
        let path = written.split('#').next().unwrap_or_default();
        let beside = tree::join(tree::parent(from), path);
        let rooted = tree::join("", path);
        let (beside, rooted) = match (beside, rooted) {
            (Err(_), Err(_)) => return Target::Outside,
            (Err(_), Ok(rooted)) => return self.single(&rooted),
            (Ok(beside), Err(_)) => return self.single(&beside),
            (Ok(beside), Ok(rooted)) => (beside, rooted),
        };
        // A file that the walk did not find is no rival of one that it did: ignored
        // files are not there for others.
        match (self.listed.contains(&beside), self.listed.contains(&rooted)) {
            (true, false) => return Target::File(beside),
            (false, true) => return Target::File(rooted),
            _ => {}
        }
        if beside == rooted {
            return self.single(&beside);
        }
        if !self.exists(&rooted) {
            // What is nearly it may stand at either place.
            return match self.single(&beside) {
                Target::Missing(None) => self.single(&rooted),
                target => target,
            };
        }
        if !self.exists(&beside) {
            return self.single(&rooted);
        }
        match (self.sha256(&beside), self.sha256(&rooted)) {
            (Ok(one), Ok(other)) if one == other => Target::File(beside),
            _ => Target::Ambiguous(beside, rooted),
        }
    }

    /// Where a link leads that a page at `from` writes: beside it, and nowhere else.
    pub fn beside(&self, from: &str, path: &str) -> Target {
        tree::join(tree::parent(from), path).map_or(Target::Outside, |path| self.single(&path))
    }

    /// Whether the path that a page at `from` writes is a folder with files in it.
    pub fn has_folder_beside(&self, from: &str, path: &str) -> bool {
        let Ok(folder) = tree::join(tree::parent(from), path.trim_end_matches('/')) else { return false };
        let prefix = format!("{folder}/");
        folder.is_empty() || self.listed.range(prefix.clone()..).next().is_some_and(|next| next.starts_with(&prefix))
    }

    /// Whether anything but Markdown is here: else pages were brought along without what
    /// they link to.
    pub fn has_more_than_markdown(&self) -> bool {
        let other = |path: &String| Syntax::of(path) != Some(Syntax::Markdown) && path != "weighbridge.yaml";
        *self.more_than_markdown.get_or_init(|| self.listed.iter().any(other))
    }

    /// The file of the walk that a document at `from` means with a path, for lists of
    /// evidence: nothing is judged by it, so the disk is not asked.
    pub fn listed(&self, from: &str, written: &str) -> Option<String> {
        let path = written.split('#').next().unwrap_or_default();
        let ways = [tree::join(tree::parent(from), path), tree::join("", path)];
        ways.into_iter().flatten().find(|path| self.listed.contains(path))
    }

    fn exists(&self, path: &str) -> bool {
        self.listed.contains(path) || self.tree.stat(path).is_ok()
    }

    fn single(&self, path: &str) -> Target {
        if self.listed.contains(path) {
            return Target::File(path.to_owned());
        }
        match self.tree.stat(path) {
            Ok(_) => Target::File(path.to_owned()),
            Err(ReadError::Missing) => Target::Missing(self.near(path)),
            Err(ReadError::Outside) => Target::Outside,
            Err(error) => Target::Unreadable(error.to_string()),
        }
    }

    /// A listed file that is nearly `path`: of nearly the same name in the same
    /// folder, or of the same name elsewhere.
    fn near(&self, path: &str) -> Option<String> {
        let (folder, name) = (tree::parent(path), tree::file_name(path));
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let siblings = self.by_folder().get(folder).map(Vec::as_slice).unwrap_or_default();
        if let Some(near) = crate::text::did_you_mean(name, siblings.iter().take(1000).map(String::as_str)) {
            return Some(format!("{prefix}{near}"));
        }
        self.by_name().get(name).cloned().flatten()
    }

    fn by_name(&self) -> &BTreeMap<String, Option<String>> {
        self.by_name.get_or_init(|| {
            let mut index: BTreeMap<String, Option<String>> = BTreeMap::new();
            for path in &self.listed {
                let only = (!index.contains_key(tree::file_name(path))).then(|| path.clone());
                index.insert(tree::file_name(path).to_owned(), only);
            }
            index
        })
    }

    fn by_folder(&self) -> &BTreeMap<String, Vec<String>> {
        self.by_folder.get_or_init(|| {
            let mut index: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for path in &self.listed {
                let name = tree::file_name(path).to_owned();
                match index.get_mut(tree::parent(path)) {
                    Some(names) => names.push(name),
                    None => drop(index.insert(tree::parent(path).to_owned(), vec![name])),
                }
            }
            index
        })
    }

    /// Whether a file is a template of a Helm chart: below `templates/` of a folder with a
    /// `Chart.yaml`, and with a mark in it.
    pub fn is_template(&self, path: &str) -> bool {
        let above = path.rfind("templates/").filter(|at| *at == 0 || path[..*at].ends_with('/'));
        above.is_some_and(|at| self.exists(&format!("{}Chart.yaml", &path[..at])))
            && self.tree.head(path, 64 * 1024).is_ok_and(|head| head.windows(2).any(|pair| pair == b"{{"))
    }

    /// Why a file that is there is not read as a serving manifest or as alert rules.
    pub fn why_unread(&self, path: &str) -> &'static str {
        match Syntax::of(path) {
            Some(Syntax::Yaml | Syntax::Json) if self.is_template(path) => {
                "it is a template of a chart, and what that renders to is not in the repository"
            }
            Some(Syntax::Yaml | Syntax::Json | Syntax::Modelfile) => "it is not among the documents of this run",
            _ => "it is neither YAML nor JSON",
        }
    }

    /// Whether the file at `path` may be read as a document of `kind` because
    /// another document names it so.
    pub(super) fn is_document(&self, path: &str, kind: Kind) -> bool {
        match kind {
            Kind::Card => Syntax::of(path) == Some(Syntax::Markdown),
            Kind::EvaluationPacket => {
                let head = self.tree.head(path, 4096).unwrap_or_default();
                let head = String::from_utf8_lossy(&head);
                matches!(Syntax::of(path), Some(Syntax::Yaml | Syntax::Json | Syntax::Toml))
                    && head.contains("EvaluationPacket")
            }
            // A template is not what is served.
            Kind::Serving | Kind::Alerts => {
                matches!(Syntax::of(path), Some(Syntax::Yaml | Syntax::Json | Syntax::Modelfile))
                    && !self.is_template(path)
            }
            Kind::EvaluationResults => {
                let size = self.tree.stat(path).map_or(u64::MAX, |listed| listed.size);
                Form::of(path).is_some() && size <= evidence::MAX_BYTES
            }
            _ => matches!(Syntax::of(path), Some(Syntax::Yaml | Syntax::Json | Syntax::Toml)),
        }
    }

    /// The `run_spec.json` beside the statistics of a HELM run.
    pub(super) fn run_spec(&self, stats: &str) -> Option<String> {
        let beside = stats.strip_suffix("stats.json")?;
        let path = format!("{beside}run_spec.json");
        (tree::file_name(stats) == "stats.json" && self.exists(&path)).then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::tree::MemoryTree;

    fn files(tree: &MemoryTree) -> Files<'_> {
        Files::new(tree, tree.paths().map(str::to_owned).collect::<Vec<_>>())
    }

    /// A tree that counts how often a file of it is hashed.
    #[derive(Default)]
    struct Hashed(MemoryTree, AtomicUsize);

    impl Tree for Hashed {
        fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
            self.0.list()
        }

        fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
            self.0.read(path, limit)
        }

        fn head(&self, path: &str, limit: usize) -> Result<Vec<u8>, ReadError> {
            self.0.head(path, limit)
        }

        fn stat(&self, path: &str) -> Result<tree::Listed, ReadError> {
            self.0.stat(path)
        }

        fn sha256(&self, path: &str) -> Result<[u8; 32], ReadError> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.sha256(path)
        }
    }

    #[test]
    fn a_file_is_hashed_once() {
        let mut tree = Hashed::default();
        tree.0.put("w.gguf", "GGUF");
        let files = Files::new(&tree, Vec::new());
        let digests: Vec<_> = (0..3).map(|_| files.sha256("w.gguf")).collect();
        assert_eq!((digests.len(), tree.1.load(Ordering::Relaxed)), (3, 1));
        assert!(digests.iter().all(|digest| *digest == tree.0.sha256("w.gguf")));
        assert_eq!(files.sha256("gone"), Err(ReadError::Missing));
    }

    #[test]
    fn why_a_file_of_a_known_syntax_is_not_read() {
        let tree = MemoryTree::default();
        let why = |path: &str| files(&tree).why_unread(path);
        assert_eq!((why("a.yaml"), why("Modelfile")), (why("b.json"), why("b.json")));
        assert_eq!(why("a.md"), "it is neither YAML nor JSON");
    }

    #[test]
    fn beside_the_document_first_then_from_the_root() {
        let mut tree = MemoryTree::default();
        tree.put("releases/a/evals/x.json", "1");
        tree.put("evals/y.json", "2");
        tree.put("both.json", "same");
        tree.put("releases/a/both.json", "same");
        tree.put("differ.json", "one");
        tree.put("releases/a/differ.json", "two");
        let files = files(&tree);
        let from = "releases/a/release.yaml";
        assert_eq!(files.resolve(from, "evals/x.json"), Target::File("releases/a/evals/x.json".into()));
        assert_eq!(files.resolve(from, "evals/y.json#/a"), Target::File("evals/y.json".into()));
        assert_eq!(files.resolve(from, "both.json"), Target::File("releases/a/both.json".into()));
        assert_eq!(
            files.resolve(from, "differ.json"),
            Target::Ambiguous("releases/a/differ.json".into(), "differ.json".into())
        );
        assert_eq!(files.resolve(from, "../../../etc/passwd"), Target::Outside);
        assert_eq!(files.resolve(from, "/etc/passwd"), Target::Outside);
        assert_eq!(
            files.resolve(from, "evals/z.json"),
            Target::Missing(Some("releases/a/evals/x.json".into())),
            "one letter away"
        );
        assert_eq!(files.resolve(from, "results/y.json"), Target::Missing(Some("evals/y.json".into())));
        assert_eq!(files.resolve(from, "nothing-like-it.csv"), Target::Missing(None));
    }
}
