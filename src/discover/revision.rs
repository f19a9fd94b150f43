//! The repository as it was at a commit, and the commits since, read through `git`.
//!
//! A repository may be hostile, and so may its `.git/config`: settings there name programs that
//! git runs. So nothing is asked that would look at the index, the working tree, hooks, filters
//! or a remote: objects alone are read, by plumbing commands, with those settings overruled and
//! every transport forbidden. What is not in the clone stays unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use sha2::Digest as _;

use super::disk::slashed;
use super::root;
use crate::change::{Change, Commit, Person, Version};
use crate::text;
use crate::tree::{self, Listed, ReadError, Tree};

/// The most commits of a change whose files are looked at.
const MAX_COMMITS: usize = 2_000;

/// So many digits of a commit's name are shown.
const SHORT: usize = 10;

/// What to do about a clone that lacks commits.
const DEEPEN: &str = "run `git fetch --unshallow`, or set `fetch-depth: 0` of actions/checkout";

/// The most bytes that are read of what a commit says.
const COMMIT_BYTES: u64 = 1024 * 1024;

/// The files of one commit, below the folder that is checked.
pub struct Revision {
    /// The top of the repository.
    top: PathBuf,
    /// The full name of the commit.
    commit: String,
    /// The folder as seen from the top of the repository: empty, or with `/` at the end.
    prefix: String,
    /// The regular files by their path from the top.
    files: BTreeMap<String, Blob>,
    /// The names of their bytes.
    ids: OnceLock<BTreeSet<String>>,
    batch: Mutex<Batch>,
}

struct Blob {
    id: String,
    size: u64,
}

/// A `git cat-file --batch` that is at work.
struct Batch {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Revision {
    /// The commit at which the working copy at `folder` (canonical) left `revision`: where a change has its
    /// base. The error says why it cannot be known.
    pub fn base(folder: &Path, revision: &str) -> Result<Self, String> {
        let top = root::git_top(folder).ok_or("there is no git repository")?;
        let below = folder.strip_prefix(top).ok().and_then(slashed).unwrap_or_default();
        let prefix = if below.is_empty() { below } else { format!("{below}/") };
        let commit = format!("{revision}^{{commit}}");
        let commit = ask(top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
            .ok_or("this clone has no such commit; fetch it, or set `fetch-depth: 0` of actions/checkout")?;
        let base = ask(top, &["merge-base", &commit, "HEAD"]);
        let base = base.ok_or_else(|| format!("this clone does not reach back to where the two part; {DEEPEN}"))?;
        let listed =
            run(top, &["ls-tree", "-r", "-z", "-l", "--full-tree", &base]).ok_or("git cannot list its files")?;
        let files = listed.split(|byte| *byte == 0).filter_map(file).collect();
        let batch = Mutex::new(Batch::start(top).ok_or("git cannot be started")?);
        Ok(Self { top: top.to_owned(), commit: base, prefix, files, ids: OnceLock::new(), batch })
    }

    /// The bytes of a file by its path from the top of the repository, if it was there.
    pub fn at_top(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let blob = self.files.get(path).ok_or(ReadError::Missing)?;
        if blob.size > limit {
            return Err(ReadError::TooLarge { size: blob.size, limit });
        }
        self.object("blob", &blob.id, limit)
    }

    fn object(&self, kind: &str, id: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        batch.read(kind, id, limit).unwrap_or_else(|| Err(ReadError::Io("git cannot read it".to_owned())))
    }

    /// The commits of the change by their full names, each with its parents and behind them.
    fn graph(&self) -> Option<Vec<Vec<String>>> {
        let (most, not) = (format!("--max-count={}", MAX_COMMITS + 1), format!("^{}", self.commit));
        let lines = run(&self.top, &["rev-list", "--topo-order", "--reverse", "--parents", &most, "HEAD", &not])?;
        let words = |line: &str| line.split_ascii_whitespace().map(str::to_owned).collect();
        Some(String::from_utf8(lines).ok()?.lines().map(words).collect())
    }

    /// The regular files that each commit added or edited, by its full name; none of merges.
    fn edits(&self, names: &[&str]) -> Option<BTreeMap<String, Vec<Version>>> {
        let mut command = git(&self.top);
        command.args(["diff-tree", "--stdin", "--root", "-r", "-z", "--raw", "--no-abbrev", "--no-renames"]);
        let output = fed(command, format!("{}\n", names.join("\n")))?;
        let mut edits: BTreeMap<String, Vec<Version>> = BTreeMap::new();
        let mut files = None;
        let mut fields = output.split(|byte| *byte == 0);
        while let Some(field) = fields.next() {
            match field.strip_prefix(b":") {
                None => files = Some(edits.entry(String::from_utf8_lossy(field).into_owned()).or_default()),
                Some(meta) => files.as_mut()?.extend(edited(meta, fields.next()?, &self.prefix)),
            }
        }
        Some(edits)
    }

    /// What a commit says itself, whatever the clone has of its parents.
    fn said(&self, commit: &str) -> String {
        let said = self.object("commit", commit, COMMIT_BYTES).unwrap_or_default();
        String::from_utf8_lossy(&said).into_owned()
    }

    fn seen_from_top(&self, path: &str) -> Result<String, ReadError> {
        Ok(format!("{}{}", self.prefix, tree::inside(path)?))
    }
}

impl Change for Revision {
    fn commits(&self) -> Result<Vec<Commit>, String> {
        let graph = self.graph().ok_or("git cannot list the commits of the change")?;
        if graph.len() > MAX_COMMITS {
            return Err(format!("the change has more than {}", text::count(MAX_COMMITS, "commit")));
        }
        let names: Vec<&str> = graph.iter().filter_map(|commit| commit.first()).map(String::as_str).collect();
        let mut edits = self.edits(&names).ok_or("git cannot list what the commits of the change edit")?;
        let places: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let commit = |(name, parents): (&&str, &Vec<String>)| {
            let said = self.said(name);
            // Where a shallow clone ends, every file looks as if it had just been added.
            if parents.len() == 1 && has_parents(&said) {
                return Err(format!("this clone does not hold all commits of the change; {DEEPEN}"));
            }
            Ok(Commit {
                name: name.chars().take(SHORT).collect(),
                parents: parents.iter().skip(1).filter_map(|parent| places.get(parent.as_str()).copied()).collect(),
                authors: authors(&said),
                files: edits.remove(*name).unwrap_or_default(),
            })
        };
        names.iter().zip(&graph).map(commit).collect()
    }

