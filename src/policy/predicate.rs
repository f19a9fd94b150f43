//! Checks of one value. There is no coercion: `1` is not `"1"`, `"0.02"` is not
//! a number, and a number that is not finite passes no bound.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::{Regex, bytes};

use super::date;
use super::lookup::{Hit, Hits, Miss, Origin, Scope};
use super::message::value;
use super::model::{Bound, Check, FixedList, Listed, Operand, Type};
use super::pattern::Pattern;
use super::select::Selector;
use super::vocab::people;
use crate::finding::Label;
use crate::parse::{Entry, Node, Scalar, ScalarKind, Value};
use crate::text::{contains_token, count, quote};

/// The most words that a message lists.
const LISTED: usize = 8;

/// What stands where somebody meant to write something.
const PLACEHOLDER: &str = concat!(
    r"(?i)^\W*(tbd|todo|tba|fixme|n/?a|none|unknown|x{3,}|lorem ipsum.*|more information needed.*",
    r"|<[^>]*>|\{\{.*\}\}|change[-_ ]?me",
    r"|@?(your|example|some)[-_ ]?(team|name|org|owner|email|model|handle).*|@(owner|team|user))\W*$"
);

/// The same of ASCII alone, as most texts are: it knows the letters of no other script, and is
/// built in a small part of the time.
static PLACEHOLDER_IN_ASCII: LazyLock<Option<bytes::Regex>> =
    LazyLock::new(|| bytes::RegexBuilder::new(PLACEHOLDER).unicode(false).build().ok());

static PLACEHOLDER_IN_ANY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PLACEHOLDER).ok());

/// Why a check fails.
#[derive(Debug)]
pub(super) enum Fault<'a> {
    /// The value is wrong.
    Wrong(String, Vec<Label>),
    /// The value is right today and will not be for long: a warning at most.
    Soon(String),
    /// The value that it is to be compared with is missing.
    Missing(Miss<'a>),
}

/// The result of one check.
pub(super) type Checked<'a> = Result<(), Fault<'a>>;

/// A value that is wrong, without other places.
pub(super) fn wrong<'a>(reason: impl Into<String>) -> Fault<'a> {
    Fault::Wrong(reason.into(), Vec::new())
}

/// Whether one check holds of one value.
pub(super) fn check<'a>(check: &'a Check, hit: &Hit<'a>, scope: &Scope<'a>) -> Checked<'a> {
    let node = hit.node;
    match quick(check, node).filter(|holds| *holds || !scope.explain.get()) {
        Some(true) => return Ok(()),
        Some(false) => return Err(wrong(String::new())),
        None => {}
    }
    match check {
        Check::Type(wanted) => is_type(node, *wanted),
        Check::Equals(operand) => equals(node, operand, scope, true),
        Check::NotEquals(operand) => equals(node, operand, scope, false),
        Check::In(list) => listed(node, list, scope, true),
        Check::NotIn(list) => listed(node, list, scope, false),
        Check::Match(regex) => matches(node, regex, true),
        Check::NotMatch(regex) => matches(node, regex, false),
        Check::Bound(bound, limit) => within(node, *bound, *limit),
        Check::MinLength(min) => length(node, |n| n >= *min, "at least", *min),
        Check::MaxLength(max) => length(node, |n| n <= *max, "at most", *max),
        Check::MinWords(min) => words(node, *min),
        Check::NotPlaceholder => filled(node),
        Check::ContainsToken(operand) => token(node, operand, scope),
        Check::Date(checks) => date::all(checks, node, scope),
        Check::File(file) => file.check(hit, scope),
        Check::Link(link) => link.check(hit, scope),
        Check::Spdx(spdx) => spdx.check(hit, scope),
        Check::Owns(covers) => people::owns(covers, hit, scope),
        Check::Distinct(from) => people::distinct(from, hit, scope),
    }
}

