//! What goes and what stays.

use proptest::prelude::*;

use super::numbers::is_separator;
use super::*;

#[test]
fn contact_data_goes_in_all_its_forms() {
    for (text, phones, ids, others) in [
        ("电话13812345678张姐", 1, 0, 0),
        ("联系 138-1234-5678 或 139 1234 5678", 2, 0, 0),
        ("打１３８１２３４５６７８", 1, 0, 0),
        ("幺三八一二三四五六七八", 1, 0, 0),
        ("①③⑧①②③④⑤⑥⑦⑧", 1, 0, 0),
        ("1 3 8 1 2 3 4 5 6 7 8", 1, 0, 0),
        ("138\u{200B}1234\u{200B}5678", 1, 0, 0),
        ("138 - 1234 - 5678", 1, 0, 0),
        ("+86 138 1234 5678", 1, 0, 0),
        ("8613812345678", 1, 0, 0),
        ("座机0531-88881234", 1, 0, 0),
        ("（0531）88881234", 1, 0, 0),
        ("010 8888 1234", 1, 0, 0),
        ("400-123-1234", 1, 0, 0),
        ("身份证370102199003071234", 0, 1, 0),
        ("证号37010219900307123X。", 0, 1, 0),
        ("370102 19900307 123x", 0, 1, 0),
        ("老证370102900307123号", 0, 1, 0),
        ("邮箱 abc.d@example.com", 0, 0, 1),
        ("加微信：lao_wang88", 0, 0, 1),
        ("简历发hr微信wang12345", 0, 0, 1),
        ("加V abc1234", 0, 0, 1),
        ("QQ 123456789", 0, 0, 1),
        ("QQ群：123456", 0, 0, 1),
        ("卡号6222021234567890123", 0, 0, 1),
        ("卡号 6222 0212 3456 7890 123", 0, 0, 1),
        ("微信同号13812345678", 1, 0, 0),
    ] {
        let out = redact(text);
        assert_eq!((out.phones, out.id_numbers, out.others), (phones, ids, others), "{out:?}");
        let rest = out.text.replace(MARK, "");
        assert!(!rest.chars().map(fold).any(|c| c.is_ascii_digit() && c != '8' && c != '6'));
    }
}

#[test]
fn pay_dates_and_codes_stay() {
    for text in [
        "6001-8000元/月，13薪",
        "2026-11-23 08:00-17:00",
        "2026-11-23 2026-11-24 08.30",
        "区划370102009000，门牌1208号",
        "月薪4500-6000 年底双薪 18-50岁",
        "工资3000-4000 4500-5500 6000-8000",
        "8.30-11.30 13.30-17.30",
        "班次 0830-1130 1330-1730",
        "08-12 13-17 18-20",
        "保底1800-2500 200全勤",
        "三五天一结，一二三号线都到",
        "20261123000001",
        "微信群通知，qq音乐",
        "加微信 5000-8000元",
        "微信 15000元",
    ] {
        assert_eq!(redact(text), Redacted { text: text.into(), ..Redacted::default() });
    }
}

#[test]
fn a_number_beside_pay_goes_alone() {
    let out = redact("工资4000-6000 13812345678 8-17点");
    assert_eq!(out.text, "工资4000-6000 〔已隐去〕 8-17点");
}

#[test]
fn identifiers_that_are_personal_are_seen() {
    for id in ["13812345678", "p-138-1234-5678", "37010219900307123X", "jn_0531-88881234"] {
        assert!(looks_personal(id), "{id}");
    }
    for id in ["jn-2026-000123", "20261123000001", "370102009000", "a1b2c3d4", ""] {
        assert!(!looks_personal(id), "{id}");
    }
}

#[test]
fn long_hostile_texts_are_read_in_time() {
    for unit in ["wx", "微信", "1 ", "qq ", "@", "a@", "13-", "0830 "] {
        redact(&unit.repeat(100_000));
    }
}

proptest! {
    #[test]
    fn no_mobile_number_survives(
        before in "\\PC{0,10}", number in "1[3-9][0-9]{9}", after in "\\PC{0,10}",
    ) {
        let joins = |c: Option<char>| c.is_some_and(|c| {
            fold(c).is_ascii_digit() || is_separator(fold(c))
        });
        prop_assume!(!joins(before.chars().last()) && !joins(after.chars().next()));
        let text = format!("{before}{number}{after}");
        prop_assert!(!redact(&text).text.contains(&number));
    }

    #[test]
    fn a_range_of_pay_survives_beside_a_number(
        low in 10u32..150, steps in 1u32..80, number in "1[3-9][0-9]{9}",
    ) {
        let pay = format!("{}-{}", low * 100, (low + steps) * 100);
        let out = redact(&format!("{pay} {number}"));
        prop_assert_eq!(out.text, format!("{pay} {MARK}"));
    }

    #[test]
    fn redaction_is_idempotent(text in "[0-9 \\-x.微信qq@a-c年月元]{0,60}") {
        let once = redact(&text).text;
        prop_assert_eq!(redact(&once).text, once.clone());
    }
}
