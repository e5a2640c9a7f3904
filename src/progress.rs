//! What a person sees while a command works: a bar on a terminal, plain lines otherwise, nothing when asked.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal;

/// Names the stages of a command as they pass, and times them.
pub struct Progress {
    is_quiet: bool,
    bar: ProgressBar,
    stages: RefCell<Vec<(&'static str, Instant)>>,
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress")
            .field("stages", &self.stages)
            .finish_non_exhaustive()
    }
}

impl Progress {
    /// Shows stages on standard error, unless `is_quiet`.
    pub fn new(is_quiet: bool) -> Self {
        let bar = ProgressBar::new(0);
        if is_quiet || !terminal::is_watched() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        // The template is a constant; without it the default style serves.
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}") {
            bar.set_style(style);
        }
        Self {
            is_quiet,
            bar,
            stages: RefCell::default(),
        }
    }

    /// Starts a stage; the one before is over.
    pub fn stage(&self, name: &'static str) {
        self.end_stage();
        self.stages.borrow_mut().push((name, Instant::now()));
        self.bar.set_length(0);
        self.bar.set_position(0);
        self.bar.set_message(name);
    }

    /// Tells of something that explains why the stage takes long.
    pub fn note(&self, note: impl std::fmt::Display) {
        if !self.is_quiet {
            self.bar.suspend(|| error_line!("note: {note}"));
        }
    }

    /// Tells of something that is wrong and does not end the command.
    pub fn warn(&self, warning: impl std::fmt::Display) {
        if !self.is_quiet {
            self.bar.suspend(|| error_line!("warning: {warning}"));
        }
    }

    /// Says how many steps the stage has.
    pub fn expect(&self, n_steps: usize) {
        self.bar.set_length(n_steps as u64);
    }

    /// A handle for worker threads to count steps with.
    pub fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// Ends the last stage; gives the stages and how long each took.
    pub fn finish(self) -> Vec<(&'static str, Duration)> {
        self.end_stage();
        self.bar.finish_and_clear();
        let now = Instant::now();
        let stages = self.stages.into_inner();
        let ends = stages.iter().skip(1).map(|&(_, start)| start).chain([now]);
        stages
            .iter()
            .zip(ends)
            .map(|(&(name, start), end)| (name, end.duration_since(start)))
            .collect()
    }

    fn end_stage(&self) {
        if let Some((name, start)) = self.stages.borrow().last()
            && !self.is_quiet
        {
            self.bar
                .suspend(|| error_line!("{name}: {:.2} s", start.elapsed().as_secs_f64()));
        }
    }
}
