//! Sound JSON, straight into our tree, in one pass.
//!
//! Nearly all JSON is sound, and a tree in between costs more than the reading. At anything
//! that is not sound, is beyond a budget or is rare enough to be left to one place (`NaN`,
//! surrogates) this gives up without a word, and the parser behind it reads the text again.

use super::{Entries, Entry, Ground, MAX_DEPTH, Node, Parsed, Reader, Scalar, ScalarKind, Span, Trail, Value, read};

/// The document, if it is sound and has at most `most` values.
pub(super) fn parse(ground: Ground<'_>, most: usize) -> Option<Parsed> {
    let mut direct = Direct { bytes: ground.text.as_bytes(), at: 0, reader: Reader::new(ground, most) };
    direct.blanks();
    let root = direct.node(Trail::Root, 0)?;
    direct.blanks();
    (direct.at == direct.bytes.len()).then(|| read(root, direct.reader.findings))
}

struct Direct<'t> {
    bytes: &'t [u8],
    at: usize,
    reader: Reader<'t>,
}

impl<'t> Direct<'t> {
    /// Recursion is bounded by `depth`.
    fn node(&mut self, trail: Trail<'_>, depth: usize) -> Option<Node> {
        self.reader.nodes += 1;
        if self.reader.nodes > self.reader.most {
            return None;
        }
        let start = self.at;
        let value = match self.peek()? {
            b'{' | b'[' if depth >= MAX_DEPTH => return None,
            b'{' => self.mapping(trail, depth + 1)?,
            b'[' => self.list(trail, depth + 1)?,
            b'"' => scalar(ScalarKind::String, self.string()?),
            b'-' | b'0'..=b'9' => self.number()?,
            _ => self.word()?,
        };
        Some(Node { span: self.span(start), value })
    }

    fn mapping(&mut self, trail: Trail<'_>, depth: usize) -> Option<Value> {
        let mut entries = Entries::default();
        if self.opens_onto(b'}') {
            return Some(Value::Map(Vec::new()));
        }
        loop {
            let start = self.at;
            let key = self.string()?;
            let key_span = self.span(start);
            self.blanks();
            self.take(b':')?;
            self.blanks();
            let value = self.node(Trail::Key(&trail, &key), depth)?;
            self.reader.insert(&mut entries, Entry { key, key_span, value }, trail);
            if !self.goes_on(b'}')? {
                return Some(Value::Map(entries.into_vec()));
            }
        }
    }

