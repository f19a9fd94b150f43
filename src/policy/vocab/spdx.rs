//! `spdx`: a licence expression, what it allows, and whether it may follow from
//! another.
//!
//! Ids are compared without case, so that the Hub's `apache-2.0` is `Apache-2.0`. A
//! slug of the Hub that is no SPDX id becomes a reference: `llama3` is
//! `LicenseRef-hub-llama3`. Of `A OR B` one side has to do, of `A AND B` both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use spdx::{Expression, LicenseReq};

use crate::finding::Label;
use crate::parse::{Node, json};
use crate::policy::lookup::{Hit, Scope};
use crate::policy::predicate::{Checked, Fault, others, string, wrong};
use crate::policy::select::Selector;
use crate::source::SourceId;
use crate::text::quote;

/// What a licence has to be.
#[derive(Debug, Default)]
pub(in crate::policy) struct SpdxCheck {
    /// One of these, as [`canonical`] writes them; any where empty.
    pub(in crate::policy) allow: BTreeSet<String>,
    /// None of these.
    pub(in crate::policy) deny: BTreeSet<String>,
    /// The licence of what it is made from, and what may follow from which.
    pub(in crate::policy) compatible: Option<(Selector, Table)>,
}

/// The licences that may follow from each licence.
pub(in crate::policy) type Table = BTreeMap<String, BTreeSet<String>>;

/// The longest expression that is read.
const LONGEST: usize = 1_000;

/// Every SPDX id by its lower case.
static IDS: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    spdx::identifiers::LICENSES.iter().map(|license| (license.name.to_ascii_lowercase(), license.name)).collect()
});

/// The Hub's ids, in lower case, and what they are here, from the table of licences.
static HUB: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("OUT_DIR"), "/licenses.json"));
    let table = json::parse(text, SourceId(0)).root;
    let entries = |key| table.as_ref().and_then(|table| table.get(key));
    // What the Hub spells otherwise. Where it leaves out "only" or "or later", nothing
    // more than "only" was said, which is the first of the two.
    let mut spelt: BTreeMap<String, String> = BTreeMap::new();
    for entry in entries("spdx").map(Node::entries).unwrap_or_default() {
        let hub = entry.value.text().unwrap_or_default().to_ascii_lowercase();
        spelt.entry(hub).or_insert_with(|| entry.key.to_string());
    }
    let ids = entries("hub").map(Node::items).unwrap_or_default().iter().filter_map(Node::text);
    // These two are no licences.
    let ids = ids.map(str::to_ascii_lowercase).filter(|id| !matches!(id.as_str(), "other" | "unknown"));
    let own = ids.filter(|id| !IDS.contains_key(id) && !spelt.contains_key(id));
    let slugs: Vec<String> = own.collect();
    let reference = |id: String| {
        let name = format!("LicenseRef-hub-{}", id.replace('+', "plus").replace(' ', ""));
        (id, name)
    };
    spelt.into_iter().chain(slugs.into_iter().map(reference)).collect()
});

/// The one way in which an id is written here; `None` where nobody knows it.
pub(in crate::policy) fn canonical(id: &str) -> Option<String> {
    let lower = id.to_ascii_lowercase();
    if let Some(known) = HUB.get(&lower) {
        return Some(known.clone());
    }
    let (plain, later) = lower.strip_suffix('+').map_or((&*lower, ""), |plain| (plain, "+"));
    if let Some(known) = IDS.get(plain) {
        return Some(format!("{known}{later}"));
    }
    (id.starts_with("LicenseRef-") || id.starts_with("DocumentRef-")).then(|| id.to_owned())
}

/// Reads an expression; the error is a reason.
fn parse(text: &str) -> Result<Expression, String> {
    let own = quote(text);
    let wrong = |why: &str| format!("`{own}` is not an SPDX licence expression{why}");
    if text.len() > LONGEST {
        return Err(wrong(": it is too long"));
    }
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut written = Vec::new();
    let mut exception = false;
    for word in spaced.split_whitespace() {
        let kept = exception || matches!(word, "(" | ")" | "AND" | "OR" | "WITH");
        exception = word == "WITH";
        match canonical(word) {
            _ if kept => written.push(word.to_owned()),
            Some(id) => written.push(id),
            None => {
                let near = near(word).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                return Err(wrong(&format!(": no licence is called `{}`{near}", quote(word))));
            }
        }
    }
    Expression::parse(&written.join(" ")).map_err(|error| wrong(&format!(": {}", error.reason)))
}

