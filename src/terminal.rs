//! The one way to a terminal or a log: everything that is printed passes here.
//!
//! A terminal obeys what it is sent: escape sequences retitle it, move its cursor and repaint lines that stand there
//! already; bidirectional controls show a line in another order than it has; tag characters hide a text for whoever
//! copies it. Sites and skills are strangers' text, so what is printed holds none of these, and a line is one line. Only
//! [`Terminal::bytes`] are as they are.
//!
//! Nobody has to remember that: `clippy.toml` refuses every other use of stdout and stderr.

use std::fmt::{self, Display};
use std::io::{self, BufWriter, IsTerminal, Stderr, Stdout, Write};

use serde::Serialize;

use crate::text::unicode::is_steering;

/// Prints a line on stdout, if anyone reads it: a closed pipe ends neither a build nor anything else.
macro_rules! print_line {
    ($($arg:tt)*) => { $crate::terminal::print_line(format_args!($($arg)*)) };
}

/// Prints a line on stderr, if anyone reads it.
macro_rules! error_line {
    ($($arg:tt)*) => { $crate::terminal::error_line(format_args!($($arg)*)) };
}

/// Text for people, line by line, or JSON for programs, into a terminal, a pipe or a log.
#[derive(Debug)]
pub struct Terminal<W: Write> {
    out: BufWriter<W>,
}

impl Terminal<Stdout> {
    /// Standard output.
    pub fn stdout() -> Self {
        Self::new(stdout())
    }
}

impl Terminal<Stderr> {
    /// Standard error.
    pub fn stderr() -> Self {
        Self::new(stderr())
    }
}

impl<W: Write> Terminal<W> {
    /// Prints into `out`.
    pub fn new(out: W) -> Self {
        let out = BufWriter::new(out);
        Self { out }
    }

    /// One line: what would end it, or steer the terminal, is shown as `�`.
    ///
    /// # Errors
    /// What the system says, here and below.
    pub fn line(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.out, "{}", printable(&line.to_string()))
    }

    /// Lines that were put together here; whatever is a stranger's in them is [`printable`] already.
    pub fn lines(&mut self, text: impl Display) -> io::Result<()> {
        text.to_string()
            .lines()
            .try_for_each(|line| self.line(line))
    }

    /// A file as it is, for a program that reads it: bytes of strangers, which no terminal may get.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// One JSON document on several lines, with everything that is not printable as `\u`: the same value for programs.
    pub fn json(&mut self, document: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string_pretty(document)?;
        writeln!(self.out, "{}", escaped(&text))
    }

    /// The same on one line.
    pub fn json_line(&mut self, document: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(document)?;
        writeln!(self.out, "{}", escaped(&text))
    }

    /// Sends what waits. A terminal that is dropped does so too, but cannot say that it failed.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// `text` on one line that cannot steer a terminal: a tab is a space, everything else of that kind `�`.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            c if is_steering(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}

/// Prints a line on stdout, see `print_line!`.
pub(crate) fn print_line(line: fmt::Arguments<'_>) {
    // Nobody may be reading; that is no reason to stop.
    let _ = Terminal::stdout().line(line);
}

/// Prints a line on stderr, see `error_line!`.
pub(crate) fn error_line(line: fmt::Arguments<'_>) {
    let _ = Terminal::stderr().line(line);
}

/// Prints [`Terminal::lines`] on stdout, if anyone reads them.
pub(crate) fn print_lines(text: impl Display) {
    let _ = Terminal::stdout().lines(text);
}

/// Prints [`Terminal::lines`] on stderr, if anyone reads them.
pub(crate) fn error_lines(text: impl Display) {
    let _ = Terminal::stderr().lines(text);
}

/// Whether standard output is a terminal, where a person sees what is printed.
pub(crate) fn is_stdout_watched() -> bool {
    stdout().is_terminal()
}

/// Whether a person sees standard error as it is printed.
pub(crate) fn is_watched() -> bool {
    stderr().is_terminal()
}

/// Prints panics as everything else: their messages may quote what was being read.
pub(crate) fn print_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("without a name");
        error_lines(format_args!("thread {name}: {panic}"));
        let backtrace = std::backtrace::Backtrace::capture();
        if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
            error_lines(backtrace);
        }
    }));
}

/// JSON text with steering characters as `\u`. They only stand in strings, but for the line ends between values.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_steering(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            text.push_str(&format!("\\u{unit:04x}"));
        }
    }
    text
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn stdout() -> Stdout {
    io::stdout()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn stderr() -> Stderr {
    io::stderr()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn printed(print: impl FnOnce(&mut Terminal<&mut Vec<u8>>) -> io::Result<()>) -> String {
        let mut bytes = Vec::new();
        print(&mut Terminal::new(&mut bytes)).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_is_one_line_that_steers_nothing() {
        assert_eq!(
            printed(|out| out.line("a\u{1b}]0;x\u{7}\tb\r\nerror: c\u{9b}\u{7f}\u{202e}\u{200f}")),
            "a�]0;x� b��error: c����\n"
        );
        assert_eq!(
            printed(|out| out.line("Ümläut שלום 👩‍💻 …")),
            "Ümläut שלום 👩‍💻 …\n"
        );
    }

    #[test]
    fn lines_end_where_they_were_ended() {
        assert_eq!(printed(|out| out.lines("a\n\nb\u{1b}\n")), "a\n\nb�\n");
    }

    #[test]
    fn json_keeps_its_value_and_steers_nothing() {
        let value = serde_json::json!({ "a\u{9b}": "\u{1b}[2J\n\u{202e}\u{e0041}é" });
        assert_eq!(
            printed(|out| out.json_line(&value)),
            "{\"a\\u009b\":\"\\u001b[2J\\n\\u202e\\udb40\\udc41é\"}\n"
        );
    }

    proptest! {
        #[test]
        fn nothing_that_steers_is_printed(text in any::<String>()) {
            let value = serde_json::json!({ &text: [&text] });
            let lines = [
                printed(|out| out.line(&text)),
                printed(|out| out.json_line(&value)),
            ];
            for line in &lines {
                prop_assert!(!line.trim_end_matches('\n').contains(is_steering), "{:?}", line);
                prop_assert_eq!(line.matches('\n').count(), 1);
            }
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&lines[1]).unwrap(), value.clone());
            let pretty = printed(|out| out.json(&value));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&pretty).unwrap(), value);
        }
    }
}
