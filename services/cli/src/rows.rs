//! Rows of a file: JSON lines or CSV, plain or gzipped, one bad row never spoiling another.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};

use crate::failure::Failure;

/// Longest line that is read.
const MAX_LINE_BYTES: usize = 4 << 20;
/// CSV columns that hold lists, separated by `|`.
const LISTS: [&str; 9] = [
    "certificates",
    "skills",
    "benefits",
    "wanted",
    "kinds",
    "assistance",
    "excluded_employers",
    "services",
    "closed_dates",
];
/// CSV columns that hold numbers or truth values.
const PLAIN: [&str; 8] = [
    "headcount",
    "places_left",
    "experience_months",
    "lat",
    "lon",
    "birth_year",
    "max_minutes",
    "consent",
];

/// A row with the number of its line, from 1; or what is wrong with it.
pub(crate) type Row = (u64, Result<Map<String, Value>, String>);

/// Opens a file (`-`: standard input). The form goes by the name: `.csv` or JSON lines,
/// `.gz` on top of either.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Iterator<Item = Row> + Send>, Failure> {
    let name = path.to_string_lossy().to_lowercase();
    let raw: Box<dyn Read + Send> = if name == "-" {
        Box::new(std::io::stdin())
    } else {
        let open = File::open(path);
        Box::new(open.map_err(|e| Failure::new(format!("{}: {e}", path.display())))?)
    };
    Ok(read(&name, raw))
}

/// The rows of what is read, which a file of this name in small letters would hold.
pub(crate) fn read(name: &str, raw: Box<dyn Read + Send>) -> Box<dyn Iterator<Item = Row> + Send> {
    let (name, reader): (_, Box<dyn Read + Send>) = match name.strip_suffix(".gz") {
        Some(name) => (name, Box::new(MultiGzDecoder::new(raw))),
        None => (name, raw),
    };
    if name.ends_with(".csv") { csv_rows(reader) } else { json_rows(reader) }
}

fn json_rows(reader: Box<dyn Read + Send>) -> Box<dyn Iterator<Item = Row> + Send> {
    let mut reader = BufReader::with_capacity(1 << 20, reader);
    let mut number = 0;
    let mut failed = false;
    Box::new(std::iter::from_fn(move || {
        while !failed {
            let mut line = Vec::new();
            number += 1;
            let length = match next_line(&mut reader, &mut line) {
                Ok(0) => return None,
                Ok(length) => length,
                Err(error) => {
                    failed = true;
                    return Some((number, Err(format!("the file cannot be read on: {error}"))));
                }
            };
            if length > MAX_LINE_BYTES {
                let problem =
                    format!("the line has {length} bytes; at most {MAX_LINE_BYTES} are read");
                return Some((number, Err(problem)));
            }
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return Some((number, parse(&line)));
        }
        None
    }))
}

/// Reads a line and returns its length; of one that is too long the rest is passed over.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<usize> {
    let kept = reader.by_ref().take(MAX_LINE_BYTES as u64 + 1).read_until(b'\n', line)?;
    let is_cut = kept > MAX_LINE_BYTES && line.last() != Some(&b'\n');
    Ok(kept + if is_cut { reader.skip_until(b'\n')? } else { 0 })
}

fn parse(line: &[u8]) -> Result<Map<String, Value>, String> {
    let text = std::str::from_utf8(line).map_err(|e| format!("not valid UTF-8: {e}"))?;
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("not a JSON object".into()),
        Err(error) => Err(format!("not valid JSON: {error}")),
    }
}

