//! CODEOWNERS: who answers for which path, by the rules of GitHub and of GitLab.
//!
//! | | GitHub | GitLab |
//! |---|---|---|
//! | where | `.github/`, the root, `docs/` | the root, `docs/`, `.gitlab/` |
//! | which entry counts | the last that matches | the last that matches, of each section |
//! | `docs/*.md` | from the root | in any folder |
//! | `[Section] @owner` | | a section; entries without owners get those |
//! | `!path` | is not supported | nobody of that section owns it |
//!
//! In both, `*` stays within one folder, `**` does not, `/docs/` is all that is in
//! the folder, `/docs/*` only what is directly in it, `#` begins a comment, and an
//! entry without owners takes the path from its owners. A file with a section is
//! read by the rules of GitLab wherever it lies.

use std::collections::BTreeSet;

use regex::Regex;

use crate::text::quote;

/// A CODEOWNERS file, read.
#[derive(Debug)]
pub struct Codeowners {
    /// Where it lies.
    path: String,
    sections: Vec<Vec<Pattern>>,
}

#[derive(Debug)]
struct Pattern {
    path: Regex,
    owners: Vec<String>,
    excluded: bool,
}

/// Where the file may lie, first come first served.
const PLACES: &[&str] = &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// The most entries that are read; GitHub itself reads 3 MB.
const MOST: usize = 20_000;

impl Codeowners {
    /// The file of a repository, if there is one; `text` gives that of a path.
    pub fn find(text: impl Fn(&str) -> Option<String>) -> Option<Self> {
        PLACES.iter().find_map(|path| text(path).map(|text| Self::parse(path, &text)))
    }

    /// Where it lies.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Reads a file; a line that is no entry counts for nothing, as on the platforms.
    fn parse(path: &str, text: &str) -> Self {
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let gitlab = path.starts_with(".gitlab/") || lines().any(|line| header(line).is_some());
        let mut sections: Vec<(String, Vec<Pattern>)> = vec![(String::new(), Vec::new())];
        let mut current = 0;
        let mut defaults: Vec<String> = Vec::new();
        for line in lines().take(MOST) {
            if let Some((name, owners)) = header(line).filter(|_| gitlab) {
                defaults = owners;
                // A section that is named again goes on.
                current = sections.iter().position(|(known, _)| *known == name).unwrap_or(sections.len());
                if current == sections.len() {
                    sections.push((name, Vec::new()));
                }
                continue;
            }
            let entry = entry(line, gitlab, &defaults);
            if let (Some(entry), Some((_, entries))) = (entry, sections.get_mut(current)) {
                entries.push(entry);
            }
        }
        Self { path: path.to_owned(), sections: sections.into_iter().map(|(_, entries)| entries).collect() }
    }

    /// The owners of a path, in lower case.
    pub fn of(&self, path: &str) -> BTreeSet<String> {
        let mut owners = BTreeSet::new();
        for section in &self.sections {
            let out = section.iter().any(|entry| entry.excluded && entry.path.is_match(path));
            let last = section.iter().rev().find(|entry| !entry.excluded && entry.path.is_match(path));
            owners.extend(last.filter(|_| !out).into_iter().flat_map(|entry| entry.owners.iter().cloned()));
        }
        owners
    }

    /// Why `owner` is not an owner of `path`, if that is so.
    pub fn fault(&self, owner: &str, path: &str) -> Option<String> {
        let owners = self.of(path);
        if owners.contains(&owner.trim().to_lowercase()) {
            return None;
        }
        let (owner, path, file) = (quote(owner), quote(path), quote(&self.path));
        let list: Vec<String> = owners.iter().take(5).map(|owner| format!("`{}`", quote(owner))).collect();
        Some(match list.as_slice() {
            [] => format!("`{owner}` is not an owner of `{path}`: nobody is, by `{file}`"),
            list => format!("`{owner}` is not an owner of `{path}`; by `{file}` that is {}", list.join(", ")),
        })
    }
}

/// The name and the default owners of `[Section]`, `^[Optional]`, `[Section][2] @owner`.
fn header(line: &str) -> Option<(String, Vec<String>)> {
    let (name, rest) = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?.split_once(']')?;
    let rest = match rest.strip_prefix('[') {
        Some(count) => count.split_once(']').filter(|(count, _)| count.bytes().all(|b| b.is_ascii_digit()))?.1,
        None => rest,
    };
    let apart = rest.is_empty() || rest.starts_with(char::is_whitespace);
    // `[a-z]*.md` is a pattern with a range, which neither platform supports.
    (apart && !name.trim().is_empty()).then(|| (name.trim().to_lowercase(), owners(rest)))
}

fn owners(text: &str) -> Vec<String> {
    let words = text.split_whitespace().take_while(|word| !word.starts_with('#'));
    words.filter(|word| word.contains('@')).map(str::to_lowercase).collect()
}

fn entry(line: &str, gitlab: bool, defaults: &[String]) -> Option<Pattern> {
    let excluded = gitlab && line.starts_with('!');
    if !gitlab && (line.starts_with('!') || line.starts_with('[')) {
        return None;
    }
    let line = if excluded { line.get(1..)? } else { line };
    let (path, rest) = split(line);
    let own = owners(rest);
    let owners = if own.is_empty() { defaults.to_vec() } else { own };
    Some(Pattern { path: glob(&path, gitlab)?, owners, excluded })
}

