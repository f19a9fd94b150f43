//! Frameworks of rules that others have written (laws, standards, guidance), as
//! data: `policies/frameworks/*.yaml`.
//!
//! A framework has parts, a part has items. A rule of a pack names the items that
//! its evidence speaks to (`frameworks: [nist-ai-rmf/govern-2.1]`); from the two
//! comes the coverage, see [`coverage`]. What is said is always that a rule looks
//! for evidence, never that an obligation is met.
//!
//! ```yaml
//! framework: nist-ai-rmf            # items are nist-ai-rmf/<id>
//! name: NIST AI RMF 1.0             # short
//! title: NIST AI Risk Management Framework
//! version: 1.0, January 2023
//! nature: voluntary guidance
//! read: 2026-11-21                  # when the source was read
//! parts:
//!   - title: Govern
//!     document: NIST AI 100-1, core, table 1
//!     url: https://nvlpubs.nist.gov/nistpubs/ai/NIST.AI.100-1.pdf
//!     items:
//!       - {id: govern-2.1, place: GOVERN 2.1, title: roles are documented}
//! ```
//!
//! A part or an item may have `in_force_from`, `superseded_from` with
//! `superseded_by`, `checked: false` with its `reason`, and a `note`; an item
//! takes from its part what it does not say itself.

pub mod coverage;
pub mod page;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rayon::prelude::*;

use crate::rule::{FrameworkItem, FrameworkItems};
use crate::text::{did_you_mean, quote};

/// The frameworks that ship with the program, in the order of their documents.
const BUILTIN: &[(&str, &str)] = &[
    ("policies/frameworks/eu-ai-act.yaml", include_str!("../../policies/frameworks/eu-ai-act.yaml")),
    ("policies/frameworks/gpai-form.yaml", include_str!("../../policies/frameworks/gpai-form.yaml")),
    ("policies/frameworks/iso-42001.yaml", include_str!("../../policies/frameworks/iso-42001.yaml")),
    ("policies/frameworks/nist-ai-600-1.yaml", include_str!("../../policies/frameworks/nist-ai-600-1.yaml")),
    ("policies/frameworks/nist-ai-rmf.yaml", include_str!("../../policies/frameworks/nist-ai-rmf.yaml")),
];

/// All frameworks that are known.
#[derive(Clone, Debug, Default)]
pub struct Frameworks {
    list: Vec<Framework>,
}

/// One framework.
#[derive(Clone, Debug)]
pub struct Framework {
    /// What commands and packs call it: `eu-ai-act`.
    pub id: String,
    /// What people call it, in short.
    pub name: String,
    /// Its whole title.
    pub title: String,
    /// Which version of it is meant.
    pub version: String,
    /// Whether it is a law, a standard, guidance.
    pub nature: String,
    /// The day on which its source was read.
    pub read: Date,
    /// Its parts, in its own order.
    pub parts: Vec<Part>,
}

/// A part of a framework, with the document that it stands in.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is about.
    pub title: String,
    /// The document that its items stand in.
    pub document: String,
    /// Where the document is.
    pub url: String,
    /// From when it applies, where it has a date.
    pub in_force_from: Option<Date>,
    /// Whom it concerns, and what to mind.
    pub note: Option<String>,
    /// Its items, in its own order.
    pub items: Vec<Item>,
}

/// One thing that a framework asks for.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id within the framework: `annex-iv-2-g`.
    pub id: String,
    /// Where in the document it stands.
    pub place: String,
    /// What it asks for, in our own words.
    pub title: String,
    /// From when it applies, where it has a date.
    pub in_force_from: Option<Date>,
    /// When something else takes its place.
    pub superseded: Option<Superseded>,
    /// Why it was not checked against its source; it was, where there is none.
    pub unchecked: Option<String>,
    /// What to mind.
    pub note: Option<String>,
}

/// That something else takes the place of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// From when.
    pub from: Date,
    /// What takes its place.
    pub by: String,
}

/// How an item stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// It applies, or has no dates.
    Current,
    /// It does not apply before this day.
    NotYet(Date),
    /// Something else has taken its place.
    Superseded(&'a Superseded),
}

impl Item {
    /// How it stands on a day.
    pub fn standing(&self, as_of: Date) -> Standing<'_> {
        match (&self.superseded, self.in_force_from) {
            (Some(superseded), _) if superseded.from <= as_of => Standing::Superseded(superseded),
            (_, Some(from)) if from > as_of => Standing::NotYet(from),
            _ => Standing::Current,
        }
    }
}

impl Framework {
    /// Every item with its part, in the framework's own order.
    pub fn items(&self) -> impl Iterator<Item = (&Part, &Item)> {
        self.parts.iter().flat_map(|part| part.items.iter().map(move |item| (part, item)))
    }

    /// The id of one of its items as packs write it: `eu-ai-act/annex-iv-2-g`.
    pub fn full_id(&self, item: &Item) -> String {
        format!("{}/{}", self.id, item.id)
    }
}

impl Frameworks {
    /// The frameworks that ship with the program.
    pub fn builtin() -> Result<Self, String> {
        Self::parse(BUILTIN)
    }

    /// Those of the frameworks that ship with the program that have one of these ids, and
    /// no others are read.
    pub fn some(ids: &BTreeSet<&str>) -> Result<Self, String> {
        let id = |path: &str| path.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml")).map(str::to_owned);
        let wanted = BUILTIN.iter().filter(|(path, _)| id(path).is_some_and(|id| ids.contains(&*id)));
        Self::parse(&wanted.copied().collect::<Vec<_>>())
    }

    /// Reads frameworks from `(path, text)`, in parallel: they are read at every
    /// start. The error is one line for the author of the first file that has one,
    /// with its place.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, String> {
        let read: Vec<_> = files.par_iter().map(|(path, text)| read::framework(path, text)).collect();
        let mut list: Vec<Framework> = Vec::new();
        for ((path, _), framework) in files.iter().zip(read) {
            let framework = framework?;
            if list.iter().any(|other| other.id == framework.id) {
                return Err(format!("{path}: there are two frameworks `{}`", framework.id));
            }
            list.push(framework);
        }
        Ok(Self { list })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Framework> {
        self.list.iter()
    }

    /// The framework of that id; the error says what may have been meant.
    pub fn get(&self, id: &str) -> Result<&Framework, String> {
        self.list.iter().find(|framework| framework.id == id).ok_or_else(|| {
            let ids = || self.list.iter().map(|framework| framework.id.as_str());
            let known = ids().collect::<Vec<_>>().join(", ");
            let near = did_you_mean(id, ids()).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            format!("there is no framework `{}`; {near}known are: {known}", quote(id))
        })
    }

    /// Every item by the id that packs write: what a pack may name.
    pub fn known(&self) -> FrameworkItems {
        let items = self.list.iter().flat_map(|framework| framework.items().map(move |(_, item)| (framework, item)));
        items
            .map(|(framework, item)| {
                let id = framework.full_id(item);
                let source = format!("{}, {}", framework.name, item.place);
                (id.clone(), FrameworkItem { id, source, title: item.title.clone() })
            })
            .collect::<BTreeMap<_, _>>()
    }
}

#[cfg(test)]
mod tests;
