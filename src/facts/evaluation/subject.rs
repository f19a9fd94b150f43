//! What was evaluated, and whether that is the checkpoint under release.
//!
//! `subjects` has an entry for each thing that a packet or a result file says it is about:
//!
//! | fact | what it says |
//! |---|---|
//! | `what` | `packet` and its field, or the result file |
//! | `status` | `same`, `other` (another release, or the base model alone), `variant` (quantised or merged, which the release is not), `unstated` |
//! | `problem` | what is wrong, as the end of a sentence about it |
//! | `definition`, `shown` | the other side, to be shown |
//!
//! A result file matches if the id of the checkpoint, of the release or of an adapter, or a
//! digest stands in what it says that it evaluated. One that names none of these and nothing
//! else that is known cannot be judged: it is under `not_assessed`.

use super::super::Context;
use super::packet::{Packet, Suite, text_of};
use crate::evidence::Named;
use crate::link::KnownVersion;
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The names of these facts, for [`super::super::shape`].
pub(in super::super) const NAMES: &[&str] =
    &["subjects[*].definition", "subjects[*].problem", "subjects[*].shown", "subjects[*].status", "subjects[*].what"];

/// Words that say that weights are not those of the checkpoint itself.
const VARIANTS: &[&str] = &[
    "awq",
    "gptq",
    "gguf",
    "ggml",
    "int4",
    "int8",
    "4bit",
    "8bit",
    "4-bit",
    "8-bit",
    "w4a16",
    "w8a8",
    "nf4",
    "fp8",
    "exl2",
    "q4_k_m",
    "q4_0",
    "q5_k_m",
    "q8_0",
    "merged",
    "load_in_4bit=true",
    "load_in_8bit=true",
];

/// What the release calls itself and what it is made of.
pub(super) struct Identity<'a> {
    /// Names that only the release has: checkpoint, release, adapters, digests.
    own: Vec<&'a str>,
    base: Option<&'a Node>,
    checkpoint: Option<&'a Node>,
    /// All words about its kind, in lower case.
    kind: String,
    model: &'a str,
    manifest: &'a Node,
}

impl<'a> Identity<'a> {
    /// The identity of the release of a manifest.
    pub(super) fn of(manifest: &'a Node) -> Self {
        let at = |keys: &[&str]| manifest.at(keys).filter(|node| node.text().is_some_and(|text| !text.is_empty()));
        let checkpoint = at(&["artifacts", "checkpoint", "id"]);
        let digest = at(&["artifacts", "checkpoint", "digest"]);
        let adapters = manifest.at(&["artifacts", "adapters"]).map(Node::items).unwrap_or_default();
        let mut own: Vec<&str> =
            [checkpoint, at(&["metadata", "id"]), digest].into_iter().flatten().filter_map(Node::text).collect();
        for adapter in adapters {
            own.extend(["name", "digest"].into_iter().map(|key| text_of(adapter, key)));
        }
        let digests: Vec<&str> = own.iter().filter_map(|name| name.strip_prefix("sha256:")).collect();
        own.extend(digests);
        own.retain(|name| !name.is_empty());
        Self {
            own,
            base: at(&["artifacts", "base_model", "id"]),
            checkpoint,
            kind: kind(manifest),
            model: manifest.at(&["metadata", "model"]).and_then(Node::text).unwrap_or_default(),
            manifest,
        }
    }

    fn is_named_in(&self, text: &str) -> bool {
        let version = text_of_version(self.manifest);
        let both = !self.model.is_empty()
            && !version.is_empty()
            && text::contains_token(text, self.model)
            && text::contains_token(text, version);
        both || self.own.iter().any(|name| text::contains_token(text, name))
    }
}

fn text_of_version(manifest: &Node) -> &str {
    manifest.at(&["metadata", "version"]).and_then(Node::text).unwrap_or_default()
}

