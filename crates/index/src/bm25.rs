//! BM25 as both engines compute it.

use tantivy::fieldnorm::FieldNormReader;

use crate::engine::QueryTerm;

/// Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009; the usual values.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// Terms in more than this share of the documents tell little and cost most: with .15 nDCG@10
/// of the test collection is what it is without the limit (structured .944, free text .885,
/// words alone .886), with .08 .941, .883, .886.
const COMMON_SHARE: f64 = 0.15;

/// Whether a term is left out: it is common, and weighs less than half of the heaviest term of
/// the query. What is asked for by name is never left out.
pub(crate) fn is_background(weight: f32, heaviest: f32, frequency: u64, documents: u64) -> bool {
    weight < heaviest / 2.0 && frequency as f64 > documents as f64 * COMMON_SHARE
}

/// The greatest weight.
pub(crate) fn heaviest(terms: &[QueryTerm]) -> f32 {
    terms.iter().map(|term| term.weight).fold(0.0, f32::max)
}

/// Keeps of a query's terms, in their order, so many that count most at most: those with the
/// greatest ceilings, of equal ones the first.
pub(crate) fn keep_most_telling<T>(
    terms: &mut Vec<T>,
    most: usize,
    scorer: impl Fn(&T) -> &TermScore,
) {
    if terms.len() <= most {
        return;
    }
    let mut order: Vec<usize> = (0..terms.len()).collect();
    let ceiling = |index: &usize| scorer(&terms[*index]).ceiling();
    order.sort_by(|a, b| ceiling(b).total_cmp(&ceiling(a)));
    let mut kept = vec![false; terms.len()];
    order[..most].iter().for_each(|index| kept[*index] = true);
    let mut kept = kept.into_iter();
    terms.retain(|_| kept.next() == Some(true));
}

/// Lengths and counts of the live documents of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Totals {
    pub(crate) documents: u64,
    /// Tokens by field.
    pub(crate) tokens: [u64; 4],
}

impl Totals {
    pub(crate) fn add(&mut self, tokens: [u32; 4]) {
        self.documents += 1;
        for (total, count) in self.tokens.iter_mut().zip(tokens) {
            *total += u64::from(count);
        }
    }

    pub(crate) fn remove(&mut self, tokens: [u32; 4]) {
        self.documents -= 1;
        for (total, count) in self.tokens.iter_mut().zip(tokens) {
            *total -= u64::from(count);
        }
    }
}

/// How much a document's length divides what a term counts, for one field.
pub(crate) struct Lengths {
    norms: [f32; 256],
}

impl Lengths {
    /// For a field with so many tokens in so many live documents.
    pub(crate) fn new(documents: u64, tokens: u64) -> Self {
        let average = tokens as f32 / (documents as f32).max(1.0);
        let norms = std::array::from_fn(|id| {
            let length = FieldNormReader::id_to_fieldnorm(id as u8) as f32;
            K1 * (1.0 - B + B * length / average.max(f32::MIN_POSITIVE))
        });
        Self { norms }
    }
}

/// The weight of one query term; ready to score documents.
pub(crate) struct TermScore {
    weight: f32,
}

impl TermScore {
    /// A term that stands in `frequency` of the live documents.
    pub(crate) fn new(weight: f32, frequency: u64, documents: u64) -> Self {
        let (n, count) = (frequency as f32, documents as f32);
        let idf = (1.0 + (count - n + 0.5) / (n + 0.5)).ln();
        Self { weight: weight * idf * (1.0 + K1) }
    }

    /// Part of the term in the score of a document; `length_id` is the document's length
    /// as the word index stores it, in one byte.
    #[inline]
    pub(crate) fn score(&self, lengths: &Lengths, length_id: u8, frequency: u32) -> f32 {
        let frequency = frequency as f32;
        self.weight * frequency / (frequency + lengths.norms[usize::from(length_id)])
    }

    /// What no document can exceed.
    pub(crate) fn ceiling(&self) -> f32 {
        self.weight
    }
}

/// A length as the word index stores it.
pub(crate) fn length_id(tokens: u32) -> u8 {
    FieldNormReader::fieldnorm_to_id(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_telling_terms_stay_in_their_order() {
        // Rare and light, common and heavy, rare and heavy, and that once more.
        let asked = [(1.0, 3), (2.0, 900), (2.0, 3), (2.0, 3)];
        let kept = |most| {
            let score = |(weight, frequency)| TermScore::new(weight, frequency, 1_000);
            let mut terms: Vec<(usize, TermScore)> = (0..).zip(asked.map(score)).collect();
            keep_most_telling(&mut terms, most, |(_, scorer)| scorer);
            terms.into_iter().map(|(number, _)| number).collect::<Vec<_>>()
        };
        let by_most: Vec<_> = (0..5).map(kept).collect();
        let expected = [vec![], vec![2], vec![2, 3], vec![0, 2, 3], vec![0, 1, 2, 3]];
        assert_eq!(by_most, expected);
    }
}
