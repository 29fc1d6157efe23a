//! The file of an embedding model, its checksum made right: refused, or written as it was read,
//! with vectors of length 1.
#![no_main]

use jobmatch_embed::{EmbedInput, Embedder, StaticModel};
use libfuzzer_sys::fuzz_target;
use xxhash_rust::xxh3::xxh3_64;

fuzz_target!(|data: &[u8]| {
    let mut bytes = data.to_vec();
    if let Some((head, sealed)) = bytes.split_at_mut_checked(16) {
        head[8..].copy_from_slice(&xxh3_64(sealed).to_le_bytes());
    }
    let Ok(model) = StaticModel::load(&bytes) else { return };
    assert_eq!(model.to_bytes(), bytes);
    let words = ["保洁".to_owned(), "c1".to_owned()];
    let grams = ["保洁".to_owned(), "洁员".to_owned()];
    let input = EmbedInput {
        title_words: &words,
        title_grams: &grams,
        body_words: &words,
        body_grams: &grams,
        raw: "保洁 c1",
    };
    for dimensions in jobmatch_embed::CUTS {
        let cut = model.clone().cut(dimensions).expect("one of the lengths");
        for vector in cut.embed(&[input]).expect("it needs nothing").into_iter().flatten() {
            let length = vector.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
            assert!(vector.len() == dimensions && (length - 1.0).abs() < 1e-3, "{length}");
        }
    }
});
