//! The stages of a rollout: their order, how much traffic each takes, what each says of
//! itself, and whether those behind have passed.

use crate::facts::organisation::{self, Limit};
use crate::facts::release::{self, STAGES, is_external};
use crate::facts::standing::{Wrong, excused, names, says_something, standing};
use crate::facts::{Context, left, owner};
use crate::link::Release;
use crate::parse::Node;
use crate::source::Span;
use crate::text;

/// The stages that the manifest writes, in its order.
pub(super) struct Stages<'a> {
    pub all: Vec<Stage<'a>>,
    /// The stage that the release is at.
    pub current: &'a str,
}

/// One of them.
pub(super) struct Stage<'a> {
    pub name: &'a str,
    pub node: &'a Node,
    /// Where its name stands.
    pub span: Span,
    /// Whether it says why it does not apply.
    pub excused: bool,
}

impl<'a> Stages<'a> {
    pub(super) fn of(root: &'a Node) -> Self {
        let items = root.at(&["rollout", "stages"]).map(Node::items).unwrap_or_default();
        let stage = |node: &'a Node| {
            let name = node.get("name");
            Stage {
                name: name.and_then(Node::text).unwrap_or_default(),
                span: name.map_or(node.anchor(), |name| name.span),
                excused: excused(node) == Some(true),
                node,
            }
        };
        Self { all: items.iter().map(stage).collect(), current: release::stage(root).0 }
    }

    /// The stages that take place, with users outside.
    fn external(&self) -> impl Iterator<Item = &Stage<'a>> {
        self.all.iter().filter(|stage| is_external(stage.name) && !stage.excused)
    }

    /// When the first stage with users outside began, with where that is written.
    pub(super) fn first_external_start(&self) -> Option<&'a Node> {
        let started = |stage: &Stage<'a>| stage.node.at(&["result", "started_at"]);
        let starts = self.external().filter_map(started);
        starts
            .filter_map(|node| Some((crate::facts::moment::instant(node)?, node)))
            .min_by_key(|(at, _)| *at)
            .map(|(_, node)| node)
    }

    /// How much traffic the stage that the release is at may take: in percent, with where
    /// that is written.
    pub(super) fn allowed(&self) -> Option<(f64, Span)> {
        let stage = self.all.iter().find(|stage| stage.name == self.current)?;
        let steps = stage.percents()?;
        let most = steps.iter().map(|(percent, _)| *percent).fold(0.0, f64::max);
        let span = stage.node.get("traffic_percent").map_or(stage.span, |percent| percent.span);
        Some((most, span))
    }

    /// How the sequence stands.
    pub(super) fn sequence(&self, root: &Node) -> Node {
        let span = root.key_at(&["rollout", "stages"]);
        standing(span, self.out_of_order(root))
    }

    fn out_of_order(&self, root: &Node) -> Option<Wrong> {
        if root.get("rollout").is_none_or(Node::is_null) {
            return Some(Wrong::new("missing", "the release has no rollout plan"));
        }
        if self.all.is_empty() {
            return Some(Wrong::new("missing", "the rollout plan has no stages"));
        }
        for (at, stage) in self.all.iter().enumerate() {
            if let Some(first) = self.all.iter().take(at).find(|other| other.name == stage.name) {
                let why = format!("stage `{}` stands there twice", text::quote(stage.name));
                return Some(Wrong::new("twice", why).at(stage.span).beside(first.span, "for the first time"));
            }
        }
        let missing: Vec<&str> =
            STAGES.into_iter().filter(|name| !self.all.iter().any(|stage| stage.name == *name)).collect();
        if !missing.is_empty() {
            let noun = if missing.len() == 1 { "stage" } else { "stages" };
            return Some(Wrong::new("missing", format!("the rollout plan has no {noun} {}", names(missing))));
        }
        let place = |stage: &Stage<'_>| STAGES.iter().position(|name| *name == stage.name);
        for pair in self.all.windows(2) {
            let [before, after] = pair else { continue };
            if place(before) > place(after) {
                let why = format!("stage `{}` comes after `{}`", text::quote(after.name), text::quote(before.name));
                return Some(Wrong::new("order", why).at(after.span).beside(before.span, "this stage comes later"));
            }
        }
        let blank = self.all.iter().find(|stage| excused(stage.node) == Some(false));
        if let Some(stage) = blank {
            let why = format!("stage `{}` is left out without a reason", text::quote(stage.name));
            return Some(Wrong::new("no-reason", why).at(stage.span));
        }
        let current = self.all.iter().find(|stage| stage.name == self.current && stage.excused)?;
        let why = format!("the release is at stage `{}`, which its plan leaves out", text::quote(self.current));
        Some(Wrong::new("left-out", why).at(current.span))
    }

    /// How the traffic of each stage with users outside stands beside the one before.
    pub(super) fn traffic(&self, context: &Context<'_>, root: &Node) -> Vec<Node> {
        let first = organisation::limit(context.graph, root, "first_external_percent");
        let jump = organisation::limit(context.graph, root, "traffic_jump");
        let mut before: Option<(f64, Span)> = None;
        // After a stage that says nothing, nobody knows how far the next one goes.
        let mut unknown = false;
        let mut all = Vec::new();
        for stage in self.external() {
            let mut wrong = None;
            let Some(steps) = stage.percents() else {
                let why = format!("stage `{}` does not say how much traffic it takes", text::quote(stage.name));
                all.push(stage.stands(Some(Wrong::new("unknown", why))));
                unknown = true;
                continue;
            };
            for (percent, span) in steps.into_iter().filter(|(percent, _)| *percent > 0.0 || percent.is_nan()) {
                let found = too_much(stage.name, percent, before, first, jump).filter(|_| !unknown);
                unknown = false;
                wrong = wrong.or_else(|| found.map(|found| found.at(span)));
                before = Some((percent, span));
            }
            all.push(stage.stands(wrong));
        }
        all
    }

    /// What each stage says of itself beside its traffic: audience, duration, end, owner.
    pub(super) fn parameters(&self, context: &Context<'_>, release: &Release) -> Vec<Node> {
        let mut most = 0.0;
        let mut all = Vec::new();
        for stage in self.all.iter().filter(|stage| !stage.excused) {
            let mut wrong = stage.silent_about(context, release).map(|why| Wrong::new("silent", why));
            for (percent, span) in stage.percents().unwrap_or_default() {
                if percent < most && wrong.is_none() {
                    let why = format!("takes {percent} % of the traffic, less than the {most} % before it");
                    wrong = Some(Wrong::new("falls", why).at(span));
                }
                most = f64::max(most, percent);
            }
            if stage.name == "full_rollout" && most < 100.0 && wrong.is_none() {
                wrong = Some(Wrong::new("short", format!("ends at {most} % of the traffic, not at 100 %")));
            }
            all.push(stage.stands(wrong));
        }
        all
    }

    /// Whether the stages behind the one that the release is at have passed.
    pub(super) fn results(&self, root: &Node) -> Vec<Node> {
        let at = STAGES.iter().position(|name| *name == self.current).unwrap_or(0);
        let behind = |stage: &&Stage<'a>| STAGES.iter().take(at).any(|name| *name == stage.name) && !stage.excused;
        let here = root.at(&["metadata", "stage"]).map(|stage| stage.span);
        let state =
            |stage: &Stage<'a>| {
                let status = stage.node.at(&["result", "status"]);
                let why = match status.and_then(Node::text) {
                    Some("pass") => return stage.stands(None),
                    Some(other) => format!("has the result `{}`", text::quote(other)),
                    None => "has no result".to_owned(),
                };
                let wrong = Wrong::new("not-passed", why).at(status.map_or(stage.span, |status| status.span));
                stage.stands(Some(here.map_or_else(
                    || wrong.clone(),
                    |here| wrong.clone().beside(here, "the stage that the release is at"),
                )))
            };
        self.all.iter().filter(behind).map(state).collect()
    }
}

