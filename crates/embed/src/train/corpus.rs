//! What a model learns from: texts, and pairs of texts that mean the same.

use std::collections::{HashMap, HashSet};

use crate::table::Keys;
use crate::terms::{Bag, Part, TermKind, bag_of, for_each_term, term_key};

/// Words in fewer texts get no row of their own.
const MIN_TEXTS: u32 = 3;

/// Number of a text within its corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(u32);

/// Two texts that mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// One, the shorter one.
    pub left: TextId,
    /// The other one.
    pub right: TextId,
    /// What the sides are about, as numbers of the caller's choice: the same work, or copies
    /// of one text. Pairs that share a label, or have related ones, are no counterexamples
    /// of one another.
    pub labels: [u64; 2],
}

/// Pairs of one kind. A batch holds pairs of one source, so that its counterexamples are
/// of the same kind as its examples.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Name, for the progress.
    pub name: String,
    /// Share of the batches, against that of the other sources.
    pub share: f32,
    /// How often the terms of the left side are taken out of the right one, from 0 to 1: for
    /// titles and their texts, which would else match by the words that both have.
    pub blanked: f32,
    /// The pairs.
    pub pairs: Vec<Pair>,
}

/// Texts and pairs.
#[derive(Debug, Default)]
pub struct TrainCorpus {
    texts: Vec<Text>,
    seen: HashMap<u32, Seen>,
    pub(crate) sources: Vec<Source>,
    pub(crate) related: HashSet<(u64, u64)>,
}

#[derive(Debug)]
struct Text {
    /// By key.
    terms: Vec<Term>,
    /// Words without a row count by their grams.
    is_spelt: bool,
}

#[derive(Debug, Clone, Copy)]
struct Term {
    key: u32,
    halves: u32,
}

/// A term of the corpus.
#[derive(Debug)]
struct Seen {
    kind: TermKind,
    texts: u32,
    first: bool,
    /// Grams of a word with half occurrences, for when it gets no row.
    spelling: Vec<(u32, u32)>,
}

/// A corpus whose terms are rows of a table.
pub(crate) struct Rows {
    pub(crate) keys: Keys,
    pub(crate) bags: Vec<Bag>,
    /// Texts that each row stands in.
    pub(crate) texts: Vec<u32>,
    /// Whether each row is a word's.
    pub(crate) is_word: Vec<bool>,
}

impl TrainCorpus {
    /// Adds a text. Terms of a text that comes `first` get their rows before commoner ones.
    pub fn text(&mut self, part: Part, words: &[String], grams: &[String], first: bool) -> TextId {
        let mut terms: Vec<Term> = Vec::with_capacity(words.len() + 3 * grams.len());
        let mut kinds = Vec::with_capacity(terms.capacity());
        for_each_term(
            part,
            words,
            grams,
            |_| true,
            |kind, key, halves| {
                terms.push(Term { key, halves });
                kinds.push((key, kind));
            },
        );
        kinds.sort_unstable_by_key(|(key, _)| *key);
        kinds.dedup_by_key(|(key, _)| *key);
        for (key, kind) in kinds {
            let new = || Seen { kind, texts: 0, first: false, spelling: Vec::new() };
            let seen = self.seen.entry(key).or_insert_with(new);
            seen.texts += 1;
            seen.first |= first;
        }
        let is_spelt = part == Part::Body || grams.is_empty();
        if is_spelt {
            words.iter().for_each(|word| self.spell(word));
        }
        terms.sort_unstable_by_key(|t| t.key);
        terms.dedup_by(|again, term| {
            let same = again.key == term.key;
            term.halves += if same { again.halves } else { 0 };
            same
        });
        terms.shrink_to_fit();
        self.texts.push(Text { terms, is_spelt });
        TextId(self.texts.len() as u32 - 1)
    }

    /// Remembers the grams of a word.
    fn spell(&mut self, word: &String) {
        let Some(seen) = self.seen.get_mut(&term_key(word, TermKind::Word)) else {
            return;
        };
        if seen.spelling.is_empty() {
            let word = std::slice::from_ref(word);
            let take = |_, key, halves| seen.spelling.push((key, halves));
            for_each_term(Part::Body, word, &[], |_| false, take);
        }
    }

    /// Adds a source; one without pairs is passed over.
    pub fn source(&mut self, source: Source) {
        if !source.pairs.is_empty() && source.share > 0.0 {
            self.sources.push(source);
        }
    }

    /// Declares that two labels are no counterexamples of one another.
    pub fn relate(&mut self, a: u64, b: u64) {
        self.related.extend([(a, b), (b, a)]);
    }

    /// Pairs of all sources.
    pub fn pairs(&self) -> usize {
        self.sources.iter().map(|s| s.pairs.len()).sum()
    }

    /// Gives rows to the commonest words and grams, buckets to the other grams.
    pub(crate) fn rows(&self, words: usize, grams: usize, buckets: u32) -> Rows {
        let mut known = self.commonest(TermKind::Word, words);
        known.extend(self.commonest(TermKind::Gram, grams));
        let keys = Keys::new(known, buckets);
        let mut is_word = vec![false; keys.rows()];
        let words = self.seen.iter().filter(|(_, seen)| seen.kind == TermKind::Word);
        for row in words.filter_map(|(key, _)| keys.known_row(*key)) {
            is_word[row as usize] = true;
        }
        let bags: Vec<Bag> = self.texts.iter().map(|text| self.bag(text, &keys)).collect();
        let mut texts = vec![0; keys.rows()];
        bags.iter().flatten().for_each(|(row, _)| texts[*row as usize] += 1);
        Rows { bags, texts, is_word, keys }
    }

    fn bag(&self, text: &Text, keys: &Keys) -> Bag {
        let mut rows = Vec::with_capacity(text.terms.len());
        for Term { key, halves } in &text.terms {
            let seen = &self.seen[key];
            match (keys.known_row(*key), seen.kind) {
                (Some(row), _) => rows.push((row, *halves)),
                (None, TermKind::Gram) => rows.push((keys.row(*key), *halves)),
                (None, TermKind::Word) if text.is_spelt => {
                    let times = halves / 2;
                    let grams = seen.spelling.iter();
                    rows.extend(grams.map(|(gram, halves)| (keys.row(*gram), halves * times)));
                }
                (None, TermKind::Word) => {}
            }
        }
        bag_of(rows)
    }

    fn commonest(&self, kind: TermKind, most: usize) -> Vec<u32> {
        let of_kind = self.seen.iter().filter(|(_, s)| s.kind == kind);
        let common = of_kind.filter(|(_, s)| s.first || s.texts >= MIN_TEXTS);
        let mut terms: Vec<_> =
            common.map(|(key, s)| (!s.first, std::cmp::Reverse(s.texts), *key)).collect();
        terms.sort_unstable();
        terms.truncate(most);
        terms.into_iter().map(|(_, _, key)| key).collect()
    }
}

impl TextId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}
