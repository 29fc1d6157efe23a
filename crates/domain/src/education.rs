//! Levels of schooling.

/// Level of schooling after GB/T 4658, in rising order of [`Education::rank`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Education {
    /// No schooling, or explicitly no demand.
    None,
    /// 小学
    Primary,
    /// 初中
    Junior,
    /// 高中
    Senior,
    /// 中专, 技校, 职高
    Vocational,
    /// 大专
    College,
    /// 本科
    Bachelor,
    /// 硕士
    Master,
    /// 博士
    Doctor,
}

impl Education {
    /// Every level, in the order of the contract.
    pub const ALL: [Self; 9] = [
        Self::None,
        Self::Primary,
        Self::Junior,
        Self::Senior,
        Self::Vocational,
        Self::College,
        Self::Bachelor,
        Self::Master,
        Self::Doctor,
    ];

    /// 0 to 7; 高中 and 中专 share a rank, as both are upper secondary schooling.
    pub fn rank(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Primary => 1,
            Self::Junior => 2,
            Self::Senior | Self::Vocational => 3,
            Self::College => 4,
            Self::Bachelor => 5,
            Self::Master => 6,
            Self::Doctor => 7,
        }
    }

    /// Chinese name for evidence.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "不限",
            Self::Primary => "小学",
            Self::Junior => "初中",
            Self::Senior => "高中",
            Self::Vocational => "中专/技校",
            Self::College => "大专",
            Self::Bachelor => "本科",
            Self::Master => "硕士",
            Self::Doctor => "博士",
        }
    }
}
