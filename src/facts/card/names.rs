//! Sets of names with `*` at either end.

use std::collections::HashSet;

use crate::parse::markdown::normalize;

/// Names, compared after normalising.
#[derive(Clone, Debug, Default)]
pub struct Names {
    exact: HashSet<String>,
    starts: Vec<String>,
    ends: Vec<String>,
    inside: Vec<String>,
}

impl Names {
    /// The set of these names.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut set = Self::default();
        for name in names {
            set.add(name);
        }
        set
    }

    /// Adds a name. One of no letters, or of `*` alone, would match everything
    /// and is left out.
    pub fn add(&mut self, name: &str) {
        let key = normalize(name.trim_matches('*'));
        if key.is_empty() {
            return;
        }
        let name = name.trim();
        match (name.starts_with('*'), name.ends_with('*')) {
            (false, false) => drop(self.exact.insert(key)),
            (false, true) => self.starts.push(key),
            (true, false) => self.ends.push(key),
            (true, true) => self.inside.push(key),
        }
    }

    /// Whether a normalised name is written out in the set.
    pub fn has_exactly(&self, key: &str) -> bool {
        self.exact.contains(key)
    }

    /// Whether a normalised name is in the set. `a *` holds `a` too.
    pub fn has(&self, key: &str) -> bool {
        let after = |start: &String| {
            key.strip_prefix(start.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let before =
            |end: &String| key.strip_suffix(end.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with(' '));
        self.exact.contains(key)
            || self.starts.iter().any(after)
            || self.ends.iter().any(before)
            || self.inside.iter().any(|part| contains_words(key, part))
    }
}

/// Up to so many bytes, looking at each place takes less than setting up a search.
const SHORT: usize = 256;

/// Whether `part` stands in `text` as whole words, both normalised.
pub(super) fn contains_words(text: &str, part: &str) -> bool {
    stands(text, part, |before, after| {
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Whether `part` stands in `text` anywhere between characters that will do.
pub(super) fn stands(text: &str, part: &str, fits: impl Fn(Option<char>, Option<char>) -> bool) -> bool {
    let Some(first) = part.bytes().next() else { return false };
    let between = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + part.len()..).and_then(|after| after.chars().next());
        fits(before, after)
    };
    if text.len() > SHORT {
        return text.match_indices(part).any(|(at, _)| between(at));
    }
    let here = |at: usize| text.get(at..).is_some_and(|rest| rest.starts_with(part)) && between(at);
    text.bytes().enumerate().any(|(at, byte)| byte == first && here(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_whole_words() {
        let names = Names::new(["Intended use", "misuse *", "* limitations", "* out-of-scope *", "*"]);
        for (key, holds) in [
            ("intended use", true),
            ("intended uses", false),
            ("misuse", true),
            ("misuse and malicious use", true),
            ("misused", false),
            ("known limitations", true),
            ("delimitations", false),
            ("explicitly out of scope uses", true),
            ("", false),
        ] {
            assert_eq!(names.has(key), holds, "{key:?}");
        }
    }
}
