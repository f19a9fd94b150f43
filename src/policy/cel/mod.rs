//! `cel:`: a bounded escape hatch for what the typed checks cannot say.
//!
//! An expression of the Common Expression Language that must be true. It sees the
//! roots of selectors (`doc`, `facts`, `data`, `link.<name>`), the names that `let`,
//! `each` and `where` give, and `now`, the start of the day of the run. Whole numbers
//! are bound as `int`, and nothing is coerced.
//!
//! Everything about an expression is bounded: its length, its nesting, its
//! comprehensions, the steps that they take, and what is bound to it. `check.rs` reads
//! it once, when the policy is loaded, and knows then which places of a document it
//! reads; so no more than those is bound, a key that is missing is a finding at the deepest node that is there, and
//! an expression that is false shows what it read.
//!
//! A comprehension over a mapping takes its keys in alphabetical order.
//!
//! An `all` over a list holds of an empty one, which no clause of ours does; it has to
//! stand beside the `size` of that list.

mod bind;
mod check;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cel::{Context, ExecutionError, IdedExpr, Value};

use super::judge::{Failure, Stand};
use super::lookup::{Found, Miss, Scope, Why};
use super::select::Selector;
use crate::finding::Label;
use crate::text::quote;

use bind::Extent;
pub(super) use check::compile;

/// An expression, read and checked.
#[derive(Debug)]
pub(super) struct Cel {
    /// As it is written.
    source: String,
    /// With a count of the steps in every comprehension.
    expression: IdedExpr,
    /// The variables that it names; without `now`.
    variables: Vec<Input>,
    /// Whether it names `now`.
    now: bool,
    /// The places that it reads, the longest ways.
    reads: Vec<Selector>,
}

/// A variable of an expression.
#[derive(Debug)]
struct Input {
    /// Its name.
    variable: Variable,
    /// What it stands for.
    at: Selector,
    /// How much of that is read, and so bound.
    extent: Extent,
}

/// How a variable is called in the expression.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Variable {
    /// By its name alone.
    Plain(String),
    /// As an entry of `link`.
    Link(String),
}

/// The function that counts steps; no expression can be written with this name.
const TICK: &str = "@tick";

/// The function that puts the keys of a mapping in order; likewise.
const IN_ORDER: &str = "@in_order";

/// The most steps that the comprehensions of one expression take.
const STEPS: u32 = 10_000;

/// The most places that an expression shows.
const SHOWN: usize = 4;

impl Cel {
    /// The names of the links that it reads.
    pub(super) fn links(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().filter_map(|input| match &input.variable {
            Variable::Link(name) => Some(name.as_str()),
            Variable::Plain(_) => None,
        })
    }

    /// Whether the expression is true.
    pub(super) fn judge<'a>(&'a self, scope: &Scope<'a>) -> Stand<'a> {
        let steps = Arc::new(AtomicU32::new(0));
        let context = match self.context(scope, &steps) {
            Ok(context) => context,
            Err(failure) => return Stand::Fails(vec![*failure]),
        };
        let result = Value::resolve(&self.expression, &context);
        if steps.load(Ordering::Relaxed) > STEPS {
            let reason = format!("`{}` takes more than {STEPS} steps", self.shown());
            return Stand::Fails(vec![Failure { undecided: true, ..Failure::hit(scope.root(), reason) }]);
        }
        match result {
            Ok(Value::Bool(true)) => Stand::Holds(None),
            Ok(Value::Bool(false)) => Stand::Fails(vec![self.read(scope, format!("`{}` is false", self.shown()))]),
            Ok(other) => {
                let reason = format!("`{}` gives a {}, not true or false", self.shown(), type_name(&other));
                Stand::Fails(vec![Failure { undecided: true, ..self.read(scope, reason) }])
            }
            Err(error) => Stand::Fails(vec![self.broken(scope, &error)]),
        }
    }

