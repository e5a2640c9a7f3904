//! The `skillpress` command.

fn main() -> std::process::ExitCode {
    skillpress::run()
}
