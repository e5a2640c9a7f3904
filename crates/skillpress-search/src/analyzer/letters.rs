//! Which characters are letters and digits.
//!
//! Our own small table, since that of the standard library weighs four times as much in the browser's module: it knows
//! the letters of no version of Unicode from those of the next, and tells them from digits, which words need not.

#[rustfmt::skip]
mod table;

/// Whether `c` is a letter or a digit of any script: what [`char::is_alphanumeric`] says of every character that Unicode
/// has given a name.
pub fn is_alphanumeric(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric(),
        // Han and Hangul, which would be long ways through the table.
        '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => true,
        _ => is_in_table(c as u32),
    }
}

fn is_in_table(code: u32) -> bool {
    let mut run_end = table::START;
    let mut is_inside = false;
    let mut len = 0;
    for byte in table::RUNS {
        len = len << 7 | u32::from(byte & 0x7f);
        if byte < 0x80 {
            run_end += len;
            if code < run_end {
                break;
            }
            is_inside = !is_inside;
            len = 0;
        }
    }
    is_inside
}
