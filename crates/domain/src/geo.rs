//! Points on the earth, and the datums that Chinese maps give them in.

use std::f64::consts::PI;

use thiserror::Error;

/// Why a coordinate was refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GeoError {
    /// NaN or an infinity.
    #[error("{field} is not a finite number")]
    NotFinite {
        /// `latitude` or `longitude`.
        field: &'static str,
    },
    /// Outside the globe.
    #[error("{field} is {value}; give degrees from -{limit} to {limit}")]
    OutOfRange {
        /// `latitude` or `longitude`.
        field: &'static str,
        /// The value.
        value: f64,
        /// 90 or 180.
        limit: f64,
    },
}

/// Geodetic datum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Datum {
    /// What GPS receivers report.
    #[default]
    Wgs84,
    /// Treated as WGS 84: the two differ by less than a metre.
    Cgcs2000,
    /// AutoNavi, Tencent.
    Gcj02,
    /// Baidu.
    Bd09,
}

/// A point in WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    latitude: f64,
    longitude: f64,
}

/// Mean radius of the earth in metres (IUGG).
const EARTH_RADIUS_METRES: f64 = 6_371_008.8;

impl Point {
    /// Checks the degrees and converts them to WGS 84.
    pub fn new(latitude: f64, longitude: f64, datum: Datum) -> Result<Self, GeoError> {
        check("latitude", latitude, 90.0)?;
        check("longitude", longitude, 180.0)?;
        let given = Self { latitude, longitude };
        Ok(match datum {
            Datum::Wgs84 | Datum::Cgcs2000 => given,
            Datum::Gcj02 => given.gcj02_to_wgs84(),
            Datum::Bd09 => given.bd09_to_gcj02().gcj02_to_wgs84(),
        })
    }

