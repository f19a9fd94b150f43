//! The style of the page, and the policy that allows it and nothing else.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("style.css");

/// The style of a page with so many releases and packs to filter by. What a field has
/// chosen hides every finding that is not of its class.
pub(super) fn of(releases: usize, packs: usize) -> String {
    let mut style = STYLE.to_owned();
    let mut hide = |field: &str, value: &str| {
        let _ = writeln!(
            style,
            "body:has(#{field} option[value={value}]:checked) .finding:not(.{value}) {{ display: none; }}"
        );
    };
    for severity in ["error", "warning", "note"] {
        hide("severity", severity);
    }
    for n in 0..releases {
        hide("release", &format!("r{n}"));
    }
    for n in 0..packs {
        hide("pack", &format!("p{n}"));
    }
    style
}

/// The policy of a page with that style: no script, no picture, no request, no form,
/// no frame.
pub(super) fn policy(style: &str) -> String {
    let hash = base64(&Sha256::digest(style));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
}

/// RFC 4648 §4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (text, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xbf]), "+/+/");
    }

    #[test]
    fn a_choice_hides_what_is_not_of_it() {
        let style = of(2, 1);
        assert!(style.contains("body:has(#release option[value=r1]:checked) .finding:not(.r1) { display: none; }"));
        assert!(style.contains("option[value=p0]:checked") && !style.contains("value=r2"));
        assert!(!style.contains("</"), "a style cannot hold the end of itself");
    }
}
