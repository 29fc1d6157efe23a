//! The table of term vectors while it learns.

use std::collections::HashMap;

use crate::random::Random;
use crate::static_model::DIMENSIONS;
use crate::terms::Bag;

/// Elements that one thread works on: with half of the dimensions each, two threads never
/// write to the same place and the result does not depend on their order.
const WIDTH: usize = DIMENSIONS / 2;

/// A row in one half.
type Half = [f32; WIDTH];

/// Vectors and, for each element, the sum of its squared gradients.
struct Shard {
    rows: Vec<Half>,
    squares: Vec<Half>,
}

/// The table, shared by titles and texts.
pub(crate) struct Tower {
    shards: [Shard; 2],
}

impl Tower {
    /// Rows of random directions and these lengths.
    pub(crate) fn new(lengths: &[f32], seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut shard = || {
            let row = |length: &f32| {
                // Uniform over -1 to 1: a mean square of a third.
                let scale = length / (DIMENSIONS as f32 / 3.0).sqrt();
                std::array::from_fn(|_| (random.unit() * 2.0 - 1.0) * scale)
            };
            let rows: Vec<Half> = lengths.iter().map(row).collect();
            Shard { squares: vec![[0.0; WIDTH]; rows.len()], rows }
        };
        Self { shards: [shard(), shard()] }
    }

    /// A row's vector.
    pub(crate) fn row(&self, at: usize) -> [f32; DIMENSIONS] {
        let [low, high] = &self.shards;
        std::array::from_fn(|d| if d < WIDTH { low.rows[at][d] } else { high.rows[at][d - WIDTH] })
    }

    /// The sums of bags, one after the other.
    pub(crate) fn sums(&self, bags: &[Bag]) -> Vec<f32> {
        let halves = std::thread::scope(|scope| {
            let [low, high] = &self.shards;
            let high = scope.spawn(|| high.sums(bags));
            [low.sums(bags), high.join().expect("sums do not panic")]
        });
        let mut all = Vec::with_capacity(bags.len() * DIMENSIONS);
        for (low, high) in halves[0].iter().zip(&halves[1]) {
            all.extend_from_slice(low);
            all.extend_from_slice(high);
        }
        all
    }

    /// One step down the gradients of the bags' sums (Adagrad: Duchi, Hazan and Singer,
    /// Adaptive Subgradient Methods, 2011).
    pub(crate) fn step(&mut self, bags: &[Bag], gradients: &[f32], rate: f32) {
        let users = users(bags);
        std::thread::scope(|scope| {
            let [low, high] = &mut self.shards;
            let high = scope.spawn(|| high.step(&users, gradients, WIDTH, rate));
            low.step(&users, gradients, 0, rate);
            high.join().expect("a step does not panic");
        });
    }
}

/// The bags that hold each row, with what it counts there; rows in order of first use.
fn users(bags: &[Bag]) -> Vec<(u32, Vec<(u32, f32)>)> {
    let mut places: HashMap<u32, usize> = HashMap::new();
    let mut users: Vec<(u32, Vec<(u32, f32)>)> = Vec::new();
    for (bag, number) in bags.iter().zip(0..) {
        for (row, count) in bag {
            let place = *places.entry(*row).or_insert(users.len());
            if place == users.len() {
                users.push((*row, Vec::new()));
            }
            users[place].1.push((number, *count));
        }
    }
    users
}

impl Shard {
    fn sums(&self, bags: &[Bag]) -> Vec<Half> {
        let sum = |bag: &Bag| {
            let mut sum = [0f32; WIDTH];
            for (row, count) in bag {
                let row = &self.rows[*row as usize];
                sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += count * value);
            }
            sum
        };
        bags.iter().map(sum).collect()
    }

    fn step(
        &mut self,
        users: &[(u32, Vec<(u32, f32)>)],
        gradients: &[f32],
        start: usize,
        rate: f32,
    ) {
        for (row, bags) in users {
            let mut sum = [0f32; WIDTH];
            for (bag, count) in bags {
                let gradient = &gradients[*bag as usize * DIMENSIONS + start..][..WIDTH];
                sum.iter_mut().zip(gradient).for_each(|(sum, slope)| *sum += count * slope);
            }
            let values = self.rows[*row as usize].iter_mut();
            let squares = self.squares[*row as usize].iter_mut();
            for ((value, squares), slope) in values.zip(squares).zip(sum) {
                *squares += slope * slope;
                *value -= rate * slope / (squares.sqrt() + 1e-10);
            }
        }
    }
}
