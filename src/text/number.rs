//! Numbers as people read them.

/// `999`, `1.2k`, `35k`, `1.2M`: at most three digits, rounded down, so that a count is never overstated.
pub fn compact(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")];
    let Some((unit, suffix)) = UNITS.into_iter().find(|(unit, _)| count >= *unit) else {
        return count.to_string();
    };
    let (whole, tenth) = (count / unit, count % unit / (unit / 10));
    if whole >= 10 || tenth == 0 {
        format!("{whole}{suffix}")
    } else {
        format!("{whole}.{tenth}{suffix}")
    }
}

/// `2,291`: every digit, in groups of three.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// `1 skill`, `2,291 skills`.
pub fn counted(count: usize, singular: &str, plural: &str) -> String {
    let noun = if count == 1 { singular } else { plural };
    format!("{} {noun}", grouped(count))
}

/// `512 B`, `1.2 kB`, `35 kB`, `1.2 MB`; powers of 1,000, rounded to the nearest.
pub fn file_size(len_bytes: usize) -> String {
    if len_bytes < 1_000 {
        return format!("{len_bytes} B");
    }
    let (unit, suffix) = if len_bytes < 999_500 {
        (1_000, "kB")
    } else {
        (1_000_000, "MB")
    };
    let tenths = (len_bytes * 10 + unit / 2) / unit;
    if tenths < 100 && !tenths.is_multiple_of(10) {
        format!("{}.{} {suffix}", tenths / 10, tenths % 10)
    } else {
        format!("{} {suffix}", (len_bytes + unit / 2) / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_at_most_three_digits_and_are_never_overstated() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1k"),
            (1_099, "1k"),
            (1_299, "1.2k"),
            (9_999, "9.9k"),
            (10_000, "10k"),
            (35_499, "35k"),
            (999_999, "999k"),
            (1_250_000, "1.2M"),
            (u64::MAX, "18446744073B"),
        ] {
            assert_eq!(compact(count), text);
        }
    }

    #[test]
    fn long_numbers_are_grouped() {
        for (count, text) in [
            (7, "7"),
            (999, "999"),
            (2_291, "2,291"),
            (12_345_678, "12,345,678"),
        ] {
            assert_eq!(grouped(count), text);
        }
        assert_eq!(counted(1, "skill", "skills"), "1 skill");
        assert_eq!(counted(0, "skill", "skills"), "0 skills");
    }

    #[test]
    fn sizes_are_rounded() {
        for (len_bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (1_249, "1.2 kB"),
            (9_960, "10 kB"),
            (35_499, "35 kB"),
            (999_499, "999 kB"),
            (999_500, "1 MB"),
            (2_340_000, "2.3 MB"),
        ] {
            assert_eq!(file_size(len_bytes), text);
        }
    }
}
