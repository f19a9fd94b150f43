//! How a thing stands: `ok`, or what is the matter with it, in the shape that the facts of
//! several families share.
//!
//! | fact | what it says |
//! |---|---|
//! | `status` | `ok`, or a word for what it is instead |
//! | `problem` | why, as a part of a sentence |
//! | `definition`, `shown` | the other side, and what that is; where there is one |

use crate::parse::Node;
use crate::source::Span;

/// What is the matter with something.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// A word for it.
    pub status: &'static str,
    /// Why, as a part of a sentence.
    pub problem: String,
    /// Where, if not where the thing itself stands.
    pub at: Option<Span>,
    /// The other side, and what that is.
    pub other: Option<(Span, &'static str)>,
}

impl Wrong {
    /// Something wrong where the thing itself stands.
    pub fn new(status: &'static str, problem: impl Into<String>) -> Self {
        Self { status, problem: problem.into(), at: None, other: None }
    }

    /// The same, shown at a place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.at = Some(span);
        self
    }

    /// The same, with the other side.
    #[must_use]
    pub fn beside(mut self, span: Span, shown: &'static str) -> Self {
        self.other = Some((span, shown));
        self
    }
}

/// What is known of one thing, in a word and a part of a sentence. It stands at `span`,
/// and so do its values.
pub fn state(status: &str, problem: impl Into<Box<str>>, span: Span) -> Node {
    Node::map(span).with("status", Node::string(status, span)).with("problem", Node::string(problem, span))
}

/// How the thing at `span` stands.
pub fn standing(span: Span, wrong: Option<Wrong>) -> Node {
    let Some(wrong) = wrong else { return state("ok", "", span) };
    let at = wrong.at.unwrap_or(span);
    let mut facts = state(wrong.status, wrong.problem, at);
    if let Some((other, shown)) = wrong.other {
        facts.put("definition", Node::string("", other));
        facts.put("shown", Node::string(shown, other));
    }
    facts
}

/// Names in a sentence: `` `a`, `b` and `c` ``.
pub fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<String> = names.into_iter().map(|name| format!("`{}`", crate::text::quote(name))).collect();
    match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Whether a text says something: it is not blank, and no `TBD`, `n/a` or `<name>`.
pub fn says_something(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['.', '!']);
    let word = text.to_ascii_lowercase();
    let blank = [
        "",
        "-",
        "?",
        "n/a",
        "na",
        "n.a",
        "tbd",
        "tba",
        "todo",
        "fixme",
        "xxx",
        "pending",
        "unknown",
        "later",
        "none given",
        "not applicable",
    ];
    let hole = (text.starts_with('<') && text.ends_with('>')) || (text.starts_with("{{") && text.ends_with("}}"));
    let more = word.starts_with("tbd ")
        || word.starts_with("todo:")
        || word.starts_with("todo ")
        || word.starts_with("[more information");
    !hole && !more && !text.chars().all(|c| c == '.' || c == '…') && !blank.contains(&word.as_str())
}

/// Whether an entry says that it does not apply, with a reason that says something.
/// `None` where it does not say so at all.
pub fn excused(entry: &Node) -> Option<bool> {
    let reason = entry.get("not_applicable")?.get("reason").and_then(Node::text);
    Some(reason.is_some_and(|reason| says_something(reason) && reason.trim().chars().count() >= 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_say_nothing() {
        for blank in ["", "  ", "TBD", "n/a", "N/A.", "<name>", "{{ x }}", "...", "todo: ask", "?"] {
            assert!(!says_something(blank), "{blank}");
        }
        for text in ["none", "no", "not_tested", "60 rpm", "never"] {
            assert!(says_something(text), "{text}");
        }
    }

    #[test]
    fn names_in_a_sentence() {
        assert_eq!(names(["a"]), "`a`");
        assert_eq!(names(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
