//! How long `weighbridge check` takes as a whole process, held against the floor:
//! a program that walks, reads and parses the same files and does nothing else.
//!
//! `benches/README.md` says how to run it and what the columns mean.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its table")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use support::corpus::{self, Written};
use support::process::{self, Run};
use support::{Failure, floor, full, rules, serving};

/// Times `weighbridge check` on generated repositories.
#[derive(Parser)]
struct Arguments {
    /// How many releases; may be given any number of times. 1,000 and 10,000 if it is not.
    #[arg(long, value_name = "N")]
    releases: Vec<usize>,

    /// Write the repositories to this folder and leave them there, instead of a temporary one.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,

    /// Write one repository to this folder, which must be empty or absent, and time nothing.
    #[arg(long, value_name = "DIR", conflicts_with = "keep")]
    generate: Option<PathBuf>,

    /// The seed of the generator.
    #[arg(long, value_name = "SEED", default_value_t = 17)]
    seed: u64,

    /// How often each thing is run; the shortest time counts.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,

    /// Whole releases: about 24 files each, with the approval path in use.
    #[arg(long)]
    full: bool,

    /// Measure instead what so many rules of an organisation cost beside the built-in ones,
    /// over 1,000 releases or the first `--releases`.
    #[arg(long, value_name = "N")]
    rules: Option<usize>,

    /// Measure instead what it costs to link 50 serving files with 200 adapters each to a
    /// registry of 1,000 versions.
    #[arg(long)]
    serving: bool,

    /// What cargo adds for a benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Arguments {
    fn write(&self, root: &Path, releases: usize) -> Result<Written, Failure> {
        if self.full { full::write(root, releases, self.seed) } else { corpus::write(root, releases, self.seed) }
    }
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    if let Some(folder) = &arguments.generate {
        let releases = arguments.releases.first().copied().unwrap_or(1_000);
        let written = arguments.write(folder, releases)?;
        let (files, defects, megabytes) = (written.files, written.defects, written.megabytes());
        println!(
            "{releases} releases, {defects} with a defect, {files} files, {megabytes:.1} MB: {}",
            folder.display()
        );
        return Ok(());
    }
    // `cargo test --all-targets` starts benchmarks without `--bench`: nothing is timed in a test run.
    if !arguments.bench {
        println!("nothing to do: run `cargo bench --bench check`, or give `--generate DIR`");
        return Ok(());
    }
    measure(&arguments)
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    let temporary = tempfile::tempdir()?;
    let folder = arguments.keep.as_deref().unwrap_or(temporary.path());
    if let Some(count) = arguments.rules {
        return own_rules(&folder.join("own-rules"), count, arguments);
    }
    if arguments.serving {
        return served(&folder.join("serving"), arguments);
    }
    let sizes = match arguments.releases.as_slice() {
        [] if arguments.full => &[1_000][..],
        [] => &[1_000, 10_000],
        sizes => sizes,
    };
    println!("| releases | files | MB | floor, 1 thread | floor | check | ratio | CPU | peak MB | exit |");
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for &releases in sizes {
        let root = folder.join(format!("releases-{releases}"));
        println!("{}", row(&root, releases, arguments)?);
    }
    println!("\n{}", single_card(&folder.join("single-card"), arguments)?);
    Ok(())
}

fn row(root: &Path, releases: usize, arguments: &Arguments) -> Result<String, Failure> {
    let written = arguments.write(root, releases)?;
    let one = shortest(arguments.runs, || floor::on_one_thread(root))?;
    let all = shortest(arguments.runs, || floor::on_all_threads(root))?;
    let check = best_run(arguments.runs, root, root)?;
    let ratio = check.wall.as_secs_f64() / all.as_secs_f64();
    let (cpu, memory) = match &check.resources {
        Some(resources) => (format!("{:.3} s", resources.cpu.as_secs_f64()), format!("{:.0}", resources.megabytes())),
        None => ("–".to_owned(), "–".to_owned()),
    };
    Ok(format!(
        "| {releases} | {} | {:.1} | {:.3} s | {:.3} s | {:.3} s | {ratio:.2} | {cpu} | {memory} | {} |",
        written.files,
        written.megabytes(),
        one.as_secs_f64(),
        all.as_secs_f64(),
        check.wall.as_secs_f64(),
        check.exit,
    ))
}

/// The same repository without a pack of its own, with one, and with one of typed checks
/// alone.
fn own_rules(root: &Path, count: usize, arguments: &Arguments) -> Result<(), Failure> {
    arguments.write(root, arguments.releases.first().copied().unwrap_or(1_000))?;
    let without = best_run(arguments.runs, root, root)?.cost();
    println!("built-in rules: {:.3} s", without.as_secs_f64());
    for (what, expressions) in [("every fifth an expression", true), ("none an expression", false)] {
        rules::write(root, count, expressions)?;
        let with = best_run(arguments.runs, root, root)?.cost();
        let ratio = with.as_secs_f64() / without.as_secs_f64();
        println!("and {count} more, {what}: {:.3} s, a ratio of {ratio:.2}", with.as_secs_f64());
    }
    Ok(())
}

/// A registry, adapters and a release; then the same with files that serve them all.
fn served(root: &Path, arguments: &Arguments) -> Result<(), Failure> {
    let size = serving::Size { versions: 1_000, adapters: 200, files: 50 };
    for (what, with) in [("without serving files", false), ("with 50 serving files", true)] {
        serving::write(root, &size, arguments.seed, with)?;
        let run = best_run(arguments.runs, root, root)?;
        println!("{what}: {:.3} s, {:.3} s of processor time", run.wall.as_secs_f64(), run.cost().as_secs_f64());
    }
    Ok(())
}

/// Start, one card, and out: what a hook or an editor waits for.
fn single_card(root: &Path, arguments: &Arguments) -> Result<String, Failure> {
    fs::create_dir_all(root)?;
    let card = root.join("README.md");
    fs::write(&card, corpus::one_card(arguments.seed))?;
    let run = best_run(arguments.runs.saturating_mul(10), root, &card)?;
    Ok(format!("single card: {:.1} ms for the whole process (exit {})", run.wall.as_secs_f64() * 1e3, run.exit))
}

/// The run with the shortest time. The first fills the page cache.
fn best_run(runs: u32, root: &Path, path: &Path) -> Result<Run, Failure> {
    let mut best = process::check(root, path)?;
    for _ in 0..runs {
        let run = process::check(root, path)?;
        if run.wall < best.wall {
            best = run;
        }
    }
    best.resources = process::resources(root, path)?;
    Ok(best)
}

fn shortest(runs: u32, mut work: impl FnMut() -> Result<Duration, Failure>) -> Result<Duration, Failure> {
    let mut best = work()?;
    for _ in 0..runs {
        best = best.min(work()?);
    }
    Ok(best)
}
