//! The header of the weights beside a LoRA configuration, held against it.
//!
//! | fact | what it says |
//! |---|---|
//! | `status` | `agrees`, `contradicts`, `unreadable`, or `elsewhere` where the file is only a pointer to a large-file store |
//! | `problem` | why it is unreadable |
//! | `problems` | each contradiction, as `{text}` at the setting that it contradicts |
//!
//! Absent where there are no weights in the folder, or no LoRA.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Context;
use crate::facts::weights::{HeaderError, Tensor, safetensors};
use crate::parse::{Document, Node};
use crate::source::Span;
use crate::{text, tree};

/// What PEFT calls the file.
const FILE: &str = "adapter_model.safetensors";

/// How a file of Git LFS begins that was not fetched, and its size at most, in bytes.
const POINTER: (&[u8], u64) = (b"version https://git-lfs", 1024);

/// The facts under `weights`.
pub(super) fn derive(context: &Context<'_>, document: &Document) -> Option<Node> {
    let config = &document.root;
    let lora = config.get("peft_type").and_then(Node::text).is_some_and(|kind| kind.eq_ignore_ascii_case("LORA"));
    let path = tree::join(tree::parent(&document.path), FILE).ok().filter(|_| lora)?;
    let files = context.files.tree();
    let size = files.stat(&path).ok()?.size;
    let span = config.anchor();
    let facts = |status: &str, problem: &str| {
        Node::map(span).with("status", Node::string(status, span)).with("problem", Node::string(problem, span))
    };
    if size <= POINTER.1 && files.head(&path, POINTER.0.len()).is_ok_and(|head| head == POINTER.0) {
        return Some(facts("elsewhere", ""));
    }
    Some(match safetensors::read(files, &path) {
        Err(error) => facts("unreadable", &said(&error)),
        Ok(header) => {
            let problems = contradictions(config, &header.tensors);
            let status = if problems.is_empty() { "agrees" } else { "contradicts" };
            let nodes =
                problems.into_iter().map(|(span, problem)| Node::map(span).with("text", Node::string(problem, span)));
            facts(status, "").with("problems", Node::seq(nodes.collect(), span))
        }
    })
}

fn said(error: &HeaderError) -> String {
    text::quote(&error.to_string())
}

/// The ranks of the LoRA matrices by the module that they adapt.
fn ranks(tensors: &[Tensor]) -> BTreeMap<&str, BTreeSet<u64>> {
    let mut ranks: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for tensor in tensors {
        let Some((module, _)) = tensor.name.split_once(".lora_A.") else { continue };
        let module = module.rsplit('.').next().unwrap_or(module);
        ranks.entry(module).or_default().extend(tensor.shape.first());
    }
    ranks
}

fn contradictions(config: &Node, tensors: &[Tensor]) -> Vec<(Span, String)> {
    let ranks = ranks(tensors);
    let mut problems = Vec::new();
    let uniform = config.get("rank_pattern").is_none_or(|pattern| pattern.entries().is_empty());
    let found: BTreeSet<u64> = ranks.values().flatten().copied().collect();
    if let Some((node, rank)) = config.get("r").and_then(|node| Some((node, node.text()?.parse::<u64>().ok()?)))
        && uniform
        && found.iter().any(|found| *found != rank)
    {
        let found: Vec<String> = found.iter().map(u64::to_string).collect();
        problems.push((node.span, format!("r is {rank}, and the matrices have rank {}", found.join(" and "))));
    }
    if let Some(node) = config.get("target_modules").filter(|node| node.is_seq() && !ranks.is_empty()) {
        let named: BTreeSet<&str> =
            node.items().iter().filter_map(Node::text).filter_map(|name| name.rsplit('.').next()).collect();
        let adapted: BTreeSet<&str> = ranks.keys().copied().collect();
        let list = |names: Vec<&&str>| text::quote(&names.into_iter().copied().collect::<Vec<_>>().join(", "));
        let without: Vec<&&str> = named.difference(&adapted).collect();
        let beyond: Vec<&&str> = adapted.difference(&named).collect();
        if !without.is_empty() {
            problems.push((node.span, format!("no weights adapt {}", list(without))));
        }
        if !beyond.is_empty() {
            problems.push((node.span, format!("the weights also adapt {}", list(beyond))));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml;
    use crate::source::SourceId;

    fn tensor(name: &str, rank: u64) -> Tensor {
        Tensor { name: name.to_owned(), dtype: "F32".to_owned(), shape: vec![rank, 8] }
    }

    fn problems(config: &str, tensors: &[Tensor]) -> Vec<String> {
        let root = yaml::parse(config, SourceId(0), 0).root.unwrap();
        contradictions(&root, tensors).into_iter().map(|(_, problem)| problem).collect()
    }

    #[test]
    fn rank_and_modules_are_compared_where_both_sides_say_them() {
        let weights = [
            tensor("base_model.model.layers.0.self_attn.q_proj.lora_A.weight", 16),
            tensor("base_model.model.layers.0.self_attn.v_proj.lora_A.weight", 16),
            tensor("base_model.model.layers.0.self_attn.v_proj.lora_B.weight", 64),
        ];
        assert_eq!(problems("{r: 16, target_modules: [q_proj, v_proj]}", &weights), [""; 0]);
        assert_eq!(problems("{r: 16, target_modules: '.*_proj'}", &weights), [""; 0]);
        assert_eq!(
            problems("{r: 8, rank_pattern: {q_proj: 16}, target_modules: [q_proj, self_attn.v_proj]}", &weights),
            [""; 0]
        );
        assert_eq!(problems("{r: 8, rank_pattern: {}}", &weights), ["r is 8, and the matrices have rank 16"]);
        assert_eq!(
            problems("{r: 16, target_modules: [q_proj, k_proj]}", &weights),
            ["no weights adapt k_proj", "the weights also adapt v_proj"]
        );
        assert_eq!(problems("{r: 16, target_modules: [q_proj]}", &[]), [""; 0]);
    }
}
