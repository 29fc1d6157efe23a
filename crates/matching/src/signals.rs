//! Signals of a pair that need the lexicon or the words: occupation and skills.

use jobmatch_domain::{OccupationId, Profile};
use jobmatch_rank::{OccupationSignal, SkillSignal};
use jobmatch_text::{Lexicon, neutralize, normalize};

/// The closest pair of a wished and an offered occupation; the first in order of the
/// two lists among equals.
pub(crate) fn occupation_signal(
    lexicon: &Lexicon,
    wanted: &[OccupationId],
    offered: &[OccupationId],
) -> Option<OccupationSignal> {
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
        wanted: lexicon.entry(text_id(&wanted)).name.clone(),
        offered: lexicon.entry(text_id(&offered)).name.clone(),
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

/// Which of the skills asked for the person names, word for word; `None` when none is asked
/// for. `text` is a person's [`skill_text`].
pub(crate) fn skill_signal(asked: &[String], text: &str) -> Option<SkillSignal> {
    if asked.is_empty() {
        return None;
    }
    let names = |skill: &&String| text.contains(normalize(skill).as_str());
    let matched = asked.iter().filter(names).cloned().collect();
    Some(SkillSignal { matched, asked: asked.len() })
}
