//! What goes with a rollback target: its prompt, registered, approved and for that version
//! of the model, and its tokenizer, where that is another than the release's own.

use super::standing::{Wrong, says_something, standing};
use crate::link::{Graph, Known};
use crate::parse::Node;
use crate::text;

/// How the prompt stands that goes with the target: `id@version`.
pub(super) fn derive(graph: &Graph<'_>, root: &Node) -> Option<Node> {
    let written = root.at(&["rollback", "target", "prompt"])?;
    let text = written.text().filter(|text| says_something(text))?;
    let (id, version) = text.split_once('@').unwrap_or((text, ""));
    let mut known = graph.prompts().peekable();
    if known.peek().is_none() {
        return Some(standing(written.span, None));
    }
    let Some(entry) = graph.prompt(id) else {
        let why = format!("no prompt registry has `{}`{}", text::quote(id), near(id, known.take(1_000)));
        return Some(standing(written.span, Some(Wrong::new("unknown", why))));
    };
    let versions = entry.get("versions").map(Node::items).unwrap_or_default();
    let of = |entry: &'_ Node| entry.get("version").and_then(Node::text).map(str::to_owned);
    let Some(found) = versions.iter().find(|entry| of(entry).as_deref() == Some(version)) else {
        let known: Vec<String> = versions.iter().filter_map(of).collect();
        let why = format!(
            "prompt `{}` has no version `{}`{}",
            text::quote(id),
            text::quote(version),
            near(version, known.iter().map(String::as_str))
        );
        let place = entry.get("prompt_id").map_or(entry.span, |id| id.span);
        return Some(standing(written.span, Some(Wrong::new("unknown", why).beside(place, "the prompt"))));
    };
    Some(standing(written.span, prompt_unfit(graph, root, found)))
}

/// How the tokenizer stands that goes with the target; absent where either is not known.
pub(super) fn tokenizer(graph: &Graph<'_>, root: &Node) -> Option<Node> {
    let key = ["artifacts", "checkpoint", "tokenizer_digest"];
    let own = root.at(&key)?;
    let target = root.at(&["rollback", "target"])?;
    let named = target.get("release")?;
    let theirs = graph.release_named(named)?.root.at(&key)?;
    let written = target.get("tokenizer_digest").filter(|digest| digest.text().is_some());
    let place = written.unwrap_or(named).span;
    let name = text::quote(named.text()?);
    let wrong = match written {
        Some(written) if written.text() != theirs.text() => Some(format!("`tokenizer_digest` is not that of `{name}`")),
        None if own.text() != theirs.text() => Some(format!(
            "`{name}` has another tokenizer than this release, and nothing says that it goes back as well"
        )),
        _ => None,
    };
    let wrong = wrong.map(|why| Wrong::new("incompatible", why).beside(theirs.span, "the tokenizer of the target"));
    Some(standing(place, wrong))
}

/// Why a version of a prompt cannot go with the target: it is not approved, or it is for
/// other versions of the model.
fn prompt_unfit(graph: &Graph<'_>, root: &Node, prompt: &Node) -> Option<Wrong> {
    let status = prompt.get("status");
    let state = status.and_then(Node::text).unwrap_or("without a status");
    if state != "approved" {
        let place = status.map_or(prompt.anchor(), |status| status.span);
        let why = format!("its prompt is {}, not approved", text::quote(state));
        return Some(Wrong::new("unapproved", why).beside(place, "its status"));
    }
    let target = root.at(&["rollback", "target"])?;
    let model = root.at(&["metadata", "model"]).and_then(Node::text).unwrap_or_default();
    let by = |key: &str| target.get(key).and_then(Node::text);
    let known = match (by("release"), by("checkpoint_id")) {
        (Some(name), _) => graph.registries.release(name, model),
        (None, Some(id)) => graph.registries.checkpoint(id, model),
        _ => return None,
    };
    let Known::Version(version) = known else { return None };
    let fits = |range: &Node| range.text().is_none_or(|range| in_range(range, &version.model, &version.version));
    let models = prompt.get("models").filter(|models| !models.items().is_empty())?;
    if models.items().iter().any(fits) {
        return None;
    }
    let why =
        format!("its prompt is not for version {} of `{}`", text::quote(&version.version), text::quote(&version.model));
    Some(Wrong::new("incompatible", why).beside(models.span, "the models that the prompt is for"))
}

/// Whether `model@^1.3` holds a version of a model. A range that is not understood holds
/// everything: it cannot be known.
fn in_range(range: &str, model: &str, version: &str) -> bool {
    let Some((own, range)) = range.split_once('@') else { return range == model };
    let numbers = |text: &str| -> Option<Vec<u64>> {
        text.split(['-', '+']).next()?.split('.').map(|part| part.parse().ok()).collect()
    };
    let (Some(found), exact) = (numbers(version), range.trim_start_matches(['^', '~'])) else { return own == model };
    let Some(least) = numbers(exact) else { return own == model };
    let part = |numbers: &[u64], at: usize| numbers.get(at).copied().unwrap_or(0);
    let kept = match range.chars().next() {
        Some('^') => least.iter().position(|part| *part != 0).map_or(least.len(), |at| at + 1),
        Some('~') => least.len().min(2),
        _ => least.len(),
    };
    let same = (0..kept).all(|at| part(&found, at) == part(&least, at));
    own == model && same && (kept..3).map(|at| part(&found, at)).ge((kept..3).map(|at| part(&least, at)))
}

fn near<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    text::did_you_mean(word, known).map_or(String::new(), |near| format!("; did you mean `{}`?", text::quote(near)))
}

#[cfg(test)]
mod tests {
    use super::in_range;

    #[test]
    fn ranges_of_versions() {
        assert!(in_range("m@^1.3", "m", "1.3.2"));
        assert!(in_range("m@^1.3", "m", "1.4.0"));
        assert!(!in_range("m@^1.4", "m", "1.3.2"));
        assert!(!in_range("m@^2.1", "m", "1.3.2"));
        assert!(in_range("m@~1.3.1", "m", "1.3.2"));
        assert!(!in_range("m@~1.3", "m", "1.4.0"));
        assert!(in_range("m@1.3.2", "m", "1.3.2"));
        assert!(in_range("m@1.3", "m", "1.3.2"));
        assert!(in_range("m", "m", "9.9.9"));
        assert!(in_range("m@*", "m", "1.3.2"));
        assert!(!in_range("n@^1.3", "m", "1.3.2"));
    }
}
