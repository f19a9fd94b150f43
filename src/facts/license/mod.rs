//! Licences: those that a card names, each looked up in `policies/licenses.yaml`; what they
//! ask of what is made from them ([`clauses`]), of a card's model ([`lineage`]) and of a
//! release ([`parts`]), and what texts there are for it ([`terms`]); whose text the file with a
//! licence is ([`texts`]).
//!
//! `licenses` is a list of:
//!
//! | fact | what it says |
//! |---|---|
//! | `written` | the id as it stands in the front matter |
//! | `spelling` | `listed` (an id of the Hub), `case` (but for its case), `spdx` (an SPDX id that the Hub spells otherwise), `business-source`, `unknown` |
//! | `hub` | the Hub's id; absent where there is none |
//! | `meant` | the same, where it is certain to be what was meant |
//! | `hint` | `; did you mean …?`, or nothing |
//! | `family` | of a family's id, the ids that name one licence |

mod clauses;
pub mod lineage;
pub mod parts;
pub mod terms;
pub mod texts;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::parse::{self, Node, decode};
use crate::source::SourceId;
use crate::text;

/// Licence ids, as data.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    hub: Vec<String>,
    families: BTreeMap<String, String>,
    spdx: BTreeMap<String, String>,
    names: BTreeMap<String, String>,
    business_source: Vec<String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let parsed = parse::json::parse(include_str!(concat!(env!("OUT_DIR"), "/licenses.json")), SourceId(0));
    // A test reads the table; one that cannot be read knows no licence.
    parsed.root.and_then(|root| decode::from_node(&root).ok()).unwrap_or_default()
});

/// The licences of a card's front matter.
pub fn derive(front_matter: &Node) -> Node {
    let licenses = front_matter.get("license");
    let span = licenses.map_or(front_matter.span, |node| node.span);
    let ids = licenses.map(Node::one_or_many).unwrap_or_default();
    let facts = ids.iter().filter_map(|id| Some(license(id.as_str()?, id)));
    Node::seq(facts.collect(), span)
}

fn license(written: &str, id: &Node) -> Node {
    let string = |text: &str| Node::string(text, id.span);
    let (spelling, hub) = look_up(written);
    let certain = matches!(spelling, "case" | "unknown") && hub.is_some();
    let mut facts = Node::map(id.span).with("written", string(written)).with("spelling", string(spelling));
    if let Some(hub) = hub {
        facts.put("hub", string(hub));
        if certain {
            facts.put("meant", string(hub));
        }
    }
    let near = hub.or_else(|| text::did_you_mean(written, TABLE.hub.iter().map(String::as_str)));
    let hint =
        near.filter(|_| spelling != "listed").map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    facts.put("hint", string(&hint));
    if let Some(exact) = TABLE.families.get(written) {
        facts.put("family", string(exact));
    }
    facts
}

/// The Hub's id of the licence that a text names and nothing beside it: `Apache License 2.0`.
pub(super) fn named(text: &str) -> Option<&'static str> {
    let letters = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '.').map(str::to_lowercase);
        let words = words.filter(|word| !matches!(&**word, "license" | "licence" | "version" | "the" | "v"));
        words.map(|word| word.trim_start_matches('v').replace('.', "")).collect::<String>()
    };
    let wanted = letters(text);
    let exact = |id: &&String| !matches!(id.as_str(), "other" | "unknown") && !TABLE.families.contains_key(*id);
    TABLE.hub.iter().filter(exact).find(|id| letters(id) == wanted).map(String::as_str)
}

/// Whether everybody can look up a licence: an id of the Hub or of SPDX, or an expression of them.
pub(super) fn is_listed(written: &str) -> bool {
    let known = |id: &str| {
        let spdx = || {
            let bare = id.strip_suffix('+').unwrap_or(id);
            spdx::identifiers::LICENSES.iter().any(|license| license.name.eq_ignore_ascii_case(bare))
        };
        look_up(id).1.is_some_and(|hub| !matches!(hub, "other" | "unknown")) || spdx()
    };
    let words = written.split(|c: char| c.is_whitespace() || "()".contains(c)).filter(|word| !word.is_empty());
    let mut ids = words.filter(|word| !matches!(*word, "AND" | "OR" | "WITH")).peekable();
    let exceptions = |id: &&str| !spdx::identifiers::EXCEPTIONS.iter().any(|exception| exception.name == *id);
    known(written) || (ids.peek().is_some() && ids.filter(exceptions).all(known))
}

/// How an id is spelt, and the Hub's id for it.
fn look_up(written: &str) -> (&'static str, Option<&'static str>) {
    let lower = written.trim().to_lowercase();
    let listed = |id: &str| TABLE.hub.iter().find(|known| *known == id).map(String::as_str);
    if let Some(id) = listed(written) {
        return ("listed", Some(id));
    }
    if let Some(id) = listed(&lower) {
        return ("case", Some(id));
    }
    if let Some((_, id)) = TABLE.spdx.iter().find(|(spdx, _)| spdx.eq_ignore_ascii_case(&lower)) {
        return ("spdx", Some(id));
    }
    if TABLE.business_source.contains(&lower) {
        return ("business-source", None);
    }
    ("unknown", TABLE.names.get(&lower).map(String::as_str))
}

/// A text as words are searched in it: lower case, single blanks, no marks of layout.
fn plain(text: &str) -> String {
    let bare = text.replace(['*', '`', '#', '"', '“', '”', '_', '=', '\u{feff}'], "").to_lowercase();
    text::squeeze(&bare)
}

