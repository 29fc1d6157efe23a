//! BERT models from a folder, on a tiny one with random weights that the tests make.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use jobmatch_embed::{BertEmbedder, EmbedInput, Embedder, Nature};

const HIDDEN: usize = 16;
const POSITIONS: usize = 32;
const WORDS: [&str; 13] =
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "保", "安", "洁", "月", "嫂", "厨", "师", "找"];

/// Numbers from -0.5 to 0.5 that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn tensor(&mut self, shape: &[usize]) -> Tensor {
        let numbers: Vec<f32> = (0..shape.iter().product::<usize>())
            .map(|_| {
                self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
                (self.0 >> 40) as f32 / 16_777_216.0 - 0.5
            })
            .collect();
        Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
    }
}

fn weights() -> HashMap<String, Tensor> {
    let (mut numbers, mut all) = (Numbers(7), HashMap::new());
    let mut put = |name: String, shape: &[usize]| {
        all.insert(name, numbers.tensor(shape));
    };
    put("embeddings.word_embeddings.weight".into(), &[WORDS.len(), HIDDEN]);
    put("embeddings.position_embeddings.weight".into(), &[POSITIONS, HIDDEN]);
    put("embeddings.token_type_embeddings.weight".into(), &[2, HIDDEN]);
    let mut parts = vec![("embeddings.LayerNorm".to_owned(), vec![HIDDEN])];
    for layer in 0..2 {
        let at = |part: &str| format!("encoder.layer.{layer}.{part}");
        for part in ["query", "key", "value"] {
            parts.push((at(&format!("attention.self.{part}")), vec![HIDDEN, HIDDEN]));
        }
        parts.push((at("attention.output.dense"), vec![HIDDEN, HIDDEN]));
        parts.push((at("attention.output.LayerNorm"), vec![HIDDEN]));
        parts.push((at("intermediate.dense"), vec![24, HIDDEN]));
        parts.push((at("output.dense"), vec![HIDDEN, 24]));
        parts.push((at("output.LayerNorm"), vec![HIDDEN]));
    }
    for (part, shape) in parts {
        put(format!("{part}.weight"), &shape);
        put(format!("{part}.bias"), &shape[..1]);
    }
    all
}

fn make_model(folder: &Path) {
    let config = serde_json::json!({
        "model_type": "bert", "vocab_size": WORDS.len(), "hidden_size": HIDDEN,
        "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 24,
        "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "max_position_embeddings": POSITIONS,
        "type_vocab_size": 2, "initializer_range": 0.02, "layer_norm_eps": 1e-12,
        "pad_token_id": 0, "position_embedding_type": "absolute", "use_cache": true,
    });
    let vocabulary: serde_json::Map<String, serde_json::Value> =
        WORDS.iter().zip(0..).map(|(w, i)| ((*w).to_owned(), serde_json::json!(i))).collect();
    let special = |i: usize| {
        serde_json::json!({"id": i, "content": WORDS[i], "single_word": false,
        "lstrip": false, "rstrip": false, "normalized": false, "special": true})
    };
    let tokenizer = serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": (0..5).map(special).collect::<Vec<_>>(),
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary},
    });
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    std::fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    candle_core::safetensors::save(&weights(), folder.join("model.safetensors")).unwrap();
}

fn pool(folder: &Path, cls: bool, mean: bool) {
    let path = folder.join("1_Pooling");
    std::fs::create_dir_all(&path).unwrap();
    let file = serde_json::json!({"word_embedding_dimension": HIDDEN,
        "pooling_mode_cls_token": cls, "pooling_mode_mean_tokens": mean});
    std::fs::write(path.join("config.json"), file.to_string()).unwrap();
}

fn input(raw: &str) -> EmbedInput<'_> {
    EmbedInput { title_words: &[], title_grams: &[], body_words: &[], body_grams: &[], raw }
}

fn embed(model: &BertEmbedder, texts: &[&str]) -> Vec<Option<Vec<f32>>> {
    model.embed(&texts.iter().map(|t| input(t)).collect::<Vec<_>>()).unwrap()
}

