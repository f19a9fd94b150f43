//! Globs, relative to the root: `*` stays within a folder, `**` does not, and a
//! glob that names a folder holds all that is in it.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Some globs.
#[derive(Clone, Debug, Default)]
pub(super) struct Globs(GlobSet);

impl Globs {
    /// Compiles globs; an error is why one of them is none.
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let pattern = check(pattern)?;
            for form in [pattern.to_owned(), format!("{pattern}/**")] {
                let glob = GlobBuilder::new(&form).literal_separator(true).build();
                set.add(glob.map_err(|error| error.kind().to_string())?);
            }
        }
        set.build().map(Self).map_err(|error| error.kind().to_string())
    }

    /// Whether any of them matches the path.
    pub(super) fn hold(&self, path: &str) -> bool {
        !self.0.is_empty() && self.0.is_match(path)
    }
}

/// A glob without what it need not say; an error where it can match nothing.
fn check(pattern: &str) -> Result<&str, String> {
    let cut = pattern.strip_prefix("./").unwrap_or(pattern).trim_end_matches('/');
    let why = if cut.is_empty() {
        "it is empty"
    } else if cut.starts_with('!') {
        "it cannot be negated; use `exclude`"
    } else if cut.starts_with('/') {
        "it is relative to the root already; leave the first `/` out"
    } else if cut.contains('\\') {
        "folders are separated by `/`"
    } else if cut.split('/').any(|part| part == "..") {
        "it leads out of the repository"
    } else {
        return Ok(cut);
    };
    Err(why.to_owned())
}
