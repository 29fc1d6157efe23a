//! The inner loop of the scan, compiled for the machine's wider registers as well and chosen
//! when the program runs, so that one binary serves every x86-64 and aarch64 machine.
#![allow(unsafe_code, reason = "calling code for an instruction set that was found at run time")]

use std::sync::LazyLock;

/// Sum of the products of two rows of codes, which are equally long.
pub(super) type DotCodes = fn(&[i8], &[i8]) -> i32;

/// The fastest that the machine runs. All give the same sums.
pub(super) fn dot_codes() -> DotCodes {
    static CHOSEN: LazyLock<DotCodes> = LazyLock::new(choose);
    *CHOSEN
}

fn choose() -> DotCodes {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        return wide::dot_codes;
    }
    portable
}

/// Asks for the memory of a row that is read soon. Eligible rows lie far apart, so each costs
/// several waits for memory that the processor cannot foresee.
#[inline(always)]
pub(super) fn prefetch<T>(row: &[T]) {
    #[cfg(target_arch = "x86_64")]
    for line in (0..std::mem::size_of_val(row)).step_by(CACHE_LINE_BYTES) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing, and the address lies within the row.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(row.as_ptr().cast::<i8>().add(line)) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = row;
}

#[cfg(target_arch = "x86_64")]
const CACHE_LINE_BYTES: usize = 64;

/// In 16 bits, which products of codes fit, then in 32.
#[inline(always)]
fn portable(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(i16::from(*a) * i16::from(*b))).sum()
}

#[cfg(target_arch = "x86_64")]
mod wide {
    #[target_feature(enable = "avx2")]
    fn with_avx2(a: &[i8], b: &[i8]) -> i32 {
        super::portable(a, b)
    }

    pub(super) fn dot_codes(a: &[i8], b: &[i8]) -> i32 {
        // SAFETY: `choose` gives this function out only where the machine has AVX2.
        unsafe { with_avx2(a, b) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_chosen_one_equals_its_twin(
            rows in proptest::collection::vec((-127i8..=127, -127i8..=127), 0..600),
        ) {
            let (a, b): (Vec<i8>, Vec<i8>) = rows.into_iter().unzip();
            let exact: i64 = a.iter().zip(&b).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
            prop_assert_eq!(i64::from(dot_codes()(&a, &b)), exact);
            prop_assert_eq!(i64::from(portable(&a, &b)), exact);
        }
    }
}
