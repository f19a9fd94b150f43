//! What cards are understood to say.

use super::*;
use crate::kind::Kind;
use crate::parse::markdown::parse;
use crate::source::SourceId;

fn facts(text: &str) -> Node {
    let card = parse(text, SourceId(0));
    let document = Document {
        source: SourceId(0),
        path: "card.md".into(),
        kind: Kind::Card,
        root: card.root,
        body: Some(card.body),
        sound: card.sound,
        findings: Vec::new(),
    };
    derive(&document, text, &TopicTable::builtin())
}

/// `state via heading@text-under-span` of a topic.
fn topic(text: &str, id: &str) -> String {
    let facts = facts(text);
    let topics = facts.get("topics").unwrap().items().to_vec();
    let topic = topics.iter().find(|topic| topic.get("id").and_then(Node::text) == Some(id)).unwrap();
    let say = |key: &str| topic.get(key).and_then(Node::text).unwrap_or("-").to_owned();
    format!("{} {} {}@{}", say("state"), say("via"), say("heading"), &text[topic.span.range()])
}

fn sections(text: &str) -> Vec<String> {
    let facts = facts(text);
    let say = |node: &Node, key: &str| node.get(key).and_then(Node::text).unwrap_or("-").to_owned();
    facts.get("sections").unwrap().items().iter().map(|s| format!("{} {}", say(s, "title"), say(s, "state"))).collect()
}

fn strings(node: Option<&Node>) -> Vec<String> {
    node.map_or(&[][..], Node::items).iter().filter_map(Node::text).map(str::to_owned).collect()
}

#[test]
fn a_topic_is_found_in_every_form() {
    for (text, id, expected) in [
        ("# T\n## Intended use\nFor support agents.\n", "intended-use", "present heading Intended use@Intended use"),
        ("# T\nx\n\n**Intended Use**\n\nFor agents.\n", "intended-use", "present heading Intended Use@Intended Use"),
        ("# T\n- **Out-of-scope:** medical advice\n", "out-of-scope-use", "present label Out-of-scope@Out-of-scope"),
        ("# T\n| Field | Response |\n|---|---|\n| Privacy | no PII |\n", "privacy", "present table Privacy@Privacy"),
        ("---\ndatasets: [squad]\n---\n# T\n", "training-data", "present front-matter datasets@datasets"),
        (
            "# T\nIt must not be used for credit. End.\n",
            "out-of-scope-use",
            "present prose @It must not be used for credit.",
        ),
        (
            "# T\n## Specification\n| Metric | Value |\n|---|---|\n| AP (faces) | 86.7% |\n",
            "evaluation-results",
            "present table AP (faces)@AP (faces)",
        ),
        (
            "# T\n| Size | Top-1 Acc. |\n|---|---|\n| small | 71.2 |\n",
            "evaluation-results",
            "present table Top-1 Acc.@Top-1 Acc.",
        ),
        ("# T\n| Epoch | Accuracy |\n|---|---|\n| 1 | 0.7 |\n", "evaluation-results", "missing - @T"),
        ("# T\n| Loss | Accuracy |\n|---|---|\n| no | yes |\n", "evaluation-results", "missing - @T"),
        ("# T\n## Limitations\n<!-- say -->\n", "limitations", "placeholder heading Limitations@Limitations"),
        ("# T\n## Limitations\nN/A\n", "limitations", "placeholder heading Limitations@Limitations"),
        ("# T\n- **Owner:** [More Information Needed]\n", "owner", "placeholder label Owner@Owner"),
        ("# T\ntext\n", "privacy", "missing - @T"),
        ("---\nlicense: mit\n---\ntext\n", "privacy", "missing - @license: mit"),
        ("<!-- c -->\ntext here\nmore\n", "privacy", "missing - @text here"),
    ] {
        assert_eq!(topic(text, id), expected, "{text:?}");
    }
}

#[test]
fn one_section_may_cover_several_topics() {
    let text = "# T\n## Intended uses & limitations\nFor agents; weak on slang.\n";
    assert_eq!(topic(text, "intended-use"), "present heading Intended uses & limitations@Intended uses & limitations");
    assert_eq!(topic(text, "limitations"), "present heading Intended uses & limitations@Intended uses & limitations");
}

