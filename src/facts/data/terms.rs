//! Under which licence a dataset is, and what shows it.
//!
//! | fact | what it says |
//! |---|---|
//! | `written` | the licence as written; absent where none is |
//! | `status` | `listed` (everybody can look it up by its id), `own` (terms of somebody's own: `LicenseRef-…`, or a name on no list), `unknown` (`unknown`, `other`, …), `none` |
//! | `evidence` | `shown`, `none`, or `lost` (the file that shows the terms is not there) |
//! | `problem` | why the evidence shows nothing |

use super::{Dataset, said};
use crate::facts::release::leads_nowhere;
use crate::facts::standing::says_something;
use crate::facts::{Context, license};
use crate::link::Target;
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// What people write for a licence that they do not know.
const NO_ANSWER: &[&str] = &["none", "noassertion", "other", "unknown", "unclear", "unspecified", "various", "mixed"];

pub(super) fn derive(context: &Context<'_>, path: &str, dataset: &Dataset<'_>) -> Node {
    let written = dataset.node.get("license").filter(|license| license.text().is_some() && !license.is_null());
    let place = written.map_or(dataset.place(), |license| license.span);
    let status = match written.and_then(Node::text) {
        None => "none",
        Some(text) if !says_something(text) || NO_ANSWER.contains(&&*text.to_lowercase()) => "unknown",
        Some(text) if license::is_listed(text) => "listed",
        Some(_) => "own",
    };
    let (evidence, problem, at) = evidence(context, path, dataset.node);
    let at = at.unwrap_or(place);
    let mut facts = Node::map(place)
        .with("status", Node::string(status, place))
        .with("evidence", Node::string(evidence, at))
        .with("problem", Node::string(problem, at));
    if let Some(written) = written {
        facts.put("written", Node::string(text::quote(written.text().unwrap_or_default()), place));
    }
    facts
}

/// Whether the terms of a dataset are on file.
pub(in crate::facts) fn is_shown(context: &Context<'_>, path: &str, node: &Node) -> bool {
    evidence(context, path, node).0 == "shown"
}

/// What shows the terms of a dataset: a page, or a file that is there.
fn evidence(context: &Context<'_>, path: &str, node: &Node) -> (&'static str, String, Option<Span>) {
    let Some(written) = said(node, "license_evidence") else {
        return ("none", "no `license_evidence` shows its terms".to_owned(), None);
    };
    let text = written.text().unwrap_or_default();
    if text.contains("://") {
        return ("shown", String::new(), Some(written.span));
    }
    match context.files.resolve(path, text) {
        Target::File(_) => ("shown", String::new(), Some(written.span)),
        target => {
            let why = format!("its evidence `{}`: {}", text::quote(text), leads_nowhere(&target));
            ("lost", why, Some(written.span))
        }
    }
}
