//! Pairs of texts that mean the same, from adverts, official lists and the lexicon.

use std::collections::HashSet;

use jobmatch_embed::{Pair, Part, Source, TextId, TrainCorpus};
use jobmatch_text::{Analysis, Analyzer, OccupationEntry};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::reading::{Corpus, analyze_all};
use super::split::Clusters;

/// What labels are about; labels of two spaces never agree.
#[derive(Clone, Copy)]
enum Label {
    Cluster = 1,
    Title = 2,
    Occupation = 3,
    Official = 4,
    Synonyms = 5,
    Name = 6,
}

fn label(of: Label, number: u64) -> u64 {
    xxh3_64_with_seed(&number.to_le_bytes(), of as u64)
}

fn text_label(of: Label, text: &str) -> u64 {
    label(of, xxh3_64_with_seed(text.as_bytes(), 0))
}

/// Headings behind which an advert says what it demands, not what is done.
const DEMANDS: [&str; 12] = [
    "任职要求",
    "任职资格",
    "岗位要求",
    "职位要求",
    "任职条件",
    "招聘要求",
    "资格要求",
    "要求:",
    "要求：",
    "技能要求",
    "任职需求",
    "应聘要求",
];
/// A part of an advert of less letters tells nothing.
const LEAST_PART: usize = 20;

/// Shares of the batches; what stands below lists the pairs of each kind. Adverts are mostly
/// of office work, so everyday names and official trades weigh more than their number.
const TEXTS: f32 = 0.4;
const DEMANDED: f32 = 0.1;
const NAMED: f32 = 0.05;
const ALIKE: f32 = 0.3;
const NEIGHBOURS: f32 = 0.05;
const OFFICIAL: f32 = 0.1;
const SPELT: f32 = 0.03;
const SYNONYMS: f32 = 0.02;
/// How often a text is shown without the words of its title, so that more is learnt than to
/// look for these.
const BLANKED: f32 = 0.8;
/// The same for the definition of an official trade, which is short.
const OFFICIAL_BLANKED: f32 = 0.3;

/// Makes the pairs of a corpus.
pub(crate) struct Pairs<'a> {
    analyzer: &'a Analyzer,
    /// Everyday names that are left out.
    is_apart: fn(&str) -> bool,
    corpus: TrainCorpus,
}

impl<'a> Pairs<'a> {
    /// The pairs of files and of the analyser's lexicon, without the adverts that `clusters`
    /// keeps and the everyday names that `is_apart` picks.
    pub(crate) fn of(
        analyzer: &'a Analyzer,
        files: &Corpus,
        clusters: &Clusters,
        is_apart: fn(&str) -> bool,
    ) -> TrainCorpus {
        let mut pairs = Self { analyzer, is_apart, corpus: TrainCorpus::default() };
        let occupations = pairs.lexicon();
        pairs.adverts(files, clusters, &occupations);
        pairs.official(files);
        pairs.names(files);
        pairs.synonyms(files);
        pairs.corpus
    }

    fn text(&mut self, part: Part, text: &str, first: bool) -> TextId {
        let analysis = self.analyzer.analyze(text);
        self.analyzed(part, &analysis, first)
    }

    fn analyzed(&mut self, part: Part, analysis: &Analysis, first: bool) -> TextId {
        self.corpus.text(part, &analysis.words, &analysis.grams, first)
    }

    fn source(&mut self, name: &str, share: f32, blanked: f32, pairs: Vec<Pair>) {
        self.corpus.source(Source { name: name.to_owned(), share, blanked, pairs });
    }

