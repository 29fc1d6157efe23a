//! The table for people and the object for programs.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::measures::Measured;
use super::runs::{Direction, Mode, Ranker, Without};
use super::spread::Spread;
use super::top_ten::{RULING_OUT, TopTen};

/// Everything that was measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rankings: BTreeMap<(Direction, Mode, Ranker), Measured>,
    /// The fused ranking without a part, person to jobs.
    pub(crate) ablations: Vec<(Without, Mode, Measured)>,
    /// The first ten of the fused ranking, person to jobs.
    pub(crate) top_ten: Vec<(Mode, TopTen)>,
    /// The fused ranking of structured records, person to jobs, without and with spread.
    pub(crate) spread: Vec<Spread>,
}

impl Report {
    pub(crate) fn add(&mut self, direction: Direction, mode: Mode, ranker: Ranker, m: Measured) {
        self.rankings.insert((direction, mode, ranker), m);
    }

    /// Markdown tables.
    pub(crate) fn table(&self) -> String {
        let mut out = String::new();
        for direction in Direction::ALL {
            out.push_str(&format!("{}\n\n| mode | ranking |", direction.name()));
            out.push_str(" nDCG@10 | 95% | P@5 | recall@10 | recall@50 | MRR | MAP |\n");
            out.push_str("|---|---|---|---|---|---|---|---|---|\n");
            let rows = self.rankings.iter().filter(|((d, _, _), _)| *d == direction);
            for ((_, mode, ranker), m) in rows {
                out.push_str(&format!("| {} | {} | {} |\n", mode.name(), ranker.name(), cells(m)));
            }
            out.push('\n');
        }
        out.push_str(
            "| first ten, person_to_job | shown | judged | ineligible | certificates | kind \
             | validity | right |\n|---|---|---|---|---|---|---|---|\n",
        );
        for (mode, t) in &self.top_ten {
            let share = 100.0 * t.judged as f64 / t.shown.max(1) as f64;
            let by = t.by_condition.map(|n| n.to_string()).join(" | ");
            let (name, shown, out_of_place) = (mode.name(), t.shown, t.ineligible);
            out.push_str(&format!("| {name} | {shown} | {share:.0}% | {out_of_place} | {by} |\n"));
        }
        if !self.ablations.is_empty() {
            out.push_str(
                "\n| person_to_job, nDCG@10 | structured | free_text_person | text_only |\n",
            );
            out.push_str("|---|---|---|---|\n");
            for without in Without::ALL {
                let rows = self.ablations.iter().filter(|(w, _, _)| *w == without);
                let cells: Vec<String> = rows.map(|(_, _, m)| ndcg(m)).collect();
                out.push_str(&format!("| {} | {} |\n", without.name(), cells.join(" | ")));
            }
        }
        if !self.spread.is_empty() {
            out.push_str(
                "\n| spread, structured | coverage | Gini | nDCG@10 |\n|---|---|---|---|\n",
            );
        }
        for s in &self.spread {
            let name = if s.spread { "on" } else { "off" };
            let (coverage, gini, ndcg) = (100.0 * s.coverage, s.gini, s.ndcg_at_10);
            out.push_str(&format!("| {name} | {coverage:.1}% | {gini:.3} | {ndcg:.3} |\n"));
        }
        out.trim_end().to_owned()
    }

    /// `{direction: {mode: {ranking: {measure: value}}}, "ablations": …, "first_ten": …}`.
    pub(crate) fn json(&self) -> String {
        let mut root = Map::new();
        for ((direction, mode, ranker), m) in &self.rankings {
            put(&mut root, [direction.name(), mode.name(), ranker.name()], object(m));
        }
        for (without, mode, m) in &self.ablations {
            put(&mut root, ["ablations", without.name(), mode.name()], object(m));
        }
        for (mode, t) in &self.top_ten {
            let mut counts =
                json!({ "shown": t.shown, "judged": t.judged, "ineligible": t.ineligible });
            for (kind, count) in RULING_OUT.iter().zip(t.by_condition) {
                counts[format!("{kind:?}").to_lowercase()] = json!(count);
            }
            put(&mut root, ["first_ten", "fused", mode.name()], counts);
        }
        for s in &self.spread {
            let name = if s.spread { "on" } else { "off" };
            let values =
                json!({ "coverage": s.coverage, "gini": s.gini, "ndcg_at_10": s.ndcg_at_10 });
            put(&mut root, ["spread", "structured", name], values);
        }
        Value::Object(root).to_string()
    }
}

fn put(root: &mut Map<String, Value>, [a, b, c]: [&str; 3], value: Value) {
    let outer = root.entry(a).or_insert_with(|| json!({}));
    if outer[b].is_null() {
        outer[b] = json!({});
    }
    outer[b][c] = value;
}

fn object(m: &Measured) -> Value {
    let (low, high) = m.interval();
    json!({
        "ndcg_at_10": m.ndcg_at_10,
        "ndcg_at_10_95": [low, high],
        "p_at_5": m.p_at_5,
        "recall_at_10": m.recall_at_10,
        "recall_at_50": m.recall_at_50,
        "mrr": m.mrr,
        "map": m.map,
        "queries": m.ndcg.len(),
    })
}

fn ndcg(m: &Measured) -> String {
    let (low, high) = m.interval();
    format!("{:.3} ({low:.3}–{high:.3})", m.ndcg_at_10)
}

fn cells(m: &Measured) -> String {
    let (low, high) = m.interval();
    let rest = [m.p_at_5, m.recall_at_10, m.recall_at_50, m.mrr, m.map];
    let rest: Vec<String> = rest.iter().map(|v| format!("{v:.3}")).collect();
    format!("{:.3} | {low:.3}–{high:.3} | {}", m.ndcg_at_10, rest.join(" | "))
}
