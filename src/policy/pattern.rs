//! Regular expressions of rules, built when a document first needs them: building one
//! takes longer than the documents of most runs take to match.

use std::fmt;
use std::sync::OnceLock;

use regex::{Error, Regex, RegexBuilder};

/// The most bytes of a compiled regular expression.
const BYTES: usize = 1 << 20;

/// One regular expression.
pub(super) struct Pattern {
    text: Box<str>,
    built: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// An expression that nothing is known of yet.
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.into(), built: OnceLock::new() }
    }

    /// Builds it, to say at once what is wrong with it.
    pub(super) fn checked(text: &str) -> Result<Self, String> {
        let pattern = Self::new(text);
        match build(text) {
            Ok(regex) => {
                let _ = pattern.built.set(Some(regex));
                Ok(pattern)
            }
            Err(Error::CompiledTooBig(_)) => Err("this regular expression is too large".to_owned()),
            Err(error) => {
                let text = error.to_string();
                let why = text.lines().last().unwrap_or("").trim_start_matches("error: ");
                Err(format!("this is not a regular expression: {why}"))
            }
        }
    }

    /// What was written.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The expression, built by now; nothing where it cannot be.
    pub(super) fn regex(&self) -> Option<&Regex> {
        self.built.get_or_init(|| build(&self.text).ok()).as_ref()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.text).finish()
    }
}

fn build(text: &str) -> Result<Regex, Error> {
    RegexBuilder::new(text).size_limit(BYTES).build()
}
