//! The inner loops of the scan and of the filter, made for the machine's wider registers as well and chosen
//! when the program runs, so that one binary serves every x86-64 and aarch64 machine.
//!
//! What each takes stands in `benches/README.md` (bench `kernels`).
#![allow(unsafe_code, reason = "calling code for an instruction set that was found at run time")]

use std::sync::LazyLock;

use super::columns::{Tally, portable_tally};
use super::signs::Asked;

/// Cache lines of rows that are asked of the memory before their turn.
const LINES_AHEAD: usize = 48;

/// How sums of products of codes are made, with instructions that this machine has: [`runnable`]
/// alone gives one out. All give the same sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Instructions);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Instructions {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    #[cfg(target_arch = "aarch64")]
    NeonDotprod,
}

/// The fastest that the machine runs.
pub(super) fn chosen() -> Kernel {
    static CHOSEN: LazyLock<Kernel> = LazyLock::new(|| {
        let kernel = runnable().pop().unwrap_or(Kernel(Instructions::Portable));
        tracing::info!(kernel = kernel.name(), "scans of vectors");
        kernel
    });
    *CHOSEN
}

/// The kernels that this machine runs, the fastest last.
pub fn runnable() -> Vec<Kernel> {
    let mut kernels = vec![Instructions::Portable];
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx2") {
            kernels.push(Instructions::Avx2);
        }
        if x86::has_vnni() {
            kernels.push(Instructions::Avx512Vnni);
        }
    }
    #[cfg(target_arch = "aarch64")]
    if std::arch::is_aarch64_feature_detected!("dotprod") {
        kernels.push(Instructions::NeonDotprod);
    }
    kernels.into_iter().map(Kernel).collect()
}

impl Kernel {
    /// What it is called in logs and benches.
    pub fn name(self) -> &'static str {
        match self.0 {
            Instructions::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512Vnni => "avx512-vnni",
            #[cfg(target_arch = "aarch64")]
            Instructions::NeonDotprod => "neon-dotprod",
        }
    }

    /// Sum of the products of two rows of codes, which are equally long and lie in -127..=127.
    #[inline]
    pub fn dot(self, a: &[i8], b: &[i8]) -> i32 {
        // SAFETY: `runnable` gives out only what the machine has.
        match self.0 {
            Instructions::Portable => portable(a, b),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { x86::with_avx2(a, b) },
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512Vnni => unsafe { x86::with_vnni(a, b) },
            #[cfg(target_arch = "aarch64")]
            Instructions::NeonDotprod => unsafe { arm::with_dotprod(a, b) },
        }
    }

    /// Calls `each` with every slot and the sum of the products of its row with another one, in
    /// their order. Rows are asked of the memory some turns before.
    pub fn dot_each<'a>(
        self,
        other: &[i8],
        (slots, row): (&[u32], impl Fn(u32) -> &'a [i8]),
        each: impl FnMut(u32, i32),
    ) {
        // SAFETY: as above.
        match self.0 {
            Instructions::Portable => every(slots, &row, |row| portable(row, other), each),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { x86::each_with_avx2(other, slots, &row, each) },
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512Vnni => unsafe { x86::each_with_vnni(other, slots, &row, each) },
            #[cfg(target_arch = "aarch64")]
            Instructions::NeonDotprod => unsafe {
                arm::each_with_dotprod(other, slots, &row, each)
            },
        }
    }
}