    /// Everyday names, skills and neighbours; returns a text for each occupation.
    fn lexicon(&mut self) -> Vec<TextId> {
        let lexicon = self.analyzer.lexicon();
        let (mut alike, mut kin) = (Vec::new(), Vec::new());
        let mut names = Vec::new();
        let mut wholes = Vec::new();
        for (number, entry) in lexicon.entries().iter().enumerate() {
            let labels = [label(Label::Occupation, number as u64); 2];
            let known: Vec<&String> = self.known_names(entry);
            let own: Vec<TextId> =
                known.iter().map(|name| self.text(Part::Title, name, true)).collect();
            let tasks: Vec<&str> =
                entry.skills.iter().chain(&entry.tools).map(String::as_str).collect();
            let all: Vec<&str> =
                known.iter().map(|n| n.as_str()).chain(tasks.iter().copied()).collect();
            let whole = self.text(Part::Body, &all.join("，"), true);
            let tasks = self.text(Part::Body, &tasks.join("，"), true);
            for (i, name) in own.iter().enumerate() {
                let others = [own[0], own[(i * 7 + 1) % own.len()], whole];
                let others = others.into_iter().filter(|other| other != name);
                alike.extend(others.map(|right| Pair { left: *name, right, labels }));
            }
            alike.push(Pair { left: own[0], right: tasks, labels });
            names.push(own);
            wholes.push(whole);
        }
        for (number, entry) in lexicon.entries().iter().enumerate() {
            for (id, weight) in &entry.neighbours {
                let other = usize::from(id.0);
                let labels = [number, other].map(|n| label(Label::Occupation, n as u64));
                self.corpus.relate(labels[0], labels[1]);
                // As many pairs as the weight has tenths: close ones come closer.
                for i in 0..(weight * 10.0).round() as usize {
                    let left = names[number][i * 5 % names[number].len()];
                    let right = names[other][i * 3 % names[other].len()];
                    kin.push(Pair { left, right, labels });
                }
            }
        }
        self.source("alias", ALIKE, 0.0, alike);
        self.source("neighbour", NEIGHBOURS, 0.0, kin);
        wholes
    }

    fn known_names<'e>(&self, entry: &'e OccupationEntry) -> Vec<&'e String> {
        let aliases = entry.aliases.iter().filter(|a| !(self.is_apart)(a));
        std::iter::once(&entry.name).chain(aliases).collect()
    }

    fn adverts(&mut self, files: &Corpus, clusters: &Clusters, occupations: &[TextId]) {
        let (mut bodies, mut halves, mut named, mut titles) = (vec![], vec![], vec![], vec![]);
        let seen: Vec<usize> = (0..files.adverts.len()).filter(|i| !clusters.is_kept(*i)).collect();
        let texts = |i: &usize| {
            let advert = &files.adverts[*i];
            let (duties, demands) = parts(&advert.body);
            [advert.title.as_str(), advert.body.as_str(), duties, demands]
        };
        let texts: Vec<[&str; 4]> = seen.iter().map(texts).collect();
        analyze_all(self.analyzer, &texts, |at, [title, body, duties, demands]| {
            let cluster = label(Label::Cluster, clusters.name(seen[at]));
            let mut words = title.words.clone();
            words.sort_unstable();
            words.dedup();
            let labels = [cluster, text_label(Label::Title, &words.join(" "))];
            let left = self.analyzed(Part::Title, &title, false);
            let right = self.analyzed(Part::Body, &body, false);
            bodies.push(Pair { left, right, labels });
            if !demands.words.is_empty() && !duties.words.is_empty() {
                let right = self.analyzed(Part::Body, &demands, false);
                let left = self.analyzed(Part::Body, &duties, false);
                halves.push(Pair { left, right, labels });
            }
            let told: Vec<_> = title.occupations.iter().filter(|m| !m.negated).collect();
            if let [told] = told[..] {
                let number = told.occupation.0;
                let occupation = occupations[usize::from(number)];
                let labels = [label(Label::Occupation, u64::from(number)); 2];
                named.push(Pair { left: occupation, right, labels });
            }
            titles.push(title);
        });
        self.views(&titles);
        self.source("text", TEXTS, BLANKED, bodies);
        self.source("demand", DEMANDED, BLANKED, halves);
        self.source("named", NAMED, BLANKED, named);
    }

    fn official(&mut self, files: &Corpus) {
        let mut pairs = Vec::new();
        for (number, official) in files.official.iter().enumerate() {
            let labels = [label(Label::Official, number as u64); 2];
            let name = self.text(Part::Title, &official.name, true);
            let definition = self.text(Part::Body, &official.definition, false);
            let duties = self.text(Part::Body, &official.duties, false);
            let mut pair = |left, right| pairs.push(Pair { left, right, labels });
            pair(name, definition);
            pair(name, duties);
            pair(definition, duties);
            for trade in official.trades.iter().filter(|t| **t != official.name) {
                let trade = self.text(Part::Title, trade, true);
                pair(trade, name);
                pair(trade, definition);
            }
        }
        self.source("official", OFFICIAL, OFFICIAL_BLANKED, pairs);
    }

    fn names(&mut self, files: &Corpus) {
        let names: Vec<Analysis> = files.names.iter().map(|n| self.analyzer.analyze(n)).collect();
        self.views(&names);
    }

    /// A name by its words and by its grams: what grams of unknown words stand for.
    fn views(&mut self, names: &[Analysis]) {
        let mut pairs = Vec::new();
        let mut seen: HashSet<&[String]> = HashSet::new();
        for name in names {
            if name.words.is_empty() || !seen.insert(&name.words) {
                continue;
            }
            let left = self.corpus.text(Part::Title, &name.words, &[], false);
            let right = self.corpus.text(Part::Title, &[], &name.grams, false);
            let labels = [text_label(Label::Name, &name.normalized); 2];
            pairs.push(Pair { left, right, labels });
        }
        self.source("view", SPELT, 0.0, pairs);
    }

    fn synonyms(&mut self, files: &Corpus) {
        let mut pairs = Vec::new();
        for (number, names) in files.synonyms.iter().enumerate() {
            let labels = [label(Label::Synonyms, number as u64); 2];
            let texts: Vec<TextId> =
                names.iter().map(|name| self.text(Part::Title, name, false)).collect();
            let others = texts.iter().skip(1);
            pairs.extend(others.map(|left| Pair { left: *left, right: texts[0], labels }));
        }
        self.source("synonym", SYNONYMS, 0.0, pairs);
    }
}

