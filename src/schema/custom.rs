//! A JSON Schema of somebody else: of a policy pack. It is compiled as it stands,
//! without a look at the network or at a file, and what departs from it is worded as
//! for our own schemas.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Compiled, MORE};
use crate::parse::Node;
use crate::pointer::{Pointer, Step};
use crate::text::quote;

/// The most bytes of a compiled regular expression.
const REGEX_BYTES: usize = 1 << 20;

/// A schema, ready for use.
#[derive(Debug)]
pub struct Custom(Compiled);

/// One place where a value does not fit.
#[derive(Debug)]
pub struct Departure {
    /// The way from the value to the node at fault; to the mapping where a key is missing.
    pub pointer: Pointer,
    /// The key that is missing; empty where none is.
    pub missing: String,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl Custom {
    /// Compiles a schema. An error is a sentence without a full stop.
    pub fn new(schema: Json) -> Result<Self, String> {
        if let Some(why) = astray(&schema) {
            return Err(why);
        }
        let patterns = jsonschema::PatternOptions::regex().size_limit(REGEX_BYTES);
        let options = jsonschema::options_for().should_validate_formats(true).with_pattern_options(patterns).offline();
        let built = options.build(&schema);
        built.map(|validator| Self(Compiled { schema, validator })).map_err(|error| {
            let place = error.instance_path().to_string();
            let at = if place.is_empty() { String::new() } else { format!(" (at `{}`)", quote(&place)) };
            format!("{}{at}", quote(&error.to_string()))
        })
    }

    /// Everything in which a value departs from it, in the order of the document. `whole`
    /// is what the value is called.
    pub fn departures(&self, root: &Node, whole: &str) -> Vec<Departure> {
        let findings = self.0.validate(whole, "", root).into_iter();
        let departure = |finding: crate::finding::Finding| {
            let unknown = matches!(finding.pointer.0.last(), Some(Step::Key(key)) if *key == finding.key);
            let missing = if unknown || finding.key == MORE { String::new() } else { finding.key };
            Departure { pointer: finding.pointer, missing, message: finding.message }
        };
        findings.map(departure).collect()
    }
}

/// Keywords whose schemas speak of the same value.
const SAME_VALUE: &[&str] = &["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/// What is wrong with the references: they lead to a place in the same schema, and no
/// value is referred to for ever.
fn astray(root: &Json) -> Option<String> {
    let mut places = Vec::new();
    let mut open = vec![root];
    while let Some(schema) = open.pop() {
        for word in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let Some(to) = schema.get(word).and_then(Json::as_str) else { continue };
            if word != "$ref" || target(root, to).is_none() {
                let why = "is no place in the same schema, such as `#/$defs/name`";
                return Some(format!("`{word}: {}` {why}", quote(to)));
            }
        }
        match schema {
            Json::Object(map) => open.extend(map.values()),
            Json::Array(items) => open.extend(items),
            _ => {}
        }
        places.push(schema);
    }
    let mut done = BTreeSet::new();
    places.into_iter().find_map(|schema| circle(root, schema, &mut done))
}

/// A `$ref` on a way from a schema back to it that never goes down into the value.
fn circle<'s>(root: &'s Json, start: &'s Json, done: &mut BTreeSet<*const Json>) -> Option<String> {
    let mut way: Vec<(&Json, Vec<&Json>)> = vec![(start, next(root, start))];
    let mut on_way = BTreeSet::from([std::ptr::from_ref(start)]);
    while let Some((schema, left)) = way.last_mut() {
        let here = std::ptr::from_ref(*schema);
        match left.pop() {
            None => {
                on_way.remove(&here);
                done.insert(here);
                way.pop();
            }
            Some(to) if on_way.contains(&std::ptr::from_ref(to)) => {
                return Some("a `$ref` leads back to itself without going down into the value".to_owned());
            }
            Some(to) if done.contains(&std::ptr::from_ref(to)) => {}
            Some(to) => {
                on_way.insert(std::ptr::from_ref(to));
                way.push((to, next(root, to)));
            }
        }
    }
    None
}

/// The schemas that a schema holds the same value against.
fn next<'s>(root: &'s Json, schema: &'s Json) -> Vec<&'s Json> {
    let referred = schema.get("$ref").and_then(Json::as_str).and_then(|to| target(root, to));
    let mut all: Vec<&Json> = referred.into_iter().collect();
    for (word, under) in SAME_VALUE.iter().filter_map(|word| Some((*word, schema.get(*word)?))) {
        match under {
            Json::Array(items) => all.extend(items),
            Json::Object(map) if word == "dependentSchemas" => all.extend(map.values()),
            one => all.push(one),
        }
    }
    all
}

fn target<'s>(root: &'s Json, to: &str) -> Option<&'s Json> {
    root.pointer(to.strip_prefix('#')?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml;
    use crate::source::SourceId;
    use serde_json::json;

    fn said(schema: Json, text: &str) -> Vec<(String, String, String)> {
        let root = yaml::parse(text, SourceId(0), 0).root.unwrap();
        let all = Custom::new(schema).unwrap().departures(&root, "`x`");
        all.into_iter().map(|one| (one.pointer.to_json_pointer(), one.missing, one.message)).collect()
    }

    #[test]
    fn departures_are_told_at_their_nodes() {
        let schema = json!({
            "type": "object", "required": ["id"], "additionalProperties": false,
            "properties": {"id": {"type": "string"}, "n": {"type": "integer", "minimum": 1}},
        });
        let of = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(said(schema.clone(), "{id: a, n: 2}"), []);
        assert_eq!(
            said(schema.clone(), "{n: 0}"),
            [of("", "id", "`x` has no `id`"), of("/n", "", "`n` is `0`: expected at least 1"),]
        );
        assert_eq!(said(schema, "{id: a, m: 2}"), [of("/m", "", "unknown key `m`")]);
        assert_eq!(said(json!({"type": "string"}), "[1]"), [of("", "", "`x` is a list: expected text")]);
    }

    #[test]
    fn a_schema_that_cannot_be_used_is_refused() {
        for (schema, why) in [
            (json!({"type": "strng"}), "strng"),
            (json!({"pattern": "("}), "("),
            (json!({"pattern": "(a{1000}){1000}"}), ""),
            (json!({"$ref": "https://example.com/x.json"}), "example.com"),
            (json!({"$ref": "other.json"}), "other.json"),
            (json!({"$ref": "#/$defs/nothing"}), "nothing"),
            (json!({"$ref": "#"}), "leads back to itself"),
            (json!({"allOf": [{"anyOf": [{"$ref": "#"}]}]}), "leads back to itself"),
            (json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}}), "itself"),
            (json!({"$dynamicRef": "#x"}), "no place in the same schema"),
        ] {
            let error = Custom::new(schema.clone()).err().unwrap_or_else(|| panic!("{schema}"));
            assert!(error.contains(why) && !error.is_empty(), "{schema}: {error}");
        }
        let nested = json!({"properties": {"next": {"$ref": "#"}}, "type": "object"});
        assert_eq!(said(nested, "{next: {next: {}}}"), []);
    }
}
