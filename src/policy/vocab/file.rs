//! `file`: a path that is written in a document leads to a file, and to the right
//! one.

use crate::finding::Label;
use crate::policy::around::FileState;
use crate::policy::lookup::{Hit, Scope};
use crate::policy::model::Operand;
use crate::policy::predicate::{Checked, Fault, others, string, wrong};
use crate::text::{contains_token, quote};
use crate::tree;

/// What the file has to be.
#[derive(Debug, Default)]
pub(in crate::policy) struct FileCheck {
    /// It lies in one of these folders.
    pub(in crate::policy) within: Vec<String>,
    /// Its name holds this as a whole token.
    pub(in crate::policy) name_contains: Option<Operand>,
    /// Its bytes have this digest.
    pub(in crate::policy) sha256: Option<Operand>,
    /// It is at most so large.
    pub(in crate::policy) max_bytes: Option<u64>,
}

impl FileCheck {
    /// Whether a path leads to such a file.
    pub(in crate::policy) fn check<'a>(&'a self, hit: &Hit<'a>, scope: &Scope<'a>) -> Checked<'a> {
        let written = string(hit.node)?;
        let around = &scope.subject.around;
        let Some(host) = around.host else { return Err(wrong("there are no files to look at")) };
        let (path, size) = match host.file(around.path, written) {
            FileState::Found { path, size } => (path, size),
            state => return Err(wrong(format!("`{}`: {}", quote(written), why(&state)))),
        };
        let shown = quote(&path);
        let inside =
            |folder: &String| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        if !self.within.is_empty() && !self.within.iter().any(inside) {
            return Err(wrong(format!("`{shown}` is not in `{}`", quote(&self.within.join("`, `")))));
        }
        if let Some(needle) = &self.name_contains {
            let name = tree::file_name(&path);
            each(needle, scope, |needle| {
                let missing = || format!("no `{}` in the file name `{}`", quote(needle), quote(name));
                if contains_token(name, needle) { Ok(()) } else { Err(missing()) }
            })?;
        }
        if let Some(most) = self.max_bytes.filter(|most| size > *most) {
            return Err(wrong(format!("`{shown}` has {size} bytes, at most {most} expected")));
        }
        let Some(declared) = &self.sha256 else { return Ok(()) };
        let actual = host.sha256(&path).map_err(|why| wrong(format!("`{shown}`: {why}")))?;
        each(declared, scope, |declared| {
            let digits = declared.strip_prefix("sha256:").unwrap_or(declared);
            let differs =
                || format!("the bytes of `{shown}` have the digest `sha256:{actual}`, not `{}`", quote(declared));
            if digits.eq_ignore_ascii_case(&actual) { Ok(()) } else { Err(differs()) }
        })
    }
}

/// Why a path leads to no file.
pub(in crate::policy) fn why(state: &FileState) -> String {
    match state {
        FileState::Found { .. } => String::new(),
        FileState::Missing(None) => "there is no such file".to_owned(),
        FileState::Missing(Some(near)) => format!("there is no such file; did you mean `{}`?", quote(near)),
        FileState::Outside => "the path leads out of the repository".to_owned(),
        FileState::Ambiguous(one, other) => {
            format!("it is both `{}` and `{}`, which differ; write the path from the root", quote(one), quote(other))
        }
        FileState::Unreadable(why) => why.clone(),
    }
}

/// Holds every value of an operand against `right`; a missing one fails.
fn each<'a>(operand: &'a Operand, scope: &Scope<'a>, right: impl Fn(&str) -> Result<(), String>) -> Checked<'a> {
    match operand {
        Operand::Literal(literal) => right(&literal.text).map_err(wrong),
        Operand::At(selector) => {
            for other in others(selector, scope)? {
                let text = string(other.node)?;
                let label = || Label { span: other.span(), text: format!("`{}` here", quote(text)) };
                right(text).map_err(|reason| Fault::Wrong(reason, vec![label()]))?;
            }
            Ok(())
        }
    }
}
