//! What a document of a kind can hold, by its schema.
//!
//! Several schemas may speak of one place (`anyOf`, `$ref`); a step is possible where
//! any of them allows it. What a schema leaves open may be anything, but for the
//! near misses that it lists.

use std::sync::OnceLock;

use serde_json::Value as Json;

use super::trail::{keys, resolve};
use super::unknown::NEAR_MISSES;
use super::{TEXTS, text};
use crate::kind::Kind;
use crate::shape::{DeadEnd, Step};

/// The deepest nesting of references and alternatives.
const MAX_DEPTH: usize = 16;

/// Where a way through documents of a kind ends that can never lead to anything.
/// Nothing is known of a kind without a schema.
pub fn dead_end(kind: Kind, way: &[Step]) -> Option<DeadEnd> {
    if let Arrival::Dead(end) = walk(schema(kind)?, way) { Some(end) } else { None }
}

/// The words that may stand at the end of a way through documents of a kind, where its
/// schema lists them.
pub fn words(kind: Kind, way: &[Step]) -> Vec<&'static str> {
    let Some(Arrival::At(schemas)) = schema(kind).map(|root| walk(root, way)) else { return Vec::new() };
    let listed = schemas.into_iter().filter_map(|schema| schema.get("enum")?.as_array()).flatten();
    listed.filter_map(Json::as_str).collect()
}

/// The schema of a kind.
fn schema(kind: Kind) -> Option<&'static Json> {
    static ALL: OnceLock<Vec<(Kind, Json)>> = OnceLock::new();
    let read = |kind: &Kind| Some((*kind, serde_json::from_str(text(*kind)?).ok()?));
    let all = ALL.get_or_init(|| TEXTS.iter().filter_map(|(kind, _)| read(kind)).collect());
    all.iter().find(|(known, _)| *known == kind).map(|(_, schema)| schema)
}

/// Where a way leads.
enum Arrival<'s> {
    /// To a value, of which these schemas speak.
    At(Vec<&'s Json>),
    /// To something that the schema leaves open.
    Open,
    /// Nowhere.
    Dead(DeadEnd),
}

fn walk<'s>(root: &'s Json, way: &[Step]) -> Arrival<'s> {
    let mut here = Vec::new();
    flatten(root, root, 0, &mut here);
    for (at, step) in way.iter().enumerate() {
        let mut next = Vec::new();
        for schema in &here {
            match taken(schema, step) {
                Taken::Anywhere => return Arrival::Open,
                Taken::Nowhere => {}
                Taken::To(found) => found.into_iter().for_each(|found| flatten(root, found, 0, &mut next)),
            }
        }
        if next.is_empty() {
            let known = here.iter().flat_map(|schema| keys(schema)).filter(|key| *key != "$schema");
            return Arrival::Dead(DeadEnd { at, known: known.map(str::to_owned).collect() });
        }
        here = next;
    }
    Arrival::At(here)
}

/// The schemas that speak of the same value.
fn flatten<'s>(root: &'s Json, schema: &'s Json, depth: usize, into: &mut Vec<&'s Json>) {
    if depth > MAX_DEPTH {
        return;
    }
    let referred = schema.get("$ref").and_then(|to| resolve(root, to));
    let listed = ["anyOf", "oneOf", "allOf"].iter().filter_map(|word| schema.get(word)?.as_array()).flatten();
    let before = into.len();
    for other in referred.into_iter().chain(listed) {
        flatten(root, other, depth + 1, into);
    }
    if into.len() == before || schema.get("properties").is_some() || schema.get("items").is_some() {
        into.push(schema);
    }
}

/// Where one step leads.
enum Taken<'s> {
    Nowhere,
    Anywhere,
    To(Vec<&'s Json>),
}

fn taken<'s>(schema: &'s Json, step: &Step) -> Taken<'s> {
    match step {
        Step::Key(key) if allows(schema, "object") => of_key(schema, key),
        Step::Item if allows(schema, "array") => {
            schema.get("items").map_or(Taken::Anywhere, |items| Taken::To(vec![items]))
        }
        Step::OneOrMany => {
            let items = allows(schema, "array").then(|| schema.get("items"));
            match items {
                Some(None) => Taken::Anywhere,
                // The value itself stands for its only item.
                items => Taken::To(items.flatten().into_iter().chain(is_single(schema).then_some(schema)).collect()),
            }
        }
        _ => Taken::Nowhere,
    }
}

