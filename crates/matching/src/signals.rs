//! Signals of a pair that need the lexicon or the words: occupation and skills.

use jobmatch_domain::facets::{AskedSkill, AskedSkills};
use jobmatch_domain::{JobPosting, OccupationId, Profile};
use jobmatch_rank::{OccupationSignal, SkillSignal};
use jobmatch_text::{Lexicon, neutralize, normalize};
use memchr::memmem;

/// The closest pair of a wished and an offered occupation; the first in order of the
/// two lists among equals.
pub(crate) fn occupation_signal<'a>(
    lexicon: &'a Lexicon,
    wanted: &[OccupationId],
    offered: &[OccupationId],
) -> Option<OccupationSignal<'a>> {
    let text_id = |id: &OccupationId| jobmatch_text::OccupationId(id.0);
    let mut best: Option<(f32, OccupationId, OccupationId)> = None;
    for w in wanted {
        for o in offered {
            let relatedness = lexicon.relatedness(text_id(w), text_id(o));
            if best.is_none_or(|(r, _, _)| relatedness > r) {
                best = Some((relatedness, *w, *o));
            }
        }
    }
    best.map(|(relatedness, wanted, offered)| OccupationSignal {
        relatedness: f64::from(relatedness),
        wanted: lexicon.entry(text_id(&wanted)).name.as_str(),
        offered: lexicon.entry(text_id(&offered)).name.as_str(),
    })
}

/// Skills, wishes and resume of a person as one normalised text, in which skills are sought.
pub(crate) fn skill_text(person: &Profile) -> String {
    let mut text = String::new();
    for part in person.skills.iter().chain(&person.wanted) {
        text.push_str(part.as_str());
        text.push('\n');
    }
    text.push_str(person.resume.as_str());
    neutralize(&normalize(&text))
}

/// The skills that a posting asks for, ready to be sought in a [`skill_text`].
pub(crate) fn asked_skills(posting: &JobPosting) -> AskedSkills {
    let mut asked = AskedSkills::default();
    for skill in &posting.skills {
        asked.push(AskedSkill { shown: skill.as_str(), sought: &normalize(skill.as_str()) });
    }
    asked
}

/// Looks for bytes, which is some times faster than to look for characters, and the same: no
/// character of UTF-8 begins within another.
fn is_named(skill: &str, text: &str) -> bool {
    memmem::find(text.as_bytes(), skill.as_bytes()).is_some()
}

/// Which of the skills asked for the person names, word for word; `None` when none is asked
/// for.
pub(crate) fn skill_signal<'a>(asked: &'a AskedSkills, text: &str) -> Option<SkillSignal<'a>> {
    if asked.is_empty() {
        return None;
    }
    let named = asked.iter().filter(|skill| is_named(skill.sought, text));
    Some(SkillSignal { matched: named.map(|s| s.shown).collect(), asked: asked.len() })
}
