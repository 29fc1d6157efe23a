//! What a text was found to say, and where it says it.

use std::ops::Range;

use jobmatch_domain::pay::PayRange;
use jobmatch_domain::posting::AgeRange;
use jobmatch_domain::{
    Certificate, Date, Division, Education, EmploymentKind, PayFloor, Physical, Travel,
    WeeklyShift, Window,
};

use crate::lexicon::OccupationId;

/// A value, the bytes of the given text that say it, and how sure the reading is: 0 to 1,
/// where 0.9 and more is plain wording and 0.5 and less a guess from the context.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<T> {
    /// What is said.
    pub value: T,
    /// Bytes of the given text, on character boundaries.
    pub span: Range<usize>,
    /// 0 to 1.
    pub confidence: f32,
}

impl<T> Found<T> {
    /// A find.
    pub fn new(value: T, span: Range<usize>, confidence: f32) -> Self {
        Self { value, span, confidence }
    }
}

/// When the work is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Settlement {
    /// 日结
    Daily,
    /// 周结
    Weekly,
    /// 半月结
    HalfMonthly,
    /// 月结
    Monthly,
    /// 完工结
    OnCompletion,
}

impl Settlement {
    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Daily => "日结",
            Self::Weekly => "周结",
            Self::HalfMonthly => "半月结",
            Self::Monthly => "月结",
            Self::OnCompletion => "完工结",
        }
    }
}

/// The sex that a wording asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gender {
    /// 女
    Female,
    /// 男
    Male,
}

/// What an advert says. Nothing is guessed for a field that the text is silent on,
/// except [`PostingDraft::kind`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PostingDraft {
    /// Title, in the advert's words.
    pub title: Option<Found<String>>,
    /// Occupations named, the one of the title first.
    pub occupations: Vec<Found<OccupationId>>,
    /// Kind of employment; full time with a low confidence where nothing tells.
    pub kind: Option<Found<EmploymentKind>>,
    /// Places; of several jobs those of the first.
    pub headcount: Option<Found<u32>>,
    /// Amounts and their unit.
    pub pay: Option<Found<PayRange>>,
    /// The wording that leaves the pay to a talk (面议).
    pub negotiable: Option<Found<bool>>,
    /// Limits of age.
    pub age: Option<Found<AgeRange>>,
    /// Least education; `Education::None` where the text says that none is needed.
    pub education: Option<Found<Education>>,
    /// Least experience in months; 0 where the text says that none is needed.
    pub experience_months: Option<Found<u16>>,
    /// Certificates demanded.
    pub certificates: Vec<Found<Certificate>>,
    /// Hours of work; on all days where the text names none.
    pub shifts: Vec<Found<WeeklyShift>>,
    /// Days off in a month.
    pub rest_days_per_month: Option<Found<u8>>,
    /// Dates of a gig.
    pub window: Option<Found<Window>>,
    /// Where the work is: a street, else a district, else a city.
    pub division: Option<Found<Division>>,
    /// Benefits by canonical name: 包吃, 包住, 五险.
    pub benefits: Vec<Found<&'static str>>,
    /// When the work is paid.
    pub settlement: Option<Found<Settlement>>,
    /// Wording that asks for one sex.
    pub gender: Option<Found<Gender>>,
    /// What the work asks of the body.
    pub physical: Vec<Found<Physical>>,
    /// Last day on which the advert holds.
    pub valid_until: Option<Found<Date>>,
    /// Name of the employing unit.
    pub employer: Option<Found<String>>,
}

/// What a person says of themselves and wishes for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProfileDraft {
    /// Occupations wished for.
    pub wanted: Vec<Found<OccupationId>>,
    /// Occupations turned down.
    pub refused: Vec<Found<OccupationId>>,
    /// Occupations worked in before, or named without a wish.
    pub worked: Vec<Found<OccupationId>>,
    /// Months of experience.
    pub experience_months: Option<Found<u16>>,
    /// Schooling.
    pub education: Option<Found<Education>>,
    /// Year of birth, from a year, an age or a decade.
    pub birth_year: Option<Found<i16>>,
    /// Certificates held.
    pub certificates: Vec<Found<Certificate>>,
    /// Skills of the lexicon that are named.
    pub skills: Vec<Found<String>>,
    /// Least pay.
    pub pay_floor: Option<Found<PayFloor>>,
    /// Kinds of employment sought.
    pub kinds: Vec<Found<EmploymentKind>>,
    /// Kinds that would do beside those: 短活也接.
    pub kinds_besides: Vec<Found<EmploymentKind>>,
    /// Hours in which the person can work.
    pub available: Vec<Found<WeeklyShift>>,
    /// Longest way, minutes.
    pub max_travel_minutes: Option<Found<u16>>,
    /// Means of travel.
    pub travel: Option<Found<Travel>>,
    /// Benefits and terms wished for, by canonical name: 包住, 日结, 双休.
    pub wants: Vec<Found<&'static str>>,
    /// What the person wishes to be spared.
    pub spared: Vec<Found<Physical>>,
    /// Where the person lives.
    pub place: Option<Found<Division>>,
}
