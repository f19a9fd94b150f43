//! JSON that is safe in a log.
//!
//! A report on standard output ends in the log of a CI job, where the runner acts
//! on `##[…]` anywhere in a line and a terminal on controls and bidirectional
//! marks. JSON can name every character by an escape, so these are written as
//! `\u…`: readers get the exact text, logs get nothing to act on.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use crate::text;

/// Writes `value` as indented JSON and a line end. A report of many releases has some megabytes,
/// which never stand in memory as a whole.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = Inert(BufWriter::with_capacity(1 << 16, out));
    serde_json::to_writer_pretty(&mut out, value)?;
    out.end_line()
}

/// Writes `value` as JSON on a line of its own.
pub(super) fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = Inert(BufWriter::new(out));
    serde_json::to_writer(&mut out, value)?;
    out.end_line()
}

/// Writes JSON with everything that a log or a terminal acts on as escapes. What is replaced can
/// stand inside strings only, which come in pieces of whole characters, cut at escapes; line ends,
/// the one control that indented JSON has outside of them, stay.
struct Inert<'w>(BufWriter<&'w mut dyn Write>);

impl Inert<'_> {
    fn end_line(&mut self) -> io::Result<()> {
        self.0.write_all(b"\n")?;
        self.0.flush()
    }

    fn escape(&mut self, piece: &str) -> io::Result<()> {
        let mut written = 0;
        for (at, c) in piece.char_indices() {
            let before = piece.get(..at).unwrap_or("");
            let marker = c == '[' && ["##", "##vso", "##teamcity"].iter().any(|marker| before.ends_with(marker));
            if marker || (c != '\n' && text::is_hidden(c)) {
                self.0.write_all(before.get(written..).unwrap_or("").as_bytes())?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(self.0, "\\u{unit:04x}")?;
                }
                written = at + c.len_utf8();
            }
        }
        self.0.write_all(piece.get(written..).unwrap_or("").as_bytes())
    }
}

impl Write for Inert<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        // Most pieces have nothing to replace.
        let is_plain = |byte: u8| byte == b'\n' || (b' '..b'\x7f').contains(&byte) && byte != b'#';
        if piece.iter().fold(true, |plain, byte| plain & is_plain(*byte)) {
            self.0.write_all(piece)?;
        } else {
            self.escape(std::str::from_utf8(piece).map_err(io::Error::other)?)?;
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
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
