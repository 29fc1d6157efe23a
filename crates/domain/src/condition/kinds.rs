//! What conditions are about, how much they matter, and what they answer.

/// What a condition is about. Order and numbers follow the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionKind {
    /// OPEN; MATCHABLE with consent.
    Status,
    /// Not expired, not over.
    Validity,
    /// The right to postings for assistance groups.
    Right,
    /// Kind of employment.
    Kind,
    /// Education.
    Education,
    /// Experience.
    Experience,
    /// Certificates.
    Certificates,
    /// Age.
    Age,
    /// Pay.
    Pay,
    /// Hours.
    Hours,
    /// The way to work.
    Reach,
    /// Division subtree.
    Division,
    /// Radius.
    Radius,
    /// Occupation.
    Occupation,
    /// Publication.
    Published,
    /// Employers left out.
    Employer,
    /// Places left.
    Places,
    /// What the work asks of the body.
    Physical,
    /// No sign of bait or of money asked for.
    Trust,
    /// When a gig begins and pays out, and whether its employer was checked.
    Gig,
}

impl ConditionKind {
    /// Every kind in order.
    pub const ALL: [Self; 20] = [
        Self::Status,
        Self::Validity,
        Self::Right,
        Self::Kind,
        Self::Education,
        Self::Experience,
        Self::Certificates,
        Self::Age,
        Self::Pay,
        Self::Hours,
        Self::Reach,
        Self::Division,
        Self::Radius,
        Self::Occupation,
        Self::Published,
        Self::Employer,
        Self::Places,
        Self::Physical,
        Self::Trust,
        Self::Gig,
    ];

    /// Position in [`Self::ALL`]; a bit of a mask of kinds.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Whether callers may not relax it: expiry, status, places, a legal right.
    pub fn is_binding(self) -> bool {
        matches!(self, Self::Status | Self::Validity | Self::Right | Self::Places)
    }
}

/// How much a condition matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ConditionMode {
    /// UNMET excludes.
    #[default]
    Required,
    /// UNMET lowers the score.
    Preferred,
    /// UNMET does nothing.
    Ignored,
}

/// Outcome of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConditionState {
    /// Holds.
    Met,
    /// Does not hold.
    Unmet,
    /// A fact is not known; never excludes.
    Unknown,
}

impl ConditionState {
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Met } else { Self::Unmet }
    }
}

/// The modes of all kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Modes([ConditionMode; 20]);

impl Modes {
    /// Mode of a kind.
    pub fn of(&self, kind: ConditionKind) -> ConditionMode {
        self.0[kind.index()]
    }

    /// Sets the mode of a kind; [`ConditionKind::is_binding`] kinds stay required and
    /// answer `false`.
    #[must_use]
    pub fn set(&mut self, kind: ConditionKind, mode: ConditionMode) -> bool {
        if kind.is_binding() {
            return mode == ConditionMode::Required;
        }
        self.0[kind.index()] = mode;
        true
    }

    /// Everything that may be ignored is; for baselines that rank by text alone.
    pub fn only_binding() -> Self {
        let mut modes = Self::default();
        for kind in ConditionKind::ALL.into_iter().filter(|k| !k.is_binding()) {
            modes.0[kind.index()] = ConditionMode::Ignored;
        }
        modes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binding_kinds_cannot_be_relaxed() {
        let mut modes = Modes::default();
        assert!(!modes.set(ConditionKind::Validity, ConditionMode::Ignored));
        assert!(!modes.set(ConditionKind::Right, ConditionMode::Preferred));
        assert!(modes.set(ConditionKind::Pay, ConditionMode::Ignored));
        assert_eq!(modes.of(ConditionKind::Pay), ConditionMode::Ignored);
        assert_eq!(modes.of(ConditionKind::Validity), ConditionMode::Required);
        for (i, kind) in ConditionKind::ALL.into_iter().enumerate() {
            assert_eq!(kind.index(), i);
        }
    }
}
