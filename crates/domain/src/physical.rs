//! What work asks of the body, and what a person wishes to be spared.

/// One physical demand of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Physical {
    /// 搬重物
    Lifting,
    /// 久站
    Standing,
    /// 久坐
    Sitting,
    /// 弯腰
    Bending,
    /// 蹲
    Squatting,
    /// 爬高
    Climbing,
    /// 多走路
    Walking,
    /// 高空
    Heights,
    /// 户外
    Outdoors,
    /// 高温
    Heat,
    /// 低温
    Cold,
    /// 噪音
    Noise,
    /// 粉尘
    Dust,
    /// 化学品、气味
    Chemicals,
    /// 湿水
    Wet,
    /// 费眼
    Eyesight,
    /// 常夜班
    Night,
    /// 手部重复动作
    Hands,
    /// 长时驾驶
    Driving,
}

impl Physical {
    /// Every demand, in the order of the bits of a [`PhysicalSet`].
    pub const ALL: [Self; 19] = [
        Self::Lifting,
        Self::Standing,
        Self::Sitting,
        Self::Bending,
        Self::Squatting,
        Self::Climbing,
        Self::Walking,
        Self::Heights,
        Self::Outdoors,
        Self::Heat,
        Self::Cold,
        Self::Noise,
        Self::Dust,
        Self::Chemicals,
        Self::Wet,
        Self::Eyesight,
        Self::Night,
        Self::Hands,
        Self::Driving,
    ];

    /// Code in the lexicon: `lifting`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Lifting => "lifting",
            Self::Standing => "standing",
            Self::Sitting => "sitting",
            Self::Bending => "bending",
            Self::Squatting => "squatting",
            Self::Climbing => "climbing",
            Self::Walking => "walking",
            Self::Heights => "heights",
            Self::Outdoors => "outdoors",
            Self::Heat => "heat",
            Self::Cold => "cold",
            Self::Noise => "noise",
            Self::Dust => "dust",
            Self::Chemicals => "chemicals",
            Self::Wet => "wet",
            Self::Eyesight => "eyesight",
            Self::Night => "night",
            Self::Hands => "hands",
            Self::Driving => "driving",
        }
    }

    /// The demand of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }
}

/// A set of physical demands, or of what a person wishes to be spared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PhysicalSet(u32);

impl PhysicalSet {
    /// From bits in the order of [`Physical::ALL`]; others are dropped.
    pub fn from_bits(bits: u32) -> Self {
        Self(bits & ((1 << Physical::ALL.len()) - 1))
    }

    /// Bits in the order of [`Physical::ALL`].
    pub fn bits(self) -> u32 {
        self.0
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether both have something in common.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What is in both or either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl FromIterator<Physical> for PhysicalSet {
    fn from_iter<I: IntoIterator<Item = Physical>>(items: I) -> Self {
        Self(items.into_iter().fold(0, |bits, p| bits | 1 << p as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_bits_round_trip() {
        for (i, p) in Physical::ALL.into_iter().enumerate() {
            assert_eq!(Physical::of_code(p.code()), Some(p));
            let set: PhysicalSet = [p].into_iter().collect();
            assert_eq!(set.bits(), 1 << i);
            assert_eq!(PhysicalSet::from_bits(set.bits()), set);
        }
        assert!(PhysicalSet::from_bits(1 << 30).is_empty());
    }
}