/// The loop of [`Kernel::dot_each`], made anew within each kernel so that nothing in it is a call.
#[inline(always)]
fn every<'a, E: 'a, R>(
    slots: &[u32],
    row: &impl Fn(u32) -> &'a [E],
    dot: impl Fn(&'a [E]) -> R,
    mut each: impl FnMut(u32, R),
) {
    let lines = |slot: &u32| size_of_val(row(*slot)).div_ceil(CACHE_LINE_BYTES).max(1);
    let ahead = slots.first().map_or(0, |slot| LINES_AHEAD.div_ceil(lines(slot)));
    slots.iter().take(ahead).for_each(|slot| prefetch(row(*slot)));
    for (turn, slot) in slots.iter().enumerate() {
        if let Some(later) = slots.get(turn + ahead) {
            prefetch(row(*later));
        }
        each(*slot, dot(row(*slot)));
    }
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

/// The numbers that two sets of bits share, rising: [`portable_shared`], with instructions that count
/// and find bits where the machine has them.
pub(super) fn shared(a: &[u64], b: &[u64]) -> Vec<u32> {
    #[cfg(target_arch = "x86_64")]
    if x86::has_bit_instructions() {
        // SAFETY: the machine has them.
        return unsafe { x86::shared(a, b) };
    }
    portable_shared(a, b)
}

/// Numbers of a word that are written in any case: how many it has is no branch that could be foreseen.
const WRITTEN: usize = 4;

#[inline(always)]
fn portable_shared(a: &[u64], b: &[u64]) -> Vec<u32> {
    let shared = || a.iter().zip(b).map(|(a, b)| a & b);
    let count: usize = shared().map(|word| word.count_ones() as usize).sum();
    let mut numbers = vec![0; count + WRITTEN];
    let mut at = 0;
    for (first, word) in (0u32..).step_by(64).zip(shared()) {
        let (mut rest, mut next) = (word, at);
        for number in &mut numbers[at..at + WRITTEN] {
            *number = first + rest.trailing_zeros();
            rest &= rest.wrapping_sub(1);
        }
        at += word.count_ones() as usize;
        next += WRITTEN;
        while rest != 0 {
            numbers[next] = first + rest.trailing_zeros();
            rest &= rest - 1;
            next += 1;
        }
    }
    numbers.truncate(count);
    numbers
}

/// How much the signs of rows agree with a question ([`signs`](super::signs)), row after row: the
/// greatest agreement is 7 an element. Rows are asked of the memory some turns before.
pub(super) fn agreements<'a>(
    asked: &[Asked],
    (slots, row): (&[u32], impl Fn(u32) -> &'a [u64]),
    mut each: impl FnMut(u32),
) {
    #[cfg(target_arch = "x86_64")]
    if x86::has_popcnt() {
        // SAFETY: the machine has it.
        return unsafe { x86::agreements(asked, slots, &row, each) };
    }
    every(slots, &row, |row| agreement(asked, row), |_, score| each(score));
}

#[inline(always)]
fn agreement(asked: &[Asked], row: &[u64]) -> u32 {
    let of_word = |([signs, ones, twos, fours], row): (&Asked, &u64)| {
        let agreeing = !(signs ^ row);
        let count = |bits: &u64| (bits & agreeing).count_ones();
        count(ones) + 2 * count(twos) + 4 * count(fours)
    };
    asked.iter().zip(row).map(of_word).sum()
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

    pub(super) fn has_popcnt() -> bool {
        is_x86_feature_detected!("popcnt")
    }

    pub(super) fn has_bit_instructions() -> bool {
        is_x86_feature_detected!("popcnt") && is_x86_feature_detected!("bmi1")
    }

    #[target_feature(enable = "popcnt,bmi1")]
    pub(super) fn shared(a: &[u64], b: &[u64]) -> Vec<u32> {
        super::portable_shared(a, b)
    }

    pub(super) fn has_avx2_and_popcnt() -> bool {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt")
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn tally(live: &[u64], fails: &[&[u64]]) -> super::Tally {
        super::portable_tally(live, fails)
    }

    /// Without wider registers: with them the compiler would count bits in them by a table.
    #[target_feature(enable = "popcnt")]
    pub(super) fn agreements<'a>(
        asked: &[super::Asked],
        slots: &[u32],
        row: &impl Fn(u32) -> &'a [u64],
        mut each: impl FnMut(u32),
    ) {
        // Of a length that is known beforehand, as that of the service's own vectors, it is unrolled.
        if let Ok(asked) = <&[super::Asked; 4]>::try_from(asked) {
            let agreement =
                |row: &[u64]| row.first_chunk::<4>().map_or(0, |row| super::agreement(asked, row));
            return super::every(slots, row, agreement, |_, score| each(score));
        }
        let agreement = |row| super::agreement(asked, row);
        super::every(slots, row, agreement, |_, score| each(score));
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn each_with_avx2<'a>(
        other: &[i8],
        slots: &[u32],
        row: &impl Fn(u32) -> &'a [i8],
        each: impl FnMut(u32, i32),
    ) {
        super::every(slots, row, |row| with_avx2(row, other), each);
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub(super) fn each_with_vnni<'a>(
        other: &[i8],
        slots: &[u32],
        row: &impl Fn(u32) -> &'a [i8],
        each: impl FnMut(u32, i32),
    ) {
        super::every(slots, row, |row| with_vnni(row, other), each);
    }

    /// Products of pairs in 16 bits: 2 * 127 * 127 fits.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn with_avx2(a: &[i8], b: &[i8]) -> i32 {
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
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub(super) fn with_vnni(a: &[i8], b: &[i8]) -> i32 {
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
    #[inline]
    #[target_feature(enable = "neon,dotprod")]
    pub(super) fn with_dotprod(a: &[i8], b: &[i8]) -> i32 {
        super::portable(a, b)
    }

    #[target_feature(enable = "neon,dotprod")]
    pub(super) fn each_with_dotprod<'a>(
        other: &[i8],
        slots: &[u32],
        row: &impl Fn(u32) -> &'a [i8],
        each: impl FnMut(u32, i32),
    ) {
        super::every(slots, row, |row| with_dotprod(row, other), each);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::signs;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_equals_its_twin(
            rows in proptest::collection::vec((-127i8..=127, -127i8..=127), 0..600),
        ) {
            let (a, b): (Vec<i8>, Vec<i8>) = rows.into_iter().unzip();
            let exact: i64 = a.iter().zip(&b).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
            for kernel in runnable() {
                prop_assert_eq!(i64::from(kernel.dot(&a, &b)), exact, "{:?}", kernel);
            }
        }
    }

    proptest! {
        /// Of words with few numbers, many and none.
        #[test]
        fn what_two_sets_share_is_what_both_have(
            words in proptest::collection::vec((any::<u64>(), any::<u64>(), 0u32..64), 0..20),
            longer in 0usize..3,
        ) {
            let a: Vec<u64> = words.iter().map(|(a, _, fewer)| a >> fewer).collect();
            let mut b: Vec<u64> = words.iter().map(|(_, b, _)| *b).collect();
            b.extend(std::iter::repeat_n(u64::MAX, longer));
            let has = |set: &[u64], n: &u32| set[*n as usize / 64] >> (n % 64) & 1 == 1;
            let all = 0..a.len() as u32 * 64;
            let expected: Vec<u32> = all.filter(|n| has(&a, n) && has(&b, n)).collect();
            prop_assert_eq!(&portable_shared(&a, &b), &expected);
            prop_assert_eq!(&shared(&b, &a), &expected);
        }
    }

    proptest! {
        #[test]
        fn agreement_is_the_size_of_what_agrees_in_sign(
            elements in proptest::collection::vec((-7i8..=7, any::<bool>()), 1..300),
        ) {
            let (mut query, negative): (Vec<f32>, Vec<bool>) =
                elements.into_iter().map(|(size, negative)| (f32::from(size), negative)).unzip();
            // So that a size is kept as it is.
            query[0] = 7.0;
            let codes: Vec<i8> = negative.iter().map(|n| if *n { -1 } else { 1 }).collect();
            let row: Vec<u64> = signs::of(&codes).collect();
            let agrees = |(value, negative): &(&f32, &bool)| (**value < 0.0) == **negative;
            let agreeing = query.iter().zip(&negative).filter(agrees);
            let exact = agreeing.map(|(value, _)| value.abs() as u32).sum::<u32>();
            let asked = signs::asked(&query);
            prop_assert_eq!(agreement(&asked, &row), exact);
            let mut met = Vec::new();
            agreements(&asked, (&[0, 0], |_| row.as_slice()), |score| met.push(score));
            prop_assert_eq!(met, [exact; 2]);
        }
    }

    #[test]
    fn the_greatest_codes_overflow_nothing() {
        for (a, b) in [(127, 127), (-127, 127), (-127, -127)] {
            for kernel in runnable() {
                let sum = kernel.dot(&[a; 1024], &[b; 1024]);
                assert_eq!(sum, i32::from(a) * i32::from(b) * 1024, "{kernel:?}");
            }
        }
    }

    #[test]
    fn each_row_of_many_is_met_once_in_order() {
        let rows: Vec<Vec<i8>> =
            (0..50).map(|n| (0..70).map(|i| (n * i) as i8 % 127).collect()).collect();
        let other: Vec<i8> = (0..70).map(|i| 60 - i).collect();
        for kernel in runnable() {
            for slots in [&[][..], &[7], &[49, 0, 3, 3], &(0..50).collect::<Vec<u32>>()] {
                let mut met = Vec::new();
                let row = |slot: u32| rows[slot as usize].as_slice();
                kernel.dot_each(&other, (slots, row), |slot, dot| met.push((slot, dot)));
                let one = |slot: &u32| (*slot, portable(&rows[*slot as usize], &other));
                assert_eq!(met, slots.iter().map(one).collect::<Vec<_>>(), "{kernel:?}");
            }
        }
    }
}
