//! Which files are source files that may name a model, and which are aside of what is served.
//!
//! Tests name models that nobody serves, pages about the code show them, and what was brought
//! along from elsewhere is not this repository's to change: none of these is looked into.

use std::collections::BTreeMap;

use super::Language;
use crate::tree::file_name;

/// Folders of tests, of pages, and of what others wrote.
const ASIDE: [&str; 20] = [
    "test",
    "tests",
    "__tests__",
    "__mocks__",
    "testdata",
    "testing",
    "spec",
    "specs",
    "e2e",
    "fixtures",
    "mocks",
    "doc",
    "docs",
    "example",
    "examples",
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "external",
];

/// Endings of files of code in languages that are not read.
const OTHERS: [(&str, &str); 10] = [
    ("kt", "Kotlin"),
    ("scala", "Scala"),
    ("cs", "C#"),
    ("rb", "Ruby"),
    ("php", "PHP"),
    ("swift", "Swift"),
    ("cpp", "C++"),
    ("cc", "C++"),
    ("r", "R"),
    ("jl", "Julia"),
];

/// Whether a file is code of the repository itself that is read.
pub fn is_code(path: &str) -> bool {
    Language::of(path).is_some() && !is_aside(path)
}

/// The languages of code that is not read, with the number of files of each.
pub fn other_languages<'p>(paths: impl IntoIterator<Item = &'p str>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for path in paths {
        let ending = file_name(path).rsplit_once('.').map_or("", |(_, ending)| ending);
        let other = OTHERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending));
        if let Some((_, language)) = other.filter(|_| !is_aside(path)) {
            *counts.entry(*language).or_insert(0) += 1;
        }
    }
    counts
}

/// Whether a file belongs to tests, to pages, or to what others wrote.
pub fn is_aside(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().unwrap_or_default();
    folder.split('/').any(|part| ASIDE.contains(&part))
        || stem == "conftest"
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || name.strip_suffix(".java").is_some_and(|class| class.ends_with("Test"))
        || [".test.", ".spec.", ".stories.", ".min."].iter().any(|mark| name.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_the_repository_itself() {
        for (path, expected) in [
            ("app/chat.py", true),
            ("src/main.rs", true),
            ("web/lib/ai.tsx", true),
            ("notebooks/run.ipynb", true),
            (".env.example", true),
            ("latest/contest.py", true),
            ("tests/chat.py", false),
            ("app/test_chat.py", false),
            ("pkg/chat_test.go", false),
            ("web/chat.test.ts", false),
            ("docs/chat.py", false),
            ("third_party/x/chat.py", false),
            ("static/app.min.js", false),
            ("src/ChatTest.java", false),
            ("app/chat.rb", false),
            ("chat.yaml", false),
        ] {
            assert_eq!(is_code(path), expected, "{path}");
        }
        let others = other_languages(["a/b.kt", "c.kt", "tests/d.kt", "e.py", "f.CS"]);
        assert_eq!(others.into_iter().collect::<Vec<_>>(), [("C#", 1), ("Kotlin", 2)]);
    }
}
