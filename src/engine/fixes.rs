//! Which fixes are offered, and as what they are written.
//!
//! A decision that somebody has made is theirs: approval records beyond their draft,
//! waivers, and every document whose digest another one names, carry no fix at all. To
//! change one of those is to have it approved again. A new value is put in quotes where
//! the old one stood in quotes, or where it would be read as something else without.

use std::collections::{BTreeMap, BTreeSet};

use super::Read;
use crate::facts::{approval, canonical, digest};
use crate::finding::{Finding, Fix};
use crate::kind::Kind;
use crate::parse::{Document, Node, Resolved, Syntax, edit};

/// Leaves the fixes that may be made, each as it is to be written.
pub(super) fn offer(findings: &mut [Finding], read: &Read<'_>) {
    if findings.iter().all(|finding| finding.fix.is_none()) {
        return;
    }
    let documents: BTreeMap<u32, &Document> =
        read.documents.iter().map(|document| (document.source.0, document)).collect();
    let named = named(&read.documents);
    let mut free: BTreeMap<u32, bool> = BTreeMap::new();
    for finding in findings {
        let fix = finding.fix.take().and_then(|fix| {
            let source = fix.span.source.0;
            let document = documents.get(&source)?;
            let free = free.entry(source).or_insert_with(|| is_free(document, &named, read));
            if *free { written(fix, finding, document, read) } else { None }
        });
        finding.fix = fix;
    }
}

/// The digests that documents name, drafts of approvals aside: `seal` fills those in anew.
fn named(documents: &[Document]) -> BTreeSet<&str> {
    let mut named = BTreeSet::new();
    let settled = |document: &&Document| document.kind != Kind::ApprovalRecord || !approval::is_draft(&document.root);
    let mut open: Vec<&Node> = documents.iter().filter(settled).map(|document| &document.root).collect();
    while let Some(node) = open.pop() {
        named.extend(node.as_str().filter(|text| text.starts_with("sha256:")));
        open.extend(node.items());
        open.extend(node.entries().iter().map(|entry| &entry.value));
    }
    named
}

/// Whether nobody has decided on a document as it is.
fn is_free(document: &Document, named: &BTreeSet<&str>, read: &Read<'_>) -> bool {
    let decided = match document.kind {
        Kind::Waivers => true,
        Kind::ApprovalRecord => !approval::is_draft(&document.root),
        Kind::Release => named.contains(canonical::digest_of_manifest(&document.root).as_str()),
        _ => false,
    };
    let bytes = digest::of(&read.files, &document.path);
    !decided && bytes.is_ok_and(|digest| !named.contains(digest.as_str()))
}

/// A fix with the line ends of the document and, where it is a value of the tree, in the quotes
/// that it needs; `None` where that cannot be told.
fn written(mut fix: Fix, finding: &Finding, document: &Document, read: &Read<'_>) -> Option<Fix> {
    if read.sources.get(document.source).text().contains("\r\n") {
        fix.replacement = fix.replacement.replace('\n', "\r\n");
    }
    let Resolved::Found(node) = document.root.resolve(&finding.pointer) else { return Some(fix) };
    if node.span != fix.span || fix.span.start == fix.span.end {
        return Some(fix);
    }
    let syntax = Syntax::of(&document.path).unwrap_or(Syntax::Yaml);
    let was = read.sources.get(document.source).slice(node.span);
    let replacement = edit::in_place_of(was, node.scalar()?, &fix.replacement, syntax)?;
    Some(Fix { replacement, ..fix })
}
