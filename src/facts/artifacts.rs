//! The files of a release: whether those that are in the repository are the ones that
//! the manifest records, and what lies beside them.
//!
//! | fact | what it says |
//! |---|---|
//! | `files[*]` | `{what, path, status, problem}`; `status` is `same`, `unrecorded` (nothing to compare with), `absent` (weights that are kept elsewhere), or `differs`, `unresolved` |
//! | `root` | `{status, problem}`: whether `checkpoint.digest` is the digest of the files that it lists; absent where that cannot be known |
//! | `unlisted[*]` | weights that lie beside listed files and are not listed |
//! | `not_assessed[*]` | the bytes of weights that are kept elsewhere |
//! | `formats[*]` | `{path, status, problem}` of each file of weights: `safe`, or `unsafe` where opening it can run code and nothing safe stands beside it |
//!
//! A file's digest is that of its bytes; a pointer to large-file storage has the digest
//! of the file that it stands for. The digest of several files is the root of the OpenSSF
//! model-signing serialisation: SHA-256 over their digests, in the order of their names.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::standing::state;
use super::{Context, digest, unknown};
use crate::link::{Files, Release, Target};
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::{text, tree};

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] = &[
    "files[*].path",
    "files[*].problem",
    "files[*].status",
    "files[*].what",
    "formats[*].path",
    "formats[*].problem",
    "formats[*].status",
    "not_assessed[*].what",
    "not_assessed[*].why",
    "root.problem",
    "root.status",
    "unlisted[*]",
];

/// Endings of weights that are read without running code.
const SAFE: &[&str] = &["safetensors", "gguf", "onnx"];

/// Endings of weights that are pickles or can hold code.
const UNSAFE: &[&str] = &["bin", "pt", "pth", "ckpt", "pkl", "pickle", "h5"];

/// What a trainer leaves beside weights: not weights.
const NOT_WEIGHTS: &[&str] = &["training_args", "optimizer", "scheduler", "rng_state", "scaler", "trainer_state"];

/// A pointer to large-file storage begins so, and is small.
const POINTER: &str = "version https://git-lfs.github.com/spec/";
const POINTER_BYTES: usize = 1024;

/// The most folders that are looked into for what is not listed.
const FOLDERS: usize = 50;

/// The facts under `artifacts`.
pub fn derive(context: &Context<'_>, release: &Release) -> Node {
    let document = &context.graph.documents[release.document];
    let root = &document.root;
    let span = root.span_at(&["artifacts"]);
    let listed = root.at(&["artifacts", "checkpoint", "files"]).map(Node::items).unwrap_or_default();
    let held = Held { document, files: context.files };
    let mut files: Vec<Node> = listed.iter().filter_map(|file| held.file("weights", file, true)).collect();
    let named = [
        ("bill of materials", root.at(&["artifacts", "sbom"])),
        ("signature", root.at(&["artifacts", "checkpoint", "signature"])),
    ];
    files.extend(named.into_iter().filter_map(|(what, node)| held.file(what, node?, false)));
    let unknown = not_assessed(&files, root).into_iter().collect();
    let mut facts =
        Node::map(span).with("files", Node::seq(files, span)).with("not_assessed", Node::seq(unknown, span));
    if let Some(root) = root.at(&["artifacts", "checkpoint", "digest"]).and_then(|digest| root_of(digest, listed)) {
        facts.put("root", root);
    }
    let beside = held.beside(listed);
    facts.put("formats", Node::seq(held.formats(listed, &beside), span));
    let place = root.span_at(&["artifacts", "checkpoint", "files"]);
    let unlisted = beside.iter().map(|path| Node::string(path.as_str(), place)).collect();
    facts.put("unlisted", Node::seq(unlisted, place));
    facts
}

/// What of it cannot be known.
fn not_assessed(files: &[Node], root: &Node) -> Option<Node> {
    let of = |file: &&Node, key: &str, value: &str| file.get(key).and_then(Node::text) == Some(value);
    let weights = || files.iter().filter(|file| of(file, "what", "weights"));
    let absent = weights().filter(|file| of(file, "status", "absent")).count();
    let what = match (absent, weights().count()) {
        (0, 0) if root.at(&["artifacts", "checkpoint"]).is_some() => "the bytes of the weights".to_owned(),
        (0, _) => return None,
        (n, _) => format!("the bytes of {}", text::count(n, "listed file")),
    };
    Some(unknown(what, "the weights are not in the repository", root.anchor()))
}

