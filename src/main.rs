//! The command line's entry: everything is in [`weighbridge::cli`].

use std::process::ExitCode;

/// A check makes and drops small texts by the million; the system's allocator took a fifth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    weighbridge::cli::run(std::env::args_os())
}
