//! Kinds of employment.

/// Kind of employment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EmploymentKind {
    /// 全职
    FullTime,
    /// 兼职
    PartTime,
    /// 零工
    Gig,
    /// 就业见习
    Internship,
    /// 公益性岗位
    PublicWelfare,
}

impl EmploymentKind {
    /// Every kind, in the order of the contract.
    pub const ALL: [Self; 5] =
        [Self::FullTime, Self::PartTime, Self::Gig, Self::Internship, Self::PublicWelfare];

    /// Whether only persons of an assistance group have a right to it
    /// (就业见习, 公益性岗位).
    pub fn needs_right(self) -> bool {
        match self {
            Self::Internship | Self::PublicWelfare => true,
            Self::FullTime | Self::PartTime | Self::Gig => false,
        }
    }

    /// Chinese name for evidence.
    pub fn label(self) -> &'static str {
        match self {
            Self::FullTime => "全职",
            Self::PartTime => "兼职",
            Self::Gig => "零工",
            Self::Internship => "就业见习",
            Self::PublicWelfare => "公益性岗位",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of kinds. The empty set means "not told".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct KindSet(u8);

impl KindSet {
    /// The set as bits, lowest first in the order of [`EmploymentKind::ALL`].
    pub fn bits(self) -> u8 {
        self.0
    }

    /// The set of these bits; unknown bits are dropped.
    pub fn from_bits(bits: u8) -> Self {
        Self(bits & 0b1_1111)
    }

    /// Whether nothing is told.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the kind is in the set.
    pub fn contains(self, kind: EmploymentKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Whether the two sets share a kind.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The members in order.
    pub fn iter(self) -> impl Iterator<Item = EmploymentKind> {
        EmploymentKind::ALL.into_iter().filter(move |k| self.contains(*k))
    }

    /// Whether every member needs a right ([`EmploymentKind::needs_right`]).
    pub fn all_need_right(self) -> bool {
        !self.is_empty() && self.iter().all(EmploymentKind::needs_right)
    }
}

impl FromIterator<EmploymentKind> for KindSet {
    fn from_iter<I: IntoIterator<Item = EmploymentKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | kind.bit()))
    }
}