/// Records end with their line, so that it can be told which line that is: `\r` before the end is
/// none of the last cell, and a line end is put behind a file that has none.
fn csv_rows(reader: Box<dyn Read + Send>) -> Box<dyn Iterator<Item = Row> + Send> {
    let mut builder = csv::ReaderBuilder::new();
    builder.flexible(true).terminator(csv::Terminator::Any(b'\n'));
    let mut reader = builder.from_reader(reader.chain(&b"\n"[..]));
    let header: Result<Vec<String>, String> =
        reader.byte_headers().map_err(|e| e.to_string()).and_then(|h| {
            cells(h).map(|c| utf8(c.strip_prefix(b"\xef\xbb\xbf").unwrap_or(c))).collect()
        });
    let header = match header {
        Ok(header) => header,
        Err(error) => return Box::new(std::iter::once((1, Err(format!("header: {error}"))))),
    };
    let (mut record, mut last) = (csv::ByteRecord::new(), 0);
    Box::new(std::iter::from_fn(move || {
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(false) => return None,
                Err(error) => return Some((reader.position().line(), Err(error.to_string()))),
                Ok(true) if cells(&record).eq([b""]) => {}
                Ok(true) => {
                    let within = record.iter().flatten().filter(|b| **b == b'\n').count();
                    let line = reader.position().line().saturating_sub(1 + within as u64);
                    // A quote that is never closed takes the last line end into its cell.
                    last = line.max(last + 1);
                    return Some((last, csv_row(&header, &record)));
                }
            }
        }
    }))
}

fn csv_row(header: &[String], record: &csv::ByteRecord) -> Result<Map<String, Value>, String> {
    if record.len() != header.len() {
        return Err(format!("{} cells; the header has {}", record.len(), header.len()));
    }
    let told = header.iter().zip(cells(record)).filter(|(_, cell)| !cell.is_empty());
    told.map(|(name, cell)| Ok((name.clone(), value(name, utf8(cell)?)))).collect()
}

/// The cells of a record without what ends its line.
fn cells(record: &csv::ByteRecord) -> impl Iterator<Item = &[u8]> {
    let last = record.len().saturating_sub(1);
    record.iter().enumerate().map(move |(at, cell)| match cell.strip_suffix(b"\r") {
        Some(cell) if at == last => cell,
        _ => cell,
    })
}

fn utf8(cell: &[u8]) -> Result<String, String> {
    std::str::from_utf8(cell).map(str::to_owned).map_err(|e| format!("not valid UTF-8: {e}"))
}

/// Nested fields are given as JSON in a cell.
fn value(name: &str, cell: String) -> Value {
    if LISTS.contains(&name) {
        return cell.split('|').map(str::trim).filter(|s| !s.is_empty()).collect();
    }
    let json = PLAIN.contains(&name) || cell.starts_with(['{', '[']);
    let parsed = json.then(|| serde_json::from_str(&cell).ok()).flatten();
    parsed.unwrap_or(Value::String(cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_csv_have_the_number_of_their_first_line_however_lines_end() {
        let file = "a,b\r\n1,2\r\n\r\n3,\"4\r\n5\"\r\n\n6\n7,8\r\n9,";
        let raw = std::io::Cursor::new(file);
        let rows: Vec<(u64, Option<String>)> = read("x.csv", Box::new(raw))
            .map(|(line, row)| (line, row.ok().map(|row| Value::Object(row).to_string())))
            .collect();
        let told = |text: &str| Some(text.to_owned());
        let expected = [
            (2, told(r#"{"a":"1","b":"2"}"#)),
            (4, told(r#"{"a":"3","b":"4\r\n5"}"#)),
            (7, None),
            (8, told(r#"{"a":"7","b":"8"}"#)),
            (9, told(r#"{"a":"9"}"#)),
        ];
        assert_eq!(rows, expected);
        let open = std::io::Cursor::new("a\n1\n\"2\n3\n");
        assert_eq!(read("x.csv", Box::new(open)).map(|row| row.0).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn of_a_line_that_is_too_long_no_more_is_kept_than_is_needed_to_say_so() {
        let long = std::io::repeat(b'x').take(3 * MAX_LINE_BYTES as u64);
        let mut reader = BufReader::new(long.chain(&b"\n{}\n"[..]));
        let mut line = Vec::new();
        let length = next_line(&mut reader, &mut line).unwrap();
        assert_eq!((length, line.len()), (3 * MAX_LINE_BYTES + 1, MAX_LINE_BYTES + 1));
        line.clear();
        assert_eq!((next_line(&mut reader, &mut line).unwrap(), &line[..]), (3, &b"{}\n"[..]));
        assert_eq!(next_line(&mut reader, &mut Vec::new()).unwrap(), 0);
    }
}
