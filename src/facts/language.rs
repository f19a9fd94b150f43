//! The languages that a card names, each looked up in `policies/languages.yaml`.
//!
//! `languages` is a list of:
//!
//! | fact | what it says |
//! |---|---|
//! | `written` | the code as it stands in the front matter |
//! | `spelling` | `listed`, `case` (but for its case), `region` (a code with a region or a script), `name`, `withdrawn`, `unknown` |
//! | `meant` | the code, where it is certain which was meant |
//! | `hint` | `; did you mean …?`, or nothing |

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::parse::{self, Node, decode};
use crate::source::SourceId;
use crate::text;

/// Language codes, as data.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    names: BTreeMap<String, String>,
    three: String,
    groups: String,
    special: Vec<String>,
    withdrawn: BTreeMap<String, String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let parsed = parse::json::parse(include_str!(concat!(env!("OUT_DIR"), "/languages.json")), SourceId(0));
    // A test reads the table; one that cannot be read knows no language.
    parsed.root.and_then(|root| decode::from_node(&root).ok()).unwrap_or_default()
});

impl Table {
    fn has(&self, code: &str) -> bool {
        match code.len() {
            2 => self.names.contains_key(code),
            3 => is_listed(&self.three, code) || is_listed(&self.groups, code),
            _ => self.special.iter().any(|word| word == code),
        }
    }

    /// The code of the language of that name.
    fn named(&self, name: &str) -> Option<&str> {
        self.names.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(code, _)| code.as_str())
    }
}

/// Whether a code of three letters is in a sorted list of such codes, a space between them.
fn is_listed(codes: &str, code: &str) -> bool {
    let at = |index: usize| codes.get(4 * index..4 * index + 3).unwrap_or_default();
    let (mut low, mut high) = (0, codes.len().div_ceil(4));
    while low < high {
        let middle = low.midpoint(high);
        if at(middle) < code { low = middle + 1 } else { high = middle }
    }
    at(low) == code
}

/// The languages of a card's front matter.
pub fn derive(front_matter: &Node) -> Node {
    let languages = front_matter.get("language");
    let span = languages.map_or(front_matter.span, |node| node.span);
    let codes = languages.map(Node::one_or_many).unwrap_or_default();
    let facts = codes.iter().filter_map(|code| Some(language(code.as_str()?, code)));
    Node::seq(facts.collect(), span)
}

fn language(written: &str, code: &Node) -> Node {
    let string = |text: &str| Node::string(text, code.span);
    let (spelling, meant) = look_up(written);
    // Of codes every other one is near; of names a slip can be told.
    let near = || text::did_you_mean(written, TABLE.names.values().map(String::as_str));
    let near = if spelling == "unknown" { near() } else { None };
    let near = near.and_then(|name| Some((name, TABLE.named(name)?)));
    let hint = near.map_or_else(String::new, |(name, code)| format!("; did you mean {name}, `{code}`?"));
    let mut facts = Node::map(code.span)
        .with("written", string(written))
        .with("spelling", string(spelling))
        .with("hint", string(&hint));
    if let Some(meant) = meant {
        facts.put("meant", string(&meant));
    }
    facts
}

/// How a code is spelt, and the code that was meant where it is another.
fn look_up(written: &str) -> (&'static str, Option<String>) {
    let word = written.trim();
    if TABLE.has(word) {
        return ("listed", None);
    }
    let lower = word.to_lowercase();
    if TABLE.has(&lower) {
        return ("case", Some(lower));
    }
    if let Some(code) = TABLE.withdrawn.get(&lower) {
        return ("withdrawn", Some(code.clone()));
    }
    if let Some(code) = TABLE.named(word) {
        return ("name", Some(code.to_owned()));
    }
    let region = lower.split_once(['-', '_']).filter(|(code, _)| TABLE.has(code));
    region.map_or(("unknown", None), |(code, _)| ("region", Some(code.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(TABLE.names.len(), 184);
        assert_eq!(TABLE.three.split(' ').count(), 7_916);
        assert_eq!(TABLE.groups.split(' ').count(), 86);
        let small = |code: &str, letters: usize| code.len() == letters && code.bytes().all(|b| b.is_ascii_lowercase());
        assert!(TABLE.names.keys().all(|code| small(code, 2)));
        for list in [&TABLE.three, &TABLE.groups] {
            assert!(list.split(' ').all(|code| small(code, 3) && is_listed(list, code)) && list.split(' ').is_sorted());
            assert!(!is_listed(list, "zzz") && !is_listed(list, "aaA"));
        }
        for (old, new) in &TABLE.withdrawn {
            assert!(!TABLE.has(old) && TABLE.has(new), "{old}");
        }
    }

    #[test]
    fn spellings() {
        for (written, expected) in [
            ("en", ("listed", None)),
            ("no", ("listed", None)),
            ("ase", ("listed", None)),
            ("ber", ("listed", None)),
            ("multilingual", ("listed", None)),
            ("EN", ("case", Some("en"))),
            ("iw", ("withdrawn", Some("he"))),
            ("english", ("name", Some("en"))),
            ("pt_BR", ("region", Some("pt"))),
            ("zh-Hans-CN", ("region", Some("zh"))),
            ("vu", ("unknown", None)),
            ("English Italian", ("unknown", None)),
            ("é", ("unknown", None)),
            ("", ("unknown", None)),
        ] {
            let (spelling, meant) = look_up(written);
            assert_eq!((spelling, meant.as_deref()), expected, "{written}");
        }
        let hint = |written: &str| {
            let facts = language(written, &Node::string(written, Span::file(SourceId(0))));
            assert_eq!(facts.get("meant"), None, "a guess is no certainty");
            facts.get("hint").and_then(Node::text).unwrap_or_default().to_owned()
        };
        assert_eq!(hint("Englsh"), "; did you mean English, `en`?");
        assert_eq!(hint("vu"), "");
    }
}
