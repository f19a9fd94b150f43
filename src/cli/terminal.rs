//! What the program is talking to: colour, width, the CI system around it.

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::ValueEnum;

use crate::report::RenderOptions;

/// How a command that only shows something prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Human,
    Json,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set; always with `CLICOLOR_FORCE`.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The surroundings of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    color: bool,
    hyperlinks: bool,
    unicode: bool,
    width: usize,
}

impl Terminal {
    pub(super) fn new(color: Color) -> Self {
        let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        let tty = io::stdout().is_terminal();
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                set("CLICOLOR_FORCE") || (tty && !set("NO_COLOR") && env::var_os("TERM") != Some("dumb".into()))
            }
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
        // A log or a pipe takes UTF-8; only a terminal that says otherwise gets ASCII.
        let unicode = !tty || locale.is_none_or(|locale| locale.to_lowercase().replace('-', "").contains("utf8"));
        let width = if tty { terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)) } else { None };
        let width = width.unwrap_or(DEFAULT_WIDTH).clamp(40, 140);
        Self { color, hyperlinks: color && tty, unicode, width }
    }

    /// Its columns.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// How to render for this terminal.
    pub(super) fn render_options(&self, verbose: bool) -> RenderOptions {
        RenderOptions {
            color: self.color,
            hyperlinks: self.hyperlinks,
            unicode: self.unicode,
            width: self.width,
            verbose,
            suppressed: false,
            blob: blob(),
            annotated: None,
        }
    }
}

/// Columns where there is no terminal: what fits a CI log without wrapping.
const DEFAULT_WIDTH: usize = 100;

/// Whether this is a step of a GitHub Actions job.
pub(super) fn in_github_actions() -> bool {
    env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// The file that a step of a GitHub Actions job writes its summary to.
pub(super) fn step_summary() -> Option<PathBuf> {
    let path = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
    path.filter(|_| in_github_actions()).map(PathBuf::from)
}

/// Where the files of this commit can be seen, where a CI system says so.
fn blob() -> Option<String> {
    let get = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let base = if in_github_actions() {
        let (server, repository) = (get("GITHUB_SERVER_URL")?, get("GITHUB_REPOSITORY")?);
        format!("{server}/{repository}/blob/{}", get("GITHUB_SHA")?)
    } else {
        format!("{}/-/blob/{}", get("CI_PROJECT_URL")?, get("CI_COMMIT_SHA")?)
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/".contains(c);
    (base.starts_with("https://") && base.chars().all(plain)).then_some(base)
}
