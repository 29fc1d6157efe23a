//! Flipped bits in a closed store and in its keyring: right answers or errors, never wrong ones.

use jobmatch_domain::Profile;

use super::crash::Random;
use super::medium::{Image, Medium};
use super::script::{Op, answers, reference, start, write_group};
use crate::disk::SKIPS_CHECK;

/// The header of the file, in which a bit tells which of two states holds.
const HEADER: usize = 512;
/// Size of a page of redb, which is that of the system's memory.
const PAGE: usize = 4_096;

/// What flips came to.
#[derive(Debug, Default)]
struct Tally {
    /// Stores that were not opened.
    refused: usize,
    /// Answers that were an error.
    errors: usize,
    right: usize,
    wrong: Vec<String>,
}

/// A closed store, and all its answers.
async fn closed() -> (Image, Vec<(String, String)>) {
    let (_, medium) = reference().await;
    let image = medium.written();
    let store = start(&Medium::holding(image.clone())).unwrap();
    let read = answers(&store).into_iter().map(|(part, answer)| (part, answer.unwrap()));
    (image, read.collect())
}

/// Opens the store with one bit flipped, and asks everything.
async fn flip(image: &Image, at: usize, bit: u8, expected: &[(String, String)], tally: &mut Tally) {
    let mut image = image.clone();
    image.store[at] ^= 1 << bit;
    let Ok(store) = start(&Medium::holding(image)) else {
        tally.refused += 1;
        return;
    };
    for ((part, answer), (_, right)) in answers(&store).into_iter().zip(expected) {
        match answer {
            Err(_) => tally.errors += 1,
            Ok(answer) if answer == *right => tally.right += 1,
            Ok(_) => tally.wrong.push(format!("byte {at} bit {bit}: {part}")),
        }
    }
    // Refused or taken, but without a panic.
    let _ = write_group(&store, &[Op::Put { posting: 77, version: 1 }]).await;
}

/// Half of the flips in the header and half in pages that hold something.
fn places(image: &[u8], count: usize) -> Vec<(usize, u8)> {
    let mut random = Random(7);
    let pages: Vec<usize> = (0..image.len())
        .step_by(PAGE)
        .filter(|page| image[*page..].iter().take(PAGE).any(|byte| *byte != 0))
        .collect();
    let place = |number: usize| {
        let at = match number % 2 {
            0 => random.below(HEADER),
            _ => pages[random.below(pages.len())] + random.below(PAGE),
        };
        (at.min(image.len() - 1), random.below(8) as u8)
    };
    (0..count).map(place).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_makes_no_answer_wrong() {
    let (image, expected) = closed().await;
    let long = std::env::var_os("JOBMATCH_LONG_TESTS").is_some();
    let count = if long { 20_000 } else { 400 };
    let mut tally = Tally::default();
    for (at, bit) in places(&image.store, count) {
        flip(&image, at, bit, &expected, &mut tally).await;
    }
    let Tally { refused, errors, right, wrong } = tally;
    eprintln!(
        "{count} flips in store.redb: {refused} stores refused, {right} answers right, {errors} errors, {} wrong",
        wrong.len()
    );
    assert_eq!(wrong, Vec::<String>::new());
    assert!(refused > 0 && right > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_finds_wrong_answers_of_an_unverified_file() {
    let (image, expected) = closed().await;
    let mut tally = Tally::default();
    SKIPS_CHECK.set(true);
    for (at, bit) in places(&image.store, 400) {
        flip(&image, at, bit, &expected, &mut tally).await;
    }
    SKIPS_CHECK.set(false);
    assert!(!tally.wrong.is_empty());
}

/// Opens the store with one bit of its keyring flipped, and asks everything.
fn flip_in_keyring(
    image: &Image,
    at: usize,
    bit: u8,
    expected: &[(String, String)],
    tally: &mut Tally,
) {
    let whole = start(&Medium::holding(image.clone())).unwrap();
    let all = whole.scan::<Profile>(None, 9_999).unwrap().records;
    let mut image = image.clone();
    image.keyring[at] ^= 1 << bit;
    let Ok(store) = start(&Medium::holding(image)) else {
        tally.refused += 1;
        return;
    };
    let page = store.scan::<Profile>(None, 9_999).unwrap();
    let is_whole = page.records.len() + page.damaged.len() == all.len();
    if page.damaged.len() > 1 || !is_whole || !page.records.iter().all(|r| all.contains(r)) {
        tally.wrong.push(format!("byte {at} bit {bit}: the list of profiles"));
    }
    for ((part, answer), (_, right)) in answers(&store).into_iter().zip(expected) {
        match answer {
            Err(_) => tally.errors += 1,
            Ok(answer) if answer == *right => tally.right += 1,
            // Its list of who is damaged differs; looked at above.
            Ok(_) if part == "profiles" => {}
            Ok(_) => tally.wrong.push(format!("byte {at} bit {bit}: {part}")),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_the_keyring_costs_one_person_at_most() {
    let (image, expected) = closed().await;
    let long = std::env::var_os("JOBMATCH_LONG_TESTS").is_some();
    let (count, mut random) = (if long { 2_000 } else { 100 }, Random(11));
    let mut tally = Tally::default();
    for number in 0..count {
        // The header is a page of which a line is in use; half of the flips are in the slots.
        let (from, to) = if number % 2 == 0 { (0, 64) } else { (PAGE, image.keyring.len()) };
        let (at, bit) = (from + random.below(to - from), random.below(8) as u8);
        flip_in_keyring(&image, at, bit, &expected, &mut tally);
    }
    let Tally { refused, errors, right, wrong } = tally;
    eprintln!(
        "{count} flips in keyring.bin: {refused} stores refused, {right} answers right, {errors} \
         errors, {} wrong",
        wrong.len()
    );
    assert_eq!(wrong, Vec::<String>::new());
    assert!(errors > 0 && right > 0);
}