/// What the manifest says of the form of its weights.
fn kind(manifest: &Node) -> String {
    let places: [&[&str]; 5] = [
        &["artifacts", "checkpoint", "id"],
        &["artifacts", "checkpoint", "type"],
        &["artifacts", "checkpoint", "format"],
        &["artifacts", "base_model", "relation"],
        &["artifacts", "base_model", "id"],
    ];
    let words = places.iter().filter_map(|keys| manifest.at(keys)?.text());
    let merged = manifest.at(&["artifacts", "adapters"]).map(Node::items).unwrap_or_default();
    let merged = merged.iter().any(|adapter| adapter.get("merged").and_then(Node::as_bool) == Some(true));
    let id = manifest.at(&["metadata", "id"]).and_then(Node::text).unwrap_or_default();
    words.chain([id, if merged { "merged" } else { "" }]).collect::<Vec<_>>().join(" ").to_lowercase()
}

/// One entry.
struct Subject {
    what: String,
    status: &'static str,
    problem: String,
    span: Span,
    other: Option<(Span, &'static str)>,
}

impl Subject {
    fn node(self) -> Node {
        let mut node = Node::map(self.span)
            .with("what", Node::string(self.what, self.span))
            .with("status", Node::string(self.status, self.span))
            .with("problem", Node::string(self.problem, self.span));
        if let Some((span, shown)) = self.other {
            node.put("definition", Node::string("", span));
            node.put("shown", Node::string(shown, span));
        }
        node
    }
}

/// What packets and result files say; and those of which it cannot be known.
pub(super) fn derive<'s>(
    context: &Context<'_>,
    manifest: &Node,
    packets: &'s [Packet<'_>],
    loose: &'s [Suite<'_>],
) -> (Vec<Node>, Vec<&'s Suite<'s>>) {
    let identity = Identity::of(manifest);
    let mut found: Vec<Node> =
        packets.iter().flat_map(|packet| packet_says(&identity, packet)).map(Subject::node).collect();
    let mut unknown = Vec::new();
    for suite in packets.iter().flat_map(|packet| &packet.suites).chain(loose) {
        match suite.results().map(|results| results_say(context, &identity, suite, &results.subjects)) {
            Some(Some(subject)) => found.push(subject.node()),
            Some(None) => unknown.push(suite),
            None => {}
        }
    }
    for run in packets.iter().flat_map(|packet| &packet.base) {
        let named =
            run.results().and_then(|results| results.subjects.iter().find(|named| identity.is_named_in(&named.text)));
        found.extend(named.map(|named| base_run(&identity, run, named).node()));
    }
    (found, unknown)
}

/// A run of the base model that is one of the release itself.
fn base_run(identity: &Identity<'_>, run: &Suite<'_>, named: &Named) -> Subject {
    let base = text::quote(identity.base.and_then(Node::text).unwrap_or_default());
    Subject {
        what: format!("the run of the base model for {}", run.name()),
        status: "other",
        problem: format!("evaluated `{}`, not the base model `{base}`", text::quote(&named.text)),
        span: named.span,
        other: identity.base.map(|base| (base.span, "the base model")),
    }
}

/// The fields of a packet's subject, and where the manifest has the same.
const FIELDS: &[(&str, &[&str])] = &[
    ("release", &["metadata", "id"]),
    ("model", &["metadata", "model"]),
    ("version", &["metadata", "version"]),
    ("checkpoint_id", &["artifacts", "checkpoint", "id"]),
    ("digest", &["artifacts", "checkpoint", "digest"]),
];

