//! Files with columns of their own: which column is which field.

use std::collections::BTreeMap;
use std::path::Path;

use jobmatch_domain::Date;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::failure::Failure;

/// A mapping file (TOML).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    /// Source of the records; `external_id` is unique within it.
    source: Option<String>,
    /// Field = column, or columns whose texts are joined by line breaks.
    columns: BTreeMap<String, Columns>,
    /// Field = table of values; a value that is not in the table is taken as not told.
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
    /// Dates that are left out when they cannot be read.
    #[serde(default)]
    optional: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Columns {
    One(String),
    Many(Vec<String>),
}

impl Mapping {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let fail = |e: String| Failure::new(format!("{}: {e}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
        toml::from_str(&text).map_err(|e| fail(e.to_string()))
    }

    /// The row under the names of our fields. `pay_text` stands for the wording of the pay.
    pub(crate) fn apply(&self, row: &Map<String, Value>) -> Map<String, Value> {
        let mut out = Map::new();
        if let Some(source) = &self.source {
            out.insert("source".into(), source.clone().into());
        }
        for (field, columns) in &self.columns {
            let names = match columns {
                Columns::One(name) => std::slice::from_ref(name),
                Columns::Many(names) => names,
            };
            let parts: Vec<String> = names.iter().filter_map(|n| row.get(n)).map(text).collect();
            let text = parts.join("\n").trim().to_owned();
            let text = match self.values.get(field) {
                Some(table) => table.get(&text).cloned().unwrap_or_default(),
                None => text,
            };
            let unreadable = self.optional.contains(field) && Date::parse(&text).is_err();
            if text.is_empty() || unreadable {
                continue;
            }
            if field == "pay_text" {
                let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let text: String = text.chars().take(200).collect();
                out.insert("pay".into(), serde_json::json!({ "text": text }));
            } else {
                out.insert(field.clone(), text.into());
            }
        }
        out
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_become_fields_and_odd_values_unknown() {
        let mapping: Mapping = toml::from_str(
            "source = \"feed\"\noptional = [\"published\"]\n[columns]\ntitle = \"name\"\n\
             description = [\"a\", \"b\"]\npay_text = \"salary\"\neducation = \"edu\"\n\
             published = \"date\"\n[values.education]\n\"大专\" = \"COLLEGE\"\n",
        )
        .unwrap();
        let row = serde_json::json!({
            "name": "洗碗工", "a": "x", "b": "y", "salary": "4-6K\n13薪", "edu": "？", "date": "昨天"
        });
        let mapped = Value::Object(mapping.apply(row.as_object().unwrap()));
        let expected = serde_json::json!({
            "source": "feed", "title": "洗碗工", "description": "x\ny", "pay": {"text": "4-6K 13薪"}
        });
        assert_eq!(mapped, expected);
    }
}
