//! What changed between two texts, line by line, in the way of unified diffs.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// How a text changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChange {
    /// The places where lines changed, in order; none when only line breaks did.
    pub hunks: Vec<Hunk>,
    /// How lines ended before and end now, where that changed.
    pub line_ends: Option<(LineEnds, LineEnds)>,
    /// Whether the last line ends in a line break now, where that changed; never of a text that was or is empty.
    pub ends_in_break: Option<bool>,
    /// Whether hunks are left out at the end, since the changes have too many lines.
    pub is_cut: bool,
    /// How many lines are new, those of hunks that are left out among them.
    pub n_added: usize,
    /// How many lines are gone.
    pub n_removed: usize,
}

/// Lines that changed, with some that did not around them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hunk {
    /// In the order of the text; neighbours are not both [`Block::Same`].
    pub blocks: Vec<Block>,
}

/// Lines that follow each other. Numbers of lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Lines of both texts.
    Same {
        /// The number of the first in the new text.
        start: usize,
        /// Without line breaks.
        lines: Vec<String>,
    },
    /// Lines that others took the place of; one list may be empty.
    Changed {
        /// The number of the first removed line in the old text.
        old_start: usize,
        /// Without line breaks.
        removed: Vec<String>,
        /// The number of the first added line in the new text.
        new_start: usize,
        /// Without line breaks.
        added: Vec<String>,
    },
}

/// How the lines of a text end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnds {
    /// Line feed.
    Lf,
    /// Carriage return and line feed.
    CrLf,
    /// Some one way, some the other.
    Mixed,
}

/// Lines that did not change around those that did, as `diff -u` has it.
const CONTEXT_LINES: usize = 3;

/// Most steps that the comparison of all files of a version may take, if they have nothing in common: the square of the
/// lines of both texts. One text of 2,500 lines that became another comes to it, or 25 of five hundred; that takes less
/// than a tenth of a second. Without it, ten lines that became 200 kB of other short ones take half a minute.
const STEPS_MAX: usize = 25_000_000;

/// Most lines of all hunks of a version.
const LINES_MAX: usize = 3_000;

/// What the comparison of the files of one version may still do.
#[derive(Debug)]
pub(super) struct Work {
    n_steps_left: usize,
    n_lines_left: usize,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            n_steps_left: STEPS_MAX,
            n_lines_left: LINES_MAX,
        }
    }
}

impl Work {
    /// How `old` became `new`; `None` when that is too much work.
    pub(super) fn compare(&mut self, old: &str, new: &str) -> Option<TextChange> {
        let (old_lines, new_lines) = (lines(old), lines(new));
        let n_steps = n_steps(&old_lines, &new_lines);
        self.n_steps_left = self.n_steps_left.checked_sub(n_steps)?;
        let ops = runs(&old_lines, &new_lines);
        let changed_ops = || ops.iter().filter(|op| !is_same(op));
        let mut change = TextChange {
            hunks: Vec::new(),
            line_ends: changed(LineEnds::of(old), LineEnds::of(new)),
            ends_in_break: match old.is_empty() || new.is_empty() {
                true => None,
                false => changed(old.ends_with('\n'), new.ends_with('\n')).map(|(_, ends)| ends),
            },
            is_cut: false,
            n_added: changed_ops().map(|op| op.new_range().len()).sum(),
            n_removed: changed_ops().map(|op| op.old_range().len()).sum(),
        };
        for group in similar::group_diff_ops(ops.clone(), CONTEXT_LINES) {
            let n_lines = group.iter().map(n_shown).sum();
            match self.n_lines_left.checked_sub(n_lines) {
                Some(n_lines_left) if !change.is_cut => {
                    self.n_lines_left = n_lines_left;
                    change.hunks.push(hunk(&group, &old_lines, &new_lines));
                }
                _ => change.is_cut = true,
            }
        }
        Some(change)
    }
}

fn changed<T: PartialEq>(old: T, new: T) -> Option<(T, T)> {
    (old != new).then_some((old, new))
}

/// The lines of a text without their ends, which are told in words.
fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// In how many steps at most the library finds what changed between the common start and the common end.
fn n_steps(old: &[&str], new: &[&str]) -> usize {
    let same = |(a, b): &(&&str, &&str)| a == b;
    let n_start = old.iter().zip(new).take_while(same).count();
    let (old, new) = (&old[n_start..], &new[n_start..]);
    let ends = old.iter().rev().zip(new.iter().rev());
    let n_end = ends.take_while(same).count();
    let (n_old, n_new) = (old.len() - n_end, new.len() - n_end);
    if n_old == 0 || n_new == 0 {
        return 0;
    }
    (n_old + n_new).pow(2)
}

fn is_same(op: &DiffOp) -> bool {
    matches!(op, DiffOp::Equal { .. })
}

fn n_shown(op: &DiffOp) -> usize {
    let n_new = op.new_range().len();
    if is_same(op) {
        n_new
    } else {
        n_new + op.old_range().len()
    }
}

fn hunk(ops: &[DiffOp], old: &[&str], new: &[&str]) -> Hunk {
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    let block = |op: &DiffOp| {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        let (old_start, new_start) = (old_range.start + 1, new_range.start + 1);
        if is_same(op) {
            Block::Same {
                start: new_start,
                lines: owned(&new[new_range]),
            }
        } else {
            Block::Changed {
                old_start,
                removed: owned(&old[old_range]),
                new_start,
                added: owned(&new[new_range]),
            }
        }
    };
    Hunk {
        blocks: ops.iter().map(block).collect(),
    }
}

/// Runs of lines that are the same and that changed, in turn.
fn runs(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut runs = Vec::new();
    let (mut old_index, mut new_index) = (0, 0);
    // The library names what went and what came at one place in two steps, in either order, and each with a place that may
    // be that of before it joined the steps. Lengths are enough.
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        let (n_old, n_new) = (op.old_range().len(), op.new_range().len());
        match (is_same(&op), runs.last_mut()) {
            (true, Some(DiffOp::Equal { len, .. })) => *len += n_new,
            (true, _) => runs.push(DiffOp::Equal {
                old_index,
                new_index,
                len: n_new,
            }),
            (
                false,
                Some(DiffOp::Replace {
                    old_len, new_len, ..
                }),
            ) => {
                *old_len += n_old;
                *new_len += n_new;
            }
            (false, _) => runs.push(DiffOp::Replace {
                old_index,
                old_len: n_old,
                new_index,
                new_len: n_new,
            }),
        }
        old_index += n_old;
        new_index += n_new;
    }
    runs
}

impl LineEnds {
    /// [`LineEnds::Lf`] for a text of one line.
    fn of(text: &str) -> Self {
        let n_breaks = text.matches('\n').count();
        match text.matches("\r\n").count() {
            0 => Self::Lf,
            n_crlf if n_crlf == n_breaks => Self::CrLf,
            _ => Self::Mixed,
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lf => "LF",
            Self::CrLf => "CRLF",
            Self::Mixed => "LF and CRLF",
        }
    }
}
