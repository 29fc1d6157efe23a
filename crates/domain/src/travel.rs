//! Means of travel and rough minutes on the way.

/// How a person travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Travel {
    /// 步行
    Walk,
    /// 自行车
    Bike,
    /// 电动车, the commonest means around the stations.
    #[default]
    Ebike,
    /// 公交
    Bus,
    /// 汽车
    Car,
}

/// Length of the way over the straight line. This and the speeds are those that the
/// readers of the test collection were shown.
const DETOUR: f64 = 1.35;

impl Travel {
    /// Every means, in the order of the contract.
    pub const ALL: [Self; 5] = [Self::Walk, Self::Bike, Self::Ebike, Self::Bus, Self::Car];

    fn metres_a_minute(self) -> f64 {
        let kilometres_an_hour = match self {
            Self::Walk => 4.5,
            Self::Bike => 12.0,
            Self::Ebike => 20.0,
            Self::Bus => 16.0,
            Self::Car => 26.0,
        };
        kilometres_an_hour * 1000.0 / 60.0
    }

    fn waiting_minutes(self) -> f64 {
        match self {
            Self::Bus => 8.0,
            Self::Walk | Self::Bike | Self::Ebike | Self::Car => 0.0,
        }
    }

    /// Minutes for so many straight-line metres.
    pub fn minutes(self, straight_metres: f64) -> f64 {
        straight_metres * DETOUR / self.metres_a_minute() + self.waiting_minutes()
    }

    /// Straight-line metres that are reached in so many minutes; the inverse of
    /// [`Travel::minutes`], 0 where the waiting alone takes longer.
    pub fn reach_metres(self, minutes: f64) -> f64 {
        (minutes - self.waiting_minutes()).max(0.0) * self.metres_a_minute() / DETOUR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_is_the_inverse_of_minutes() {
        for travel in Travel::ALL {
            let reach = travel.reach_metres(30.0);
            assert!((travel.minutes(reach) - 30.0).abs() < 1e-9, "{travel:?}");
        }
        assert_eq!(Travel::Bus.reach_metres(5.0), 0.0);
        assert!((Travel::Ebike.minutes(1000.0) - 4.05).abs() < 1e-9);
    }
}
