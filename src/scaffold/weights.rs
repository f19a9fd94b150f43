//! The files of a checkpoint, with their digests.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::facts::digest;
use crate::kind::Kind;
use crate::tree::{Tree, file_name, parent};

/// The most files of one checkpoint that are hashed.
const MOST: usize = 200;

/// One file of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Relative to the root.
    pub path: String,
    /// `sha256:…`; of a file in Git LFS, as its pointer has it.
    pub digest: String,
    /// In bytes.
    pub size: u64,
}

/// Whether a file of that name holds weights.
pub(super) fn is_weights(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let torch = ["pytorch_model", "adapter_model", "model"].iter().any(|stem| name.starts_with(stem));
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("safetensors" | "gguf" | "onnx") => true,
        Some("bin" | "pt" | "pth") => torch,
        _ => false,
    }
}

/// The weights of the model in `folder`: those that lie in it, else those of the one
/// folder below that has any. Of several folders nobody can tell which is meant.
pub(super) fn of_model(tree: &dyn Tree, listed: &[String], folder: &str) -> Vec<Weights> {
    let below = |path: &&String| is_weights(path) && (folder.is_empty() || path.starts_with(&format!("{folder}/")));
    let mut folders: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for path in listed.iter().filter(below) {
        folders.entry(parent(path)).or_default().push(path);
    }
    let only = if folders.len() == 1 { folders.values().next() } else { None };
    let files = folders.get(folder).or(only).map(Vec::as_slice).unwrap_or_default();
    files.iter().take(MOST).filter_map(|path| of_file(tree, path)).collect()
}

/// The configuration of the adapter that lies in `folder` itself.
pub(super) fn config(tree: &dyn Tree, told: &[(String, Kind)], folder: &str) -> Option<Weights> {
    let here = |(path, kind): &&(String, Kind)| *kind == Kind::AdapterConfig && parent(path) == folder;
    of_file(tree, &told.iter().find(here)?.0)
}

fn of_file(tree: &dyn Tree, path: &str) -> Option<Weights> {
    if let Some((digest, size)) = pointer(&tree.head(path, 1024).ok()?) {
        return Some(Weights { path: path.to_owned(), digest, size });
    }
    let size = tree.stat(path).ok()?.size;
    Some(Weights { path: path.to_owned(), digest: digest::of_file(tree, path).ok()?, size })
}

/// What a pointer of Git LFS says of the file that it stands for.
fn pointer(head: &[u8]) -> Option<(String, u64)> {
    let text = std::str::from_utf8(head).ok()?;
    let rest = text.strip_prefix("version https://git-lfs.github.com/spec/v1\n")?;
    let value = |key: &str| rest.lines().find_map(|line| line.strip_prefix(key));
    let hex = value("oid sha256:")?.trim();
    let sound = hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    Some((format!("sha256:{hex}"), value("size ")?.trim().parse().ok()?)).filter(|_| sound)
}

/// An id for the checkpoint that these files are, which other files have not: the
/// beginning of the digest of the one, or of the digests of them all.
pub(super) fn checkpoint_id(files: &[Weights]) -> Option<String> {
    let hex = match files {
        [] => return None,
        [one] => one.digest.trim_start_matches("sha256:").to_owned(),
        many => {
            let listed = many.iter().fold(String::new(), |mut text, file| {
                let _ = writeln!(text, "{}", file.digest);
                text
            });
            digest::format(&Sha256::digest(listed.as_bytes()).into()).trim_start_matches("sha256:").to_owned()
        }
    };
    Some(format!("ckpt-{}", hex.get(..12)?))
}
