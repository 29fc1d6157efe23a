//! `jobmatch parse`: an advert or a person's words as a draft, with what the audit says.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use jobmatch_proto::{json, v1};
use serde_json::{Value, json as object};

use crate::client::Connection;
use crate::failure::Failure;

/// Arguments of `parse`.
#[derive(Debug, Args)]
pub(crate) struct ParseArguments {
    /// The text; `-` reads it from standard input.
    #[arg(required_unless_present = "file")]
    text: Option<String>,
    /// A file with the text.
    #[arg(long, conflicts_with = "text")]
    file: Option<PathBuf>,
    /// The text is what a person says of themselves, not an advert.
    #[arg(long)]
    profile: bool,
    /// Date that `明早6点` is reckoned from; by default today.
    #[arg(long, default_value = "")]
    today: String,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Reads a text into a draft and prints it.
pub(crate) async fn parse(connection: &Connection, a: ParseArguments) -> Result<(), Failure> {
    let text = given_text(&a)?;
    let mut client = connection.intake().await?;
    if a.profile {
        let request = v1::ParseProfileRequest { text: text.clone(), today: a.today };
        let answer = client.parse_profile(request).await?.into_inner();
        let draft = answer.draft.map(json::Profile::of_wire);
        return print(a.json, &text, &answer.fields, object!({ "draft": draft }), &[]);
    }
    let request = v1::ParsePostingRequest { text: text.clone(), today: a.today };
    let answer = client.parse_posting(request).await?.into_inner();
    let mut notes: Vec<String> = answer.findings.iter().map(|f| finding(&text, f)).collect();
    let missing: Vec<String> = answer.missing().map(|e| name(e.as_str_name())).collect();
    if !missing.is_empty() {
        notes.push(format!("missing      {}", missing.join(", ")));
    }
    let findings: Vec<Value> = answer
        .findings
        .iter()
        .map(|f| {
            object!({
                "rule": name(f.rule().as_str_name()),
                "span": stretch(&text, f.start, f.end), "suggestion": f.suggestion,
            })
        })
        .collect();
    let draft = answer.draft.clone().map(json::Posting::of_wire);
    let whole = object!({ "draft": draft, "findings": findings, "missing": missing });
    print(a.json, &text, &answer.fields, whole, &notes)
}

fn given_text(a: &ParseArguments) -> Result<String, Failure> {
    let fail = |e: std::io::Error| Failure::new(e.to_string());
    match (&a.file, a.text.as_deref()) {
        (Some(path), _) => std::fs::read_to_string(path)
            .map_err(|e| Failure::new(format!("{}: {e}", path.display()))),
        (None, Some("-")) => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(fail)?;
            Ok(text)
        }
        (None, text) => Ok(text.unwrap_or_default().to_owned()),
    }
}

fn print(
    as_json: bool,
    text: &str,
    fields: &[v1::ParsedField],
    mut whole: Value,
    notes: &[String],
) -> Result<(), Failure> {
    if as_json {
        let read = |f: &v1::ParsedField| {
            object!({
                "field": f.field, "value": f.value, "confidence": f.confidence,
                "span": stretch(text, f.start, f.end),
            })
        };
        whole["fields"] = fields.iter().map(read).collect();
        println!("{whole}");
        return Ok(());
    }
    for f in fields {
        let from = match stretch(text, f.start, f.end) {
            "" => "assumed".to_owned(),
            words => format!("from {words:?}"),
        };
        println!("{:<22} {}  ({:.2}, {from})", f.field, f.value, f.confidence);
    }
    for note in notes {
        println!("{note}");
    }
    Ok(())
}

fn finding(text: &str, f: &v1::AuditFinding) -> String {
    let rule = name(f.rule().as_str_name());
    format!("! {rule:<10} {:?}  {}", stretch(text, f.start, f.end), f.suggestion)
}

/// The stretch of the text between two bytes.
fn stretch(text: &str, start: u32, end: u32) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}

/// The last words of an enum's value: `AUDIT_RULE_SEX` is `sex`.
fn name(value: &str) -> String {
    let bare = value.trim_start_matches("AUDIT_RULE_").trim_start_matches("ADVERT_ELEMENT_");
    bare.to_lowercase()
}
