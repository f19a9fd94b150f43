//! `answers`: every question of a list is answered, and what is not applicable says
//! why.

use crate::parse::Node;
use crate::policy::judge::{Failure, Stand};
use crate::policy::lookup::{Hit, Scope};
use crate::policy::predicate;
use crate::policy::select::Selector;
use crate::text::quote;

/// The questions, and what counts as an answer.
#[derive(Debug)]
pub(in crate::policy) struct Answers {
    /// The answers: a list of entries with `id`, or a mapping by id.
    pub(in crate::policy) at: Selector,
    /// The questions: texts, or entries with `id`.
    pub(in crate::policy) questions: Selector,
    /// The key of the answer in an entry.
    pub(in crate::policy) key: String,
    /// The answers that there are; any where empty.
    pub(in crate::policy) allowed: Vec<String>,
    /// The answers that need a reason.
    pub(in crate::policy) reason_for: Vec<String>,
}

/// The fewest characters of a reason.
const REASON: usize = 10;

impl Answers {
    /// Whether every question is answered.
    pub(in crate::policy) fn judge<'a>(&'a self, optional: bool, scope: &Scope<'a>) -> Stand<'a> {
        let mut found = scope.find(&self.at);
        found.misses.retain(|miss| !(optional && miss.is_absence()));
        let questions = scope.find(&self.questions);
        let misses = found.misses.into_iter().chain(questions.misses);
        let mut failures: Vec<Failure<'a>> = misses.map(Failure::miss).collect();
        let asked: Vec<&'a Node> = questions.hits.iter().flat_map(|hit| hit.node.one_or_many()).collect();
        for hit in &found.hits {
            for question in &asked {
                let Some(id) = question.text().or_else(|| question.get("id").and_then(Node::text)) else { continue };
                if !scope.spend() {
                    return Stand::Fails(failures);
                }
                if let Err((reason, at)) = self.answered(hit, id) {
                    failures.push(Failure::hit(at, format!("`{}`: {reason}", quote(id))));
                }
            }
        }
        Stand::of(failures, found.hits.into_iter().next())
    }

    fn answered<'a>(&'a self, hit: &Hit<'a>, id: &str) -> Result<(), (String, Hit<'a>)> {
        let Some(entry) = hit.child(id) else {
            return Err(("it is not answered".to_owned(), hit.clone()));
        };
        let node = entry.node;
        let answer = if node.is_map() { entry.child(&self.key) } else { Some(entry.clone()) };
        let Some(answer) = answer.filter(|answer| !answer.node.is_null()) else {
            return Err((format!("missing `{}`", quote(&self.key)), entry));
        };
        let Some(text) = answer.node.as_str() else {
            return Err((format!("expected string, found {}", answer.node.type_name()), answer));
        };
        if !predicate::says_something(text) && !self.allowed.iter().any(|word| word == text) {
            return Err((format!("`{}` is no answer", quote(text)), answer));
        }
        if !self.allowed.is_empty() && !self.allowed.iter().any(|word| word == text) {
            let reason = format!("`{}` is not one of `{}`", quote(text), self.allowed.join("`, `"));
            return Err((reason, answer));
        }
        let reason = entry.child("reason").and_then(|reason| reason.node.as_str());
        let enough = reason.is_some_and(|why| predicate::says_something(why) && why.trim().chars().count() >= REASON);
        if self.reason_for.iter().any(|word| word == text) && !enough {
            return Err((format!("`{}` needs a `reason` in a sentence", quote(text)), answer));
        }
        Ok(())
    }
}
