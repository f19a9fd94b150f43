//! Versions of packs, as `extends: [core@^2]` asks for them.

use std::fmt;

/// `1.4.0`; what is not written is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version([u32; 3]);

/// Which versions will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// This one or, with `compatible`, a later one.
    least: Version,
    /// How many of its numbers were written.
    written: usize,
    /// `^`: a later one too that changes nothing to the left of its first number but 0.
    compatible: bool,
}

/// The numbers and how many there are; `None` where it is no version.
fn numbers(text: &str) -> Option<([u32; 3], usize)> {
    let mut numbers = [0; 3];
    let mut written = 0;
    for part in text.split('.') {
        let plain = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        *numbers.get_mut(written)? = part.parse().ok().filter(|_| plain)?;
        written += 1;
    }
    Some((numbers, written))
}

impl Version {
    /// Reads a version; what follows `-` or `+` does not count.
    pub(super) fn parse(text: &str) -> Option<Self> {
        numbers(text.split(['-', '+']).next()?).map(|(numbers, _)| Self(numbers))
    }
}

impl Wanted {
    /// Reads `^2`, `^1.4` or `1.4.0`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (compatible, text) = text.strip_prefix('^').map_or((false, text), |rest| (true, rest));
        let (least, written) = numbers(text)?;
        Some(Self { least: Version(least), written, compatible })
    }

    /// Whether a version will do.
    pub(super) fn takes(&self, version: Version) -> bool {
        let fixed = if self.compatible {
            let first = self.least.0.iter().take(self.written).position(|number| *number > 0);
            first.map_or(self.written, |first| first + 1)
        } else {
            self.written
        };
        version >= self.least && version.0.iter().zip(&self.least.0).take(fixed).all(|(own, wanted)| own == wanted)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_versions_will_do() {
        for (wanted, right, wrong) in [
            ("^2", &["2.0.0", "2.9.1", "2.0.0-rc.1"][..], &["1.9.9", "3.0.0"][..]),
            ("^1.4", &["1.4.0", "1.5"], &["1.3.9", "2.0.0"]),
            ("^0.2.1", &["0.2.1", "0.2.7"], &["0.2.0", "0.3.0", "1.0.0"]),
            ("^0", &["0.1.0", "0.9.0"], &["1.0.0"]),
            ("1.4", &["1.4.0", "1.4.9"], &["1.5.0"]),
            ("1.4.0", &["1.4.0"], &["1.4.1"]),
        ] {
            let wanted = Wanted::parse(wanted).unwrap();
            let takes = |text: &&str| wanted.takes(Version::parse(text).unwrap());
            assert!(right.iter().all(takes), "{wanted:?}");
            assert!(!wrong.iter().any(takes), "{wanted:?}");
        }
        for text in ["", "^", "x", "1.", "1.2.3.4", "+1", "99999999999", ">=1"] {
            assert_eq!(Wanted::parse(text), None, "{text}");
        }
    }
}
