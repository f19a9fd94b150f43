//! A pack of an organisation's own rules, as many as are asked for.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::Failure;

/// What the rules ask in turn; `#` is a number that makes each another one.
const KINDS: [(&str, &str); 5] = [
    (
        "release",
        "  when: {at: artifacts.checkpoint.type, is: {equals: lora}}\n  assert: [{at: metadata.changelog.summary, optional: true, is: {min_length: #}}]",
    ),
    ("release", "  assert: [{at: metadata.version, is: {match: '^[0-9]+[.][0-9]+[.][0-9]+$', min_length: #}}]"),
    (
        "release",
        "  each: {dataset: {at: 'doc.data.datasets[*]', min: 0}}\n  assert: [{at: dataset.id, is: {placeholder: false, min_length: #}}]",
    ),
    ("card", "  assert: [{at: license, optional: true, is: {min_length: #}}]"),
    ("release", "  assert: [{cel: size(doc.metadata.id) > #}]"),
];

/// Writes a pack of `count` rules that find nothing wrong into a repository. Every fifth
/// is an expression, unless there are to be none.
pub(crate) fn write(root: &Path, count: usize, expressions: bool) -> Result<(), Failure> {
    let kinds = if expressions { &KINDS[..] } else { &KINDS[..4] };
    let mut pack = String::from("pack: load\nversion: 1.0.0\nvocabulary: 1\nrules:\n");
    for (number, (on, rest)) in kinds.iter().cycle().take(count).enumerate() {
        writeln!(
            pack,
            "- id: load/rule-{number}\n  on: {on}\n  title: Rule {number}\n  severity: error\n  help: write it"
        )?;
        writeln!(pack, "{}\n  tests: [{{fail: never}}]", rest.replace('#', &(number % 3).to_string()))?;
    }
    let folder = root.join(".weighbridge/policies");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("load.yaml"), pack)?;
    Ok(())
}
