//! `jobmatch dispatch`: who of the people present does which gig.

use std::collections::HashMap;
use std::path::Path;

use clap::Args;
use jobmatch_proto::v1;
use serde_json::Value;

use crate::client::Connection;
use crate::failure::Failure;

/// Arguments of `dispatch`.
#[derive(Debug, Args)]
pub(crate) struct DispatchArguments {
    /// The gigs: ids with commas between them, or a file with one id or JSON object a line.
    #[arg(long, value_name = "FILE|IDS")]
    postings: String,
    /// The people present, in the same form.
    #[arg(long, value_name = "FILE|IDS")]
    profiles: String,
    /// Gigs that one person may get, 1 to 5.
    #[arg(long, default_value_t = 1)]
    max_gigs: u32,
    /// Leave pairs with a lower score apart, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    min_score: f64,
}

/// Asks for the assignment and prints it.
pub(crate) async fn dispatch(connection: &Connection, a: DispatchArguments) -> Result<(), Failure> {
    let request = v1::DispatchRequest {
        posting_ids: ids("--postings", &a.postings)?,
        profile_ids: ids("--profiles", &a.profiles)?,
        max_gigs_per_person: a.max_gigs,
        min_score: a.min_score,
        conditions: Vec::new(),
    };
    let ids = request.posting_ids.clone();
    let answer = connection.gigs().await?.dispatch(request).await?.into_inner();
    let mut client = connection.postings().await?;
    let found = client.batch_get_postings(v1::BatchGetPostingsRequest { ids }).await?.into_inner();
    let postings = found.postings.into_iter().map(|p| (p.id.clone(), p)).collect();
    println!("{}", table(&answer, &postings));
    Ok(())
}

/// Ids with commas between them, or those of a file.
fn ids(option: &str, given: &str) -> Result<Vec<String>, Failure> {
    if !Path::new(given).is_file() {
        return Ok(given.split(',').map(|id| id.trim().to_owned()).collect());
    }
    let text = std::fs::read_to_string(given)
        .map_err(|e| Failure::new(format!("{option} {given}: {e}")))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let id = |(i, line): (usize, &str)| {
        if !line.starts_with('{') {
            return Ok(line.trim().to_owned());
        }
        let row = serde_json::from_str::<Value>(line).ok();
        let id = row.as_ref().and_then(|row| row["id"].as_str()).map(str::to_owned);
        id.ok_or_else(|| Failure::new(format!("{option} {given} line {}: no \"id\"", i + 1)))
    };
    lines.map(id).collect()
}

/// The answer in three parts: who goes where, who stays without and why, which places are left.
fn table(answer: &v1::DispatchResponse, postings: &HashMap<String, v1::JobPosting>) -> String {
    let title = |id: &str| postings.get(id).map_or(String::new(), |p| p.title.clone());
    let mut rows =
        vec![["人员", "零工", "名称", "时间", "匹配度", "个人志愿", "岗位排名"].map(String::from)];
    rows.extend(answer.assignments.iter().map(|a| {
        let window = postings.get(&a.posting_id).and_then(|p| p.window.as_ref());
        [
            a.profile_id.clone(),
            a.posting_id.clone(),
            title(&a.posting_id),
            window.map_or(String::new(), hours),
            format!("{:.2}", a.score),
            format!("第{}", a.person_choice),
            format!("第{}", a.gig_choice),
        ]
    }));
    let mut out = format!("已派工 {} 人次\n{}", answer.assignments.len(), aligned(&rows));
    if !answer.unassigned.is_empty() {
        let row = |u: &v1::Unassigned| [u.profile_id.clone(), u.evidence.clone()];
        let rows: Vec<_> = answer.unassigned.iter().map(row).collect();
        out.push_str(&format!("\n未派工 {} 人\n{}", rows.len(), aligned(&rows)));
    }
    if !answer.open_places.is_empty() {
        let row = |o: &v1::OpenPlaces| {
            [o.posting_id.clone(), title(&o.posting_id), format!("余{}人", o.places)]
        };
        let rows: Vec<_> = answer.open_places.iter().map(row).collect();
        out.push_str(&format!("\n尚缺人的零工 {} 个\n{}", rows.len(), aligned(&rows)));
    }
    out.trim_end().to_owned()
}

/// `2026-11-24 06:00–10:00`; the end with its date where it is another day.
fn hours(window: &v1::Window) -> String {
    let (start, end) = (window.start.replace('T', " "), window.end.replace('T', " "));
    let same_day = start.get(..10) == end.get(..10);
    match end.get(11..).filter(|_| same_day) {
        Some(hour) => format!("{start}–{hour}"),
        None if end.is_empty() => start,
        None => format!("{start}–{end}"),
    }
}

/// Rows whose columns begin below each other on a terminal.
fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|i| rows.iter().map(|row| width(&row[i])).max().unwrap_or(0));
    let mut out = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (cell, most) in row.iter().zip(widths) {
            line.push_str(&format!(" {cell}{}", " ".repeat(most - width(cell) + 1)));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Columns of a terminal: Chinese characters take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c >= '\u{2E80}' { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_begin_below_each_other_whatever_the_script() {
        let rows = [["保安", "x"], ["ab", "yy"]].map(|row| row.map(String::from));
        assert_eq!(aligned(&rows), "  保安  x\n  ab    yy\n");
    }

    #[test]
    fn a_window_names_its_day_once() {
        let of =
            |start: &str, end: &str| hours(&v1::Window { start: start.into(), end: end.into() });
        assert_eq!(of("2026-11-24T06:00", "2026-11-24T10:00"), "2026-11-24 06:00–10:00");
        assert_eq!(of("2026-11-24T18:00", "2026-11-25T02:00"), "2026-11-24 18:00–2026-11-25 02:00");
        assert_eq!(of("2026-11-24T06:00", ""), "2026-11-24 06:00");
    }
}
