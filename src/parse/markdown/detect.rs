//! Whether a Markdown file is a model card, told by what it says.
//!
//! A README is a card only with the front matter of a model, since every
//! repository has a README. Front matter by itself proves nothing: Jekyll pages,
//! Hub Spaces and dataset cards have some too.

use super::{Markdown, front, parse};
use crate::source::SourceId;
use crate::tree::file_name;

/// Keys of the Hub's metadata for models; the source is its model card
/// specification, and the near misses are those that real cards use.
const HUB_KEYS: &[&str] = &[
    "license",
    "licence",
    "license_name",
    "license_link",
    "language",
    "tags",
    "datasets",
    "dataset",
    "metrics",
    "model-index",
    "model_index",
    "pipeline_tag",
    "library_name",
    "base_model",
    "base_model_relation",
    "thumbnail",
    "widget",
    "inference",
    "co2_eq_emissions",
    "model_name",
    "new_version",
    "instance_prompt",
    "extra_gated_prompt",
];

/// Keys that only a model has.
const MODEL_KEYS: &[&str] = &[
    "pipeline_tag",
    "library_name",
    "base_model",
    "base_model_relation",
    "model-index",
    "model_index",
    "model_name",
    "new_version",
    "instance_prompt",
    "adapter_transformers",
];

/// Keys that say it is something else: a dataset card, a Space, a Jekyll page.
const FOREIGN_KEYS: &[&str] = &[
    "task_categories",
    "task_ids",
    "dataset_info",
    "size_categories",
    "pretty_name",
    "annotations_creators",
    "source_datasets",
    "multilinguality",
    "sdk",
    "sdk_version",
    "app_file",
    "app_port",
    "layout",
    "permalink",
    "sidebar_position",
    "sidebar_label",
    "nav_order",
    "categories",
];

/// The beginnings of headings that model cards have and other papers seldom, by
/// topic.
const TOPIC_HEADINGS: &[(&str, &[&str])] = &[
    ("intended-use", &["intended use", "intended usage", "direct use", "primary intended use", "uso pretendido"]),
    (
        "out-of-scope-use",
        &["out of scope", "not intended for", "non intended use", "prohibited use", "misuse", "uses to avoid"],
    ),
    ("training-data", &["training data", "training details", "training and evaluation data", "pretraining data"]),
    (
        "evaluation-results",
        &[
            "evaluation results",
            "eval results",
            "evaluation data",
            "quantitative analyses",
            "model performance",
            "benchmark",
        ],
    ),
    (
        "limitations",
        &[
            "limitations",
            "known limitations",
            "bias and risks",
            "bias risks",
            "caveats",
            "limitações",
            "intended uses and limitations",
        ],
    ),
    ("ethics", &["ethical considerations", "safety behavior", "responsible ai"]),
    ("known-failure-modes", &["known failure modes", "failure modes"]),
    ("details", &["model details", "model description", "model card authors"]),
];

/// Whether the Hub knows this key of a model's metadata.
pub(super) fn is_hub_key(key: &str) -> bool {
    HUB_KEYS.contains(&key)
}

/// Words of which a card without front matter has at least one.
const STEMS: &[&str] = &[
    "model card",
    "intended us",
    "direct use",
    "pretendid",
    "scope use",
    "scope",
    "misuse",
    "uses to avoid",
    "training d",
    "training and eval",
    "pretraining",
    "eval",
    "quantitative",
    "performance",
    "benchmark",
    "limit",
    "caveat",
    "bias",
    "ethical",
    "safety",
    "responsible ai",
    "failure mode",
    "model de",
    "prohibited use",
    "intended for",
];

/// A cheap look before parsing: whether the file could be a model card. Never
/// wrong when it says no.
pub fn might_be_card(text: &str, path: &str) -> bool {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with("---") {
        return true;
    }
    if file_name(path).to_ascii_lowercase().starts_with("readme.") {
        return front::keys_at_top(text, front::MISPLACED_WITHIN + 1).any(is_hub_key);
    }
    let lower = text.to_lowercase().replace('-', " ");
    STEMS.iter().any(|stem| lower.contains(stem))
}

/// Whether a text is a model card. The body is read only where the front matter
/// leaves it open.
pub fn is_card(text: &str, path: &str) -> bool {
    if is_plainly_card(text, path) {
        return true;
    }
    let front = front::read(text, SourceId(0));
    let written = front.written(text);
    let keys: Vec<&str> =
        front.root.entries().iter().map(|entry| &*entry.key).chain(written.iter().map(String::as_str)).collect();
    by_keys(&keys, front::opened(text), front.root.entries().is_empty(), path)
        .unwrap_or_else(|| by_headings(&keys, &parse(text, SourceId(0))))
}

