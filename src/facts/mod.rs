//! What is the case: derived in code, judged in policy.
//!
//! One module a family. A derived fact is a node whose span is that of the
//! source that it was derived from.

pub mod card;
