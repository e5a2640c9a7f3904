//! Vectors in a few bits, and what a query makes of them.
//!
//! A vector is coded as its residual: what it differs by from the centroid of its cell. The signs of its first 80
//! dimensions and one factor, the standard deviation of these, give an estimate of a cosine; the other signs and five
//! bits of magnitude a dimension refine it. The word rows are rotated so that the first 80 dimensions hold three quarters
//! of a residual, evenly spread (`scripts/model`).
//!
//! For one residual, `σ` times its signs is the estimate between two: `σ·√(π/2)` times the signs makes it unbiased, as in
//! RaBitQ (Gao and Long 2024), and `σ·√(2/π)` makes its squared error least (Max 1960). The first lets what is far away
//! win by the noise of its signs, the second keeps what is near from standing out of its cell.

use alloc::vec;
use alloc::vec::Vec;

use crate::embedder::{Cosine, DIM, Embedding};

/// Dimensions of which the signs alone give an estimate: the first ones.
pub const SIGN_DIMS: usize = 80;

/// Bytes of the signs of a vector.
pub const SIGN_BYTES: usize = SIGN_DIMS / 8;

/// Bytes of the rest of a vector: the other signs and all magnitudes.
pub const REST_BYTES: usize = (DIM * LEVEL_BITS as usize + DIM - SIGN_DIMS) / 8;

/// Bits of the magnitude of a dimension.
const LEVEL_BITS: u32 = 5;

/// A vector as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Bit `i % 8` of byte `i / 8` is set where residual `i` is negative.
    pub signs: [u8; SIGN_BYTES],
    /// In units of the index's factor step.
    pub factor: u8,
    /// Five bits of magnitude for each dimension, lowest first: `m` stands for a residual of (2m + 1)/20 factors. Then the
    /// signs that are not in `signs`.
    pub rest: [u8; REST_BYTES],
}

/// A vector minus the centroid of its cell, in units of 2⁻¹⁵.
pub type Residual = [i32; DIM];

impl Code {
    /// Codes a residual; `factor_step` in units of 2⁻²⁰, at least that of [`factor_step`].
    pub fn encode(residual: &Residual, factor_step: u16) -> Self {
        let factor_step = i64::from(factor_step.max(1));
        let factor = (ideal_factor(residual) + factor_step / 2) / factor_step;
        let factor = factor.min(255) as u8;
        let mut code = Self {
            signs: [0; SIGN_BYTES],
            factor,
            rest: [0; REST_BYTES],
        };
        let unit = i64::from(factor) * factor_step;
        for (dim, &x) in residual.iter().enumerate() {
            if x < 0 {
                let (signs, dim) = match dim.checked_sub(SIGN_DIMS) {
                    None => (&mut code.signs[..], dim),
                    Some(dim) => (&mut code.rest[LEVELS_BYTES..], dim),
                };
                signs[dim / 8] |= 1 << (dim % 8);
            }
            // In units of 2⁻²⁰, as the factor is; levels lie two apart.
            let magnitude = (i64::from(x.unsigned_abs()) << 5) * LEVEL_DENOMINATOR;
            let level = magnitude.checked_div(2 * unit).unwrap_or(0);
            let level = level.min((1 << LEVEL_BITS) - 1) as u16;
            let (byte, shift) = level_place(dim);
            let [low, high] = (level << shift).to_le_bytes();
            code.rest[byte] |= low;
            code.rest[byte + 1] |= high;
        }
        code
    }
}

/// The smallest factor step, in units of 2⁻²⁰, with which all `residuals` can be coded.
pub fn factor_step<'a>(residuals: impl IntoIterator<Item = &'a Residual>) -> u16 {
    let most = residuals.into_iter().map(ideal_factor).max().unwrap_or(0);
    (most / 255 + 1).min(i64::from(u16::MAX)) as u16
}

/// A residual from its code, in units of 2⁻²⁰ · 1/20.
pub fn decode_residual(
    signs: &[u8; SIGN_BYTES],
    factor: Factor,
    rest: &[u8; REST_BYTES],
) -> [i64; DIM] {
    core::array::from_fn(|dim| {
        let (byte, shift) = level_place(dim);
        let level = u16::from_le_bytes([rest[byte], rest[byte + 1]]) >> shift;
        let level = i64::from(level & ((1 << LEVEL_BITS) - 1));
        let residual = (2 * level + 1) * factor.0;
        let sign = match dim.checked_sub(SIGN_DIMS) {
            None => signs[dim / 8] >> (dim % 8),
            Some(dim) => rest[LEVELS_BYTES + dim / 8] >> (dim % 8),
        };
        if sign & 1 == 1 { -residual } else { residual }
    })
}

/// Units that [`decode_residual`] counts in, in one unit of 2⁻¹⁵.
pub const RESIDUAL_UNITS: i64 = LEVEL_DENOMINATOR << 5;

/// The factor of a code in units of 2⁻²⁰.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor(i64);

impl Factor {
    /// `factor` as it is stored, times the index's factor step.
    pub fn new(factor: u8, factor_step: u16) -> Self {
        Self(i64::from(factor) * i64::from(factor_step))
    }
}

/// A query, prepared to be compared with codes.
pub struct CodeQuery {
    query: Embedding,
    /// For each byte of signs what it adds up to: 10 × 256.
    sums: Vec<i32>,
}