fn near(word: &str) -> Option<&'static str> {
    if word.len() > 80 {
        return None;
    }
    crate::text::did_you_mean(word, IDS.values().copied())
}

/// How a licence of an expression is called in lists, without the exception.
fn name(required: &LicenseReq) -> String {
    required.license.to_string()
}

impl SpdxCheck {
    /// Whether a value is such a licence.
    pub(in crate::policy) fn check<'a>(&'a self, hit: &Hit<'a>, scope: &Scope<'a>) -> Checked<'a> {
        let text = string(hit.node)?;
        let own = parse(text).map_err(wrong)?;
        let shown = quote(text);
        let listed = |list: &BTreeSet<String>, required: &LicenseReq| {
            list.contains(&name(required)) || list.contains(&required.to_string())
        };
        if !own.evaluate(|required| !listed(&self.deny, required)) {
            return Err(wrong(format!("the licence `{shown}` is denied")));
        }
        if !self.allow.is_empty() && !own.evaluate(|required| listed(&self.allow, required)) {
            return Err(wrong(format!("the licence `{shown}` is not one of those that are allowed")));
        }
        let Some((selector, table)) = &self.compatible else { return Ok(()) };
        for other in others(selector, scope)? {
            let theirs = string(other.node)?;
            let label = Label { span: other.span(), text: format!("`{}` here", quote(theirs)) };
            let base = parse(theirs).map_err(|why| Fault::Wrong(why, vec![label.clone()]))?;
            let follows = |base: &LicenseReq| {
                let after = table.get(&base.to_string()).or_else(|| table.get(&name(base)));
                after.is_some_and(|after| own.evaluate(|required| listed(after, required)))
            };
            if !base.evaluate(follows) {
                let reason = format!("`{shown}` after `{}` is not listed as compatible", quote(theirs));
                return Err(Fault::Wrong(reason, vec![label]));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_both_worlds() {
        assert_eq!(canonical("apache-2.0").as_deref(), Some("Apache-2.0"));
        assert_eq!(canonical("Llama3").as_deref(), Some("LicenseRef-hub-llama3"));
        assert_eq!(canonical("openrail++").as_deref(), Some("LicenseRef-hub-openrailplusplus"));
        assert_eq!(canonical("LicenseRef-Acme").as_deref(), Some("LicenseRef-Acme"));
        assert_eq!(canonical("apache-2"), None);
        assert_eq!(canonical("odc-by").as_deref(), Some("ODC-By-1.0"));
        assert_eq!(canonical("gpl-3.0").as_deref(), Some("GPL-3.0-only"));
        assert_eq!((canonical("other"), canonical("unknown")), (None, None));
        assert!(HUB.len() > 20);
        for (slug, name) in HUB.iter().filter(|(slug, _)| !slug.contains(' ')) {
            assert!(parse(slug).is_ok(), "{slug}: {name}");
        }
    }

    #[test]
    fn expressions() {
        for text in ["MIT", "mit OR (apache-2.0 AND BSD-3-Clause)", "GPL-2.0-or-later WITH Classpath-exception-2.0"] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for (text, why) in [
            ("Apache-2.O", "no licence is called `Apache-2.O`; did you mean `Apache-2.0`?"),
            ("MIT or Apache-2.0", "no licence is called `or`"),
            ("MIT AND", "licence expression: "),
            ("", "licence expression: "),
            ("MIT WITH nothing", "licence expression: "),
        ] {
            let found = parse(text).err().unwrap_or_default();
            assert!(found.contains(why), "{text}: {found}");
        }
        assert!(parse(&"(".repeat(900)).is_err());
    }
}
