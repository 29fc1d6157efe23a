//! Known items: a title is to find the text that stood below it.

use std::collections::{HashMap, HashSet};

use jobmatch_embed::{EmbedInput, Embedder};
use jobmatch_text::{Analysis, Analyzer};

use super::reading::{Advert, analyze_all};

/// Constants of BM25 as Lucene has them.
const K1: f32 = 1.2;
const B: f32 = 0.75;
/// A text counts as found among the first so many.
pub(crate) const FOUND_WITHIN: usize = 10;

/// Titles and texts as terms.
pub(crate) struct KnownItems {
    titles: Vec<Terms>,
    bodies: Vec<Terms>,
}

/// Words and grams.
#[derive(Clone)]
pub(crate) struct Terms {
    words: Vec<String>,
    grams: Vec<String>,
}

impl From<Analysis> for Terms {
    fn from(analysis: Analysis) -> Self {
        Self { words: analysis.words, grams: analysis.grams }
    }
}

impl KnownItems {
    /// Adverts, without those that have no word in either part. `blanked`: every word and
    /// gram of the own title is taken out of the text.
    pub(crate) fn of(analyzer: &Analyzer, adverts: &[&Advert], blanked: bool) -> Self {
        let (mut titles, mut bodies) = (Vec::new(), Vec::new());
        let texts = adverts.iter().map(|a| [a.title.as_str(), a.body.as_str()]);
        analyze_all(analyzer, &texts.collect::<Vec<_>>(), |_, [title, body]| {
            let (title, mut body) = (Terms::from(title), Terms::from(body));
            if blanked {
                body.words = without(body.words, &title.words);
                body.grams = without(body.grams, &title.grams);
            }
            if !title.words.is_empty() && !body.words.is_empty() {
                titles.push(title);
                bodies.push(body);
            }
        });
        Self { titles, bodies }
    }

    /// Number of queries and of texts.
    pub(crate) fn len(&self) -> usize {
        self.titles.len()
    }

    /// Share of the texts among the first ten for their title, by cosine. Ties count against
    /// the own one.
    pub(crate) fn recall_by_cosine(&self, model: &dyn Embedder) -> f64 {
        let titles: Vec<_> =
            self.titles.iter().map(|t| embed(model, [&t.words, &t.grams, &[], &[]])).collect();
        let bodies: Vec<_> =
            self.bodies.iter().map(|b| embed(model, [&[], &[], &b.words, &b.grams])).collect();
        self.recall(|i| bodies.iter().map(|body| cosine(&titles[i], body)).collect())
    }

    /// The same by BM25 on the words.
    pub(crate) fn recall_by_bm25(&self) -> f64 {
        let index = Bm25::of(&self.bodies);
        self.recall(|i| index.scores(&self.titles[i].words))
    }

    fn recall(&self, scores: impl Fn(usize) -> Vec<f32> + Sync) -> f64 {
        let found = |i: usize| {
            let scores = scores(i);
            scores.iter().filter(|s| **s >= scores[i]).count() <= FOUND_WITHIN
        };
        let (n, half) = (self.len(), self.len() / 2);
        let found = std::thread::scope(|scope| {
            let second = scope.spawn(|| (half..n).filter(|i| found(*i)).count());
            let first = (0..half).filter(|i| found(*i)).count();
            first + second.join().expect("scores do not panic")
        });
        found as f64 / n.max(1) as f64
    }
}

/// The vector of title words, title grams, body words and body grams.
pub(crate) fn embed(model: &dyn Embedder, terms: [&[String]; 4]) -> Option<Vec<f32>> {
    let [title_words, title_grams, body_words, body_grams] = terms;
    let input = EmbedInput { title_words, title_grams, body_words, body_grams, raw: "" };
    model.embed(&[input]).ok()?.pop().flatten()
}

/// The cosine of unit vectors; 0 when one is missing.
pub(crate) fn cosine(a: &Option<Vec<f32>>, b: &Option<Vec<f32>>) -> f32 {
    let (Some(a), Some(b)) = (a, b) else {
        return 0.0;
    };
    // Eight sums at once, which the compiler turns into vector instructions.
    let mut sums = [0f32; 8];
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

fn without(terms: Vec<String>, others: &[String]) -> Vec<String> {
    let others: HashSet<&String> = others.iter().collect();
    terms.into_iter().filter(|t| !others.contains(t)).collect()
}

/// An inverted list for each word.
struct Bm25<'a> {
    postings: HashMap<&'a str, Vec<(usize, f32)>>,
    texts: usize,
}

impl<'a> Bm25<'a> {
    fn of(texts: &'a [Terms]) -> Self {
        let words: usize = texts.iter().map(|t| t.words.len()).sum();
        let mean = words as f32 / texts.len().max(1) as f32;
        let mut postings: HashMap<&str, Vec<(usize, f32)>> = HashMap::new();
        for (i, text) in texts.iter().enumerate() {
            let mut counts: HashMap<&str, f32> = HashMap::new();
            text.words.iter().for_each(|word| *counts.entry(word).or_default() += 1.0);
            let length = K1 * (1.0 - B + B * text.words.len() as f32 / mean);
            for (word, count) in counts {
                let score = count * (K1 + 1.0) / (count + length);
                postings.entry(word).or_default().push((i, score));
            }
        }
        Self { postings, texts: texts.len() }
    }

    fn scores(&self, query: &[String]) -> Vec<f32> {
        let mut scores = vec![0f32; self.texts];
        for word in query {
            let Some(texts) = self.postings.get(word.as_str()) else {
                continue;
            };
            let found = texts.len() as f32;
            let inverse = (1.0 + (self.texts as f32 - found + 0.5) / (found + 0.5)).ln();
            texts.iter().for_each(|(i, score)| scores[*i] += inverse * score);
        }
        scores
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobmatch_text::AnalyzerOptions;

    /// Twelve adverts of which only the titles' words tell which text is whose.
    fn items(blanked: bool) -> KnownItems {
        let names = "洗碗 保安 司机 会计 厨师 护士 教师 木匠 裁缝 理发 收银 搬运";
        let adverts: Vec<Advert> = names
            .split(' ')
            .map(|name| Advert { title: name.into(), body: format!("{name}，地铁口，长期") })
            .collect();
        let analyzer = Analyzer::new(&AnalyzerOptions::default()).unwrap();
        KnownItems::of(&analyzer, &adverts.iter().collect::<Vec<_>>(), blanked)
    }

    #[test]
    fn bm25_finds_whole_texts_and_none_without_the_words_of_the_title() {
        let whole = items(false);
        assert_eq!((whole.len(), whole.recall_by_bm25()), (12, 1.0));
        assert_eq!(items(true).recall_by_bm25(), 0.0);
    }

    #[test]
    fn bm25_agrees_with_a_worked_example() {
        let terms = |words: &str| Terms {
            words: words.split(' ').map(str::to_owned).collect(),
            grams: Vec::new(),
        };
        let texts = [terms("a b"), terms("a a c c"), terms("d d d")];
        let scores = Bm25::of(&texts).scores(&["a".to_owned()]);
        // Two of three texts have it: ln(1 + 1.5/2.5); the second twice in 4 of 3 words.
        let inverse = 1.6f32.ln();
        assert!((scores[0] - inverse * 2.2 / (1.0 + 1.2 * 0.75)).abs() < 1e-6);
        assert!((scores[1] - inverse * 4.4 / (2.0 + 1.2 * 1.25)).abs() < 1e-6);
        assert_eq!(scores[2], 0.0);
    }
}