    fn version(&self, id: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.object("blob", id, limit)
    }

    fn is_old(&self, id: &str) -> bool {
        self.ids.get_or_init(|| self.files.values().map(|blob| blob.id.clone()).collect()).contains(id)
    }
}

impl Tree for Revision {
    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        let below = self.files.keys().filter_map(|path| path.strip_prefix(&self.prefix));
        (below.map(str::to_owned).collect(), Vec::new())
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.at_top(&self.seen_from_top(path)?, limit)
    }

    fn head(&self, path: &str, limit: usize) -> Result<Vec<u8>, ReadError> {
        let mut bytes = self.read(path, tree::DOCUMENT_BYTES)?;
        bytes.truncate(limit);
        Ok(bytes)
    }

    fn stat(&self, path: &str) -> Result<Listed, ReadError> {
        let size = self.files.get(&self.seen_from_top(path)?).ok_or(ReadError::Missing)?.size;
        Ok(Listed { path: tree::inside(path)?, size })
    }

    fn sha256(&self, path: &str) -> Result<[u8; 32], ReadError> {
        self.read(path, tree::DOCUMENT_BYTES).map(|bytes| sha2::Sha256::digest(bytes).into())
    }
}

impl Batch {
    fn start(top: &Path) -> Option<Self> {
        let mut command = git(top);
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let (input, output) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        Some(Self { child, input, output })
    }

