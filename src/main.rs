//! The command line's entry: everything is in [`weighbridge::cli`].

use std::process::ExitCode;

/// A check makes and drops small texts by the million; the system's allocator took a fifth of its time. Of mimalloc
/// it is version 2: version 3 takes more memory than was asked for where a size is no power of two, a fifth more in all.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    weighbridge::cli::run(std::env::args_os())
}
