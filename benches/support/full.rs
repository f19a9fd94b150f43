//! Repositories of whole releases: the clean example over and over, each time under other
//! names, with the approval path in use and every digest that of its file.

use std::fs;
use std::io;
use std::path::Path;

use weighbridge::tree::MemoryTree;

use super::Failure;
use super::common::{folder, seals};
use super::corpus::{self, Written};
use super::random::Random;

const EXAMPLE: &str = "examples/clean";

/// Folders of the example that are there once.
const SHARED: &[&str] = &["docs/", "vendor/", "schemas/", ".weighbridge/"];

/// What names the release of the example, in paths and in texts.
const NAMES: &[&str] = &["claims-assistant", "claims-system", "flags/claims", "deploy/", "monitoring/"];

/// The checkpoints of the example.
const CHECKPOINTS: &[&str] = &["ckpt-9c41e7", "ckpt-5b20fa", "ckpt-2a86d4"];

/// Writes a repository of so many whole releases to `root`, which must hold nothing.
pub(crate) fn write(root: &Path, releases: usize, seed: u64) -> Result<Written, Failure> {
    corpus::make_empty(root)?;
    let mut random = Random::new(seed);
    let mut written = Written::default();
    let example = folder(EXAMPLE);
    let (shared, own): (Vec<&str>, Vec<&str>) =
        example.paths().filter(|path| !path.contains("handover")).partition(|path| is_shared(path));
    for path in &shared {
        put(root, path, &text(&example, path), &mut written)?;
    }
    for number in 0..releases {
        let renamed = renaming(number, &mut random);
        let mut tree = MemoryTree::default();
        for path in &shared {
            tree.put(*path, text(&example, path));
        }
        for path in &own {
            // The registry of prompts holds digests that nothing writes anew.
            let text = text(&example, path);
            tree.put(renamed(path), if path.ends_with(".prompt") { text } else { renamed(&text) });
        }
        seals::reseal(&mut tree);
        for path in own.iter().map(|path| renamed(path)) {
            put(root, &path, &text(&tree, &path), &mut written)?;
        }
    }
    Ok(written)
}

fn is_shared(path: &str) -> bool {
    !path.contains('/') || SHARED.iter().any(|folder| path.starts_with(folder))
}

/// The names of one release instead of those of the example.
fn renaming(number: usize, random: &mut Random) -> impl Fn(&str) -> String {
    let mut pairs: Vec<(&str, String)> =
        CHECKPOINTS.iter().map(|id| (*id, format!("ckpt-{}", random.hex(8)))).collect();
    pairs.extend(NAMES.iter().map(|name| match name.strip_suffix('/') {
        Some(folder) => (*name, format!("{folder}/{number:05}/")),
        None => (*name, format!("{name}-{number:05}")),
    }));
    move |text| pairs.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new))
}

fn text(tree: &MemoryTree, path: &str) -> String {
    String::from_utf8_lossy(tree.get(path).unwrap_or_default()).into_owned()
}

fn put(root: &Path, path: &str, text: &str, written: &mut Written) -> io::Result<()> {
    let file = root.join(path);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    written.put(&file, text)
}