/// Whether the lines of the front matter prove that it is a model's, whether or not it can be
/// read: of most cards they do, and to read it as YAML takes far longer.
fn is_plainly_card(text: &str, path: &str) -> bool {
    let is_foreign = |key: &str| FOREIGN_KEYS.contains(&key);
    front::plain_keys(text).is_some_and(|keys| by_keys(&keys, true, false, path) == Some(true))
        && !front::keys_at_top(text, front::WRITTEN_WITHIN).any(is_foreign)
}

/// Whether a file is a model card by its content.
pub fn looks_like_card(markdown: &Markdown, path: &str) -> bool {
    let keys: Vec<&str> = markdown.root.entries().iter().map(|entry| &*entry.key).chain(markdown.written()).collect();
    by_keys(&keys, markdown.opened, markdown.root.entries().is_empty(), path)
        .unwrap_or_else(|| by_headings(&keys, markdown))
}

/// What the keys of the front matter say; `None` where the headings have to tell.
fn by_keys(keys: &[&str], opened: bool, empty: bool, path: &str) -> Option<bool> {
    if keys.iter().any(|key| FOREIGN_KEYS.contains(key)) {
        return Some(false);
    }
    if keys.iter().any(|key| MODEL_KEYS.contains(key)) || (known(keys) >= 2 && opened) {
        return Some(true);
    }
    let readme = file_name(path).to_ascii_lowercase().starts_with("readme.");
    (empty && readme).then_some(false)
}

fn by_headings(keys: &[&str], markdown: &Markdown) -> bool {
    let open = known(keys) > 0 || keys.is_empty();
    says_model_card(markdown) || open && topics(markdown) >= 2
}

/// How many keys the Hub knows.
fn known(keys: &[&str]) -> usize {
    keys.iter().filter(|key| is_hub_key(key)).count()
}

/// Whether the first heading calls the file a model card.
fn says_model_card(markdown: &Markdown) -> bool {
    let first = markdown.body.sections.iter().find(|section| section.level > 0);
    first.is_some_and(|section| section.key.contains("model card") && !section.key.contains("template"))
}

/// How many topics of a model card the headings name.
fn topics(markdown: &Markdown) -> usize {
    let sections = &markdown.body.sections;
    let named =
        |starts: &[&str]| sections.iter().any(|section| starts.iter().any(|start| section.key.starts_with(start)));
    TOPIC_HEADINGS.iter().filter(|(_, starts)| named(starts)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_tells_what_the_whole_file_does() {
        for (text, path, card) in [
            ("---\nlicense: mit\npipeline_tag: text-generation\n---\n", "README.md", true),
            ("---\nlicense: mit\nsdk: gradio\n---\n# Model card\n", "README.md", false),
            ("---\ntitle: x\n---\n# Model card for x\n", "x.md", true),
            ("---\ntitle: x\n---\n# Intended use\n\n# Limitations\n", "x.md", false),
            ("# Intended use\n\n# Limitations\n", "x.md", true),
            ("# Intended use\n\n# Limitations\n", "README.md", false),
            ("---\nlanguage: [en]\ntags:\n- x\nlicense: mit\n---\n", "README.md", true),
            ("---\n  license: mit\n  pipeline_tag: x\n---\n", "README.md", true),
            ("---\n\"license\": mit\n'tags': [x]\n---\n", "README.md", true),
            ("---\npipeline_tag: x\n\"sdk\": gradio\n---\n", "README.md", false),
            ("---\npipeline_tag: x\n? sdk\n: gradio\n---\n", "README.md", false),
            ("---\ntitle: \"x\n pipeline_tag: y\"\n---\n", "README.md", false),
            ("---\ntitle: [x,\npipeline_tag: y]\n---\n", "x.md", false),
            ("---\ntitle: [x, # ]\npipeline_tag: y]\n---\n", "x.md", false),
            ("---\ntitle: |\n  pipeline_tag: y\n---\n", "x.md", false),
            ("---\npipeline_tag: y\ntags: [x\n---\n", "x.md", true),
            ("---\npipeline_tag: y\n\tx\n---\n", "x.md", true),
            ("---\npipeline_tag: y\npipeline_tag: z\n---\nsdk: x\n", "x.md", true),
            ("---\npipeline_tag: y\ntitle: a: b\n---\n", "x.md", true),
            ("---\npipeline_tag: y\ntitle: a: b\n---\nsdk: x\n", "x.md", false),
        ] {
            assert_eq!(is_card(text, path), card, "{text:?}");
            assert_eq!(looks_like_card(&parse(text, SourceId(0)), path), card, "{text:?}");
        }
    }
}