/// The files that a manifest names, in its repository.
struct Held<'a> {
    document: &'a Document,
    files: &'a Files<'a>,
}

impl Held<'_> {
    fn resolve(&self, written: &str) -> Target {
        self.files.resolve(&self.document.path, written)
    }

    /// One recorded file. Weights may be kept elsewhere; everything else that is named
    /// is to be there.
    fn file(&self, what: &str, node: &Node, elsewhere: bool) -> Option<Node> {
        let path = node.get("path")?;
        let written = path.text()?;
        let recorded = Recorded { digest: node.get("digest"), size: node.get("size") };
        let (status, problem, at) = match self.resolve(written) {
            Target::File(found) => self.compare(&found, &recorded, path),
            Target::Missing(_) if elsewhere => ("absent", String::new(), path.span),
            Target::Missing(Some(near)) => {
                ("unresolved", format!("there is no such file; did you mean `{}`?", text::quote(&near)), path.span)
            }
            Target::Missing(None) => ("unresolved", "there is no such file".to_owned(), path.span),
            Target::Outside => ("unresolved", "the path leads out of the repository".to_owned(), path.span),
            Target::Unreadable(why) => ("unresolved", text::quote(&why), path.span),
            Target::Ambiguous(one, other) => {
                let both = format!("it is both `{}` and `{}`, which differ", text::quote(&one), text::quote(&other));
                ("unresolved", both, path.span)
            }
        };
        let facts = state(status, problem, at).with("what", Node::string(what, at));
        Some(facts.with("path", Node::string(text::quote(written), at)))
    }

    /// The size first: it is cheap, and tells a broken download from an edit.
    fn compare(&self, path: &str, recorded: &Recorded<'_>, named: &Node) -> (&'static str, String, Span) {
        let pointer = self.pointer(path);
        let size = match &pointer {
            Some((_, size)) => Some(*size),
            None => self.files.tree().stat(path).ok().map(|listed| listed.size),
        };
        if let (Some(node), Some(size)) = (recorded.size, size)
            && node.text().is_some_and(|text| text != size.to_string())
        {
            let written = text::quote(node.text().unwrap_or_default());
            return ("differs", format!("it has {size} bytes, and {written} are recorded"), node.span);
        }
        let Some(node) = recorded.digest.filter(|node| node.text().is_some()) else {
            return ("unrecorded", String::new(), named.span);
        };
        let actual = match pointer {
            Some((digest, _)) => Ok(digest),
            None => digest::of(self.files, path).map_err(|error| error.to_string()),
        };
        match actual {
            Ok(actual) if node.text() == Some(&actual) => ("same", String::new(), node.span),
            Ok(actual) => ("differs", format!("its digest is `{actual}`, not the recorded one"), node.span),
            Err(why) => ("unresolved", text::quote(&why), named.span),
        }
    }

    /// The digest and size that a pointer to large-file storage stands for.
    fn pointer(&self, path: &str) -> Option<(String, u64)> {
        let head = self.files.tree().head(path, POINTER_BYTES).ok()?;
        let text = std::str::from_utf8(&head).ok()?.strip_prefix(POINTER)?;
        let after = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
        Some((after("oid ")?.trim().to_owned(), after("size ")?.trim().parse().ok()?))
    }

    /// The weights that lie in the folders of listed files and are not listed.
    fn beside(&self, listed: &[Node]) -> Vec<String> {
        let paths: BTreeSet<String> = listed
            .iter()
            .filter_map(|file| match self.resolve(file.get("path")?.text()?) {
                Target::File(path) => Some(path),
                Target::Missing(_) => tree::join("", file.get("path")?.text()?).ok(),
                _ => None,
            })
            .collect();
        let folders: BTreeSet<&str> = paths.iter().map(|path| tree::parent(path)).take(FOLDERS).collect();
        let found = folders.iter().flat_map(|folder| {
            let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            self.files.in_folder(folder).iter().map(move |name| format!("{prefix}{name}"))
        });
        found.filter(|path| is_weights(path) && !paths.contains(path)).collect()
    }

    fn formats(&self, listed: &[Node], beside: &[String]) -> Vec<Node> {
        let weights =
            listed.iter().filter_map(|file| file.get("path")).filter(|path| path.text().is_some_and(is_weights));
        let weights: Vec<&Node> = weights.collect();
        let written = weights.iter().filter_map(|path| path.text()).chain(beside.iter().map(String::as_str));
        let alternative = written.clone().any(|path| SAFE.contains(&ending(path).as_str()));
        let one = |path: &&Node| {
            let ending = path.text().map(ending).unwrap_or_default();
            let status = if alternative || SAFE.contains(&ending.as_str()) { "safe" } else { "unsafe" };
            let shown = text::quote(path.text().unwrap_or_default());
            state(status, "", path.span).with("path", Node::string(shown, path.span))
        };
        let mut all: Vec<Node> = weights.iter().map(one).collect();
        all.extend(self.declared().filter(|_| weights.is_empty()));
        all
    }

    /// The format that the manifest writes for a checkpoint whose files it does not list.
    fn declared(&self) -> Option<Node> {
        let format = self.document.root.at(&["artifacts", "checkpoint", "format"])?;
        let word = format.text()?.to_lowercase();
        let pickled =
            UNSAFE.contains(&word.as_str()) || ["pytorch", "torch", "keras", "joblib"].contains(&word.as_str());
        let facts = state(if pickled { "unsafe" } else { "safe" }, "", format.span);
        Some(facts.with("path", Node::string(text::quote(&word), format.span)))
    }
}

