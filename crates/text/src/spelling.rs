//! What was typed by sound: pinyin (`baoan`, `bao an`), initials (`ys`) and characters of
//! the same sound (`保按`), read as the names of work and the conditions they stand for.
//!
//! For short queries only: in prose a lucky match of sounds does more harm than good.

mod sound;

use std::collections::HashMap;
use std::ops::Range;

use self::sound::{blurred, readings};
use crate::tokens::is_han;

/// Conditions that people type beside or in place of a trade.
static CONDITIONS: &str = include_str!("../data/dictionary/conditions.txt");

/// Longer texts are prose and are not respelled.
const MAX_CHARACTERS: usize = 30;
/// Names that unclear initials are read as: more would say nothing.
const MAX_MEANINGS: usize = 4;
/// Characters of a word that may be written by sound.
const WORD: std::ops::RangeInclusive<usize> = 2..=6;
/// A shorter sound (`an`, `ba`) is part of too many words.
const MIN_SOUND: usize = 4;
/// Characters of a word of which one may sound a little different.
const SURE_LENGTH: usize = 3;
/// Conditions are as common as an occupation of so many names.
const COMMON: u32 = 30;
/// An occupation's own name counts as so many names more.
const OWN_NAME: u32 = 20;
/// A meaning is left out beside one that is more than so many times commoner.
const RARER: u32 = 3;
/// Initials of so many letters are looked up.
const INITIALS: std::ops::RangeInclusive<usize> = 2..=5;

/// How a word was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpellingKind {
    /// Letters of its sound.
    Pinyin,
    /// The first letters of its syllables.
    Initials,
    /// Other characters of the same sound.
    Homophone,
}

/// A stretch of a query that is read as something else than what is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// Bytes of the normalised query.
    pub span: Range<usize>,
    /// What it is read as; more than one where it is not clear.
    pub meant: Vec<String>,
    /// How it was written.
    pub kind: SpellingKind,
}

/// Knows the sound of every name of the lexicon.
#[derive(Debug, Default)]
pub(crate) struct Speller {
    words: Vec<Box<str>>,
    /// Whether two words mean the same; the first word of a meaning is its best name.
    meanings: Vec<u32>,
    /// How common an occupation is: everyday ones come before others, then those of more
    /// names.
    ranks: HashMap<u32, (bool, u32)>,
    /// The first word of each meaning: the canonical name of an occupation.
    own_names: HashMap<u32, u32>,
    by_word: HashMap<Box<str>, u32>,
    by_sound: HashMap<Box<str>, Vec<u32>>,
    by_blur: HashMap<Box<str>, Vec<u32>>,
    by_initials: HashMap<Box<str>, Vec<u32>>,
}