fn packet_says(identity: &Identity<'_>, packet: &Packet<'_>) -> Vec<Subject> {
    let root = &packet.document.root;
    let Some(subject) = root.get("subject") else { return vec![unstated(identity, root.anchor())] };
    let tied = ["checkpoint_id", "digest", "release"].iter().any(|key| !text_of(subject, key).is_empty());
    if !tied {
        return vec![unstated(identity, subject.anchor())];
    }
    let compare = |(field, keys): &(&str, &[&str])| {
        let own = subject.get(field).filter(|node| node.text().is_some())?;
        let expected = identity.manifest.at(keys).filter(|node| node.text().is_some())?;
        let same = own.text() == expected.text();
        let (written, meant) = (text::quote(own.text()?), text::quote(expected.text()?));
        Some(Subject {
            what: format!("the packet's `subject.{field}`"),
            status: if same { "same" } else { "other" },
            problem: if same { String::new() } else { format!("is `{written}`, and the release has `{meant}`") },
            span: own.span,
            other: Some((expected.span, "the release")),
        })
    };
    let mut all: Vec<Subject> = FIELDS.iter().filter_map(compare).collect();
    // A packet of another checkpoint is one defect, however many fields say so.
    if let Some(worst) = all.iter().rposition(|subject| subject.status == "other") {
        let worst = all.swap_remove(worst);
        all.retain(|subject| subject.status == "same");
        all.push(worst);
    }
    all
}

fn unstated(identity: &Identity<'_>, span: Span) -> Subject {
    Subject {
        what: "the packet".to_owned(),
        status: "unstated",
        problem: "does not say which checkpoint it evaluates".to_owned(),
        span,
        other: identity.checkpoint.map(|checkpoint| (checkpoint.span, "the checkpoint under release")),
    }
}

/// What a result file is about; `None` where that cannot be known.
fn results_say(context: &Context<'_>, identity: &Identity<'_>, suite: &Suite<'_>, named: &[Named]) -> Option<Subject> {
    let subject = |status, problem, span, other| Subject { what: suite.name(), status, problem, span, other };
    let own = named.iter().find(|named| identity.is_named_in(&named.text));
    let other = || named.iter().find_map(|named| Some((named, another(context, identity, &named.text)?)));
    let checkpoint = identity.checkpoint.map(|node| (node.span, "the checkpoint under release"));
    if own.is_none()
        && let Some((named, version)) = other()
    {
        let (written, name) =
            (text::quote(&named.text), text::quote(&format!("{} {}", version.model, version.version)));
        let problem = format!("evaluated `{written}`, which is `{name}`");
        return Some(subject("other", problem, named.span, Some((version.span, "another release"))));
    }
    if let Some((named, word)) = variant(identity, named) {
        let problem =
            format!("evaluated `{}`, a variant (`{word}`) that the checkpoint is not", text::quote(&named.text));
        return Some(subject("variant", problem, named.span, checkpoint));
    }
    if let Some(own) = own {
        return Some(subject("same", String::new(), own.span, None));
    }
    let base = identity.base.and_then(Node::text)?;
    let alone = named.first().filter(|_| named.iter().all(|named| text::contains_token(&named.text, base)))?;
    let problem = format!("evaluated the base model `{}` alone, not the checkpoint", text::quote(base));
    Some(subject("other", problem, alone.span, checkpoint))
}

/// A word that says that other weights were run, which nothing in the manifest says.
fn variant<'n>(identity: &Identity<'_>, named: &'n [Named]) -> Option<(&'n Named, &'static str)> {
    named.iter().find_map(|named| {
        let lower = named.text.to_lowercase();
        let found =
            VARIANTS.iter().find(|word| text::contains_token(&lower, word) && !identity.kind.contains(**word))?;
        Some((named, *found))
    })
}

/// Another known release that a text names.
fn another<'g>(context: &Context<'g>, identity: &Identity<'_>, written: &str) -> Option<&'g KnownVersion> {
    let version = text_of_version(identity.manifest);
    let words =
        written.split(|c: char| c.is_whitespace() || matches!(c, '/' | ',' | '=' | ':' | '"' | '\'' | '(' | ')'));
    let known = words.take(200).find_map(|word| context.graph.registries.exactly(word, identity.model));
    known.filter(|known| known.model != identity.model || known.version != version)
}
