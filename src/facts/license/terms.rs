//! What the files with terms say of the duties of a licence.
//!
//! The `LICENSE` at the root is beside every release, so what a folder says of a licence is
//! worked out once. The texts themselves are not kept.

use std::collections::BTreeSet;

use super::clauses::Clauses;
use super::{is_titled, plain};
use crate::link::Files;
use crate::memo::Memo;
use crate::tree;

/// How the names of files with terms begin.
const NAMED: [&str; 6] = ["copying", "licence", "license", "notice", "terms", "use_policy"];

/// The most files of one folder that are read.
const FILES: usize = 50;

/// The most bytes of one text that are read.
const MOST: u64 = 1024 * 1024;

/// What a licence asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Duty {
    /// To show where the model comes from.
    Display,
    /// To pass the use restrictions on.
    Policy,
    /// To write a line into a notice.
    Notice,
    /// To pass a copy of the licence on.
    Copy,
}

impl Duty {
    /// The word in facts.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Display => "display",
            Self::Policy => "policy",
            Self::Notice => "notice",
            Self::Copy => "copy",
        }
    }
}

/// The duties that texts fulfil.
pub(super) type Fulfilled = BTreeSet<Duty>;

/// What the running text of a card fulfils: a notice is a file.
pub(super) fn by_card(prose: &str, clauses: &Clauses) -> Fulfilled {
    let mut fulfilled = by_words(prose, clauses);
    fulfilled.remove(&Duty::Notice);
    fulfilled
}

/// What a file fulfils. A copy of the licence speaks of every duty, and passes nothing on but
/// itself and its restrictions.
fn by_file(text: &str, clauses: &Clauses) -> Fulfilled {
    let mut fulfilled = by_words(text, clauses);
    if clauses.title.as_deref().is_some_and(|title| is_titled(text, title)) {
        fulfilled.retain(|duty| *duty == Duty::Policy);
        fulfilled.insert(Duty::Copy);
    }
    fulfilled
}

fn by_words(text: &str, clauses: &Clauses) -> Fulfilled {
    let text = plain(text);
    let says = |words: &String| text.contains(&plain(words));
    let said = [
        (Duty::Display, clauses.display.iter().any(says)),
        (Duty::Policy, clauses.policy.iter().any(says)),
        (Duty::Notice, clauses.notice.iter().any(says)),
    ];
    said.into_iter().filter(|(_, said)| *said).map(|(duty, _)| duty).collect()
}

/// What the files with terms fulfil, by folder and licence.
#[derive(Default)]
pub struct Terms {
    known: Memo<(String, &'static str), Fulfilled>,
}

impl Terms {
    /// What the files of one folder fulfil of a licence.
    pub(super) fn in_folder(&self, files: &Files<'_>, folder: &str, clauses: &'static Clauses) -> Fulfilled {
        self.known.get((folder.to_owned(), clauses.id.as_str()), || read(files, folder, clauses))
    }
}

fn read(files: &Files<'_>, folder: &str, clauses: &Clauses) -> Fulfilled {
    let is_named = |name: &&String| NAMED.iter().any(|start| name.to_lowercase().starts_with(start));
    let named = files.in_folder(folder).iter().filter(is_named);
    let paths = named.filter_map(|name| tree::join(folder, name).ok()).take(FILES);
    let fulfilled = paths.flat_map(|path| {
        let bytes = files.tree().read(&path, MOST).unwrap_or_default();
        by_file(&String::from_utf8_lossy(&bytes), clauses)
    });
    fulfilled.collect()
}

#[cfg(test)]
mod tests {
    use super::super::clauses::of_license;
    use super::*;
    use crate::tree::MemoryTree;

    fn said(text: &str, license: &str) -> Vec<Duty> {
        by_file(text, of_license(license).unwrap()).into_iter().collect()
    }

    #[test]
    fn a_notice_is_no_copy_however_it_is_broken() {
        for text in [
            "Gemma is provided under and subject to the Gemma Terms of Use\nfound at ai.google.dev/gemma/terms\n",
            "Gemma is provided under and subject to the\nGemma Terms of Use\nfound at ai.google.dev/gemma/terms\n",
            "Gemma is provided under and subject to the Gemma Terms of\nUse found at ai.google.dev/gemma/terms\n",
        ] {
            assert_eq!(said(text, "gemma"), [Duty::Policy, Duty::Notice], "{text}");
        }
    }

    #[test]
    fn the_licence_itself_shows_nothing_to_users() {
        let text = "LLAMA 3.2 COMMUNITY LICENSE AGREEMENT\n\nYou shall display \"Built with Llama\" and obey the \
                    Acceptable Use Policy.\n";
        assert_eq!(said(text, "llama3.2"), [Duty::Policy, Duty::Copy]);
        assert_eq!(said(text, "llama3.1"), [Duty::Display, Duty::Policy], "it is the copy of another");
        let gemma = of_license("gemma").unwrap();
        let card = by_card("Gemma is provided under and subject to the Gemma Terms of Use.", gemma);
        assert_eq!(card, Fulfilled::new(), "a notice is a file");
    }

    #[test]
    fn what_a_folder_says_is_read_once() {
        let mut tree = MemoryTree::default();
        tree.put("NOTICE", "**Built\nwith   Llama**");
        tree.put("LICENSE.txt", "# Llama 3.2 Community License Agreement\n");
        tree.put("README.md", "Acceptable Use Policy");
        let files = Files::new(&tree, tree.paths().map(str::to_owned).collect::<Vec<_>>());
        let (terms, llama) = (Terms::default(), of_license("llama3.2").unwrap());
        let found = Fulfilled::from([Duty::Display, Duty::Copy]);
        assert_eq!(terms.in_folder(&files, "", llama), found);
        let empty = MemoryTree::default();
        assert_eq!(terms.in_folder(&Files::new(&empty, Vec::new()), "", llama), found, "from memory");
        assert_eq!(terms.in_folder(&files, "models", llama), Fulfilled::new());
    }
}