/// What a manifest records of a file.
struct Recorded<'a> {
    digest: Option<&'a Node>,
    size: Option<&'a Node>,
}

/// The ending of a path, in lower case.
fn ending(path: &str) -> String {
    tree::file_name(path).rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
}

/// Whether a path ends as files of weights do.
pub(super) fn ends_as_weights(path: &str) -> bool {
    let ending = ending(path);
    SAFE.contains(&ending.as_str()) || UNSAFE.contains(&ending.as_str())
}

fn is_weights(path: &str) -> bool {
    let name = tree::file_name(path).to_lowercase();
    ends_as_weights(path) && !NOT_WEIGHTS.iter().any(|other| name.starts_with(other))
}

/// Whether the digest of a checkpoint is that of its files, by their recorded digests:
/// the weights need not be here.
fn root_of(written: &Node, listed: &[Node]) -> Option<Node> {
    let text = written.text()?;
    let mut files: Vec<(&str, [u8; 32])> = Vec::with_capacity(listed.len());
    for file in listed {
        files.push((file.get("path")?.text()?, bytes(file.get("digest")?.text()?)?));
    }
    files.sort_unstable();
    let root = files.iter().fold(Sha256::new(), |hash, (_, digest)| hash.chain_update(digest)).finalize();
    let root = digest::format(&root.into());
    let (same, whose) = match files.as_slice() {
        [] => return None,
        [(_, only)] => (text == digest::format(only) || text == root, digest::format(only)),
        _ => (text == root, root),
    };
    let problem = if same { String::new() } else { format!("that of the listed files is `{whose}`") };
    Some(state(if same { "same" } else { "differs" }, problem, written.span))
}

fn bytes(digest: &str) -> Option<[u8; 32]> {
    let hex = digest.strip_prefix("sha256:").filter(|hex| hex.len() == 64 && hex.is_ascii())?;
    let mut all = [0; 32];
    for (at, byte) in all.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_trainer_leaves_is_not_weights() {
        assert!(is_weights("a/model.safetensors") && is_weights("pytorch_model.BIN"));
        assert!(!is_weights("a/training_args.bin") && !is_weights("optimizer.pt") && !is_weights("README.md"));
    }

    #[test]
    fn a_digest_is_64_digits() {
        assert!(bytes(&format!("sha256:{}", "0f".repeat(32))).is_some());
        assert!(bytes("sha256:0f").is_none() && bytes(&format!("sha256:{}", "é".repeat(32))).is_none());
    }
}
