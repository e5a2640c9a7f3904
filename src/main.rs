//! The `skillpress` command.

/// A build makes and drops millions of small strings; the system's allocator took a seventh of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    skillpress::run()
}
