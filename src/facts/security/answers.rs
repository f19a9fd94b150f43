//! The answers of the questionnaire, part by part. What a part does not answer is told once
//! for the part; an answer that says nothing is told where it stands.

use super::Reviewed;
use super::tools::Used;
use crate::facts::release::problem;
use crate::facts::rollout::triggers;
use crate::facts::standing::{Wrong, excused, names, says_something, standing};
use crate::link::{Reference, Target};
use crate::parse::Node;
use crate::pointer::Pointer;
use crate::source::Span;

/// Parts that no other rule asks for, with what each answers.
const PARTS: [(&str, &[&str]); 5] = [
    ("review", &["completed_at"]),
    ("tools", &["used"]),
    ("abuse", &["rate_limits", "monitoring", "reporting", "prohibited_use_enforced"]),
    ("supply_chain", &["weights_scanned", "serialization", "remote_code", "signature_verified", "adapters_isolated"]),
    ("output_handling", &["structured_schema", "html_escaped"]),
];

/// Words for there being none.
const NONE: [&str; 5] = ["none", "no", "false", "off", "unlimited"];

/// Tiers at which extraction has to be tested.
const HIGH: [&str; 2] = ["high", "serious"];

/// The parts that no other rule asks for.
pub(super) fn questionnaire(reviewed: &Reviewed<'_>) -> Vec<Node> {
    let root = reviewed.root();
    // Who reviewed is asked for by itself.
    let asked = PARTS.iter().map(|(part, _)| *part).filter(|part| *part != "review");
    let mut missing: Vec<&str> = asked.filter(|part| !is_there(root.get(part))).collect();
    if root.get("verdict").is_none_or(Node::is_null) {
        missing.push("verdict");
    }
    let mut all = Vec::new();
    if !missing.is_empty() {
        let why = format!("the security review does not answer {}", names(missing));
        all.push(standing(root.anchor(), Some(Wrong::new("missing", why))));
    }
    for (part, questions) in PARTS {
        all.extend(answered(root, part, questions));
    }
    if is_there(root.get("pii")) {
        all.extend(answered(root, "pii", &["inputs_contain_pii", "training_pii"]));
    }
    all
}

/// What there is against abuse, where others than the organisation's own people reach the
/// model: a plain no is an answer, and leaves them without.
pub(super) fn abuse(reviewed: &Reviewed<'_>) -> Vec<Node> {
    let exposure = reviewed.manifest.root.at(&["scope", "deployment", "exposure"]);
    let Some(exposed) = exposure.filter(|exposure| matches!(exposure.text(), Some("partner" | "public"))) else {
        return Vec::new();
    };
    let who = if exposed.text() == Some("public") { "the public" } else { "partners" };
    let controls = [
        ("rate_limits", "there are no rate limits"),
        ("monitoring", "nobody watches for abuse"),
        ("reporting", "there is no way to report abuse"),
    ];
    let lacking = controls.into_iter().filter_map(|(key, none)| {
        let answer = reviewed.root().at(&["abuse", key])?;
        let no = answer.as_bool() == Some(false)
            || answer.text().is_some_and(|text| NONE.contains(&text.trim().to_ascii_lowercase().as_str()));
        let why = format!("{who} can reach the model, and {none}");
        no.then(|| standing(answer.span, Some(Wrong::new("none", why).beside(exposed.span, "who can reach it"))))
    });
    lacking.collect()
}

/// What can be injected, and what is done about it.
pub(super) fn injection(reviewed: &Reviewed<'_>, used: &Used<'_>) -> Vec<Node> {
    let root = reviewed.root();
    let Some(mut all) = part(root, "prompt_injection", "the security review does not describe `prompt_injection`")
    else {
        return answered(root, "prompt_injection", &[]);
    };
    if !all.is_empty() {
        return all;
    }
    all.extend(answered(root, "prompt_injection", &["untrusted_inputs", "controls", "tested"]));
    let section = root.get("prompt_injection");
    let paths = section.and_then(|section| section.get("indirect_paths"));
    let place =
        section.and_then(|section| section.get("indirect_paths")).or(section).map_or(root.anchor(), Node::anchor);
    all.push(match paths.filter(|paths| !paths.is_null()) {
        None => standing(place, Some(Wrong::new("missing", "`prompt_injection` says no `indirect_paths`"))),
        Some(paths) if paths.items().is_empty() => standing(paths.span, no_path(reviewed, used)),
        Some(paths) => standing(paths.span, None),
    });
    let tested = section.and_then(|section| section.get("tested"));
    if tested.is_some_and(|tested| tested.as_bool() != Some(false)) {
        let evidence = section.and_then(|section| section.get("evidence"));
        all.push(match evidence.filter(|evidence| evidence.text().is_some()) {
            Some(evidence) => standing(evidence.span, lost(reviewed, evidence)),
            None => standing(
                tested.map_or(place, |tested| tested.span),
                Some(Wrong::new("no-evidence", "`prompt_injection.tested` names no `evidence`")),
            ),
        });
    }
    all
}

/// Documents that are fetched and tools that answer are ways in.
fn no_path(reviewed: &Reviewed<'_>, used: &Used<'_>) -> Option<Wrong> {
    let fetches = |trigger: &&Node| {
        trigger.get("id").and_then(Node::text) == Some("retrieval_quality") && excused(trigger).is_none()
    };
    let trigger = triggers::written(&reviewed.manifest.root).iter().find(fetches);
    if let Some(trigger) = trigger {
        let why =
            "`prompt_injection.indirect_paths` is empty, and the release watches the quality of what it retrieves";
        return Some(Wrong::new("no-path", why).beside(trigger.anchor(), "the trigger for retrieval"));
    }
    let tool = used.listed.first()?;
    let why = "`prompt_injection.indirect_paths` is empty, and what tools answer is one";
    Some(Wrong::new("no-path", why).beside(tool.anchor(), "a tool"))
}

