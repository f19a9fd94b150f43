//! A log as a CI runner reads it, and what a report may hold.

use std::collections::BTreeMap;

use weighbridge::outcome::Outcome;
use weighbridge::report::{self, Format, RenderOptions};
use weighbridge::text;

/// A workflow command as the runner of GitHub Actions takes it from a line.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    pub name: String,
    pub properties: BTreeMap<String, String>,
    pub data: String,
}

/// The commands of a log: lines end at `\n`, `\r` and `\r\n`; `::name k=v,k=v::data`
/// counts at the start of a line behind any white space, `##[name k=v]data` anywhere.
pub fn commands(log: &str) -> Vec<Command> {
    log.split(['\n', '\r']).filter_map(|line| modern(line).or_else(|| legacy(line))).collect()
}

fn modern(line: &str) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    Some(command(head, ',', data))
}

fn legacy(line: &str) -> Option<Command> {
    let marker = ["##[", "##vso[", "##teamcity["].into_iter().find(|marker| line.contains(marker))?;
    let (head, data) = line.split_once(marker)?.1.split_once(']')?;
    Some(command(head, ';', data))
}

fn command(head: &str, between: char, data: &str) -> Command {
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties
        .split(between)
        .filter_map(|property| property.split_once('='))
        .map(|(key, value)| (key.trim().to_lowercase(), unescape(value)))
        .collect();
    Command { name: name.to_lowercase(), properties, data: unescape(data) }
}

fn unescape(text: &str) -> String {
    [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]
        .iter()
        .fold(text.to_owned(), |text, (escape, meant)| text.replace(escape, meant))
}

/// Holds a report to what it may contain: its own annotations where it is the
/// format that has them, no other command, and no character that cannot be seen.
pub fn assert_inert(format: Format, report: &str) {
    for c in report.chars() {
        assert!(c == '\n' || !text::is_hidden(c), "{format}: {c:?} in {report}");
    }
    let commands = commands(report);
    if format != Format::Github {
        assert_eq!(commands, [], "{format}: {report}");
        return;
    }
    let ours = report.lines().filter(|line| line.starts_with("::")).count();
    assert_eq!(commands.len(), ours, "{report}");
    assert!(report.lines().all(|line| line.starts_with("::") || line.starts_with("weighbridge: ")), "{report}");
    for command in commands {
        assert!(matches!(&*command.name, "error" | "warning" | "notice"), "{command:?}");
        let keys: Vec<&str> = command.properties.keys().map(String::as_str).collect();
        let known = ["col", "endcolumn", "endline", "file", "line", "title"];
        assert!(keys.iter().all(|key| known.contains(key)), "{command:?}");
        assert!(command.data.lines().count() > 0, "{command:?}");
        assert!(common_title(&command), "{command:?}");
    }
}

/// The title is a rule of ours, whatever the document says.
fn common_title(command: &Command) -> bool {
    let title = command.properties.get("title").map(String::as_str).unwrap_or_default();
    super::common::engine().catalog().get(title).is_some()
}

/// Every format, on a wide and on a narrow terminal, in Unicode and in ASCII.
pub fn assert_all_inert(outcome: &Outcome) {
    for (width, unicode, verbose) in [(100, true, true), (44, false, false)] {
        let options = RenderOptions {
            color: false,
            hyperlinks: false,
            unicode,
            width,
            verbose,
            suppressed: verbose,
            blob: Some("https://git.example/o/r/blob/0123abc".into()),
            annotated: None,
        };
        for format in Format::ALL {
            let mut bytes = Vec::new();
            report::render(*format, outcome, &options, &mut bytes).unwrap();
            let report = String::from_utf8(bytes).unwrap();
            assert_inert(*format, &report);
            if matches!(format, Format::Json | Format::Sarif | Format::Gitlab | Format::Rdjson) {
                serde_json::from_str::<serde_json::Value>(&report).unwrap();
            }
        }
    }
}
