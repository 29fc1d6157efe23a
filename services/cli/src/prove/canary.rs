//! Canaries: profiles whose every text is made up of random words that stand nowhere else.

use std::hash::{BuildHasher, Hasher, RandomState};

use jobmatch_domain::ids::{Origin, Owner};
use jobmatch_domain::posting::Place;
use jobmatch_domain::profile::{Consent, Visibility};
use jobmatch_domain::text::Text;
use jobmatch_domain::{
    Certificate, Datum, DocumentId, Embedding, Invalid, JobPosting, Point, Profile, Violation,
};

/// Characters that no conversion of scripts or widths touches.
const HANZI: &str = "鹤麒麟芙蓉琥珀翡翠琉璃玛瑙珊瑚蝴蝶蜻蜓葡萄枇杷琵琶骆驼蚯蚓蝙蝠蜘蛛螳螂蟋蟀";
/// Letters that are in no number of an identity card.
const LETTERS: &str = "abcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWYZ";
/// Characters of a word in letters, and of one in Chinese.
const LENGTHS: [usize; 2] = [16, 12];

/// Elements of a vector that are searched for.
const VECTOR_PART: usize = 8;

/// What a pattern is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Place,
    Vector,
}

/// Bytes to search for.
pub(super) type Pattern = (Kind, Vec<u8>);

/// Makes canaries and keeps what there is to search for.
pub(super) struct Canaries {
    space: String,
    dimensions: usize,
    random: RandomState,
    drawn: u64,
    /// Patterns of the canaries so far.
    pub(super) patterns: Vec<Pattern>,
}

impl Canaries {
    /// Canaries with vectors of this space.
    pub(super) fn new(space: &str, dimensions: usize) -> Self {
        let (random, patterns) = (RandomState::new(), Vec::new());
        Self { space: space.into(), dimensions, random, drawn: 0, patterns }
    }

    fn search_for(&mut self, kind: Kind, bytes: impl Into<Vec<u8>>) {
        self.patterns.push((kind, bytes.into()));
    }

    fn number(&mut self) -> u64 {
        self.drawn += 1;
        let mut hasher = self.random.build_hasher();
        hasher.write_u64(self.drawn);
        hasher.finish()
    }

    fn draw(&mut self, from: &str, length: usize) -> String {
        let characters: Vec<char> = from.chars().collect();
        let pick = |n: u64| characters[(n % characters.len() as u64) as usize];
        (0..length).map(|_| pick(self.number())).collect()
    }

    /// A new word. It is searched for as it is, in small letters, and by halves of these, as
    /// an analyser may have taken it apart.
    fn note(&mut self, word: String) -> String {
        let small = word.to_lowercase();
        let middle = small.char_indices().nth(small.chars().count() / 2).map_or(0, |(at, _)| at);
        let (first, second) = small.split_at(middle);
        for form in [&word, &small, first, second] {
            self.search_for(Kind::Word, form);
        }
        word
    }

    fn letters(&mut self) -> String {
        let word = self.draw(LETTERS, LENGTHS[0]);
        self.note(word)
    }

    fn hanzi(&mut self) -> String {
        let word = self.draw(HANZI, LENGTHS[1]);
        self.note(word)
    }

    /// Both, parted by a comma.
    fn words<const MIN: usize, const MAX: usize>(
        &mut self,
        path: &str,
    ) -> Result<Text<MIN, MAX>, Violation> {
        let words = format!("{}，{}", self.hanzi(), self.letters());
        Text::parse(&words).map_err(|e| e.at(path))
    }

    fn share(&mut self) -> f64 {
        (self.number() % 1_000_000_007) as f64 / 1_000_000_007.0
    }

    /// A place of its own, to the bit.
    fn point(&mut self) -> Result<Point, Violation> {
        let (latitude, longitude) = (36.0 + self.share(), 117.0 + self.share());
        self.search_for(Kind::Place, latitude.to_le_bytes());
        self.search_for(Kind::Place, longitude.to_le_bytes());
        Point::new(latitude, longitude, Datum::Wgs84).map_err(|e| Invalid::from(e).at("point"))
    }

    fn embedding(&mut self) -> Result<Embedding, Violation> {
        let values: Vec<f32> = (0..self.dimensions).map(|_| self.share() as f32 - 0.5).collect();
        let embedding = Embedding::new(&self.space, &values)?;
        let part = embedding.values().iter().take(VECTOR_PART);
        let bytes: Vec<u8> = part.flat_map(|value| value.to_le_bytes()).collect();
        self.search_for(Kind::Vector, bytes);
        Ok(embedding)
    }

    /// A profile with canaries in every field that takes a text, a place or a vector.
    pub(super) fn profile(&mut self, id: DocumentId) -> Result<Profile, Violation> {
        let certificate = self.letters();
        let certificate = Certificate::parse(&certificate);
        Ok(Profile {
            origin: Origin::new(&self.letters(), &self.letters())?,
            owner: Owner::new(None, &self.letters())?,
            visibility: Visibility::Matchable,
            consent: Consent { given: true, ..Consent::default() },
            resume: self.words("resume")?,
            wanted: vec![self.words("wanted")?],
            skills: vec![self.words("skills")?],
            certificates: certificate.into_iter().collect(),
            assistance: vec![self.words("assistance")?],
            excluded_employers: vec![self.words("excluded_employers")?],
            place: Place { division: None, point: Some(self.point()?) },
            embedding: Some(self.embedding()?),
            ..Profile::blank(id)
        })
    }

    /// A posting with canaries in its texts: it stays, and shows that the search sees.
    pub(super) fn posting(&mut self, id: DocumentId) -> Result<JobPosting, Violation> {
        let description = self.words("description")?;
        Ok(JobPosting { description, ..JobPosting::blank(id, self.words("title")?) })
    }
}
