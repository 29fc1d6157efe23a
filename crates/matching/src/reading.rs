//! What records and queries say: the one place where both are read, so that both are read
//! alike.

use jobmatch_domain::facets::Compared;
use jobmatch_domain::{Date, Facets, JobPosting, OccupationId, Profile};
use jobmatch_index::threads::both;
use jobmatch_rank::fingerprint;
use jobmatch_text::audit::Advert;
use jobmatch_text::parse::{Found, ProfileDraft, parse_profile};
use jobmatch_text::{Analysis, tells_assistance};

use crate::analysis::Analyst;
use crate::completion::{RELIED_ON, complete_posting, complete_profile, sure_ones};
use crate::signals::{asked_skills, skill_text};
use crate::terms::{offered, wished};

/// A text in two parts: what it is about, and the rest.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Title of a posting, wishes of a person.
    pub(crate) focus: Analysis,
    /// Text and skills.
    pub(crate) detail: Analysis,
    /// Facts, with the occupations offered or wished for.
    pub(crate) facets: Facets,
    /// Conditions offered or wished for.
    pub(crate) conditions: Vec<&'static str>,
}

/// The words of a text in two parts.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) focus: &'a Analysis,
    pub(crate) detail: &'a Analysis,
}

impl Reading {
    pub(crate) fn words(&self) -> Words<'_> {
        Words { focus: &self.focus, detail: &self.detail }
    }
}

impl Analyst {
    /// Reads a posting that is sought. `today` is what `明早6点` in its text is reckoned from, where
    /// it carries no date of publication.
    pub(crate) fn read_posting(&self, posting: &JobPosting, today: Date) -> Reading {
        self.read_any_posting(posting, today, true, |_| ()).0
    }

