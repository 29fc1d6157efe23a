//! What a gig offers and asks beside pay, hours and place.

use crate::geo::Point;
use crate::text::Name;

/// When a gig pays out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Settlement {
    /// 日结
    SameDay,
    /// 周结
    Weekly,
    /// 完工结
    OnCompletion,
    /// 月结
    Monthly,
}

impl Settlement {
    /// Every settlement, in the order of the contract.
    pub const ALL: [Self; 4] = [Self::SameDay, Self::Weekly, Self::OnCompletion, Self::Monthly];
}

/// Who provides something, or pays for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// The employer.
    Employer,
    /// Who does the work.
    Worker,
}

impl Provider {
    /// Both, in the order of the contract.
    pub const ALL: [Self; 2] = [Self::Employer, Self::Worker];
}

/// How heavy the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhysicalLoad {
    /// 轻
    Light,
    /// 中
    Medium,
    /// 重
    Heavy,
}

impl PhysicalLoad {
    /// Every load, in the order of the contract.
    pub const ALL: [Self; 3] = [Self::Light, Self::Medium, Self::Heavy];
}

/// Terms of a gig; `None` and empty: not told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GigTerms {
    /// When it pays out.
    pub settlement: Option<Settlement>,
    /// Where to meet, in words.
    pub meeting_point: Name,
    /// Where to meet; `None`: at the place of the job.
    pub meeting_at: Option<Point>,
    /// Who provides the food.
    pub food: Option<Provider>,
    /// Who provides the tools.
    pub tools: Option<Provider>,
    /// Who pays for the way.
    pub transport: Option<Provider>,
    /// How heavy the work is.
    pub load: Option<PhysicalLoad>,
    /// The owner of the posting has checked the employer.
    pub employer_checked: bool,
}
