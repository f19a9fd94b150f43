//! Addresses of files where a commit can be seen.

/// Where a file, or lines of it, can be seen: every byte of the path that is not
/// unreserved (RFC 3986 §2.3) is escaped, so a path cannot lead elsewhere. A dot alone
/// or two would mean another folder to a browser; no path of a repository has them.
pub(super) fn to(blob: &str, path: &str, lines: Option<(u32, u32)>) -> String {
    let mut address = format!("{blob}/");
    for byte in path.trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push('%');
            address.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
        }
    }
    match lines {
        Some((first, last)) if last > first => address + &format!("#L{first}-L{last}"),
        Some((first, _)) => address + &format!("#L{first}"),
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_nothing_but_a_path() {
        let blob = "https://git.example/o/r/blob/0123abc";
        assert_eq!(to(blob, "a b/100%#é?.md", Some((3, 3))), format!("{blob}/a%20b/100%25%23%C3%A9%3F.md#L3"));
        assert_eq!(to(blob, "a>)\n", Some((3, 9))), format!("{blob}/a%3E%29%0A#L3-L9"));
        assert_eq!(to(blob, "/etc", None), format!("{blob}/etc"));
    }
}
