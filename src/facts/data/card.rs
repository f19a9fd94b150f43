//! Whether the card of a release names the data that the release was trained and tested on,
//! and no other.
//!
//! A dataset is named by its id, by the last part of its id or by its catalogue reference, as
//! a whole word, anywhere in the front matter, the text or what it links to; `squad_v2` may be
//! written with blanks, `squad v2`. What the front matter lists under
//! `datasets` has to be in the manifest.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::Dataset;
use crate::facts::{Context, agreement};
use crate::link::Release;
use crate::parse::{Node, Value};
use crate::source::Span;
use crate::text::{self, contains_token};

/// The most bytes of a card that are searched.
const MOST: usize = 256 * 1024;

/// The most links of a card that are searched.
const LINKS: usize = 1000;

/// The card that speaks for a release, in lower case.
pub(super) struct Card<'a> {
    words: String,
    /// The same with blanks for hyphens and underscores, where it was asked for.
    loose: OnceCell<String>,
    front: &'a Node,
    manifest: Span,
}

impl<'a> Card<'a> {
    /// The card that speaks for a release, where there is one that could be read.
    pub(super) fn of(context: &Context<'a>, release: &Release) -> Option<Self> {
        let index = agreement::spoken_for(context, release)?;
        let document = context.graph.documents.get(index).filter(|document| document.sound)?;
        let body = document.body.as_ref()?;
        let mut words = text::clip(&body.prose, MOST).to_lowercase();
        for link in body.links.iter().take(LINKS) {
            words.push('\n');
            words.push_str(&text::clip(&link.target, MOST).to_lowercase());
        }
        collect(&document.root, &mut words);
        let root = &context.graph.documents[release.document].root;
        let manifest = root.at(&["data", "datasets"]).map_or(root.anchor(), Node::anchor);
        Some(Self { words, loose: OnceCell::new(), front: &document.root, manifest })
    }

    fn loose(&self) -> &str {
        self.loose.get_or_init(|| self.words.replace(['-', '_'], " "))
    }

    /// Whether the card names a dataset.
    pub(super) fn names(&self, dataset: &Dataset<'_>) -> Node {
        let written = [dataset.id, dataset.id.map(last), dataset.catalog];
        let mut written = written.into_iter().flatten().map(str::to_lowercase);
        let short = dataset.id.map(|id| last(id).to_lowercase()).filter(|id| id.contains(['-', '_']));
        let loosely = || short.is_some_and(|short| contains_token(self.loose(), &short.replace(['-', '_'], " ")));
        let named = written.any(|name| contains_token(&self.words, &name)) || loosely();
        let (place, card) = (dataset.place(), self.front.anchor());
        Node::map(place)
            .with("status", Node::string(if named { "named" } else { "unnamed" }, place))
            .with("place", Node::string("", card))
    }

    /// The datasets of the front matter that a manifest does not list.
    pub(super) fn undeclared(&self, datasets: &[Dataset<'_>]) -> Vec<Node> {
        let ids = || datasets.iter().filter_map(|dataset| dataset.id).map(str::to_lowercase);
        let whole: BTreeSet<String> = ids().collect();
        let short: BTreeSet<String> = ids().map(|id| last(&id).to_owned()).collect();
        let is_listed = |written: &str| {
            let written = written.to_lowercase();
            // `squad` is `rajpurkar/squad`; two owners are two datasets.
            whole.contains(&written)
                || whole.contains(last(&written))
                || (!written.contains('/') && short.contains(&written))
        };
        let written = self.front.get("datasets").map(Node::one_or_many).unwrap_or_default();
        let ids = written.iter().filter_map(|node| Some((node.as_str()?, node.span)));
        // What is no id at all is the rule's about the Hub's metadata.
        let is_id = |id: &str| !id.is_empty() && !id.contains("://") && !id.contains(char::is_whitespace);
        let ids = ids.filter(|(id, _)| is_id(id.trim()) && !is_listed(id.trim()));
        let fact = |(id, span): (&str, Span)| {
            Node::map(span)
                .with("written", Node::string(text::quote(id), span))
                .with("definition", Node::string("", self.manifest))
        };
        ids.take(super::MOST).map(fact).collect()
    }
}

/// The part of an id after the last `/`.
fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// All texts of a front matter, in lower case, each on its own line.
fn collect(node: &Node, words: &mut String) {
    if words.len() > 2 * MOST {
        return;
    }
    match &node.value {
        Value::Scalar(scalar) => {
            words.push('\n');
            words.push_str(&scalar.text.to_lowercase());
        }
        Value::Seq(items) => items.iter().for_each(|item| collect(item, words)),
        Value::Map(entries) => entries.iter().for_each(|entry| collect(&entry.value, words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_of_an_id() {
        assert_eq!(last("larkfield/claims"), "claims");
        assert_eq!(last("squad"), "squad");
        assert_eq!(last(""), "");
    }
}
