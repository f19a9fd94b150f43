//! Writing a file that is not there yet, and never over one that is.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use thiserror::Error;

use super::Draft;

/// Why a file was not written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// Something has that name.
    #[error("it is there already, and is left as it is")]
    Exists,
    /// A folder on the way is a link out of the repository.
    #[error("it would lie outside of the repository")]
    Outside,
    /// The operating system said no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes `draft` below `root`, which is canonical.
pub fn write_new(root: &Path, draft: &Draft) -> Result<(), WriteError> {
    let path = root.join(&draft.path);
    if path.symlink_metadata().is_ok() {
        return Err(WriteError::Exists);
    }
    let folder = path.parent().unwrap_or(root);
    let there = folder.ancestors().find(|folder| folder.symlink_metadata().is_ok()).unwrap_or(root);
    if !there.canonicalize()?.starts_with(root) {
        return Err(WriteError::Outside);
    }
    fs::create_dir_all(folder)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
    Ok(file.write_all(draft.text.as_bytes())?)
}
