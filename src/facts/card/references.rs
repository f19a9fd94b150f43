//! Links and images of a card that lead nowhere.
//!
//! `references` has one `{written, kind, problem}` for each that is known to be broken. A
//! target of another site is not looked at; nor is a path where only Markdown was brought
//! along, since the files beside a card are then not here.

use std::collections::BTreeSet;

use crate::link::{Files, Target};
use crate::parse::Node;
use crate::parse::markdown::{Body, Form, Link, plain_text};
use crate::source::Span;
use crate::text::{did_you_mean, quote};
use crate::tree;

/// Endings of host names that are taken for such without `https://` before them.
const SITES: &[&str] = &[".com", ".org", ".co", ".io", ".net", ".ai", ".edu", ".gov", ".dev"];

/// Pages of a forge that are reached by a path from a file's page.
const PAGES: &[&str] = &["issues", "wiki", "discussions", "pulls", "releases", "actions", "projects", "stargazers"];

/// The most links of a card that are looked at.
const MOST: usize = 2000;

/// The broken references of the card at `path`.
pub(super) fn derive(files: &Files<'_>, path: &str, body: &Body, text: &str, anchor: Span) -> Node {
    let mut anchors: Option<Anchors> = None;
    let broken = body.links.iter().take(MOST).filter_map(|link| {
        let (kind, problem) =
            look(files, path, link, text, || anchors.get_or_insert_with(|| Anchors::new(body, text)))?;
        let written = if link.target.is_empty() { "()" } else { &link.target };
        let fact = Node::map(link.span)
            .with("written", Node::string(quote(written), link.span))
            .with("kind", Node::string(kind, link.span))
            .with("problem", Node::string(problem, link.span));
        Some(fact)
    });
    Node::seq(broken.collect(), anchor)
}

fn look<'n>(
    files: &Files<'_>,
    path: &str,
    link: &Link,
    text: &str,
    anchors: impl FnOnce() -> &'n mut Anchors,
) -> Option<(&'static str, String)> {
    let target = link.target.trim();
    let kind = if link.image { "image" } else { "link" };
    if target.is_empty() {
        return Some((kind, "nothing stands between its brackets".to_owned()));
    }
    if let Some(name) = target.strip_prefix('#') {
        return anchors().problem(name).map(|problem| ("anchor", problem));
    }
    let automatic = || text.get(link.span.range()).is_some_and(|text| text.starts_with('<'));
    if is_elsewhere(target) || automatic() {
        return None;
    }
    let written = decoded(target.split(['#', '?']).next().unwrap_or_default());
    if let Some(problem) = without_scheme(&written) {
        return Some((kind, problem));
    }
    if !files.has_more_than_markdown() || is_page(&written) || files.has_folder_beside(path, &written) {
        return None;
    }
    match files.beside(path, &written) {
        Target::Missing(None) => Some((kind, "there is no such file".to_owned())),
        Target::Missing(Some(near)) => {
            let near = from_folder(path, &near);
            Some((kind, format!("there is no such file; did you mean `{}`?", quote(&near))))
        }
        _ => None,
    }
}

/// Whether a target is of another site or is one that only a site can tell.
fn is_elsewhere(target: &str) -> bool {
    let scheme = target.find(':').is_some_and(|colon| !target.get(..colon).unwrap_or("").contains('/'));
    scheme || target.starts_with('/') || target.contains(['{', '<', '$', '\\'])
}

/// `www.acme.com/x` and `me@acme.com` are paths as long as nothing says otherwise.
fn without_scheme(written: &str) -> Option<String> {
    let host = written.split('/').next().unwrap_or_default();
    let is_site = SITES.iter().any(|ending| host.ends_with(ending)) && !host.starts_with('.');
    if host.contains('@') && is_site {
        return Some("an address needs `mailto:` before it".to_owned());
    }
    (host.starts_with("www.") || is_site).then(|| "an address of another site needs `https://` before it".to_owned())
}

fn is_page(written: &str) -> bool {
    written.starts_with("../") && written.split('/').any(|part| PAGES.contains(&part))
}

/// A path of the repository as a document in it writes it.
fn from_folder(document: &str, path: &str) -> String {
    let folder = tree::parent(document);
    let below = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).filter(|_| !folder.is_empty());
    match below {
        Some(rest) => rest.to_owned(),
        None => format!("{}{path}", "../".repeat(folder.split('/').filter(|part| !part.is_empty()).count())),
    }
}

