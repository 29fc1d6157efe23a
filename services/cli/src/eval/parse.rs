//! `jobmatch eval-parse`: how well is an advert's text read, against labelled adverts?

mod fields;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use jobmatch_domain::Date;
use jobmatch_text::Lexicon;
use jobmatch_text::audit::parse_and_audit;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use fields::{FIELDS, Gold, Mark};

/// Arguments of `eval-parse`.
#[derive(Debug, Args)]
pub(crate) struct EvalParseArguments {
    /// JSON lines of adverts: id, text, today, gold, audit, missing.
    file: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Print every value that was missed or wrongly found.
    #[arg(long)]
    errors: bool,
}

/// A labelled advert.
#[derive(Debug, Deserialize)]
struct Advert {
    id: String,
    text: String,
    today: String,
    gold: Gold,
    #[serde(default)]
    audit: Vec<Mark>,
    #[serde(default)]
    missing: BTreeSet<String>,
}

/// Values found, wanted and both, over all adverts.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    hits: usize,
    found: usize,
    wanted: usize,
}

impl Tally {
    fn precision(self) -> f64 {
        share(self.hits, self.found)
    }

    fn recall(self) -> f64 {
        share(self.hits, self.wanted)
    }

    fn f1(self) -> f64 {
        share(2 * self.hits, self.found + self.wanted)
    }
}

/// 1 where there was nothing to find and nothing was found.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Scores the parser and the audit field by field.
pub(crate) fn eval_parse(arguments: &EvalParseArguments) -> Result<(), Failure> {
    let tallies = tally(&arguments.file, arguments.errors)?;
    print(&tallies, arguments.json);
    Ok(())
}

fn tally(path: &Path, errors: bool) -> Result<[Tally; FIELDS.len()], Failure> {
    let fail = |e: String| Failure::new(format!("{}{e}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| fail(format!(": {e}")))?;
    let mut tallies = [Tally::default(); FIELDS.len()];
    for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let advert: Advert =
            serde_json::from_str(line).map_err(|e| fail(format!(", line {}: {e}", number + 1)))?;
        score(&advert, &mut tallies, errors)?;
    }
    Ok(tallies)
}

fn score(advert: &Advert, tallies: &mut [Tally], errors: bool) -> Result<(), Failure> {
    let today = Date::parse(&advert.today)
        .map_err(|e| Failure::new(format!("{}: today {e}", advert.id)))?;
    let (draft, audit) = parse_and_audit(&advert.text, today, Lexicon::built_in());
    for (field, tally) in FIELDS.iter().zip(tallies) {
        let (wanted, found) = match *field {
            "audit" => fields::marks(&advert.text, &advert.audit, &audit.findings),
            "missing" => (
                advert.missing.iter().cloned().collect(),
                audit
                    .missing
                    .iter()
                    .map(|e| e.code().to_owned())
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
            ),
            field => (advert.gold.values(field), fields::values(&draft, field, &advert.gold)),
        };
        tally.wanted += wanted.len();
        tally.found += found.len();
        tally.hits += found.iter().filter(|v| wanted.contains(v)).count();
        if errors && wanted != found {
            println!(
                "{}\t{field}\twanted {}\tgot {}",
                advert.id,
                wanted.join(", "),
                found.join(", ")
            );
        }
    }
    Ok(())
}

fn print(tallies: &[Tally], as_json: bool) {
    let rows = FIELDS.iter().zip(tallies);
    if as_json {
        let rounded = |value: f64| (value * 1e4).round() / 1e4;
        let object: Map<String, Value> = rows
            .map(|(field, t)| {
                let values = json!({
                    "precision": rounded(t.precision()),
                    "recall": rounded(t.recall()),
                    "f1": rounded(t.f1()),
                });
                ((*field).to_owned(), values)
            })
            .collect();
        println!("{}", Value::Object(object));
        return;
    }
    println!("{:<20} {:>9} {:>9} {:>9} {:>7}", "field", "precision", "recall", "F1", "values");
    for (field, t) in rows {
        println!(
            "{field:<20} {:>9.3} {:>9.3} {:>9.3} {:>7}",
            t.precision(),
            t.recall(),
            t.f1(),
            t.wanted
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields with the least F1 that the labelled adverts of the sample must reach.
    const LEAST: [(&str, f64); 10] = [
        ("pay", 0.95),
        ("headcount", 0.95),
        ("certificates", 0.95),
        ("hours", 0.9),
        ("window", 0.9),
        ("age", 0.9),
        ("education", 0.9),
        ("place", 0.9),
        ("kind", 0.9),
        ("audit", 0.95),
    ];

    #[test]
    fn the_labelled_adverts_are_read() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../server/sample/adverts.jsonl");
        let tallies = match tally(Path::new(file), false) {
            Ok(tallies) => tallies,
            Err(failure) => panic!("{failure}"),
        };
        for (name, least) in LEAST {
            let position = FIELDS.iter().position(|field| *field == name);
            let f1 = tallies[position.unwrap_or_else(|| panic!("no field {name}"))].f1();
            assert!(f1 >= least, "{name}: F1 {f1:.3} is below {least}");
        }
    }
}