    fn context<'a>(
        &'a self,
        scope: &Scope<'a>,
        steps: &Arc<AtomicU32>,
    ) -> Result<Context<'static, 'static>, Box<Failure<'a>>> {
        let mut context = Context::with_env(Arc::clone(check::environment()));
        let counter = Arc::clone(steps);
        let tick = move || counter.fetch_add(1, Ordering::Relaxed) < STEPS;
        let unbound = |_| Box::new(Failure::hit(scope.root(), "the expression cannot be evaluated"));
        context.add_function(TICK, tick).map_err(unbound)?;
        context.add_function(IN_ORDER, bind::in_order).map_err(unbound)?;
        let mut binder = bind::Binder::new(scope);
        let mut links = Vec::new();
        for Input { variable, at, extent } in &self.variables {
            let found = scope.find(at);
            if let Some(miss) = lost(&found) {
                return Err(Box::new(Failure::miss(miss)));
            }
            let Some(value) = binder.found(&found, extent) else {
                let reason = format!("`{}` is too large for an expression", at.text);
                return Err(Box::new(Failure { undecided: true, ..Failure::hit(scope.root(), reason) }));
            };
            match variable {
                Variable::Plain(name) => context.add_variable_from_value(name.as_str(), value),
                Variable::Link(name) => links.push((name.clone(), value)),
            }
        }
        if !links.is_empty() {
            context.add_variable_from_value("link", bind::map(links));
        }
        if self.now
            && let Some(now) = bind::start_of(scope.as_of)
        {
            context.add_variable_from_value("now", now);
        }
        Ok(context)
    }

    fn shown(&self) -> String {
        quote(&self.source)
    }

    /// A failure at the first place that was read; the others are shown beside it.
    fn read<'a>(&'a self, scope: &Scope<'a>, reason: String) -> Failure<'a> {
        let mut hits = self.reads.iter().flat_map(|read| scope.find(read).hits).take(SHOWN + 1);
        let first = hits.next().unwrap_or_else(|| scope.root());
        let own = first.span();
        let label = |hit: super::lookup::Hit<'a>| {
            let text = format!("`{}` here", super::message::value(hit.node));
            Label { span: hit.span(), text }
        };
        let mut related: Vec<Label> = Vec::new();
        for label in hits.map(label).filter(|label| label.span != own) {
            if !related.iter().any(|known| known.span == label.span) {
                related.push(label);
            }
        }
        Failure { related, ..Failure::hit(first, reason) }
    }

    /// An expression that cannot be evaluated: the key that is missing, or whatever is
    /// missing of what it reads, or what the evaluation says.
    fn broken<'a>(&'a self, scope: &Scope<'a>, error: &ExecutionError) -> Failure<'a> {
        let misses: Vec<Miss<'a>> = self.reads.iter().flat_map(|read| scope.find(read).misses).collect();
        let wanted = if let ExecutionError::NoSuchKey(key) = error { Some(key.as_str()) } else { None };
        let named = misses.iter().find(|miss| matches!(miss.why, Why::Key(key) if Some(key) == wanted));
        if let Some(miss) = named.or(misses.first()) {
            return Failure::miss(miss.clone());
        }
        let why = match error {
            ExecutionError::NoSuchKey(key) => format!("missing `{}`", quote(key)),
            ExecutionError::NoSuchOverload(error) => {
                let name = error.function().replace(['_', '@'], "");
                format!("`{}` does not take {}", quote(&name), error.argument_types().join(" and "))
            }
            ExecutionError::ValuesNotComparable(..) => "values of two types cannot be compared".to_owned(),
            ExecutionError::IndexOutOfBounds(_) => "a list has no such item".to_owned(),
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "a division by zero".to_owned(),
            ExecutionError::FunctionError { function, message } => {
                format!("`{}`: {}", quote(function), quote(message))
            }
            _ => "a value is of another type than it needs".to_owned(),
        };
        let reason = format!("`{}` cannot be evaluated: {why}", self.shown());
        Failure { undecided: true, ..self.read(scope, reason) }
    }
}

/// What a value is, as messages name it.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::List(_) => "list",
        Value::Map(_) => "mapping",
        _ => "value of another type",
    }
}

/// What keeps a variable from being bound: nothing that it could be.
fn lost<'a>(found: &Found<'a>) -> Option<Miss<'a>> {
    let dangling = found.misses.iter().find(|miss| !miss.is_absence());
    dangling.or(found.misses.first().filter(|_| found.hits.is_empty())).cloned()
}

#[cfg(test)]
mod tests;
