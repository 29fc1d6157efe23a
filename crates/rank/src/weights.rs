//! The weights of the factors.

use jobmatch_domain::matching::FactorKind;

/// Name and version of the ranking; part of each answer and of page tokens. Changes
/// whenever a weight or a formula changes.
pub const RANKING_NAME: &str = "clerk-1";

/// What each factor weighs, and what stands in for a value that is not known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankingWeights {
    /// Weights in order of [`FactorKind::ALL`]; they need not add up to 1.
    pub weights: [f64; 11],
    /// Values that stand in for unknown ones, 0 to 1.
    pub unknown: [f64; 11],
}

impl Default for RankingWeights {
    /// Set on the public half of the test collection by `jobmatch eval`; see
    /// `benches/README.md` for the table that they give.
    fn default() -> Self {
        let mut out = Self { weights: [0.0; 11], unknown: [0.5; 11] };
        for (kind, weight, unknown) in [
            (FactorKind::Lexical, 9.0, 0.0),
            (FactorKind::Semantic, 0.8, 0.0),
            (FactorKind::Occupation, 0.8, 0.2),
            (FactorKind::Skills, 1.3, 0.4),
            (FactorKind::Certificates, 1.0, 1.0),
            (FactorKind::Education, 0.4, 0.8),
            (FactorKind::Experience, 0.3, 0.8),
            (FactorKind::Pay, 2.0, 0.5),
            (FactorKind::Place, 6.0, 0.4),
            (FactorKind::Hours, 3.2, 0.6),
            (FactorKind::Freshness, 0.45, 0.5),
        ] {
            out.weights[kind.index()] = weight;
            out.unknown[kind.index()] = unknown;
        }
        out
    }
}
