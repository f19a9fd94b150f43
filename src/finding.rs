//! What is wrong with a document: one type, for every rule and every format.

use crate::pointer::Pointer;
use crate::rule::{RuleId, Severity};
use crate::source::Span;

/// A place and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place, possibly in another source than the finding's.
    pub span: Span,
    /// A few words; may be empty.
    pub text: String,
}

/// A change that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a few words.
    pub title: String,
    /// The bytes to replace; empty to insert.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
    /// Whether it is certain to say what the author meant.
    pub safe: bool,
}

/// One thing wrong in one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: RuleId,
    /// How much it weighs. Code sets no severity of its own: the engine takes it
    /// from the catalog and the configuration, and `at_most` lowers it.
    pub severity: Severity,
    /// A cap below the catalog's severity, for rules that emit at two levels.
    pub at_most: Option<Severity>,
    /// The headline: one line that stands alone and says what is wrong with this
    /// document.
    pub message: String,
    /// The exact place.
    pub primary: Label,
    /// Whether reports leave out what stands at the exact place: a key that leaked must not
    /// spread.
    pub conceal: bool,
    /// The other side of the contradiction, possibly in other files.
    pub related: Vec<Label>,
    /// What to write; the rule's own help where it is empty.
    pub help: Option<String>,
    /// The way to the node in its document.
    pub pointer: Pointer,
    /// What tells this finding from others of the rule at the same pointer,
    /// independent of lines (the topic's id, the missing key).
    pub key: String,
    /// A change that mends it.
    pub fix: Option<Fix>,
    /// Stable under moves of lines; the engine fills it in.
    pub fingerprint: String,
}

impl Finding {
    /// A finding of `rule` at `span`. Severity and fingerprint are the engine's.
    pub fn new(rule: &str, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule: RuleId::new(rule),
            severity: Severity::Error,
            at_most: None,
            message: message.into(),
            primary: Label { span, text: String::new() },
            conceal: false,
            related: Vec::new(),
            help: None,
            pointer: Pointer::root(),
            key: String::new(),
            fix: None,
            fingerprint: String::new(),
        }
    }

    /// With words under the primary span.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// With the other side.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// With what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the way to the node.
    #[must_use]
    pub fn at(mut self, pointer: Pointer) -> Self {
        self.pointer = pointer;
        self
    }

    /// With the words that tell it from others at the same pointer.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }
}
