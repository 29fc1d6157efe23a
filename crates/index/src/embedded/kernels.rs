//! The inner loops of the scan and of the filter, made for the machine's wider registers as well and chosen
//! when the program runs, so that one binary serves every x86-64 and aarch64 machine.
//!
//! What each takes stands in `benches/README.md` (bench `kernels`).
#![allow(unsafe_code, reason = "calling code for an instruction set that was found at run time")]

use std::sync::LazyLock;

use super::columns::{Tally, portable_tally};

/// Sum of the products of two rows of codes, which are equally long and lie in -127..=127.
pub type DotCodes = fn(&[i8], &[i8]) -> i32;

/// The fastest that the machine runs. All give the same sums.
pub(super) fn dot_codes() -> DotCodes {
    static CHOSEN: LazyLock<DotCodes> = LazyLock::new(|| {
        let (name, kernel) = runnable().pop().unwrap_or(("portable", portable));
        tracing::info!(kernel = name, "scans of vectors");
        kernel
    });
    *CHOSEN
}

/// The kernels that this machine runs, by name, the fastest last.
pub fn runnable() -> Vec<(&'static str, DotCodes)> {
    let mut kernels: Vec<(&'static str, DotCodes)> = vec![("portable", portable)];
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx2") {
            kernels.push(("avx2", x86::avx2));
        }
        if x86::has_vnni() {
            kernels.push(("avx512-vnni", x86::vnni));
        }
    }
    #[cfg(target_arch = "aarch64")]
    if std::arch::is_aarch64_feature_detected!("dotprod") {
        kernels.push(("neon-dotprod", arm::dotprod));
    }
    kernels
}

/// What sets of failing slots leave of those that live: [`portable_tally`], which the compiler
/// makes anew for wider registers and an instruction that counts bits.
pub(super) fn tally(live: &[u64], fails: &[&[u64]]) -> Tally {
    #[cfg(target_arch = "x86_64")]
    if x86::has_avx2_and_popcnt() {
        // SAFETY: the machine has both.
        return unsafe { x86::tally(live, fails) };
    }
    portable_tally(live, fails)
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

/// The twin that the others are tested against, and the end of rows that fill no register.
#[inline(always)]
fn portable(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::is_x86_feature_detected;
    use std::arch::x86_64::*;

    pub(super) fn has_vnni() -> bool {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vnni")
    }

    pub(super) fn has_avx2_and_popcnt() -> bool {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt")
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn tally(live: &[u64], fails: &[&[u64]]) -> super::Tally {
        super::portable_tally(live, fails)
    }

    pub(super) fn avx2(a: &[i8], b: &[i8]) -> i32 {
        // SAFETY: `runnable` gives this function out only where the machine has AVX2.
        unsafe { with_avx2(a, b) }
    }

    pub(super) fn vnni(a: &[i8], b: &[i8]) -> i32 {
        // SAFETY: `runnable` gives this function out only where the machine has AVX-512 VNNI.
        unsafe { with_vnni(a, b) }
    }

    /// Products of pairs in 16 bits: 2 * 127 * 127 fits.
    #[target_feature(enable = "avx2")]
    fn with_avx2(a: &[i8], b: &[i8]) -> i32 {
        let (a_parts, b_parts) = (a.chunks_exact(32), b.chunks_exact(32));
        let rest = super::portable(a_parts.remainder(), b_parts.remainder());
        let ones = _mm256_set1_epi16(1);
        let mut sums = _mm256_setzero_si256();
        for (a, b) in a_parts.zip(b_parts) {
            // SAFETY: both parts hold 32 bytes, and the loads ask for no alignment.
            let (a, b) = unsafe {
                (_mm256_loadu_si256(a.as_ptr().cast()), _mm256_loadu_si256(b.as_ptr().cast()))
            };
            // The instruction wants one side unsigned: the signs of `a` move to `b`.
            let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(a), _mm256_sign_epi8(b, a));
            sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, ones));
        }
        let half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
        let quarter = _mm_add_epi32(half, _mm_shuffle_epi32::<0b01_00_11_10>(half));
        let eighth = _mm_add_epi32(quarter, _mm_shuffle_epi32::<0b10_11_00_01>(quarter));
        _mm_cvtsi128_si32(eighth) + rest
    }

    /// The instruction wants one side unsigned: `a + 128` is, and 128 times the sum of `b` is
    /// taken off again.
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn with_vnni(a: &[i8], b: &[i8]) -> i32 {
        let (a_parts, b_parts) = (a.chunks_exact(64), b.chunks_exact(64));
        let rest = super::portable(a_parts.remainder(), b_parts.remainder());
        let flip = _mm512_set1_epi8(i8::MIN);
        let (mut raised, mut excess) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        for (a, b) in a_parts.zip(b_parts) {
            // SAFETY: both parts hold 64 bytes, and the loads ask for no alignment.
            let (a, b) = unsafe {
                (_mm512_loadu_si512(a.as_ptr().cast()), _mm512_loadu_si512(b.as_ptr().cast()))
            };
            raised = _mm512_dpbusd_epi32(raised, _mm512_xor_si512(a, flip), b);
            excess = _mm512_dpbusd_epi32(excess, flip, b);
        }
        _mm512_reduce_add_epi32(_mm512_sub_epi32(raised, excess)) + rest
    }
}

#[cfg(target_arch = "aarch64")]
mod arm {
    /// The compiler makes `sdot` of the twin where it may.
    #[target_feature(enable = "neon,dotprod")]
    fn with_dotprod(a: &[i8], b: &[i8]) -> i32 {
        super::portable(a, b)
    }

    pub(super) fn dotprod(a: &[i8], b: &[i8]) -> i32 {
        // SAFETY: `runnable` gives this function out only where the machine has it.
        unsafe { with_dotprod(a, b) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_equals_its_twin(
            rows in proptest::collection::vec((-127i8..=127, -127i8..=127), 0..600),
        ) {
            let (a, b): (Vec<i8>, Vec<i8>) = rows.into_iter().unzip();
            let exact: i64 = a.iter().zip(&b).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
            for (name, kernel) in runnable() {
                prop_assert_eq!(i64::from(kernel(&a, &b)), exact, "{}", name);
            }
        }
    }

    #[test]
    fn the_greatest_codes_overflow_nothing() {
        for (a, b) in [(127, 127), (-127, 127), (-127, -127)] {
            for (name, kernel) in runnable() {
                let sum = kernel(&[a; 1024], &[b; 1024]);
                assert_eq!(sum, i32::from(a) * i32::from(b) * 1024, "{name}");
            }
        }
    }
}
