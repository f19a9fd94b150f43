//! Metadata in comments, where there is no front matter: cards of TensorFlow Hub say
//! `<!-- dataset: coco-2017 -->`, which its site reads and readers do not see
//! (<https://www.tensorflow.org/hub/writing_documentation>).

use crate::parse::Node;
use crate::parse::markdown::{BlockKind, Body};
use crate::source::Span;

/// Keys of which a card of TensorFlow Hub has at least one. A comment of another card is a
/// remark, however it reads.
const MARKS: &[&str] = &["asset-path", "network-architecture", "fine-tunable", "module-type", "format"];

/// The entries of the comments; none where there is front matter.
pub(super) fn read(front: &Node, body: &Body, text: &str) -> Node {
    let mut entries = Node::map(front.span);
    if !front.entries().is_empty() {
        return entries;
    }
    let comments = body.blocks.iter().filter(|block| block.kind == BlockKind::Comment);
    for (key, value) in comments.filter_map(|comment| entry(text, comment.span)) {
        entries.put(key, value);
    }
    if MARKS.iter().any(|mark| entries.get(mark).is_some()) { entries } else { Node::map(front.span) }
}

/// `key: value` on one line.
fn entry(text: &str, comment: Span) -> Option<(&str, Node)> {
    let inner = text.get(comment.range())?.strip_prefix("<!--")?.strip_suffix("-->")?;
    let (key, value) = inner.split_once(':')?;
    let (key, said) = (key.trim(), value.trim());
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let start = comment.end as usize - "-->".len() - value.trim_start().len();
    let span = Span::new(comment.source, start, start + said.len());
    (is_key && !said.is_empty() && !said.contains('\n')).then(|| (key, Node::string(said, span)))
}
