//! Answers that are worked out once, whichever of several threads asks first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What is known so far, by what was asked.
#[derive(Debug)]
pub struct Memo<K, V> {
    known: Mutex<BTreeMap<K, Arc<OnceLock<V>>>>,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self { known: Mutex::default() }
    }
}

impl<K: Ord, V: Clone> Memo<K, V> {
    /// The answer to a question, by `work` where it is asked for the first time. Whoever asks
    /// something else does not wait for it.
    pub fn get(&self, question: K, work: impl FnOnce() -> V) -> V {
        let answer = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(question).or_default())
        };
        answer.get_or_init(work).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_once() {
        let memo = Memo::default();
        assert_eq!((memo.get("a", || 1), memo.get("a", || 2), memo.get("b", || 3)), (1, 1, 3));
    }
}
