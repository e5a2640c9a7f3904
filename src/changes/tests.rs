//! Two versions, and what is said of them.

use proptest::prelude::*;

use super::*;

fn files(files: &[(&str, &str)]) -> Vec<SkillFile> {
    let files = files.iter();
    files
        .map(|(path, text)| SkillFile::in_memory(*path, text.as_bytes()))
        .collect()
}

/// A line for each change: what became of which file, and the lines of its hunks as `diff -u` marks them.
fn told(old: &[(&str, &str)], new: &[(&str, &str)]) -> String {
    let (old, new) = (files(old), files(new));
    let mut told = String::new();
    for change in changes(&old, &new).unwrap() {
        let kind = match change.kind {
            ChangeKind::Added => "added".to_owned(),
            ChangeKind::Removed => "removed".to_owned(),
            ChangeKind::Renamed { from } => format!("renamed from {from}"),
            ChangeKind::Changed => "changed".to_owned(),
        };
        told += &format!("{}: {kind}", change.path);
        if let Some(runs) = change.runs {
            told += if runs { ", runs now" } else { ", runs no more" };
        }
        match change.content {
            ContentChange::Same => told += ", same content\n",
            ContentChange::Binary => told += ", binary\n",
            ContentChange::TooLarge => told += ", too large\n",
            ContentChange::TooMuch => told += ", too much\n",
            ContentChange::Text(text) => told += &told_of_text(&text),
        }
    }
    told
}

fn told_of_text(text: &TextChange) -> String {
    let mut told = format!(", +{} -{}", text.n_added, text.n_removed);
    if let Some((before, now)) = text.line_ends {
        told += &format!(", {} to {}", before.name(), now.name());
    }
    if let Some(ends) = text.ends_in_break {
        told += if ends {
            ", ends in a break"
        } else {
            ", ends in no break"
        };
    }
    told += if text.is_cut { ", cut\n" } else { "\n" };
    for hunk in &text.hunks {
        told += "@@\n";
        for block in &hunk.blocks {
            let mut push = |mark: &str, start: usize, lines: &[String]| {
                for (line_idx, line) in lines.iter().enumerate() {
                    told += &format!("{mark}{} {line}\n", start + line_idx);
                }
            };
            match block {
                Block::Same { start, lines } => push(" ", *start, lines),
                Block::Changed {
                    old_start,
                    removed,
                    new_start,
                    added,
                } => {
                    push("-", *old_start, removed);
                    push("+", *new_start, added);
                }
            }
        }
    }
    told
}

#[test]
fn a_text_is_compared_line_by_line_with_what_stands_around() {
    let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n";
    let new = "1\n2\n3\n4\nfive\nand a half\n6\n7\n8\n9\n10\n11\n12\n";
    assert_eq!(
        told(
            &[("a.md", old), ("same", "x")],
            &[("a.md", new), ("same", "x")]
        ),
        "a.md: changed, +2 -2\n\
         @@\n 2 2\n 3 3\n 4 4\n-5 5\n+5 five\n+6 and a half\n 7 6\n 8 7\n 9 8\n\
         @@\n 11 10\n 12 11\n 13 12\n-13 13\n"
    );
}

#[test]
fn files_come_and_go() {
    assert_eq!(
        told(&[("b", "gone\n")], &[("a", "new\n"), ("c", "")]),
        "a: added, +1 -0\n@@\n+1 new\nb: removed, +0 -1\n@@\n-1 gone\nc: added, +0 -0\n"
    );
    assert_eq!(told(&[("a", "x")], &[("a", "x")]), "");
}

#[test]
fn a_renamed_file_has_the_same_bytes_or_half_of_its_lines() {
    assert_eq!(
        told(&[("old.md", "a\n")], &[("docs/new.md", "a\n")]),
        "docs/new.md: renamed from old.md, same content\n"
    );
    assert_eq!(
        told(&[("old.md", "a\nb\nc\n")], &[("new.md", "a\nb\nx\n")]),
        "new.md: renamed from old.md, +1 -1\n@@\n 1 a\n 2 b\n-3 c\n+3 x\n"
    );
    assert_eq!(
        told(&[("old.md", "a\n\nb\nc\n")], &[("new.md", "a\n\nx\ny\n")]),
        "new.md: added, +4 -0\n@@\n+1 a\n+2 \n+3 x\n+4 y\nold.md: removed, +0 -4\n@@\n-1 a\n-2 \n-3 b\n-4 c\n",
        "blank lines do not count"
    );
    // Of two gone files the more alike one; of equals the first.
    assert!(
        told(
            &[("p", "a\nb\n"), ("q", "a\nb\nc\n"), ("r", "a\nb\nc\n")],
            &[("z", "a\nb\nc\nd\n")]
        )
        .contains("z: renamed from q,")
    );
}

