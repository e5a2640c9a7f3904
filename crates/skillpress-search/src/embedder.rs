//! Text as a direction: a word has a row of 128 numbers, a text is the unit vector of the sum of its words' rows.
//!
//! The length of a row is the word's weight, so stop words need no list. Everything is integers: a sum does not depend
//! on the order of the words, and a browser computes the same bits as the build.
//! The table of rows is made by `scripts/model` and adapted to the registry at build.

use crate::FormatError;
use crate::bytes::exactly;

/// Dimensions of an embedding.
pub const DIM: usize = 128;

/// Bytes of a [`Row`]: 128 signed half-bytes and a half-precision scale.
pub const ROW_BYTES: usize = DIM / 2 + 2;

/// What one word means: 128 codes of −8 to 7, times a scale.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Row {
    bytes: [u8; ROW_BYTES],
}

impl Row {
    /// Decodes [`ROW_BYTES`] bytes: codes two a byte, the first in the low half; the scale little-endian.
    ///
    /// # Errors
    /// `Length` for another length; `Invalid` for a scale that is negative, not finite or at least 16.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        let what = "a word row";
        let row = Self {
            bytes: *exactly(what, bytes)?,
        };
        if row.scale_bits() >= SCALE_BITS_END {
            let offset = ROW_BYTES as u32;
            return Err(FormatError::Invalid { what, offset });
        }
        Ok(row)
    }

    /// The nearest row to `values`: of five scales the one that leaves the least squared error.
    ///
    /// Scales keep five bits of precision, so that values which barely moved mostly give the same bytes again.
    pub fn quantise(values: &[f32; DIM]) -> Self {
        let most = values.iter().fold(0.0f32, |most, v| most.max(v.abs()));
        let mut best = (f32::INFINITY, [0; DIM], 0);
        for factor in [1.0f32, 0.9, 0.8, 0.7, 0.6] {
            let scale_bits = half_from_f32(most / 7.0 * factor);
            let scale = scale_value(scale_bits);
            let mut codes = [0i8; DIM];
            let mut error = 0.0;
            for (code, &value) in codes.iter_mut().zip(values) {
                *code = if scale > 0.0 {
                    nearest(value / scale).clamp(-7, 7) as i8
                } else {
                    0
                };
                let rest = f32::from(*code) * scale - value;
                error += rest * rest;
            }
            if error < best.0 {
                best = (error, codes, scale_bits);
            }
        }
        let mut bytes = [0; ROW_BYTES];
        for (byte, pair) in bytes.iter_mut().zip(best.1.chunks_exact(2)) {
            *byte = (pair[0] as u8 & 15) | (pair[1] as u8) << 4;
        }
        bytes[DIM / 2..].copy_from_slice(&u16::to_le_bytes(best.2));
        Self { bytes }
    }

    /// The row as bytes; [`Row::from_bytes`] reads them.
    pub fn as_bytes(&self) -> &[u8; ROW_BYTES] {
        &self.bytes
    }

    /// The numbers that the row stands for.
    pub fn values(&self) -> [f32; DIM] {
        let scale = scale_value(self.scale_bits());
        let mut values = [0.0; DIM];
        for (value, code) in values.iter_mut().zip(self.codes()) {
            *value = f32::from(code) * scale;
        }
        values
    }

    fn codes(&self) -> impl Iterator<Item = i8> {
        self.bytes[..DIM / 2]
            .iter()
            .flat_map(|&byte| [(byte << 4) as i8 >> 4, byte as i8 >> 4])
    }

    fn scale_bits(&self) -> u16 {
        u16::from_le_bytes([self.bytes[DIM / 2], self.bytes[DIM / 2 + 1]])
    }
}

/// The sum of the rows of a text's words.
#[derive(Clone)]
pub struct WordSum {
    /// In units of 2⁻²⁴.
    sum: [i64; DIM],
}

impl Default for WordSum {
    fn default() -> Self {
        Self { sum: [0; DIM] }
    }
}

