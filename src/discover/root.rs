//! Where the repository begins.

use std::path::{Path, PathBuf};

/// The configuration file, which marks a root.
pub const CONFIG_FILE: &str = "weighbridge.yaml";

/// The root that the paths lie in; of no path, that of the current folder.
///
/// It is the nearest folder upwards that holds `weighbridge.yaml`, looked for up
/// to the top of the git working tree and not beyond it; else that top; else the
/// folder itself. Paths with different roots are an error, unless they lie in no
/// repository at all and one of their folders holds the others.
pub fn find_root(paths: &[PathBuf]) -> Result<PathBuf, String> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let mut chosen: Option<(&Path, PathBuf, bool)> = None;
    for path in paths {
        let folder = folder_of(path)?;
        let (root, marked) = root_of(&folder);
        chosen = Some(match chosen {
            None => (path, root, marked),
            Some((first, known, known_marked)) if known == root => (first, known, known_marked || marked),
            Some((_, known, false)) if !marked && known.starts_with(&root) => (path, root, false),
            Some((first, known, false)) if !marked && root.starts_with(&known) => (first, known, false),
            Some((first, known, _)) => return Err(apart(first, &known, path, &root)),
        });
    }
    chosen.map(|(_, root, _)| root).ok_or_else(|| "there is no path to begin from".to_owned())
}

fn apart(first: &Path, known: &Path, path: &Path, root: &Path) -> String {
    format!(
        "`{}` and `{}` are in different repositories (`{}` and `{}`): check them one after the other",
        first.display(),
        path.display(),
        known.display(),
        root.display()
    )
}

/// The nearest folder that is there: the path itself, else upwards of it. A file
/// that was deleted still has a repository.
fn folder_of(path: &Path) -> Result<PathBuf, String> {
    let absolute = std::path::absolute(path).map_err(|error| format!("{}: {}", path.display(), error.kind()))?;
    absolute
        .ancestors()
        .find(|folder| folder.is_dir())
        .and_then(|folder| folder.canonicalize().ok())
        .ok_or_else(|| format!("{}: there is no such folder", path.display()))
}

fn root_of(folder: &Path) -> (PathBuf, bool) {
    let top = git_top(folder);
    let within = |candidate: &&Path| top.is_none_or(|top| candidate.starts_with(top));
    let configured = folder.ancestors().take_while(within).find(|folder| folder.join(CONFIG_FILE).is_file());
    match configured.or(top) {
        Some(root) => (root.to_path_buf(), true),
        None => (folder.to_path_buf(), false),
    }
}

/// The top of the git working tree that a folder lies in. In a linked working tree
/// and in a submodule `.git` is a file.
pub(super) fn git_top(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").exists())
}
