//! Which rows of the table a text is the sum of.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Kinds of terms; a word and a gram of the same letters are different terms. The number
/// is the seed of the hash and part of the model's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TermKind {
    Word = 1,
    Gram = 2,
}

/// Part of a document that a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A title, a wish, a name.
    Title,
    /// What stands below it.
    Body,
}

/// Key of a term: half of its hash, the same on every machine. Among 20,000 rows about one
/// word in 200,000 that the corpus never had is taken for one that it had.
pub(crate) fn term_key(term: &str, kind: TermKind) -> u32 {
    xxh3_64_with_seed(term.as_bytes(), kind as u64) as u32
}

/// Calls `take` with kind, key and half occurrences of every term of a text. A title has its
/// words, its grams and the characters of these; a body its words. A word that `is_known`
/// doesn't know counts by its own grams and characters, unless those of the title do.
pub(crate) fn for_each_term(
    part: Part,
    words: &[String],
    grams: &[String],
    is_known: impl Fn(u32) -> bool,
    mut take: impl FnMut(TermKind, u32, u32),
) {
    for word in words {
        let key = term_key(word, TermKind::Word);
        if is_known(key) {
            take(TermKind::Word, key, 2);
        } else if part == Part::Body || grams.is_empty() {
            spelling(word, |gram| spell(gram, &mut take));
        }
    }
    if part == Part::Title {
        grams.iter().for_each(|gram| spell(gram, &mut take));
    }
}

/// The grams of a word: pairs of characters, or all of it when it is not Chinese.
fn spelling(word: &str, mut take: impl FnMut(&str)) {
    let starts = || word.char_indices().map(|(at, _)| at).chain([word.len()]);
    if word.is_ascii() || starts().count() <= 3 {
        return take(word);
    }
    for (start, end) in starts().zip(starts().skip(2)) {
        take(&word[start..end]);
    }
}

/// A gram and, when it is one of two Chinese characters, both of them. A character inside a
/// run stands in two grams and so counts whole, the first and the last one half.
fn spell(gram: &str, take: &mut impl FnMut(TermKind, u32, u32)) {
    take(TermKind::Gram, term_key(gram, TermKind::Gram), 2);
    let mut characters = gram.char_indices().skip(1).map(|(at, _)| at);
    if let (false, Some(second), None) = (gram.is_ascii(), characters.next(), characters.next()) {
        for character in [&gram[..second], &gram[second..]] {
            take(TermKind::Gram, term_key(character, TermKind::Gram), 1);
        }
    }
}

/// Rows of a table with what each counts.
pub(crate) type Bag = Vec<(u32, f32)>;

/// Rows with half occurrences, in any order, as a bag in order of the rows: so float addition
/// gives the same vector for any order of terms. The tenth time says less than the first one.
pub(crate) fn bag_of(mut rows: Vec<(u32, u32)>) -> Bag {
    rows.sort_unstable();
    let same = rows.chunk_by(|a, b| a.0 == b.0);
    let count = |same: &[(u32, u32)]| same.iter().map(|(_, halves)| *halves).sum::<u32>();
    same.map(|same| (same[0].0, (count(same) as f32 * 0.5).sqrt())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half occurrences of some grams in a text of which no word is known.
    fn grams<const N: usize>(
        part: Part,
        words: &[&str],
        grams: &[&str],
        of: [&str; N],
    ) -> [u32; N] {
        let owned = |t: &[&str]| -> Vec<String> { t.iter().map(|t| (*t).to_owned()).collect() };
        let mut found = Vec::new();
        for_each_term(
            part,
            &owned(words),
            &owned(grams),
            |_| false,
            |kind, key, halves| {
                assert_eq!(kind, TermKind::Gram);
                found.push((key, halves));
            },
        );
        of.map(|gram| {
            let key = term_key(gram, TermKind::Gram);
            found.iter().filter(|(k, _)| *k == key).map(|(_, halves)| halves).sum()
        })
    }

    #[test]
    fn titles_have_grams_and_characters() {
        let of = ["洗碗", "碗工", "洗", "碗", "工"];
        let title = Part::Title;
        assert_eq!(grams(title, &["洗碗工"], &["洗碗", "碗工"], of), [2, 2, 1, 2, 1]);
        assert_eq!(grams(title, &[], &["厨", "c1"], ["厨", "c1", "c", "1"]), [2, 2, 0, 0]);
        // One that was handed over without grams is spelt out as a body is.
        assert_eq!(grams(title, &["洗碗工"], &[], of), [2, 2, 1, 2, 1]);
    }

    #[test]
    fn bodies_spell_unknown_words_out() {
        let of = ["洗碗", "碗工", "洗", "碗", "工"];
        assert_eq!(grams(Part::Body, &["洗碗工"], &["无关"], of), [2, 2, 1, 2, 1]);
        assert_eq!(grams(Part::Body, &["洗碗", "java"], &[], ["洗碗", "洗", "java"]), [2, 1, 2]);
    }

    #[test]
    fn known_words_are_not_spelt_out() {
        let mut taken = Vec::new();
        let words = ["洗碗".to_owned()];
        let take = |kind, key, halves| taken.push((kind, key, halves));
        for_each_term(Part::Body, &words, &[], |_| true, take);
        assert_eq!(taken, [(TermKind::Word, term_key("洗碗", TermKind::Word), 2)]);
    }

    #[test]
    fn kinds_are_namespaces() {
        assert_ne!(term_key("洗碗", TermKind::Word), term_key("洗碗", TermKind::Gram));
    }
}
