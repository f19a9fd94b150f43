//! Answers that something else in the release denies.

use super::Reviewed;
use super::tools::Used;
use crate::facts::rollout::triggers;
use crate::facts::standing::{Wrong, names, standing};
use crate::kind::Kind;
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::text;

/// How deep a serving manifest is looked into.
const DEPTH: usize = 24;

/// What is done with personal data that leaves none.
const GONE: [&str; 5] = ["removed", "deleted", "anonymi", "redacted", "synthetic"];

/// One entry for each contradiction.
pub(super) fn derive(reviewed: &Reviewed<'_>, used: &Used<'_>) -> Vec<Node> {
    let all = [subject(reviewed), no_tools(reviewed, used), trigger(reviewed, used), personal_data(reviewed)];
    let more = [remote_code(reviewed), format(reviewed)];
    all.into_iter().chain(more).flatten().map(|(span, wrong)| standing(span, Some(wrong))).collect()
}

type Contradiction = (Span, Wrong);

fn denies(answer: Option<&Node>) -> Option<&Node> {
    let no = |text: &str| matches!(text.to_ascii_lowercase().as_str(), "false" | "no" | "none" | "absent" | "never");
    answer.filter(|answer| answer.text().is_some_and(no))
}

/// The review is of another release, or of another checkpoint.
fn subject(reviewed: &Reviewed<'_>) -> Option<Contradiction> {
    let manifest = &reviewed.manifest.root;
    let subject = reviewed.root().get("subject")?;
    let pairs = [
        ("release", &["metadata", "id"][..], "the release"),
        ("checkpoint_id", &["artifacts", "checkpoint", "id"], "its checkpoint"),
        ("digest", &["artifacts", "checkpoint", "digest"], "its checkpoint's digest"),
    ];
    pairs.into_iter().find_map(|(key, keys, shown)| {
        let (own, other) = (subject.get(key)?, manifest.at(keys)?);
        let (said, real) = (own.text()?, other.text()?);
        (said != real).then(|| {
            let why = format!("the security review is of `{}`, not of `{}`", text::quote(said), text::quote(real));
            (own.span, Wrong::new("other-subject", why).beside(other.span, shown))
        })
    })
}

/// "No tools", while some are listed or given to the model.
fn no_tools(reviewed: &Reviewed<'_>, used: &Used<'_>) -> Option<Contradiction> {
    let tools = reviewed.root().get("tools")?;
    let answer = denies(tools.get("used"))?;
    let listed: Vec<&str> = used.listed.iter().filter_map(|tool| tool.get("name")?.text()).collect();
    if let Some(first) = used.listed.first() {
        let why = format!("the review says that no tools are used, and lists {}", names(listed));
        return Some((answer.span, Wrong::new("tools", why).beside(first.anchor(), "the list")));
    }
    let found = used.found.first()?;
    let why = format!(
        "the review says that no tools are used, and `{}` gives the model the tool `{}`",
        text::quote(&found.file),
        text::quote(&found.name)
    );
    Some((answer.span, Wrong::new("tools", why).beside(found.span, "named here")))
}

/// A trigger is left out because there is nothing to watch, and there is.
fn trigger(reviewed: &Reviewed<'_>, used: &Used<'_>) -> Option<Contradiction> {
    let excuse = triggers::written(&reviewed.manifest.root)
        .iter()
        .find(|trigger| trigger.get("id").and_then(Node::text) == Some("tool_call_errors"))?
        .entry("not_applicable")?;
    let tools = reviewed.root().get("tools")?;
    let answer = tools.get("used").filter(|answer| answer.as_bool() == Some(true));
    let place = answer.or(used.listed.first().copied())?;
    let why = "trigger `tool_call_errors` is said not to apply, and the security review says that tools are used";
    Some((excuse.key_span, Wrong::new("trigger", why).beside(place.anchor(), "the security review")))
}

/// "No personal data in training", while a data set for training has some left.
fn personal_data(reviewed: &Reviewed<'_>) -> Option<Contradiction> {
    let answer = denies(reviewed.root().at(&["pii", "training_pii"]))?;
    let trains = |data: &&Node| {
        matches!(data.get("role").and_then(Node::text), Some("train" | "validation" | "preference"))
            && data.at(&["pii", "present"]).and_then(Node::as_bool) == Some(true)
    };
    let left = |data: &&Node| {
        let handling = data.at(&["pii", "handling"]).and_then(Node::text).unwrap_or_default().to_ascii_lowercase();
        !GONE.iter().any(|word| handling.starts_with(word))
    };
    let datasets = reviewed.context.graph.datasets(reviewed.manifest);
    let data = datasets.iter().find(|data| trains(data) && left(data))?;
    let id = text::quote(data.get("id").and_then(Node::text).unwrap_or_default());
    let why = format!("the review says that there is no personal data in training, and `{id}` has some");
    let place = data.at(&["pii", "present"]).map_or(data.anchor(), |present| present.span);
    Some((answer.span, Wrong::new("personal-data", why).beside(place, "the data set")))
}

