//! Writes the packs and tables that ship with the program as JSON, without the tests of
//! rules: at every start that is read several times faster than the YAML that people
//! write. A test compares the rules of both. And tells the program which commit it is built
//! from, where it is a published one.

#![allow(clippy::print_stdout, reason = "so a build script talks to cargo")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use granit_parser::{Event, Parser, ScalarStyle};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=policies");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no folder to write to")?);
    for entry in fs::read_dir("policies")? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().filter(|_| path.extension().is_some_and(|end| end == "yaml")) else {
            continue;
        };
        let text = fs::read_to_string(&path)?;
        let json = json(&text).map_err(|why| format!("{}: {why}", path.display()))?;
        fs::write(out.join(stem).with_extension("json"), json)?;
    }
    if let Some(commit) = commit() {
        println!("cargo::rustc-env=WEIGHBRIDGE_COMMIT={commit}");
    }
    Ok(())
}

/// The commit that a crate was packaged from, by the file that `cargo package` puts into it. Any
/// other build may be of a commit that nobody else has, or of one whose action does not hold the
/// checksum of this program yet.
fn commit() -> Option<String> {
    let info = fs::read_to_string(".cargo_vcs_info.json").ok().filter(|info| !info.contains("\"dirty\": true"))?;
    let is_commit = |part: &&str| part.len() == 40 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    info.split('"').find(is_commit).map(str::to_owned)
}

/// How many brackets are open around a rule: that of all there is, of the pack and of its rules.
const RULE: usize = 3;

/// The one document of a YAML text as JSON.
fn json(text: &str) -> Result<String, Box<dyn Error>> {
    let mut open = vec![Open::new(false, 0)];
    let mut anchors: BTreeMap<usize, String> = BTreeMap::new();
    for event in Parser::new_from_str(text) {
        let (value, anchor) = match event?.0 {
            Event::SequenceStart(_, anchor, _) => {
                open.push(Open::new(false, anchor));
                continue;
            }
            Event::MappingStart(_, anchor, _) => {
                open.push(Open::new(true, anchor));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let closed = open.pop().ok_or("a bracket too many")?;
                // A rule is an item of a list at the top of the pack.
                closed.close(open.len() == RULE)
            }
            Event::Scalar(text, style, anchor, _) => {
                let key = open.last().is_some_and(|open| open.mapping && open.values.len() % 2 == 0);
                (if key || style != ScalarStyle::Plain { quoted(&text) } else { plain(&text)? }, anchor)
            }
            Event::Alias(anchor) => (anchors.get(&anchor).ok_or("an alias without an anchor")?.clone(), 0),
            _ => continue,
        };
        if anchor != 0 {
            anchors.insert(anchor, value.clone());
        }
        open.last_mut().ok_or("a bracket too many")?.values.push(value);
    }
    let mut values = open.pop().map(|open| open.values).unwrap_or_default();
    values.pop().ok_or_else(|| "it is empty".into())
}

/// A list or a mapping that is being read; in a mapping keys and values take turns.
struct Open {
    values: Vec<String>,
    mapping: bool,
    anchor: usize,
}

impl Open {
    fn new(mapping: bool, anchor: usize) -> Self {
        Self { values: Vec::new(), mapping, anchor }
    }

    /// The whole, and the anchor by which it goes.
    fn close(self, is_rule: bool) -> (String, usize) {
        if !self.mapping {
            return (format!("[{}]", self.values.join(",")), self.anchor);
        }
        let pairs = self.values.chunks_exact(2).filter(|pair| !is_rule || pair[0] != "\"tests\"");
        (format!("{{{}}}", pairs.map(|pair| pair.join(":")).collect::<Vec<_>>().join(",")), self.anchor)
    }
}

/// A scalar without quotes, by YAML's core schema; what JSON writes in another way is refused.
fn plain(text: &str) -> Result<String, String> {
    match text {
        "" | "~" | "null" => return Ok("null".to_owned()),
        "true" | "false" => return Ok(text.to_owned()),
        "True" | "TRUE" | "False" | "FALSE" | "Null" | "NULL" | ".inf" | "-.inf" | ".nan" => {
            return Err(format!("write `{text}` as JSON has it, or in quotes"));
        }
        _ => {}
    }
    let number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) && text.parse::<f64>().is_ok();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.split(['.', 'e', 'E']).next().unwrap_or_default();
    let as_json = whole.starts_with(|c: char| c.is_ascii_digit()) && (whole == "0" || !whole.starts_with('0'));
    match (number, as_json && !text.ends_with('.')) {
        (true, true) => Ok(text.to_owned()),
        (false, _) if !text.starts_with("0x") && !text.starts_with("0o") => Ok(quoted(text)),
        _ => Err(format!("write the number `{text}` as JSON has it")),
    }
}

fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
