//! Which fixes are offered, and as what they are written.
//!
//! A decision that somebody has made is theirs: approval records beyond their draft,
//! waivers, and every document whose digest another one names, carry no fix at all. To
//! change one of those is to have it approved again. A new value is put in quotes where
//! the old one stood in quotes, or where it would be read as something else without.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Read;
use crate::facts::{approval, canonical, digest};
use crate::finding::{Finding, Fix};
use crate::kind::Kind;
use crate::parse::{Document, Resolved, Syntax, edit};

/// Leaves the fixes that may be made, each as it is to be written.
pub(super) fn offer(findings: &mut [Finding], read: &Read<'_>) {
    if findings.iter().all(|finding| finding.fix.is_none()) {
        return;
    }
    let documents: BTreeMap<u32, &Document> =
        read.documents.iter().map(|document| (document.source.0, document)).collect();
    let named = named(read);
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

/// The digests that documents name, drafts of approvals aside: `seal` fills those in anew. Of one
/// that cannot be read whole, whatever looks like a digest is taken for one.
fn named<'a>(read: &'a Read<'_>) -> BTreeSet<&'a str> {
    let of = |document: &'a Document| {
        if !document.sound {
            return written_digests(read.sources.get(document.source).text()).collect();
        }
        if document.kind == Kind::ApprovalRecord && approval::is_draft(&document.root) {
            return Vec::new();
        }
        let (mut named, mut open) = (Vec::new(), vec![&document.root]);
        while let Some(node) = open.pop() {
            named.extend(node.as_str().filter(|text| text.starts_with(SHA256)));
            open.extend(node.items());
            open.extend(node.entries().iter().map(|entry| &entry.value));
        }
        named
    };
    read.documents.par_iter().flat_map_iter(of).collect()
}

/// How digests begin, and how many digits follow.
const SHA256: &str = "sha256:";
const DIGITS: usize = 64;

fn written_digests(text: &str) -> impl Iterator<Item = &str> {
    let digits = |digest: &&str| digest.bytes().skip(SHA256.len()).all(|byte| byte.is_ascii_hexdigit());
    text.match_indices(SHA256).filter_map(|(at, _)| text.get(at..at + SHA256.len() + DIGITS)).filter(digits)
}

/// Whether nobody has decided on a document as it is.
fn is_free(document: &Document, named: &BTreeSet<&str>, read: &Read<'_>) -> bool {
    let decided = match document.kind {
        Kind::Waivers => true,
        Kind::ApprovalRecord => !approval::is_draft(&document.root),
        Kind::Release => named.contains(canonical::digest_of_manifest(&document.root).as_str()),
        _ => false,
    };
    if decided || named.is_empty() {
        return !decided;
    }
    let bytes = digest::of(&read.files, &document.path);
    bytes.is_ok_and(|digest| !named.contains(digest.as_str()))
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
