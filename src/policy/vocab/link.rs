//! `link`: a value names another document; and links that are named once.
//!
//! A reference that leads nowhere, or to several documents, fails where it is
//! written.

use smallvec::smallvec;

use crate::finding::Label;
use crate::kind::Kind;
use crate::parse::Node;
use crate::policy::around::FileState;
use crate::policy::judge::{Stand, judge};
use crate::policy::lookup::{Found, Hit, Origin, Scope, suggestion};
use crate::policy::model::Clause;
use crate::policy::predicate::{Checked, Fault, mismatch, wrong};
use crate::policy::select::Selector;
use crate::source::Span;
use crate::text::quote;

/// By what a reference names a document.
#[derive(Clone, Debug)]
pub(in crate::policy) enum By {
    /// By its path, as references to files are resolved.
    Path,
    /// By the value of a key.
    Key(Selector),
}

/// What a reference has to lead to.
#[derive(Debug)]
pub(in crate::policy) struct LinkCheck {
    /// A document of this kind.
    pub(in crate::policy) to: Kind,
    /// Named by this.
    pub(in crate::policy) by: By,
    /// Of which this holds, under the name `other`.
    pub(in crate::policy) filter: Vec<Clause>,
}

/// The name of the other document in `where`.
pub(in crate::policy) const OTHER: &str = "other";

/// Why a reference leads to no single document.
#[derive(Clone, Debug)]
pub(in crate::policy) struct Astray {
    /// Why, in a few words.
    pub(in crate::policy) reason: String,
    /// The documents that it could mean.
    pub(in crate::policy) places: Vec<Span>,
}

impl Astray {
    /// Nothing to point at.
    pub(in crate::policy) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), places: Vec::new() }
    }

    /// The places in words.
    pub(in crate::policy) fn labels(&self) -> Vec<Label> {
        self.places.iter().map(|span| Label { span: *span, text: "one of them".to_owned() }).collect()
    }
}

/// Follows one reference to the one document that it means.
pub(in crate::policy) fn follow<'a>(to: Kind, by: &By, written: &str, scope: &Scope<'a>) -> Result<&'a Node, Astray> {
    let around = &scope.subject.around;
    let Some(library) = around.library else { return Err(Astray::new("there are no other documents")) };
    match by {
        By::Path => {
            let Some(host) = around.host else { return Err(Astray::new("there are no files to look at")) };
            let state = host.file(around.path, written);
            let FileState::Found { path, .. } = &state else {
                return Err(Astray::new(format!("`{}`: {}", quote(written), super::file::why(&state))));
            };
            let found = library.at(path).filter(|document| document.kind == to);
            let other = || Astray::new(format!("`{}` is not {}", quote(written), article(to)));
            found.map(|document| document.root).ok_or_else(other)
        }
        By::Key(key) => {
            let found = library.find(to, key, written);
            match found.as_slice() {
                [(_, node)] => Ok(node),
                [] => {
                    let index = library.index(to, key);
                    let hint = suggestion(written, index.keys().map(String::as_str));
                    let what = article(to).replacen("an ", "no ", 1).replacen("a ", "no ", 1);
                    Err(Astray::new(format!("{what} has `{}: {}`{hint}", key.text, quote(written))))
                }
                [(one, first), (two, second), ..] => Err(Astray {
                    reason: format!(
                        "`{}` is ambiguous: it stands in `{}` and in `{}`",
                        quote(written),
                        quote(one.path),
                        quote(two.path)
                    ),
                    places: vec![first.anchor(), second.anchor()],
                }),
            }
        }
    }
}

fn article(kind: Kind) -> String {
    let name = kind.name().replace('-', " ");
    if name.starts_with(['a', 'e', 'i', 'o', 'u']) { format!("an {name}") } else { format!("a {name}") }
}

impl LinkCheck {
    /// Whether a value names such a document.
    pub(in crate::policy) fn check<'a>(&'a self, hit: &Hit<'a>, scope: &Scope<'a>) -> Checked<'a> {
        let written = hit.node.text().ok_or_else(|| mismatch("single value", hit.node))?;
        let node = follow(self.to, &self.by, written, scope)
            .map_err(|astray| Fault::Wrong(astray.reason.clone(), astray.labels()))?;
        let other = Hit::root(node, Origin::Link);
        let label = |span, text: &str| Label { span, text: text.to_owned() };
        let found = Found { hits: smallvec![other.clone()], misses: Vec::new() };
        let failed = scope.within(OTHER, found, |inner| {
            self.filter.iter().find_map(|clause| match judge(clause, inner, false) {
                Stand::Holds(_) | Stand::Inapplicable => None,
                Stand::Fails(failures) => Some(failures),
            })
        });
        let Some(failures) = failed else { return Ok(()) };
        let Some(failure) = failures.into_iter().next() else { return Err(wrong("`where` does not hold")) };
        let reason = format!("`{}` names {} that will not do: {}", quote(written), article(self.to), failure.reason());
        let mut labels = failure.related;
        labels.insert(0, label(failure.place.span(), "here"));
        Err(Fault::Wrong(reason, labels))
    }
}
