//! Titles: what a document says that a person does, beside what the roster says.
//!
//! `title` is absent where no title is written next to the person, or the roster has none:
//!
//! | fact | what it says |
//! |---|---|
//! | `written` | the title as the document has it |
//! | `roster` | the title of the roster |
//! | `agrees` | whether they are the same, or one says less than the other |

use std::collections::BTreeSet;

use super::owner::fold;
use crate::parse::Node;

/// Words that make a few words beside a name a title, and not a team or a remark.
const TITLES: &[&str] = &[
    "administrator",
    "analyst",
    "architect",
    "consultant",
    "counsel",
    "developer",
    "director",
    "engineer",
    "head",
    "lead",
    "manager",
    "officer",
    "president",
    "researcher",
    "scientist",
    "specialist",
    "vp",
];

/// Words of a title that say nothing.
const FILLERS: &[&str] = &["a", "an", "and", "at", "for", "in", "of", "on", "our", "the"];

/// The most words of a title; what is longer is a sentence.
const MOST: usize = 7;

/// The title that `line` gives the person of the roster's `entry`, held against the entry.
pub(super) fn derive(line: &Node, handle: &str, entry: &Node) -> Option<Node> {
    let known = entry.get("title").filter(|title| title.text().is_some())?;
    let name = entry.get("name").and_then(Node::text).unwrap_or_default();
    let written = written(line.text()?, handle, name)?;
    let roles = entry.get("roles").map(Node::items).unwrap_or_default().iter().filter_map(Node::text);
    let agrees = known.text().into_iter().chain(roles).any(|known| agree(&written, known));
    let facts = Node::map(line.span).with("written", Node::string(written, line.span));
    Some(facts.with("roster", known.clone()).with("agrees", Node::bool(agrees, line.span)))
}

/// The title in `Ada King (@ada), ML engineer`: in the part of the person, or in the next
/// one that is no address.
fn written(line: &str, handle: &str, name: &str) -> Option<String> {
    let own: BTreeSet<String> = words(name).into_iter().collect();
    let mut after_person = false;
    for part in line.split([',', ';', '(', ')', '[', ']', '|', '/', '—', '–', '·', '\n']) {
        let said: Vec<&str> = part.split_whitespace().filter(|word| !word.contains('@')).collect();
        let rest: Vec<&str> =
            said.iter().copied().filter(|word| !words(word).iter().all(|word| own.contains(word))).collect();
        let names = part.contains(handle) || rest.len() < said.len();
        if names || after_person {
            if !rest.is_empty() {
                let title = rest.join(" ");
                return is_title(&title).then_some(title);
            }
            after_person = true;
        }
    }
    None
}

fn is_title(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_alphabetic() || " -&.'".contains(c));
    let words = words(text);
    plain && words.len() <= MOST && words.iter().any(|word| TITLES.contains(&word.as_str()))
}

/// Whether two titles are the same, but for what one of them leaves out.
fn agree(one: &str, other: &str) -> bool {
    let set = |text: &str| words(text).into_iter().collect::<BTreeSet<String>>();
    let (one, other) = (set(one), set(other));
    one.is_subset(&other) || other.is_subset(&one)
}

/// The words of a title, in one spelling.
fn words(text: &str) -> Vec<String> {
    let text = fold(text)
        .replace("machine learning", "ml")
        .replace("artificial intelligence", "ai")
        .replace("vice president", "vp");
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && !FILLERS.contains(word));
    let one_spelling = |word: &str| match word {
        "leader" => "lead".to_owned(),
        "sr" => "senior".to_owned(),
        "jr" => "junior".to_owned(),
        word => word.to_owned(),
    };
    words.map(one_spelling).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(line: &str) -> Option<String> {
        written(line, "@ada", "Ada King")
    }

    #[test]
    fn a_title_stands_next_to_its_person() {
        for line in [
            "Ada King (@ada), ML engineer",
            "Ada King, ML engineer (@ada)",
            "ML engineer Ada King <ada@example.org>",
            "@ada — ML engineer",
            "King, Ada (ML engineer)",
        ] {
            assert_eq!(title(line).as_deref(), Some("ML engineer"), "{line}");
        }
    }

    #[test]
    fn what_is_no_title_is_left_alone() {
        for line in [
            "Ada King (@ada)",
            "Ada King, ML Platform team",
            "Ada King, claims, Bo Larsen (lead engineer)",
            "ML platform lead",
            "Ada King (write to her before you call any other lead engineer of ours)",
            "",
        ] {
            assert_eq!(title(line), None, "{line}");
        }
    }

    #[test]
    fn titles_agree_but_for_what_one_leaves_out() {
        assert!(agree("Senior ML Engineer", "ML engineer"));
        assert!(agree("Sr. Machine Learning Engineer", "senior ML engineer"));
        assert!(agree("Head of the ML platform", "ML platform head"));
        assert!(agree("Security operations lead", "security-operations-leader"));
        assert!(!agree("ML platform lead", "Senior ML engineer"));
    }
}
