//! What the files with terms say of the duties of a licence.
//!
//! The `LICENSE` at the root is beside every release, so what a folder says of a licence is
//! worked out once. The texts themselves are not kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::clauses::Clauses;
use super::{is_titled, plain};
use crate::link::Files;
use crate::tree;

/// How the names of files with terms begin.
const NAMED: [&str; 6] = ["copying", "licence", "license", "notice", "terms", "use_policy"];

/// The most files of one folder that are read.
const FILES: usize = 50;

/// The most bytes of one text that are read.
const MOST: u64 = 1024 * 1024;

/// Which duties of a licence texts fulfil.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fulfilled {
    /// What has to be shown is.
    pub display: bool,
    /// The use restrictions are passed on.
    pub policy: bool,
    /// The line of the notice is there.
    pub notice: bool,
    /// There is a copy of the licence.
    pub copy: bool,
}

impl Fulfilled {
    /// What either of two texts fulfils.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            display: self.display || other.display,
            policy: self.policy || other.policy,
            notice: self.notice || other.notice,
            copy: self.copy || other.copy,
        }
    }

    /// What the running text of a card fulfils: a notice is a file.
    pub(super) fn by_card(prose: &str, clauses: &Clauses) -> Self {
        Self { notice: false, ..Self::by_words(&plain(prose), clauses) }
    }

    /// What a file fulfils. A copy of the licence speaks of every duty, and passes nothing on
    /// but itself and its restrictions.
    fn by_file(text: &str, clauses: &Clauses) -> Self {
        let said = Self::by_words(&plain(text), clauses);
        if clauses.title.as_deref().is_some_and(|title| is_titled(text, title)) {
            return Self { policy: said.policy, copy: true, ..Self::default() };
        }
        said
    }

    fn by_words(text: &str, clauses: &Clauses) -> Self {
        let says = |words: &String| text.contains(&plain(words));
        Self {
            display: clauses.display.iter().any(says),
            policy: clauses.policy.iter().any(says),
            notice: clauses.notice.iter().any(says),
            copy: false,
        }
    }
}

/// What the files with terms fulfil, by folder and licence.
#[derive(Default)]
pub struct Terms {
    known: Mutex<BTreeMap<(String, &'static str), Arc<OnceLock<Fulfilled>>>>,
}

impl Terms {
    /// What the files of one folder fulfil of a licence.
    pub(super) fn in_folder(&self, files: &Files<'_>, folder: &str, clauses: &'static Clauses) -> Fulfilled {
        let fulfilled = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry((folder.to_owned(), clauses.id.as_str())).or_default())
        };
        *fulfilled.get_or_init(|| read(files, folder, clauses))
    }
}

fn read(files: &Files<'_>, folder: &str, clauses: &Clauses) -> Fulfilled {
    let is_named = |name: &&String| NAMED.iter().any(|start| name.to_lowercase().starts_with(start));
    let named = files.in_folder(folder).iter().filter(is_named);
    let paths = named.filter_map(|name| tree::join(folder, name).ok()).take(FILES);
    paths.fold(Fulfilled::default(), |fulfilled, path| {
        let bytes = files.tree().read(&path, MOST).unwrap_or_default();
        fulfilled.or(Fulfilled::by_file(&String::from_utf8_lossy(&bytes), clauses))
    })
}

#[cfg(test)]
mod tests {
    use super::super::clauses::of_license;
    use super::*;
    use crate::tree::MemoryTree;

    fn said(text: &str, license: &str) -> Fulfilled {
        Fulfilled::by_file(text, of_license(license).unwrap())
    }

    #[test]
    fn a_notice_is_no_copy_however_it_is_broken() {
        for text in [
            "Gemma is provided under and subject to the Gemma Terms of Use\nfound at ai.google.dev/gemma/terms\n",
            "Gemma is provided under and subject to the\nGemma Terms of Use\nfound at ai.google.dev/gemma/terms\n",
            "Gemma is provided under and subject to the Gemma Terms of\nUse found at ai.google.dev/gemma/terms\n",
        ] {
            let said = said(text, "gemma");
            assert!(said.notice && said.policy && !said.copy, "{text}");
        }
    }

    #[test]
    fn the_licence_itself_shows_nothing_to_users() {
        let text = "LLAMA 3.2 COMMUNITY LICENSE AGREEMENT\n\nYou shall display \"Built with Llama\" and obey the \
                    Acceptable Use Policy.\n";
        let copy = Fulfilled { policy: true, copy: true, ..Fulfilled::default() };
        assert_eq!(said(text, "llama3.2"), copy);
        assert_eq!(said(text, "llama3.1"), Fulfilled { policy: true, display: true, ..Fulfilled::default() });
        let gemma = of_license("gemma").unwrap();
        let card = Fulfilled::by_card("Gemma is provided under and subject to the Gemma Terms of Use.", gemma);
        assert_eq!(card, Fulfilled::default(), "a notice is a file");
    }

    #[test]
    fn what_a_folder_says_is_read_once() {
        let mut tree = MemoryTree::default();
        tree.put("NOTICE", "**Built\nwith   Llama**");
        tree.put("LICENSE.txt", "# Llama 3.2 Community License Agreement\n");
        tree.put("README.md", "Acceptable Use Policy");
        let files = Files::new(&tree, tree.paths().map(str::to_owned).collect::<Vec<_>>());
        let (terms, llama) = (Terms::default(), of_license("llama3.2").unwrap());
        let found = Fulfilled { display: true, copy: true, ..Fulfilled::default() };
        assert_eq!(terms.in_folder(&files, "", llama), found);
        let empty = MemoryTree::default();
        assert_eq!(terms.in_folder(&Files::new(&empty, Vec::new()), "", llama), found, "from memory");
        assert_eq!(terms.in_folder(&files, "models", llama), Fulfilled::default());
    }
}
