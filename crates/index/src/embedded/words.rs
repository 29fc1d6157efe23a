//! The lexical leg: tantivy keeps the postings lists, the scoring is ours.
//!
//! Scores are added up term by term, in the order of the query's terms, into one number for
//! each slot that is asked for. So they depend neither on how the index is cut into segments
//! nor on what was merged, and every document has its full score. Frequencies and lengths count
//! live documents only.

mod segment;

use std::sync::Arc;

use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::Field as SchemaField;
use tantivy::{Searcher, SegmentReader};

use super::common::{CommonTerm, CommonTerms, Dead};
use super::retrieve::Tie;
use crate::bitmap::{Bitmap, ones};
use crate::bm25::{Lengths, TermScore, Totals, heaviest, is_background, keep_most_telling};
use crate::engine::{EngineError, Field, MAX_TERMS, QueryTerm};
pub(super) use segment::{Posting, Segment};

/// A share of all slots above which scores are kept one a slot: less is saved by leaving gaps
/// out than it costs to count them.
const DENSE_SHARE: usize = 4;

/// Words of slots whose scores are passed over at once where none is among the best.
const WORDS_AT_ONCE: usize = 8;

/// The slots whose scores are asked for, each with its place in a row of scores.
pub(super) struct Asked {
    /// 64 slots each. Apart from the numbers below, so that the bits, of which each posting's is
    /// looked at, fill half of the cache.
    words: Vec<u64>,
    /// How many slots are asked for before each word.
    before: Vec<u32>,
    /// How many are asked for.
    count: usize,
    /// Scores are kept one a slot.
    is_dense: bool,
}

impl Asked {
    /// Of `slots` slots, these.
    pub(super) fn new(bits: &Bitmap, slots: usize) -> Self {
        let words: Vec<u64> = (0..slots.div_ceil(64)).map(|index| bits.word(index)).collect();
        let mut count = 0;
        let counted = |word: &u64| {
            let before = count;
            count += word.count_ones();
            before
        };
        let before = words.iter().map(counted).collect();
        let count = count as usize;
        Self { words, before, count, is_dense: count * DENSE_SHARE > slots }
    }

    /// Bits of the slots that are asked for, 64 by 64.
    pub(super) fn words(&self) -> impl Iterator<Item = u64> {
        self.words.iter().copied()
    }

    #[inline]
    pub(super) fn place(&self, slot: u32) -> Option<usize> {
        let (index, bit) = (slot as usize / 64, 1u64 << (slot % 64));
        let word = *self.words.get(index)?;
        if word & bit == 0 {
            return None;
        }
        if self.is_dense {
            return Some(slot as usize);
        }
        Some((self.before[index] + (word & (bit - 1)).count_ones()) as usize)
    }

    /// The first place of the slots from a word of them on.
    fn places_from(&self, word: usize) -> usize {
        match self.before.get(word) {
            _ if self.is_dense => word.min(self.words.len()) * 64,
            Some(before) => *before as usize,
            None => self.count,
        }
    }

    /// The slots that are asked for among those of some words, rising, each with its place.
    fn slots(&self, first: usize) -> impl Iterator<Item = (u32, usize)> {
        let words = (first as u32..).zip(self.words().skip(first).take(WORDS_AT_ONCE));
        let slots = words.flat_map(|(index, word)| ones(word).map(move |bit| index * 64 + bit));
        let begins = self.places_from(first);
        let place =
            move |(before, slot)| if self.is_dense { slot as usize } else { begins + before };
        slots.enumerate().map(move |(before, slot)| (slot, place((before, slot))))
    }

    fn places(&self) -> usize {
        self.places_from(self.words.len())
    }
}

/// Scores of one query.
pub(super) struct Scores {
    asked: Asked,
    by_place: Vec<f32>,
}

impl Scores {
    /// The score of a slot that was asked for; 0 where no term matches.
    pub(super) fn of(&self, slot: u32) -> f32 {
        self.asked.place(slot).map_or(0.0, |place| self.by_place[place])
    }

    /// Whether a slot of some words has so high a score. Without a branch a score, so that the
    /// compiler compares several at once.
    fn reach(&self, least: f32, first: usize) -> bool {
        let places = self.asked.places_from(first)..self.asked.places_from(first + WORDS_AT_ONCE);
        self.by_place[places].iter().fold(false, |any, score| any | (*score >= least))
    }
}

/// A query whose terms were looked up.
pub(super) struct Prepared<'a> {
    terms: Vec<Sought<'a>>,
    lengths: [Lengths; 4],
    /// What no document can exceed.
    pub(super) ceiling: f32,
}

/// A term that was looked up and counts something.
struct Sought<'a> {
    field: Field,
    scorer: TermScore,
    common: Option<&'a CommonTerm>,
    /// In which segments, by number, it stands; of a common term those alone that have newer slots.
    lists: Vec<(usize, TermInfo)>,
}

/// One committed state of the word index.
#[derive(Clone, Default)]
pub(super) struct Words {
    segments: Vec<Segment>,
    common: Arc<CommonTerms>,
    /// What is dead of the slots that `common` covers.
    dead: Dead,
}

/// The live documents, as scores need them.
pub(super) struct Living<'a> {
    pub(super) live: &'a Bitmap,
    pub(super) totals: &'a Totals,
}

