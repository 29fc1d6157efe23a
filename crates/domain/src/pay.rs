//! Pay, its units, and how amounts of different units compare.

use crate::error::{Invalid, Violation};
use crate::text::Name;

/// Unit in which pay is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PayUnit {
    /// 每小时
    Hour,
    /// 每天
    Day,
    /// 每月
    Month,
    /// 每年
    Year,
    /// 计件: per piece, trip, square metre, lesson
    Piece,
}

/// Hours of a day of work (国务院关于职工工作时间的规定, 1995).
const HOURS_A_DAY: f64 = 8.0;
/// Paid days of a month (劳社部发〔2008〕3号: 21.75).
const DAYS_A_MONTH: f64 = 21.75;
const MONTHS_A_YEAR: f64 = 12.0;

impl PayUnit {
    /// Hours that one unit pays for; `None` for piece work, which no time equals.
    pub fn hours(self) -> Option<f64> {
        match self {
            Self::Hour => Some(1.0),
            Self::Day => Some(HOURS_A_DAY),
            Self::Month => Some(HOURS_A_DAY * DAYS_A_MONTH),
            Self::Year => Some(HOURS_A_DAY * DAYS_A_MONTH * MONTHS_A_YEAR),
            Self::Piece => None,
        }
    }

    /// Chinese wording in front of an amount: `月薪`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Hour => "时薪",
            Self::Day => "日薪",
            Self::Month => "月薪",
            Self::Year => "年薪",
            Self::Piece => "计件单价",
        }
    }
}

/// An amount of money in thousandths of a yuan (厘), 0 to 100,000,000 yuan. Piece
/// rates of part of a fen are common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(u64);

impl Money {
    const MAX_YUAN: f64 = 100_000_000.0;

    /// From yuan, with at most three decimals.
    pub fn from_yuan(yuan: f64) -> Result<Self, Invalid> {
        if !yuan.is_finite() {
            return Err(Invalid::NotFinite);
        }
        if !(0.0..=Self::MAX_YUAN).contains(&yuan) {
            return Err(Invalid::range(yuan, 0, Self::MAX_YUAN));
        }
        let thousandths = (yuan * 1000.0).round();
        // Tolerates what binary fractions do to decimals; refuses a fourth decimal.
        if (yuan * 1000.0 - thousandths).abs() > 1e-4 {
            return Err(Invalid::malformed(&yuan.to_string(), "yuan with at most three decimals"));
        }
        Ok(Self(thousandths as u64))
    }

    /// From thousandths of a yuan, clamped to the greatest amount.
    pub fn from_thousandths(thousandths: u64) -> Self {
        Self(thousandths.min(Self::MAX_YUAN as u64 * 1000))
    }

    /// In thousandths of a yuan.
    pub fn thousandths(self) -> u64 {
        self.0
    }

    /// In yuan.
    pub fn yuan(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

/// What a posting says of its pay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pay {
    range: Option<PayRange>,
    /// 面议; a value of its own. A range may stand beside it as an orientation.
    pub negotiable: bool,
    /// The poster's wording.
    pub text: Name,
}

/// Amounts of one unit; at least one bound is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PayRange {
    /// Lower bound.
    pub min: Option<Money>,
    /// Upper bound.
    pub max: Option<Money>,
    /// Unit of both.
    pub unit: PayUnit,
}

impl PayRange {
    /// The most that is promised: the upper bound, or the lower where none is told.
    pub fn top(&self) -> Money {
        self.max.or(self.min).unwrap_or(Money(0))
    }

    /// The least that is promised: the lower bound, or the upper where none is told.
    pub fn bottom(&self) -> Money {
        self.min.or(self.max).unwrap_or(Money(0))
    }
}

impl Pay {
    /// Checks that min is not above max and that amounts have a unit.
    pub fn new(
        min: Option<Money>,
        max: Option<Money>,
        unit: Option<PayUnit>,
        negotiable: bool,
        text: Name,
    ) -> Result<Self, Violation> {
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            return Err(Invalid::Order { relation: "above", other: "max_yuan" }.at("min_yuan"));
        }
        let range = match (min.or(max), unit) {
            (None, _) => None,
            (Some(_), None) => return Err(Invalid::Missing.at("unit")),
            (Some(_), Some(unit)) => Some(PayRange { min, max, unit }),
        };
        Ok(Self { range, negotiable, text })
    }

    /// The amounts; `None` when none is told.
    pub fn range(&self) -> Option<PayRange> {
        self.range
    }
}

/// An amount that somebody asks for at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayFloor {
    amount: Money,
    unit: PayUnit,
}

impl PayFloor {
    /// Checks that the amount is above zero.
    pub fn new(amount: Money, unit: PayUnit) -> Result<Self, Invalid> {
        if amount.0 == 0 {
            return Err(Invalid::range(0, 0.001, Money::MAX_YUAN));
        }
        Ok(Self { amount, unit })
    }

    /// The amount.
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// Its unit.
    pub fn unit(&self) -> PayUnit {
        self.unit
    }
}

/// An amount of one unit in another, through hours; `None` between time and piece
/// work. The same unit is exact.
pub fn convert_yuan(amount: Money, from: PayUnit, to: PayUnit) -> Option<f64> {
    if from == to {
        return Some(amount.yuan());
    }
    Some(amount.yuan() / from.hours()? * to.hours()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(y: f64) -> Money {
        Money::from_yuan(y).unwrap()
    }

    #[test]
    fn money_takes_thousandths_and_refuses_nonsense() {
        assert_eq!(yuan(0.035).thousandths(), 35);
        assert_eq!(yuan(4500.1).yuan(), 4500.1);
        for bad in [-1.0, f64::NAN, f64::INFINITY, 1e9, 0.00012] {
            assert!(Money::from_yuan(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn units_convert_through_paid_hours() {
        assert_eq!(convert_yuan(yuan(20.0), PayUnit::Hour, PayUnit::Month), Some(3480.0));
        assert_eq!(convert_yuan(yuan(200.0), PayUnit::Day, PayUnit::Hour), Some(25.0));
        assert_eq!(convert_yuan(yuan(5000.0), PayUnit::Month, PayUnit::Year), Some(60_000.0));
        assert_eq!(convert_yuan(yuan(0.8), PayUnit::Piece, PayUnit::Hour), None);
        assert_eq!(convert_yuan(yuan(0.8), PayUnit::Piece, PayUnit::Piece), Some(0.8));
    }

    #[test]
    fn a_range_is_in_order_and_has_a_unit() {
        let pay = |min, max, unit| Pay::new(min, max, unit, false, Name::default());
        let upside_down = pay(Some(yuan(5.0)), Some(yuan(4.0)), Some(PayUnit::Hour));
        assert_eq!(upside_down.unwrap_err().path, "min_yuan");
        assert_eq!(pay(Some(yuan(5.0)), None, None).unwrap_err().path, "unit");
        assert_eq!(pay(None, None, Some(PayUnit::Day)).unwrap().range(), None);
    }
}
