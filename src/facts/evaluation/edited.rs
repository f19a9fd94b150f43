//! Whether a change edits the criteria of an evaluation after it has the results: what its
//! commits say, beside the times that the documents write themselves.
//!
//! Looked at are packets whose results the change brings. Criteria may be edited for the next
//! release, and a file of criteria may be shared: where the results were there before, that is
//! no matter of theirs. An edit is one of meaning: of data other values, of text other words.

use super::packet::Packet;
use crate::change::Commits;
use crate::facts::Context;
use crate::link::Target;
use crate::parse::{self, Syntax};
use crate::source::{SourceId, Span};
use crate::text::quote;
use crate::tree::ReadError;

/// What the commits say of the criteria.
pub(super) enum Edited {
    /// Nothing against them.
    No,
    /// They were edited after the results: the sentence, and where they are named.
    Late(String, Span),
    /// It cannot be told: why, and where they are named.
    Unknown(String, Span),
}

pub(super) fn criteria(context: &Context<'_>, packet: &Packet<'_>) -> Edited {
    let Some(commits) = context.commits else { return Edited::No };
    let Some(reference) = packet.document.root.at(&["criteria", "ref"]) else { return Edited::No };
    let target = reference.text().map(|written| context.files.resolve(&packet.document.path, written));
    let Some(Target::File(path)) = target else { return Edited::No };
    let suites = packet.suites.iter().filter(|suite| !suite.excused);
    let results: Vec<_> = suites.filter_map(|suite| Some((suite, commits.last(suite.path.as_deref()?)?))).collect();
    if results.is_empty() {
        return Edited::No;
    }
    let edit = match last_edit(commits, &path) {
        Ok(Some(edit)) => edit,
        Ok(None) => return Edited::No,
        Err(error) => return Edited::Unknown(format!("`{}` as it was: {error}", quote(&path)), reference.span),
    };
    let name = |at: usize| commits.get(at).map(|commit| commit.name.clone()).unwrap_or_default();
    let mut edited = Edited::No;
    for (suite, put) in results {
        if commits.precedes(put, edit) {
            let problem = format!(
                "its criteria in `{}` were edited by commit {}, after commit {} had the results of {}",
                quote(&path),
                name(edit),
                name(put),
                suite.name()
            );
            return Edited::Late(problem, reference.span);
        }
        if put == edit {
            let why = format!("commit {} has both them and the results", name(edit));
            edited = Edited::Unknown(why, reference.span);
        }
    }
    edited
}

/// The last commit of the change that put other criteria than were there.
fn last_edit(commits: &Commits<'_>, path: &str) -> Result<Option<usize>, ReadError> {
    commits.last_edit(path, |one, other| same(path, one, other))
}

/// Whether two versions of a file say the same.
fn same(path: &str, one: &[u8], other: &[u8]) -> bool {
    let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
    if let Some(syntax) = Syntax::of(path).filter(|syntax| *syntax != Syntax::Markdown) {
        let value = |text: &str| parse::data(syntax, text, SourceId(0)).root.map(|root| root.to_json());
        // What does not parse has no value to compare.
        return value(&one).is_some_and(|one| Some(one) == value(&other));
    }
    one.split_whitespace().eq(other.split_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::MemoryChange;
    use crate::tree::MemoryTree;

    fn edit(path: &str, base: Option<(&str, &str)>, versions: &[&str]) -> Option<usize> {
        let mut tree = MemoryTree::default();
        if let Some((path, text)) = base {
            tree.put(path, text);
        }
        let mut change = MemoryChange::of(tree);
        for text in versions {
            change.commit(Vec::new(), [(path.to_owned(), text.as_bytes().to_vec())]);
        }
        last_edit(&Commits::of(&change).unwrap(), path).unwrap()
    }

    #[test]
    fn what_cannot_be_read_is_not_taken_for_an_edit() {
        let mut tree = MemoryTree::default();
        tree.put("c.md", "at most 1 %\n");
        let mut change = MemoryChange::of(tree);
        change.commit(Vec::new(), [("c.md".to_owned(), b"at most\n1 %\n".to_vec())]);
        change.forget_versions();
        let commits = Commits::of(&change).unwrap();
        assert_eq!(last_edit(&commits, "c.md"), Err(ReadError::Missing));
        assert_eq!(last_edit(&commits, "other.md"), Ok(None));
    }

    #[test]
    fn what_means_the_same_is_no_edit() {
        let data = Some(("c.yaml", "limit: 1\nname: x\n"));
        assert_eq!(edit("c.yaml", data, &["# agreed\nname: x\nlimit:   1\n"]), None);
        assert_eq!(edit("c.yaml", data, &["limit: 2\nname: x\n", "# why\nlimit: 2\nname: x\n"]), Some(0));
        assert_eq!(edit("c.md", Some(("c.md", "at most 1 %\n")), &["at most\n1 %\n", "at most 2 %\n"]), Some(1));
        assert_eq!(edit("c.md", None, &["at most 1 %\n"]), Some(0), "new");
        assert_eq!(edit("docs/c.md", Some(("c.md", "at most 1 %\n")), &["at most 1 %\n"]), None, "renamed");
        assert_eq!(edit("c.md", None, &[]), None);
    }
}
