//! The policy packs of an organisation: files of rules in a folder.
//!
//! A folder is read whole, in the order of the paths, hidden and ignored files
//! too: what git does not know of must not be able to switch a rule off. Links are
//! followed to files inside of the folder and refused otherwise.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::parse::{Node, Syntax, yaml};
use crate::source::{Source, SourceId};
use crate::tree::{self, DOCUMENT_BYTES};

/// The most files of packs that are read.
const MOST: usize = 2_000;

/// The folder of a repository's own packs.
pub const OWN_PACKS: &str = ".weighbridge/policies";

/// The packs in a folder, or the one in a file; each by the path that people see,
/// which begins with `shown`. The error is a sentence with the path in it.
pub fn packs(path: &Path, shown: &str) -> Result<Vec<Source>, String> {
    let Ok(root) = path.canonicalize() else {
        return Err(format!("{shown}: there is no such file or folder of policy packs"));
    };
    if root.is_file() {
        let pack = read(&root, shown.to_owned())?;
        let mut found = Vec::new();
        schemas(&pack, root.parent().unwrap_or(&root), "", &mut found)?;
        found.insert(0, pack);
        return Ok(found);
    }
    let mut found = Vec::new();
    let mut beside = Vec::new();
    for (file, below) in files(&root, shown)? {
        let base =
            if shown.is_empty() || shown == "." { String::new() } else { format!("{}/", shown.trim_end_matches('/')) };
        let pack = read(&file, format!("{base}{below}"))?;
        schemas(&pack, &root, tree::parent(&below), &mut beside)?;
        found.push(pack);
    }
    found.extend(beside);
    Ok(found)
}

/// The JSON Schemas that a pack names, `schema: {$ref: path}`, as far as they lie in
/// the folder of the packs; what is not found is told where it is named.
fn schemas(pack: &Source, root: &Path, below: &str, found: &mut Vec<Source>) -> Result<(), String> {
    if !pack.text().contains("$ref") {
        return Ok(());
    }
    let Some(tree) = yaml::parse(pack.text(), SourceId(0), 0).root else { return Ok(()) };
    let mut named = BTreeSet::new();
    references(&tree, &mut named);
    let folder = tree::parent(pack.path());
    for to in named {
        let shown = if folder.is_empty() { to.to_owned() } else { format!("{folder}/{to}") };
        let file = root.join(below).join(to).canonicalize().ok();
        let Some(file) = file.filter(|file| file.starts_with(root) && file.is_file()) else { continue };
        if !found.iter().any(|known| known.path() == shown) {
            found.push(read(&file, shown)?);
        }
    }
    Ok(())
}

/// The values of `$ref` directly under `schema` that name files.
fn references<'n>(node: &'n Node, into: &mut BTreeSet<&'n str>) {
    for entry in node.entries() {
        let to = entry.value.get("$ref").filter(|_| &*entry.key == "schema").and_then(Node::as_str);
        into.extend(to.filter(|to| Syntax::of(to) == Some(Syntax::Json)));
        references(&entry.value, into);
    }
    node.items().iter().for_each(|item| references(item, into));
}

/// The YAML files below a folder, with their paths as seen from it.
fn files(root: &Path, shown: &str) -> Result<Vec<(PathBuf, String)>, String> {
    let mut found = Vec::new();
    for entry in WalkDir::new(root).min_depth(1).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let why = error.io_error().map_or_else(|| "it leads in a circle".to_owned(), ToString::to_string);
            format!("{shown}: a folder of policy packs cannot be read: {why}")
        })?;
        let below = entry.path().strip_prefix(root).ok().and_then(super::disk::slashed);
        let Some(below) = below else { return Err(format!("{shown}: the name of a file in it is not UTF-8")) };
        let at = format!("{shown}/{below}");
        if entry.path_is_symlink() {
            let target = entry.path().canonicalize().map_err(|_| format!("{at}: the link leads nowhere"))?;
            if !target.starts_with(root) {
                return Err(format!(
                    "{at}: the link leads out of the folder of policy packs; put the file itself there"
                ));
            }
            if target.is_dir() {
                continue;
            }
        } else if entry.file_type().is_dir() {
            continue;
        } else if !entry.file_type().is_file() && Syntax::of(&below) == Some(Syntax::Yaml) {
            return Err(format!("{at}: it is not a regular file"));
        }
        if Syntax::of(&below) == Some(Syntax::Yaml) {
            found.push((entry.into_path(), below));
        }
        if found.len() > MOST {
            return Err(format!("{shown}: there are more than {MOST} policy packs"));
        }
    }
    Ok(found)
}

fn read(file: &Path, shown: String) -> Result<Source, String> {
    let size = fs::metadata(file).map_err(|error| format!("{shown}: it cannot be read: {error}"))?.len();
    if size > DOCUMENT_BYTES {
        return Err(format!("{shown}: it has {size} bytes, more than the {DOCUMENT_BYTES} that are read"));
    }
    let bytes = fs::read(file).map_err(|error| format!("{shown}: it cannot be read: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{shown}: it is not UTF-8"))?;
    Ok(Source::new(shown, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sources: Vec<Source>) -> Vec<String> {
        sources.into_iter().map(|source| source.path().to_owned()).collect()
    }

    #[test]
    fn a_folder_is_read_in_order_and_a_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("b/tests")).unwrap();
        for name in ["z.yaml", "b/a.yml", "b/tests/t.yaml", "notes.md", ".hidden.yaml"] {
            fs::write(folder.path().join(name), "x: 1").unwrap();
        }
        let found = packs(folder.path(), "p").unwrap();
        assert_eq!(names(found), ["p/.hidden.yaml", "p/b/a.yml", "p/b/tests/t.yaml", "p/z.yaml"]);
        assert_eq!(names(packs(&folder.path().join("z.yaml"), "q.yaml").unwrap()), ["q.yaml"]);
        let missing = packs(&folder.path().join("nope"), "nope").unwrap_err();
        assert_eq!(missing, "nope: there is no such file or folder of policy packs");
        fs::write(folder.path().join("bad.yaml"), [0xff, 0xfe]).unwrap();
        assert_eq!(packs(folder.path(), "p").unwrap_err(), "p/bad.yaml: it is not UTF-8");
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_in_the_folder() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("o.yaml"), "x: 1").unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.yaml"), "x: 1").unwrap();
        symlink("a.yaml", folder.path().join("b.yaml")).unwrap();
        assert_eq!(names(packs(folder.path(), "p").unwrap()), ["p/a.yaml", "p/b.yaml"]);
        for (target, link) in [(outside.path().join("o.yaml"), "c.yaml"), (outside.path().to_owned(), "c")] {
            symlink(target, folder.path().join(link)).unwrap();
            let error = packs(folder.path(), "p").unwrap_err();
            assert!(error.contains("leads out of the folder"), "{error}");
            fs::remove_file(folder.path().join(link)).unwrap();
        }
        symlink("loop", folder.path().join("loop")).unwrap();
        assert_eq!(packs(folder.path(), "p").unwrap_err(), "p/loop: the link leads nowhere");
    }
}
