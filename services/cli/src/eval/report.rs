//! The table for people and the object for programs.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::measures::Measured;
use super::runs::{Direction, Mode, Ranker};

/// Everything that was measured.
#[derive(Debug, Default)]
pub(crate) struct Report(BTreeMap<(Direction, Mode, Ranker), Measured>);

impl Report {
    pub(crate) fn add(&mut self, direction: Direction, mode: Mode, ranker: Ranker, m: Measured) {
        self.0.insert((direction, mode, ranker), m);
    }

    /// One Markdown table a direction.
    pub(crate) fn table(&self) -> String {
        let mut out = String::new();
        for direction in Direction::ALL {
            out.push_str(&format!(
                "{}\n\n| mode | ranking | nDCG@10 | P@5 | recall@50 | MRR |\n|---|---|---|---|---|---|\n",
                direction.name()
            ));
            for ((_, mode, ranker), m) in self.0.iter().filter(|((d, _, _), _)| *d == direction) {
                out.push_str(&format!(
                    "| {} | {} | {:.3} | {:.3} | {:.3} | {:.3} |\n",
                    mode.name(),
                    ranker.name(),
                    m.ndcg_at_10,
                    m.p_at_5,
                    m.recall_at_50,
                    m.mrr
                ));
            }
            out.push('\n');
        }
        out.trim_end().to_owned()
    }

    /// `{direction: {mode: {ranking: {measure: value}}}}`.
    pub(crate) fn json(&self) -> String {
        let mut root = Map::new();
        for ((direction, mode, ranker), m) in &self.0 {
            let by_direction = root.entry(direction.name()).or_insert_with(|| json!({}));
            let by_mode = &mut by_direction[mode.name()];
            if by_mode.is_null() {
                *by_mode = json!({});
            }
            by_mode[ranker.name()] = json!({
                "ndcg_at_10": m.ndcg_at_10,
                "p_at_5": m.p_at_5,
                "recall_at_50": m.recall_at_50,
                "mrr": m.mrr,
                "queries": m.queries,
            });
        }
        Value::Object(root).to_string()
    }
}
