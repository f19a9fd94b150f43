//! The repository as it was at a commit, read through `git`.
//!
//! A repository may be hostile, and so may its `.git/config`: settings there name programs that
//! git runs. So nothing is asked that would look at the index, the working tree, hooks, filters
//! or a remote: objects alone are read, by plumbing commands, with those settings overruled and
//! every transport forbidden. What is not in the clone stays unknown.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use sha2::Digest as _;

use super::disk::slashed;
use super::root;
use crate::tree::{self, Listed, ReadError, Tree};

/// The files of one commit, below the folder that is checked.
pub struct Revision {
    /// The folder as seen from the top of the repository: empty, or with `/` at the end.
    prefix: String,
    /// The regular files by their path from the top.
    files: BTreeMap<String, Blob>,
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
            .ok_or("this clone has no such commit; fetch it first")?;
        let base = ask(top, &["merge-base", &commit, "HEAD"]);
        let base = base.ok_or("this clone does not reach back to where the two part; fetch the whole history")?;
        let listed =
            run(top, &["ls-tree", "-r", "-z", "-l", "--full-tree", &base]).ok_or("git cannot list its files")?;
        let files = listed.split(|byte| *byte == 0).filter_map(file).collect();
        let batch = Mutex::new(Batch::start(top).ok_or("git cannot be started")?);
        Ok(Self { prefix, files, batch })
    }

    /// The bytes of a file by its path from the top of the repository, if it was there.
    pub fn at_top(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let blob = self.files.get(path).ok_or(ReadError::Missing)?;
        if blob.size > limit {
            return Err(ReadError::TooLarge { size: blob.size, limit });
        }
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        batch.read(blob).ok_or_else(|| ReadError::Io("git cannot read it".to_owned()))
    }

    fn seen_from_top(&self, path: &str) -> Result<String, ReadError> {
        Ok(format!("{}{}", self.prefix, tree::inside(path)?))
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

    fn read(&mut self, blob: &Blob) -> Option<Vec<u8>> {
        writeln!(self.input, "{}", blob.id).ok()?;
        self.input.flush().ok()?;
        let mut header = String::new();
        self.output.read_line(&mut header).ok()?;
        // `<id> blob <size>`; the bytes, and a line end.
        if header.trim_end() != format!("{} blob {}", blob.id, blob.size) {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(blob.size).ok()?];
        self.output.read_exact(&mut bytes).ok()?;
        self.output.read_exact(&mut [0]).ok()?;
        Some(bytes)
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
