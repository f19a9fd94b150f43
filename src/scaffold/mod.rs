//! Files to begin with: what `weighbridge init` and `weighbridge new` write.
//!
//! `survey` sees what a repository holds; the other modules make texts from it. Nothing
//! is invented: what a file says is filled in, and what only a person can know is left as a
//! placeholder, which the rules then report until somebody has written it.

mod card;
mod gate;
mod kinds;
mod release;
mod survey;
mod weights;
mod write;

pub use card::card;
pub use gate::{CONFIG, HOOK, WORKFLOW, config, hook, workflow};
pub use kinds::{About, Subject, draft};
pub use release::manifest;
pub use survey::{Model, Survey, survey};
pub use weights::Weights;
pub use write::{WriteError, write_new};

/// A file that could be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Relative to the root.
    pub path: String,
    /// What would be in it.
    pub text: String,
}

/// Whether `name` can be a part of a path and of an id: letters, digits, `.`, `_` and `-`.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain)
}

/// The nearest thing to `text` that [`is_name`]; `fallback` where nothing of it is left.
pub(crate) fn name_of(text: &str, fallback: &str) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') { c } else { '-' };
    let name: String = text.chars().map(fit).collect();
    let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if name.is_empty() { fallback.to_owned() } else { name.to_owned() }
}
