//! The names of all facts, by kind of document: what a rule may read under `facts`.
//!
//! A new fact gets a line here. `tests/fact_shapes.rs` holds what is derived from real
//! documents against it.

use crate::kind::Kind;
use crate::shape::{DeadEnd, Step};

/// The facts of a kind under a name (`""` for those at the top).
type Family = (Kind, &'static str, &'static [&'static str]);

/// `name`, `name.part`, and `[*]` for the items of a list. A family of facts that has a
/// file of its own keeps its names there, in `NAMES`.
const FACTS: &[Family] = &[
    (
        Kind::Card,
        "",
        &[
            "anchor",
            "blank",
            "contradictions[*].card",
            "contradictions[*].definition",
            "contradictions[*].other",
            "contradictions[*].source",
            "contradictions[*].subject",
            "end",
            "evaluation.context",
            "evaluation.model_index_results",
            "evaluation.numbers",
            "generative",
            "identity.base_model",
            "identity.last_updated",
            "identity.license",
            "identity.maker",
            "identity.name",
            "identity.owner",
            "identity.version",
            "lineage.bases[*].derivatives",
            "lineage.bases[*].id",
            "lineage.bases[*].license",
            "lineage.bases[*].lost",
            "lineage.bases[*].own",
            "lineage.bases[*].shared",
            "lineage.names[*].from",
            "lineage.names[*].kept",
            "lineage.names[*].license",
            "lineage.names[*].prefix",
            "lineage.names[*].written",
            "languages[*].hint",
            "languages[*].meant",
            "languages[*].spelling",
            "languages[*].written",
            "licenses[*].family",
            "licenses[*].hint",
            "licenses[*].hub",
            "licenses[*].meant",
            "licenses[*].spelling",
            "licenses[*].written",
            "out_of_scope.contradictions[*].intended",
            "out_of_scope.contradictions[*].item",
            "out_of_scope.items[*]",
            "out_of_scope.state",
            "placeholders[*].kind",
            "placeholders[*].text",
            "references[*].kind",
            "references[*].problem",
            "references[*].written",
            "review_by",
            "risks[*].status",
            "risks[*].text",
            "secrets[*].kind",
            "secrets[*].text",
            "secrets[*].what",
            "sections[*].level",
            "sections[*].state",
            "sections[*].text",
            "sections[*].title",
            "sections[*].topics[*]",
            "sections[*].words",
            "served.current",
            "served.public",
            "statements.contact",
            "statements.eval_data",
            "statements.eval_size",
            "statements.eval_split",
            "statements.memorization",
            "statements.over_refusal",
            "statements.pii_handling",
            "statements.refusal",
            "statements.users",
            "tables[*].header[*]",
            "tables[*].rows[*][*]",
            "tables[*].under[*]",
            "topics[*].heading",
            "topics[*].id",
            "topics[*].silent",
            "topics[*].state",
            "topics[*].title",
            "topics[*].via",
            "topics[*].words",
            "unfilled.base_model",
            "unfilled.last_updated",
            "unfilled.license",
            "unfilled.name",
            "unfilled.owner",
            "unfilled.version",
            "unrecognised[*]",
            "updated",
        ],
    ),
    (Kind::Card, "", super::license::texts::NAMES),
    (Kind::Release, "", super::release::NAMES),
    (Kind::Release, "", super::agreement::NAMES),
    (Kind::Release, "owner", super::owner::NAMES),
    (Kind::Release, "evaluation", super::evaluation::NAMES),
    (Kind::Release, "evaluation", super::evaluation::baseline::NAMES),
    (Kind::Release, "evaluation", super::evaluation::comparable::NAMES),
    (Kind::Release, "evaluation", super::evaluation::claims::NAMES),
    (Kind::Release, "evaluation", super::evaluation::coverage::NAMES),
    (Kind::Release, "evaluation", super::evaluation::criteria::NAMES),
    (Kind::Release, "evaluation", super::evaluation::failures::NAMES),
    (Kind::Release, "evaluation", super::evaluation::metrics::NAMES),
    (Kind::Release, "evaluation", super::evaluation::personal::NAMES),
    (Kind::Release, "evaluation", super::evaluation::slices::NAMES),
    (Kind::Release, "evaluation", super::evaluation::subject::NAMES),
    (Kind::Release, "evaluation", super::evaluation::superseded::NAMES),
    (Kind::Release, "evaluation", super::evaluation::times::NAMES),
    (Kind::Release, "rollback", super::rollback::NAMES),
    (Kind::Release, "approval", super::approval::NAMES),
    (Kind::Release, "duties", super::duties::NAMES),
    (Kind::Release, "guarded", super::guarded::NAMES),
    (Kind::Release, "compute", super::compute::NAMES),
    (Kind::Release, "retention", super::retention::NAMES),
    (Kind::Release, "sensitive", super::sensitive::NAMES),
    (Kind::Release, "scope", super::scope::NAMES),
    (Kind::Release, "class", super::class::NAMES),
    (Kind::Release, "checklist", super::checklist::NAMES),
    (Kind::Release, "changelog", super::changelog::NAMES),
    (Kind::Release, "pins", super::pins::NAMES),
    (Kind::Release, "artifacts", super::artifacts::NAMES),
    (Kind::Release, "base", super::base::NAMES),
    (Kind::Release, "data", super::data::NAMES),
    (Kind::Release, "license", super::license::parts::NAMES),
    (Kind::Release, "rollout", super::rollout::NAMES),
    (Kind::Release, "security", super::security::NAMES),
    (Kind::Release, "monitoring", super::monitoring::NAMES),
    (Kind::Release, "registry", super::registered::NAMES),
    (Kind::Release, "prompts", super::prompt::used::NAMES),
    (Kind::Release, "", super::history::NAMES),
    (Kind::ModelRegistry, "", super::history::NAMES),
    (Kind::ModelRegistry, "", super::transition::NAMES),
    (Kind::PromptRegistry, "", super::history::NAMES),
    (Kind::ApprovalRecord, "", super::history::NAMES),
    (Kind::ApprovalRecord, "", super::recorded::NAMES),
    (Kind::ModelRegistry, "", CARDS),
    (Kind::ModelRegistry, "", super::registry::NAMES),
    (Kind::PromptRegistry, "", super::prompt::NAMES),
    (Kind::AdapterConfig, "", CARDS),
    (Kind::AdapterConfig, "", super::adapter::NAMES),
    (Kind::Kitfile, "", super::adapter::packed::NAMES),
    (Kind::MlModel, "", super::adapter::packed::NAMES),
    (Kind::Serving, "", super::serving::NAMES),
    (Kind::Flags, "", super::serving::NAMES),
    (Kind::Code, "", super::code::NAMES),
    (Kind::Prompt, "", super::code::NAMES),
    (Kind::Prompt, "", super::prompt::file::NAMES),
];

const CARDS: &[&str] = &["cards[*].problem", "cards[*].status", "cards[*].subject"];

/// Where a way through the facts of a kind ends that none of them has.
pub fn dead_end(kind: Kind, way: &[Step]) -> Option<DeadEnd> {
    let families = FACTS.iter().filter(|(known, _, _)| *known == kind);
    let names = families.flat_map(|(_, family, names)| names.iter().map(move |name| join(family, name)));
    let names: Vec<String> = names.collect();
    let mut here: Vec<&str> = names.iter().map(String::as_str).collect();
    for (at, step) in way.iter().enumerate() {
        let mut next: Vec<&str> = Vec::new();
        for name in &here {
            match step {
                Step::Key(key) => {
                    let (first, rest) = head(name);
                    next.extend((first == key).then_some(rest));
                }
                Step::Item => next.extend(name.strip_prefix("[*]")),
                Step::OneOrMany => next.push(name.strip_prefix("[*]").unwrap_or(name)),
            }
        }
        if next.is_empty() {
            let mut known: Vec<String> = here.iter().map(|name| head(name).0.to_owned()).collect();
            known.retain(|name| !name.is_empty());
            known.dedup();
            return Some(DeadEnd { at, known });
        }
        here = next;
    }
    None
}

fn join(family: &str, name: &str) -> String {
    match family {
        "" => name.to_owned(),
        // A family may be a list itself.
        family if name.starts_with('[') => format!("{family}{name}"),
        family => format!("{family}.{name}"),
    }
}

/// The first key of a name and what follows it.
fn head(name: &str) -> (&str, &str) {
    let name = name.strip_prefix('.').unwrap_or(name);
    name.split_at(name.find(['.', '[']).unwrap_or(name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(kind: Kind, way: &[&str]) -> Option<DeadEnd> {
        let step = |part: &&str| match *part {
            "[*]" => Step::Item,
            "[]" => Step::OneOrMany,
            key => Step::Key(key.to_owned()),
        };
        dead_end(kind, &way.iter().map(step).collect::<Vec<_>>())
    }

    #[test]
    fn a_fact_is_one_of_the_table() {
        assert_eq!(end(Kind::Release, &["owner", "roster"]), None);
        assert_eq!(end(Kind::Release, &["cards", "[*]", "path"]), None);
        assert_eq!(end(Kind::Release, &["cards", "[*]"]), None);
        assert_eq!(end(Kind::Card, &["sections", "[*]", "topics", "[]"]), None);
        let wrong = end(Kind::Release, &["owner", "rooster"]).unwrap();
        assert_eq!((wrong.at, wrong.known.join(" ")), (1, "also card card_agrees roster suggestion title".into()));
        assert_eq!(end(Kind::Release, &["cards", "path"]).unwrap().at, 1);
        assert_eq!(end(Kind::Release, &["manifest", "path"]).unwrap().at, 1);
        assert_eq!(end(Kind::Release, &["own"]).unwrap().at, 0);
        assert_eq!(end(Kind::CycloneDx, &["x"]).unwrap().known, Vec::<String>::new());
    }
}
