//! Files beside releases that are papers of somebody's release, in formats that are not read:
//! told by their names, by their first bytes, or by the keys that they have.

use rayon::prelude::*;

use super::{Read, listed};
use crate::kind::Kind;
use crate::link::Graph;
use crate::outcome::NotAssessed;
use crate::parse::{self, Node, Syntax};
use crate::source::SourceId;
use crate::tree::{Tree, file_name};

/// How files are called that are papers of a release, in whichever format.
const PAPERS: [&str; 3] = ["model_registry", "prompt_registry", "release_manifest"];

/// How prompts of GitHub Models are called.
const GITHUB_PROMPTS: [&str; 2] = [".prompt.yml", ".prompt.yaml"];

/// Which prompt an entry is about, or what the prompt says.
const OF_A_PROMPT: [&str; 7] =
    ["prompt_id", "promptId", "prompt_name", "prompt", "template", "messages", "system_prompt"];

/// Which of its versions an entry is about, or how that stands.
const STANDING: [&str; 5] = ["version", "status", "stage", "environment", "approved_by"];

/// The most files of one sort that are looked into, and the most bytes of each.
const LOOKED_AT: usize = 200;
const HEAD_BYTES: usize = 2_048;
const PROMPT_BYTES: u64 = 256 * 1024;

/// Those files, where there is a release beside which they stand.
pub(super) fn named(graph: &Graph<'_>, read: &Read<'_>) -> Vec<NotAssessed> {
    if graph.releases.is_empty() {
        return Vec::new();
    }
    let tree = read.files.tree();
    let unread: Vec<&str> =
        listed(&read.files, &read.config).filter(|path| graph.document_at(path).is_none()).collect();
    let (by_name, others): (Vec<&str>, Vec<&str>) = unread.into_iter().partition(|path| is_paper(path));
    let (github, others): (Vec<&str>, Vec<&str>) =
        others.into_iter().partition(|path| GITHUB_PROMPTS.iter().any(|end| path.ends_with(end)));
    let (data, xml) = (about_prompts(&others), of_xml(&others));
    let no_other = "it does not say `apiVersion: weighbridge/v1`, and no other format of it is read";
    let sorts = [
        (by_name, "a registry or a manifest, by its name", no_other),
        (github, "a prompt of GitHub Models, by its name", "prompts in `.prompt` and `.prompty` files are read"),
        (prompts(tree, &data), "a prompt or a registry of prompts, by its keys", no_other),
        (boms(tree, &xml), Kind::CycloneDx.describe(), "it is XML, and JSON is read"),
    ];
    let told = |path: &str, what: &str, why: &str| NotAssessed {
        path: tree.display(path),
        what: what.to_owned(),
        why: why.to_owned(),
    };
    let found = sorts.iter().flat_map(|(paths, what, why)| paths.iter().map(|path| told(path, what, why)));
    let sought = [(data.len(), "files about prompts"), (xml.len(), "XML files")];
    let cut = sought.into_iter().filter(|(all, _)| *all > LOOKED_AT).map(|(all, what)| NotAssessed {
        path: String::new(),
        what: what.to_owned(),
        why: format!("{LOOKED_AT} of {all} were looked into for papers of a release"),
    });
    found.chain(cut).collect()
}

fn is_paper(path: &str) -> bool {
    let (stem, extension) = file_name(path).rsplit_once('.').unwrap_or_default();
    let named = PAPERS.contains(&stem.to_ascii_lowercase().replace('-', "_").as_str());
    named && ["yaml", "yml", "json", "toml"].contains(&extension)
}

fn of_xml<'p>(paths: &[&'p str]) -> Vec<&'p str> {
    paths.iter().copied().filter(|path| path.rsplit_once('.').is_some_and(|(_, end)| end == "xml")).collect()
}

fn boms<'p>(tree: &dyn Tree, xml: &[&'p str]) -> Vec<&'p str> {
    let is_bom = |path: &&str| {
        let head = tree.head(path, HEAD_BYTES).unwrap_or_default();
        String::from_utf8_lossy(&head).contains("cyclonedx.org/schema/bom")
    };
    xml.iter().copied().take(LOOKED_AT).filter(is_bom).collect()
}

/// Files that say by their paths that they are about prompts.
fn about_prompts<'p>(paths: &[&'p str]) -> Vec<(&'p str, Syntax)> {
    let data =
        |path: &str| Syntax::of(path).filter(|syntax| matches!(syntax, Syntax::Yaml | Syntax::Json | Syntax::Toml));
    let about = paths.iter().copied().filter(|path| path.to_ascii_lowercase().contains("prompt"));
    about.filter_map(|path| Some((path, data(path)?))).collect()
}

/// Those of them that say by their keys of which prompt, in which version or state.
fn prompts<'p>(tree: &dyn Tree, data: &[(&'p str, Syntax)]) -> Vec<&'p str> {
    let is_prompt = |(path, syntax): &(&'p str, Syntax)| {
        let text = String::from_utf8(tree.read(path, PROMPT_BYTES).ok()?).ok()?;
        let root = parse::data(*syntax, &text, SourceId(0)).root?;
        is_of_prompts(&root).then_some(*path)
    };
    data.par_iter().take(LOOKED_AT).filter_map(is_prompt).collect()
}

fn is_of_prompts(root: &Node) -> bool {
    let has = |node: &Node, keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    if has(root, &OF_A_PROMPT) && has(root, &STANDING) {
        return true;
    }
    let listed = root.get("prompts").into_iter();
    listed
        .flat_map(|prompts| prompts.items().iter().chain(prompts.entries().iter().map(|entry| &entry.value)))
        .any(|prompt| has(prompt, &STANDING))
}
