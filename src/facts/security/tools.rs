//! Tools: those that the review lists, and those that prompts and the feature flag give the
//! model.

use super::Reviewed;
use crate::facts::flag;
use crate::facts::standing::{Wrong, excused, names, says_something, standing};
use crate::parse::{Node, yaml};
use crate::source::{SourceId, Span};
use crate::text;

/// The most bytes of a prompt that are read for its front matter.
const HEAD: usize = 256 * 1024;

/// What is said of each tool.
const FIELDS: [&str; 5] = ["scope", "side_effects", "human_approval", "disable_switch", "owner"];

/// The tools of a release.
pub(super) struct Used<'a> {
    /// Those that the review lists and that apply.
    pub listed: Vec<&'a Node>,
    /// Those that were found elsewhere.
    pub found: Vec<Found>,
}

/// A tool that something gives the model.
pub(super) struct Found {
    pub name: String,
    /// The file that gives it.
    pub file: String,
    /// Where that is named.
    pub span: Span,
}

/// The tools that the review lists, and those that are found elsewhere.
pub(super) fn used<'a>(reviewed: &'a Reviewed<'_>) -> Used<'a> {
    let list = reviewed.root().at(&["tools", "list"]).map(Node::items).unwrap_or_default();
    let listed = list.iter().filter(|tool| excused(tool).is_none()).collect();
    let mut found = in_prompts(reviewed);
    found.extend(in_flag(reviewed));
    Used { listed, found }
}

/// One entry for each tool that is listed, and for each that is not.
pub(super) fn derive(reviewed: &Reviewed<'_>, used: &Used<'_>) -> Vec<Node> {
    let root = reviewed.root();
    let tools = root.get("tools");
    let says_used = tools.and_then(|tools| tools.get("used"));
    let mut all: Vec<Node> = used.listed.iter().map(|tool| listed(tool)).collect();
    if says_used.and_then(Node::as_bool) == Some(false) {
        return all;
    }
    let place = tools.and_then(|tools| tools.get("list")).or(says_used).map_or(root.anchor(), |node| node.span);
    let known: Vec<&str> = used.listed.iter().filter_map(|tool| tool.get("name")?.text()).collect();
    for tool in used.found.iter().filter(|tool| !known.contains(&tool.name.as_str())) {
        let near = text::did_you_mean(&tool.name, known.iter().copied());
        let near = near.map_or(String::new(), |near| format!("; is `{}` meant to be it?", text::quote(near)));
        let why = format!(
            "`{}` gives the model the tool `{}`, which the review does not list{near}",
            text::quote(&tool.file),
            text::quote(&tool.name)
        );
        all.push(standing(place, Some(Wrong::new("undeclared", why))));
    }
    let applies = tools.is_some_and(|tools| excused(tools).is_none());
    if applies && used.listed.is_empty() && used.found.is_empty() && says_used.and_then(Node::as_bool) == Some(true) {
        all.push(standing(place, Some(Wrong::new("undeclared", "the review says that tools are used and lists none"))));
    }
    all
}

fn listed(tool: &Node) -> Node {
    let said = |key: &str| tool.get(key).and_then(Node::text).is_some_and(says_something);
    let missing: Vec<&str> = FIELDS.into_iter().filter(|key| !said(key)).collect();
    let name = tool.get("name");
    let wrong = (!missing.is_empty()).then(|| {
        let shown = text::quote(name.and_then(Node::text).unwrap_or_default());
        Wrong::new("incomplete", format!("tool `{shown}` says no {}", names(missing)))
    });
    standing(name.map_or(tool.anchor(), |name| name.span), wrong)
}

/// Tools in the front matter of the prompts that the release is used with.
fn in_prompts(reviewed: &Reviewed<'_>) -> Vec<Found> {
    let graph = reviewed.context.graph;
    let prompts = reviewed.manifest.root.get("prompts").map(Node::items).unwrap_or_default();
    let mut all = Vec::new();
    for prompt in prompts {
        let Some(id) = prompt.get("id").and_then(Node::text) else { continue };
        let (Some(entry), Some(registry)) = (graph.prompt(id), graph.prompt_registry(id)) else { continue };
        let version = prompt.get("version").and_then(Node::text);
        let versions = entry.get("versions").map(Node::items).unwrap_or_default();
        let own =
            versions.iter().find(|entry| version.is_some() && entry.get("version").and_then(Node::text) == version);
        let file = own.and_then(|version| version.get("file")).or_else(|| entry.get("file"));
        let Some(written) = file.and_then(Node::text) else { continue };
        let target = reviewed.context.files.resolve(registry, written);
        let Some(path) = target.path() else { continue };
        let head = reviewed.context.files.tree().head(path, HEAD).unwrap_or_default();
        let span = prompt.get("id").map_or(prompt.anchor(), |id| id.span);
        let found = front_matter(&String::from_utf8_lossy(&head)).map(|front| tool_names(front.get("tools")));
        all.extend(found.unwrap_or_default().into_iter().map(|name| Found { name, file: path.to_owned(), span }));
    }
    all
}

fn front_matter(text: &str) -> Option<Node> {
    let text = text.trim_start_matches('\u{feff}');
    let rest = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n"))?;
    let end = rest.match_indices("\n---").map(|(at, _)| at).next()?;
    yaml::parse(rest.get(..=end)?, SourceId(0), 0).root
}

/// The names of tools as dotprompt, Prompty and chat APIs write them.
fn tool_names(tools: Option<&Node>) -> Vec<String> {
    let name = |tool: &Node| {
        let own = tool.text().or_else(|| tool.at(&["function", "name"])?.text());
        own.or_else(|| tool.get("name")?.text()).or_else(|| tool.get("id")?.text()).map(str::to_owned)
    };
    tools.map(Node::items).unwrap_or_default().iter().take(1_000).filter_map(name).collect()
}

/// Tools in the value of the variant that gives this release.
fn in_flag(reviewed: &Reviewed<'_>) -> Vec<Found> {
    let Some(found) = flag::found(reviewed.context.graph, reviewed.release) else { return Vec::new() };
    let Some(file) = &reviewed.release.flag_file else { return Vec::new() };
    let candidate = flag::written(&reviewed.manifest.root).and_then(|flag| flag.get("candidate_variant")?.text());
    let value = candidate.and_then(|candidate| found.flag.at(&["variants", candidate]));
    let names = tool_names(value.and_then(|value| value.get("tools")));
    let shown = file.target.path().unwrap_or(&file.written);
    names.into_iter().map(|name| Found { name, file: shown.to_owned(), span: found.place }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_of_a_prompt() {
        let front = front_matter(
            "---\nmodel: m\ntools: [search, {name: pay}, {type: function, function: {name: look}}]\n---\nHi\n",
        );
        assert_eq!(tool_names(front.unwrap().get("tools")), ["search", "pay", "look"]);
        assert!(front_matter("Hi\n---\ntools: [x]\n---\n").is_none());
        assert!(front_matter("---\ntools: [x]\n").is_none());
    }
}
