//! From ranked candidates to the list that is shown.

use std::collections::HashMap;

use jobmatch_domain::DocumentId;
use jobmatch_domain::facets::EmployerKey;
use jobmatch_domain::fingerprint::Fingerprint;

/// A scored candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'a> {
    /// Document.
    pub id: &'a DocumentId,
    /// Final score.
    pub score: f64,
    /// Employer; `None` for profiles and postings that name none.
    pub employer: Option<EmployerKey>,
    /// What its near-duplicates are found by; `None`: it is a near-duplicate of nothing.
    pub fingerprint: Option<Fingerprint>,
}

/// What bounds the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most of one employer.
    pub per_employer: usize,
    /// Near-duplicates stay apart.
    pub keep_duplicates: bool,
    /// So many suffice; duplicates that rank below the last of them are not looked for.
    pub enough: usize,
}

/// A candidate that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Position in the candidates given.
    pub index: usize,
    /// Positions of the near-duplicates folded into it, in order of rank.
    pub duplicates: Vec<usize>,
}

/// Orders by score, ties by id, folds near-duplicates into the best of them and drops
/// what exceeds the limit of an employer.
pub fn select(candidates: &[Candidate<'_>], limits: Limits) -> Vec<Selected> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&candidates[*a], &candidates[*b]);
        b.score.total_cmp(&a.score).then_with(|| a.id.cmp(b.id))
    });
    let mut shown: Vec<Selected> = Vec::new();
    let mut prints: Vec<Option<Fingerprint>> = Vec::new();
    let mut of_employer: HashMap<EmployerKey, usize> = HashMap::new();
    for index in order {
        if shown.len() == limits.enough {
            break;
        }
        let candidate = &candidates[index];
        let print = candidate.fingerprint.filter(|_| !limits.keep_duplicates);
        if let Some(twin) = prints.iter().position(|other| near(*other, print)) {
            shown[twin].duplicates.push(index);
            continue;
        }
        if let Some(employer) = candidate.employer {
            let count = of_employer.entry(employer).or_default();
            if *count >= limits.per_employer {
                continue;
            }
            *count += 1;
        }
        shown.push(Selected { index, duplicates: Vec::new() });
        prints.push(print);
    }
    shown
}

fn near(a: Option<Fingerprint>, b: Option<Fingerprint>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a.is_near(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids, scores and employers.
    type Given = (&'static str, f64, &'static str);

    fn shown(given: &[Given], per_employer: usize) -> Vec<&'static str> {
        let ids: Vec<DocumentId> =
            given.iter().map(|(id, ..)| DocumentId::parse(id).unwrap()).collect();
        let candidate = |(id, (_, score, employer)): (_, &Given)| Candidate {
            id,
            score: *score,
            employer: EmployerKey::of(employer),
            fingerprint: None,
        };
        let candidates: Vec<Candidate> = ids.iter().zip(given).map(candidate).collect();
        let limits = Limits { per_employer, keep_duplicates: false, enough: 100 };
        select(&candidates, limits).iter().map(|s| given[s.index].0).collect()
    }

    #[test]
    fn order_is_by_score_then_id_whatever_the_input_order() {
        assert_eq!(shown(&[("b", 0.5, ""), ("c", 0.9, ""), ("a", 0.5, "")], 3), ["c", "a", "b"]);
    }

    #[test]
    fn an_employer_gets_its_share_and_the_nameless_are_not_one_employer() {
        let given = [
            ("a", 0.9, "甲公司"),
            ("b", 0.8, "甲公司"),
            ("c", 0.7, "甲公司"),
            ("d", 0.6, ""),
            ("e", 0.5, ""),
        ];
        assert_eq!(shown(&given, 2), ["a", "b", "d", "e"]);
        assert_eq!(shown(&given, 1), ["a", "d", "e"]);
    }
}
