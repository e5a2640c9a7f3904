//! One vector in a few bits.
//!
//! A vector is coded as its residual: what it differs by from the centroid of its cell. The signs of its first 80
//! dimensions and one factor, the standard deviation of these, give an estimate of a cosine; the other signs and five
//! bits of magnitude a dimension refine it. The word rows are rotated so that the first 80 dimensions hold three quarters
//! of a residual, evenly spread (`scripts/model`).
//!
//! For one residual, `σ` times its signs is the estimate between two: `σ·√(π/2)` times the signs makes it unbiased, as in
//! RaBitQ (Gao and Long 2024), and `σ·√(2/π)` makes its squared error least (Max 1960). The first lets what is far away
//! win by the noise of its signs, the second keeps what is near from standing out of its cell.

use crate::embedder::DIM;

/// Dimensions of which the signs alone give an estimate: the first ones.
pub const SIGN_DIMS: usize = 80;

/// Bytes of the signs of a vector.
pub const SIGN_BYTES: usize = SIGN_DIMS / 8;

/// Bytes of the refinement of a code: the other signs and all magnitudes.
pub const REFINEMENT_BYTES: usize = (DIM * LEVEL_BITS as usize + DIM - SIGN_DIMS) / 8;

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
    pub refinement: [u8; REFINEMENT_BYTES],
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
            refinement: [0; REFINEMENT_BYTES],
        };
        let unit = i64::from(factor) * factor_step;
        for (dim, &x) in residual.iter().enumerate() {
            if x < 0 {
                let (signs, dim) = match dim.checked_sub(SIGN_DIMS) {
                    None => (&mut code.signs[..], dim),
                    Some(dim) => (&mut code.refinement[LEVELS_BYTES..], dim),
                };
                signs[dim / 8] |= 1 << (dim % 8);
            }
            // In units of 2⁻²⁰, as the factor is; levels lie two apart.
            let magnitude = (i64::from(x.unsigned_abs()) << 5) * LEVEL_DENOMINATOR;
            let level = magnitude.checked_div(2 * unit).unwrap_or(0);
            let level = level.min((1 << LEVEL_BITS) - 1) as u16;
            let (byte, shift) = level_place(dim);
            let [low, high] = (level << shift).to_le_bytes();
            code.refinement[byte] |= low;
            code.refinement[byte + 1] |= high;
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
    refinement: &[u8; REFINEMENT_BYTES],
) -> [i64; DIM] {
    core::array::from_fn(|dim| {
        let (byte, shift) = level_place(dim);
        let level = u16::from_le_bytes([refinement[byte], refinement[byte + 1]]) >> shift;
        let level = i64::from(level & ((1 << LEVEL_BITS) - 1));
        let residual = (2 * level + 1) * factor.0;
        let sign = match dim.checked_sub(SIGN_DIMS) {
            None => signs[dim / 8] >> (dim % 8),
            Some(dim) => refinement[LEVELS_BYTES + dim / 8] >> (dim % 8),
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

    /// In units of 2⁻²⁰.
    pub fn units(self) -> i64 {
        self.0
    }
}

/// Bytes of the magnitudes in the refinement of a code.
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