/// A target with `%20` and its like read; as it is where they say no text.
fn decoded(target: &str) -> String {
    let mut bytes = Vec::with_capacity(target.len());
    let mut rest = target.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = hex.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *first == b'%');
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| target.to_owned())
}

/// What `#name` may lead to in a card. Sites make names of headings in different ways;
/// what they agree on are its letters and digits.
struct Anchors {
    names: BTreeSet<String>,
}

impl Anchors {
    fn new(body: &Body, text: &str) -> Self {
        let headings = body.sections.iter().filter(|section| section.level > 0 && section.form != Form::Bold);
        let mut names = BTreeSet::new();
        for section in headings {
            let raw = text.get(section.title_span.range()).unwrap_or("");
            names.extend([raw, &plain_text(raw), &section.title].map(letters));
        }
        for mark in ["id=", "name=", "{#"] {
            let ids = text.match_indices(mark).filter_map(|(at, _)| text.get(at + mark.len()..));
            names.extend(ids.filter_map(|rest| {
                rest.trim_start_matches(['"', '\'']).split(['"', '\'', '>', '}', ' ', '\n']).next().map(letters)
            }));
        }
        Self { names }
    }

    fn problem(&self, name: &str) -> Option<String> {
        let wanted = letters(&decoded(name));
        // The second heading of a name has `-1` behind it.
        let first = wanted.trim_end_matches(|c: char| c.is_ascii_digit());
        if wanted.is_empty() || wanted == "top" || self.names.contains(&wanted) || self.names.contains(first) {
            return None;
        }
        let near = did_you_mean(&wanted, self.names.iter().take(200).map(String::as_str));
        let near = near.map_or(String::new(), |near| format!("; one is nearly it: `{}`", quote(near)));
        Some(format!("no heading of this card has that name{near}"))
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::markdown;
    use crate::source::SourceId;
    use crate::tree::MemoryTree;

    fn broken(text: &str, more: &[&str]) -> Vec<String> {
        let mut tree = MemoryTree::default();
        for path in more.iter().chain(&["models/a/README.md"]) {
            tree.put(*path, "x");
        }
        let files = Files::new(&tree, tree.paths().map(str::to_owned).collect::<Vec<_>>());
        let parsed = markdown::parse(text, SourceId(0));
        let facts = derive(&files, "models/a/README.md", &parsed.body, text, Span::file(SourceId(0)));
        let say = |fact: &Node, key| fact.get(key).and_then(Node::text).unwrap_or("").to_owned();
        facts.items().iter().map(|fact| format!("{}: {}", say(fact, "written"), say(fact, "problem"))).collect()
    }

    #[test]
    fn what_is_not_there_is_broken() {
        let text = "# T\n![loss](img/loss.png) [l](LICENSE.md) [up](../../docs/use.md) [x](img/los.png) [e]()\n";
        let found = broken(text, &["models/a/img/loss.png", "docs/use.md", "w.safetensors"]);
        assert_eq!(
            found,
            [
                "LICENSE.md: there is no such file",
                "img/los.png: there is no such file; did you mean `img/loss.png`?",
                "(): nothing stands between its brackets"
            ]
        );
    }

    #[test]
    fn what_only_a_site_can_tell_is_left_alone() {
        let text = "# T\n[a](https://x.org/y) [b](mailto:a@b.org) [c](/acme/m) [d](../../../../issues) [e](img) [f](img/)\n\
                    [g](../../issues) [h](<{{ url }}>) <me@acme.com> [i](a%20b.png) [j](img/loss.png?raw=true)\n";
        assert_eq!(broken(text, &["models/a/img/loss.png", "models/a/a b.png"]), [""; 0]);
    }

    #[test]
    fn a_card_that_came_without_its_files_is_not_held_against_them() {
        assert_eq!(broken("# T\n[x](img/loss.png)\n", &[]), [""; 0]);
        assert_eq!(
            broken("# T\n[x](www.acme.com) [y](me@acme.com)\n", &[]),
            [
                "www.acme.com: an address of another site needs `https://` before it",
                "me@acme.com: an address needs `mailto:` before it"
            ]
        );
    }

    #[test]
    fn anchors_are_compared_by_their_letters() {
        let text = "# T\n[a](#1-how-to-use) [b](#-quick-start) [c](#quick-start-1) [d](#set) [e](#nothing) [f](#)\n\
                    ## 1. How to use\nx\n## 🚀 Quick start\nx\n<a id=\"set\"></a>\n";
        assert_eq!(broken(text, &[]), ["#nothing: no heading of this card has that name"]);
    }
}
