//! `compare`: one number is not worse than another by more than a margin.

use crate::finding::Label;
use crate::parse::{Node, Scalar, ScalarKind};
use crate::policy::judge::{Failure, Stand, faulty};
use crate::policy::lookup::{Hit, Scope};
use crate::policy::message::value;
use crate::policy::predicate::{Fault, finite, others, string, wrong};
use crate::policy::select::Selector;
use crate::text::quote;

/// Two numbers, and how far apart they may be.
#[derive(Debug)]
pub(in crate::policy) struct Compare {
    /// The number that is judged.
    pub(in crate::policy) left: Selector,
    /// The one that it is held against.
    pub(in crate::policy) right: Selector,
    /// Which way is better.
    pub(in crate::policy) direction: Direction,
    /// By how much it may be worse.
    pub(in crate::policy) margin: Margin,
}

/// Which way is better.
#[derive(Debug)]
pub(in crate::policy) enum Direction {
    /// Known when the policy is loaded: whether more is better.
    Fixed(bool),
    /// Found in a document.
    At(Selector),
}

/// By how much a number may be worse.
#[derive(Debug)]
pub(in crate::policy) struct Margin {
    /// Whether it is a part of the other number.
    pub(in crate::policy) relative: bool,
    /// How much.
    pub(in crate::policy) size: Size,
}

/// A number that is written in the rule, or found.
#[derive(Debug)]
pub(in crate::policy) enum Size {
    /// Written in the rule.
    Fixed(f64),
    /// Found in a document.
    At(Selector),
}

/// The words for a direction; whether more is better.
pub(in crate::policy) fn more_is_better(word: &str) -> Option<bool> {
    match word {
        "up" | "higher" | "increase" => Some(true),
        "down" | "lower" | "decrease" => Some(false),
        _ => None,
    }
}

/// What is forgiven to the arithmetic of doubles: `0.95 - 0.01` is `0.94`.
const EPSILON: f64 = 1e-9;

impl Compare {
    /// Whether every pair is near enough.
    pub(in crate::policy) fn judge<'a>(&'a self, optional: bool, scope: &Scope<'a>) -> Stand<'a> {
        let mut left = scope.find(&self.left);
        left.misses.retain(|miss| !(optional && miss.is_absence()));
        let mut failures: Vec<Failure<'a>> = left.misses.into_iter().map(Failure::miss).collect();
        let mut witness = None;
        for hit in left.hits {
            match self.one(hit.node, scope) {
                Ok(()) => witness = witness.or(Some(hit)),
                Err(fault) => failures.push(faulty(fault, hit)),
            }
        }
        Stand::of(failures, witness)
    }

    fn one<'a>(&'a self, node: &Node, scope: &Scope<'a>) -> Result<(), Fault<'a>> {
        let own = finite(node)?;
        let more = self.direction(scope)?;
        let margin = self.margin(scope)?;
        for other in others(&self.right, scope)? {
            let base = at(&other, finite(other.node))?;
            let allowed = if self.margin.relative { margin * base.abs() } else { margin };
            let worse = if more { base - own } else { own - base };
            if worse > allowed + EPSILON * own.abs().max(base.abs()) {
                let side = if more { "below" } else { "above" };
                let limit = match (margin > 0.0, self.margin.relative) {
                    (false, _) => String::new(),
                    (true, false) => format!(" by more than {margin}"),
                    (true, true) => format!(" by more than {} %", margin * 100.0),
                };
                let (own, theirs) = (value(node), value(other.node));
                let label = Label { span: other.span(), text: format!("`{theirs}` here") };
                return Err(Fault::Wrong(format!("`{own}` is {side} `{theirs}`{limit}"), vec![label]));
            }
        }
        Ok(())
    }

    fn direction<'a>(&'a self, scope: &Scope<'a>) -> Result<bool, Fault<'a>> {
        let selector = match &self.direction {
            Direction::Fixed(more) => return Ok(*more),
            Direction::At(selector) => selector,
        };
        let Some(hit) = others(selector, scope)?.into_iter().next() else { return Err(wrong("no direction is given")) };
        let word = at(&hit, string(hit.node))?;
        let unknown = || wrong(format!("`{}` is no direction: write `higher` or `lower`", quote(word)));
        at(&hit, more_is_better(word).ok_or_else(unknown))
    }

    fn margin<'a>(&'a self, scope: &Scope<'a>) -> Result<f64, Fault<'a>> {
        let selector = match &self.margin.size {
            Size::Fixed(size) => return Ok(*size),
            Size::At(selector) => selector,
        };
        let Some(hit) = others(selector, scope)?.into_iter().next() else { return Err(wrong("no margin is given")) };
        let size = at(&hit, finite(hit.node))?;
        let negative = || wrong(format!("the margin `{}` is negative", value(hit.node)));
        at(&hit, if size < 0.0 { Err(negative()) } else { Ok(size) })
    }
}

/// A fault of the other side is shown there too.
fn at<'a, T>(hit: &Hit<'a>, result: Result<T, Fault<'a>>) -> Result<T, Fault<'a>> {
    result.map_err(|fault| match fault {
        Fault::Wrong(reason, mut labels) => {
            labels.push(Label { span: hit.span(), text: "here".to_owned() });
            Fault::Wrong(reason, labels)
        }
        other => other,
    })
}

/// A size that is written in a rule.
pub(in crate::policy) fn fixed(scalar: &Scalar) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "numbers are compared as doubles, as in JSON")]
    let size = match scalar.kind {
        ScalarKind::Int(size) => size as f64,
        ScalarKind::Float(size) => size,
        _ => return None,
    };
    (size.is_finite() && size >= 0.0).then_some(size)
}
