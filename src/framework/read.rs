//! Reading one framework from YAML: what serde takes, and what it cannot know
//! (dates, addresses, ids that are unique). Every error has its place.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;

use super::{Framework, Item, Part, Superseded};
use crate::parse::decode::{Spanned, from_node};
use crate::parse::yaml;
use crate::source::{Source, SourceId, Span};
use crate::text::quote;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFramework {
    framework: Spanned<String>,
    name: String,
    title: String,
    version: String,
    nature: String,
    read: Spanned<String>,
    parts: Vec<RawPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPart {
    title: String,
    document: String,
    url: Spanned<String>,
    in_force_from: Option<Spanned<String>>,
    superseded_from: Option<Spanned<String>>,
    superseded_by: Option<String>,
    checked: Option<bool>,
    reason: Option<String>,
    note: Option<String>,
    items: Vec<RawItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    id: Spanned<String>,
    place: String,
    title: String,
    in_force_from: Option<Spanned<String>>,
    superseded_from: Option<Spanned<String>>,
    superseded_by: Option<String>,
    checked: Option<bool>,
    reason: Option<String>,
    note: Option<String>,
}

/// What is wrong, and where.
type Fault = (Span, String);

/// The framework that a file says.
pub(super) fn framework(path: &str, text: &str) -> Result<Framework, String> {
    read(text).map_err(|(span, message)| {
        let place = Source::new(path, text).position(span.start);
        format!("{path}:{}:{}: {message}", place.line, place.column)
    })
}

fn read(text: &str) -> Result<Framework, Fault> {
    let parsed = yaml::parse(text, SourceId(0), 0);
    if let Some(finding) = parsed.findings.into_iter().next() {
        return Err((finding.primary.span, finding.message));
    }
    let root = parsed.root.ok_or_else(|| (Span::file(SourceId(0)), "the file is empty".to_owned()))?;
    let raw: RawFramework = from_node(&root).map_err(|error| (error.span, error.message))?;
    let mut seen = BTreeSet::new();
    Ok(Framework {
        id: id(raw.framework)?,
        name: raw.name,
        title: raw.title,
        version: raw.version,
        nature: raw.nature,
        read: date(&raw.read)?,
        parts: raw.parts.into_iter().map(|raw| part(raw, &mut seen)).collect::<Result<_, _>>()?,
    })
}

fn part(mut raw: RawPart, seen: &mut BTreeSet<String>) -> Result<Part, Fault> {
    if !raw.url.value.starts_with("https://") || raw.url.value.contains(char::is_whitespace) {
        return Err((raw.url.span, format!("`{}` is not an address: write `https://…`", quote(&raw.url.value))));
    }
    let items = std::mem::take(&mut raw.items);
    Ok(Part {
        in_force_from: raw.in_force_from.as_ref().map(date).transpose()?,
        items: items.into_iter().map(|item| self::item(item, &raw, seen)).collect::<Result<_, _>>()?,
        title: raw.title,
        document: raw.document,
        url: raw.url.value,
        note: raw.note,
    })
}

fn item(raw: RawItem, part: &RawPart, seen: &mut BTreeSet<String>) -> Result<Item, Fault> {
    let at = raw.id.span;
    let in_force_from = raw.in_force_from.as_ref().or(part.in_force_from.as_ref()).map(date).transpose()?;
    let by = raw.superseded_by.as_ref().or(part.superseded_by.as_ref());
    let superseded = match (raw.superseded_from.as_ref().or(part.superseded_from.as_ref()), by) {
        (Some(from), Some(by)) => Some(Superseded { from: date(from)?, by: by.clone() }),
        (None, None) => None,
        _ => return Err((at, "`superseded_from` and `superseded_by` are written together".to_owned())),
    };
    let reason = raw.reason.as_ref().or(part.reason.as_ref());
    let unchecked = match (raw.checked.or(part.checked), reason) {
        (Some(false), Some(reason)) => Some(reason.clone()),
        (Some(false), None) => {
            return Err((at, "say under `reason` why the item was not checked against its source".to_owned()));
        }
        _ => None,
    };
    let id = id(raw.id)?;
    if !seen.insert(id.clone()) {
        return Err((at, format!("there are two items `{id}`")));
    }
    Ok(Item { id, place: raw.place, title: raw.title, in_force_from, superseded, unchecked, note: raw.note })
}

/// An id is lower case, so that it is written in one way only.
fn id(raw: Spanned<String>) -> Result<String, Fault> {
    let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    if raw.value.is_empty() || !raw.value.bytes().all(fine) {
        let shown = quote(&raw.value);
        return Err((raw.span, format!("`{shown}` is no id: write it in kebab-case, as `annex-iv-2-g`")));
    }
    Ok(raw.value)
}

fn date(raw: &Spanned<String>) -> Result<Date, Fault> {
    raw.value
        .parse()
        .map_err(|_| (raw.span, format!("`{}` is not a date: write it as `2026-11-21`", quote(&raw.value))))
}
