//! `weighbridge check` as a process: how long it takes and what it uses.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Failure;

const BINARY: &str = env!("CARGO_BIN_EXE_weighbridge");

/// GNU time, which says what a process has used.
const TIME: &str = "/usr/bin/time";

/// One run of the tool.
pub(crate) struct Run {
    /// From before the start until it has ended.
    pub(crate) wall: Duration,
    /// Its exit code.
    pub(crate) exit: i32,
    /// What it used; `None` until [`resources`] is asked.
    pub(crate) resources: Option<Resources>,
}

impl Run {
    /// The processor time where it is known, which other work on the machine changes less.
    pub(crate) fn cost(&self) -> Duration {
        self.resources.as_ref().map_or(self.wall, |resources| resources.cpu)
    }
}

/// What a process used.
pub(crate) struct Resources {
    /// Processor time of all its threads, in user and system mode.
    pub(crate) cpu: Duration,
    kilobytes: f64,
}

impl Resources {
    /// The most memory that it had at once.
    pub(crate) fn megabytes(&self) -> f64 {
        self.kilobytes / 1024.0
    }
}

/// Runs `weighbridge check PATH --format json` in `root`. An exit code other
/// than 0 and 1 means that nothing was checked: that is an error here too.
pub(crate) fn check(root: &Path, path: &Path) -> Result<Run, Failure> {
    let mut command = Command::new(BINARY);
    let start = Instant::now();
    let status = arguments(&mut command, root, path).stderr(Stdio::inherit()).status()?;
    let wall = start.elapsed();
    match status.code() {
        Some(exit @ 0..=1) => Ok(Run { wall, exit, resources: None }),
        _ => Err(format!("`weighbridge check {}` ended with {status}", path.display()).into()),
    }
}

/// What one more run uses, by GNU time; `None` where that is not installed.
pub(crate) fn resources(root: &Path, path: &Path) -> Result<Option<Resources>, Failure> {
    if !Path::new(TIME).exists() {
        return Ok(None);
    }
    let mut command = Command::new(TIME);
    command.args(["--format", "%U %S %M", BINARY]);
    let output = arguments(&mut command, root, path).stderr(Stdio::piped()).output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let numbers: Vec<f64> =
        text.lines().last().unwrap_or_default().split(' ').filter_map(|word| word.parse().ok()).collect();
    let [user, system, kilobytes] = numbers[..] else { return Ok(None) };
    Ok(Some(Resources { cpu: Duration::from_secs_f64(user + system), kilobytes }))
}

fn arguments<'a>(command: &'a mut Command, root: &Path, path: &Path) -> &'a mut Command {
    command.arg("check").arg(path).args(["--format", "json"]).current_dir(root).env_remove("GITHUB_ACTIONS");
    command.stdin(Stdio::null()).stdout(Stdio::null())
}