#[test]
fn what_is_no_text_or_too_large_is_told_and_not_shown() {
    let large = "x\n".repeat(150_000);
    assert_eq!(
        told(
            &[("a.png", "\0one"), ("big", &large), ("z", "text\n")],
            &[("a.png", "\0two"), ("big", "small\n"), ("z", "te\0t\n")]
        ),
        "a.png: changed, binary\nbig: changed, too large\nz: changed, binary\n"
    );
}

#[test]
fn line_breaks_and_modes_are_told_in_words() {
    assert_eq!(
        told(
            &[("a", "1\r\n2\r\n"), ("b", "1\n2"), ("c", "1\n")],
            &[("a", "1\n2\n"), ("b", "1\n2\n"), ("c", "1\r\n2\n")]
        ),
        "a: changed, +0 -0, CRLF to LF\nb: changed, +0 -0, ends in a break\n\
         c: changed, +1 -0, LF to LF and CRLF\n@@\n 1 1\n+2 2\n"
    );
    let old = files(&[("run", "x")]);
    let mut new = old.clone();
    new[0].is_executable = true;
    let change = changes(&old, &new).unwrap().remove(0);
    assert_eq!(
        (change.runs, change.content),
        (Some(true), ContentChange::Same)
    );
}

#[test]
fn changes_of_many_lines_are_cut_and_those_that_cost_too_much_left_out() {
    let text = |word: &str, n_lines: usize| {
        let lines = (0..n_lines).map(|n| format!("{word} {n}\n"));
        lines.collect::<String>()
    };
    let long = told(
        &[],
        &[
            ("a", &text("a", 2_990)),
            ("b", &text("b", 20)),
            ("c", "1\n"),
        ],
    );
    assert!(long.contains("b: added, +20 -0, cut\nc: added, +1 -0\n@@\n+1 1\n"));
    let (old, new) = (text("a", 9_000), text("b", 1_001));
    let most = told(&[("a", &old), ("b", "1\n")], &[("a", &new), ("b", "2\n")]);
    assert_eq!(
        most,
        "a: changed, too much\nb: changed, +1 -1\n@@\n-1 1\n+1 2\n"
    );
}

proptest! {
    #[test]
    fn the_hunks_make_the_new_lines_of_the_old_ones(
        old in proptest::collection::vec("[ab]{0,1}", 0..30),
        new in proptest::collection::vec("[ab]{0,1}", 0..30),
    ) {
        let (old_text, new_text) = (old.join("\n"), new.join("\n"));
        let change = text::Work::default().compare(&old_text, &new_text).unwrap();
        let old_lines: Vec<&str> = old_text.lines().collect();
        let mut made: Vec<String> = Vec::new();
        let mut old_idx = 0;
        for block in change.hunks.iter().flat_map(|hunk| &hunk.blocks) {
            match block {
                Block::Same { start, lines } => {
                    while made.len() + 1 < *start {
                        made.push(old_lines[old_idx].to_owned());
                        old_idx += 1;
                    }
                    prop_assert_eq!(&old_lines[old_idx..old_idx + lines.len()], lines);
                    old_idx += lines.len();
                    made.extend(lines.iter().cloned());
                }
                Block::Changed { old_start, removed, new_start, added } => {
                    while made.len() + 1 < *new_start {
                        made.push(old_lines[old_idx].to_owned());
                        old_idx += 1;
                    }
                    prop_assert_eq!(old_idx + 1, *old_start);
                    prop_assert_eq!(&old_lines[old_idx..old_idx + removed.len()], removed);
                    old_idx += removed.len();
                    made.extend(added.iter().cloned());
                }
            }
        }
        made.extend(old_lines[old_idx..].iter().map(|line| (*line).to_owned()));
        prop_assert_eq!(made, new_text.lines().map(str::to_owned).collect::<Vec<_>>());
    }
}
