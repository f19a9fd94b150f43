//! `primaryLocationLineHash`, the fingerprint by which GitHub code scanning
//! follows an alert through moves of lines.
//!
//! GitHub's upload action computes it where a report has none, so ours must be
//! the same. The algorithm is that of `fingerprints.ts` in `github/codeql-action`:
//! a rolling hash over a window of a hundred UTF-16 code units, without spaces and
//! tabs, with every line ending as `\n`; a line's hash is that of the window that
//! begins at its first unit, followed by how often that hash was seen in the file.

use std::collections::HashMap;

/// Code units in the window.
const WINDOW: usize = 100;

/// The base of the polynomial.
const BASE: u64 = 37;

/// A unit that no text has, to mark the end.
const END: u64 = 65535;

/// The hash of every line of `text`, the first line at index 0.
pub(super) fn line_hashes(text: &str) -> Vec<String> {
    let mut rolling = Rolling::default();
    let mut previous_was_return = false;
    for unit in text.encode_utf16() {
        let paired = previous_was_return && unit == u16::from(b'\n');
        previous_was_return = false;
        if paired || unit == u16::from(b' ') || unit == u16::from(b'\t') {
            continue;
        }
        previous_was_return = unit == u16::from(b'\r');
        rolling.push(if previous_was_return { u64::from(b'\n') } else { u64::from(unit) });
    }
    rolling.finish()
}

/// The window, and the lines of which the hash is known.
struct Rolling {
    window: [u64; WINDOW],
    /// Which places of the window begin a line.
    begins: [bool; WINDOW],
    at: usize,
    hash: u64,
    /// `BASE` to the power of `WINDOW`: the weight of the unit that leaves.
    leaving: u64,
    at_line_start: bool,
    hashes: Vec<String>,
    seen: HashMap<u64, usize>,
}

impl Default for Rolling {
    fn default() -> Self {
        Self {
            window: [0; WINDOW],
            begins: [false; WINDOW],
            at: 0,
            hash: 0,
            leaving: (0..WINDOW).fold(1, |power: u64, _| power.wrapping_mul(BASE)),
            at_line_start: true,
            hashes: Vec::new(),
            seen: HashMap::new(),
        }
    }
}

impl Rolling {
    /// Takes one unit of the text.
    fn push(&mut self, unit: u64) {
        self.settle();
        if let Some(begins) = self.begins.get_mut(self.at) {
            *begins = self.at_line_start;
        }
        self.at_line_start = unit == u64::from(b'\n');
        self.roll(unit);
    }

    /// Notes the hash of the line that begins at the unit about to leave.
    fn settle(&mut self) {
        let Some(begins) = self.begins.get_mut(self.at) else { return };
        if std::mem::take(begins) {
            let times = self.seen.entry(self.hash).or_default();
            *times += 1;
            self.hashes.push(format!("{:x}:{times}", self.hash));
        }
    }

    fn roll(&mut self, unit: u64) {
        let Some(slot) = self.window.get_mut(self.at) else { return };
        let left = std::mem::replace(slot, unit);
        self.hash = self.hash.wrapping_mul(BASE).wrapping_add(unit).wrapping_sub(self.leaving.wrapping_mul(left));
        self.at = (self.at + 1) % WINDOW;
    }

    fn finish(mut self) -> Vec<String> {
        self.push(END);
        for _ in 0..WINDOW {
            self.settle();
            self.roll(0);
        }
        self.hashes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_upload_action() {
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            line_hashes("kind: ModelRelease\r\nname: é𝔸\r\n\r\rlast\tline"),
            [
                "22356475dcf4618e:1",
                "f1fe1172d8cd6be6:1",
                "1c410916470a6ee7:1",
                "1d462a32456174f9:1",
                "4303f33e07f55593:1"
            ]
        );
    }

    #[test]
    fn a_byte_order_mark_counts_and_long_lines_fill_the_window() {
        let text = format!("\u{feff}x: 1\n{}\nx: 1\nx: 1\n", "y".repeat(250));
        assert_eq!(
            line_hashes(&text),
            [
                "510e2b8b4882fb8b:1",
                "cadd4b5b9d92c51c:1",
                "65ebfb81f796add5:1",
                "9e84518382ef0334:1",
                "c129715d7a2bc9a3:1"
            ]
        );
    }

    #[test]
    fn equal_windows_are_numbered() {
        let line = format!("{}\n", "z".repeat(120));
        let hashes = line_hashes(&line.repeat(3));
        assert_eq!(hashes.len(), 4);
        let first = hashes[0].trim_end_matches(":1").to_owned();
        assert_eq!(hashes[1], format!("{first}:2"));
        assert_eq!(hashes[2], format!("{first}:3"));
    }
}
