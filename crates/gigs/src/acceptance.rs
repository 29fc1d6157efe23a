//! One round of deferred acceptance.

use std::collections::BinaryHeap;

use crate::market::Book;

/// The pairs that are made of those open, with so many places left by gig. Each person proposes
/// down their list; each gig keeps the best who came, and sends the worst away when it has more
/// than places. Who proposes first makes no difference to the outcome.
pub(crate) fn accept(book: &Book, open: &[bool], left: &[u32]) -> Vec<usize> {
    // By gig, whom it keeps: the worst on top.
    let mut kept: Vec<BinaryHeap<(u32, usize)>> = vec![BinaryHeap::new(); left.len()];
    let mut next = vec![0; book.by_person.len()];
    let mut free: Vec<usize> = (0..book.by_person.len()).collect();
    while let Some(person) = free.pop() {
        while let Some(&pair) = book.by_person[person].get(next[person]) {
            next[person] += 1;
            let gig = book.pairs[pair].gig;
            if !open[pair] || left[gig] == 0 {
                continue;
            }
            kept[gig].push((book.gig_choice[pair], pair));
            if kept[gig].len() <= left[gig] as usize {
                break;
            }
            match kept[gig].pop() {
                Some((_, worst)) if worst != pair => {
                    free.push(book.pairs[worst].person);
                    break;
                }
                _ => {}
            }
        }
    }
    kept.into_iter().flatten().map(|(_, pair)| pair).collect()
}