/// The common checks without a reason: conditions fail all the time, and nobody
/// asks them why.
fn quick(check: &Check, node: &Node) -> Option<bool> {
    match check {
        Check::Type(wanted) => Some(has_type(node, *wanted)),
        Check::Equals(Operand::Literal(literal)) => Some(node.scalar().is_some_and(|own| same_scalar(own, literal))),
        Check::NotEquals(Operand::Literal(literal)) => {
            Some(!node.scalar().is_some_and(|own| same_scalar(own, literal)))
        }
        Check::In(Listed::Fixed(list)) => node.scalar().map(|scalar| list.holds(scalar)),
        Check::NotIn(Listed::Fixed(list)) => node.scalar().map(|scalar| !list.holds(scalar)),
        _ => None,
    }
}

/// A value of another type than the check is for.
pub(super) fn mismatch<'a>(wanted: &str, node: &Node) -> Fault<'a> {
    let shown = node.text().map_or_else(String::new, |text| format!(" `{}`", quote(text)));
    wrong(format!("expected {wanted}, found {}{shown}", node.type_name()))
}

pub(super) fn string(node: &Node) -> Result<&str, Fault<'static>> {
    node.as_str().ok_or_else(|| mismatch("string", node))
}

fn has_type(node: &Node, wanted: Type) -> bool {
    let kind = node.scalar().map(|scalar| scalar.kind);
    match wanted {
        Type::String => kind == Some(ScalarKind::String),
        Type::Number => node.as_f64().is_some(),
        Type::Integer => matches!(kind, Some(ScalarKind::Int(_))),
        Type::Boolean => node.as_bool().is_some(),
        Type::List => node.is_seq(),
        Type::Mapping => node.is_map(),
    }
}

fn is_type<'a>(node: &Node, wanted: Type) -> Checked<'a> {
    let name = match wanted {
        Type::String => "string",
        Type::Number => "number",
        Type::Integer => "whole number",
        Type::Boolean => "boolean",
        Type::List => "list",
        Type::Mapping => "mapping",
    };
    if has_type(node, wanted) { Ok(()) } else { Err(mismatch(name, node)) }
}

fn equals<'a>(node: &Node, operand: &'a Operand, scope: &Scope<'a>, wanted: bool) -> Checked<'a> {
    match operand {
        Operand::Literal(literal) => {
            if node.scalar().is_some_and(|own| same_scalar(own, literal)) == wanted {
                return Ok(());
            }
            let (own, other) = (value(node), quote(&literal.text));
            Err(wrong(match (wanted, own == other) {
                (false, _) => format!("`{own}` is not allowed here"),
                (true, true) => types_differ(&own),
                (true, false) => format!("`{own}` is not `{other}`"),
            }))
        }
        Operand::At(selector) => {
            for other in others(selector, scope)? {
                if equal(node, other.node) != wanted {
                    return Err(compared(node, &other, wanted));
                }
            }
            Ok(())
        }
    }
}

/// The nodes on the other side of a comparison; at least one.
pub(super) fn others<'a>(selector: &'a Selector, scope: &Scope<'a>) -> Result<Hits<'a>, Fault<'a>> {
    let found = scope.find(selector);
    match found.misses.into_iter().next() {
        Some(miss) => Err(Fault::Missing(miss)),
        None => Ok(found.hits),
    }
}

/// Two values that should be alike and are not, or the other way round; the
/// other side is shown too.
pub(super) fn compared<'a>(node: &Node, other: &Hit<'a>, wanted: bool) -> Fault<'a> {
    let (own, theirs) = (value(node), value(other.node));
    let reason = match (wanted, own == theirs) {
        (false, _) => format!("`{own}` must differ from `{}`", other.name()),
        (true, true) if node.scalar().is_some() => types_differ(&own),
        (true, _) => format!("`{own}` differs from `{theirs}`"),
    };
    Fault::Wrong(reason, beside(other, &theirs))
}

/// The other side of a comparison, to be shown as well. What a pack lists stands in no document.
pub(super) fn beside(other: &Hit<'_>, name: &str) -> Vec<Label> {
    let label = Label { span: other.span(), text: format!("`{name}` here") };
    Some(label).filter(|_| other.origin != Origin::Data).into_iter().collect()
}

