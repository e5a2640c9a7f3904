//! What the codes of vectors tell of their cosines with a query.

use alloc::vec;
use alloc::vec::Vec;

use crate::embedder::{Cosine, Embedding};
use crate::format::vectors::code::{
    Factor, REFINEMENT_BYTES, RESIDUAL_UNITS, Residual, SIGN_BYTES, decode_residual,
};

/// A query, prepared to be compared with codes.
pub(super) struct CodeQuery {
    query: Embedding,
    /// For each byte of signs what it adds up to: 10 × 256.
    sums: Vec<i32>,
}

impl CodeQuery {
    /// Prepares `query`: 2,560 additions.
    pub(super) fn new(query: Embedding) -> Self {
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

    /// What the centroid of a cell (in units of 2⁻¹⁵) contributes to the cosines of all its vectors, in units of 2⁻³⁰.
    pub(super) fn dot(&self, centroid: &Residual) -> i64 {
        let products = self.query.components().iter().zip(centroid);
        products.map(|(&q, &c)| i64::from(q) * i64::from(c)).sum()
    }

    /// The cosine as far as the signs tell.
    pub(super) fn estimate(
        &self,
        centroid_dot: i64,
        signs: &[u8; SIGN_BYTES],
        factor: Factor,
    ) -> Cosine {
        let sums = self.sums.chunks_exact(256).zip(signs);
        let sum: i32 = sums.map(|(sums, &byte)| sums[usize::from(byte)]).sum();
        Cosine::from_fixed(centroid_dot + ((i64::from(sum) * factor.units()) >> 5))
    }

    /// The cosine as far as the whole code tells.
    pub(super) fn refine(
        &self,
        centroid_dot: i64,
        signs: &[u8; SIGN_BYTES],
        factor: Factor,
        refinement: &[u8; REFINEMENT_BYTES],
    ) -> Cosine {
        let residual = decode_residual(signs, factor, refinement);
        let products = self.query.components().iter().zip(residual);
        let sum: i64 = products.map(|(&q, x)| i64::from(q) * x).sum();
        Cosine::from_fixed(centroid_dot + sum / RESIDUAL_UNITS)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::embedder::DIM;
    use crate::format::vectors::code::{Code, factor_step};

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
        let cosine = query.refine(dot, &code.signs, factor, &code.refinement);
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
            let refined = query.refine(0, &code.signs, factor, &code.refinement).to_f32();
            prop_assert!((estimate - exact).abs() < 0.35, "{} {}", estimate, exact);
            prop_assert!((refined - exact).abs() < 0.035, "{} {}", refined, exact);
        }

        #[test]
        fn any_code_gives_a_cosine(signs in any::<[u8; SIGN_BYTES]>(), factor in any::<u8>(), step in any::<u16>(),
                                   magnitude in any::<u8>(), dot in -(1i64 << 40)..1 << 40, seed in any::<u64>()) {
            let query = CodeQuery::new(embedding(seed));
            let factor = Factor::new(factor, step);
            for cosine in [query.estimate(dot, &signs, factor), query.refine(dot, &signs, factor, &[magnitude; REFINEMENT_BYTES])] {
                prop_assert!(cosine.to_f32().abs() <= 1.0);
            }
        }
    }
}
