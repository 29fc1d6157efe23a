//! The lexicon as its files have it: rows, checked line by line.

use std::collections::HashMap;

use jobmatch_domain::{Physical, PhysicalSet};

use super::{OccupationEntry, OccupationId};
use crate::error::TextError;
use crate::normalize::normalize;

const COLUMNS: usize = 9;
/// Ids are 16 bits wide.
const MAX_OCCUPATIONS: usize = 60_000;

/// Rows of any number of files.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<OccupationEntry>,
    pub(super) by_name: HashMap<String, OccupationId>,
    /// Neighbours by name, with the place of their row, until every row is read.
    wanted: Vec<(Place, OccupationId, String)>,
    /// Occupations of the first file.
    pub(super) everyday: usize,
    /// What the version is a digest of.
    pub(super) content: String,
}

/// Where a row stands.
#[derive(Debug, Clone)]
struct Place {
    file: String,
    line: usize,
}

impl Place {
    fn fault(&self, column: &'static str, problem: String) -> TextError {
        TextError::Lexicon { file: self.file.clone(), line: self.line, column, problem }
    }
}

impl Table {
    /// Takes the rows of a file. A row of a name that exists adds to its occupation.
    pub(super) fn read(&mut self, file: &str, tsv: &str) -> Result<(), TextError> {
        for (i, line) in tsv.lines().enumerate().skip(1) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let place = Place { file: file.to_owned(), line: i + 1 };
            let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
            if cells.len() != COLUMNS {
                let problem = format!("{} columns in place of {COLUMNS}", cells.len());
                return Err(place.fault("name", problem));
            }
            self.take(place, &cells)?;
        }
        if self.content.is_empty() {
            self.everyday = self.entries.len();
        }
        self.content.push_str(tsv);
        Ok(())
    }

    fn take(&mut self, place: Place, cells: &[&str]) -> Result<(), TextError> {
        let row = entry(&place, cells)?;
        let name = normalize(&row.name);
        let known = self.by_name.get(&name).copied();
        let id = match known.filter(|id| normalize(&self.entries[id.index()].name) == name) {
            Some(id) => id,
            None if self.entries.len() == MAX_OCCUPATIONS => {
                return Err(place.fault("name", format!("more than {MAX_OCCUPATIONS} rows")));
            }
            None => {
                let id = OccupationId(self.entries.len() as u16);
                self.claim(&place, "name", name, id)?;
                if !row.code.is_empty() {
                    self.claim(&place, "code", row.code.clone(), id)?;
                }
                self.entries.push(OccupationEntry { aliases: Vec::new(), ..row.clone() });
                id
            }
        };
        for alias in &row.aliases {
            self.claim(&place, "aliases", alias.clone(), id)?;
            self.entries[id.index()].aliases.push(alias.clone());
        }
        if known == Some(id) {
            let entry = &mut self.entries[id.index()];
            entry.skills.extend(row.skills);
            entry.tools.extend(row.tools);
        }
        self.wanted.push((place, id, cells[8].to_owned()));
        Ok(())
    }

    fn claim(
        &mut self,
        place: &Place,
        column: &'static str,
        name: String,
        id: OccupationId,
    ) -> Result<(), TextError> {
        if name.chars().count() < 2 {
            return Err(place.fault(column, format!("{name:?} is too short")));
        }
        match self.by_name.insert(name.clone(), id) {
            None => Ok(()),
            Some(_) => Err(place.fault(column, format!("{name:?} stands twice"))),
        }
    }

    /// Resolves the neighbours of all rows.
    pub(super) fn link(&mut self) -> Result<(), TextError> {
        for (place, id, cell) in std::mem::take(&mut self.wanted) {
            let mut found = neighbours(&place, &cell, &self.by_name)?;
            if found.iter().any(|(neighbour, _)| *neighbour == id) {
                return Err(place.fault("neighbours", "it is its own neighbour".into()));
            }
            let entry = &mut self.entries[id.index()];
            entry.neighbours.append(&mut found);
            entry.neighbours.sort_by_key(|(id, _)| *id);
            if let Some(pair) = entry.neighbours.windows(2).find(|w| w[0].0 == w[1].0) {
                let problem = format!("neighbour number {} stands twice", pair[0].0.0);
                return Err(place.fault("neighbours", problem));
            }
        }
        Ok(())
    }
}

fn entry(place: &Place, cells: &[&str]) -> Result<OccupationEntry, TextError> {
    let list = |cell: &str| -> Vec<String> {
        cell.split('|').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
    };
    let physical = list(cells[7])
        .iter()
        .map(|code| {
            Physical::of_code(code)
                .ok_or_else(|| place.fault("physical", format!("{code:?} is no known code")))
        })
        .collect::<Result<PhysicalSet, _>>()?;
    Ok(OccupationEntry {
        name: cells[0].to_owned(),
        code: cells[1].to_owned(),
        group: cells[2].to_owned(),
        aliases: list(cells[3]).iter().map(|a| normalize(a)).collect(),
        skills: list(cells[4]),
        tools: list(cells[5]),
        certificates: list(cells[6]),
        physical,
        neighbours: Vec::new(),
    })
}

fn neighbours(
    place: &Place,
    cell: &str,
    by_name: &HashMap<String, OccupationId>,
) -> Result<Vec<(OccupationId, f32)>, TextError> {
    let bad = |problem: String| place.fault("neighbours", problem);
    let mut out = Vec::new();
    for item in cell.split('|').filter(|s| !s.is_empty()) {
        let (name, weight) =
            item.split_once(':').ok_or_else(|| bad(format!("{item:?} is not name:weight")))?;
        let id = by_name
            .get(&normalize(name))
            .ok_or_else(|| bad(format!("{name:?} is not in the lexicon")))?;
        let weight: f32 = weight.parse().map_err(|_| bad(format!("{weight:?} is no number")))?;
        if !(0.1..=0.9).contains(&weight) {
            return Err(bad(format!("weight {weight} of {name:?} is not within 0.1 to 0.9")));
        }
        out.push((*id, weight));
    }
    Ok(out)
}