    /// Reads a posting that asks for people, of which nobody asks whether it is suspect; and what is
    /// made of its words, as a vector: beside the reading of its facts where that takes no time and
    /// a core is idle.
    pub(crate) fn read_asking_posting<T: Send>(
        &self,
        posting: &JobPosting,
        today: Date,
        make: impl Fn(Words<'_>) -> T + Sync,
    ) -> (Reading, T) {
        self.read_any_posting(posting, today, false, make)
    }

    fn read_any_posting<T: Send>(
        &self,
        posting: &JobPosting,
        today: Date,
        is_judged: bool,
        make: impl Fn(Words<'_>) -> T + Sync,
    ) -> (Reading, T) {
        let skills = posting.skills.iter().map(|s| s.as_str());
        let mut detail = join(skills.chain(posting.benefits.iter().map(|b| b.as_str())));
        detail.push('\n');
        detail.push_str(posting.description.as_str());
        let today = posting.validity.published().unwrap_or(today);
        let judged = || {
            let text = posting_text(posting);
            let advert = Advert::read(&text, today, self.analyzer().lexicon());
            let suspect = is_judged && advert.is_suspect();
            (advert.draft, suspect)
        };
        let beside = |words: Words<'_>| self.embeds_at_once().then(|| make(words));
        let texts = [posting.title.as_str(), &detail];
        let (judged, [focus, detail], made) = self.side_by_side(judged, texts, beside);
        let made = made.unwrap_or_else(|| make(Words { focus: &focus, detail: &detail }));
        let named = self.occupation(posting.occupation.as_str());
        let occupations = match named {
            Some(occupation) => vec![occupation],
            None => first_told([&focus, &detail]),
        };
        let compared = Compared {
            asked_skills: asked_skills(posting),
            fingerprint: Some(fingerprint(posting)),
            ..Compared::default()
        };
        let Some((draft, suspect)) = judged else {
            let facets = Facets { compared, ..Facets::of_posting(posting, &occupations) };
            return (Reading { focus, detail, facets, conditions: Vec::new() }, made);
        };
        let completed = complete_posting(posting, &draft, RELIED_ON);
        let mut facets = Facets { compared, ..Facets::of_posting(&completed, &occupations) };
        facets.physical = sure_ones(&draft.physical, RELIED_ON).collect();
        facets.suspect = suspect;
        let conditions = offered(&completed, &draft, &facets);
        (Reading { focus, detail, facets, conditions }, made)
    }

    /// Reads the profile of a person who asks. `today` is what an age in its text is reckoned
    /// from. What only the words tell is in the facets as well; see [`Profile::is_filled_in`].
    pub(crate) fn read_profile(&self, profile: &Profile, today: Date) -> Reading {
        self.read_profile_and(profile, today, |_| ()).0
    }

    /// The same, and what is made of its words, as a vector: beside the reading of its facts where
    /// that takes no time and a core is idle.
    pub(crate) fn read_profile_and<T: Send>(
        &self,
        profile: &Profile,
        today: Date,
        make: impl Fn(Words<'_>) -> T + Sync,
    ) -> (Reading, T) {
        let wanted = join(profile.wanted.iter().map(|w| w.as_str()));
        let mut detail = join(profile.skills.iter().map(|s| s.as_str()));
        detail.push('\n');
        detail.push_str(profile.resume.as_str());
        let text = format!("{wanted}\n{}", profile.resume.as_str());
        // What an empty wish wishes for is only known when its facts are read.
        let is_wish_told = !self.options.facts || !profile.wanted.is_empty();
        let makes_beside = is_wish_told && self.embeds_at_once();
        let beside = |words: Words<'_>| makes_beside.then(|| make(words));
        let parsed = || parse_profile(&text, today, self.analyzer().lexicon());
        let (draft, [focus, detail], made) = self.side_by_side(parsed, [&wanted, &detail], beside);
        let made_now = |focus| made.unwrap_or_else(|| make(Words { focus, detail: &detail }));
        let named = first_told([&focus, &detail]);
        let compared = Compared { skill_text: skill_text(profile).into(), ..Compared::default() };
        let Some(draft) = draft else {
            let facets = Facets { compared, ..Facets::of_profile(profile, &named) };
            let made = made_now(&focus);
            return (Reading { focus, detail, facets, conditions: Vec::new() }, made);
        };
        let facets = asking_facets(profile, &draft, &occupations(profile, &draft, named));
        let facets = Facets { compared, ..facets };
        let focus = match is_wish_told {
            true => focus,
            false => self.analyzer().analyze(&wish_clauses(&text, &draft)),
        };
        let made = made_now(&focus);
        let conditions = wished(&focus.normalized, &draft);
        (Reading { focus, detail, facets, conditions }, made)
    }

    /// The facts, where they are read, beside the words of the two texts and what is made of them.
    fn side_by_side<F, T: Send>(
        &self,
        facts: impl FnOnce() -> F,
        [focus, detail]: [&str; 2],
        make: impl Fn(Words<'_>) -> T + Sync,
    ) -> (Option<F>, [Analysis; 2], T) {
        // The longer part by this thread: another one may have to wake first.
        let (facts, (words, made)) = both(
            || self.options.facts.then(facts),
            || {
                let (focus, detail) =
                    (self.analyzer().analyze(focus), self.analyzer().analyze(detail));
                let made = make(Words { focus: &focus, detail: &detail });
                ([focus, detail], made)
            },
        );
        (facts, words, made)
    }

    /// Reads a profile that is sought. What only its words tell says what work is wished for
    /// and spared; as a condition it would hide the person on a guess.
    pub(crate) fn read_listed_profile(&self, profile: &Profile, today: Date) -> Reading {
        let reading = self.read_profile(profile, today);
        let Facets { occupations, physical, compared, .. } = reading.facets;
        let facets = Facets { physical, compared, ..Facets::of_profile(profile, &occupations) };
        Reading { facets, ..reading }
    }
}

/// The facets of a person who asks, with what their words tell.
fn asking_facets(profile: &Profile, draft: &ProfileDraft, occupations: &[OccupationId]) -> Facets {
    let completed = complete_profile(profile, draft, RELIED_ON);
    let mut facets = Facets::of_profile(&completed, occupations);
    facets.physical = sure_ones(&draft.spared, RELIED_ON).collect();
    if !profile.is_filled_in() {
        // A wish of a few words leaves certificates and groups open. Who tells their life and
        // names no certificate has none worth naming; that excludes nothing.
        let told = profile.has_right() || tells_assistance(profile.resume.as_str());
        facets.assisted = told.then_some(true);
        if completed.certificates.is_empty() && profile.resume.as_str().is_empty() {
            facets.certificates = None;
        }
    }
    facets
}

/// The occupations wished for: those named in the wishes, else those that the resume tells as
/// wishes, else those `named`; none that is turned down.
fn occupations(
    profile: &Profile,
    draft: &ProfileDraft,
    named: Vec<OccupationId>,
) -> Vec<OccupationId> {
    let told: Vec<OccupationId> = wishes(draft).map(|w| OccupationId(w.value.0)).collect();
    let refused: Vec<OccupationId> =
        sure_ones(&draft.refused, RELIED_ON).map(|id| OccupationId(id.0)).collect();
    let mut out = if profile.wanted.is_empty() && !told.is_empty() { told } else { named };
    out.retain(|id| !refused.contains(id));
    out
}

/// All that a posting says in words, as one advert.
fn posting_text(posting: &JobPosting) -> String {
    let pay = posting.pay.as_ref().map_or("", |p| p.text.as_str());
    let pay = if pay.is_empty() { String::new() } else { format!("工资{pay}\n") };
    format!("{}\n{pay}{}", posting.title.as_str(), posting.description.as_str())
}

/// The occupations that are surely wished for; where none is, those that are named.
fn wishes(draft: &ProfileDraft) -> impl Iterator<Item = &Found<jobmatch_text::OccupationId>> {
    let least = match draft.wanted.iter().any(|w| w.confidence >= RELIED_ON) {
        true => RELIED_ON,
        false => 0.0,
    };
    draft.wanted.iter().filter(move |w| w.confidence >= least)
}

/// The clauses of a text in which a wish for some work is told.
fn wish_clauses(text: &str, draft: &ProfileDraft) -> String {
    let mut out = String::new();
    let mut start = 0;
    for clause in text.split_inclusive(['。', '！', '？', '；', '，', ',', ';', '!', '?', '\n'])
    {
        let span = start..start + clause.len();
        start = span.end;
        let told = |w: &&Found<_>| w.span.start < span.end && span.start < w.span.end;
        if wishes(draft).any(|w| told(&w)) {
            out.push_str(clause);
        }
    }
    out
}

fn join<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts.collect::<Vec<_>>().join("，")
}

/// The occupations of the first part that names any; what is negated does not count.
fn first_told(parts: [&Analysis; 2]) -> Vec<OccupationId> {
    for part in parts {
        let mut told: Vec<_> = part
            .occupations
            .iter()
            .filter(|m| !m.negated)
            .map(|m| OccupationId(m.occupation.0))
            .collect();
        told.sort_unstable();
        told.dedup();
        if !told.is_empty() {
            return told;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::thread::{self, ThreadId};

    use jobmatch_domain::DocumentId;
    use jobmatch_domain::text::{Body, Title};
    use jobmatch_embed::{EmbedError, EmbedInput, Embedder, Nature, SpaceId, StaticModel};
    use jobmatch_text::{Analyzer, AnalyzerOptions};

    use super::*;
    use crate::analysis::ReadingOptions;

    /// The built-in model, as if it took longer.
    struct Slow(StaticModel);

    impl Embedder for Slow {
        fn space(&self) -> &SpaceId {
            self.0.space()
        }

        fn dimensions(&self) -> usize {
            self.0.dimensions()
        }

        fn embed(&self, inputs: &[EmbedInput<'_>]) -> Result<Vec<Option<Vec<f32>>>, EmbedError> {
            self.0.embed(inputs)
        }

        fn nature(&self) -> Nature {
            Nature::Slow
        }
    }

    /// What is made of the words of a wish told in a resume: of which words, and by which thread.
    fn made(embedder: Arc<dyn Embedder>, facts: bool) -> Vec<(String, ThreadId)> {
        let analyzer = Analyzer::new(&AnalyzerOptions::default()).unwrap();
        let options = ReadingOptions { facts, ..ReadingOptions::default() };
        let analyst = Analyst::new(analyzer, embedder, options);
        let mut profile = Profile::blank(DocumentId::parse("P1").unwrap());
        profile.resume = Body::parse("以前开过出租。想找个保洁的活。").unwrap();
        let made = Mutex::new(Vec::new());
        let make = |words: Words<'_>| {
            let about = words.focus.normalized.clone();
            made.lock().unwrap().push((about, thread::current().id()));
        };
        analyst.read_profile_and(&profile, Date::parse("2026-11-23").unwrap(), make);
        made.into_inner().unwrap()
    }

    #[test]
    fn a_vector_is_made_once_of_the_words_that_tell_the_wish() {
        for facts in [true, false] {
            let made = made(Arc::new(StaticModel::built_in()), facts);
            let about: Vec<bool> = made.iter().map(|(about, _)| about.contains("保洁")).collect();
            assert_eq!(about, [facts]);
        }
    }

    #[test]
    fn an_asking_posting_is_read_as_any_but_not_judged() {
        let analyzer = Analyzer::new(&AnalyzerOptions::default()).unwrap();
        let embedder = Arc::new(StaticModel::built_in());
        let analyst = Analyst::new(analyzer, embedder, ReadingOptions::default());
        let today = Date::parse("2026-11-23").unwrap();
        let mut posting =
            JobPosting::blank(DocumentId::parse("J1").unwrap(), Title::parse("招内勤").unwrap());
        posting.description = Body::parse("招内勤，入职先交服装费600元，高中以上").unwrap();
        let listed = analyst.read_posting(&posting, today);
        assert!(listed.facets.suspect && listed.facets.education.is_some());
        let (asking, words) =
            analyst.read_asking_posting(&posting, today, |words| words.detail.normalized.clone());
        assert_eq!(asking.facets, Facets { suspect: false, ..listed.facets });
        assert_eq!((words, asking.conditions), (listed.detail.normalized, listed.conditions));
    }

    #[test]
    fn a_slow_embedder_holds_up_no_thread_that_others_wait_for() {
        for facts in [true, false] {
            let made = made(Arc::new(Slow(StaticModel::built_in())), facts);
            let here: Vec<bool> =
                made.iter().map(|(_, id)| *id == thread::current().id()).collect();
            assert_eq!(here, [true]);
        }
    }
}