/// The pattern, up to the first blank that is not escaped, and what follows it.
fn split(line: &str) -> (String, &str) {
    let mut path = String::new();
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => path.extend(chars.next().map(|(_, c)| c)),
            c if c.is_whitespace() => return (path, line.get(at..).unwrap_or("")),
            c => path.push(c),
        }
    }
    (path, "")
}

/// A pattern as a regular expression over whole paths.
fn glob(pattern: &str, gitlab: bool) -> Option<Regex> {
    let inner = pattern.trim_end_matches('/');
    let anchored = pattern.starts_with('/') || !gitlab && inner.contains('/');
    let folder = pattern.ends_with('/');
    let body = inner.trim_start_matches('/');
    let mut regex = String::from(if anchored { "^" } else { "^(?:.*/)?" });
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("**/") {
            regex.push_str("(?:.*/)?");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("**") {
            regex.push_str(".*");
            rest = after;
        } else {
            match c {
                '*' => regex.push_str("[^/]*"),
                '?' => regex.push_str("[^/]"),
                c => regex.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
            }
            rest = rest.get(c.len_utf8()..)?;
        }
    }
    regex.push_str(match (folder, body) {
        (_, "") => ".*$",
        (true, _) => "/.*$",
        (false, "*") => "(?:/.*)?$",
        (false, body) if body.ends_with("/*") => "$",
        _ => "(?:/.*)?$",
    });
    regex::RegexBuilder::new(&regex).size_limit(1 << 18).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(place: &str, text: &str, path: &str) -> String {
        Codeowners::parse(place, text).of(path).into_iter().collect::<Vec<_>>().join(" ")
    }

    fn matches(pattern: &str, path: &str) -> bool {
        glob(pattern, false).unwrap().is_match(path)
    }

    #[test]
    fn the_patterns_that_github_documents() {
        for (pattern, yes, no) in [
            ("*", "a/b.c", ""),
            ("*.js", "src/x/a.js", "a.jsx"),
            ("/build/logs/", "build/logs/a/b", "x/build/logs/a"),
            ("docs/*", "docs/getting-started.md", "docs/build-app/troubleshooting.md"),
            ("apps/", "x/apps/y/z", "apps"),
            ("/docs/", "docs/a/b", "x/docs/a"),
            ("**/logs", "deeply/nested/logs/error.log", "mylogs/x"),
            ("/apps/github", "apps/github/x", "apps/github2"),
            ("foo", "x/foo/y", "x/food"),
            ("/a/**/b", "a/x/y/b", "a/x/y/c"),
            ("/a/**/b", "a/b", "b/a/b"),
            ("docs/api", "docs/api/x", "x/docs/api/x"),
            ("a?c", "abc", "a/c"),
            ("a.c", "a.c", "abc"),
        ] {
            assert!(matches(pattern, yes), "{pattern} on {yes}");
            assert!(!matches(pattern, no) || no.is_empty(), "{pattern} on {no}");
        }
    }

    #[test]
    fn the_last_entry_counts_and_may_have_no_owner() {
        let text =
            "# all\n* @Org/All\n/models/ @org/ml someone@acme.io # who else\n/models/x\n!/models/y @no\n[x]*.md @no\n";
        let at = |path| of("CODEOWNERS", text, path);
        assert_eq!(at("README"), "@org/all");
        assert_eq!(at("models/a/b"), "@org/ml someone@acme.io");
        assert_eq!(at("models/x"), "", "an entry without owners");
        assert_eq!(at("models/y"), "@org/ml someone@acme.io", "GitHub knows no `!`");
        assert_eq!(of("CODEOWNERS", "a\\ b @x\n\\#c @y\n", "a b"), "@x");
        assert_eq!(of("CODEOWNERS", "a\\ b @x\n\\#c @y\n", "#c"), "@y");
    }

    #[test]
    fn sections_of_gitlab_count_each() {
        let text =
            "* @all\n[Docs] @docs\n*.md\n/docs/ @writers\n^[Ops][2] @ops\n/deploy/\n!/deploy/x\n[DOCS]\n*.txt @t\n";
        let at = |path| of("CODEOWNERS", text, path);
        assert_eq!(at("a/b.md"), "@all @docs");
        assert_eq!(at("docs/b.md"), "@all @writers");
        assert_eq!(at("deploy/y"), "@all @ops");
        assert_eq!(at("deploy/x"), "@all");
        assert_eq!(at("q.txt"), "@all @t", "the same section by another case");
        assert_eq!(of(".gitlab/CODEOWNERS", "docs/*.md @d\n", "x/docs/a.md"), "@d");
        assert_eq!(of(".github/CODEOWNERS", "docs/*.md @d\n", "x/docs/a.md"), "");
    }

    #[test]
    fn whoever_is_not_an_owner_is_told_who_is() {
        let owners = Codeowners::parse("CODEOWNERS", "/a @One @two\n");
        assert_eq!(owners.fault("@ONE", "a"), None);
        let who = "`@x` is not an owner of `a`; by `CODEOWNERS` that is `@one`, `@two`";
        assert_eq!(owners.fault("@x", "a").as_deref(), Some(who));
        let nobody = "`@x` is not an owner of `b`: nobody is, by `CODEOWNERS`";
        assert_eq!(owners.fault("@x", "b").as_deref(), Some(nobody));
    }
}
