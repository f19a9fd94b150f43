//! Digests of files, in the one form that our documents use.

use sha2::{Digest as _, Sha256};

use crate::link::Files;
use crate::tree::{ReadError, Tree};

/// `sha256:` and 64 hexadecimal digits over the bytes of a file of the repository, which is
/// hashed once however many documents ask.
pub fn of(files: &Files<'_>, path: &str) -> Result<String, ReadError> {
    files.sha256(path).map(|bytes| format(&bytes))
}

/// `sha256:` and 64 hexadecimal digits over the bytes of a file.
pub fn of_file(tree: &dyn Tree, path: &str) -> Result<String, ReadError> {
    tree.sha256(path).map(|bytes| format(&bytes))
}

/// `sha256:` and 64 hexadecimal digits.
pub fn format(bytes: &[u8; 32]) -> String {
    format!("sha256:{}", crate::text::hex(bytes))
}

/// The root digest of several files as OpenSSF model signing computes it: SHA-256 over
/// the digests of the files one after the other, in the order of their paths, part by
/// part. It is the one that a `model.sig` names.
pub fn root<'p>(files: impl IntoIterator<Item = (&'p str, [u8; 32])>) -> String {
    let mut files: Vec<(Vec<&str>, [u8; 32])> =
        files.into_iter().map(|(path, digest)| (path.split('/').collect(), digest)).collect();
    files.sort();
    let all = files.iter().fold(Sha256::new(), |hash, (_, digest)| hash.chain_update(digest));
    format(&all.finalize().into())
}

/// The bytes of a digest that is written as `sha256:` and 64 hexadecimal digits.
pub fn parse(text: &str) -> Option<[u8; 32]> {
    let digits = text.strip_prefix("sha256:").filter(|digits| digits.len() == 64 && digits.is_ascii())?;
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_in_the_order_of_the_parts_of_paths() {
        let (one, other) = ([1; 32], [2; 32]);
        let expected = format(&Sha256::digest([one, other].concat()).into());
        // As text, `a.txt` comes before `a/b`.
        assert_eq!(root([("a.txt", other), ("a/b", one)]), expected);
    }

    #[test]
    fn what_is_formatted_is_parsed() {
        let bytes: [u8; 32] = Sha256::digest(b"x").into();
        assert_eq!(parse(&format(&bytes)), Some(bytes));
        for wrong in
            ["", "sha256:", "sha256:zz", &format!("sha256:{}", "é".repeat(32)), &format!("md5:{}", "0".repeat(64))]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
