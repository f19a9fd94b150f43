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
fn the_keys_are_a_contract() {
    let keys: Vec<_> = facts("# T\n").entries().iter().map(|entry| entry.key.to_string()).collect();
    let expected =
        "topics sections placeholders identity statements out_of_scope evaluation generative unrecognised anchor";
    assert_eq!(keys.join(" "), expected);
    assert_eq!(facts("# T\n").get("anchor").and_then(Node::text), Some("T"));
}
