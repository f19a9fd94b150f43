//! Where a source file is about itself: comments, texts over several lines, tests in the file.

use std::ops::Range;

use super::Language;

/// What stands above the tests of a Rust file.
const TESTS: &str = "#[cfg(test)]";

/// The most attributes and remarks that are looked through between that and the module.
const ABOVE: usize = 64;

/// Those parts of a text, in order; none lies within another one.
pub(super) fn remarks(text: &str, language: Language) -> Vec<Range<usize>> {
    let mut reader = Reader { bytes: text.as_bytes(), at: 0, found: Vec::new() };
    match language {
        Language::Python | Language::Notebook => reader.python(),
        Language::Braces | Language::Rust => reader.braces(),
        Language::Env => reader.lines(),
    }
    let mut found = reader.found;
    if let Some(start) = (language == Language::Rust).then(|| tests(text, &found)).flatten() {
        // No part may lie within another one.
        found.retain(|part| part.start < start);
        found.push(start..text.len());
    }
    found
}

/// Where the module of tests begins that ends a Rust file.
fn tests(text: &str, remarks: &[Range<usize>]) -> Option<usize> {
    let marks = text.match_indices(TESTS);
    let modules = marks.filter(|(at, mark)| begins_a_module(text, remarks, at + mark.len()));
    modules.map(|(at, _)| at).find(|at| !holds(remarks, *at))
}

/// Whether a text goes on with `mod name {` at a place, whatever attributes and remarks stand above.
fn begins_a_module(text: &str, remarks: &[Range<usize>], mut at: usize) -> bool {
    let from = |at: usize| text.get(at..).unwrap_or_default().trim_start();
    for _ in 0..ABOVE {
        let rest = from(at);
        let start = text.len() - rest.len();
        let attribute = || rest.strip_prefix("#[")?.find(']').map(|end| start + "#[".len() + end + "]".len());
        let Some(end) = part_at(remarks, start).map(|remark| remark.end).or_else(attribute) else { break };
        at = end;
    }
    let rest = from(at);
    let seen = ["pub ", "pub(crate) ", "pub(super) "];
    let rest = seen.iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    let name = rest.strip_prefix("mod ").unwrap_or_default();
    name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').trim_start().starts_with('{')
}

/// Whether a place lies in one of some parts that are in order.
pub(super) fn holds(parts: &[Range<usize>], at: usize) -> bool {
    part_at(parts, at).is_some()
}

/// The one of some parts that are in order in which a place lies.
fn part_at(parts: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
    let next = parts.partition_point(|part| part.start <= at);
    next.checked_sub(1).and_then(|index| parts.get(index)).filter(|part| part.end > at)
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
        assert_eq!(told("/*/ still", Language::Braces), ["/*/ still"]);
    }

    #[test]
    fn the_tests_of_a_rust_file_end_it() {
        let tests = "#[cfg(test)]\nmod tests { // one\n /* two */ a() }";
        assert_eq!(told(&format!("a // b\n{tests}"), Language::Rust), ["// b\n", tests]);
        assert_eq!(told(&format!("#[cfg(test)] use a::b;\n{tests}"), Language::Rust), [tests]);
        for above in ["// The tests.\n", "/// They.\n/// Two\n#[allow(a)]\n// three\n", "/* } */ ", "pub(super) "] {
            let remarked = format!("#[cfg(test)]\n{above}mod tests {{ \"x\" }}");
            assert_eq!(told(&format!("a\n{remarked}"), Language::Rust), [remarked]);
        }
        let other = "#[cfg(test)]\n// mod tests {\nuse a;\n";
        assert_eq!(told(other, Language::Rust), ["// mod tests {\n"]);
        let allowed = "#[cfg(test)]\n#[allow(unused)]\npub(crate) mod tests\n{}";
        assert_eq!(told(&format!("a\n{allowed}"), Language::Rust), [allowed]);
        assert_eq!(told(&format!("// {tests}"), Language::Rust), ["// #[cfg(test)]\n", "// one\n", "/* two */"]);
        assert_eq!(told("#[cfg(test)]\nmod tests;\na { }", Language::Rust), [""; 0]);
    }
}
