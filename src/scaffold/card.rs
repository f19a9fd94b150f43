//! The skeleton of a model card: the front matter and the sections that the rules ask
//! for, with what the files of the model say filled in.

use std::fmt::Write as _;

use super::Model;
use crate::parse::edit::scalar;
use crate::parse::{Node, yaml};
use crate::source::SourceId;
use crate::text;

/// The pack that says which topics a card must have.
const PACK: &str = include_str!("../../policies/card.yaml");

/// What stands where a person has to write; rules tell it from content.
const OPEN: &str = "[More Information Needed]";

/// The card of `model`.
pub fn card(model: &Model) -> String {
    let mut out = front_matter(model);
    let version = model.next_version();
    let base = model.base_id().unwrap_or(OPEN);
    let _ = write!(
        out,
        "\n# {}\n\n| | |\n| --- | --- |\n| **Name** | {} |\n| **Version** | {version} |\n| **Base model** | {base} |\n\
         | **Owner** | {OPEN} |\n| **Last updated** | {OPEN} |\n",
        model.name, model.name
    );
    if let Some(description) = &model.description {
        let _ = write!(out, "\n{}\n", text::quote(description));
    }
    for (heading, say) in topics() {
        let _ = write!(out, "\n## {heading}\n\n<!-- {say} -->\n\n{OPEN}\n");
    }
    out
}

fn front_matter(model: &Model) -> String {
    let mut out = String::from("---\n");
    let mut line = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            let _ = writeln!(out, "{key}: {}", scalar(value));
        }
    };
    // `Apache 2.0` of a Kitfile is the Hub's `apache-2.0`.
    let license = model.license.as_ref().map(|license| license.trim().to_ascii_lowercase().replace(' ', "-"));
    line("license", Some(license.as_deref().unwrap_or("TODO")));
    line("library_name", model.library.as_deref());
    line("base_model", model.base_id());
    line("base_model_relation", model.base_id().filter(|_| model.adapter).map(|_| "adapter"));
    if let (None, Some(base)) = (model.base_id(), &model.base) {
        let _ = writeln!(out, "# base_model: its id on the Hub; the files here call it `{}`", text::quote(base));
    }
    if !model.datasets.is_empty() {
        let names: Vec<String> = model.datasets.iter().map(|name| text::quote(name)).collect();
        let _ = writeln!(out, "# datasets: their ids on the Hub; the Kitfile names {}", names.join(", "));
    }
    out.push_str("---\n");
    out
}

/// The headings that a card must have, each with what belongs there.
fn topics() -> Vec<(String, String)> {
    let root = yaml::parse(PACK, SourceId(0), 0).root;
    let topics = root.as_ref().and_then(|root| root.at(&["data", "required_topics"])).map(Node::items);
    let text = |topic: &Node, key: &str| topic.get(key).and_then(Node::as_str).map(str::to_owned);
    topics.unwrap_or_default().iter().filter_map(|topic| Some((text(topic, "heading")?, text(topic, "say")?))).collect()
}
