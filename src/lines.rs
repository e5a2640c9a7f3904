//! Lines for people who may have stopped reading: a closed pipe ends neither a build nor anything else.

/// Prints a line on stdout, as `println!` does, if anyone reads it.
macro_rules! print_line {
    ($($arg:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($arg)*);
    }};
}

/// Prints a line on stderr, as `eprintln!` does, if anyone reads it.
macro_rules! error_line {
    ($($arg:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($arg)*);
    }};
}
