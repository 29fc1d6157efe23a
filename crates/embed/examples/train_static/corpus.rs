//! The texts that the model learns from, and those that it doesn't.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use flate2::read::GzDecoder;
use jobmatch_embed::TrainText;
use jobmatch_text::{Analysis, Analyzer, OccupationEntry};
use serde_json::Value;

const HELD_OUT_EVERY: usize = 10;
const HELD_OUT_MOST: usize = 5_000;
/// How often an occupation counts against an advert, of which most are of office work:
/// see `model/README.md` for what less of it costs. Measured with 600 occupations.
const LEXICON_WEIGHT: f32 = 60.0;
/// How often an official description counts; it is long, formal, and of every trade.
const OFFICIAL_WEIGHT: f32 = 5.0;

/// A text in two parts.
pub(crate) struct Reading {
    pub(crate) title: Analysis,
    pub(crate) body: Analysis,
}

/// Files and how they are read.
#[derive(Clone, Copy)]
pub(crate) struct Corpus<'a> {
    pub(crate) analyzer: &'a Analyzer,
    pub(crate) files: &'a [String],
}

/// Whether the everyday name is among the fifth that is kept from the twin.
pub(crate) fn is_held_out(alias: &str) -> bool {
    alias.chars().map(u32::from).sum::<u32>() % 5 == 0
}

impl<'a> Corpus<'a> {
    /// The training texts, without everyday names that `without` picks.
    pub(crate) fn texts(
        self,
        without: fn(&str) -> bool,
    ) -> impl Iterator<Item = TrainText> + use<'a> {
        let entries = self.analyzer.lexicon().entries().iter();
        let occupations = entries.map(move |entry| self.occupation(entry, without));
        let rows = self.files.iter().flat_map(move |file| {
            let mut adverts = 0;
            lines(file).filter_map(move |line| {
                let row = Row::parse(file, &line);
                (!row.is_held_out(&mut adverts)).then(|| self.read(&row))
            })
        });
        rows.chain(occupations)
    }

    /// The adverts that were kept apart.
    pub(crate) fn held_out(self) -> Vec<Reading> {
        let rows = self.files.iter().flat_map(|file| {
            let mut adverts = 0;
            lines(file).filter_map(move |line| {
                let row = Row::parse(file, &line);
                row.is_held_out(&mut adverts).then_some(row)
            })
        });
        let readings = rows.map(|row| self.reading(&row));
        let is_whole = |r: &Reading| !r.title.words.is_empty() && !r.body.words.is_empty();
        readings.filter(is_whole).collect()
    }

    pub(crate) fn occupation(
        self,
        entry: &OccupationEntry,
        without: fn(&str) -> bool,
    ) -> TrainText {
        let names = entry.aliases.iter().filter(|a| !without(a));
        let all = std::iter::once(&entry.name).chain(names).chain(&entry.skills);
        let all: Vec<&str> = all.map(String::as_str).collect();
        let reading = self.analyzer.analyze(&all.join("，"));
        TrainText {
            title_words: reading.words,
            title_grams: reading.grams,
            weight: LEXICON_WEIGHT,
            priority: 1,
            ..TrainText::default()
        }
    }

    fn reading(self, row: &Row) -> Reading {
        Reading { title: self.analyzer.analyze(&row.title), body: self.analyzer.analyze(&row.body) }
    }

    fn read(self, row: &Row) -> TrainText {
        let Reading { title, body } = self.reading(row);
        TrainText {
            title_words: title.words,
            title_grams: title.grams,
            body_words: body.words,
            body_grams: body.grams,
            weight: row.weight,
            priority: 0,
        }
    }
}

struct Row {
    title: String,
    body: String,
    weight: f32,
    is_advert: bool,
}

impl Row {
    fn parse(file: &str, line: &str) -> Self {
        if file.ends_with(".txt") {
            return Self {
                title: line.to_owned(),
                body: String::new(),
                weight: 1.0,
                is_advert: false,
            };
        }
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        if row["name"].is_string() {
            let trades = row["worktypes"].as_array().into_iter().flatten();
            let names = trades.filter_map(Value::as_str);
            let names: Vec<String> = names.map(str::to_owned).collect();
            return Self {
                title: format!("{}，{}", text("name"), names.join("，")),
                body: format!("{}\n{}", text("definition"), text("duties")),
                weight: OFFICIAL_WEIGHT,
                is_advert: false,
            };
        }
        Self { title: text("title"), body: text("desc"), weight: 1.0, is_advert: true }
    }

    fn is_held_out(&self, adverts: &mut usize) -> bool {
        *adverts += usize::from(self.is_advert);
        self.is_advert
            && adverts.is_multiple_of(HELD_OUT_EVERY)
            && *adverts <= HELD_OUT_EVERY * HELD_OUT_MOST
    }
}

fn lines(path: &str) -> impl Iterator<Item = String> + use<> {
    let file = File::open(path).unwrap();
    let reader: Box<dyn Read> =
        if path.ends_with(".gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    BufReader::new(reader).lines().map(Result::unwrap)
}
