//! What a gig offers and asks beside pay, hours and place.

use crate::geo::Point;
use crate::pay::{PayRange, PayUnit, convert_yuan};
use crate::posting::JobPosting;
use crate::text::Name;
use crate::time::{CivilInstant, Instant, Window};

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

/// What filters ask of a gig.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct GigFacts {
    /// When it begins; `None` for postings without a window.
    pub begins: Option<Instant>,
    /// Minutes that it lasts, where it ends within a day of its beginning.
    pub lasts_minutes: Option<u16>,
    /// When it pays out.
    pub settlement: Option<Settlement>,
    /// The employer was checked.
    pub employer_checked: bool,
}

impl GigFacts {
    /// Of a posting.
    pub fn of_posting(posting: &JobPosting) -> Self {
        let gig = posting.gig.as_ref();
        Self {
            begins: posting.window.map(|w| w.start().instant()),
            lasts_minutes: posting.window.as_ref().and_then(lasts_minutes),
            settlement: gig.and_then(|g| g.settlement),
            employer_checked: gig.is_some_and(|g| g.employer_checked),
        }
    }
}

impl GigFacts {
    /// The least that is paid by the hour, in yuan; `None` by the piece. Pay by the day is spread
    /// over the hours of a gig that tells them, else over 8.
    pub fn yuan_per_hour(&self, pay: &PayRange) -> Option<f64> {
        match (pay.unit, self.lasts_minutes) {
            (PayUnit::Day, Some(minutes)) => {
                Some(pay.bottom().yuan() / (f64::from(minutes) / 60.0))
            }
            (unit, _) => convert_yuan(pay.bottom(), unit, PayUnit::Hour),
        }
    }
}

fn lasts_minutes(window: &Window) -> Option<u16> {
    let end = window.end().map(CivilInstant::instant)?;
    let minutes = (end.0 - window.start().instant().0) / 60;
    u16::try_from(minutes).ok().filter(|m| *m <= 24 * 60)
}