impl Stage<'_> {
    /// How it stands, with its name.
    pub(super) fn stands(&self, wrong: Option<Wrong>) -> Node {
        let facts = standing(self.span, wrong);
        let name = Node::string(self.name, self.span);
        facts.with("stage", name)
    }

    /// Its steps, each in percent. The last stage takes everything unless it says less.
    pub(super) fn percents(&self) -> Option<Vec<(f64, Span)>> {
        let Some(written) = self.node.get("traffic_percent").filter(|percent| !percent.is_null()) else {
            return (self.name == "full_rollout").then(|| vec![(100.0, self.span)]);
        };
        let steps: Option<Vec<(f64, Span)>> =
            written.one_or_many().iter().map(|step| Some((step.as_f64()?, step.span))).collect();
        steps.filter(|steps| !steps.is_empty())
    }

    fn silent_about(&self, context: &Context<'_>, release: &Release) -> Option<String> {
        let said = |key: &str| self.node.get(key).and_then(Node::text).is_some_and(says_something);
        let needed: &[&str] = match self.name {
            "offline_evals" => &["exit", "owner"],
            "full_rollout" => &["audience", "exit", "owner"],
            _ => &["audience", "min_duration", "exit", "owner"],
        };
        let missing: Vec<&str> = needed.iter().copied().filter(|key| !said(key)).collect();
        if !missing.is_empty() {
            return Some(format!("does not say {}", names(missing)));
        }
        let named = self.node.get("owner")?;
        let owner = named.text()?;
        match owner::standing(context.graph, owner) {
            "inactive" if has_passed(self.node) || !left::is_first(context.graph, release, named) => None,
            state @ ("inactive" | "unknown" | "bot") => {
                Some(format!("has `{}` as its owner, who is {state} in the roster", text::quote(owner)))
            }
            _ => None,
        }
    }
}

/// Whether a stage lies behind the release.
pub(in crate::facts) fn has_passed(stage: &Node) -> bool {
    stage.at(&["result", "status"]).and_then(Node::text) == Some("pass")
}

fn too_much(stage: &str, percent: f64, before: Option<(f64, Span)>, first: Limit, jump: Limit) -> Option<Wrong> {
    let stage = text::quote(stage);
    if !(0.0..=100.0).contains(&percent) {
        return Some(Wrong::new(
            "no-share",
            format!("stage `{stage}` takes {percent} % of the traffic, which is no share of it"),
        ));
    }
    match before {
        None if percent > first.value => {
            let why = format!(
                "the first users outside are {percent} % of the traffic, in stage `{stage}`; {} % are allowed",
                first.value
            );
            let wrong = Wrong::new("first-too-large", why);
            Some(match first.span {
                Some(span) => wrong.beside(span, "the limit"),
                None => wrong,
            })
        }
        Some((last, span)) if percent > last * jump.value + 1e-9 => {
            let why = format!(
                "stage `{stage}` goes from {last} % to {percent} % of the traffic, more than {} times as much",
                jump.value
            );
            Some(Wrong::new("jump", why).beside(span, "the step before"))
        }
        _ => None,
    }
}
