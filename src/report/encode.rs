//! JSON that is safe in a log.
//!
//! A report on standard output ends in the log of a CI job, where the runner acts
//! on `##[…]` anywhere in a line and a terminal on controls and bidirectional
//! marks. JSON can name every character by an escape, so these are written as
//! `\u…`: readers get the exact text, logs get nothing to act on.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use crate::text;

/// Writes `value` as indented JSON and a line end.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(value)?;
    out.write_all(inert(&json).as_bytes())?;
    out.write_all(b"\n")
}

/// Writes `value` as JSON on a line of its own.
pub(super) fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string(value)?;
    out.write_all(inert(&json).as_bytes())?;
    out.write_all(b"\n")
}

/// `json` with everything that a log or a terminal acts on as escapes. What is
/// replaced can stand inside strings only: line ends, the one control that
/// indented JSON has outside of them, stay.
fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for line in json.split_inclusive('\n') {
        // Most lines have nothing to replace.
        let plain =
            line.bytes().fold(true, |plain, b| plain & (b == b'\n' || (b' '..b'\x7f').contains(&b) && b != b'#'));
        if plain {
            out.push_str(line);
        } else {
            escape(line, &mut out);
        }
    }
    out
}

fn escape(line: &str, out: &mut String) {
    for c in line.chars() {
        let marker = c == '[' && ["##", "##vso", "##teamcity"].iter().any(|marker| out.ends_with(marker));
        if marker || (c != '\n' && text::is_hidden(c)) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_gets_the_text_and_the_log_gets_nothing() {
        let text = "a##[set-output]b ##vso[x] \u{202e}\u{7f}\u{e0041}\u{1b}[0m é𝔸\n::error::";
        let mut out = Vec::new();
        write(&[text], &mut out).unwrap();
        let json = String::from_utf8(out).unwrap();
        assert_eq!(
            json,
            "[\n  \"a##\\u005bset-output]b ##vso\\u005bx] \\u202e\\u007f\\udb40\\udc41\\u001b[0m é𝔸\\n::error::\"\n]\n"
        );
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [text]);
    }
}
