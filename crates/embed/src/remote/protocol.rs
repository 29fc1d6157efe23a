//! The two ways of asking for embeddings over HTTP.

use serde::{Deserialize, Serialize};

/// How an endpoint is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// OpenAI's `/v1/embeddings`, which many servers speak: rows come with their index.
    OpenAi,
    /// text-embeddings-inference's `/embed`: rows come in order. Texts that are too long
    /// for the model are cut by the server.
    Tei,
}

impl Protocol {
    /// Name in spaces and configurations.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Tei => "tei",
        }
    }

    /// The request.
    pub(super) fn body(self, model: &str, texts: &[&str]) -> Result<Vec<u8>, serde_json::Error> {
        match self {
            Self::OpenAi => {
                serde_json::to_vec(&OpenAiRequest { model, input: texts, encoding_format: "float" })
            }
            Self::Tei => {
                serde_json::to_vec(&TeiRequest { inputs: texts, truncate: true, normalize: true })
            }
        }
    }

    /// The rows of an answer, in the order of the texts. The error says what is wrong and
    /// holds nothing of the answer.
    pub(super) fn rows(self, answer: &[u8], expected: usize) -> Result<Vec<Vec<f32>>, String> {
        let unreadable = |e: serde_json::Error| {
            format!("the answer is not what {} sends ({:?})", self.name(), e.classify())
        };
        let rows = match self {
            Self::OpenAi => {
                let answer: OpenAiAnswer = serde_json::from_slice(answer).map_err(unreadable)?;
                in_order(answer.data)?
            }
            Self::Tei => serde_json::from_slice(answer).map_err(unreadable)?,
        };
        if rows.len() != expected {
            return Err(format!("the answer has {} rows for {expected} texts", rows.len()));
        }
        Ok(rows)
    }
}

#[derive(Serialize)]
struct OpenAiRequest<'a> {
    model: &'a str,
    input: &'a [&'a str],
    encoding_format: &'static str,
}

#[derive(Serialize)]
struct TeiRequest<'a> {
    inputs: &'a [&'a str],
    truncate: bool,
    normalize: bool,
}

#[derive(Deserialize)]
struct OpenAiAnswer {
    data: Vec<OpenAiRow>,
}

#[derive(Deserialize)]
struct OpenAiRow {
    index: usize,
    embedding: Vec<f32>,
}

/// Rows by their index, each of which must be there once.
fn in_order(rows: Vec<OpenAiRow>) -> Result<Vec<Vec<f32>>, String> {
    let mut ordered: Vec<Option<Vec<f32>>> = vec![None; rows.len()];
    for row in rows {
        match ordered.get_mut(row.index) {
            Some(place @ None) => *place = Some(row.embedding),
            _ => return Err("the answer has an index twice or one too many".into()),
        }
    }
    // All are there: as many rows as places, and none twice.
    Ok(ordered.into_iter().flatten().collect())
}
