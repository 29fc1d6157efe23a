//! Files of models, whole and damaged.

use jobmatch_embed::{EmbedError, Embedder, StaticModel};
use proptest::prelude::*;

use crate::Text;
use crate::training::{SMALL, corpus, train};

/// One model for all cases: it is learnt.
fn small() -> &'static [u8] {
    static BYTES: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    BYTES.get_or_init(|| train(&corpus(0), &SMALL).to_bytes())
}

#[test]
fn the_shipped_model_comes_back_as_it_was_written() {
    let model = StaticModel::built_in();
    let bytes = model.to_bytes();
    let again = StaticModel::load(&bytes).unwrap();
    assert_eq!((again.space(), again.to_bytes()), (model.space(), bytes));
    let text = Text::title(&["洗碗", "工"]).with_body(&["餐具", "清洗", "齉龘"]);
    assert_eq!(text.vector(&again), text.vector(&model));
}

#[test]
fn other_files_are_told_apart_from_damaged_ones() {
    let format = Err(EmbedError::Format { expected: "jmstatic 2" });
    assert_eq!(StaticModel::load(b"PK\x03\x04 something else").map(|_| ()), format);
    for bytes in [&b""[..], b"jmst", b"jmstatic", b"jmstatic1234567"] {
        let error = StaticModel::load(bytes).unwrap_err();
        assert!(matches!(error, EmbedError::Damaged { .. }), "{error}");
    }
}

proptest! {
    #[test]
    fn any_flipped_bit_and_any_cut_is_refused(at: prop::sample::Index, bit in 0u8..8) {
        let bytes = small();
        let at = at.index(bytes.len());
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 1 << bit;
        prop_assert!(StaticModel::load(&flipped).is_err());
        prop_assert!(StaticModel::load(&bytes[..at]).is_err());
        let longer = [bytes, &[0]].concat();
        prop_assert!(StaticModel::load(&longer).is_err());
    }
}

#[test]
fn damage_anywhere_in_the_shipped_file_is_found() {
    let bytes = StaticModel::built_in().to_bytes();
    for at in (0..bytes.len()).step_by(bytes.len() / 20) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        assert!(StaticModel::load(&flipped).is_err(), "{at}");
        assert!(StaticModel::load(&bytes[..at]).is_err(), "{at}");
    }
}
