//! `weighbridge digest PATH…`: digests as documents of a release write them, so that
//! nobody has to work out how.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use walkdir::WalkDir;

use super::terminal::Format;
use super::{CliError, Verdict, project};
use crate::discover::DiskTree;
use crate::facts::{canonical, digest};
use crate::parse::{self, Node, Parsed, Syntax};
use crate::report;
use crate::source::SourceId;
use crate::text;
use crate::tree::{DOCUMENT_BYTES, Tree as _};

/// What model signing leaves out of a folder: what belongs to git, and the signature.
const LEFT_OUT: [&str; 5] = [".git", ".gitattributes", ".github", ".gitignore", "model.sig"];

/// Arguments of `digest`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A file, a release manifest, or a folder of weights.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// How to print them.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// A digest and what it is of.
struct Digest {
    path: String,
    digest: String,
    of: &'static str,
    files: Vec<(String, String)>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Verdict, CliError> {
    let digests = arguments.paths.iter().map(|path| digest_of(path)).collect::<Result<Vec<_>, _>>()?;
    let mut out = io::stdout().lock();
    match arguments.format {
        Format::Human => {
            for Digest { path, digest, of, files } in &digests {
                let of = if *of == "files" {
                    format!("{} by model signing", text::count(files.len(), "file"))
                } else {
                    (*of).to_owned()
                };
                writeln!(out, "{digest}  {}  ({of})", text::sanitize(path))?;
            }
        }
        Format::Json => {
            let one = |Digest { path, digest, of, files }: &Digest| {
                let files: Vec<_> =
                    files.iter().map(|(path, digest)| json!({"path": path, "digest": digest})).collect();
                json!({"path": path, "digest": digest, "of": of, "files": files})
            };
            let digests: Vec<_> = digests.iter().map(one).collect();
            report::write_json(&json!({"schema_version": 1, "digests": digests}), &mut out)?;
        }
    }
    Ok(Verdict::Clean)
}

fn digest_of(path: &Path) -> Result<Digest, CliError> {
    let shown = path.display().to_string();
    let wrong = |why: &str| CliError::Usage(format!("{shown}: {why}"));
    let tree = project::open(&[path.to_owned()])?;
    let relative = tree.relative(path).ok_or_else(|| wrong("it is not in this repository"))?;
    if path.is_dir() {
        return folder(&tree, path, &relative, shown);
    }
    if let Some(root) = manifest(&tree, &relative) {
        let root =
            root.ok_or_else(|| wrong("this manifest cannot be read; `weighbridge check` says where it breaks off"))?;
        let digest = canonical::digest_of_manifest(&root);
        return Ok(Digest { path: shown, digest, of: "release manifest, canonical", files: Vec::new() });
    }
    let digest = digest::of_file(&tree, &relative).map_err(|error| wrong(&error.to_string()))?;
    Ok(Digest { path: shown, digest, of: "file", files: Vec::new() })
}

/// The tree of a release manifest; `None` within where it cannot be read, and without
/// where the file is none.
fn manifest(tree: &DiskTree, path: &str) -> Option<Option<Node>> {
    let syntax = Syntax::of(path).filter(|syntax| *syntax != Syntax::Markdown)?;
    let text = String::from_utf8(tree.read(path, DOCUMENT_BYTES).ok()?).ok()?;
    if !text.contains("weighbridge/v1") || !text.contains("ModelRelease") {
        return None;
    }
    let Parsed { root, findings } = parse::data(syntax, &text, SourceId(0));
    let is_manifest = root.as_ref().is_some_and(|root| root.get("kind").and_then(Node::text) == Some("ModelRelease"));
    let other = root.as_ref().is_some_and(|root| root.get("kind").is_some()) && !is_manifest;
    if other { None } else { Some(root.filter(|_| is_manifest && findings.is_empty())) }
}

/// The digest of a folder: that of its only file or, of several, the root by model signing.
fn folder(tree: &DiskTree, path: &Path, relative: &str, shown: String) -> Result<Digest, CliError> {
    let wrong = |why: &str| CliError::Usage(format!("{shown}: {why}"));
    let mut files = Vec::new();
    let walk = WalkDir::new(path).sort_by_file_name().into_iter();
    let kept = |entry: &walkdir::DirEntry| {
        entry.depth() != 1 || !entry.file_name().to_str().is_some_and(|name| LEFT_OUT.contains(&name))
    };
    for entry in walk.filter_entry(kept) {
        let entry = entry.map_err(|error| wrong(&error.to_string()))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let name = entry.path().strip_prefix(path).ok().and_then(Path::to_str).map(|name| name.replace('\\', "/"));
        let name = name.ok_or_else(|| wrong("a file in it has a name that is not UTF-8"))?;
        if !entry.file_type().is_file() {
            return Err(wrong(&format!("`{}` in it is a link or no regular file", text::quote(&name))));
        }
        let whole = if relative.is_empty() { name.clone() } else { format!("{relative}/{name}") };
        let digest = tree.sha256(&whole).map_err(|error| wrong(&format!("{}: {error}", text::quote(&name))))?;
        files.push((name, digest));
    }
    let (digest, of) = match files.as_slice() {
        [] => return Err(wrong("there is no file in this folder")),
        [(_, only)] => (digest::format(only), "its only file"),
        several => (digest::root(several.iter().map(|(name, digest)| (name.as_str(), *digest))), "files"),
    };
    let files = files.into_iter().map(|(name, bytes)| (name, digest::format(&bytes))).collect();
    Ok(Digest { path: shown, digest, of, files })
}
