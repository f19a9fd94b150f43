//! What git ignores: `.gitignore` of every folder from the top of the working
//! tree down, and `.git/info/exclude`. The user's global list is not read, so
//! that two machines see the same files.

use std::fs;
use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The most bytes of an ignore file that are read.
const LIMIT: u64 = 1024 * 1024;

/// The ignore files from the outermost folder to the innermost that is open.
pub(super) struct Ignored {
    /// Each with the depth of its folder below the root; folders above it have 0.
    files: Vec<(usize, Gitignore)>,
}

impl Ignored {
    /// What applies at `root`, where `top` is the top of its git working tree.
    pub(super) fn at(root: &Path, top: Option<&Path>) -> Self {
        let mut files = Vec::new();
        if let Some(top) = top {
            files.extend(read(top, &top.join(".git/info/exclude")));
            let mut above: Vec<&Path> = root.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
            above.reverse();
            files.extend(above.into_iter().filter_map(|folder| read(folder, &folder.join(".gitignore"))));
        }
        files.extend(read(root, &root.join(".gitignore")));
        Self { files: files.into_iter().map(|file| (0, file)).collect() }
    }

    /// Goes into a folder at `depth` below the root.
    pub(super) fn enter(&mut self, folder: &Path, depth: usize) {
        self.files.extend(read(folder, &folder.join(".gitignore")).map(|file| (depth, file)));
    }

    /// Leaves all folders at `depth` or deeper.
    pub(super) fn leave(&mut self, depth: usize) {
        while self.files.last().is_some_and(|(at, _)| *at >= depth && *at > 0) {
            self.files.pop();
        }
    }

    /// Whether git ignores the path: the innermost file that has a word on it wins.
    pub(super) fn holds(&self, path: &Path, is_folder: bool) -> bool {
        for (_, file) in self.files.iter().rev() {
            match file.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
        }
        false
    }
}

/// Reads an ignore file, unless it is a link, as git does since 2.32. A line that
/// is no pattern ignores nothing.
fn read(folder: &Path, file: &Path) -> Option<Gitignore> {
    let metadata = fs::symlink_metadata(file).ok()?;
    if !metadata.is_file() || metadata.len() > LIMIT {
        return None;
    }
    let text = fs::read(file).ok()?;
    let mut builder = GitignoreBuilder::new(folder);
    for line in String::from_utf8_lossy(&text).trim_start_matches('\u{feff}').lines() {
        let _ = builder.add_line(None, line);
    }
    builder.build().ok().filter(|file| !file.is_empty())
}
