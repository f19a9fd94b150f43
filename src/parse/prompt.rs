//! Prompts in files of their own: Prompty
//! (<https://github.com/microsoft/prompty>, file format §2.1 and §2.2) and dotprompt
//! (<https://google.github.io/dotprompt/reference/frontmatter/>): front matter between two
//! lines of `---` (Prompty: or `+++`), and a template. Both formats let a file do without
//! front matter; the root is then an empty mapping.

use super::{Node, Parsed, yaml};
use crate::finding::Finding;
use crate::source::{SourceId, Span};

/// The lines that front matter begins and ends with.
const FENCES: [&str; 2] = ["---", "+++"];

/// Where the parts of a prompt file stand.
enum Parts {
    /// There is a template alone.
    Template,
    /// From where to where the front matter goes, and where the template begins.
    Front(usize, usize, usize),
    /// Where the front matter begins that has no end and that nothing stands above.
    Open(usize),
}

/// Reads the front matter. What other tools read their own way (keys written twice) is not
/// held against the file as long as it can be read.
pub fn parse(text: &str, source: SourceId) -> Parsed {
    let (start, end) = match parts(text) {
        Parts::Template => return Parsed { root: Some(Node::map(Span::file(source))), findings: Vec::new() },
        Parts::Open(start) => {
            let message = "the front matter that begins here has no end".to_owned();
            let finding = Finding::new("gate/syntax-error", Span::new(source, start, start + 3), message);
            return Parsed { root: None, findings: vec![finding.help("close it with a line of `---`")] };
        }
        Parts::Front(start, end, _) => (start, end),
    };
    let parsed = yaml::parse(text.get(start..end).unwrap_or_default(), source, start);
    match parsed.root {
        Some(root) if root.is_null() => Parsed { root: Some(Node::map(root.span)), findings: Vec::new() },
        Some(root) => {
            let broken = parsed.findings.into_iter().filter(|finding| finding.rule.as_str() == "gate/syntax-error");
            Parsed { root: Some(root), findings: broken.collect() }
        }
        None => parsed,
    }
}

/// The template, without the front matter.
pub fn template(text: &str) -> &str {
    match parts(text) {
        Parts::Front(_, _, template) => text.get(template..).unwrap_or_default(),
        Parts::Template | Parts::Open(_) => text,
    }
}

fn parts(text: &str) -> Parts {
    let mut front = None;
    let mut has_heading = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (start, content) = (at, line.trim_start_matches('\u{feff}').trim());
        at += line.len();
        match front {
            Some((opened, _)) if FENCES.contains(&content) => {
                let between = text.get(opened..start).unwrap_or_default();
                // Below a heading two lines of dashes may divide the text.
                let is_front = !has_heading || is_mapping(between);
                return if is_front { Parts::Front(opened, start, at) } else { Parts::Template };
            }
            Some(_) => {}
            None if FENCES.contains(&content) => front = Some((at, start)),
            // A licence may stand above.
            None if content.is_empty() || content.starts_with('#') => has_heading |= !content.is_empty(),
            None => return Parts::Template,
        }
    }
    // Below a heading a line of dashes alone divides the text.
    front.filter(|_| !has_heading).map_or(Parts::Template, |(_, opener)| Parts::Open(opener))
}

fn is_mapping(text: &str) -> bool {
    yaml::parse(text, SourceId(0), 0).root.is_some_and(|root| root.is_map())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<String>, usize, &str) {
        let parsed = parse(text, SourceId(0));
        let name = parsed.root.as_ref().and_then(|root| root.get("name")).map(|name| {
            assert_eq!(&text[name.span.range()], name.text().unwrap());
            name.text().unwrap().to_owned()
        });
        (name, parsed.findings.len(), template(text))
    }

    #[test]
    fn front_matter_and_template() {
        let named = Some("test".to_owned());
        assert_eq!(read("---\nname: test\n---\nHello"), (named.clone(), 0, "Hello"));
        assert_eq!(read("  +++\r\nname: test\r\n+++\r\nHello"), (named.clone(), 0, "Hello"));
        assert_eq!(read("\u{feff}# Licence\n\n---\nname: test\n---\n"), (named, 0, ""));
        assert_eq!(read("Just a prompt"), (None, 0, "Just a prompt"));
        assert_eq!(read("# A title\nand a prompt\n---\n"), (None, 0, "# A title\nand a prompt\n---\n"));
        let ruled = "# Role\n\n---\nYou answer.\n";
        assert_eq!(read(ruled), (None, 0, ruled));
        for between in ["You answer politely.", "You: answer: politely.", "- one\n- two", "*Be* [brief", "", "# Why"] {
            let ruled = format!("# Role\n\n---\n{between}\n\n---\n\n# Task\n\n---\nname: test\n---\n");
            assert_eq!(read(&ruled), (None, 0, ruled.as_str()));
        }
        assert_eq!(read("---\n---\nBody"), (None, 0, "Body"));
        assert_eq!(read(""), (None, 0, ""));
    }

    #[test]
    fn what_cannot_be_read_is_a_finding() {
        for text in
            ["---\nname: test\n", "\n---\nname: test\n", "---\nname: [\n---\nHello", "---", "---\na: b: c\n---\n"]
        {
            assert_eq!(parse(text, SourceId(0)).findings.len(), 1, "{text}");
        }
    }
}