#[test]
fn a_section_is_not_answered_by_what_belongs_to_another() {
    let text =
        "# T\n## Bias, Risks, and Limitations\n[More Information Needed]\n### Recommendations\nReview all answers.\n";
    assert_eq!(
        topic(text, "limitations"),
        "placeholder heading Bias, Risks, and Limitations@Bias, Risks, and Limitations"
    );
    assert_eq!(topic(text, "mitigations"), "present heading Recommendations@Recommendations");
    let text = "# T\n## Intended uses & limitations\n#### How to use\nCall it.\n";
    assert_eq!(
        topic(text, "intended-use"),
        "placeholder heading Intended uses & limitations@Intended uses & limitations"
    );
    let text = "# T\n## Limitations\n### Language\nEnglish only.\n";
    assert_eq!(topic(text, "limitations"), "present heading Limitations@Limitations");
    let text = "# T\n## Authors\n```\n@article{x}\n```\n";
    assert_eq!(topic(text, "owner"), "placeholder heading Authors@Authors");
}

#[test]
fn an_unfilled_template_says_nothing() {
    let sections = [
        "Uses",
        "Out-of-Scope Use",
        "Bias, Risks, and Limitations",
        "Training Data",
        "Evaluation",
        "Model Card Contact",
    ];
    let mut text = String::from("# Model Card for Model ID\n\n- **Developed by:** [More Information Needed]\n");
    for title in sections {
        text.extend(["## ", title, "\n<!-- Say what. -->\n[More Information Needed]\n"]);
    }
    text += "## Recommendations\nUsers (both direct and downstream) should be made aware of the risks, biases and limitations of the model. More information needed for further recommendations.\n";
    let facts = facts(&text);
    for topic in facts.get("topics").unwrap().items() {
        assert_ne!(topic.get("state").and_then(Node::text), Some("present"), "{topic:?}");
    }
    assert_eq!(facts.get("identity").unwrap().entries().len(), 0);
    let kinds: Vec<_> =
        facts.get("placeholders").unwrap().items().iter().filter_map(|p| p.get("kind")?.text()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "more-information-needed").count(), 8);
    assert_eq!((kinds[0], kinds[8]), ("default-title", "boilerplate"));
}

#[test]
fn sections_are_content_empty_or_placeholder() {
    let text =
        "# T\n## A\ntext\n## B\n\n## C\n![i](x.png)\n## D\n### E\nx\n## F\nTBD\n## G\n```\nx\n```\n## H\n<!-- c -->\n";
    let expected = [
        "T content",
        "A content",
        "B empty",
        "C content",
        "D content",
        "E content",
        "F placeholder",
        "G content",
        "H empty",
    ];
    assert_eq!(sections(text), expected);
    assert_eq!(sections("# Only a title\n"), ["Only a title content"]);
    let pictures = "# T\nx\n## Curve\n<img src=\"a.png\">\n\n## Old\n<!-- <img src=\"a.png\"> -->\n\n## Limitations\n![i](x.png)\n";
    assert_eq!(sections(pictures), ["T content", "Curve content", "Old empty", "Limitations empty"]);
    assert_eq!(sections("# Limitations\n"), ["Limitations empty"]);
    assert_eq!(sections("# A\nx\n# [Notebook](run.ipynb)\n"), ["A content", "Notebook content"]);
    assert_eq!(sections("# A\nx\n# [Limitations](limits.md)\n"), ["A content", "Limitations empty"]);
    assert_eq!(sections("# A\nx\n## Loss\n![curve](loss.png)\n"), ["A content", "Loss content"]);
    assert_eq!(sections("# A\nx\n## Limitations\n![table](limits.png)\n"), ["A content", "Limitations empty"]);
    assert_eq!(sections("# A\nx\n# ![Loss](loss.png) Curves\n").last().map(String::as_str), Some("Loss Curves empty"));
    assert_eq!(sections("x\n\n**Uses**\n\n**Direct use**\n\ny\n"), ["Uses content", "Direct use content"]);
}

#[test]
fn identity_from_every_place() {
    let text = "---\nbase_model: [a/b, c/d]\nlicense: mit\n---\n# Model Card: Support Assistant v2.1\n- **Last updated:** 2026-08-01\n## Owner\n- Team NLU (@lead)\n";
    let facts = facts(text);
    let shown: Vec<_> = facts
        .get("identity")
        .unwrap()
        .entries()
        .iter()
        .map(|e| (&*e.key, e.value.text().unwrap(), &text[e.value.span.range()]))
        .collect();
    assert_eq!(
        shown,
        [
            ("name", "Support Assistant", "Model Card: Support Assistant v2.1"),
            ("version", "v2.1", "Model Card: Support Assistant v2.1"),
            ("base_model", "a/b", "a/b"),
            ("last_updated", "2026-08-01", "2026-08-01"),
            ("license", "mit", "mit"),
            ("owner", "Team NLU (@lead)", "Team NLU (@lead)"),
        ]
    );
}