    /// The bytes of an object; `None` where it is not there, or is something else.
    fn read(&mut self, kind: &str, id: &str, limit: u64) -> Option<Result<Vec<u8>, ReadError>> {
        writeln!(self.input, "{id}").ok()?;
        self.input.flush().ok()?;
        let mut header = String::new();
        self.output.read_line(&mut header).ok()?;
        // `<id> <type> <size>`; the bytes, and a line end.
        let size: u64 = header.trim_end().strip_prefix(&format!("{id} {kind} "))?.parse().ok()?;
        let mut object = (&mut self.output).take(size.saturating_add(1));
        if size > limit {
            io::copy(&mut object, &mut io::sink()).ok()?;
            return Some(Err(ReadError::TooLarge { size, limit }));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).ok()?);
        object.read_to_end(&mut bytes).ok()?;
        // Fewer are those of a `git` that has ended.
        (bytes.pop().is_some() && bytes.len() as u64 == size).then_some(Ok(bytes))
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // It only reads; nobody waits for what it has to say.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A regular file of a listing: `mode type id size<tab>path`. A partial clone may have no bytes of
/// it, and then no size either: that it was there is known, and reading it says that it cannot be.
fn file(entry: &[u8]) -> Option<(String, Blob)> {
    let (meta, path) = std::str::from_utf8(entry).ok()?.split_once('\t')?;
    let mut fields = meta.split_ascii_whitespace();
    let regular = fields.next()?.starts_with("100") && fields.next()? == "blob";
    let (id, size) = (fields.next()?.to_owned(), fields.next()?.parse().unwrap_or(0));
    regular.then(|| (path.to_owned(), Blob { id, size }))
}

/// What a commit did to a regular file: `mode mode id id status`, and the path.
fn edited(meta: &[u8], path: &[u8], prefix: &str) -> Option<Version> {
    let mut fields = std::str::from_utf8(meta).ok()?.split_ascii_whitespace().skip(1);
    let regular = fields.next()?.starts_with("100");
    let id = fields.nth(1)?.to_owned();
    let path = std::str::from_utf8(path).ok()?.strip_prefix(prefix)?.to_owned();
    regular.then_some(Version { path, id })
}

/// Whether a commit names one that it follows.
fn has_parents(commit: &str) -> bool {
    commit.lines().take_while(|line| !line.is_empty()).any(|line| line.starts_with("parent "))
}

/// The author of a commit, and those who are named beside in its message.
fn authors(commit: &str) -> Vec<Person> {
    let (headers, message) = commit.split_once("\n\n").unwrap_or((commit, ""));
    let author = headers.lines().find_map(|line| line.strip_prefix("author "));
    let with = message.lines().filter_map(|line| {
        let (key, value) = line.trim().split_once(':')?;
        key.eq_ignore_ascii_case("co-authored-by").then_some(value)
    });
    author.into_iter().chain(with).filter_map(Person::parse).collect()
}

/// What a command says that is given a text to read.
fn fed(mut command: Command, input: String) -> Option<Vec<u8>> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let mut pipe = child.stdin.take()?;
    // It may answer before it has read all; what it does not read is its own affair.
    let writer = std::thread::spawn(move || pipe.write_all(input.as_bytes()));
    let output = child.wait_with_output().ok()?;
    let _ = writer.join();
    output.status.success().then_some(output.stdout)
}

/// The one line that git answers.
fn ask(top: &Path, arguments: &[&str]) -> Option<String> {
    let line = String::from_utf8(run(top, arguments)?).ok()?.trim_end().to_owned();
    (!line.is_empty() && !line.contains('\n')).then_some(line)
}

fn run(top: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = git(top).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then_some(output.stdout)
}

fn git(top: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(top).args(["--no-pager", "--literal-pathspecs"]);
    for setting in
        ["core.fsmonitor=false", "core.hooksPath=/dev/null", "protocol.allow=never", "log.showSignature=false"]
    {
        command.args(["-c", setting]);
    }
    // A hook of git's has variables for the repository that it runs in, which may be another one.
    let inherited = std::env::vars_os().map(|(name, _)| name);
    for name in inherited.filter(|name| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    command.envs([
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_ALLOW_PROTOCOL", "none"),
        ("GIT_NO_REPLACE_OBJECTS", "1"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
    ]);
    command.stderr(Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    use super::authors;

    #[test]
    fn those_who_made_a_commit_together_are_its_authors() {
        let commit = "tree 1\nauthor Tobias <t@example.org> 1 +0000\ncommitter GitHub <noreply@github.com> 1 +0000\n\nApprove (#12)\n\n* author Nobody <n@example.org>\n\nCo-authored-by: Sadia Rahman <sadia@example.org>\nco-authored-by: broken\n";
        let emails: Vec<String> = authors(commit).into_iter().map(|person| person.email).collect();
        assert_eq!(emails, ["t@example.org", "sadia@example.org"]);
        assert!(authors("").is_empty());
    }
}
