//! What the shipped model knows.

use jobmatch_embed::{DIMENSIONS, Embedder, SpaceId, StaticModel};

use crate::{Text, cosine};

#[test]
fn the_shipped_model_is_small_and_named_by_its_content() {
    let model = StaticModel::built_in();
    assert_eq!((model.dimensions(), DIMENSIONS), (256, 256));
    assert!(model.to_bytes().len() <= 4_000_000);
    let name = model.space().as_str();
    assert!(name.starts_with("static-v1-") && name.ends_with("-256"), "{name}");
    assert_eq!(&name.parse::<SpaceId>().unwrap(), model.space());
}

#[test]
fn manual_work_is_known_by_its_everyday_names() {
    let model = StaticModel::built_in();
    let same: [(&[&str], &[&str]); 5] = [
        (&["洗碗", "阿姨"], &["刷碗", "刷碗工"]),
        (&["洗碗", "阿姨"], &["餐具", "清洗"]),
        (&["看", "大门"], &["保安"]),
        (&["开", "大车"], &["货车", "司机"]),
        (&["带", "孩子"], &["育婴", "育婴员"]),
    ];
    let vector = |words: &[&str]| Text::title(words).vector(&model);
    let coder = vector(&["java", "开发"]);
    for (name, other) in same {
        let near = cosine(&vector(name), &vector(other));
        let far = cosine(&vector(name), &coder);
        assert!(near > 0.4 && near > far + 0.35, "{name:?} {other:?}: {near} {far}");
    }
}

#[test]
fn a_title_outweighs_a_long_text() {
    let model = StaticModel::built_in();
    let kitchen = ["餐厅", "厨房", "餐具", "卫生", "清洗", "碗", "盘子", "洗碗机"];
    let body: Vec<&str> = kitchen.iter().copied().cycle().take(150).collect();
    let mixed = Text::title(&["货车", "司机"]).with_body(&body).vector(&model);
    let swapped = Text::title(&body).with_body(&["货车", "司机"]).vector(&model);
    let driver = Text::title(&["货车", "司机"]).vector(&model);
    assert!(cosine(&mixed, &driver) > 0.6);
    // Each part counts by itself, however long it is.
    assert!((cosine(&mixed, &driver) - cosine(&swapped, &driver)).abs() < 1e-4);
    let one_text = Text::default().with_body(&[&body[..], &["货车", "司机"]].concat());
    assert!(cosine(&one_text.vector(&model), &driver) < 0.3);
}