#[test]
fn a_licence_may_stand_in_a_sentence() {
    for (text, expected) in [
        (
            "# T\nThe weights are released under the [Open Data License 1.0](l.txt). Use them.\n",
            "Open Data License 1.0",
        ),
        ("# T\nThis model is licensed under the terms of the MIT license.\n", "MIT license"),
        ("# T\nThe code is licensed under the MIT license.\n", "-"),
        ("# T\nThe model is released under TODO\n", "-"),
    ] {
        let facts = facts(text);
        let found = facts.get("identity").and_then(|identity| identity.get("license"));
        assert_eq!(found.and_then(Node::text).unwrap_or("-"), expected, "{text:?}");
        assert!(found.is_none_or(|found| text[found.span.range()].starts_with(expected)), "{text:?}");
    }
}

#[test]
fn an_owner_may_take_a_sentence() {
    let text = "# T\n- **Developed by:** first trained by one research group of the faculty and kept up since then by the speech team\n";
    let facts = facts(text);
    let owner = facts.get("identity").and_then(|identity| identity.get("owner")).and_then(Node::text);
    assert_eq!(owner.map(|owner| owner.split(' ').next_back()), Some(Some("team")));
}

#[test]
fn the_name_is_where_the_model_is_called_by_it() {
    for (text, expected) in [
        ("---\nmodel-index:\n- name: triage-small\n  results: []\n---\n# Uses\nx\n# Data\ny\n", "triage-small"),
        ("---\nlayout: hub\ntitle: Triage Net\n---\n# Model description\nx\n# Example\ny\n", "Triage Net"),
        ("# Triage Net\nA model.\n# Acknowledgments\nThanks.\n", "Triage Net"),
        ("### Triage Net\nA model.\n## Benchmarks\n0.9\n", "Triage Net"),
        ("# Model description\nx\n# Example\ny\n", "-"),
        ("# Limitations\nx\n# Data\ny\n", "-"),
        ("# How does it work?\nx\n# Data\ny\n", "-"),
        ("Some text comes first.\n# Findings of ours\nx\n# Data\ny\n", "-"),
    ] {
        let facts = facts(text);
        let name = facts.get("identity").and_then(|identity| identity.get("name")).and_then(Node::text);
        assert_eq!(name.unwrap_or("-"), expected, "{text:?}");
    }
}

#[test]
fn statements_name_their_sentence() {
    let text = "# T\n## Safety behavior\nIt refuses weapon requests. It over-refuses on billing.\n## Privacy\nPII is redacted.\n";
    let facts = facts(text);
    let shown: Vec<_> = facts
        .get("statements")
        .unwrap()
        .entries()
        .iter()
        .map(|e| (&*e.key, e.value.as_bool().unwrap(), &text[e.value.span.range()]))
        .collect();
    assert_eq!(
        shown,
        [
            ("refusal", true, "It refuses weapon requests."),
            ("over_refusal", true, "It over-refuses on billing."),
            ("pii_handling", true, "PII is redacted."),
            ("memorization", false, "Privacy"),
            ("contact", false, "Privacy"),
            ("users", false, "T"),
            ("eval_data", false, "T"),
            ("eval_split", false, "T"),
            ("eval_size", false, "T"),
        ]
    );
    let only_over = facts_of_refusal("# T\n## Safety\nThere are false refusals of benign prompts.\n");
    assert_eq!(only_over, (false, true));
}

fn facts_of_refusal(text: &str) -> (bool, bool) {
    let facts = facts(text);
    let is = |key: &str| facts.at(&["statements", key]).and_then(Node::as_bool).unwrap();
    (is("refusal"), is("over_refusal"))
}

