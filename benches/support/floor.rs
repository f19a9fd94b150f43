//! The floor: walk a repository, read every file and parse it, and keep nothing.
//!
//! The parsers are those of the tool: pulldown-cmark with tables for Markdown,
//! granit-parser for YAML and front matter, put together as a plain tree of owned
//! texts, as a check needs one, and `serde_json` into its `Value` for JSON. No spans,
//! no tree for Markdown, no facts, no rules, no report: nothing that checks these
//! files with these parsers can be much faster than this.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use granit_parser::Event;
use pulldown_cmark::Options;
use rayon::prelude::*;
use walkdir::WalkDir;

use super::Failure;

/// How long it takes on one thread.
pub(crate) fn on_one_thread(root: &Path) -> Result<Duration, Failure> {
    let start = Instant::now();
    let mut events = 0;
    for path in walk(root) {
        events += parse(&path?)?;
    }
    black_box(events);
    Ok(start.elapsed())
}

/// How long it takes when files are read and parsed on all threads.
pub(crate) fn on_all_threads(root: &Path) -> Result<Duration, Failure> {
    let start = Instant::now();
    let paths: Vec<PathBuf> = walk(root).collect::<Result<_, _>>()?;
    let events = paths.par_iter().map(|path| parse(path)).try_reduce(|| 0, |one, other| Ok(one + other))?;
    black_box(events);
    Ok(start.elapsed())
}

fn walk(root: &Path) -> impl Iterator<Item = Result<PathBuf, Failure>> {
    WalkDir::new(root)
        .into_iter()
        .filter(|entry| entry.as_ref().map_or(true, |entry| entry.file_type().is_file()))
        .map(|entry| Ok(entry?.into_path()))
}

/// How many events, or JSON values at the top, a file has.
fn parse(path: &Path) -> Result<usize, Failure> {
    let text = fs::read_to_string(path)?;
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("md") => markdown(&text),
        Some("yaml") => yaml(&text),
        Some("json") => json(&text),
        Some("jsonl") => text.lines().map(json).sum(),
        _ => Ok(0),
    }
}

fn json(text: &str) -> Result<usize, Failure> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    Ok(black_box(value).as_object().map_or(1, serde_json::Map::len))
}

fn markdown(text: &str) -> Result<usize, Failure> {
    let (front, body) = match text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")) {
        Some((front, body)) => (front, body),
        None => ("", text),
    };
    Ok(yaml(front)? + pulldown_cmark::Parser::new_ext(body, Options::ENABLE_TABLES).map(black_box).count())
}

/// A YAML value; the keys of a mapping are its even items.
enum Tree {
    Scalar(String),
    List(Vec<Tree>),
}

fn yaml(text: &str) -> Result<usize, Failure> {
    let mut events = 0;
    let mut open = vec![Vec::new()];
    for event in granit_parser::Parser::new_from_str(text) {
        events += 1;
        let done = match event?.0 {
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                open.push(Vec::new());
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(Tree::List),
            Event::Scalar(text, ..) => Some(Tree::Scalar(text.into_owned())),
            _ => None,
        };
        if let (Some(done), Some(list)) = (done, open.last_mut()) {
            list.push(done);
        }
    }
    black_box(weight(&open.pop().unwrap_or_default()));
    Ok(events)
}

/// How many bytes of text a tree holds: so that it is made, and looked at once.
fn weight(list: &[Tree]) -> usize {
    list.iter()
        .map(|tree| match tree {
            Tree::Scalar(text) => text.len(),
            Tree::List(list) => weight(list),
        })
        .sum()
}
