//! A power cut at any moment.

use super::medium::{Event, Image, Medium, apply};
use super::script::{contents, reference, start};

/// Unsynced writes are torn at the sectors of old disks and at those of new ones.
const SECTORS: [usize; 2] = [512, 4_096];

/// A small generator of pseudo-random numbers (splitmix64, Steele et al. 2014).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// What of the unsynced reached the disk: each change whole, in part, or not at all.
fn keep_some(image: &mut Image, unsynced: &[Event], random: &mut Random) {
    let sector = SECTORS[random.below(2)];
    for event in unsynced {
        match (event, random.below(3)) {
            (_, 0) => {}
            (Event::Write { file, offset, data }, 1) => {
                let first = (offset + 1).next_multiple_of(sector);
                let mut starts = vec![*offset];
                starts.extend((first..offset + data.len()).step_by(sector));
                starts.push(offset + data.len());
                for ends in starts.windows(2).filter(|_| random.below(2) == 0) {
                    let data = data[ends[0] - offset..ends[1] - offset].to_vec();
                    apply(image, &Event::Write { file: *file, offset: ends[0], data });
                }
            }
            (event, _) => apply(image, event),
        }
    }
}

/// Cuts the power after every event, several times, and counts the cuts and those after which
/// the store was not what was acknowledged, or that and the group in flight.
fn cut(events: &[Event], states: &[String], times: u64) -> (usize, usize) {
    let (mut durable, mut acknowledged) = (Image::default(), None);
    let mut unsynced: Vec<Event> = Vec::new();
    let (mut cuts, mut losses) = (0, 0);
    for (number, event) in events.iter().enumerate() {
        match event {
            Event::Sync(file) => unsynced.retain(|event| {
                let is_synced = event.changes() == Some(*file);
                if is_synced {
                    apply(&mut durable, event);
                }
                !is_synced
            }),
            Event::Acknowledged(groups) => acknowledged = Some(*groups),
            Event::Write { .. } | Event::SetLen(..) => unsynced.push(event.clone()),
        }
        for seed in 0..times {
            let mut image = durable.clone();
            keep_some(&mut image, &unsynced, &mut Random(seed << 32 | number as u64));
            let found = start(&Medium::holding(image)).ok().and_then(|store| contents(&store));
            let first = acknowledged.unwrap_or(0);
            let allowed = &states[first..states.len().min(first + 2)];
            cuts += 1;
            // Before the first opening has answered there is no store yet: see `make`.
            let is_right = found.as_ref().is_some_and(|found| allowed.contains(found));
            losses += usize::from(!is_right && (found.is_some() || acknowledged.is_some()));
        }
    }
    (cuts, losses)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_leaves_what_was_acknowledged_and_whole_groups() {
    let (states, medium) = reference().await;
    let times = if std::env::var_os("JOBMATCH_LONG_TESTS").is_some() { 20 } else { 2 };
    let (cuts, losses) = cut(&medium.events(), &states, times);
    eprintln!("{cuts} power cuts: {losses} losses");
    assert!(cuts >= 500, "{cuts}");
    assert_eq!(losses, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_finds_syncs_that_do_nothing() {
    let (states, medium) = reference().await;
    let mut number = 0;
    let lying = medium.events().into_iter().filter(|event| {
        number += usize::from(matches!(event, Event::Sync(_)));
        !matches!(event, Event::Sync(_)) || number % 4 != 0
    });
    let (_, losses) = cut(&lying.collect::<Vec<_>>(), &states, 1);
    assert!(losses > 0);
}
