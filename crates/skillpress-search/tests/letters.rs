//! Which characters are letters and digits, held against Unicode's data.

use std::fmt::Write;

use skillpress_search::internals::analyzer::is_alphanumeric;

/// Where the table starts: below are ASCII characters.
const START: u32 = 0x80;

#[test]
fn a_named_character_is_a_letter_or_digit_if_the_standard_library_says_so() {
    for c in '\0'..=char::MAX {
        if is_known(c) {
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
        }
    }
}

/// The table made anew: `SKILLPRESS_LETTERS=1 cargo test -p skillpress-search letters` writes it.
#[test]
fn the_table_is_what_unicode_says() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/analyzer/letters/table.rs");
    let made = made_table();
    if std::env::var_os("SKILLPRESS_LETTERS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == made,
        "the table is not what the test makes"
    );
}

/// Whether Unicode says what `c` is; what it has not named yet may be anything.
fn is_known(c: char) -> bool {
    c.is_control() || unicode_names2::name(c).is_some()
}

fn made_table() -> String {
    let mut bytes = Vec::new();
    let (mut run_start, mut is_inside) = (START, false);
    for c in '\u{80}'..=char::MAX {
        if is_known(c) && c.is_alphanumeric() != is_inside {
            push_len(c as u32 - run_start, &mut bytes);
            (run_start, is_inside) = (c as u32, !is_inside);
        }
    }
    let mut made = format!(
        "//! The characters that are letters or digits. Made by a test of `letters.rs`: do not edit.\n\n\
        /// Where the first run starts.\npub(super) const START: u32 = {START:#x};\n\n\
        /// Lengths of runs of characters that are letters or digits in turn: first of those that are not. Seven bits a\n\
        /// byte, highest first, the high bit set on all but the last. What follows the last run is as those before it.\n\
        pub(super) const RUNS: [u8; {}] = [\n",
        bytes.len()
    );
    for row in bytes.chunks(24) {
        let row: Vec<String> = row.iter().map(u8::to_string).collect();
        writeln!(made, "    {},", row.join(", ")).unwrap();
    }
    made.push_str("];\n");
    made
}

fn push_len(len: u32, bytes: &mut Vec<u8>) {
    for shift in [14, 7] {
        if len >> shift != 0 {
            bytes.push((len >> shift) as u8 & 0x7f | 0x80);
        }
    }
    bytes.push(len as u8 & 0x7f);
}
