//! What the product of two rows of codes costs by kernel: rows that stay in the cache, and rows
//! that come from memory one after the other.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::hint::black_box;
use std::time::Instant;

use jobmatch_index::{DotCodes, runnable_kernels};

/// Codes of a row: those of the service's vectors.
const CODES: usize = 256;
/// Rows that stay in the first caches, and rows that do not.
const SIZES: [usize; 2] = [64, 400_000];
/// The least of so many times is told: what else the machine does only adds to it.
const TIMES: usize = 9;

fn main() {
    let codes: Vec<i8> = (0..SIZES[1] * CODES).map(code).collect();
    println!("| kernel | ns a row in the cache | ns a row from memory |\n|---|---|---|");
    for (name, kernel) in runnable_kernels() {
        let [near, far] = SIZES.map(|rows| nanos(kernel, &codes[..rows * CODES]));
        println!("| {name} | {near:.1} | {far:.1} |");
    }
}

/// Codes without a pattern that a processor could foresee.
fn code(at: usize) -> i8 {
    ((at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as i8 / 2
}

fn nanos(kernel: DotCodes, codes: &[i8]) -> f64 {
    let query: Vec<i8> = (0..CODES).map(|at| code(at + 7)).collect();
    let rounds = (SIZES[1] * CODES / codes.len()).min(1_000);
    let time = || {
        let started = Instant::now();
        for _ in 0..rounds {
            for row in codes.chunks_exact(CODES) {
                black_box(kernel(row, &query));
            }
        }
        started.elapsed().as_secs_f64() * 1e9 / (rounds * codes.len() / CODES) as f64
    };
    (0..TIMES).map(|_| time()).fold(f64::INFINITY, f64::min)
}
