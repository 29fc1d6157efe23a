//! Models of the BERT family from a folder, laid out as bge-small-zh-v1.5 is: `config.json`,
//! `tokenizer.json`, `model.safetensors` and, where it says how words become one vector,
//! `1_Pooling/config.json`. Run on the CPU by candle.
//!
//! Texts are run one by one: without padding a vector cannot depend on the texts beside it,
//! not even in its last bit.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use serde::Deserialize;
use tokenizers::{Tokenizer, TruncationParams};
use xxhash_rust::xxh3::Xxh3;

use crate::error::EmbedError;
use crate::health::Nature;
use crate::space::SpaceId;
use crate::vector::validate_vector;
use crate::{EmbedInput, Embedder};

/// Most tokens of a text, also where a model has room for more: the time grows with the
/// square.
const MAX_TOKENS: usize = 512;

/// A BERT model.
pub struct BertEmbedder {
    model: BertModel,
    tokenizer: Tokenizer,
    pooling: Pooling,
    dimensions: usize,
    space: SpaceId,
    query_prefix: String,
}

/// How the vectors of a text's tokens become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pooling {
    /// That of the first token, `[CLS]`; what bge models do.
    First,
    /// Their mean.
    Mean,
}

#[derive(Deserialize)]
struct PoolingFile {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
}

fn refused(path: &Path, problem: impl std::fmt::Display) -> EmbedError {
    EmbedError::Settings { problem: format!("{}: {problem}", path.display()) }
}

impl BertEmbedder {
    /// Reads a model. `query_prefix` stands before questions and not before records; empty
    /// for models that want nothing there. Error: [`EmbedError::Settings`] with the name of
    /// the file that is missing or does not fit.
    pub fn load(folder: &Path, query_prefix: &str) -> Result<Self, EmbedError> {
        let mut digest = Xxh3::new();
        let mut read = |name: &str| -> Result<(PathBuf, Vec<u8>), EmbedError> {
            let path = folder.join(name);
            let bytes = std::fs::read(&path).map_err(|e| {
                refused(&path, format!("{e}; the folder of a model has config.json, tokenizer.json and model.safetensors"))
            })?;
            digest.update(&bytes);
            Ok((path, bytes))
        };
        let (path, bytes) = read("config.json")?;
        let config: Config = serde_json::from_slice(&bytes).map_err(|e| refused(&path, e))?;
        let (path, bytes) = read("tokenizer.json")?;
        let mut tokenizer = Tokenizer::from_bytes(&bytes).map_err(|e| refused(&path, e))?;
        let truncation = TruncationParams {
            max_length: config.max_position_embeddings.min(MAX_TOKENS),
            ..TruncationParams::default()
        };
        tokenizer.with_truncation(Some(truncation)).map_err(|e| refused(&path, e))?;
        tokenizer.with_padding(None);
        if tokenizer.get_vocab_size(true) > config.vocab_size {
            return Err(refused(&path, "has more tokens than config.json says the model knows"));
        }
        let (path, bytes) = read("model.safetensors")?;
        let weights = VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu)
            .map_err(|e| refused(&path, e))?;
        let model = BertModel::load(weights, &config).map_err(|e| refused(&path, e))?;
        let pooling = pooling(&folder.join("1_Pooling").join("config.json"))?;
        digest.update(format!("{pooling:?}").as_bytes());
        let dimensions = config.hidden_size;
        let space = SpaceId::parse(&format!("bert-{:08x}-{dimensions}", digest.digest() as u32))?;
        let query_prefix = query_prefix.to_owned();
        Ok(Self { model, tokenizer, pooling, dimensions, space, query_prefix })
    }

    fn one(&self, text: &str) -> Result<Option<Vec<f32>>, EmbedError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let failed = |reason: String| EmbedError::Refused { reason };
        let encoding =
            self.tokenizer.encode(text, true).map_err(|_| failed("it has no tokens".into()))?;
        let vector = self.run(encoding.get_ids()).map_err(|e| failed(e.to_string()))?;
        match validate_vector(&vector, self.dimensions) {
            Ok(vector) => Ok(Some(vector)),
            Err(EmbedError::Zero { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn run(&self, tokens: &[u32]) -> candle_core::Result<Vec<f32>> {
        let tokens = Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?;
        let types = tokens.zeros_like()?;
        let all = self.model.forward(&tokens, &types, None)?.squeeze(0)?;
        match self.pooling {
            Pooling::First => all.get(0)?,
            Pooling::Mean => all.mean(0)?,
        }
        .to_vec1()
    }
}

impl Embedder for BertEmbedder {
    fn space(&self) -> &SpaceId {
        &self.space
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn embed(&self, inputs: &[EmbedInput<'_>]) -> Result<Vec<Option<Vec<f32>>>, EmbedError> {
        inputs.iter().map(|input| self.one(input.raw)).collect()
    }

    fn embed_query(&self, input: &EmbedInput<'_>) -> Result<Option<Vec<f32>>, EmbedError> {
        if input.raw.trim().is_empty() {
            return Ok(None);
        }
        self.one(&format!("{}{}", self.query_prefix, input.raw))
    }

    fn nature(&self) -> Nature {
        Nature::Slow
    }
}

/// What the file says; the first token where there is none.
fn pooling(path: &Path) -> Result<Pooling, EmbedError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Pooling::First),
        Err(e) => return Err(refused(path, e)),
    };
    let file: PoolingFile = serde_json::from_slice(&bytes).map_err(|e| refused(path, e))?;
    match (file.pooling_mode_cls_token, file.pooling_mode_mean_tokens) {
        (true, false) => Ok(Pooling::First),
        (false, true) => Ok(Pooling::Mean),
        _ => Err(refused(path, "asks for neither the first token nor the mean alone")),
    }
}