fn types_differ(shown: &str) -> String {
    format!("`{shown}` is text on one side and a number or boolean on the other; put it in quotes on both")
}

/// Equality of scalars: strings by text, numbers by value, never across types.
fn same_scalar(a: &Scalar, b: &Scalar) -> bool {
    match (a.kind, b.kind) {
        (ScalarKind::String, ScalarKind::String) => a.text == b.text,
        (ScalarKind::Bool(a), ScalarKind::Bool(b)) => a == b,
        (ScalarKind::Int(a), ScalarKind::Int(b)) => a == b,
        (ScalarKind::Null, ScalarKind::Null) => true,
        (a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) => a.partial_cmp(&b) == Some(Ordering::Equal),
            _ => false,
        },
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers are compared as doubles, as in JSON")]
fn number(kind: ScalarKind) -> Option<f64> {
    match kind {
        ScalarKind::Int(value) => Some(value as f64),
        ScalarKind::Float(value) => Some(value),
        _ => None,
    }
}

/// Equality of trees; the order of keys does not matter.
pub(super) fn equal(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar(a), Value::Scalar(b)) => same_scalar(a, b),
        (Value::Seq(a), Value::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let sorted = |entries: &[Entry]| {
                let mut order: Vec<usize> = (0..entries.len()).collect();
                order.sort_by(|a, b| entries.get(*a).map(|e| &e.key).cmp(&entries.get(*b).map(|e| &e.key)));
                order
            };
            let pair = |(i, j): (usize, usize)| {
                matches!((a.get(i), b.get(j)),
                (Some(a), Some(b)) if a.key == b.key && equal(&a.value, &b.value))
            };
            a.len() == b.len() && sorted(a).into_iter().zip(sorted(b)).all(pair)
        }
        _ => false,
    }
}

fn listed<'a>(node: &Node, list: &'a Listed, scope: &Scope<'a>, wanted: bool) -> Checked<'a> {
    let Some(scalar) = node.scalar() else { return Err(mismatch("single value", node)) };
    match list {
        Listed::Fixed(list) if list.holds(scalar) == wanted => Ok(()),
        Listed::Fixed(list) => Err(wrong(list.reason(node, wanted, scope))),
        Listed::At(selector) => {
            let found = others(selector, scope)?;
            let items: Vec<&Node> = found.iter().flat_map(|hit| hit.node.one_or_many()).collect();
            if items.iter().any(|item| equal(node, item)) == wanted {
                return Ok(());
            }
            let words = items.iter().filter_map(|item| item.text());
            let name = selector.last_key().unwrap_or("list");
            let own = value(node);
            let reason = if wanted {
                format!("`{own}` is not in `{name}`{}", scope.hint(&own, words))
            } else {
                format!("`{own}` is in `{name}`")
            };
            Err(Fault::Wrong(reason, found.first().map(|hit| beside(hit, name)).unwrap_or_default()))
        }
    }
}

impl FixedList {
    fn holds(&self, scalar: &Scalar) -> bool {
        match scalar.kind {
            ScalarKind::String => self.strings.contains(&scalar.text),
            _ => self.others.iter().any(|other| same_scalar(other, scalar)),
        }
    }

    fn reason(&self, node: &Node, wanted: bool, scope: &Scope<'_>) -> String {
        let own = value(node);
        if !wanted {
            return if self.name.is_empty() {
                format!("`{own}` is not allowed here")
            } else {
                format!("`{own}` is not allowed here: it is among the {}", self.name)
            };
        }
        let hint = scope.hint(&own, self.words.iter().map(|word| &**word));
        if !self.name.is_empty() {
            return format!("`{own}` is not one of the {}{hint}", self.name);
        }
        let all = self.words.iter().map(|word| &**word).chain(self.others.iter().map(|other| &*other.text));
        let mut shown: Vec<String> = all.map(|word| format!("`{}`", quote(word))).collect();
        if shown.len() > LISTED {
            shown.truncate(LISTED);
            shown.push("…".to_owned());
        }
        format!("`{own}` is not one of {}{hint}", shown.join(", "))
    }
}