impl Speller {
    /// A speller of words with what they mean; meanings below `everyday` are everyday work.
    pub(crate) fn new<'a>(names: impl Iterator<Item = (&'a str, u32)>, everyday: u32) -> Self {
        let conditions = CONDITIONS.lines().filter(|l| !l.starts_with('#'));
        let conditions = conditions.flat_map(str::split_whitespace);
        // Conditions mean themselves; their numbers stand above those of the lexicon.
        let conditions = conditions.zip((0..u32::MAX).rev());
        let mut speller = Self::default();
        for (word, meaning) in conditions {
            speller.add(word, meaning);
        }
        for (word, meaning) in names {
            speller.ranks.entry(meaning).or_insert((meaning < everyday, 0)).1 += 1;
            speller.add(word, meaning);
        }
        speller
    }

    /// Whether a word is the first that was told of its meaning.
    fn is_own_name(&self, index: u32) -> bool {
        self.own_names.get(&self.meanings[index as usize]) == Some(&index)
    }

    fn add(&mut self, word: &str, meaning: u32) {
        let index = self.words.len() as u32;
        if !WORD.contains(&word.chars().count()) || self.by_word.contains_key(word) {
            return;
        }
        for reading in readings(word) {
            self.by_blur.entry(blurred(&reading.sound).into()).or_default().push(index);
            self.by_sound.entry(reading.sound.into()).or_default().push(index);
            self.by_initials.entry(reading.initials.into()).or_default().push(index);
        }
        self.words.push(word.into());
        self.meanings.push(meaning);
        self.own_names.entry(meaning).or_insert(index);
        self.by_word.insert(word.into(), index);
    }

    /// The stretches of a normalised query that are written by sound, in text order.
    /// `is_word` tells whether Han characters are a word as they stand.
    pub(crate) fn read(&self, query: &str, is_word: impl Fn(&str) -> bool) -> Vec<Spelling> {
        if query.chars().count() > MAX_CHARACTERS {
            return Vec::new();
        }
        let mut out = Vec::new();
        for run in latin_runs(query) {
            self.read_latin(query, &run, &mut out);
        }
        let is_one_run = query.chars().all(is_han);
        for run in han_runs(query) {
            self.read_han(query, (run, is_one_run), &is_word, &mut out);
        }
        out.sort_by_key(|s| s.span.start);
        out
    }

    /// Reads letters: whole words by sound, which may go on over blanks, else initials.
    fn read_latin(&self, query: &str, run: &[Range<usize>], out: &mut Vec<Spelling>) {
        let mut at = 0;
        while at < run.len() {
            match self.longest_sound(query, &run[at..]) {
                Some((tokens, meant)) => {
                    let span = run[at].start..run[at + tokens - 1].end;
                    out.push(Spelling { span, meant, kind: SpellingKind::Pinyin });
                    at += tokens;
                }
                None => {
                    let token = &query[run[at].clone()];
                    if INITIALS.contains(&token.len())
                        && !self.by_word.contains_key(token)
                        && let Some(found) = self.by_initials.get(token)
                    {
                        let (span, meant) = (run[at].clone(), self.meant(found));
                        out.push(Spelling { span, meant, kind: SpellingKind::Initials });
                    }
                    at += 1;
                }
            }
        }
    }

    /// The most tokens from the first on that are words by their sound.
    fn longest_sound(&self, query: &str, tokens: &[Range<usize>]) -> Option<(usize, Vec<String>)> {
        (1..=tokens.len()).rev().find_map(|n| {
            let letters: String = tokens[..n].iter().map(|t| &query[t.clone()]).collect();
            Some((n, self.sounds_of(&letters)?))
        })
    }

    /// Letters as one word, or as several in a row (`baozhuchushi`).
    fn sounds_of(&self, letters: &str) -> Option<Vec<String>> {
        if letters.len() < MIN_SOUND {
            return None;
        }
        let exact = self.by_sound.get(letters);
        if let Some(found) = exact.or_else(|| self.by_blur.get(&*blurred(letters))) {
            return Some(self.meant(found));
        }
        (MIN_SOUND..letters.len()).rev().find_map(|cut| {
            let mut first = self.meant(self.by_sound.get(&letters[..cut])?);
            first.truncate(1);
            first.extend(self.sounds_of(&letters[cut..])?.into_iter().take(1));
            Some(first)
        })
    }

    /// Reads characters: the longest stretch that sounds like a word and is none itself.
    fn read_han(
        &self,
        query: &str,
        (run, is_all): (Vec<usize>, bool),
        is_word: &impl Fn(&str) -> bool,
        out: &mut Vec<Spelling>,
    ) {
        let characters = run.len() - 1;
        let mut at = 0;
        while at < characters {
            let longest = (characters - at).min(*WORD.end());
            let found = (*WORD.start()..=longest).rev().find_map(|n| {
                let span = run[at]..run[at + n];
                let written = &query[span.clone()];
                if self.by_word.contains_key(written) {
                    return Some((n, None));
                }
                let alone = is_all && n == characters;
                if is_word(written) && !alone {
                    return Some((n, None));
                }
                let meant = self.homophone(written, alone)?;
                Some((n, Some(Spelling { span, meant, kind: SpellingKind::Homophone })))
            });
            let (taken, spelling) = found.unwrap_or((1, None));
            out.extend(spelling);
            at += taken;
        }
    }

    /// What characters that are no word stand for: words of the same sound that share a
    /// character with them, else words with one character of another, near sound. Two
    /// characters that share nothing with a word sound like one by chance; only when they
    /// are all of the query they are read so.
    fn homophone(&self, written: &str, alone: bool) -> Option<Vec<String>> {
        let readings = readings(written);
        let mut found: Vec<u32> = Vec::new();
        for reading in &readings {
            found.extend(self.by_sound.get(&*reading.sound).into_iter().flatten());
            found.extend(self.by_blur.get(&*blurred(&reading.sound)).into_iter().flatten());
        }
        let shares = |i: &&u32| self.words[**i as usize].chars().any(|c| written.contains(c));
        let sharing: Vec<u32> = found.iter().filter(shares).copied().collect();
        if !sharing.is_empty() {
            return Some(self.meant(&sharing));
        }
        if alone || written.chars().count() >= SURE_LENGTH {
            let words = (0..self.words.len() as u32).zip(&self.words);
            let near: Vec<u32> =
                words.filter(|(_, word)| is_near(written, word)).map(|(i, _)| i).collect();
            if let Some(found) = self.meant(&near).into_iter().next() {
                return Some(vec![found]);
            }
        }
        (alone && !found.is_empty()).then(|| self.meant(&found))
    }

    /// The first word of each meaning, the commonest meanings first: everyday work, then an
    /// occupation by its own name, then one that people have many names for. Far rarer ones
    /// are left out.
    fn meant(&self, found: &[u32]) -> Vec<String> {
        let mut seen: Vec<(u32, u32)> = Vec::new();
        for index in found {
            let meaning = self.meanings[*index as usize];
            if !seen.iter().any(|(m, _)| *m == meaning) {
                seen.push((meaning, *index));
            }
        }
        let rank = |(meaning, index): &(u32, u32)| {
            let (everyday, names) = self.ranks.get(meaning).copied().unwrap_or((true, COMMON));
            (everyday, names + if self.is_own_name(*index) { OWN_NAME } else { 0 })
        };
        seen.sort_by_key(|found| std::cmp::Reverse(rank(found)));
        let (everyday, most) = seen.first().map_or((true, 0), rank);
        seen.retain(|found| rank(found).0 == everyday && rank(found).1 * RARER >= most);
        let words = seen.into_iter().take(MAX_MEANINGS);
        words.map(|(_, index)| self.words[index as usize].to_string()).collect()
    }
}