/// Why evidence leads nowhere.
pub(super) fn lost(reviewed: &Reviewed<'_>, evidence: &Node) -> Option<Wrong> {
    let written = evidence.text()?;
    let target = reviewed.context.files.resolve(&reviewed.review.path, written);
    if matches!(target, Target::File(_)) {
        return None;
    }
    let reference =
        Reference { written: written.to_owned(), span: evidence.span, pointer: Pointer::root(), digest: None, target };
    let why = format!("evidence {}: {}", names([written]), problem(&reference, "file"));
    Some(Wrong::new("unresolved", why).at(evidence.span))
}

/// What happens with personal data.
pub(super) fn pii(reviewed: &Reviewed<'_>) -> Vec<Node> {
    let root = reviewed.root();
    let Some(mut all) = part(root, "pii", "the security review does not say what happens with personal data (`pii`)")
    else {
        return answered(root, "pii", &[]);
    };
    if all.is_empty() {
        let logged = root.at(&["pii", "logged"]);
        let nothing = |node: &Node| {
            node.as_bool() == Some(false)
                || matches!(node.text(), Some("no" | "none" | "never" | "not_logged" | "not logged"))
        };
        let questions: &[&str] = match logged {
            Some(logged) if nothing(logged) => &["logged", "output_filter", "dsr_contact"],
            _ => &["logged", "output_filter", "retention", "dsr_contact"],
        };
        all.extend(answered(root, "pii", questions));
    }
    all
}

/// What can be got out of the model.
pub(super) fn extraction(reviewed: &Reviewed<'_>) -> Vec<Node> {
    let root = reviewed.root();
    let Some(mut all) =
        part(root, "extraction", "the security review does not say what can be extracted (`extraction`)")
    else {
        return answered(root, "extraction", &[]);
    };
    if !all.is_empty() {
        return all;
    }
    let questions =
        ["training_data_extraction", "membership_inference", "model_extraction", "system_prompt_leak", "weight_access"];
    all.extend(answered(root, "extraction", &questions));
    let tier = reviewed.manifest.root.at(&["risk", "tier"]).and_then(Node::text).unwrap_or_default();
    if !HIGH.contains(&tier) {
        return all;
    }
    let answer = |question: &str| root.at(&["extraction", question]).filter(|answer| says(answer));
    for question in ["training_data_extraction", "system_prompt_leak", "model_extraction"] {
        let Some(answer) = answer(question) else { continue };
        let limited = question == "model_extraction"
            && answer
                .text()
                .is_some_and(|text| text.to_ascii_lowercase().replace([' ', '_'], "-").starts_with("rate-limit"));
        if !is_tested(answer) && !limited {
            let shown = names([answer.text().unwrap_or_default()]);
            let why = format!("`{question}` is {shown}, and the risk tier is `{tier}`");
            all.push(standing(answer.span, Some(Wrong::new("untested", why))));
        }
    }
    all
}

fn is_tested(answer: &Node) -> bool {
    answer.as_bool() == Some(true)
        || answer.text().is_some_and(|text| text.trim_start().to_ascii_lowercase().starts_with("tested"))
}

fn is_there(part: Option<&Node>) -> bool {
    part.is_some_and(|part| if part.is_map() { !part.entries().is_empty() } else { !part.is_null() })
}

/// `None` where a part says that it does not apply; else what is to be said where it is
/// not there at all.
fn part(root: &Node, name: &str, missing: &str) -> Option<Vec<Node>> {
    let section = root.get(name);
    if !is_there(section) {
        let place = section.map_or(root.anchor(), |section| place(root, name, section));
        return Some(vec![standing(place, Some(Wrong::new("missing", missing)))]);
    }
    section.is_none_or(|section| excused(section).is_none()).then(Vec::new)
}

fn place(root: &Node, name: &str, section: &Node) -> Span {
    root.entry(name).map_or(section.span, |entry| entry.key_span)
}

/// How the answers of a part stand: one entry for all that it lacks, one for each answer.
fn answered(root: &Node, name: &str, questions: &[&str]) -> Vec<Node> {
    let Some(section) = root.get(name).filter(|section| section.is_map() && !section.entries().is_empty()) else {
        return Vec::new();
    };
    match excused(section) {
        Some(true) => return Vec::new(),
        Some(false) => {
            let why = format!("`{name}` does not apply, and the reason is not given");
            return vec![standing(section.anchor(), Some(Wrong::new("no-reason", why)))];
        }
        None => {}
    }
    let unsaid = |question: &&str| section.get(question).is_none_or(Node::is_null);
    let missing: Vec<&str> = questions.iter().copied().filter(unsaid).collect();
    let mut all = Vec::new();
    if !missing.is_empty() {
        let why = format!("`{name}` says no {}", names(missing));
        all.push(standing(place(root, name, section), Some(Wrong::new("missing", why))));
    }
    for (question, answer) in questions.iter().filter_map(|question| Some((question, section.get(question)?))) {
        if answer.is_null() {
            continue;
        }
        let wrong = (!says(answer)).then(|| {
            let shown = answer.text().map_or("an empty list".to_owned(), |text| names([text]));
            Wrong::new("blank", format!("`{name}.{question}` is {shown}, which is no answer"))
        });
        all.push(standing(answer.span, wrong));
    }
    all
}

fn says(answer: &Node) -> bool {
    match answer.text() {
        Some(text) => says_something(text),
        None => !answer.items().is_empty() || !answer.entries().is_empty(),
    }
}
