//! Generated postings and the people who ask, as a data set: the vectors of the built-in model,
//! the words of the analysis, and the fields that filters ask for.

use jobmatch_domain::Date;
use jobmatch_embed::{EmbedInput, Embedder, StaticModel};
use jobmatch_proto::v1;
use jobmatch_text::{Analysis, Analyzer, AnalyzerOptions};
use serde_json::json;

use crate::dataset::{Conditions, Dataset, Payload, Test};
use crate::generator::Generator;
use crate::hard::equals;
use crate::harness::SEED;

/// Everything, the person's city, and full-time work in it.
const SHAPES: [&str; 3] = ["all", "city", "city and kind"];
/// Words that a person asks with, at most.
const WORDS: usize = 64;

/// So many postings, and so many questions of each shape, with their true answers by vectors.
///
/// # Panics
/// When the built-in lexicon or model cannot be read.
pub fn dataset(today: Date, postings: usize, queries: usize) -> Dataset {
    let reader = Reader {
        analyzer: Analyzer::new(&AnalyzerOptions::default()).expect("the built-in lexicon"),
        model: StaticModel::built_in(),
    };
    let mut dataset = Dataset { dimensions: reader.model.dimensions(), ..Dataset::default() };
    let mut generator = Generator::new(SEED, today, 60);
    for number in 1..=postings {
        let posting = generator.posting(number);
        let (vector, words) = reader.read(&posting.title, &posting.description);
        dataset.vectors.extend(vector);
        let kind = json!(posting.kind);
        let fields =
            [("city", json!(city(posting.place))), ("kind", kind), ("words", json!(words))];
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
        dataset.payloads.push(Payload::from_iter(fields));
    }
    for shape in SHAPES {
        let mut generator = Generator::new(SEED + 1, today, 60);
        let tests = (0..queries).map(|number| reader.test(generator.profile(number), shape));
        dataset.tests.extend(tests);
    }
    dataset.answer();
    dataset
}

struct Reader {
    analyzer: Analyzer,
    model: StaticModel,
}

impl Reader {
    fn test(&self, profile: v1::Profile, shape: &str) -> Test {
        let (query, mut words) = self.read(&profile.wanted.join(" "), &profile.resume);
        words.sort_unstable();
        words.dedup();
        words.truncate(WORDS);
        let city = equals("city", json!(city(profile.place)));
        let full_time = equals("kind", json!(v1::EmploymentKind::FullTime as i32));
        let and = match shape {
            "city" => vec![city],
            "city and kind" => vec![city, full_time],
            _ => Vec::new(),
        };
        Test {
            query,
            conditions: (!and.is_empty()).then_some(Conditions { and }),
            closest_ids: Vec::new(),
            closest_scores: Vec::new(),
            shape: shape.into(),
            words,
        }
    }

    /// The vector of a text, zeros where the model finds nothing to go by, and its words.
    fn read(&self, title: &str, body: &str) -> (Vec<f32>, Vec<String>) {
        let [title, body]: [Analysis; 2] = [title, body].map(|text| self.analyzer.analyze(text));
        let input = EmbedInput {
            title_words: &title.words,
            title_grams: &title.grams,
            body_words: &body.words,
            body_grams: &body.grams,
            raw: &body.normalized,
        };
        let vector = self.model.embed_query(&input).expect("static models embed any text");
        let vector = vector.unwrap_or_else(|| vec![0.0; self.model.dimensions()]);
        (vector, title.words.into_iter().chain(body.words).collect())
    }
}

fn city(place: Option<v1::Place>) -> String {
    place.map(|p| p.division.chars().take(4).collect()).unwrap_or_default()
}
