//! `codeowners` and `identity`: people and teams.

use crate::finding::Label;
use crate::policy::around::Host;
use crate::policy::lookup::{Hit, Scope};
use crate::policy::predicate::{Checked, Fault, others, string, wrong};
use crate::policy::select::Selector;
use crate::text::quote;

/// The path that somebody must own.
#[derive(Debug)]
pub(in crate::policy) enum Covers {
    /// That of the document under judgement.
    Document,
    /// One that is written in a document.
    At(Selector),
}

/// Whether a value is an owner of the path by CODEOWNERS.
pub(in crate::policy) fn owns<'a>(covers: &'a Covers, hit: &Hit<'a>, scope: &Scope<'a>) -> Checked<'a> {
    let owner = string(hit.node)?;
    let around = &scope.subject.around;
    let Some(owners) = around.host.and_then(Host::owners) else {
        return Err(wrong("the repository has no CODEOWNERS file that says who owns what"));
    };
    match covers {
        Covers::Document => owners.fault(owner, around.path).map_or(Ok(()), |reason| Err(wrong(reason))),
        Covers::At(selector) => {
            for other in others(selector, scope)? {
                let path = string(other.node)?;
                if let Some(reason) = owners.fault(owner, path.trim_start_matches("./").trim_start_matches('/')) {
                    let label = Label { span: other.span(), text: format!("`{}` here", quote(path)) };
                    return Err(Fault::Wrong(reason, vec![label]));
                }
            }
            Ok(())
        }
    }
}

/// Whether a value names somebody else than all of the others do: `@Amara`, `amara`
/// and ` @amara` are one person.
pub(in crate::policy) fn distinct<'a>(from: &'a [Selector], hit: &Hit<'a>, scope: &Scope<'a>) -> Checked<'a> {
    let own = string(hit.node)?;
    if fold(own).is_empty() {
        return Err(wrong("it names nobody"));
    }
    for selector in from {
        for other in others(selector, scope)? {
            let theirs = string(other.node)?;
            if fold(own) == fold(theirs) {
                let label = Label { span: other.span(), text: format!("`{}` here", quote(theirs)) };
                let reason = format!("`{}` must be somebody else than `{}`", quote(own), other.name());
                return Err(Fault::Wrong(reason, vec![label]));
            }
        }
    }
    Ok(())
}

fn fold(who: &str) -> String {
    who.trim().trim_start_matches('@').to_lowercase()
}
