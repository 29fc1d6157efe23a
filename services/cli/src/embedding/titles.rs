//! `jobmatch eval-titles`: which titles name related work, against a judged list.
//!
//! A folder in the form of TalentCLEF 2025, task A: `queries.tsv` (`q_id`, `jobtitle`),
//! `corpus_elements.tsv` (`c_id`, `jobtitle`), `qrels.tsv` (query, 0, element, 1).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use jobmatch_embed::StaticModel;
use jobmatch_text::{Analyzer, OccupationId};

use super::known_item::cosine;
use super::measure::title_vector;
use super::reading::text;
use crate::failure::Failure;

/// So many of the nearest occupations stand for a title.
const NEAREST: usize = 10;
/// How quickly an occupation counts less with its distance: at a cosine that is lower by
/// this, a third.
const SOFTNESS: f32 = 0.1;
/// How near an occupation is at least that the title mentions.
const MENTIONED: f32 = 0.8;
/// What an occupation passes on to a neighbour of weight 1.
const PASSED_ON: f32 = 0.5;

/// A judged list of titles.
pub(crate) struct TitleList {
    queries: Vec<(String, String)>,
    pub(crate) elements: Vec<(String, String)>,
    relevant: BTreeMap<String, HashSet<String>>,
}

impl TitleList {
    /// Reads a folder.
    pub(crate) fn read(dir: &Path) -> Result<Self, Failure> {
        let rows = |name: &str| -> Result<Vec<Vec<String>>, Failure> {
            let text = text(&dir.join(name))?;
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            Ok(lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect())
        };
        let titles = |name: &str| -> Result<Vec<(String, String)>, Failure> {
            let pair = |row: Vec<String>| match &row[..] {
                [id, title, ..] => Ok((id.clone(), title.clone())),
                _ => Err(Failure::new(format!("{name}: {row:?} has no title"))),
            };
            rows(name)?.into_iter().skip(1).map(pair).collect()
        };
        let mut relevant: BTreeMap<String, HashSet<String>> = BTreeMap::new();
        for row in rows("qrels.tsv")? {
            if let [query, _, element, grade] = &row[..]
                && grade != "0"
            {
                relevant.entry(query.clone()).or_default().insert(element.clone());
            }
        }
        let (queries, elements) = (titles("queries.tsv")?, titles("corpus_elements.tsv")?);
        Ok(Self { queries, elements, relevant })
    }

    /// Queries with a relevant element.
    pub(crate) fn judged(&self) -> usize {
        self.queries.iter().filter(|(id, _)| self.relevant.contains_key(id)).count()
    }

    /// Mean average precision of a score of query number and element number. Ties fall to
    /// the element's place in the file; queries without a relevant element are left out.
    pub(crate) fn mean_average_precision(&self, score: impl Fn(usize, usize) -> f32) -> f64 {
        let precision = |(i, (id, _)): (usize, &(String, String))| {
            let relevant = self.relevant.get(id)?;
            let mut order: Vec<(f32, usize)> =
                (0..self.elements.len()).map(|j| (score(i, j), j)).collect();
            order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let (mut found, mut sum) = (0.0, 0.0);
            for (place, (_, j)) in order.iter().enumerate() {
                if relevant.contains(&self.elements[*j].0) {
                    found += 1.0;
                    sum += found / (place + 1) as f64;
                }
            }
            Some(sum / relevant.len() as f64)
        };
        let all: Vec<f64> = self.queries.iter().enumerate().filter_map(precision).collect();
        all.iter().sum::<f64>() / all.len().max(1) as f64
    }
}

/// What a title is compared by.
struct Title {
    vector: Option<Vec<f32>>,
    /// Characters and words by inverse frequency, at length 1.
    terms: HashMap<String, f32>,
    /// How much of each occupation the title names, at length 1.
    occupations: BTreeMap<OccupationId, f32>,
}

/// How alike two titles are, by three cosines; or what each of them weighs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Likeness {
    pub(crate) vectors: f32,
    pub(crate) terms: f32,
    pub(crate) occupations: f32,
}

impl Likeness {
    pub(crate) fn weighed(self, weights: Self) -> f32 {
        self.vectors * weights.vectors
            + self.terms * weights.terms
            + self.occupations * weights.occupations
    }
}

/// Reads titles.
pub(crate) struct Titles<'a> {
    analyzer: &'a Analyzer,
    model: &'a StaticModel,
    /// Vectors of all names of the lexicon.
    names: Vec<(OccupationId, Option<Vec<f32>>)>,
}

impl<'a> Titles<'a> {
    pub(crate) fn new(analyzer: &'a Analyzer, model: &'a StaticModel) -> Self {
        let lexicon = analyzer.lexicon();
        let name = |name| Some((lexicon.by_name(name)?, title_vector(model, analyzer, name)));
        Self { analyzer, model, names: lexicon.names().filter_map(name).collect() }
    }