#[test]
fn out_of_scope_items_that_the_intended_use_promises() {
    let text = "# T\n## Intended use\n- Drafting medical advice for nurses\n- Never legal advice\n## Out-of-scope use\n- Medical advice\n- Legal advice\n";
    let facts = facts(text);
    let scope = facts.get("out_of_scope").unwrap();
    assert_eq!(strings(scope.get("items")), ["Medical advice", "Legal advice"]);
    let found: Vec<_> = scope
        .get("contradictions")
        .unwrap()
        .items()
        .iter()
        .map(|c| (c.get("item").unwrap().text().unwrap(), c.get("intended").unwrap().text().unwrap()))
        .collect();
    assert_eq!(found, [("Medical advice", "Drafting medical advice for nurses")]);
    assert_eq!(scope.get("state").and_then(Node::text), Some("present"));
}

#[test]
fn results_are_numbers() {
    let numbers = |text: &str| {
        let facts = facts(text);
        let int = |key: &str| facts.at(&["evaluation", key]).and_then(Node::as_f64).unwrap();
        (int("numbers"), int("model_index_results"))
    };
    assert_eq!(numbers("# T\n## Evaluation\n| a | b |\n|---|---|\n| x | 0.93 |\n| y | 78.4% |\n"), (2.0, 0.0));
    assert_eq!(numbers("# T\n## Evaluation\nSee the paper of 2024.\n"), (0.0, 0.0));
    let index = |value: &str| {
        format!(
            "---\nmodel-index:\n- name: m\n  results:\n  - metrics:\n    - type: f1\n      value: {value}\n---\n# T\n"
        )
    };
    assert_eq!(numbers(&index("0.5")), (0.0, 1.0));
    assert_eq!(numbers(&index("'78.4%'")), (0.0, 1.0));
    assert_eq!(numbers(&index("")), (0.0, 0.0));
    assert_eq!(topic(&index("0.5"), "evaluation-results"), "present front-matter model-index@model-index");
    assert_eq!(topic("---\nmodel-index:\n- name: m\n  results: []\n---\n# T\n", "evaluation-results"), "missing - @T");
}

#[test]
fn models_that_generate() {
    for (text, answer) in [
        ("---\npipeline_tag: text-generation\n---\n", "yes"),
        ("---\npipeline_tag: text-classification\nbase_model: meta-llama/Llama-3.1-8B\n---\n", "no"),
        ("---\nbase_model: Qwen/Qwen2.5-3B-Instruct\n---\n", "yes"),
        ("---\ntags: [fill-mask]\n---\n", "no"),
        ("---\nlibrary_name: diffusers\n---\n", "yes"),
        ("# Llamaindex notes\n", "unknown"),
        ("# Fraud classifier\n", "no"),
    ] {
        assert_eq!(facts(text).get("generative").and_then(Node::text), Some(answer), "{text:?}");
    }
}

#[test]
fn headings_that_nobody_knows_are_named() {
    let text = "# T\n## Usage\nx\n## Zweck\ny\n## Licence\nz\n";
    assert_eq!(strings(facts(text).get("unrecognised")), ["Zweck"]);
}

#[test]
fn sections_have_their_text_and_tables_their_rows() {
    let facts = facts("# T\n## Results\nSee *below*.\n### More\n| Metric | Value |\n|---|---|\n| acc | 0.9 |\n");
    let sections = facts.get("sections").map(Node::items).unwrap_or_default();
    assert_eq!(sections[1].get("text").and_then(Node::text), Some("See *below*."));
    let table = &facts.get("tables").map(Node::items).unwrap_or_default()[0];
    assert_eq!(strings(table.get("under")), ["More", "Results", "T"]);
    assert_eq!(strings(table.get("header")), ["Metric", "Value"]);
    assert_eq!(strings(table.get("rows").map(|rows| &rows.items()[0])), ["acc", "0.9"]);
}

#[test]
fn the_keys_are_a_contract() {
    let keys: Vec<_> = facts("# T\ntext\n").entries().iter().map(|entry| entry.key.to_string()).collect();
    let expected = "topics sections tables placeholders identity unfilled statements out_of_scope evaluation generative unrecognised contradictions risks secrets end anchor";
    assert_eq!(keys.join(" "), expected);
    assert_eq!(facts("# T\n").get("blank").and_then(Node::as_bool), Some(true));
    assert_eq!(facts("").get("blank").and_then(Node::as_bool), Some(true));
    assert_eq!(facts("# T\n```\nx\n```\n").get("blank"), None);
    assert_eq!(facts("# T\n").get("anchor").and_then(Node::text), Some("T"));
}

