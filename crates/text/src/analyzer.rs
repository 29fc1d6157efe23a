//! The analyser: one reading of a text for documents and queries alike.

use std::sync::Arc;

use jieba_rs::Jieba;
use xxhash_rust::xxh3::xxh3_64;

use crate::error::TextError;
use crate::lexicon::{Lexicon, OccupationMention};
use crate::neutral::neutralize;
use crate::normalize::normalize;
use crate::spelling::{Speller, Spelling, respelled};
use crate::tokens::{ascii_tokens, han_bigrams, is_stop};

static WORDS: &str = include_str!("../data/dictionary/words.txt");

/// Longer texts are cut here before they are analysed.
pub const MAX_TEXT_CHARS: usize = 20_000;
/// Raised with each change of how texts are read, by the parser and the audit as well.
const ANALYSIS_VERSION: u32 = 3;

/// A word that an operator adds to the dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserWord {
    /// The word, 1 to 40 characters.
    pub word: String,
    /// How common it is; `None`: common enough not to be split.
    pub frequency: Option<usize>,
}

/// What an analyser is made with.
#[derive(Debug, Clone, Default)]
pub struct AnalyzerOptions {
    /// Additions to the built-in dictionary.
    pub user_words: Vec<UserWord>,
    /// An operator's lexicon file, read behind the built-in ones; see
    /// [`Lexicon::extended`].
    pub user_lexicon: Option<String>,
    /// Reads without the built-in lexicon; to measure what it is worth.
    pub no_built_in_lexicon: bool,
}

/// A text as the service sees it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Analysis {
    /// The normalised text, without what must not count.
    pub normalized: String,
    /// jieba's search-mode words in text order, repetitions kept, without stop words.
    pub words: Vec<String>,
    /// Character bigrams of Han runs, and ASCII tokens.
    pub grams: Vec<String>,
    /// Occupations named in the text, in text order.
    pub occupations: Vec<OccupationMention>,
    /// The text was cut at [`MAX_TEXT_CHARS`].
    pub truncated: bool,
}

/// What a short query means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShortQuery {
    /// The normalised query as it was typed.
    pub typed: String,
    /// What was typed by sound.
    pub spellings: Vec<Spelling>,
    /// The query with that put right; the same as `typed` where there is nothing.
    pub read_as: String,
}

/// Reads texts. Cheap to clone; any input is read in linear time and none panics.
#[derive(Clone)]
pub struct Analyzer(Arc<Parts>);

struct Parts {
    jieba: Jieba,
    lexicon: Arc<Lexicon>,
    speller: Speller,
    version: String,
}

impl Analyzer {
    /// The built-in dictionary and lexicon with the operator's words.
    pub fn new(options: &AnalyzerOptions) -> Result<Self, TextError> {
        let base = match options.no_built_in_lexicon {
            true => Arc::new(Lexicon::parse("")?),
            false => Lexicon::built_in().clone(),
        };
        let lexicon = match &options.user_lexicon {
            Some(file) => Arc::new(base.extended(file)?),
            None => base,
        };
        let mut jieba = Jieba::new();
        let built_in =
            WORDS.lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace);
        for word in built_in.chain(lexicon.names().filter(|n| n.chars().count() >= 2)) {
            jieba.add_word(word, None, None);
        }
        let mut digest = Vec::from(format!("{ANALYSIS_VERSION}/{}/", lexicon.version()));
        digest.extend_from_slice(WORDS.as_bytes());
        for UserWord { word, frequency } in &options.user_words {
            let folded = normalize(word);
            if !(1..=40).contains(&folded.chars().count()) {
                return Err(TextError::UserWord { word: word.chars().take(20).collect() });
            }
            jieba.add_word(&folded, *frequency, None);
            digest.extend_from_slice(format!("{folded}\t{frequency:?}\n").as_bytes());
        }
        let version = format!("text{ANALYSIS_VERSION}-{:08x}", xxh3_64(&digest) as u32);
        let names = lexicon.names_with_ids().map(|(name, id)| (name, u32::from(id.0)));
        let speller = Speller::new(names, lexicon.everyday() as u32);
        Ok(Self(Arc::new(Parts { jieba, lexicon, speller, version })))
    }

    /// Reads a text.
    pub fn analyze(&self, text: &str) -> Analysis {
        let (text, truncated) = match text.char_indices().nth(MAX_TEXT_CHARS) {
            Some((end, _)) => (&text[..end], true),
            None => (text, false),
        };
        // Before anything is read: what must not count is never seen.
        let normalized = neutralize(&normalize(text));
        let occupations = self.0.lexicon.mentions(&normalized);
        let mut words = Vec::new();
        let mut grams = Vec::new();
        let mut at = 0;
        // ASCII tokens are cut out first: the dictionary would split `c++` and `node.js`.
        for (start, end) in ascii_tokens(&normalized) {
            self.read_han(&normalized[at..start], &mut words, &mut grams);
            let token = &normalized[start..end];
            if !is_stop(token) {
                words.push(token.to_owned());
                grams.push(token.to_owned());
            }
            at = end;
        }
        self.read_han(&normalized[at..], &mut words, &mut grams);
        Analysis { normalized, words, grams, occupations, truncated }
    }

    /// Reads what a short query means where it was typed by sound: pinyin, initials, other
    /// characters of the same sound. Longer texts are taken as they are.
    pub fn read_query(&self, query: &str) -> ShortQuery {
        let typed = normalize(query);
        let spellings = self.0.speller.read(&typed, |word| self.0.jieba.has_word(word));
        let read_as = respelled(&typed, &spellings);
        ShortQuery { typed, spellings, read_as }
    }

    /// The lexicon in use.
    pub fn lexicon(&self) -> &Lexicon {
        &self.0.lexicon
    }

    /// Version of dictionary, lexicon and analysis; indexes of another one are rebuilt.
    pub fn version(&self) -> &str {
        &self.0.version
    }

    fn read_han(&self, part: &str, words: &mut Vec<String>, grams: &mut Vec<String>) {
        // Without the HMM: on adverts it makes words that are none.
        for word in self.0.jieba.cut_for_search(part, false) {
            let word = word.word.trim();
            if !word.is_empty() && !is_stop(word) {
                words.push(word.to_owned());
            }
        }
        han_bigrams(part, grams);
    }
}
