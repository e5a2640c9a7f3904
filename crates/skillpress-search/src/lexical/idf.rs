//! Inverse document frequency in integers, so that every host computes the same.

/// log2((n + 1) / (doc_freq + ½)) in 256ths: BM25's idf but for its base, which cancels where two are compared.
/// `doc_freq` is at most `n_skills`.
pub(super) fn idf(doc_freq: u32, n_skills: u32) -> u32 {
    let ratio = (2 * u64::from(n_skills) + 2) * (1 << 24) / (2 * u64::from(doc_freq) + 1);
    log2_256ths(ratio).saturating_sub(24 * 256)
}

/// log2 of `value` ≥ 1 in 256ths, rounded down: the whole part is the highest bit, then one bit per squaring.
fn log2_256ths(value: u64) -> u32 {
    let whole = value.max(1).ilog2();
    // As a number of 1 to 2 with 31 bits after the point.
    let mut mantissa = if whole > 31 {
        value >> (whole - 31)
    } else {
        value << (31 - whole)
    };
    let mut log = whole;
    for _ in 0..8 {
        mantissa = (mantissa * mantissa) >> 31;
        log <<= 1;
        if mantissa >> 32 == 1 {
            mantissa >>= 1;
            log |= 1;
        }
    }
    log
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idf_is_the_logarithm_to_a_256th() {
        for (doc_freq, n_skills) in [
            (1, 1),
            (1, 2291),
            (8, 2291),
            (2291, 2291),
            (0, 5),
            (3, 4_000_000),
        ] {
            let exact = ((f64::from(n_skills) + 1.0) / (f64::from(doc_freq) + 0.5)).log2() * 256.0;
            let got = f64::from(idf(doc_freq, n_skills));
            assert!(
                (got - exact).abs() < 2.0,
                "{doc_freq} of {n_skills}: {got} is not {exact}"
            );
        }
    }
}