impl CodeQuery {
    /// Prepares `query`: 2,560 additions.
    pub fn new(query: Embedding) -> Self {
        let mut sums = vec![0i32; SIGN_BYTES * 256];
        for (sums, x) in sums
            .chunks_exact_mut(256)
            .zip(query.components().chunks_exact(8))
        {
            sums[0] = x.iter().map(|&x| i32::from(x)).sum();
            for byte in 1..256usize {
                let lowest = byte.trailing_zeros() as usize;
                sums[byte] = sums[byte & (byte - 1)] - 2 * i32::from(x[lowest]);
            }
        }
        Self { query, sums }
    }

    /// The query.
    pub fn embedding(&self) -> &Embedding {
        &self.query
    }

    /// What the centroid of a cell (in units of 2⁻¹⁵) contributes to the cosines of all its vectors, in units of 2⁻³⁰.
    pub fn dot(&self, centroid: &Residual) -> i64 {
        let products = self.query.components().iter().zip(centroid);
        products.map(|(&q, &c)| i64::from(q) * i64::from(c)).sum()
    }

    /// The cosine as far as the signs tell.
    pub fn estimate(&self, centroid_dot: i64, signs: &[u8; SIGN_BYTES], factor: Factor) -> Cosine {
        let sums = self.sums.chunks_exact(256).zip(signs);
        let sum: i32 = sums.map(|(sums, &byte)| sums[usize::from(byte)]).sum();
        Cosine::from_fixed(centroid_dot + ((i64::from(sum) * factor.0) >> 5))
    }

    /// The cosine as far as the whole code tells.
    pub fn refine(
        &self,
        centroid_dot: i64,
        signs: &[u8; SIGN_BYTES],
        factor: Factor,
        rest: &[u8; REST_BYTES],
    ) -> Cosine {
        let residual = decode_residual(signs, factor, rest);
        let products = self.query.components().iter().zip(residual);
        let sum: i64 = products.map(|(&q, x)| i64::from(q) * x).sum();
        Cosine::from_fixed(centroid_dot + sum / RESIDUAL_UNITS)
    }
}

/// Bytes of the magnitudes in the rest of a code.
const LEVELS_BYTES: usize = DIM * LEVEL_BITS as usize / 8;

/// Byte and bit where the magnitude of a dimension starts; it may reach into the next byte.
fn level_place(dim: usize) -> (usize, usize) {
    let bit = dim * LEVEL_BITS as usize;
    (bit / 8, bit % 8)
}

/// Levels lie 1/10 of a factor apart: .104 standard deviations are the best even spacing of 64 levels for a normal
/// distribution (Max 1960), which rotated residuals come close to.
const LEVEL_DENOMINATOR: i64 = 20;

/// √(Σx²/80) of the dimensions whose signs alone must do. In units of 2⁻²⁰.
fn ideal_factor(residual: &Residual) -> i64 {
    let squares = residual[..SIGN_DIMS]
        .iter()
        .map(|&x| i64::from(x) * i64::from(x));
    // Residuals of unit vectors are below 2, so the sum is below 80 · 2³².
    let mean = (squares.sum::<i64>() << 10) / SIGN_DIMS as i64;
    mean.isqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn embedding(seed: u64) -> Embedding {
        let mut state = seed;
        let sum = core::array::from_fn(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as i64 - (1 << 23)
        });
        Embedding::in_direction_of(&sum).unwrap()
    }

    #[test]
    fn a_vector_on_its_centroid_costs_nothing_and_scores_as_the_centroid() {
        let step = factor_step(&[[0; DIM]]);
        let code = Code::encode(&[0; DIM], step);
        assert_eq!(code.factor, 0);
        let query = CodeQuery::new(embedding(1));
        let dot = query.dot(&[100; DIM]);
        let factor = Factor::new(code.factor, step);
        let cosine = query.refine(dot, &code.signs, factor, &code.rest);
        assert_eq!(cosine, Cosine::from_fixed(dot));
    }

    proptest! {
        #[test]
        fn more_bits_come_closer_to_the_cosine(seeds in (any::<u64>(), any::<u64>())) {
            let (vector, query) = (embedding(seeds.0), embedding(seeds.1));
            let residual = vector.components().map(i32::from);
            let step = factor_step(&[residual]);
            let code = Code::encode(&residual, step);
            let factor = Factor::new(code.factor, step);
            let exact = query.cosine(&vector).to_f32();
            let query = CodeQuery::new(query);
            let estimate = query.estimate(0, &code.signs, factor).to_f32();
            let refined = query.refine(0, &code.signs, factor, &code.rest).to_f32();
            prop_assert!((estimate - exact).abs() < 0.35, "{} {}", estimate, exact);
            prop_assert!((refined - exact).abs() < 0.035, "{} {}", refined, exact);
        }

        #[test]
        fn any_code_gives_a_cosine(signs in any::<[u8; SIGN_BYTES]>(), factor in any::<u8>(), step in any::<u16>(),
                                   magnitude in any::<u8>(), dot in -(1i64 << 40)..1 << 40, seed in any::<u64>()) {
            let query = CodeQuery::new(embedding(seed));
            let factor = Factor::new(factor, step);
            for cosine in [query.estimate(dot, &signs, factor), query.refine(dot, &signs, factor, &[magnitude; REST_BYTES])] {
                prop_assert!(cosine.to_f32().abs() <= 1.0);
            }
        }
    }
}
