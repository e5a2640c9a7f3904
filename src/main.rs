//! The `skillpress` command.

fn main() {}
