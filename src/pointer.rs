//! Paths to nodes: JSON Pointers, and the dotted form that people read.

use std::fmt;

/// One step of a [`Pointer`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A key of a mapping.
    Key(String),
    /// A place in a sequence, from 0.
    Index(usize),
}

/// The way from a document's root to a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(pub Vec<Step>);

impl Pointer {
    /// The root.
    pub fn root() -> Self {
        Self::default()
    }

    /// This pointer with one more key.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Key(key.into()));
        Self(steps)
    }

    /// This pointer with one more index.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Index(index));
        Self(steps)
    }

    /// Reads an RFC 6901 JSON Pointer. A step of digits alone becomes an index;
    /// [`crate::parse::Node::resolve`] reads it as a key where it meets a mapping.
    pub fn from_json_pointer(text: &str) -> Self {
        let steps = text.split('/').skip(1).map(|step| {
            let step = step.replace("~1", "/").replace("~0", "~");
            match step.parse() {
                Ok(index) if step == "0" || !step.starts_with('0') => Step::Index(index),
                _ => Step::Key(step),
            }
        });
        Self(steps.collect())
    }

    /// The RFC 6901 form: `/artifacts/checkpoint/id`.
    pub fn to_json_pointer(&self) -> String {
        let mut out = String::new();
        for step in &self.0 {
            out.push('/');
            match step {
                Step::Key(key) => out.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Step::Index(index) => out.push_str(&index.to_string()),
            }
        }
        out
    }
}

/// The form that people read: `rollout.stages[2].percent`.
impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    if key.is_empty() || key.contains(['.', '[', ']', '"', ' ']) {
                        write!(f, "\"{}\"", key.replace('"', "\\\""))?;
                    } else {
                        f.write_str(key)?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        let pointer = Pointer::root().key("a/b").index(2).key("c.d");
        assert_eq!(pointer.to_json_pointer(), "/a~1b/2/c.d");
        assert_eq!(pointer.to_string(), "a/b[2].\"c.d\"");
        assert_eq!(Pointer::from_json_pointer("/a~1b/2/c.d"), pointer);
        assert_eq!(Pointer::from_json_pointer(""), Pointer::root());
    }
}