impl Words {
    /// Of what the searcher sees. What the state before it has of the same segments is taken
    /// over.
    pub(super) fn new(
        searcher: &Searcher,
        fields: [SchemaField; 4],
        before: &Self,
    ) -> Result<Self, EngineError> {
        let segment = |reader: &SegmentReader| {
            let known = before.segments.iter().find(|s| s.is_of(reader));
            Segment::new(reader, fields, known)
        };
        let segments = searcher.segment_readers().iter().map(segment);
        let segments = segments.collect::<Result<_, EngineError>>()?;
        Ok(Self { segments, common: before.common.clone(), dead: Vec::new() })
    }

    #[cfg(test)]
    pub(super) fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Takes note of what is dead; to be done before anything is asked of this state.
    pub(super) fn note_dead(&mut self, live: &Bitmap) {
        self.segments.iter_mut().for_each(|segment| segment.note_dead(live));
        self.dead = self.common.dead(live);
    }

    /// Slots below this one are covered by what is known of common terms.
    pub(super) fn common_upto(&self) -> u32 {
        self.common.upto()
    }

    /// The common terms of this state, which has so many slots.
    pub(super) fn common_terms(&self, slots: u32) -> Result<CommonTerms, EngineError> {
        Ok(CommonTerms::of(&self.segments, slots)?)
    }

    /// Takes common terms of this state or an earlier one into use.
    pub(super) fn use_common(&mut self, common: CommonTerms, live: &Bitmap) {
        self.common = Arc::new(common);
        self.dead = self.common.dead(live);
    }

    /// Looks the terms up, weighs them and keeps so many at most that tell most; which documents
    /// are asked for does not matter yet.
    pub(super) fn prepare<'a>(
        &'a self,
        (terms, most): (&[QueryTerm], Option<usize>),
        living: &Living<'_>,
    ) -> Result<Prepared<'a>, EngineError> {
        let terms = &terms[..terms.len().min(MAX_TERMS)];
        let totals = living.totals;
        let (mut block, heaviest) = (BlockSegmentPostings::empty(), heaviest(terms));
        let mut sought = Vec::with_capacity(terms.len());
        for term in terms {
            let common = self.common.get(term);
            let mut count = common.map_or(0, |common| common.count(&self.dead));
            let mut lists = Vec::new();
            let covered = common.map_or(0, |_| self.common.upto());
            let newer = |(_, s): &(usize, &Segment)| s.reaches(covered);
            for (number, segment) in self.segments.iter().enumerate().filter(newer) {
                let Some(info) = segment.find(term)? else { continue };
                count += segment.count((term.field, covered), &info, (living.live, &mut block))?;
                lists.push((number, info));
            }
            if count > 0 && !is_background(term.weight, heaviest, count, totals.documents) {
                let scorer = TermScore::new(term.weight, count, totals.documents);
                sought.push(Sought { field: term.field, scorer, common, lists });
            }
        }
        keep_most_telling(&mut sought, most.unwrap_or(MAX_TERMS), |sought| &sought.scorer);
        let ceiling = sought.iter().fold(0.0, |sum, sought| sum + sought.scorer.ceiling());
        let lengths = Field::ALL.map(|f| Lengths::new(totals.documents, totals.tokens[f.index()]));
        Ok(Prepared { terms: sought, lengths, ceiling })
    }

    /// Scores the documents that are asked for.
    pub(super) fn score(&self, query: &Prepared<'_>, asked: Asked) -> Result<Scores, EngineError> {
        let mut block = BlockSegmentPostings::empty();
        let wanted: Vec<_> = self.segments.iter().map(|s| s.documents(&asked)).collect();
        let mut scores = Scores { by_place: vec![0.0; asked.places()], asked };
        for Sought { field, scorer, common, lists } in &query.terms {
            let scorer = (scorer, &query.lengths[field.index()]);
            let mut from = 0;
            if let Some(common) = common {
                let Scores { asked, by_place } = &mut scores;
                self.common.add((common, *field), scorer, asked, by_place);
                from = self.common.upto();
            }
            for (number, info) in lists {
                let (segment, wanted) = (&self.segments[*number], wanted[*number].as_ref());
                segment.open(*field, info, &mut block)?;
                segment.add((&mut block, wanted), scorer, &mut scores, (*field, from));
            }
        }
        Ok(scores)
    }
}

/// The best eligible slots with a score above 0, best first, ties in the order of `tie`.
pub(super) fn best(scores: &Scores, limit: usize, eligible: &Bitmap, tie: Tie<'_>) -> Vec<u32> {
    if limit == 0 {
        return Vec::new();
    }
    let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then_with(|| tie(a.1, b.1));
    // The worst of the best so far: most lie behind it, and many are like it where adverts are
    // posted again and again.
    let mut scored: Vec<(f32, u32)> = Vec::new();
    let mut worst: Option<(f32, u32)> = None;
    let least_positive = f32::from_bits(1);
    for first in (0..scores.asked.words.len()).step_by(WORDS_AT_ONCE) {
        if !scores.reach(worst.map_or(least_positive, |(score, _)| score), first) {
            continue;
        }
        let least = worst.map_or(least_positive, |(score, _)| score);
        for (slot, place) in scores.asked.slots(first) {
            let found = (scores.by_place[place], slot);
            let is_among = || worst.is_none_or(|worst| order(&found, &worst).is_lt());
            if found.0 >= least && is_among() && eligible.contains(slot) {
                scored.push(found);
                if scored.len() == limit.saturating_mul(4) {
                    worst = Some(*scored.select_nth_unstable_by(limit - 1, order).1);
                    scored.truncate(limit);
                }
            }
        }
    }
    if scored.len() > limit {
        scored.select_nth_unstable_by(limit - 1, order);
        scored.truncate(limit);
    }
    scored.sort_unstable_by(order);
    scored.into_iter().map(|(_, slot)| slot).collect()
}
