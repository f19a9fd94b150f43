//! Settings of the repository's own configuration that are about no file.

use super::Read;
use crate::config::idle;
use crate::discover::CONFIG_FILE;
use crate::finding::Finding;
use crate::parse::Node;
use crate::text::quote;

/// One for each glob that matches neither a file of the walk nor a document. The walk is that of the
/// whole repository, whatever the run is about. A configuration from elsewhere is written
/// for more than one repository, and nothing is said of it.
pub(super) fn findings(read: &Read<'_>) -> Vec<Finding> {
    let own = read.documents.iter().find(|document| document.path == CONFIG_FILE && document.sound);
    let Some(config) = own else { return Vec::new() };
    let documents = read.documents.iter().map(|document| document.path.as_str());
    let paths: Vec<&str> = read.files.paths().chain(documents).collect();
    idle::globs(&config.root, &paths).into_iter().map(finding).collect()
}

fn finding(glob: &Node) -> Finding {
    let shown = quote(glob.text().unwrap_or_default());
    Finding::new("gate/glob-unused", glob.span, format!("`{shown}` matches no file, so this entry does nothing"))
        .label("matches nothing")
}
