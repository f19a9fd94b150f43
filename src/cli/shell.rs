//! `weighbridge completions` and `weighbridge man`: what a package puts beside the program.

use std::io::{self, Write as _};

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{CliError, Verdict};

/// The name of the program.
const NAME: &str = "weighbridge";

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn completions(arguments: &Completions) -> Result<Verdict, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), NAME, &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Verdict::Clean)
}

/// One page: the program, then each of its commands with its options.
pub(super) fn man() -> Result<Verdict, CliError> {
    let mut program = super::Arguments::command();
    program.build();
    let mut page = Vec::new();
    let whole = clap_mangen::Man::new(program.clone());
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    whole.render_synopsis_section(&mut page)?;
    whole.render_description_section(&mut page)?;
    whole.render_options_section(&mut page)?;
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        describe(command, &format!("{NAME} {}", command.get_name()), &mut page)?;
    }
    whole.render_extra_section(&mut page)?;
    whole.render_version_section(&mut page)?;
    io::stdout().lock().write_all(&page)?;
    Ok(Verdict::Clean)
}

/// A section of a command, and one of each command below it.
fn describe(command: &clap::Command, name: &str, page: &mut Vec<u8>) -> io::Result<()> {
    writeln!(page, ".SH \"{}\"", name.to_uppercase())?;
    let about = clap_mangen::Man::new(command.clone());
    for render in [clap_mangen::Man::render_description_section, clap_mangen::Man::render_options_section] {
        let mut section = Vec::new();
        render(&about, &mut section)?;
        // What is a section of its own in a page about one command is a part of it here.
        let text = String::from_utf8_lossy(&section);
        for line in text.lines().filter(|line| *line != ".SH DESCRIPTION") {
            writeln!(page, "{}", if line == ".SH OPTIONS" { ".SS Options" } else { line })?;
        }
    }
    command
        .get_subcommands()
        .filter(|below| below.get_name() != "help")
        .try_for_each(|below| describe(below, &format!("{name} {}", below.get_name()), page))
}
