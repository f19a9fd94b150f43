//! Compiling checks: what `is` may hold.
//!
//! A new check is a word in [`CHECKS`] with an arm in `Compiler::check`, an arm of
//! [`Check`], and an arm in `predicate.rs`.

use std::sync::Arc;

use super::clause::Compiler;
use crate::parse::{Node, ScalarKind};
use crate::policy::fields::{Fields, Text, unknown};
use crate::policy::model::{Bound, Check, DateCheck, FixedList, Listed, Operand, Type};
use crate::policy::pattern::Pattern;
use crate::policy::select::{Root, Segment, Selector};
use crate::source::Span;

/// Keys of `is`.
pub(super) const CHECKS: &[&str] = &[
    "type",
    "equals",
    "not_equals",
    "in",
    "not_in",
    "match",
    "not_match",
    "min",
    "max",
    "gt",
    "lt",
    "min_length",
    "max_length",
    "min_words",
    "placeholder",
    "contains_token",
    "date",
];

/// Keys of `date`.
const DATES: &[&str] =
    &["not_future", "not_past", "max_age", "warn_within", "before", "after", "not_before", "not_after"];

impl Compiler<'_> {
    /// One check of `is`.
    pub(super) fn check(&mut self, key: &str, span: Span, node: &Node) -> Option<Check> {
        match key {
            "type" => self.kind(node),
            "equals" => self.operand(node).map(Check::Equals),
            "not_equals" => self.operand(node).map(Check::NotEquals),
            "in" => self.listed(node).map(Check::In),
            "not_in" => self.listed(node).map(Check::NotIn),
            "match" => self.regex(node).map(Check::Match),
            "not_match" => self.regex(node).map(Check::NotMatch),
            "min" => self.number(key, node).map(|limit| Check::Bound(Bound::Min, limit)),
            "max" => self.number(key, node).map(|limit| Check::Bound(Bound::Max, limit)),
            "gt" => self.number(key, node).map(|limit| Check::Bound(Bound::Gt, limit)),
            "lt" => self.number(key, node).map(|limit| Check::Bound(Bound::Lt, limit)),
            "min_length" => self.size(key, node).map(Check::MinLength),
            "max_length" => self.size(key, node).map(Check::MaxLength),
            "min_words" => self.size(key, node).map(Check::MinWords),
            "placeholder" => self.fixed_flag(key, node, false).then_some(Check::NotPlaceholder),
            "contains_token" => self.operand(node).map(Check::ContainsToken),
            "date" => self.date(node),
            _ => {
                unknown("check", key, span, CHECKS, self.errors);
                None
            }
        }
    }

    fn kind(&mut self, node: &Node) -> Option<Check> {
        let kind = match node.as_str() {
            Some("string") => Type::String,
            Some("number") => Type::Number,
            Some("integer") => Type::Integer,
            Some("boolean") => Type::Boolean,
            Some("list") => Type::List,
            Some("mapping") => Type::Mapping,
            _ => {
                self.errors.add(node.span, "`type` is one of string, number, integer, boolean, list, mapping");
                return None;
            }
        };
        Some(Check::Type(kind))
    }

    /// A literal, or `{at: selector}`.
    fn operand(&mut self, node: &Node) -> Option<Operand> {
        if let Some(scalar) = node.scalar().filter(|scalar| scalar.kind != ScalarKind::Null) {
            return Some(Operand::Literal(scalar.clone()));
        }
        if !node.is_map() {
            self.errors.add(node.span, "write a value, or `{at: selector}` for that of another node");
            return None;
        }
        let fields = Fields::open(node, "value", &["at"], self.errors)?;
        self.required(&fields, "at").map(Operand::At)
    }

    fn listed(&mut self, node: &Node) -> Option<Listed> {
        if node.is_seq() {
            return Some(Listed::Fixed(fixed(String::new(), node.items().iter())));
        }
        let Some(text) = node.as_str().filter(|text| Selector::has_root(text, &self.names)) else {
            self.errors.add_help(
                node.span,
                "`in` takes a list, or a selector that begins with its root",
                "write `[a, b]`, or a list of the pack's data such as `data.names`",
            );
            return None;
        };
        let selector = self.selector(Text { text, span: node.span })?;
        let Some(nodes) = from_data(&selector, self.data) else { return Some(Listed::At(selector)) };
        let known = !nodes.is_empty();
        let name = selector.last_key().unwrap_or("").replace(['_', '-'], " ");
        let list = fixed(name, nodes.into_iter().flat_map(Node::one_or_many));
        if known && list.words.is_empty() && list.others.is_empty() {
            self.errors.add(node.span, format!("the list `{text}` is empty"));
        }
        Some(Listed::Fixed(list))
    }

    fn regex(&mut self, node: &Node) -> Option<Arc<Pattern>> {
        let Some(pattern) = node.as_str() else {
            self.errors.add(node.span, "a regular expression is a string");
            return None;
        };
        self.patterns.get(pattern, self.trusted).map_err(|why| self.errors.add(node.span, why)).ok()
    }

    fn number(&mut self, key: &str, node: &Node) -> Option<f64> {
        let number = node.as_f64().filter(|number| number.is_finite());
        if number.is_none() {
            self.errors.add(node.span, format!("`{key}` is a number"));
        }
        number
    }

    fn size(&mut self, key: &str, node: &Node) -> Option<usize> {
        let size = node.text().filter(|_| node.as_f64().is_some()).and_then(|text| text.parse().ok());
        if size.is_none() {
            self.errors.add(node.span, format!("`{key}` is a whole number from 0"));
        }
        size
    }

    /// A word that is only ever written with one value.
    pub(super) fn fixed_flag(&mut self, key: &str, node: &Node, value: bool) -> bool {
        let right = node.as_bool() == Some(value);
        if !right {
            self.errors.add(node.span, format!("`{key}` is always `{value}`; leave it out otherwise"));
        }
        right
    }

    fn date(&mut self, node: &Node) -> Option<Check> {
        Fields::open(node, "date", DATES, self.errors)?;
        let mut checks = Vec::new();
        for entry in node.entries() {
            let check = match &*entry.key {
                "not_future" => self.fixed_flag(&entry.key, &entry.value, true).then_some(DateCheck::NotFuture),
                "not_past" => self.fixed_flag(&entry.key, &entry.value, true).then_some(DateCheck::NotPast),
                "max_age" => self.days(&entry.value).map(DateCheck::MaxAge),
                "warn_within" => self.days(&entry.value).map(DateCheck::WarnWithin),
                "before" => self.operand(&entry.value).map(DateCheck::Before),
                "after" => self.operand(&entry.value).map(DateCheck::After),
                "not_before" => self.operand(&entry.value).map(DateCheck::NotBefore),
                "not_after" => self.operand(&entry.value).map(DateCheck::NotAfter),
                _ => None,
            };
            checks.extend(check);
        }
        Some(Check::Date(checks))
    }

    /// `30d`, `4w` or the same as ISO 8601: `P30D`, `P4W`.
    fn days(&mut self, node: &Node) -> Option<i32> {
        let text = node.as_str().map(str::to_ascii_lowercase).unwrap_or_default();
        let text = text.strip_prefix('p').unwrap_or(&text);
        let (number, factor) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
            (Some(days), _) => (days, 1),
            (_, Some(weeks)) => (weeks, 7),
            _ => ("", 1),
        };
        let days = number.parse::<u16>().ok().map(|number| i32::from(number) * factor);
        if days.is_none() {
            self.errors.add(node.span, "a duration is a number of days or weeks: `30d`, `P30D`, `4w`");
        }
        days
    }
}

/// The nodes of a selector into `data`, if keys and items are all that it names.
fn from_data<'d>(selector: &Selector, data: &'d Node) -> Option<Vec<&'d Node>> {
    if selector.root != Root::Data {
        return None;
    }
    let mut front = vec![data];
    for segment in &selector.segments {
        front = match segment {
            Segment::Key(key) => front.into_iter().filter_map(|node| node.get(key)).collect(),
            Segment::Each | Segment::OneOrMany => front.into_iter().flat_map(Node::one_or_many).collect(),
            Segment::Index(_) | Segment::Where(..) => return None,
        };
    }
    Some(front)
}

fn fixed<'n>(name: String, nodes: impl Iterator<Item = &'n Node>) -> FixedList {
    let mut list = FixedList { name, ..FixedList::default() };
    for scalar in nodes.filter_map(Node::scalar) {
        if scalar.kind == ScalarKind::String {
            list.words.push(scalar.text.clone());
            list.strings.insert(scalar.text.clone());
        } else {
            list.others.push(scalar.clone());
        }
    }
    list
}
