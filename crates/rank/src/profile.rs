//! Ranking profiles: what each factor weighs, under a name.
//!
//! A profile is a TOML file: `name`; `calibration`, a rising line of `[raw, score]` knots
//! from `[0, 0]` to `[1, 1]`; and under `[factors]`, for each factor by its name in small
//! letters, `{ weight, unknown }`. Unknown keys are refused and no factor may be left out.

use std::collections::BTreeMap;
use std::fmt::Write;

use jobmatch_domain::matching::FactorKind;
use serde::Deserialize;
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

static BUILT_IN: &str = include_str!("../profiles/default.toml");

/// Why a profile was refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ProfileError {
    /// Not TOML, or keys that it does not have.
    #[error("ranking profile: {0}")]
    Syntax(String),
    /// A value out of its range.
    #[error("ranking profile: {key} is {value}; {expected}")]
    Value {
        /// The key.
        key: String,
        /// Its value.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A factor without weight.
    #[error("ranking profile: factors.{0} is missing; give {{ weight, unknown }}")]
    Missing(&'static str),
}

/// What each factor weighs, and what stands in for a value that is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct RankingProfile {
    name: String,
    /// Weights in order of [`FactorKind::ALL`], 0 or above; they need not add up to 1.
    pub weights: [f64; 11],
    /// Values that stand in for unknown ones, 0 to 1.
    pub unknown: [f64; 11],
    calibration: Vec<(f64, f64)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: String,
    calibration: Vec<(f64, f64)>,
    factors: BTreeMap<String, RawFactor>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFactor {
    weight: f64,
    unknown: f64,
}

impl RankingProfile {
    /// The profile that ships with the service.
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("the built-in profile is checked by a test")
    }

    /// Reads and checks a profile.
    pub fn parse(toml: &str) -> Result<Self, ProfileError> {
        let mut raw: Raw =
            toml::from_str(toml).map_err(|e| ProfileError::Syntax(e.message().to_owned()))?;
        let mut out = Self::with(&raw.name, [0.0; 11], [0.0; 11], raw.calibration)?;
        for kind in FactorKind::ALL {
            let name = factor_name(kind);
            let factor = raw.factors.remove(name).ok_or(ProfileError::Missing(name))?;
            let value = |key: &str, value: f64, most: f64, expected| {
                let key = format!("factors.{name}.{key}");
                let fault = || ProfileError::Value { key, value: value.to_string(), expected };
                (0.0..=most).contains(&value).then_some(value).ok_or_else(fault)
            };
            out.weights[kind.index()] = value("weight", factor.weight, 1e6, "give 0 to 1000000")?;
            out.unknown[kind.index()] = value("unknown", factor.unknown, 1.0, "give 0 to 1")?;
        }
        match raw.factors.pop_first() {
            Some((name, _)) => Err(ProfileError::Syntax(format!("there is no factor {name:?}"))),
            None => Ok(out),
        }
    }

    /// A profile of these values. `calibration` as in [`RankingProfile::calibrate`].
    pub fn with(
        name: &str,
        weights: [f64; 11],
        unknown: [f64; 11],
        calibration: Vec<(f64, f64)>,
    ) -> Result<Self, ProfileError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if !(1..=40).contains(&name.len()) || !name.bytes().all(plain) {
            return Err(ProfileError::Value {
                key: "name".into(),
                value: format!("{name:?}"),
                expected: "give 1 to 40 letters, digits, dots, dashes or underscores",
            });
        }
        let rising = calibration.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1);
        let ends = (calibration.first(), calibration.last());
        if !rising || ends != (Some(&(0.0, 0.0)), Some(&(1.0, 1.0))) {
            return Err(ProfileError::Value {
                key: "calibration".into(),
                value: format!("{calibration:?}"),
                expected: "give knots that rise in both numbers from [0, 0] to [1, 1]",
            });
        }
        Ok(Self { name: name.to_owned(), weights, unknown, calibration })
    }

    /// The score of a weighted mean, both 0 to 1: linear between the knots. Strictly
    /// rising, so that it changes no order.
    pub fn calibrate(&self, mean: f64) -> f64 {
        let next = self.calibration.partition_point(|(raw, _)| *raw < mean).max(1);
        let [(x0, y0), (x1, y1)] = match self.calibration.get(next - 1..=next) {
            Some(&[a, b]) => [a, b],
            _ => return mean.clamp(0.0, 1.0),
        };
        y0 + (y1 - y0) * (mean - x0) / (x1 - x0)
    }

    /// Name and digest; part of each answer and of page tokens, so that it changes whenever
    /// a weight does.
    pub fn version(&self) -> String {
        format!("{}-{:08x}", self.name, xxh3_64(self.to_toml().as_bytes()) as u32)
    }

    /// The profile as [`RankingProfile::parse`] reads it.
    pub fn to_toml(&self) -> String {
        let mut out = format!("name = {:?}\n", self.name);
        let knots: Vec<String> =
            self.calibration.iter().map(|(x, y)| format!("[{x:?}, {y:?}]")).collect();
        let _ = writeln!(out, "calibration = [{}]\n\n[factors]", knots.join(", "));
        for kind in FactorKind::ALL {
            let (weight, unknown) = (self.weights[kind.index()], self.unknown[kind.index()]);
            let name = factor_name(kind);
            let _ = writeln!(out, "{name} = {{ weight = {weight:?}, unknown = {unknown:?} }}");
        }
        out
    }
}

/// The factor's name in a profile.
fn factor_name(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Lexical => "lexical",
        FactorKind::Semantic => "semantic",
        FactorKind::Occupation => "occupation",
        FactorKind::Skills => "skills",
        FactorKind::Certificates => "certificates",
        FactorKind::Education => "education",
        FactorKind::Experience => "experience",
        FactorKind::Pay => "pay",
        FactorKind::Place => "place",
        FactorKind::Hours => "hours",
        FactorKind::Freshness => "freshness",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_survives_its_own_file() {
        let profile = RankingProfile::built_in();
        assert_eq!(RankingProfile::parse(&profile.to_toml()), Ok(profile));
    }

    #[test]
    fn faults_are_named() {
        let fault = |from: &str, to: &str| {
            assert!(BUILT_IN.contains(from), "{from}");
            RankingProfile::parse(&BUILT_IN.replace(from, to)).unwrap_err().to_string()
        };
        assert!(fault("pay = {", "pey = {").contains("factors.pay is missing"));
        assert!(fault("[factors]", "extra = 1\n[factors]").contains("extra"));
        assert!(fault("[[0.0, 0.0],", "[[0.0, 0.1],").contains("calibration"));
        assert!(fault("name = \"clerk", "name = \"cl erk").contains("name is"));
        let weights = RankingProfile::built_in();
        let negative = weights.to_toml().replacen("weight = ", "weight = -", 1);
        let message = RankingProfile::parse(&negative).unwrap_err().to_string();
        assert!(message.contains("factors.lexical.weight is -"), "{message}");
    }

    #[test]
    fn calibration_is_linear_between_knots_and_keeps_order() {
        let knots = vec![(0.0, 0.0), (0.5, 0.2), (1.0, 1.0)];
        let profile = RankingProfile::with("t", [1.0; 11], [0.0; 11], knots).unwrap();
        let all: Vec<f64> = (0..=100).map(|i| profile.calibrate(f64::from(i) / 100.0)).collect();
        assert!(all.windows(2).all(|w| w[0] < w[1]));
        assert!((all[0], all[50], all[100]) == (0.0, 0.2, 1.0), "{all:?}");
        assert!((all[75] - 0.6).abs() < 1e-12);
    }
}
