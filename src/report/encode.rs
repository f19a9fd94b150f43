//! JSON that is safe in a log.
//!
//! A report on standard output ends in the log of a CI job, where the runner acts
//! on `##[…]` anywhere in a line and a terminal on controls and bidirectional
//! marks. JSON can name every character by an escape, so these are written as
//! `\u…`: readers get the exact text, logs get nothing to act on.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::text;

/// Writes `value` as indented JSON and a line end.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    with(Inert { indented: true, ..Inert::default() }, value, out)
}

/// Writes `value` as JSON on a line of its own.
pub(super) fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    with(Inert::default(), value, out)
}

/// A report of many releases has some megabytes, which never stand in memory as a whole.
fn with(formatter: Inert, value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    value.serialize(&mut Serializer::with_formatter(&mut out, formatter))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes strings with everything that a log or a terminal acts on as escapes.
#[derive(Default)]
struct Inert {
    indented: bool,
    /// How many brackets are open.
    depth: usize,
    /// Whether something stands in the innermost of them.
    filled: bool,
}

impl Inert {
    fn begin<W: Write + ?Sized>(&mut self, bracket: u8, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        out.write_all(&[bracket])
    }

    fn end<W: Write + ?Sized>(&mut self, bracket: u8, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.filled {
            self.new_line(out)?;
        }
        self.filled = true;
        out.write_all(&[bracket])
    }

    fn next<W: Write + ?Sized>(&mut self, first: bool, out: &mut W) -> io::Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        self.new_line(out)
    }

    fn new_line<W: Write + ?Sized>(&self, out: &mut W) -> io::Result<()> {
        const BLANKS: &[u8] = b"\n                                ";
        if !self.indented {
            return Ok(());
        }
        match BLANKS.get(..=2 * self.depth) {
            Some(line) => out.write_all(line),
            None => write!(out, "\n{:1$}", "", 2 * self.depth),
        }
    }
}

impl Formatter for Inert {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(b'[', out)
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(b']', out)
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(first, out)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(b'{', out)
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(b'}', out)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(first, out)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(if self.indented { b": " } else { b":" })
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        // Most have nothing to replace.
        let plain = fragment.bytes().fold(true, |plain, b| plain & ((b' '..b'\x7f').contains(&b) && b != b'#'));
        if plain { out.write_all(fragment.as_bytes()) } else { escape(fragment, out) }
    }
}

/// Writes what logs and terminals act on as `\u…`: hidden characters, and the bracket that
/// opens a command of a runner.
fn escape<W: Write + ?Sized>(fragment: &str, out: &mut W) -> io::Result<()> {
    let mut written = 0;
    for (at, c) in fragment.char_indices() {
        let before = fragment.get(..at).unwrap_or("");
        let marker = c == '[' && ["##", "##vso", "##teamcity"].iter().any(|marker| before.ends_with(marker));
        if marker || text::is_hidden(c) {
            out.write_all(before.get(written..).unwrap_or("").as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            written = at + c.len_utf8();
        }
    }
    out.write_all(fragment.get(written..).unwrap_or("").as_bytes())
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
