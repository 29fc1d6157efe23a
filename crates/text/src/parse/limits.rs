//! What a person's body does not allow, as they say it.

use std::sync::LazyLock;

use jobmatch_domain::Physical;
use regex::Regex;

use super::draft::Found;
use super::phrases::regex;
use super::source::Source;

/// Wordings and what they ask to be spared: what people say they cannot or would rather not do,
/// and parts of the body that give them trouble. The name of an illness or a grade of disability
/// tells no wish and is no such wording.
static LIMITS: LazyLock<Vec<(&'static [Physical], Regex)>> = LazyLock::new(|| {
    use Physical::{
        Bending, Chemicals, Climbing, Cold, Driving, Dust, Eyesight, Hands, Heat, Heights, Lifting,
        Night, Noise, Outdoors, Sitting, Squatting, Standing, Walking, Wet,
    };
    const BAD: &str = "(?:上|部)?(?:[^,。;!\\n没]{0,4})(?:不好|不行|不大好|不太好|有毛病|有病|疼|痛|受过?伤|做过手术|动过手术|劳损|突出|有伤|老毛病|不得劲|犯病|犯了|出毛病|骨折|落下毛病|不利索|不灵便|不方便|不便)";
    let with_bad = |part: &str| format!("(?:{part}){BAD}");
    let rows: [(&'static [Physical], String); 18] = [
        (&[Lifting, Bending], with_bad("腰|腰椎|腰间盘|后背") + "|腰脱|腰突|弯不下腰|直不起腰|腰间盘突出|腰肌劳损"),
        (&[Lifting], "(?:搬|扛|抬|提|拎|背|拿|抱)不(?:了|动|起)|(?:不能|不可|不让|别|不敢|干不了|干不动|不想|没法|不宜)(?:再)?(?:搬|扛|抬|提|干|做)?(?:重物|重活|重的|沉的|重体力|力气活|体力活)|(?:重|沉|力气|体力)[^,。;!\\n]{0,3}(?:干不了|干不动|不行|不能干|做不了|不干|搬不动)|(?:没|没有|没啥|缺)力气|力气(?:小|不大|一般|不行)".to_owned()),
        (&[Bending], "不能(?:老|总|长时间)?(?:弯腰|哈腰)|弯腰(?:不行|费劲|疼|受不了)".to_owned()),
        (&[Standing], "站不(?:住|了|久)|(?:不能|没法|受不了|不可)(?:老|总|一直|长时间|长久)?(?:久站|站|站着)|不能[^,。;!\\n]{0,3}站|久站不|站久了|站时间长".to_owned()),
        (&[Standing, Walking, Squatting, Climbing], with_bad("腿|腿脚|左腿|右腿|脚|膝盖|膝关节|髋|关节|脚脖") + "|拄拐|扶拐|坐着干|坐着的活"),
        (&[Squatting], "蹲不(?:下|住|了)|不能(?:老|总)?蹲".to_owned()),
        (&[Climbing], "(?:爬|上|走)不(?:了|动)(?:楼|高|梯)|不能爬(?:楼|高)|不用(?:跑|爬)楼".to_owned()),
        (&[Walking], "走不(?:远|动|了)(?:路|远)?|不能(?:多|老)?走路".to_owned()),
        (&[Heights, Climbing], "(?:[^不没无]|^)恐高|有恐高|怕高|(?:不想|不能|不敢|不愿|不)(?:再)?(?:爬高|登高|上高|上架子|高空)|(?:爬高|登高|高空|上桥高空)[^,。;!\\n]{0,6}(?:不去|不干|不行|不敢|不想|不做|干不了)".to_owned()),
        (&[Eyesight], with_bad("眼|眼睛|视力|眼神") + "|眼(?:睛)?(?:花|老花)|老花|花眼|眼神(?:不济|差)|视力(?:差|下降|弱)|看不(?:清|见)(?:小|字|东西)?|高度近视|费眼的"),
        (&[Night], "(?:上|倒|熬|值|干)不了(?:大)?(?:夜|夜班|班)|(?:不|不能|不想|不愿|没法|别|不让|不可以|不值|不上|不倒|不跑)(?:再)?(?:上|倒|熬|值|干|跑)?(?:大)?(?:夜班|夜车|夜|三班倒|两班倒|通宵)|夜(?:班|活|里)?[^,。;!\\n]{0,4}(?:干不了|倒不了|上不了|不行|不干|不上|不考虑|熬不住|吃不消)|(?:三班倒|两班倒|倒班|熬夜|值宿)[^,。;!\\n能不]{0,4}(?:的)?(?:先)?(?:不去|不行|不干|不考虑|受不了|吃不消)|不(?:让|能|许)(?:我)?[^,。;!\\n]{0,2}(?:熬夜|倒班)|晚上(?:必须|得)(?:在|到|回)家|夜里(?:必须|得)在家|(?:只|就)(?:要|上|找|能上|能干|想上)?(?:长)?白班".to_owned()),
        (&[Cold], "怕冷|老寒腿|(?:冻|冷|凉)(?:着)?(?:不行|受不了)|受不了(?:冷|凉|冻)|(?:冷库|冰库|冻库)[^,。;!\\n]{0,4}(?:不|干不了)|不(?:能|想|进)?(?:进|下)?冷库".to_owned()),
        (&[Wet], "(?:沾|碰|下)不(?:了|得)(?:凉|冷)?水|不能(?:老|总)?(?:沾|碰|泡)(?:凉|冷)?水".to_owned()),
        (&[Heat], "怕热|中过?暑|受不了热|(?:高温|热的地方)[^,。;!\\n]{0,3}(?:不行|受不了|不去)".to_owned()),
        (&[Dust, Chemicals], with_bad("肺|气管|支气管|嗓子|呼吸") + ""),
        (&[Chemicals], "(?:油漆|漆|胶|胶水|味|气味|药水|洗衣粉|洗洁精|农药|化学品)[^,。;!\\n]{0,3}(?:过敏|受不了|不行)|(?:闻不了|闻不得|受不了)[^,。;!\\n]{0,4}(?:味|漆|胶)|对[^,。;!\\n]{0,6}过敏".to_owned()),
        (&[Noise], with_bad("耳朵|耳") + "|怕吵|听力(?:不好|差|下降)|耳鸣|耳背|(?:机器)?(?:太)?吵(?:的)?(?:不行|受不了|不去)"),
        (&[Hands], with_bad("手|手腕|手指|右手|左手|胳膊|肩膀|肩") + "|手抖|手麻"),
    ];
    let more: [(&'static [Physical], &str); 3] = [
        (&[Sitting], "坐不(?:住|了|久)|不能(?:老|总|一直|长时间)?(?:久坐|坐着)|坐久了"),
        (
            &[Driving],
            "晕车|开不了(?:长途|车)|(?:不|不想|不能|不愿)(?:再)?(?:跑|开)(?:长途|车)|开车(?:不行|腰疼)",
        ),
        (
            &[Outdoors],
            "(?:不想|不能|不愿)(?:再)?(?:风吹日晒|晒太阳|在外头|室外|户外)|怕晒|紫外线过敏|(?:户外|室外|露天)[^,。;!\\n]{0,4}(?:不行|不干|不去)|室内的活好",
        ),
    ];
    rows.iter()
        .map(|(set, pattern)| (*set, regex(pattern)))
        .chain(more.iter().map(|(set, pattern)| (*set, regex(pattern))))
        .collect()
});

/// Any of these wordings: most people tell none, and one look is enough to see it.
static ANY: LazyLock<Regex> = LazyLock::new(|| {
    let wordings: Vec<String> = LIMITS.iter().map(|(_, r)| format!("(?:{})", r.as_str())).collect();
    regex(&wordings.join("|"))
});

/// What the person wishes to be spared, each once, in order of the text.
pub(crate) fn spared(plain: &Source) -> Vec<Found<Physical>> {
    let text = plain.text();
    let mut out: Vec<Found<Physical>> = Vec::new();
    if !ANY.is_match(text) {
        return out;
    }
    for (set, pattern) in LIMITS.iter() {
        let Some(found) = pattern.find(text) else { continue };
        for demand in *set {
            if out.iter().all(|f| f.value != *demand) {
                out.push(Found::new(*demand, plain.span(&found.range()), 0.8));
            }
        }
    }
    out.sort_by_key(|f| (f.span.start, f.value));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use Physical::*;

    #[test]
    fn what_people_say_of_their_bodies() {
        for (text, wanted) in [
            ("腰不好搬不了沉的", &[Lifting, Bending][..]),
            ("眼花了,看不清小字", &[Eyesight]),
            ("我恐高", &[Heights, Climbing]),
            ("站不住", &[Standing]),
            ("上不了夜班", &[Night]),
            ("重活干不动", &[Lifting]),
            ("不能熬夜倒班", &[Night]),
            ("对油漆过敏", &[Chemicals]),
            ("不恐高,夜班能轮,身体没毛病,力气还行,能倒班", &[]),
        ] {
            let mut read: Vec<Physical> =
                spared(&Source::read(text)).into_iter().map(|f| f.value).collect();
            read.sort();
            let mut wanted = wanted.to_vec();
            wanted.sort();
            assert_eq!(read, wanted, "{text}");
        }
    }
}