    /// Every query of a list against every element. Terms are weighed by their frequency
    /// among the elements.
    pub(crate) fn compare(&self, list: &TitleList) -> Vec<Vec<Likeness>> {
        let elements = list.elements.iter().map(|(_, title)| self.terms(title));
        let elements: Vec<HashMap<String, f32>> = elements.collect();
        let mut frequency: HashMap<String, f32> = HashMap::new();
        for term in elements.iter().flat_map(HashMap::keys) {
            *frequency.entry(term.clone()).or_default() += 1.0;
        }
        let n = elements.len() as f32;
        let inverse = |term: &String| {
            ((n + 1.0) / (frequency.get(term).copied().unwrap_or(0.0) + 1.0)).ln() + 1.0
        };
        let read = |(_, title): &(String, String)| {
            let mut terms = self.terms(title);
            terms.iter_mut().for_each(|(term, count)| *count *= inverse(term));
            unit(terms.values_mut());
            let vector = title_vector(self.model, self.analyzer, title);
            Title { occupations: self.occupations(title, &vector), vector, terms }
        };
        let elements: Vec<Title> = list.elements.iter().map(read).collect();
        let row = |query: &(String, String)| {
            let query = read(query);
            elements.iter().map(|element| likeness(&query, element)).collect()
        };
        list.queries.iter().map(row).collect()
    }

    /// Characters and search-mode words with counts.
    fn terms(&self, title: &str) -> HashMap<String, f32> {
        let analysis = self.analyzer.analyze(title);
        let mut terms = HashMap::new();
        let characters = analysis.normalized.chars().filter(|c| c.is_alphanumeric());
        for term in characters.map(String::from).chain(analysis.words) {
            *terms.entry(term).or_default() += 1.0;
        }
        terms
    }

    /// The occupations that a title names or has the nearest names of, and their neighbours.
    fn occupations(&self, title: &str, vector: &Option<Vec<f32>>) -> BTreeMap<OccupationId, f32> {
        let lexicon = self.analyzer.lexicon();
        let mut nearness: BTreeMap<OccupationId, f32> = BTreeMap::new();
        for (id, name) in &self.names {
            let near = nearness.entry(*id).or_default();
            *near = near.max(cosine(vector, name));
        }
        for mention in self.analyzer.analyze(title).occupations {
            let near = nearness.entry(mention.occupation).or_default();
            *near = near.max(MENTIONED);
        }
        if let Some(id) = lexicon.by_name(title) {
            nearness.insert(id, 1.0);
        }
        let mut nearest: Vec<(OccupationId, f32)> = nearness.into_iter().collect();
        nearest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        nearest.truncate(NEAREST);
        let mut shares: BTreeMap<OccupationId, f32> = BTreeMap::new();
        for (id, near) in nearest {
            let share = ((near - 1.0) / SOFTNESS).exp();
            for (other, related) in lexicon.expand(id) {
                let passed_on = if other == id { 1.0 } else { related * PASSED_ON };
                *shares.entry(other).or_default() += share * passed_on;
            }
        }
        unit(shares.values_mut());
        shares
    }
}

fn likeness(a: &Title, b: &Title) -> Likeness {
    let terms = a.terms.iter().filter_map(|(term, x)| b.terms.get(term).map(|y| x * y));
    let occupations = a.occupations.iter();
    let occupations = occupations.filter_map(|(id, x)| b.occupations.get(id).map(|y| x * y));
    Likeness {
        vectors: cosine(&a.vector, &b.vector),
        terms: terms.sum(),
        occupations: occupations.sum(),
    }
}

/// Brings values to length 1.
fn unit<'v>(values: impl Iterator<Item = &'v mut f32>) {
    let values: Vec<&mut f32> = values.collect();
    let length = values.iter().map(|v| **v * **v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    values.into_iter().for_each(|v| *v /= length);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn average_precision_agrees_with_a_worked_example() {
        let titles = |ids: &[&str]| ids.iter().map(|id| ((*id).into(), String::new())).collect();
        let relevant = ["a", "d"].map(str::to_owned).into();
        let list = TitleList {
            queries: titles(&["1", "2"]),
            elements: titles(&["a", "b", "c", "d"]),
            relevant: [("1".to_owned(), relevant)].into(),
        };
        assert_eq!(list.judged(), 1);
        // In the order of the file: places 1 and 4.
        assert_eq!(list.mean_average_precision(|_, _| 0.0), (1.0 + 2.0 / 4.0) / 2.0);
        // Turned round: the same places.
        assert_eq!(list.mean_average_precision(|_, j| j as f32), (1.0 + 2.0 / 4.0) / 2.0);
        let best = |_, j| if j == 0 || j == 3 { 1.0 } else { 0.0 };
        assert_eq!(list.mean_average_precision(best), 1.0);
    }

    #[test]
    fn related_titles_are_more_alike_than_others() {
        let analyzer = Analyzer::new(&jobmatch_text::AnalyzerOptions::default()).unwrap();
        let model = StaticModel::built_in();
        let title = |title: &str| (title.to_owned(), title.to_owned());
        let list = TitleList {
            queries: vec![title("洗碗阿姨")],
            elements: vec![title("刷盘子的"), title("货车司机")],
            relevant: BTreeMap::new(),
        };
        let [near, far] = Titles::new(&analyzer, &model).compare(&list)[0][..] else {
            panic!("two elements");
        };
        assert!(near.vectors > far.vectors + 0.3);
        assert!(near.occupations > far.occupations + 0.5);
    }
}
