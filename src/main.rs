//! The command line's entry: everything is in [`weighbridge::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    weighbridge::cli::run(std::env::args_os())
}
