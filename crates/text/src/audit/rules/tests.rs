//! Wordings and the rules that they offend.

use crate::audit::{Rule, parse_and_audit};
use crate::lexicon::Lexicon;
use jobmatch_domain::Date;

fn read(text: &str) -> Vec<Rule> {
    let today = Date::parse("2026-11-23").unwrap();
    parse_and_audit(text, today, Lexicon::built_in())
        .1
        .findings
        .into_iter()
        .map(|f| f.rule)
        .collect()
}

#[test]
fn each_rule_has_its_wordings() {
    for (text, rule) in [
        ("女士优先", Rule::Sex),
        ("要12个男的", Rule::Sex),
        ("35周岁以下", Rule::Age),
        ("山西河南人勿扰", Rule::Household),
        ("限本地户口", Rule::Household),
        ("未婚，会说普通话", Rule::Marriage),
        ("不要少数民族", Rule::Ethnicity),
        ("信教的不要", Rule::Religion),
        ("乙肝携带者勿扰", Rule::Carrier),
        ("残疾人勿扰", Rule::Disability),
        ("形象好气质佳", Rule::Appearance),
        ("身高1米75以上", Rule::Appearance),
        ("先交服装押金300", Rule::Fee),
        ("押身份证", Rule::Fee),
        ("轻松月入15000+", Rule::Bait),
        ("月入过万不是梦", Rule::Bait),
    ] {
        assert_eq!(read(text), [rule], "{text}");
    }
}

#[test]
fn what_only_looks_like_it_is_left_alone() {
    for text in [
        "男女不限，免押金，不收任何费用",
        "50岁以下，退休返聘也行",
        "限女，负责女生宿舍管理",
        "一袋一百斤肩扛上车，限男",
        "不押证件，不收报名费",
        "残疾人优先",
        "婚否不限，民族不限",
        "公益性岗位，限本街道户口",
        "不是刷单，正规公司",
    ] {
        assert_eq!(read(text), [], "{text}");
    }
}

#[test]
fn every_way_of_saying_it_is_found() {
    for line in include_str!("offending.tsv").lines().filter(|l| !l.starts_with('#')) {
        let (rule, text) = line.split_once('\t').unwrap();
        assert!(read(text).iter().any(|r| r.code() == rule), "{rule}: {text}");
    }
}

#[test]
fn what_is_innocent_is_left_alone() {
    for text in include_str!("innocent.txt").lines().filter(|l| !l.starts_with('#')) {
        assert_eq!(read(text), [], "{text}");
    }
}