fn matches<'a>(node: &Node, pattern: &Pattern, wanted: bool) -> Checked<'a> {
    let text = string(node)?;
    let Some(regex) = pattern.regex() else {
        return Err(wrong(format!("the expression `{}` of this rule cannot be used", pattern.as_str())));
    };
    if regex.is_match(text) == wanted {
        return Ok(());
    }
    let (own, form) = (quote(text), pattern.as_str());
    Err(wrong(if wanted {
        format!("`{own}` does not have the form `{form}`")
    } else {
        format!("`{own}` has the form `{form}`, which is not allowed here")
    }))
}

/// A number that is finite.
pub(super) fn finite<'a>(node: &Node) -> Result<f64, Fault<'a>> {
    let number = node.as_f64().ok_or_else(|| mismatch("number", node))?;
    if number.is_finite() { Ok(number) } else { Err(wrong(format!("`{}` is not a finite number", value(node)))) }
}

fn within<'a>(node: &Node, bound: Bound, limit: f64) -> Checked<'a> {
    let number = finite(node)?;
    let (right, words) = match bound {
        Bound::Min => (number >= limit, "is less than"),
        Bound::Max => (number <= limit, "is more than"),
        Bound::Gt => (number > limit, "is not more than"),
        Bound::Lt => (number < limit, "is not less than"),
    };
    if right { Ok(()) } else { Err(wrong(format!("`{}` {words} {limit}", value(node)))) }
}

fn length<'a>(node: &Node, right: impl Fn(usize) -> bool, words: &str, limit: usize) -> Checked<'a> {
    let text = string(node)?;
    let n = text.chars().count();
    if right(n) {
        return Ok(());
    }
    let own = quote(text);
    Err(wrong(format!("`{own}` has {}, {words} {limit} expected", count(n, "character"))))
}

fn words<'a>(node: &Node, min: usize) -> Checked<'a> {
    let n = string(node)?.split_whitespace().count();
    if n >= min { Ok(()) } else { Err(wrong(format!("{}, at least {min} expected", count(n, "word")))) }
}

/// Whether a text is neither blank nor a placeholder.
pub(super) fn says_something(text: &str) -> bool {
    !text.trim().is_empty() && !is_placeholder(text)
}

fn is_placeholder(text: &str) -> bool {
    if text.is_ascii() {
        PLACEHOLDER_IN_ASCII.as_ref().is_some_and(|regex| regex.is_match(text.as_bytes()))
    } else {
        PLACEHOLDER_IN_ANY.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

fn filled<'a>(node: &Node) -> Checked<'a> {
    let Some(text) = node.as_str() else { return Ok(()) };
    if text.trim().is_empty() {
        return Err(wrong("it is blank"));
    }
    if is_placeholder(text) { Err(wrong(format!("`{}` is a placeholder", quote(text)))) } else { Ok(()) }
}

fn token<'a>(node: &Node, operand: &'a Operand, scope: &Scope<'a>) -> Checked<'a> {
    let text = string(node)?;
    let missing = |needle: &str| format!("no `{}` in `{}`", quote(needle), quote(text));
    match operand {
        Operand::Literal(literal) if contains_token(text, &literal.text) => Ok(()),
        Operand::Literal(literal) => Err(wrong(missing(&literal.text))),
        Operand::At(selector) => {
            for other in others(selector, scope)? {
                let needle = string(other.node)?;
                if !contains_token(text, needle) {
                    let label = Label { span: other.span(), text: format!("`{}` here", quote(needle)) };
                    return Err(Fault::Wrong(missing(needle), vec![label]));
                }
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_one_in_any_alphabet() {
        for text in ["TBD", " - todo.", "<name>", "{{ owner }}", "@your-team", "n/a", "xxx", "Lorem ipsum dolor"] {
            let beside = |mark: &str| format!("{mark} {text} {mark}");
            assert!(is_placeholder(text) && is_placeholder(&beside("–")), "{text}");
            assert!(!is_placeholder(&beside("a")) && !is_placeholder(&beside("é")), "{text}");
        }
    }
}