    fn list(&mut self, trail: Trail<'_>, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        if self.opens_onto(b']') {
            return Some(Value::Seq(items));
        }
        loop {
            items.push(self.node(Trail::Index(&trail, items.len()), depth)?);
            if !self.goes_on(b']')? {
                items.shrink_to_fit();
                return Some(Value::Seq(items));
            }
        }
    }

    /// Steps over an opening bracket; whether the closing one follows, which is taken too.
    fn opens_onto(&mut self, close: u8) -> bool {
        self.at += 1;
        self.blanks();
        self.take(close).is_some()
    }

    /// Steps over the comma before another item, or over the closing bracket.
    fn goes_on(&mut self, close: u8) -> Option<bool> {
        self.blanks();
        if self.take(close).is_some() {
            return Some(false);
        }
        self.take(b',')?;
        self.blanks();
        Some(true)
    }

    fn string(&mut self) -> Option<Box<str>> {
        self.take(b'"')?;
        let plain = self.plain()?;
        if self.take(b'"').is_some() {
            return Some(plain.into());
        }
        let mut text = plain.to_owned();
        while self.take(b'"').is_none() {
            self.take(b'\\')?;
            text.push(self.escaped()?);
            text.push_str(self.plain()?);
        }
        Some(text.into())
    }

    /// The text up to a quote or an escape.
    fn plain(&mut self) -> Option<&'t str> {
        let start = self.at;
        let rest = self.bytes.get(start..)?;
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
        self.at += length;
        self.reader.ground.text.get(start..self.at)
    }

    fn escaped(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'"' | b'\\' | b'/' => Some(char::from(byte)),
            b'n' => Some('\n'),
            b't' => Some('\t'),
            b'r' => Some('\r'),
            b'u' => {
                let digits = self.reader.ground.text.get(self.at..self.at + 4)?;
                self.at += 4;
                let code = digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16));
                char::from_u32(code?.ok()?)
            }
            _ => None,
        }
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        let _ = self.take(b'-');
        let whole = self.digits();
        if whole == 0 || (whole > 1 && self.bytes.get(self.at - whole) == Some(&b'0')) {
            return None;
        }
        if self.take(b'.').is_some() && self.digits() == 0 {
            return None;
        }
        if self.take(b'e').or_else(|| self.take(b'E')).is_some() {
            let _ = self.take(b'+').or_else(|| self.take(b'-'));
            if self.digits() == 0 {
                return None;
            }
        }
        let written = self.reader.ground.text.get(start..self.at)?;
        Some(scalar(self.reader.number(written, start..self.at), written.into()))
    }

    fn digits(&mut self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn word(&mut self) -> Option<Value> {
        let words = [("true", ScalarKind::Bool(true)), ("false", ScalarKind::Bool(false)), ("null", ScalarKind::Null)];
        let rest = self.bytes.get(self.at..)?;
        let (word, kind) = words.into_iter().find(|(word, _)| rest.starts_with(word.as_bytes()))?;
        self.at += word.len();
        // A longer word runs into something that is neither comma nor bracket.
        Some(scalar(kind, word.into()))
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over this byte, if it is the next one.
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn span(&self, start: usize) -> Span {
        self.reader.ground.span(start, self.at)
    }
}

fn scalar(kind: ScalarKind, text: Box<str>) -> Value {
    Value::Scalar(Scalar { kind, text })
}

#[cfg(test)]
mod tests {
    use super::super::{STRICT, parsed_anew};
    use super::*;
    use crate::parse::MAX_NODES;
    use crate::source::SourceId;
    use proptest::prelude::*;

    /// What is read directly is what the other parser reads, findings and all.
    fn agrees(text: &str) -> bool {
        let ground = Ground::new(text, SourceId(0), 0);
        let Some(direct) = parse(ground, MAX_NODES) else { return false };
        let anew = parsed_anew(ground, &STRICT, MAX_NODES);
        assert_eq!((&direct.root, &direct.findings), (&anew.root, &anew.findings), "{text}");
        true
    }

    #[test]
    fn sound_texts_are_read_directly() {
        for text in [
            "{}",
            "[]",
            " [ ] ",
            "null",
            "-0",
            "0",
            "1.50",
            "-1e5",
            "1E+5",
            "1e400",
            "9223372036854775808",
            "\"\"",
            "\"a\\n\\u00e9\\/\\\\\"",
            "{\"a\": [1, {\"b\": true}], \"a\": false}",
            "\u{feff}[\"é\", \"\u{7f}\"]",
        ] {
            assert!(agrees(text), "{text}");
        }
    }

    #[test]
    fn everything_else_is_left_to_the_other() {
        for text in [
            "",
            "01",
            "-",
            "1.",
            ".5",
            "+1",
            "1e",
            "tru",
            "truex",
            "[1 2]",
            "[1,]",
            "{,}",
            "{a: 1}",
            "\"\\x\"",
            "\"\\ud83d\\ude00\"",
            "\"\t\"",
            "\"",
            "[] []",
            "NaN",
            "\u{a0}1",
            "[1",
            "{\"a\" 1}",
            "\"\\u00zz\"",
            "\"\\u+123\"",
        ] {
            assert!(!agrees(text), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
        assert!(!agrees(&deep) && agrees(&deep[1..=2 * MAX_DEPTH]));
    }

    proptest! {
        #[test]
        fn both_agree_on_anything(text in r#"([\[\]{}:,"\\ \n]|true|null|-?[0-9.eE+]{1,4}|"[a-zé\\nu0]{0,3}"|"a":){0,24}"#) {
            agrees(&text);
        }
    }
}