#[test]
fn vectors_are_of_length_one_and_do_not_depend_on_their_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    make_model(folder.path());
    let model = BertEmbedder::load(folder.path(), "").unwrap();
    let texts = ["保安", "月嫂找保洁厨师保安保安", " ", "厨", "保安"];
    let together = embed(&model, &texts);
    let again = BertEmbedder::load(folder.path(), "").unwrap();
    assert_eq!(again.space(), model.space());
    assert_eq!(model.dimensions(), HIDDEN);
    assert_eq!(model.nature(), Nature::Slow);
    for (text, vector) in texts.iter().zip(&together) {
        assert_eq!(&embed(&again, &[text])[0], vector, "{text}");
        let Some(vector) = vector else {
            assert_eq!(text.trim(), "");
            continue;
        };
        let length: f32 = vector.iter().map(|v| v * v).sum();
        assert!((length - 1.0).abs() < 1e-5);
    }
    assert_eq!(together[0], together[4]);
    assert_ne!(together[0], together[3]);
    // Positions count: the same characters in another order are another text.
    assert_ne!(embed(&model, &["安保"])[0], together[0]);
}

#[test]
fn long_texts_are_cut_at_what_the_model_has_room_for() {
    let folder = tempfile::tempdir().unwrap();
    make_model(folder.path());
    let model = BertEmbedder::load(folder.path(), "").unwrap();
    // [CLS] and [SEP] take two of the places.
    let full = "保".repeat(POSITIONS - 2);
    let vectors = embed(&model, &[&full, &format!("{full}月嫂"), &"安".repeat(20_000)]);
    assert_eq!(vectors[0], vectors[1]);
    assert!(vectors[2].is_some());
    assert_ne!(embed(&model, &["保".repeat(POSITIONS - 3).as_str()])[0], vectors[0]);
}

#[test]
fn questions_have_their_prefix_and_pooling_is_as_the_folder_says() {
    let folder = tempfile::tempdir().unwrap();
    make_model(folder.path());
    let plain = BertEmbedder::load(folder.path(), "").unwrap();
    let asking = BertEmbedder::load(folder.path(), "找").unwrap();
    assert_eq!(asking.embed_query(&input("保安")).unwrap(), embed(&plain, &["找保安"])[0]);
    assert_eq!(embed(&asking, &["保安"]), embed(&plain, &["保安"]));
    assert_eq!(asking.embed_query(&input(" ")).unwrap(), None);
    pool(folder.path(), true, false);
    let first = BertEmbedder::load(folder.path(), "").unwrap();
    assert_eq!(
        (embed(&first, &["保安"]), first.space()),
        (embed(&plain, &["保安"]), plain.space())
    );
    pool(folder.path(), false, true);
    let mean = BertEmbedder::load(folder.path(), "").unwrap();
    assert_ne!(embed(&mean, &["保安"]), embed(&plain, &["保安"]));
    assert_ne!(mean.space(), plain.space(), "another pooling is another space");
    pool(folder.path(), false, false);
    let error = BertEmbedder::load(folder.path(), "").err().unwrap().to_string();
    assert!(error.contains("1_Pooling"), "{error}");
}

#[test]
fn a_file_that_is_missing_or_does_not_fit_is_named() {
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        let folder = tempfile::tempdir().unwrap();
        make_model(folder.path());
        let path = folder.path().join(name);
        for damage in [None, Some("{\"cut")] {
            match damage {
                None => std::fs::remove_file(&path).unwrap(),
                Some(bytes) => std::fs::write(&path, bytes).unwrap(),
            }
            let error = BertEmbedder::load(folder.path(), "").err().unwrap().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    make_model(folder.path());
    let mut fewer = weights();
    fewer.remove("encoder.layer.1.output.dense.weight");
    candle_core::safetensors::save(&fewer, folder.path().join("model.safetensors")).unwrap();
    let error = BertEmbedder::load(folder.path(), "").err().unwrap().to_string();
    assert!(error.contains("encoder.layer.1.output.dense"), "{error}");
}
