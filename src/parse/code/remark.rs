//! Where a source file is about itself: comments, texts over several lines, tests in the file.

use std::ops::Range;

use super::Language;

/// Those parts of a text, in order.
pub(super) fn remarks(text: &str, language: Language) -> Vec<Range<usize>> {
    let mut reader = Reader { bytes: text.as_bytes(), at: 0, found: Vec::new() };
    match language {
        Language::Python | Language::Notebook => reader.python(),
        Language::Braces | Language::Rust => reader.braces(),
        Language::Env => reader.lines(),
    }
    let tests = (language == Language::Rust).then(|| text.find("#[cfg(test)]")).flatten();
    reader.found.extend(tests.map(|start| start..text.len()));
    reader.found.sort_by_key(|part| part.start);
    reader.found
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
    found: Vec<Range<usize>>,
}

impl Reader<'_> {
    fn python(&mut self) {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                b'#' => self.remark("#", "\n"),
                b'"' if self.starts("\"\"\"") => self.remark("\"\"\"", "\"\"\""),
                b'\'' if self.starts("'''") => self.remark("'''", "'''"),
                b'"' | b'\'' => self.string(byte),
                _ => self.at += 1,
            }
        }
    }

    fn braces(&mut self) {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                b'/' if self.starts("//") => self.remark("//", "\n"),
                b'/' if self.starts("/*") => self.remark("/*", "*/"),
                b'"' | b'\'' | b'`' => self.string(byte),
                _ => self.at += 1,
            }
        }
    }

    /// Lines that begin with `#`.
    fn lines(&mut self) {
        while self.at < self.bytes.len() {
            let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
            let indent = self.bytes.get(self.at..).unwrap_or_default().iter().take_while(blank).count();
            if self.bytes.get(self.at + indent) == Some(&b'#') {
                self.remark("", "\n");
            } else {
                self.at = self.end_of("\n", self.at);
            }
        }
    }

    fn starts(&self, mark: &str) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(mark.as_bytes()))
    }

    /// Behind the next `mark` from a place on, or the end.
    fn end_of(&self, mark: &str, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let found = rest.windows(mark.len()).position(|part| part == mark.as_bytes());
        found.map_or(self.bytes.len(), |found| from + found + mark.len())
    }

    /// A part between two marks.
    fn remark(&mut self, begin: &str, end: &str) {
        let start = self.at;
        self.at = self.end_of(end, start + begin.len());
        self.found.push(start..self.at);
    }

    /// A text in quotation marks; but for one in backticks it ends with its line.
    fn string(&mut self, mark: u8) {
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at).copied() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'\n' if mark != b'`' => return,
                byte if byte == mark => return,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, language: Language) -> Vec<&str> {
        remarks(text, language).into_iter().map(|part| &text[part]).collect()
    }

    #[test]
    fn comments_are_told_from_texts() {
        assert_eq!(
            told("a = '# no' # yes\nb = \"\"\"x\n# y\"\"\"#z", Language::Python),
            ["# yes\n", "\"\"\"x\n# y\"\"\"", "#z"]
        );
        assert_eq!(told("a('http://x'); // b\n`//\n` /* c\n */ /", Language::Braces), ["// b\n", "/* c\n */"]);
        assert_eq!(told("A=1 # no\n # yes\n", Language::Env), [" # yes\n"]);
        assert_eq!(told("a\n#[cfg(test)]\nb", Language::Rust), ["#[cfg(test)]\nb"]);
        assert_eq!(told("/*/ still", Language::Braces), ["/*/ still"]);
    }
}