/// What is done, and what is demanded; the second is empty when the advert has no such part.
fn parts(body: &str) -> (&str, &str) {
    let start = DEMANDS.iter().filter_map(|heading| body.find(heading)).min();
    match start {
        Some(at)
            if body[..at].chars().count() >= LEAST_PART
                && body[at..].chars().count() >= LEAST_PART =>
        {
            body.split_at(at)
        }
        _ => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::reading::Advert;
    use jobmatch_text::AnalyzerOptions;

    #[test]
    fn adverts_are_parted_at_what_they_demand() {
        let duties = "负责小区门岗值守和夜间巡逻，登记来访车辆及人员。";
        let demands = "任职要求：身体健康，能上夜班，有保安员证者优先考虑。";
        assert_eq!(parts(&format!("{duties}{demands}")), (duties, demands));
        assert_eq!(parts(duties), ("", ""));
        assert_eq!(parts(demands), ("", ""));
    }

    #[test]
    fn the_lexicon_alone_has_pairs_and_kept_adverts_add_none() {
        let analyzer = Analyzer::new(&AnalyzerOptions::default()).unwrap();
        let letter =
            |i: usize, j: usize| char::from_u32(0x4E00 + (i * 131 + j * j * 7) as u32 % 9_000);
        let advert = |i: usize| Advert {
            title: format!("保安{i}"),
            body: (0..200).filter_map(|j| letter(i, j)).collect(),
        };
        let files = Corpus { adverts: (0..40).map(advert).collect(), ..Corpus::default() };
        let clusters = Clusters::of(&files.adverts);
        let count = |files: &Corpus, clusters: &Clusters| {
            Pairs::of(&analyzer, files, clusters, |_| false).pairs()
        };
        let alone = count(&Corpus::default(), &Clusters::of(&[]));
        assert!(alone > 10_000, "{alone}");
        let taught = (0..40).filter(|i| !clusters.is_kept(*i)).count();
        assert!((10..40).contains(&taught));
        // Its text, and the occupation that its title names; all titles read alike.
        assert_eq!(count(&files, &clusters), alone + 2 * taught + 1);
    }
}
