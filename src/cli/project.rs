//! From what the user typed to what the engine takes: the root, its tree, its
//! configuration.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::CliError;
use crate::config::{Config, Overrides};
use crate::discover::{self, CONFIG_FILE, DiskTree};
use crate::engine::Engine;
use crate::parse::yaml;
use crate::source::{Source, SourceId, SourceMap};
use crate::tree::{DOCUMENT_BYTES, ReadError, Tree};

/// The tree that the paths lie in.
pub(super) fn open(paths: &[PathBuf]) -> Result<DiskTree, CliError> {
    let root = discover::find_root(paths).map_err(CliError::Usage)?;
    DiskTree::open(&root).map_err(|error| CliError::Usage(format!("{}: {error}", root.display())))
}

/// The configuration at the root of the tree, or the one at `file`, with the
/// command line on top.
pub(super) fn configure(
    tree: &dyn Tree,
    file: Option<&Path>,
    engine: &Engine,
    overrides: &Overrides,
) -> Result<Config, CliError> {
    let path = file.map_or(CONFIG_FILE.to_owned(), |file| file.display().to_string());
    let (name, text) = match file {
        Some(file) => (path.clone(), Some(read(file)?)),
        None => match tree.read(CONFIG_FILE, DOCUMENT_BYTES) {
            Ok(bytes) => (tree.display(CONFIG_FILE), Some(utf8(CONFIG_FILE, bytes)?)),
            Err(ReadError::Missing) => (path.clone(), None),
            Err(error) => return Err(CliError::Usage(format!("{CONFIG_FILE}: {error}"))),
        },
    };
    let mut sources = SourceMap::default();
    let id = sources.add(Source::new(name, text.clone().unwrap_or_default()));
    let config = match text {
        Some(text) => Config::parse(&path, &text, id, engine.catalog(), &engine.topics().ids()),
        None => Ok(Config::default()),
    };
    let config = config.map_err(|errors| {
        let lines = errors.iter().map(|error| {
            let source = sources.of(error.span);
            let place = source.position(error.span.start);
            let help = error.help.as_ref().map_or(String::new(), |help| format!("\n  help: {help}"));
            format!("{}:{}:{}: {}{help}", source.path(), place.line, place.column, error.message)
        });
        CliError::Usage(format!("the configuration cannot be used\n{}", lines.collect::<Vec<_>>().join("\n")))
    })?;
    config.with(overrides, engine.catalog()).map_err(CliError::Usage)
}

/// Where an organisation says what is the same for all of its releases.
const ORGANISATION: &str = ".weighbridge/org.yaml";

/// The day to judge by: the one given, else today where the organisation is. What is
/// valid through a day ends with it there, wherever the check runs.
pub(super) fn as_of(given: Option<&str>, tree: Option<&dyn Tree>) -> Result<Date, CliError> {
    match given {
        Some(text) => {
            text.parse().map_err(|_| CliError::Usage(format!("--as-of `{text}` is not a date: write it as 2026-11-21")))
        }
        None => Ok(jiff::Timestamp::now().to_zoned(tree.map_or(TimeZone::UTC, time_zone)).date()),
    }
}

/// The time zone of the organisation; UTC where it names none that is known, which a
/// check of that file reports.
fn time_zone(tree: &dyn Tree) -> TimeZone {
    let bytes = tree.read(ORGANISATION, DOCUMENT_BYTES).unwrap_or_default();
    let root = yaml::parse(&String::from_utf8_lossy(&bytes), SourceId(0), 0).root;
    let zone = root.as_ref().and_then(|root| root.get("timezone")?.as_str()).map(TimeZone::get);
    zone.and_then(Result::ok).unwrap_or(TimeZone::UTC)
}

/// The text of a file that the user named, or of standard input for `-`.
pub(super) fn read(file: &Path) -> Result<String, CliError> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(DOCUMENT_BYTES).read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(file)
    };
    let bytes = bytes.map_err(|error| CliError::Usage(format!("{}: {error}", file.display())))?;
    utf8(&file.display().to_string(), bytes)
}

fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, CliError> {
    String::from_utf8(bytes).map_err(|_| CliError::Usage(format!("{name}: it is not UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::MemoryTree;

    #[test]
    fn days_begin_where_the_organisation_is() {
        let zone = |text: Option<&str>| {
            let mut tree = MemoryTree::default();
            if let Some(text) = text {
                tree.put(ORGANISATION, text);
            }
            let at: jiff::Timestamp = "2026-11-20T23:30:00Z".parse().unwrap();
            at.to_zoned(time_zone(&tree)).date().to_string()
        };
        assert_eq!(zone(Some("timezone: Europe/Berlin\n")), "2026-11-21");
        for utc in [None, Some("timezone: Mars/Olympus\n"), Some("timezone: [x]\n"), Some(": {"), Some("")] {
            assert_eq!(zone(utc), "2026-11-20", "{utc:?}");
        }
    }
}
