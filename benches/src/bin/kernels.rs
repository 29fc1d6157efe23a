//! What the product of two rows of codes costs by kernel: rows that stay in the cache, rows that
//! come from memory one after the other, and rows that lie apart as those that a filter leaves, one
//! in twenty-five, asked for one by one and together.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::hint::black_box;
use std::time::Instant;

use jobmatch_index::{Kernel, runnable_kernels};

/// Codes of a row: those of the service's vectors.
const CODES: usize = 256;
/// Rows that stay in the first caches, and rows that do not.
const SIZES: [usize; 2] = [64, 400_000];
/// The least of so many times is told: what else the machine does only adds to it.
const TIMES: usize = 9;

fn main() {
    let codes: Vec<i8> = (0..SIZES[1] * CODES).map(code).collect();
    println!(
        "| kernel | ns a row in the cache | from memory | apart, one by one | apart, together |\n\
         |---|---|---|---|---|"
    );
    for kernel in runnable_kernels() {
        let [near, far] = SIZES.map(|rows| nanos(kernel, &codes[..rows * CODES]));
        let [one, all] = apart(kernel, &codes);
        println!("| {} | {near:.1} | {far:.1} | {one:.1} | {all:.1} |", kernel.name());
    }
}

/// Codes without a pattern that a processor could foresee.
fn code(at: usize) -> i8 {
    ((at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as i8 / 2
}

fn query() -> Vec<i8> {
    (0..CODES).map(|at| code(at + 7)).collect()
}

/// The least time of one row in nanoseconds, when `work` goes through so many.
fn least(rows: usize, work: impl Fn()) -> f64 {
    let time = || {
        let started = Instant::now();
        work();
        started.elapsed().as_secs_f64() * 1e9 / rows as f64
    };
    (0..TIMES).map(|_| time()).fold(f64::INFINITY, f64::min)
}

fn nanos(kernel: Kernel, codes: &[i8]) -> f64 {
    let query = query();
    let rounds = (SIZES[1] * CODES / codes.len()).min(1_000);
    least(rounds * codes.len() / CODES, || {
        for _ in 0..rounds {
            for row in codes.chunks_exact(CODES) {
                black_box(kernel.dot(row, &query));
            }
        }
    })
}

/// One by one, and together.
fn apart(kernel: Kernel, codes: &[i8]) -> [f64; 2] {
    let query = query();
    let slots: Vec<u32> =
        (0..SIZES[1] as u32).filter(|slot| slot.wrapping_mul(2_654_435_761) % 25 == 0).collect();
    let row = |slot: u32| &codes[slot as usize * CODES..][..CODES];
    let one = least(slots.len(), || {
        slots.iter().for_each(|slot| {
            black_box(kernel.dot(row(*slot), &query));
        });
    });
    let all = least(slots.len(), || {
        kernel.dot_each(&query, (&slots, row), |slot, dot| {
            black_box((slot, dot));
        });
    });
    [one, all]
}