impl WordSum {
    /// Adds a word that counts `weight` times. Scales are below 16, so 2³² such words are summed exactly.
    pub fn add(&mut self, row: &Row, weight: u32) {
        let scale = scale_fixed(row.scale_bits()) * i64::from(weight);
        for (sum, code) in self.sum.iter_mut().zip(row.codes()) {
            *sum = sum.wrapping_add(scale.wrapping_mul(i64::from(code)));
        }
    }

    /// The direction of the sum; `None` when no word was added, or all of them cancel out.
    pub fn unit(&self) -> Option<Embedding> {
        Embedding::in_direction_of(&self.sum)
    }
}

/// A unit vector: 128 components in units of 2⁻¹⁵.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Embedding {
    components: [i16; DIM],
}

impl Embedding {
    /// The unit vector in the direction of `sum` (any unit); `None` for the zero vector.
    pub fn in_direction_of(sum: &[i64; DIM]) -> Option<Self> {
        let most = sum.iter().map(|x| x.unsigned_abs()).max().unwrap_or(0);
        if most == 0 {
            return None;
        }
        // The largest component gets 24 bits: squares of 128 of them fit 64 bits, and nothing that counts is lost.
        let n_bits = 64 - most.leading_zeros();
        let scaled = sum.map(|x| {
            if n_bits > 24 {
                x >> (n_bits - 24)
            } else {
                x << (24 - n_bits)
            }
        });
        let norm = scaled.iter().map(|&x| (x * x) as u64).sum::<u64>().isqrt() as i64;
        let components = scaled.map(|x| {
            let rounded = ((x.abs() << 16) + norm) / (2 * norm);
            (rounded.min(i64::from(i16::MAX)) * x.signum()) as i16
        });
        Some(Self { components })
    }

    /// The components, each in units of 2⁻¹⁵.
    pub fn components(&self) -> &[i16; DIM] {
        &self.components
    }

    /// The cosine of the angle between both.
    pub fn cosine(&self, other: &Self) -> Cosine {
        let dot = self.components.iter().zip(&other.components);
        // Two unit vectors: no partial sum leaves 32 bits (Cauchy-Schwarz), whatever the order.
        Cosine(dot.fold(0i32, |dot, (&a, &b)| {
            dot.wrapping_add(i32::from(a) * i32::from(b))
        }))
    }
}

/// A cosine in units of 2⁻³⁰: equal bits everywhere, and an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cosine(i32);

impl Cosine {
    /// The cosine of two equal directions.
    pub const ONE: Self = Self(1 << 30);

    /// From units of 2⁻³⁰, cut to −1 to 1: an estimate from codes may pass both.
    pub fn from_fixed(value: i64) -> Self {
        Self(value.clamp(-(1 << 30), 1 << 30) as i32)
    }

    /// In units of 2⁻³⁰.
    pub fn to_fixed(self) -> i32 {
        self.0
    }

    /// As a number from −1 to 1.
    pub fn to_f32(self) -> f32 {
        self.0 as f32 / (1 << 30) as f32
    }
}

/// The half-precision bits of 16: scales stay below, so that sums of products fit 64 bits.
const SCALE_BITS_END: u16 = 0x4c00;

/// A half-precision number below 16 in units of 2⁻²⁴: the smallest one, so all are integers.
fn scale_fixed(bits: u16) -> i64 {
    let (exponent, fraction) = (bits >> 10, i64::from(bits & 0x3ff));
    match exponent {
        0 => fraction,
        _ => (1024 + fraction) << (exponent - 1),
    }
}

fn scale_value(bits: u16) -> f32 {
    scale_fixed(bits) as f32 / (1u32 << 24) as f32
}

/// The nearest half-precision number with five bits of precision, below 16.
fn half_from_f32(value: f32) -> u16 {
    let fixed = (value * (1u32 << 24) as f32).clamp(0.0, 15.0 * (1u32 << 24) as f32) as u32;
    if fixed < 1024 {
        return fixed as u16;
    }
    let exponent = 31 - fixed.leading_zeros() - 10;
    let fraction = (fixed >> exponent) - 1024;
    // The sum carries into the exponent where the fraction rounds up to 1024.
    ((exponent + 1) << 10).wrapping_add((fraction + 16) & !31) as u16
}