/// "No remote code", while an adapter or a serving manifest lets some in.
fn remote_code(reviewed: &Reviewed<'_>) -> Option<Contradiction> {
    let answer = denies(reviewed.root().at(&["supply_chain", "remote_code"]))?;
    let documents = reviewed.context.graph.documents;
    let files = |keys: &[&str]| reviewed.manifest.root.at(keys).map(Node::items).unwrap_or_default();
    let weights = files(&["artifacts", "checkpoint", "files"]).iter().filter_map(|file| file.get("path"));
    let named = weights.chain(files(&["rollout", "manifests"])).filter_map(Node::text);
    let found = named.filter_map(|written| {
        let target = reviewed.context.files.resolve(&reviewed.manifest.path, written);
        documents.get(reviewed.context.graph.document_at(target.path()?)?)
    });
    let beside = reviewed.release.adapter_configs.iter().filter_map(|index| documents.get(*index));
    found.chain(beside).find_map(|document| {
        let (place, what) = lets_in(document)?;
        let why = format!("the review says that no remote code runs, and `{}` has {what}", text::quote(&document.path));
        Some((answer.span, Wrong::new("remote-code", why).beside(place, "lets code in")))
    })
}

fn lets_in(document: &Document) -> Option<(Span, &'static str)> {
    if document.kind == Kind::AdapterConfig {
        let map = document.root.entry("auto_map").filter(|entry| !entry.value.is_null());
        return map.map(|entry| (entry.key_span, "an `auto_map`"));
    }
    if !document.kind.is_stream() {
        return None;
    }
    trusting(&document.root, DEPTH).map(|span| (span, "`trust_remote_code`"))
}

/// Where a manifest trusts remote code: as an argument, or as a setting that is true.
fn trusting(node: &Node, depth: usize) -> Option<Span> {
    if depth == 0 {
        return None;
    }
    if let Some(text) = node.text() {
        let text = text.to_ascii_lowercase().replace('-', "_");
        let says = text.contains("trust_remote_code")
            && !text.contains("trust_remote_code=false")
            && !text.contains("no_trust_remote_code");
        return says.then_some(node.span);
    }
    for entry in node.entries() {
        let key = entry.key.to_ascii_lowercase().replace('-', "_");
        if key.ends_with("trust_remote_code") || key == "trustremotecode" {
            let on =
                entry.value.text().is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "true" | "1"));
            if on {
                return Some(entry.key_span);
            }
        }
    }
    let children = node.entries().iter().map(|entry| &entry.value).chain(node.items());
    children.into_iter().find_map(|child| trusting(child, depth - 1))
}

/// "safetensors", while the manifest says or lists something that can run code.
fn format(reviewed: &Reviewed<'_>) -> Option<Contradiction> {
    let answer = reviewed.root().at(&["supply_chain", "serialization"])?;
    if !answer.text()?.to_ascii_lowercase().starts_with("safetensors") {
        return None;
    }
    let checkpoint = reviewed.manifest.root.at(&["artifacts", "checkpoint"])?;
    let listed = checkpoint.get("files").map(Node::items).unwrap_or_default();
    let paths = listed.iter().filter_map(|file| file.get("path"));
    let unsafe_file = |path: &&Node| {
        let name = path.text().unwrap_or_default().to_ascii_lowercase();
        [".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"].iter().any(|end| name.ends_with(end))
    };
    let declared = checkpoint.get("format").filter(|format| {
        format.text().is_some_and(|format| {
            format.to_ascii_lowercase().contains("pickle") || format.to_ascii_lowercase().starts_with("pytorch")
        })
    });
    let other = declared.or_else(|| paths.into_iter().find(unsafe_file))?;
    let why = format!(
        "the review says that the weights are safetensors, and the manifest has `{}`",
        text::quote(other.text()?)
    );
    Some((answer.span, Wrong::new("format", why).beside(other.span, "the manifest")))
}
