//! Regular expressions of rules, built when a document first needs them: building one
//! takes longer than the documents of most runs take to match.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

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
    fn new(text: &str) -> Self {
        Self { text: text.into(), built: OnceLock::new() }
    }

    /// Builds it, to say at once what is wrong with it.
    fn checked(text: &str) -> Result<Self, String> {
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

/// The expressions of all rules: one that several rules use is built once.
#[derive(Default)]
pub(super) struct Patterns(BTreeMap<Box<str>, Arc<Pattern>>);

impl Patterns {
    /// The expression of this text. Unless it is known to be one, it is built, to say at once
    /// what is wrong with it.
    pub(super) fn get(&mut self, text: &str, is_known: bool) -> Result<Arc<Pattern>, String> {
        if let Some(pattern) = self.0.get(text) {
            return Ok(Arc::clone(pattern));
        }
        let pattern = Arc::new(if is_known { Pattern::new(text) } else { Pattern::checked(text)? });
        self.0.insert(text.into(), Arc::clone(&pattern));
        Ok(pattern)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_share_an_expression_and_a_wrong_one_is_none() {
        let mut patterns = Patterns::default();
        let first = patterns.get("^a+$", true).unwrap();
        assert!(Arc::ptr_eq(&first, &patterns.get("^a+$", false).unwrap()));
        assert!(first.regex().unwrap().is_match("aa"));
        assert_eq!(patterns.get("a(", false).unwrap_err(), "this is not a regular expression: unclosed group");
    }
}