/// Whether two words of the same length differ in one character, which sounds nearly the same.
fn is_near(written: &str, word: &str) -> bool {
    let mut pairs = written.chars().zip(word.chars()).filter(|(a, b)| a != b);
    let (Some((a, b)), None) = (pairs.next(), pairs.next()) else {
        return false;
    };
    let same_length = written.len() == word.len();
    same_length && written.chars().count() > 1 && sound::are_near(a, b)
}

/// The query with every spelling put right.
pub(crate) fn respelled(query: &str, spellings: &[Spelling]) -> String {
    let mut out = String::with_capacity(query.len());
    let mut at = 0;
    for spelling in spellings {
        out.push_str(&query[at..spelling.span.start]);
        out.push_str(&spelling.meant.join(" "));
        at = spelling.span.end;
    }
    out.push_str(&query[at..]);
    out
}

/// Runs of lower-case words with nothing but blanks and apostrophes between.
fn latin_runs(query: &str) -> Vec<Vec<Range<usize>>> {
    let mut runs: Vec<Vec<Range<usize>>> = Vec::new();
    let mut run: Vec<Range<usize>> = Vec::new();
    let mut token: Option<usize> = None;
    for (i, c) in query.char_indices().chain([(query.len(), '。')]) {
        match (c.is_ascii_lowercase(), token) {
            (true, None) => token = Some(i),
            (false, Some(start)) => {
                run.push(start..i);
                token = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
        let goes_on = c.is_ascii_lowercase() || c == ' ' || c == '\'';
        if !goes_on && !run.is_empty() {
            // A letter beside a digit (`c1`) or a sign (`c++`) is a name of its own.
            if c.is_ascii_digit() || c == '+' || c == '#' {
                run.pop();
            }
            runs.push(std::mem::take(&mut run));
        }
    }
    runs
}

/// Runs of Han characters: the byte offset of each, and the end.
fn han_runs(query: &str) -> Vec<Vec<usize>> {
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let mut run: Vec<usize> = Vec::new();
    for (i, c) in query.char_indices().chain([(query.len(), '。')]) {
        if is_han(c) {
            run.push(i);
        } else if !run.is_empty() {
            run.push(i);
            runs.push(std::mem::take(&mut run));
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speller() -> Speller {
        let names =
            [("保安", 0), ("门卫", 0), ("保洁员", 1), ("月嫂", 2), ("厨师", 3), ("会计", 4)];
        Speller::new(names.into_iter(), 10)
    }

    fn read(query: &str) -> String {
        let is_word = |word: &str| ["小区", "工作", "报案"].contains(&word);
        respelled(query, &speller().read(query, is_word))
    }

    #[test]
    fn pinyin_with_and_without_blanks() {
        assert_eq!(read("baoan"), "保安");
        assert_eq!(read("bao an"), "保安");
        assert_eq!(read("yue sao 小区"), "月嫂 小区");
        assert_eq!(read("baozhu chushi"), "包住 厨师");
        assert_eq!(read("baozhuchushi"), "包住 厨师");
        assert_eq!(read("kuaiji"), "会计");
        assert_eq!(read("cusi"), "厨师");
    }

    #[test]
    fn initials_when_nothing_sounds_so() {
        assert_eq!(read("ys"), "月嫂");
        assert_eq!(read("bjy"), "保洁员");
        assert_eq!(read("xyz"), "xyz");
    }

    #[test]
    fn wrong_characters_of_the_same_sound() {
        assert_eq!(read("保按"), "保安");
        assert_eq!(read("月搜"), "月嫂");
        assert_eq!(read("会及"), "会计");
        assert_eq!(read("报案 小区"), "报案 小区");
        assert_eq!(read("小区保按工作"), "小区保安工作");
        assert_eq!(read("报案"), "保安");
        assert_eq!(read("小区报案"), "小区报案");
    }

    #[test]
    fn what_is_right_stays() {
        for query in ["保安", "厨师 包住", "java", "c1 驾照", "c++ qt", ""] {
            assert_eq!(read(query), query);
        }
        let prose = "以前在饭店干过三年baoan现在想找个离家近一点的活儿干干最好能早点下班";
        assert_eq!(read(prose), prose);
    }
}
