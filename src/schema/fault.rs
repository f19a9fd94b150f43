//! The validator's errors as what they say of a document, in our own terms.
//!
//! An error of `anyOf` or `oneOf` stands for all branches that failed; it is
//! reduced to the branch that the author most likely meant.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value as Json;

use crate::pointer::{Pointer, Step};

/// One place where a document departs from its schema.
#[derive(Clone, Debug)]
pub(super) struct Violation {
    /// The way to the node; to the mapping where a key is missing or unknown.
    pub(super) pointer: Pointer,
    /// The way through the schema to the keyword that failed, `$ref` included.
    pub(super) way: String,
    /// What is wrong.
    pub(super) fault: Fault,
}

/// What is wrong with a node. The order is that of precedence: of several faults
/// of one value the first is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// A key that must be there is not.
    Missing(String),
    /// A key that the schema does not know.
    Unknown(String),
    /// A value of another type.
    Type,
    /// A value that is none of these.
    Enum(Vec<String>),
    /// A value that is not this one.
    Const(String),
    /// A string of another form.
    Form,
    /// A string without a character.
    Blank,
    /// A number below this.
    Low(String),
    /// A number above this.
    High(String),
    /// A list with fewer items.
    Few(u64),
    /// A list with more items.
    Many(u64),
    /// Anything else.
    Other,
}

/// Reads one error into `out`: one violation, or several of a union's branch or
/// of a mapping with several unknown keys.
pub(super) fn read(error: &ValidationError<'_>, out: &mut Vec<Violation>) {
    let pointer = Pointer::from_json_pointer(error.instance_path().as_str());
    let way = error.evaluation_path().as_str().to_owned();
    let fault = match error.kind() {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            out.extend(nearest(Violation { pointer, way, fault: Fault::Other }, context));
            return;
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            out.extend(unexpected.iter().map(|key| Violation {
                pointer: pointer.clone(),
                way: way.clone(),
                fault: Fault::Unknown(key.clone()),
            }));
            return;
        }
        Kind::Required { property } => Fault::Missing(plain(property)),
        Kind::Type { .. } => Fault::Type,
        Kind::Enum { options } => Fault::Enum(options.as_array().into_iter().flatten().map(plain).collect()),
        Kind::Constant { expected_value } => Fault::Const(plain(expected_value)),
        Kind::Pattern { .. } | Kind::Format { .. } => Fault::Form,
        Kind::MinLength { .. } => Fault::Blank,
        Kind::Minimum { limit } => Fault::Low(plain(limit)),
        Kind::Maximum { limit } => Fault::High(plain(limit)),
        Kind::MinItems { limit } => Fault::Few(*limit),
        Kind::MaxItems { limit } => Fault::Many(*limit),
        _ => Fault::Other,
    };
    out.push(Violation { pointer, way, fault });
}

/// A value of a schema without quotes.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The violations of the branch that the author most likely meant: one that is
/// not for another type or another `type:`/`kind:`, with the fewest faults, the
/// deepest of them. Where every branch fails at the union itself, the union
/// speaks.
fn nearest(union: Violation, branches: &[Vec<ValidationError<'static>>]) -> Vec<Violation> {
    let own = union.pointer.0.len();
    let read_branch = |errors: &Vec<ValidationError<'static>>| {
        let mut violations = Vec::new();
        for error in errors {
            read(error, &mut violations);
        }
        violations
    };
    let best = branches.iter().map(read_branch).min_by_key(|violations| {
        let other = violations.iter().any(|one| is_other_branch(one, own));
        let depth = violations.iter().map(|one| one.pointer.0.len()).max();
        (other, violations.len(), Reverse(depth))
    });
    match best {
        Some(violations) if violations.iter().any(|one| !is_own(one, own)) => violations,
        _ => vec![union],
    }
}

/// Whether a violation is of the union's value itself, not of something in it.
fn is_own(violation: &Violation, depth: usize) -> bool {
    violation.pointer.0.len() == depth && !matches!(violation.fault, Fault::Missing(_) | Fault::Unknown(_))
}

/// Whether a violation shows that a branch is meant for another value: another
/// type, or another word under the key that tells the branches apart.
fn is_other_branch(violation: &Violation, depth: usize) -> bool {
    let tells_apart = |step: Option<&Step>| matches!(step, Some(Step::Key(key)) if key == "type" || key == "kind");
    match violation.fault {
        Fault::Type => violation.pointer.0.len() == depth,
        Fault::Const(_) | Fault::Enum(_) => {
            violation.pointer.0.len() == depth + 1 && tells_apart(violation.pointer.0.last())
        }
        _ => false,
    }
}

/// One violation for each value, the most telling, and one for each missing or
/// unknown key.
pub(super) fn distinct(mut violations: Vec<Violation>) -> Vec<Violation> {
    violations.sort_by(|a, b| (&a.pointer, &a.fault).cmp(&(&b.pointer, &b.fault)));
    let mut seen = BTreeSet::new();
    violations.retain(|one| {
        let slot = match &one.fault {
            Fault::Missing(key) => Some((0, key.clone())),
            Fault::Unknown(key) => Some((1, key.clone())),
            _ => None,
        };
        seen.insert((one.pointer.clone(), slot))
    });
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(schema: &Json, document: &Json) -> Vec<(String, Fault)> {
        let validator = jsonschema::draft202012::new(schema).unwrap();
        let mut violations = Vec::new();
        for error in validator.iter_errors(document) {
            read(&error, &mut violations);
        }
        distinct(violations).into_iter().map(|one| (one.pointer.to_json_pointer(), one.fault)).collect()
    }

    #[test]
    fn a_union_is_reduced_to_the_branch_that_was_meant() {
        let tagged = |tag: &str, key: &str| json!({"properties": {"kind": {"const": tag}}, "required": ["kind", key]});
        let schema = json!({"anyOf": [{"type": "string"}, tagged("a", "x"), tagged("b", "y")]});
        assert_eq!(faults(&schema, &json!({"kind": "b"})), [(String::new(), Fault::Missing("y".into()))]);
        assert_eq!(faults(&schema, &json!({"kind": "a"})), [(String::new(), Fault::Missing("x".into()))]);
    }

    #[test]
    fn a_union_speaks_where_no_branch_comes_near() {
        let schema = json!({"anyOf": [{"format": "date"}, {"type": "number"}]});
        assert_eq!(
            faults(&json!({"oneOf": [{"type": "string"}, {"type": "number"}]}), &json!([])),
            [(String::new(), Fault::Other)]
        );
        assert_eq!(faults(&schema, &json!(1)), []);
    }

    #[test]
    fn the_most_telling_fault_of_a_value_is_told() {
        let schema = json!({"type": "string", "enum": ["a"], "minLength": 3});
        assert_eq!(faults(&schema, &json!(1)), [(String::new(), Fault::Type)]);
        assert_eq!(faults(&schema, &json!("b")), [(String::new(), Fault::Enum(vec!["a".into()]))]);
    }
}