fn nearest(value: f32) -> i32 {
    let half = if value < 0.0 { -0.5 } else { 0.5 };
    (value + half) as i32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(seed: u32) -> Row {
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        Row::quantise(&core::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        }))
    }

    #[test]
    fn a_text_of_no_known_word_has_no_embedding() {
        assert_eq!(WordSum::default().unit(), None);
        let mut sum = WordSum::default();
        sum.add(&Row::quantise(&[0.0; DIM]), 1);
        assert_eq!(sum.unit(), None);
    }

    #[test]
    fn a_scale_that_could_overflow_a_sum_is_refused() {
        let mut bytes = [0x88; ROW_BYTES];
        for scale_bits in [0x4c00u16, 0x7c00, 0x7e00, 0x8001, 0xffff] {
            bytes[DIM / 2..].copy_from_slice(&scale_bits.to_le_bytes());
            assert_eq!(
                Row::from_bytes(&bytes),
                Err(FormatError::Invalid {
                    what: "a word row",
                    offset: 66,
                })
            );
        }
        bytes[DIM / 2..].copy_from_slice(&0x4bffu16.to_le_bytes());
        let mut sum = WordSum::default();
        sum.add(&Row::from_bytes(&bytes).unwrap(), u32::MAX);
        assert!(sum.unit().unwrap().components()[0] < 0);
    }

    #[test]
    fn a_direction_has_cosine_one_with_itself_and_minus_one_with_its_opposite() {
        let mut sum = WordSum::default();
        sum.add(&row(1), 1);
        let embedding = sum.unit().unwrap();
        let opposite = Embedding {
            components: embedding.components.map(|x| -x),
        };
        assert!((embedding.cosine(&embedding).to_f32() - 1.0).abs() < 1e-3);
        assert!((embedding.cosine(&opposite).to_f32() + 1.0).abs() < 1e-3);
    }

    impl core::fmt::Debug for Row {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.debug_list().entries(self.codes()).finish()
        }
    }

    proptest! {
        #[test]
        fn the_order_and_the_unit_of_a_sum_do_not_matter(seeds in proptest::collection::vec(0u32..1000, 1..30), times in 1u32..1000) {
            let (mut forwards, mut backwards, mut repeated) = <(WordSum, WordSum, WordSum)>::default();
            seeds.iter().for_each(|&seed| forwards.add(&row(seed), 1));
            seeds.iter().rev().for_each(|&seed| backwards.add(&row(seed), 1));
            seeds.iter().for_each(|&seed| repeated.add(&row(seed), times));
            prop_assert_eq!(forwards.unit(), backwards.unit());
            let (once, repeated) = (forwards.unit().unwrap(), repeated.unit().unwrap());
            for (a, b) in once.components().iter().zip(repeated.components()) {
                prop_assert!((a - b).abs() <= 1, "{} {}", a, b);
            }
        }

        #[test]
        fn rows_come_back_from_their_bytes(values in proptest::array::uniform32(-2.0f32..2.0)) {
            let values: [f32; DIM] = core::array::from_fn(|idx| values[idx % 32]);
            let row = Row::quantise(&values);
            prop_assert_eq!(Row::from_bytes(row.as_bytes()), Ok(row));
            let norm = values.iter().map(|v| v * v).sum::<f32>();
            let error = row.values().iter().zip(&values).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
            prop_assert!(error <= 0.02 * norm, "{} of {}", error, norm);
        }

        #[test]
        fn any_sum_gives_a_unit_vector(sum in proptest::collection::vec(any::<i64>(), DIM)) {
            let sum: [i64; DIM] = core::array::from_fn(|idx| sum[idx] / 2);
            if let Some(embedding) = Embedding::in_direction_of(&sum) {
                prop_assert!((embedding.cosine(&embedding).to_f32() - 1.0).abs() < 1e-3);
            }
        }
    }
}
