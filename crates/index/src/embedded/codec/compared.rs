//! What ranking compares, as it is sealed.

use jobmatch_domain::facets::{AskedSkill, AskedSkills, Compared};
use jobmatch_domain::fingerprint::Fingerprint;
use prost::Message;

use super::SkillEntry;

/// Read for each candidate of each question, so nothing else is in it.
#[derive(Clone, PartialEq, Message)]
pub(in crate::embedded) struct ComparedEntry {
    #[prost(message, repeated, tag = "1")]
    asked_skills: Vec<SkillEntry>,
    #[prost(string, tag = "2")]
    skill_text: String,
    #[prost(fixed64, optional, tag = "3")]
    fingerprint: Option<u64>,
    #[prost(bool, tag = "4")]
    fingerprint_short: bool,
}

impl ComparedEntry {
    pub(in crate::embedded) fn of(compared: &Compared) -> Self {
        Self {
            asked_skills: compared.asked_skills.iter().map(SkillEntry::of).collect(),
            skill_text: compared.skill_text.to_string(),
            fingerprint: compared.fingerprint.map(|f| f.bits),
            fingerprint_short: compared.fingerprint.is_some_and(|f| f.short),
        }
    }
}

/// What an encoded [`ComparedEntry`] says, without a string for each of its texts; `None` when it
/// makes no sense. By hand, as it is read of hundreds of candidates of each question.
pub(in crate::embedded) fn compared_of(entry: &[u8]) -> Option<Compared> {
    let asked_skills = AskedSkills::with_capacity(entry.len());
    let mut compared = Compared { asked_skills, ..Compared::default() };
    let (mut bits, mut short) = (None, false);
    let mut rest = entry;
    while !rest.is_empty() {
        match read_field(&mut rest)? {
            (1, Value::Part(skill)) => {
                let [shown, sought] = forms(skill)?;
                compared.asked_skills.push(AskedSkill { shown, sought });
            }
            (2, Value::Part(text)) => compared.skill_text = std::str::from_utf8(text).ok()?.into(),
            (3, Value::Number(value)) => bits = Some(value),
            (4, Value::Number(value)) => short = value != 0,
            // Of a later version.
            _ => {}
        }
    }
    compared.fingerprint = bits.map(|bits| Fingerprint { bits, short });
    Some(compared)
}

/// The two texts of a [`SkillEntry`].
fn forms(mut entry: &[u8]) -> Option<[&str; 2]> {
    let mut forms = [""; 2];
    while !entry.is_empty() {
        if let (field @ 1..=2, Value::Part(text)) = read_field(&mut entry)? {
            forms[field as usize - 1] = std::str::from_utf8(text).ok()?;
        }
    }
    Some(forms)
}

/// A value of a field.
enum Value<'a> {
    Number(u64),
    Part(&'a [u8]),
}

/// The next field's number and value, by the encoding of protocol buffers.
fn read_field<'a>(bytes: &mut &'a [u8]) -> Option<(u64, Value<'a>)> {
    let key = read_varint(bytes)?;
    let value = match key & 7 {
        0 => Value::Number(read_varint(bytes)?),
        1 => Value::Number(u64::from_le_bytes(take(bytes, 8)?.try_into().ok()?)),
        2 => {
            let length = usize::try_from(read_varint(bytes)?).ok()?;
            Value::Part(take(bytes, length)?)
        }
        5 => Value::Number(u64::from(u32::from_le_bytes(take(bytes, 4)?.try_into().ok()?))),
        _ => return None,
    };
    Some((key >> 3, value))
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (part, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(part)
}

/// Seven bits a byte, the lowest first; the last byte's highest bit is not set.
fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)?[0];
        value |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compared() -> impl Strategy<Value = Compared> {
        let skills = proptest::collection::vec((".{0,20}", ".{0,20}"), 0..6);
        let print = proptest::option::of((any::<u64>(), any::<bool>()));
        (skills, ".{0,300}", print).prop_map(|(skills, text, print)| {
            let mut compared = Compared { skill_text: text.into(), ..Compared::default() };
            for (shown, sought) in &skills {
                compared.asked_skills.push(AskedSkill { shown, sought });
            }
            compared.fingerprint = print.map(|(bits, short)| Fingerprint { bits, short });
            compared
        })
    }

    proptest! {
        #[test]
        fn what_was_sealed_is_read(compared in compared()) {
            let entry = ComparedEntry::of(&compared).encode_to_vec();
            prop_assert_eq!(compared_of(&entry), Some(compared));
        }

        #[test]
        fn anything_else_is_read_as_the_library_reads_it_or_refused(
            compared in compared(), at in any::<usize>(), byte in any::<u8>(),
        ) {
            let mut entry = ComparedEntry::of(&compared).encode_to_vec();
            if !entry.is_empty() {
                let at = at % entry.len();
                entry[at] = byte;
            }
            if let (Some(read), Ok(entry)) = (compared_of(&entry), ComparedEntry::decode(&entry[..])) {
                prop_assert_eq!(read.skill_text.as_ref(), entry.skill_text.as_str());
                prop_assert_eq!(read.fingerprint.map(|f| f.bits), entry.fingerprint);
                let shown: Vec<&str> = read.asked_skills.iter().map(|s| s.shown).collect();
                let theirs: Vec<&str> = entry.asked_skills.iter().map(|s| s.shown.as_str()).collect();
                prop_assert_eq!(shown, theirs);
            }
        }
    }
}