/// What stands beside a title on its line: of which version and day the text is.
const OF_A_TITLE: [&str; 8] = ["agreement", "date", "effective", "last", "modified", "release", "updated", "version"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// No notice is as long, in bytes.
const LONG: usize = 5_000;
/// So many lines of a licence may stand before its title.
const LEAD: usize = 30;

/// Whether a text is the licence of a title, which is plain: a paragraph of it begins with that, and
/// the line says nothing else, or the text is long and a line at its top begins with the title. A
/// sentence about the licence may be broken behind its title.
fn is_titled(text: &str, title: &str) -> bool {
    let goes_on = |word: &str| {
        word.contains(|c: char| c.is_ascii_digit())
            || OF_A_TITLE.contains(&word)
            || MONTHS.contains(&word)
            || text::contains_token(title, word)
    };
    let is_title = |line: &str| {
        let line = plain(line);
        let rest = line.strip_prefix(title).filter(|rest| !rest.starts_with(char::is_alphanumeric));
        rest.is_some_and(|rest| {
            let mut words = rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            words.all(goes_on)
        })
    };
    let leads = |line: &str| plain(line).trim_start_matches(|c: char| !c.is_alphabetic()).starts_with(title);
    if text.len() >= LONG && text.lines().take(LEAD).any(leads) {
        return true;
    }
    let mut within = false;
    text.lines().any(|line| {
        // Whose the text is may be said on the line above its title.
        let says = line.contains(char::is_alphanumeric) && !plain(line).starts_with("copyright");
        let begins = !std::mem::replace(&mut within, says);
        begins && is_title(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(TABLE.hub.len(), 83);
        assert!(TABLE.hub.iter().all(|id| !id.contains(char::is_whitespace)), "an id was broken by a line");
        for id in TABLE.spdx.values().chain(TABLE.names.values()).chain(TABLE.families.keys()) {
            assert!(TABLE.hub.contains(id), "`{id}` is no id of the Hub");
        }
        for id in TABLE.spdx.keys() {
            assert!(spdx::license_id(id).is_some(), "`{id}` is no SPDX id");
        }
        for name in TABLE.names.keys() {
            assert_eq!(*name, name.to_lowercase());
        }
    }

    #[test]
    fn spellings() {
        for (written, expected) in [
            ("apache-2.0", ("listed", Some("apache-2.0"))),
            ("mIt", ("case", Some("mit"))),
            ("GPL-3.0-or-later", ("spdx", Some("gpl-3.0"))),
            ("apache2.0", ("unknown", Some("apache-2.0"))),
            ("BUSL-1.1", ("business-source", None)),
            ("acme", ("unknown", None)),
        ] {
            assert_eq!(look_up(written), expected, "{written}");
        }
        assert_eq!(named("Apache License, Version 2.0"), Some("apache-2.0"));
        assert_eq!(named("CC BY-NC 4.0"), Some("cc-by-nc-4.0"));
        assert_eq!(named("MIT for the code"), None);
        for listed in
            ["mit", "Apache-2.0", "MIT OR (Apache-2.0 AND BSD-3-Clause)", "GPL-2.0-only WITH Classpath-exception-2.0"]
        {
            assert!(is_listed(listed), "{listed}");
        }
        for own in ["other", "unknown", "LicenseRef-Acme", "MIT and others", "", "AND"] {
            assert!(!is_listed(own), "{own}");
        }
        let id = Node::string("apache-2.O", Span::file(SourceId(0)));
        let facts = license("apache-2.O", &id);
        assert_eq!(facts.get("hint").and_then(Node::text), Some("; did you mean `apache-2.0`?"));
        assert_eq!(facts.get("meant"), None, "a guess is no certainty");
    }
    #[test]
    fn a_title_is_alone_on_its_line() {
        let llama = |text: &str| is_titled(text, "llama 3.1 community license agreement");
        for text in [
            "# LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\n",
            "Copyright Larkfield\n\n==========\n**Llama 3.1 Community License  Agreement**\nYou agree",
            "Llama 3.1 Community License Agreement (Version Release Date: July 23, 2024)",
        ] {
            assert!(llama(text), "{text}");
        }
        for text in [
            "# LLAMA 3.2 COMMUNITY LICENSE AGREEMENT",
            "Llama 3.1 Community License Agreement: https://llama.com/llama3_1/license",
            "[Llama 3.1 Community License Agreement](LICENSE)",
            "Licensed under the\nLlama 3.1 Community License Agreement\n",
            "Under the Llama 3.1 Community License Agreement",
        ] {
            assert!(!llama(text), "{text}");
        }
        let gemma = |text: &str| is_titled(text, "gemma terms of use");
        assert!(gemma("Gemma Terms of Use Agreement") && gemma("Gemma Terms of Use, last modified: April 1, 2024"));
        assert!(!gemma("Gemma Terms of User"));
    }

    #[test]
    fn a_licence_begins_with_its_title_and_a_notice_only_names_it() {
        let title = "gemma terms of use";
        let words = "Words of it. ".repeat(500);
        let long = format!("1. Gemma Terms of Use | Google AI for Developers\n{words}");
        let notices = format!("Notices of what is in here\nGemma is under the Gemma Terms of Use\n{words}");
        for text in [
            "Gemma Terms of Use\n\nLast modified: March 24, 2025",
            "\u{feff}# Gemma Terms of Use\n",
            "Copyright Google\nGemma Terms of Use\n",
            &long,
        ] {
            assert!(is_titled(text, title), "{text:.60}");
        }
        for text in [
            "Gemma is provided under and subject to the\nGemma Terms of Use\nfound at ai.google.dev/gemma/terms",
            "Gemma is provided under and subject to the Gemma Terms of Use\nfound there",
            &notices,
        ] {
            assert!(!is_titled(text, title), "{text:.60}");
        }
    }
}
