//! What a schema says of the place at which a document departs from it.
//!
//! The validator names the way through the schema to the keyword that failed;
//! this walks it again, through every `$ref`, and gathers the annotations.

use serde_json::Value as Json;

/// The rule whose finding an error under a schema is.
const RULE: &str = "x-weighbridge-rule";

/// What should stand at a place, as a noun phrase.
const EXPECTED: &str = "x-weighbridge-expected";

/// What to say where a value of some type stands there instead, by the name of
/// that type.
const FOUND: &str = "x-weighbridge-found";

/// What a schema says of a place.
#[derive(Debug)]
pub(super) struct Trail<'s> {
    /// The rule whose finding it is.
    pub(super) rule: &'s str,
    /// The schema with the keyword that failed.
    pub(super) schema: &'s Json,
    /// What should stand there.
    pub(super) expected: Option<&'s str>,
    /// What to say where something else stands there, by type.
    found: Option<&'s Json>,
    /// Whether the mapping that the value is in must have it.
    pub(super) required: bool,
    root: &'s Json,
}

impl<'s> Trail<'s> {
    /// Follows `way`, a JSON Pointer that ends at the keyword that failed.
    pub(super) fn walk(root: &'s Json, way: &str, default_rule: &'s str) -> Self {
        let mut trail = Self { rule: default_rule, schema: root, expected: None, found: None, required: false, root };
        trail.arrive(root);
        let steps: Vec<String> =
            way.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        let mut steps = steps.iter().map(String::as_str).peekable();
        while let Some(step) = steps.next() {
            if steps.peek().is_none() {
                break;
            }
            let next = match step {
                "$ref" => trail.schema.get(step).and_then(|to| resolve(root, to)),
                "properties" | "patternProperties" => {
                    let name = steps.next().unwrap_or("");
                    let required = trail.schema.get("required").and_then(Json::as_array);
                    let required = required.is_some_and(|keys| keys.iter().any(|key| key == name));
                    trail.descend(required);
                    trail.schema.get(step).and_then(|table| table.get(name))
                }
                "items" | "additionalProperties" => {
                    trail.descend(false);
                    trail.schema.get(step)
                }
                _ => match trail.schema.get(step) {
                    Some(Json::Array(branches)) => {
                        steps.next().and_then(|index| branches.get(index.parse::<usize>().ok()?))
                    }
                    next => next,
                },
            };
            let Some(next) = next else { break };
            trail.arrive(next);
        }
        trail
    }

    /// Leaves the value behind: what was said of it does not hold further down.
    fn descend(&mut self, required: bool) {
        (self.expected, self.found, self.required) = (None, None, required);
    }

    fn arrive(&mut self, schema: &'s Json) {
        self.schema = schema;
        self.rule = schema.get(RULE).and_then(Json::as_str).unwrap_or(self.rule);
        self.expected = self.expected.or_else(|| schema.get(EXPECTED).and_then(Json::as_str));
        self.found = self.found.or_else(|| schema.get(FOUND));
    }

    /// What to say where a value of that type stands there.
    pub(super) fn found(&self, type_name: &str) -> Option<&'s str> {
        self.found?.get(type_name)?.as_str()
    }

    /// The keys that the schema knows.
    pub(super) fn known_keys(&self) -> impl Iterator<Item = &'s str> {
        keys(self.schema)
    }

    /// What the schema says of one of its keys.
    pub(super) fn describe(&self, key: &str) -> Option<&'s str> {
        let property = self.schema.get("properties")?.get(key)?;
        let described = property.get("description").and_then(Json::as_str);
        described.or_else(|| resolve(self.root, property.get("$ref")?)?.get("description")?.as_str())
    }
}

/// The keys that a schema knows.
pub(super) fn keys(schema: &Json) -> impl Iterator<Item = &str> {
    schema.get("properties").and_then(Json::as_object).into_iter().flat_map(|table| table.keys().map(String::as_str))
}

/// The schema that a `$ref` within the same document names.
pub(super) fn resolve<'s>(root: &'s Json, to: &Json) -> Option<&'s Json> {
    root.pointer(to.as_str()?.strip_prefix('#')?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn annotations_are_found_through_references_and_do_not_leak_downwards() {
        let schema = json!({
            "x-weighbridge-rule": "a/outer",
            "required": ["list"],
            "properties": {"list": {
                "x-weighbridge-rule": "a/inner",
                "x-weighbridge-expected": "a list of names",
                "items": {"$ref": "#/$defs/name"},
            }},
            "$defs": {"name": {"type": "string", "x-weighbridge-expected": "a name", "description": "Says who."}},
        });
        let trail = Trail::walk(&schema, "/properties/list/type", "a/default");
        assert_eq!((trail.rule, trail.expected, trail.required), ("a/inner", Some("a list of names"), true));
        let trail = Trail::walk(&schema, "/properties/list/items/$ref/type", "a/default");
        assert_eq!((trail.rule, trail.expected, trail.required), ("a/inner", Some("a name"), false));
        let trail = Trail::walk(&schema, "/required", "a/default");
        assert_eq!((trail.rule, trail.expected), ("a/outer", None));
        assert_eq!(trail.known_keys().collect::<Vec<_>>(), ["list"]);
    }
}
