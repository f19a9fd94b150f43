//! Who answers for a release: what the roster and the card say of the person
//! that the manifest names.
//!
//! | fact | what it says |
//! |---|---|
//! | `roster` | `none` (no roster), `unknown` (not in it), `inactive`, `bot`, `rotation`, `person` |
//! | `also` | what else of the release is theirs, where the roster has them as inactive |
//! | `suggestion` | a handle of the roster that is nearly the one written |
//! | `card` | the owner as the card writes it; absent where it names none |
//! | `card_agrees` | whether that is the same person |
//! | `title` | the title that the card gives them, see [`super::title`] |

use super::{left, title};
use crate::link::{Graph, Release};
use crate::parse::Node;
use crate::text;

/// The names of these facts, for [`super::shape`].
pub(super) const NAMES: &[&str] =
    &["also", "card", "card_agrees", "roster", "suggestion", "title.agrees", "title.roster", "title.written"];

/// The facts about `ownership.accountable_owner`.
pub fn derive(graph: &Graph<'_>, release: &Release, card: Option<&Node>) -> Node {
    let root = &graph.documents[release.document].root;
    let way = &["ownership", "accountable_owner"];
    let span = root.span_at(way);
    let written = root.at(way).and_then(Node::text).unwrap_or_default();
    let entry = graph.roster().and_then(|roster| roster.entry(written));
    let state = standing(graph, written);
    let also = if state == "inactive" { left::also(graph, release, written) } else { String::new() };
    let mut facts = Node::map(span).with("roster", Node::string(state, span)).with("also", Node::string(also, span));
    if let Some(roster) = graph.roster() {
        let handles = roster.entries().iter().map(|entry| &*entry.key);
        if let (None, Some(near)) = (entry, text::did_you_mean(written, handles)) {
            facts.put("suggestion", Node::string(near, span));
        }
    }
    if let Some(owner) = card.and_then(|card| card.at(&["identity", "owner"])) {
        let name = entry.and_then(|entry| entry.value.get("name")).and_then(Node::text);
        let agrees = same_person(written, name, owner.text().unwrap_or_default());
        let title = entry.filter(|_| agrees).and_then(|entry| title::derive(owner, written, &entry.value));
        if let Some(title) = title {
            facts.put("title", title);
        }
        facts.put("card", owner.clone());
        facts.put("card_agrees", Node::bool(agrees, owner.span));
    }
    facts
}

/// What the roster says of a handle: `none` (there is no roster), `unknown`, `inactive`,
/// `bot`, `rotation` or `person`.
pub fn standing(graph: &Graph<'_>, handle: &str) -> &'static str {
    let Some(roster) = graph.roster() else { return "none" };
    let organisation = graph.organisation.map(|index| &graph.documents[index].root);
    let bots = organisation.and_then(|root| root.get("bots")).map(Node::items).unwrap_or_default();
    if bots.iter().any(|bot| bot.text() == Some(handle)) {
        return "bot";
    }
    let Some(entry) = roster.get(handle) else { return "unknown" };
    if entry.get("active").and_then(Node::as_bool) == Some(false) {
        return "inactive";
    }
    match entry.get("type").and_then(Node::text) {
        Some("bot") => "bot",
        Some("rotation") => "rotation",
        _ => "person",
    }
}

/// Whether the card's owner is the person of the manifest: the handle occurs in
/// it as a whole token, or the roster's name does, or the names are the same
/// words. Case and accents do not count.
pub fn same_person(handle: &str, name: Option<&str>, card: &str) -> bool {
    let card = fold(card);
    let occurs = |wanted: &str| {
        let wanted = fold(wanted);
        let wanted = wanted.trim_start_matches('@');
        !wanted.is_empty() && text::contains_token(&card, wanted)
    };
    let words = |text: &str| {
        let mut words: Vec<String> = fold(text).split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
        words.retain(|word| !word.is_empty());
        words.sort();
        words
    };
    // "Osei, Amara (@amara)" names the handle as well.
    let handles =
        handle.split(|c: char| c.is_whitespace() || "()<>[],;".contains(c)).filter(|word| word.starts_with('@'));
    occurs(handle)
        || handles.into_iter().any(occurs)
        || name.is_some_and(occurs)
        || words(&card) == words(name.unwrap_or(handle))
}

/// Lower case, Latin accents taken off.
pub(super) fn fold(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|c| match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
            'ç' | 'ć' | 'č' => 'c',
            'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
            'ì'..='ï' | 'ī' => 'i',
            'ł' => 'l',
            'ñ' | 'ń' | 'ň' => 'n',
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
            'ř' => 'r',
            'ś' | 'š' | 'ş' => 's',
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
            'ý' | 'ÿ' => 'y',
            'ź' | 'ż' | 'ž' => 'z',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::same_person;

    #[test]
    fn handle_name_or_both() {
        assert!(same_person("@aroy", None, "Amélie Roy (@aroy)"));
        assert!(same_person("@aroy", Some("Amélie Roy"), "amelie roy, ML platform"));
        assert!(same_person("Roy Amelie", None, "Amélie Roy"));
        assert!(!same_person("@aroy", Some("Amélie Roy"), "ML Platform Team"));
        assert!(!same_person("@aroy", None, "@aroya"));
        assert!(same_person("Roy, Amélie (@aroy)", None, "@aroy"));
        assert!(!same_person("", None, "Amélie Roy"));
    }
}
