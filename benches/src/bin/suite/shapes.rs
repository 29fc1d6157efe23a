//! Shapes of filters: by date, which has nothing to do with meaning; by place, by trade, which is
//! what vectors tell, and by several at once.

use jobmatch_domain::Date;
use jobmatch_proto::v1;
use jobmatch_text::{Lexicon, OccupationId};

use crate::asking::city;

/// Publication dates are spread over so many days, so that one day is 0.01%.
pub(crate) const SPREAD_DAYS: usize = 10_000;
/// A month's pay that about half of the generated postings reach.
const PAY_YUAN: f64 = 4_500.0;

/// What a filter asks for beside the date.
#[derive(Debug, Clone, Copy)]
enum Part {
    City,
    District,
    /// The person's trade and its neighbours in the lexicon, so many together.
    Trades(u16),
    FullTime,
    Pay,
}

/// A shape of filters.
#[derive(Debug)]
pub(crate) struct Shape {
    /// As the table shows it.
    pub(crate) name: &'static str,
    parts: &'static [Part],
    /// Share of the days.
    days: f64,
}

const fn shape(name: &'static str, parts: &'static [Part], days: f64) -> Shape {
    Shape { name, parts, days }
}

/// All shapes.
pub(crate) const SHAPES: [Shape; 19] = [
    shape("date, 100%", &[], 1.0),
    shape("date, 50%", &[], 0.5),
    shape("date, 20%", &[], 0.2),
    shape("date, 10%", &[], 0.1),
    shape("date, 4%", &[], 0.04),
    shape("date, 1%", &[], 0.01),
    shape("date, 0.1%", &[], 0.001),
    shape("date, 0.01%", &[], 0.0001),
    shape("city", &[Part::City], 1.0),
    shape("district", &[Part::District], 1.0),
    shape("50 trades", &[Part::Trades(50)], 1.0),
    shape("20 trades", &[Part::Trades(20)], 1.0),
    shape("one trade", &[Part::Trades(1)], 1.0),
    shape("city and 20 trades", &[Part::City, Part::Trades(20)], 1.0),
    shape("city and trade", &[Part::City, Part::Trades(1)], 1.0),
    shape("city, kind and pay", &[Part::City, Part::FullTime, Part::Pay], 1.0),
    shape("district, kind and pay", &[Part::District, Part::FullTime, Part::Pay], 1.0),
    shape("city and date, 1%", &[Part::City], 0.01),
    shape("50 trades and date, 1%", &[Part::Trades(50)], 0.01),
];

impl Shape {
    /// The filter for a person.
    pub(crate) fn filter(&self, person: &v1::Profile, today: Date) -> v1::Filter {
        let days = (self.days * SPREAD_DAYS as f64).round() as i64;
        let since = today.plus_days(1 - days).start();
        let published_since = Some(jobmatch_proto::fields::timestamp(since));
        let mut filter = v1::Filter { published_since, ..v1::Filter::default() };
        for part in self.parts {
            match part {
                Part::City => filter.divisions = vec![city(person)],
                Part::District => {
                    filter.divisions = person.place.iter().map(|p| p.division.clone()).collect();
                }
                Part::Trades(count) => filter.occupations = trades(person, *count),
                Part::FullTime => filter.kinds = vec![v1::EmploymentKind::FullTime as i32],
                Part::Pay => {
                    let unit = v1::PayUnit::Month as i32;
                    filter.pay_floor = Some(v1::PayFloor { amount_yuan: PAY_YUAN, unit });
                }
            }
        }
        filter
    }
}

/// Names of the person's trade and of those that follow it in the lexicon.
fn trades(person: &v1::Profile, count: u16) -> Vec<String> {
    let lexicon = Lexicon::built_in();
    let wanted = person.wanted.first().map(String::as_str).unwrap_or_default();
    let entry = |id: &u16| lexicon.entry(OccupationId(*id));
    let total = lexicon.len() as u16;
    let own = (0..total)
        .find(|id| entry(id).name == wanted || entry(id).aliases.iter().any(|a| a == wanted));
    let first = own.unwrap_or(0).min(total.saturating_sub(count));
    (first..first + count).map(|id| entry(&id).name.clone()).collect()
}
