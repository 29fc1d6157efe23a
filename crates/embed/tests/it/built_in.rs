//! What the shipped model knows.

use jobmatch_embed::{DIMENSIONS, EmbedError, Embedder, SpaceId, StaticModel};

use crate::{Text, cosine};

#[test]
fn the_shipped_model_is_small_and_named_by_its_content() {
    let model = StaticModel::built_in();
    assert_eq!((model.dimensions(), DIMENSIONS), (256, 256));
    assert!(model.to_bytes().len() <= 8_000_000);
    let name = model.space().as_str();
    assert!(name.starts_with("static-v2-") && name.ends_with("-256"), "{name}");
    assert_eq!(&name.parse::<SpaceId>().unwrap(), model.space());
}

#[test]
fn a_cut_model_has_the_leading_dimensions_in_a_space_of_its_own() {
    let whole = StaticModel::built_in();
    let text = Text::title(&["洗碗", "工"]).with_body(&["餐具", "清洗", "齉龘"]);
    let mut spaces = vec![whole.space().clone()];
    for cut in [128, 64] {
        let model = whole.clone().cut(cut).unwrap();
        let vector = text.vector(&model).unwrap();
        let squares: f64 = vector.iter().map(|v| f64::from(*v).powi(2)).sum();
        assert!(model.dimensions() == cut && vector.len() == cut);
        assert!((squares.sqrt() - 1.0).abs() < 1e-6);
        assert!(model.space().as_str().ends_with(&format!("-{cut}")));
        spaces.push(model.space().clone());
        // A title alone is one sum; its leading elements are what the cut model has.
        let title = Text::title(&["洗碗", "工"]);
        let (long, short) = (title.vector(&whole).unwrap(), title.vector(&model).unwrap());
        let length = long[..cut].iter().map(|v| v * v).sum::<f32>().sqrt();
        for (long, short) in long.iter().zip(&short) {
            assert!((long / length - short).abs() < 1e-5);
        }
    }
    spaces.sort();
    spaces.dedup();
    assert_eq!(spaces.len(), 3);
    let refused = whole.cut(100).map(|_| ()).unwrap_err();
    assert_eq!(refused, EmbedError::Cut { dimensions: 100 });
}

#[test]
fn short_vectors_keep_the_order_roughly() {
    let whole = StaticModel::built_in();
    let trades: Vec<Text> = [
        ["货车", "司机"],
        ["餐厅", "服务员"],
        ["仓库", "管理员"],
        ["小区", "保安"],
        ["幼儿园", "老师"],
        ["电焊", "工"],
        ["超市", "收银员"],
        ["医院", "护工"],
        ["快递", "员"],
        ["软件", "工程师"],
        ["洗碗", "工"],
        ["缝纫", "工"],
    ]
    .iter()
    .map(|words| Text::title(words))
    .collect();
    let cosines = |model: &StaticModel| -> Vec<f32> {
        let vectors: Vec<_> = trades.iter().map(|t| t.vector(model)).collect();
        let pairs = (0..vectors.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        pairs.map(|(i, j)| cosine(&vectors[i], &vectors[j])).collect()
    };
    let long = cosines(&whole);
    for (cut, least) in [(128, 0.85), (64, 0.75)] {
        let short = cosines(&whole.clone().cut(cut).unwrap());
        let agree = correlation(&long, &short);
        assert!(agree > least, "{cut}: {agree}");
    }
}

fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let mean = |v: &[f32]| v.iter().sum::<f32>() / v.len() as f32;
    let (ma, mb) = (mean(a), mean(b));
    let product = |x: &[f32], mx: f32, y: &[f32], my: f32| -> f32 {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum()
    };
    product(a, ma, b, mb) / (product(a, ma, a, ma) * product(b, mb, b, mb)).sqrt()
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
    let driver = Text::title(&["货车", "司机"]).vector(&model);
    let dishes = Text::default().with_body(&body).vector(&model);
    assert!(cosine(&mixed, &driver) > 0.6);
    // Each part counts by itself, however long it is.
    assert!((cosine(&mixed, &driver) - cosine(&mixed, &dishes)).abs() < 1e-4);
    let one_text = Text::default().with_body(&[&body[..], &["货车", "司机"]].concat());
    assert!(cosine(&one_text.vector(&model), &driver) < 0.4);
}
