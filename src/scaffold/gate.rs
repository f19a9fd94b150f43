//! The gate itself: the configuration, the workflow of the pull requests, the hook.

use std::fmt::Write as _;

/// Where the configuration lies.
pub const CONFIG: &str = "weighbridge.yaml";

/// Where the workflow lies.
pub const WORKFLOW: &str = ".github/workflows/weighbridge.yml";

/// Where hooks are configured.
pub const HOOK: &str = ".pre-commit-config.yaml";

/// The configuration of a repository with that many cards and releases.
pub fn config(cards: usize, releases: usize) -> String {
    let mut out = String::from(
        "# Every key is optional; `weighbridge schema config` has them all.\n\
         apiVersion: weighbridge/v1\nkind: Config\nfail-on: error\n",
    );
    let counts: Vec<String> = [("cards", cards), ("releases", releases)]
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(key, count)| format!("{key}: {count}"))
        .collect();
    if !counts.is_empty() {
        let _ = writeln!(out, "# Fewer than there are today, and the gate says so instead of being green.");
        let _ = writeln!(out, "expect: {{{}}}", counts.join(", "));
    }
    out
}

/// The workflow, of the version that writes it.
pub fn workflow() -> String {
    let action = action(env!("CARGO_PKG_VERSION"), option_env!("WEIGHBRIDGE_COMMIT"));
    WORKFLOW_TEXT.replace("ACTION", &action)
}

/// The action by the commit that this program was built from, where `build.rs` knows it: a tag
/// can be moved.
fn action(version: &str, commit: Option<&str>) -> String {
    match commit {
        Some(commit) => format!("{commit} # v{version}"),
        None => format!("v{version} # put the commit of this tag in its place: a tag can be moved"),
    }
}

const WORKFLOW_TEXT: &str = "\
name: weighbridge
on: [pull_request]
permissions: {}
jobs:
  check:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
          fetch-depth: 0 # what was registered before is compared with the change
      - uses: weighbridge/weighbridge@ACTION
";

/// The hook: it reads everything and runs always, because a commit that only deletes a
/// file can take the evidence of a release away.
pub fn hook() -> String {
    HOOK_TEXT.to_owned()
}

const HOOK_TEXT: &str = "\
repos:
  - repo: local
    hooks:
      - id: weighbridge
        name: weighbridge
        entry: weighbridge check
        language: system
        always_run: true
        pass_filenames: false
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_program_pins_its_action_by_commit() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(action("0.1.0", Some(commit)), format!("{commit} # v0.1.0"));
        assert!(action("0.1.0", None).starts_with("v0.1.0 # put the commit"));
    }
}
