//! Files that a model learns from, as plain rows.

use std::path::{Path, PathBuf};

use jobmatch_text::{Analysis, Analyzer};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::rows;

/// Rows that are analysed before the next ones are: their terms are large.
const CHUNK: usize = 2_000;

/// An advert.
#[derive(Debug, Clone)]
pub(crate) struct Advert {
    pub(crate) title: String,
    pub(crate) body: String,
}

/// An occupation as an official list describes it.
#[derive(Debug, Clone)]
pub(crate) struct Official {
    pub(crate) name: String,
    pub(crate) trades: Vec<String>,
    pub(crate) definition: String,
    pub(crate) duties: String,
}

/// What all files hold, in their order.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    pub(crate) adverts: Vec<Advert>,
    pub(crate) official: Vec<Official>,
    /// Names of jobs that nothing is told about.
    pub(crate) names: Vec<String>,
    /// Names of one thing.
    pub(crate) synonyms: Vec<Vec<String>>,
}

impl Corpus {
    /// Reads files: JSON lines or CSV of adverts (`title` and `description` or `desc`) or of
    /// occupations (`name`, `worktypes`, `definition`, `duties`), also gzipped; `.txt`, a
    /// name a line; `.tsv`, a name and others of the same thing behind a tab, separated by `|`.
    pub(crate) fn read(files: &[PathBuf]) -> Result<Self, Failure> {
        let mut corpus = Self::default();
        for file in files {
            let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default();
            match extension {
                "txt" | "tsv" => corpus.take_lines(&text(file)?, extension == "tsv"),
                _ => {
                    for (line, row) in rows::open(file)? {
                        let fail =
                            |e| Failure::new(format!("{}, line {line}: {e}", file.display()));
                        corpus.take_row(&row.map_err(fail)?);
                    }
                }
            }
        }
        Ok(corpus)
    }

    fn take_lines(&mut self, text: &str, synonyms: bool) {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        if synonyms {
            let split = |line: &str| line.split(['\t', '|']).map(str::to_owned).collect();
            self.synonyms.extend(lines.map(split));
        } else {
            self.names.extend(lines.map(str::to_owned));
        }
    }

    fn take_row(&mut self, row: &Map<String, Value>) {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        if !text("name").is_empty() {
            let trades = row.get("worktypes").and_then(Value::as_array).into_iter().flatten();
            self.official.push(Official {
                name: text("name").to_owned(),
                trades: trades.filter_map(Value::as_str).map(str::to_owned).collect(),
                definition: text("definition").to_owned(),
                duties: text("duties").to_owned(),
            });
            return;
        }
        let body = if text("description").is_empty() { text("desc") } else { text("description") };
        let skills = row.get("skills").and_then(Value::as_array).into_iter().flatten();
        let skills: Vec<String> = skills.filter_map(Value::as_str).map(str::to_owned).collect();
        self.adverts.extend(Advert::new(text("title"), &skills, body));
    }
}

impl Advert {
    /// An advert as the service reads it, skills before the text, without HTML; none when it
    /// has no title or no text.
    pub(crate) fn new(title: &str, skills: &[String], description: &str) -> Option<Self> {
        let (title, body) = (plain(title), plain(description));
        let body = format!("{}\n{body}", skills.join("，")).trim().to_owned();
        (!title.trim().is_empty() && !body.is_empty()).then_some(Self { title, body })
    }
}

/// The text of a file.
pub(crate) fn text(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|e| Failure::new(format!("{}: {e}", file.display())))
}

/// A text without the tags and entities of HTML that crawled adverts have.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        let end = if rest[at..].starts_with('<') { '>' } else { ';' };
        // Longer ones are no tags: `薪资<5000`, `R&D`.
        let close = rest[at..].char_indices().take(if end == '>' { 200 } else { 8 });
        match close.into_iter().find(|(_, c)| *c == end) {
            Some((length, _)) => {
                out.push(' ');
                rest = &rest[at + length + 1..];
            }
            None => {
                out.push_str(&rest[at..=at]);
                rest = &rest[at + 1..];
            }
        }
    }
    out + rest
}

/// Analyses rows of texts in chunks, each by two threads, and hands them over in order.
pub(crate) fn analyze_all<const N: usize>(
    analyzer: &Analyzer,
    rows: &[[&str; N]],
    mut take: impl FnMut(usize, [Analysis; N]),
) {
    let read = |rows: &[[&str; N]]| -> Vec<[Analysis; N]> {
        rows.iter().map(|texts| texts.map(|text| analyzer.analyze(text))).collect()
    };
    for (chunk, rows) in rows.chunks(CHUNK).enumerate() {
        let (first, second) = rows.split_at(rows.len() / 2);
        let analyses = std::thread::scope(|scope| {
            let second = scope.spawn(|| read(second));
            [read(first), second.join().expect("analysis does not panic")]
        });
        for (i, analysis) in analyses.into_iter().flatten().enumerate() {
            take(chunk * CHUNK + i, analysis);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_goes_and_signs_stay() {
        assert_eq!(plain("<p class='a'>洗碗</p>&nbsp;包吃"), " 洗碗  包吃");
        assert_eq!(plain("R&D 薪资<5000元"), "R&D 薪资<5000元");
    }

    #[test]
    fn rows_are_told_apart_by_what_they_have() {
        let mut corpus = Corpus::default();
        for row in [
            r#"{"title": "洗碗工", "desc": "洗碗"}"#,
            r#"{"title": "保安", "description": "站岗", "skills": ["巡逻", "消防"]}"#,
            r#"{"title": "无正文", "description": " "}"#,
            r#"{"name": "焊工", "worktypes": ["电焊工"], "definition": "焊接", "duties": "焊"}"#,
        ] {
            corpus.take_row(serde_json::from_str::<Value>(row).unwrap().as_object().unwrap());
        }
        corpus.take_lines("Python\tpy|python3\n\n", true);
        let bodies: Vec<&str> = corpus.adverts.iter().map(|a| a.body.as_str()).collect();
        assert_eq!(bodies, ["洗碗", "巡逻，消防\n站岗"]);
        assert_eq!(corpus.official[0].trades, ["电焊工"]);
        assert_eq!(corpus.synonyms, [["Python", "py", "python3"]]);
    }
}