fn of_key<'s>(schema: &'s Json, key: &str) -> Taken<'s> {
    if let Some(found) = schema.get("properties").and_then(|table| table.get(key)) {
        return Taken::To(vec![found]);
    }
    let patterns = schema.get("patternProperties").and_then(Json::as_object);
    let matching = |pattern: &str| regex::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(key));
    if let Some((_, found)) = patterns.into_iter().flatten().find(|(pattern, _)| matching(pattern)) {
        return Taken::To(vec![found]);
    }
    match schema.get("additionalProperties") {
        Some(Json::Bool(false)) => Taken::Nowhere,
        Some(found @ Json::Object(_)) => Taken::To(vec![found]),
        _ => match schema.get(NEAR_MISSES) {
            Some(table) if table.get(key.to_lowercase().replace('-', "_")).is_some() => Taken::Nowhere,
            _ => Taken::Anywhere,
        },
    }
}

/// Whether a value of that type is allowed; a schema that names no type but values
/// means scalars.
fn allows(schema: &Json, name: &str) -> bool {
    match schema.get("type") {
        Some(Json::String(only)) => only == name,
        Some(Json::Array(names)) => names.iter().any(|allowed| allowed == name),
        _ => schema.get("const").is_none() && schema.get("enum").is_none(),
    }
}

/// Whether a single value is allowed, and nothing that has parts.
fn is_single(schema: &Json) -> bool {
    ["string", "number", "integer", "boolean"].iter().any(|name| allows(schema, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(text: &str) -> Vec<Step> {
        text.split('.')
            .map(|part| match part {
                "[*]" => Step::Item,
                "[]" => Step::OneOrMany,
                key => Step::Key(key.to_owned()),
            })
            .collect()
    }

    fn end(kind: Kind, text: &str) -> Option<usize> {
        dead_end(kind, &way(text)).map(|end| end.at)
    }

    #[test]
    fn what_the_schema_knows_is_possible() {
        for possible in ["ownership.accountable_owner", "metadata.version", "x-own.anything", "metadata.x-own"] {
            assert_eq!(end(Kind::Release, possible), None, "{possible}");
        }
        assert_eq!(end(Kind::Release, "owner"), Some(0));
        assert_eq!(end(Kind::Release, "ownership.acountable_owner"), Some(1));
        assert_eq!(end(Kind::Release, "metadata.version.major"), Some(2));
        assert_eq!(end(Kind::Release, "metadata.[*]"), Some(1));
        assert_eq!(end(Kind::ModelRegistry, "models.[*].versions.[*].status"), None);
        assert_eq!(end(Kind::ModelRegistry, "models.versions"), Some(1));
        let known = dead_end(Kind::Release, &way("rollback.tarqet")).unwrap().known;
        assert!(known.contains(&"target".to_owned()), "{known:?}");
    }

    #[test]
    fn the_words_of_a_place_are_those_that_its_schema_lists() {
        let words = |kind, text: &str| words(kind, &way(text));
        let statuses = words(Kind::PromptRegistry, "prompts.[*].versions.[*].status");
        assert!(statuses.contains(&"deprecated"), "{statuses:?}");
        assert!(words(Kind::Release, "metadata.stage").contains(&"canary"));
        assert_eq!(words(Kind::Release, "metadata.id"), Vec::<&str>::new());
        assert_eq!(words(Kind::Release, "x-own.anything"), Vec::<&str>::new());
        assert_eq!(words(Kind::Flags, "flags"), Vec::<&str>::new());
    }

    #[test]
    fn a_card_may_hold_any_key_but_near_misses() {
        assert_eq!(end(Kind::Card, "acme_team"), None);
        assert_eq!(end(Kind::Card, "license"), None);
        assert_eq!(end(Kind::Card, "license.[]"), None);
        assert_eq!(end(Kind::Card, "license.[].name"), Some(2));
        assert_eq!(end(Kind::Card, "licence"), Some(0));
        assert_eq!(end(Kind::Flags, "whatever.[*].it"), None, "no schema says what is in it");
    }
}