/// `key=value` of the identity.
fn identity(text: &str) -> String {
    let facts = facts(text);
    let parts = facts.get("identity").unwrap().entries().iter();
    parts.map(|entry| format!("{}={}", entry.key, entry.value.text().unwrap())).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_sentence_may_say_where_a_model_comes_from() {
    for (text, expected) in [
        (
            "# Parcel Reader Model Card\nA fine-tuned version of [acme/base-7](https://x.y) for parcels.\n",
            "acme/base-7",
        ),
        ("# Parcel Reader Model Card\nIt was fine tuned\nfrom `Beaver 3 Mini` by us.\n", "Beaver 3 Mini"),
        ("# Parcel Reader Model Card\nFine\\-tuned on the base model, Beaver\\-3\\-Mini, by us.\n", "Beaver-3-Mini"),
        ("# Parcel Reader Model Card\nTrained from scratch on letters.\n", "Trained from scratch"),
        ("# Parcel Reader Model Card\nA random forest of 50 trees.\n", "random forest"),
        (
            "# Parcel Reader Model Card\n- **Base models:** We began with Beaver 3, and with Otter 1 for the small one, of which both are open.\n",
            "We began with Beaver 3, and with Otter 1 for the small one, of which both are open.",
        ),
    ] {
        assert_eq!(identity(text), format!("name=Parcel Reader base_model={expected}"), "{text:?}");
    }
    for text in [
        "# Parcel Reader Model Card\nA fine-tuned version of the model that we had.\n",
        "# Parcel Reader Model Card\nWe also have a quantized version of Parcel Reader.\n",
        "# Parcel Reader Model Card\nA fine-tuned version of a multi-modal net.\n",
    ] {
        assert_eq!(identity(text), "name=Parcel Reader", "{text:?}");
    }
    let deep =
        "---\npipeline_tag: image-classification\n---\n# Parcel Reader Model Card\nBetter than a random forest.\n";
    assert_eq!(identity(deep), "name=Parcel Reader");
}

#[test]
fn the_last_update_is_a_day_wherever_it_stands() {
    for (text, expected) in [
        ("# M Model Card\n- **Release date:** The weights are of May 21, 2024.\n", "name=M last_updated=2024-05-21"),
        ("# M Model Card\n*Generated 2026-07-08 04:40 UTC from the registry.*\n", "name=M last_updated=2026-07-08"),
        ("# M Model Card\n## Version\nv0.1 - 25/09/2026\n", "name=M version=v0.1 - 25/09/2026 last_updated=2026-09-25"),
        (
            "# M Model Card\n## Release date\nSeptember 2022 (first series), then December 2022 (the large one)\n",
            "name=M last_updated=2022-12-01",
        ),
        ("# M Model Card\n## Release date\nStatus: static\n", "name=M"),
        ("# M Model Card\nReleased under a licence of its own.\n", "name=M"),
    ] {
        assert_eq!(identity(text), expected, "{text:?}");
    }
}

#[test]
fn a_first_heading_that_means_nothing_else_names_the_model() {
    assert_eq!(identity("# Otter-XL\nx\n# Uses\ny\n"), "name=Otter-XL");
    assert_eq!(identity("# Limitations\nx\n# Uses\ny\n"), "");
    assert_eq!(identity("# Otter-V3.2: a small model\n"), "name=Otter-V3.2: a small model version=V3.2");
    assert_eq!(identity("# Otter-v3-large-letters\n"), "name=Otter-v3-large-letters");
    assert_eq!(identity("# TL;DR\nx\n# Uses\ny\n"), "");
}

#[test]
fn what_is_there_to_be_filled_in_is_told() {
    let unfilled = |text: &str| {
        let facts = facts(text);
        let keys: Vec<String> = facts.get("unfilled").unwrap().entries().iter().map(|e| e.key.to_string()).collect();
        keys.join(" ")
    };
    let text = "# Model Card for Model ID\n- **Developed by:** [More Information Needed]\n- **Version:** TBD\n";
    assert_eq!(unfilled(text), "name version owner");
    assert_eq!(unfilled("# T\n## Model Card Contact\n[More Information Needed]\n"), "owner");
    assert_eq!(unfilled("# T\n- **Owner:** N/A\n- **Version:** 1.0.0\n"), "");
}

#[test]
fn a_sentence_may_exclude_a_use() {
    let items = |text: &str| strings(facts(text).get("out_of_scope").unwrap().get("items"));
    let text = "# T\n## Intended use\nSorting letters. **Not** for parcels.\n";
    assert_eq!(topic(text, "out-of-scope-use"), "present prose @**Not** for parcels.");
    assert_eq!(items(text), ["Not for parcels."]);
    assert_eq!(
        topic("# T\n## Uso\n- **Não** usar para crédito.\n", "out-of-scope-use"),
        "present prose @**Não** usar para crédito."
    );
    let able = "# T\nIt cannot be used for video out of the box.\n";
    assert_eq!(topic(able, "out-of-scope-use"), "missing - @T");
    assert_eq!(topic("# T\n## News\nNot for long.\n", "out-of-scope-use"), "missing - @T");
}

#[test]
fn training_data_in_a_sentence_needs_data() {
    let text = "# T\nThe model was trained on 40,000 letters and a corpus of stamps.\n";
    assert!(topic(text, "training-data").starts_with("present prose"));
    assert_eq!(topic("# T\nThe model was trained on 8 GPUs.\n", "training-data"), "missing - @T");
}

#[test]
fn a_refusal_in_a_sentence_is_one() {
    let refusal = |text: &str| facts(text).get("statements").unwrap().get("refusal").and_then(Node::as_bool);
    assert_eq!(refusal("# T\n## Behaviour\nIt refuses to give legal advice.\n"), Some(true));
    assert_eq!(refusal("# T\n## Refusals\n\n## Uses\nx\n"), Some(false));
}

#[test]
fn one_defect_is_one_placeholder() {
    let kinds = |text: &str| {
        let facts = facts(text);
        let found =
            facts.get("placeholders").unwrap().items().iter().filter_map(|p| Some(p.get("kind")?.text()?.to_owned()));
        found.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(kinds("# T\n- **Demo [optional]:** [More Information Needed]\n"), "more-information-needed");
    assert_eq!(kinds("# T\n## Glossary [optional]\n[More Information Needed]\n"), "more-information-needed");
    assert_eq!(kinds("# T\n## Glossary [optional]\nA letter is mail.\n"), "optional-marker");
    let sentence =
        "Users (both direct and downstream) should be made aware of the risks, biases and limitations of the model.";
    assert_eq!(kinds(&format!("# T\n## Recommendations\n{sentence}\n")), "boilerplate");
    let more = "Letters from before 1950 are read wrongly one time in three, so have a person check them.";
    assert_eq!(kinds(&format!("# T\n## Recommendations\n{more} {sentence}\n")), "");
}

#[test]
fn a_sentence_names_the_base_model() {
    let base = |text: &str| facts(text).at(&["identity", "base_model"]).and_then(Node::text).unwrap_or("-").to_owned();
    for (said, expected) in [
        ("It is based on a fine-tuned acme/mbart-50 model.", "acme/mbart-50"),
        ("It is based on the `t5-base` model.", "t5-base"),
        ("A language model for French based on the GPT-2 small model.", "GPT-2"),
        ("It is based on [`acme/deberta-v3`](https://acme.example/x), so it is fast.", "acme/deberta-v3"),
        ("The model was built on top of distilbert-base and trained for 10 epochs.", "distilbert-base"),
        ("Obtained by fine-tuning `acme/bart-xsum` on our notes.", "acme/bart-xsum"),
        ("We finetuned a multilingual distilbert model [distilbert-multi](https://a.example).", "distilbert-multi"),
        ("This is a *bert-multi* model that was fine-tuned on news.", "bert-multi"),
        ("Otter-8B is a Beaver-3.1-8B pretrained model, fine-tuned for triage.", "Beaver-3.1-8B"),
        ("[Beaver](https://a.example/beaver) fine-tuned for tagging.", "Beaver"),
        ("It is instruction tuned from [Beaver (8B)](https://a.example).", "Beaver"),
        ("It was pretrained on the raw texts only.", "pretrained on the raw texts only"),
        ("The weights were initialized randomly.", "initialized randomly"),
        ("It predicts the 11 categories below, based on the [Acme taxonomy](https://a.example).", "-"),
        ("The tokenizer is based on [Pieces](https://a.example) with a unigram model.", "-"),
        ("These numbers are of models fine-tuned on our data.", "-"),
    ] {
        assert_eq!(base(&format!("# Otter\n\n{said}\n")), expected, "{said}");
    }
}

#[test]
fn people_are_named_in_passing() {
    let maker = |text: &str| facts(text).at(&["identity", "maker"]).and_then(Node::text).unwrap_or("-").to_owned();
    for (said, expected) in [
        ("It was fine-tuned by me, Jane Roe, at the Acme Institute.", "Jane Roe"),
        ("[Jane Roe](https://roe.example/jane) trained this model.", "Jane Roe"),
        ("This model card has been written by [jroe](https://roe.example).", "jroe"),
        ("This model card has been written by the Acme team.", "Acme"),
        (
            "## Contact & more\n\nWhoever has a question about this model, its data or its results can open an issue in the repository that is linked above, or write to the list.",
            "Whoever has a question about this model, its data or its results can open an issue in the repository that is linked above, or write to the list.",
        ),
        ("The solutions were written by humans and developed by fine-tuning.", "-"),
        ("The base was pre-trained by Acme on news.", "-"),
    ] {
        assert_eq!(maker(&format!("# Otter\n\n{said}\n")), expected, "{said}");
    }
}

#[test]
fn a_sentence_before_a_list_is_no_unanswered_label() {
    let text =
        "# Otter\n\nIt achieves the following results on the evaluation set:\n- Wer: 0.4\n- Loss: 0.58\n\n## Uses\n";
    assert!(topic(text, "evaluation-results").starts_with("present prose"), "{}", topic(text, "evaluation-results"));
    let text = "# Otter\n\nIt achieves the following results on the evaluation set:\n\n## Uses\n\n- drafts\n";
    assert!(topic(text, "evaluation-results").starts_with("missing"), "{}", topic(text, "evaluation-results"));
}

#[test]
fn comments_stand_for_front_matter_on_tensorflow_hub() {
    let module = "# Module acme/otter/small/2\nFinds otters.\n\n<!-- asset-path: legacy -->\n<!-- dataset: river-2017 -->\n<!-- parent-model: acme/beaver/1 -->\n";
    assert_eq!(topic(module, "training-data"), "present front-matter dataset@river-2017");
    let facts_of = facts(module);
    let identity = |key: &str| facts_of.at(&["identity", key]).and_then(Node::text);
    assert_eq!(identity("base_model"), Some("acme/beaver/1"));
    assert_eq!((identity("name"), identity("version")), (Some("acme/otter/small"), Some("2")));
    assert_eq!(identity("maker"), Some("acme"));
    for remark in [
        "# Otter\n\n<!-- dataset: say which -->\n",
        "---\ntags: [x]\n---\n# Otter\n\n<!-- format: x -->\n<!-- dataset: y -->\n",
    ] {
        assert!(topic(remark, "training-data").starts_with("missing"), "{remark}");
    }
}

#[test]
fn a_figure_may_be_all_of_a_part_of_a_section() {
    let text = "# T\n\n## Performance\n\nDice is 0.82.\n\n### Validation Dice\n\n![a curve](https://a.example/x.png)\n";
    assert_eq!(sections(text), ["T content", "Performance content", "Validation Dice content"]);
    let text = "# T\n\n## Performance\n\n![a curve](https://a.example/x.png)\n\n## Uses\n\nx\n";
    assert_eq!(sections(text), ["T content", "Performance empty", "Uses content"]);
}

#[test]
fn a_split_is_one_of_the_training_data() {
    let context =
        |text: &str| facts(text).at(&["evaluation", "context"]).and_then(Node::text).unwrap_or("-").to_owned();
    let results = "## Evaluation\n\nChronological split, 15% for the test: recall 0.35.\n";
    assert_eq!(context(&format!("# T\n\n## Training data\n\nPublic prices.\n\n{results}")), "whole");
    assert_eq!(context(&format!("# T\n\n{results}")), "on which data set they were measured");
    let linked = "# T\n\n## Performance\n\nUp by 23.8 points.\n\n### Links\n\n- [Rivers](https://a.example/rivers)\n";
    assert_eq!(context(linked), "whole");
    let counted = "# T\n\n## Results\n\n450 paired observations of the benchmark: 96.2%.\n";
    assert_eq!(context(counted), "whole");
}

#[test]
fn front_matter_after_a_line_is_no_text() {
    let text = "Acme's logo\n---\nlanguage: en\ntags: [x]\n---\n# Otter\n\nFinds otters.\n";
    assert_eq!(sections(text), ["Otter content"]);
    assert_eq!(facts(text).get("anchor").and_then(Node::text), Some("Otter"));
}
