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
struct Digested {
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
            for Digested { path, digest, of, files } in &digests {
                let of = if *of == "files" {
                    format!("{} by model signing", text::count(files.len(), "file"))
                } else {
                    (*of).to_owned()
                };
                writeln!(out, "{digest}  {}  ({of})", text::sanitize(path))?;
            }
        }
        Format::Json => {
            let one = |Digested { path, digest, of, files }: &Digested| {
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

fn digest_of(path: &Path) -> Result<Digested, CliError> {
    let shown = path.display().to_string();
    let wrong = |why: &str| CliError::Usage(format!("{shown}: {why}"));
    let tree = project::open(&[path.to_owned()])?;
    let relative = tree.relative(path).ok_or_else(|| wrong("it is not in this repository"))?;
    if path.is_dir() {
        return folder(&tree, path, &relative, shown);
    }
    match manifest(&tree, &relative) {
        Manifest::Not => {}
        Manifest::Unreadable => {
            return Err(wrong("this manifest cannot be read; `weighbridge check` says where it breaks off"));
        }
        Manifest::Root(root) => {
            let digest = canonical::digest_of_manifest(&root);
            return Ok(Digested { path: shown, digest, of: "release manifest, canonical", files: Vec::new() });
        }
    }
    let digest = digest::of_file(&tree, &relative).map_err(|error| wrong(&error.to_string()))?;
    Ok(Digested { path: shown, digest, of: "file", files: Vec::new() })
}

/// What a file is as a release manifest.
enum Manifest {
    /// It is none.
    Not,
    /// It is one, and cannot be read.
    Unreadable,
    /// Its tree.
    Root(Node),
}

fn manifest(tree: &DiskTree, path: &str) -> Manifest {
    let syntax = Syntax::of(path).filter(|syntax| *syntax != Syntax::Markdown);
    let text = tree.read(path, DOCUMENT_BYTES).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let (Some(syntax), Some(text)) = (syntax, text) else { return Manifest::Not };
    if !text.contains("weighbridge/v1") || !text.contains("ModelRelease") {
        return Manifest::Not;
    }
    let Parsed { root, findings } = parse::data(syntax, &text, SourceId(0));
    let kind = root.as_ref().and_then(|root| root.get("kind")).and_then(Node::text).map(str::to_owned);
    match (kind.as_deref(), root) {
        (Some("ModelRelease"), Some(root)) if findings.is_empty() => Manifest::Root(root),
        (None | Some("ModelRelease"), _) => Manifest::Unreadable,
        _ => Manifest::Not,
    }
}

/// The digest of a folder: that of its only file or, of several, the root by model signing.
fn folder(tree: &DiskTree, path: &Path, relative: &str, shown: String) -> Result<Digested, CliError> {
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
    Ok(Digested { path: shown, digest, of, files })
}
