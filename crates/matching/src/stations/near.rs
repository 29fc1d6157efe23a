//! Which stations are near, and where none is. Both look at every station: ten thousand take
//! some milliseconds, and there is nothing to keep up to date beside the map itself.

use std::sync::Arc;

use jobmatch_domain::station::{
    CoverageGap, Gap, NearbyStations, Origin, Reached, Uncovered, lowest_divisions,
};
use jobmatch_domain::{DocumentId, Instant, Point, Station, Travel, Trip};
use jobmatch_store::Stored;

use super::Stations;
use crate::error::MatchingError;

type Near = Reached<Arc<Stored<Station>>>;

impl Stations {
    /// The stations that are reached soonest; ties by id. `now` is when the way begins where
    /// no instant of arrival is asked for.
    pub fn nearby(&self, query: &NearbyStations, now: Instant) -> Result<Vec<Near>, MatchingError> {
        let from = match query.origin {
            Origin::Point(point) => point,
            Origin::Division(division) => {
                division.own_centre().ok_or(MatchingError::NoCentre { division })?
            }
        };
        let limit = f64::from(query.max_minutes);
        let reach = self.times.reach_metres(from, query.travel, limit);
        let mut found: Vec<Near> = Vec::new();
        for stored in self.all().iter().filter(|s| query.filter.admits(&s.record)) {
            let metres = from.distance_metres(&stored.record.point);
            if metres > reach {
                continue;
            }
            let minutes = self.minutes(from, &stored.record, query.travel);
            let arrival = query.open_at.unwrap_or_else(|| after(now, minutes).civil());
            let open_on_arrival = stored.record.is_open_at(arrival);
            let shut = query.open_at.is_some() && open_on_arrival != Some(true);
            if minutes <= limit && !shut {
                found.push(Reached { station: stored.clone(), minutes, metres, open_on_arrival });
            }
        }
        // Stable: the map is in order of id.
        found.sort_by(|a, b| a.minutes.total_cmp(&b.minutes));
        found.truncate(query.limit);
        Ok(found)
    }

    /// The divisions from whose centre no station is reached in time.
    pub fn coverage_gap(&self, query: &CoverageGap) -> Gap {
        let all = self.all();
        let counted: Vec<&Station> =
            all.iter().map(|s| &s.record).filter(|s| query.filter.admits(s)).collect();
        let (looked_at, without_centre) = lowest_divisions(query.division);
        let mut gap = Gap { uncovered: Vec::new(), looked_at: looked_at.len(), without_centre };
        for (division, centre) in looked_at {
            let nearest = self.soonest(centre, &counted, query.travel);
            let covered = nearest.as_ref().is_some_and(|(_, m)| *m <= f64::from(query.max_minutes));
            if !covered {
                gap.uncovered.push(Uncovered { division, centre, nearest });
            }
        }
        // Stable: the divisions are in order of code. None at all is the farthest.
        let minutes = |u: &Uncovered| u.nearest.as_ref().map_or(f64::INFINITY, |(_, m)| *m);
        gap.uncovered.sort_by(|a, b| minutes(b).total_cmp(&minutes(a)));
        gap
    }

    /// The station reached soonest; the first in order of id where several are.
    fn soonest(
        &self,
        from: Point,
        stations: &[&Station],
        travel: Travel,
    ) -> Option<(DocumentId, f64)> {
        let metres: Vec<f64> = stations.iter().map(|s| from.distance_metres(&s.point)).collect();
        // Nobody beyond the reach of the nearest one's minutes can be sooner.
        let (nearest, _) = metres.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
        let bound = self.minutes(from, stations[nearest], travel);
        let reach = self.times.reach_metres(from, travel, bound);
        let within = stations.iter().zip(&metres).filter(|(_, metres)| **metres <= reach);
        let timed = within.map(|(s, _)| (&s.id, self.minutes(from, s, travel)));
        let soonest = timed.min_by(|a, b| a.1.total_cmp(&b.1));
        soonest.map(|(id, minutes)| (id.clone(), minutes))
    }

    fn minutes(&self, from: Point, station: &Station, travel: Travel) -> f64 {
        self.times.minutes(Trip { from, to: station.point, area: station.area(), travel })
    }
}

fn after(instant: Instant, minutes: f64) -> Instant {
    Instant(instant.0.saturating_add((minutes * 60.0) as i64))
}
