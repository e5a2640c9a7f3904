//! Vectors in a few bits, and what a query makes of them.
//!
//! A vector is coded as its residual: what it differs by from the centroid of its cell. The sign of each of the 128
//! residuals and one factor give an unbiased estimate of a cosine (RaBitQ: Gao and Long 2024, without its random
//! rotation, which is baked into the word rows); four more bits a dimension refine it. Both share the factor.
//! On 2,291 skills, 72 cells: the ten best of 40 estimates, refined, hold .96 of the ten nearest vectors; codes of
//! residuals from one common mean, as long, hold .93.

use alloc::vec;
use alloc::vec::Vec;

use crate::embedder::{Cosine, DIM, Embedding};

/// Bytes of the signs of a vector.
pub const SIGN_BYTES: usize = DIM / 8;

/// Bytes of the magnitudes of a vector: four bits a dimension, the first of two in the low half.
pub const MAGNITUDE_BYTES: usize = DIM / 2;

/// A vector as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Bit `i % 8` of byte `i / 8` is set where residual `i` is negative.
    pub signs: [u8; SIGN_BYTES],
    /// In units of the index's factor step.
    pub factor: u8,
    /// `m` stands for a residual of (2m + 1) · 3/40 factors.
    pub magnitudes: [u8; MAGNITUDE_BYTES],
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
            magnitudes: [0; MAGNITUDE_BYTES],
        };
        let unit = i64::from(factor) * factor_step * LEVEL_NUMERATOR;
        for (dim, &x) in residual.iter().enumerate() {
            if x < 0 {
                code.signs[dim / 8] |= 1 << (dim % 8);
            }
            // In units of 2⁻²⁰, as the factor is; levels lie two apart.
            let magnitude = (i64::from(x.unsigned_abs()) << 5) * LEVEL_DENOMINATOR;
            let level = magnitude.checked_div(2 * unit).unwrap_or(0).min(15) as u8;
            code.magnitudes[dim / 2] |= level << (4 * (dim % 2));
        }
        code
    }
}

/// The smallest factor step, in units of 2⁻²⁰, with which all `residuals` can be coded.
pub fn factor_step<'a>(residuals: impl IntoIterator<Item = &'a Residual>) -> u16 {
    let most = residuals.into_iter().map(ideal_factor).max().unwrap_or(0);
    (most / 255 + 1).min(i64::from(u16::MAX)) as u16
}

/// A residual from its code, in units of 2⁻²⁰ · 1/40.
pub fn decode_residual(
    signs: &[u8; SIGN_BYTES],
    factor: Factor,
    magnitudes: &[u8; MAGNITUDE_BYTES],
) -> [i64; DIM] {
    core::array::from_fn(|dim| {
        let level = i64::from(magnitudes[dim / 2] >> (4 * (dim % 2)) & 15);
        let residual = (2 * level + 1) * LEVEL_NUMERATOR * factor.0;
        if signs[dim / 8] >> (dim % 8) & 1 == 1 {
            -residual
        } else {
            residual
        }
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
    /// For each byte of signs what it adds up to: 16 × 256.
    sums: Vec<i32>,
}

impl CodeQuery {
    /// Prepares `query`: 4,096 additions.
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
        magnitudes: &[u8; MAGNITUDE_BYTES],
    ) -> Cosine {
        let residual = decode_residual(signs, factor, magnitudes);
        let products = self.query.components().iter().zip(residual);
        let sum: i64 = products.map(|(&q, x)| i64::from(q) * x).sum();
        Cosine::from_fixed(centroid_dot + sum / RESIDUAL_UNITS)
    }
}

/// Levels lie 3/20 of a factor apart: .188 standard deviations of a residual, the best even spacing of 32 levels for a
/// normal distribution (Max 1960), which rotated residuals come close to.
const LEVEL_NUMERATOR: i64 = 3;
const LEVEL_DENOMINATOR: i64 = 40;

/// Σx² / Σ|x|: with it the estimate from signs is unbiased. In units of 2⁻²⁰.
fn ideal_factor(residual: &Residual) -> i64 {
    let squares: i64 = residual.iter().map(|&x| i64::from(x) * i64::from(x)).sum();
    let sum: i64 = residual.iter().map(|&x| i64::from(x.unsigned_abs())).sum();
    squares.saturating_mul(1 << 5).checked_div(sum).unwrap_or(0)
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
        let cosine = query.refine(dot, &code.signs, factor, &code.magnitudes);
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
            let refined = query.refine(0, &code.signs, factor, &code.magnitudes).to_f32();
            prop_assert!((estimate - exact).abs() < 0.35, "{} {}", estimate, exact);
            prop_assert!((refined - exact).abs() < 0.035, "{} {}", refined, exact);
        }

        #[test]
        fn any_code_gives_a_cosine(signs in any::<[u8; SIGN_BYTES]>(), factor in any::<u8>(), step in any::<u16>(),
                                   magnitude in any::<u8>(), dot in -(1i64 << 40)..1 << 40, seed in any::<u64>()) {
            let query = CodeQuery::new(embedding(seed));
            let factor = Factor::new(factor, step);
            for cosine in [query.estimate(dot, &signs, factor), query.refine(dot, &signs, factor, &[magnitude; MAGNITUDE_BYTES])] {
                prop_assert!(cosine.to_f32().abs() <= 1.0);
            }
        }
    }
}