    /// Degrees north.
    pub fn latitude(&self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    pub fn longitude(&self) -> f64 {
        self.longitude
    }

    /// (latitude, longitude) in a datum.
    pub fn in_datum(&self, datum: Datum) -> (f64, f64) {
        let p = match datum {
            Datum::Wgs84 | Datum::Cgcs2000 => *self,
            Datum::Gcj02 => self.to_gcj02(),
            Datum::Bd09 => self.to_gcj02().gcj02_to_bd09(),
        };
        (p.latitude, p.longitude)
    }

    /// Metres along the great circle (haversine on a sphere; within 0.5% of the
    /// ellipsoid).
    pub fn distance_metres(&self, other: &Self) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_lat = ((b - a) / 2.0).sin();
        let half_lon = ((other.longitude - self.longitude).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + a.cos() * b.cos() * half_lon * half_lon;
        2.0 * EARTH_RADIUS_METRES * h.sqrt().min(1.0).asin()
    }

    /// The point on the unit sphere; chords between such vectors order like distances.
    pub fn unit_vector(&self) -> [f64; 3] {
        let (lat, lon) = (self.latitude.to_radians(), self.longitude.to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    }

    /// Length of the chord of the unit sphere under so many metres of great circle.
    pub fn chord_for_metres(metres: f64) -> f64 {
        2.0 * (metres / EARTH_RADIUS_METRES / 2.0).clamp(0.0, PI / 2.0).sin()
    }

    /// Roughly China's bounding box; outside, GCJ-02 is WGS 84.
    fn is_shifted(&self) -> bool {
        (72.004..=137.8347).contains(&self.longitude) && (0.8293..=55.8271).contains(&self.latitude)
    }

    /// The published GCJ-02 offset polynomial on the Krasovsky 1940 ellipsoid.
    fn to_gcj02(self) -> Self {
        if !self.is_shifted() {
            return self;
        }
        const AXIS: f64 = 6_378_245.0;
        const ECCENTRICITY: f64 = 0.006_693_421_622_965_943;
        let (x, y) = (self.longitude - 105.0, self.latitude - 35.0);
        let wave = |v: f64, a: f64| (v * a * PI).sin();
        let common = (20.0 * wave(x, 6.0) + 20.0 * wave(x, 2.0)) * 2.0 / 3.0;
        let root = x.abs().sqrt();
        let mut lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common;
        lat += (20.0 * wave(y, 1.0) + 40.0 * wave(y, 1.0 / 3.0)) * 2.0 / 3.0;
        lat += (160.0 * wave(y, 1.0 / 12.0) + 320.0 * wave(y, 1.0 / 30.0)) * 2.0 / 3.0;
        let mut lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common;
        lon += (20.0 * wave(x, 1.0) + 40.0 * wave(x, 1.0 / 3.0)) * 2.0 / 3.0;
        lon += (150.0 * wave(x, 1.0 / 12.0) + 300.0 * wave(x, 1.0 / 30.0)) * 2.0 / 3.0;
        let radians = self.latitude.to_radians();
        let magic = 1.0 - ECCENTRICITY * radians.sin().powi(2);
        let north = AXIS * (1.0 - ECCENTRICITY) / (magic * magic.sqrt()) * PI;
        let east = AXIS / magic.sqrt() * radians.cos() * PI;
        Self {
            latitude: self.latitude + lat * 180.0 / north,
            longitude: self.longitude + lon * 180.0 / east,
        }
    }

    /// Fixed-point inverse of [`Self::to_gcj02`]; each step gains about five decimals.
    fn gcj02_to_wgs84(self) -> Self {
        let mut guess = self;
        for _ in 0..8 {
            let seen = guess.to_gcj02();
            guess.latitude += self.latitude - seen.latitude;
            guess.longitude += self.longitude - seen.longitude;
        }
        guess
    }

    fn gcj02_to_bd09(self) -> Self {
        const X_PI: f64 = PI * 3000.0 / 180.0;
        let (x, y) = (self.longitude, self.latitude);
        let z = x.hypot(y) + 0.00002 * (y * X_PI).sin();
        let theta = y.atan2(x) + 0.000003 * (x * X_PI).cos();
        Self { longitude: z * theta.cos() + 0.0065, latitude: z * theta.sin() + 0.006 }
    }

    fn bd09_to_gcj02(self) -> Self {
        let mut guess =
            Self { latitude: self.latitude - 0.006, longitude: self.longitude - 0.0065 };
        for _ in 0..8 {
            let seen = guess.gcj02_to_bd09();
            guess.latitude += self.latitude - seen.latitude;
            guess.longitude += self.longitude - seen.longitude;
        }
        guess
    }
}

fn check(field: &'static str, value: f64, limit: f64) -> Result<(), GeoError> {
    if !value.is_finite() {
        return Err(GeoError::NotFinite { field });
    }
    if value.abs() > limit {
        return Err(GeoError::OutOfRange { field, value, limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn datums_agree_with_published_points() {
        // The worked example of the coordtransform library's documentation.
        let wgs = Point::new(39.915, 116.404, Datum::Wgs84).unwrap();
        let (lat, lon) = wgs.in_datum(Datum::Gcj02);
        assert!((lat - 39.916_404_281_501_64).abs() < 1e-9);
        assert!((lon - 116.410_244_499_169_38).abs() < 1e-9);
        let gcj = Point { latitude: 39.915, longitude: 116.404 };
        let bd = gcj.gcj02_to_bd09();
        assert!((bd.latitude - 39.921_336_993_510_21).abs() < 1e-9);
        assert!((bd.longitude - 116.410_369_493_710_29).abs() < 1e-9);
    }

    #[test]
    fn bad_degrees_name_their_field() {
        let err = |lat, lon| Point::new(lat, lon, Datum::Wgs84).unwrap_err().to_string();
        assert!(err(f64::NAN, 0.0).starts_with("latitude"));
        assert!(err(0.0, 181.0).starts_with("longitude is 181"));
    }

    #[test]
    fn distances_are_those_of_the_sphere() {
        let at = |lat, lon| Point::new(lat, lon, Datum::Wgs84).unwrap();
        let degree = at(36.0, 117.0).distance_metres(&at(37.0, 117.0));
        assert!((degree - 111_195.08).abs() < 0.1, "{degree}");
        assert_eq!(at(36.0, 117.0).distance_metres(&at(36.0, 117.0)), 0.0);
    }

    proptest! {
        #[test]
        fn datums_round_trip(lat in 4.0f64..53.0, lon in 74.0f64..134.0) {
            for datum in [Datum::Gcj02, Datum::Bd09] {
                let wgs = Point::new(lat, lon, Datum::Wgs84).unwrap();
                let (y, x) = wgs.in_datum(datum);
                let back = Point::new(y, x, datum).unwrap();
                prop_assert!(back.distance_metres(&wgs) < 0.01);
            }
        }

        #[test]
        fn chords_order_like_distances(
            lat in -80.0f64..80.0, lon in -170.0f64..170.0, metres in 1.0f64..1e6,
            dlat in -5.0f64..5.0, dlon in -5.0f64..5.0,
        ) {
            let a = Point::new(lat, lon, Datum::Wgs84).unwrap();
            let b = Point::new(lat + dlat, lon + dlon, Datum::Wgs84).unwrap();
            let (u, v) = (a.unit_vector(), b.unit_vector());
            let chord = (0..3).map(|i| (u[i] - v[i]).powi(2)).sum::<f64>().sqrt();
            let distance = a.distance_metres(&b);
            prop_assume!((distance - metres).abs() > 0.01);
            prop_assert_eq!(chord < Point::chord_for_metres(metres), distance < metres);
        }
    }
}
