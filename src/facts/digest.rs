//! Digests of files, in the one form that our documents use.

use std::fmt::Write as _;

use crate::tree::{ReadError, Tree};

/// `sha256:` and 64 hexadecimal digits over the bytes of a file.
pub fn of_file(tree: &dyn Tree, path: &str) -> Result<String, ReadError> {
    tree.sha256(path).map(|bytes| format(&bytes))
}

/// `sha256:` and 64 hexadecimal digits.
pub fn format(bytes: &[u8; 32]) -> String {
    bytes.iter().fold(String::from("sha256:"), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
