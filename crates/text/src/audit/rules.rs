//! Finds the wordings that offend.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::{EmploymentKind, PayUnit};
use regex::Regex;

use super::classes;
use super::excuses::Excuses;
use super::wordings::WORDINGS;
use super::{Finding, Rule};
use crate::parse::phrases::{Phrases, regex};
use crate::parse::{PostingDraft, Reading};

/// An upper limit of age up to this one is a finding.
const TIGHT_AGE: u8 = 40;
static PATTERNS: LazyLock<Vec<(Rule, Regex)>> = LazyLock::new(|| {
    let plain = WORDINGS.iter().map(|(rule, pattern)| (*rule, regex(pattern)));
    plain.chain(classes::patterns().iter().map(|(rule, p)| (*rule, regex(p)))).collect()
});

static YOUTH_WORK: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"见习|公益性?岗|消防员|飞行|乘务|征兵|辅警|应征|西部计划|三支一扶|按规定年龄")
});

/// Characters of which every wording of a rule has at least one. A text without any of
/// them is not searched. Rules that are not listed are always searched for.
const TRIGGERS: [(Rule, &str); 8] = [
    (Rule::Sex, "男女伙姑帅宝哥姐姨壮嫂娘爷美妇汉仙"),
    (
        Rule::Household,
        "户籍家人本当外咱我坐鲁邻非济青东河山安川云贵甘江湖福广黑吉辽陕浙海宁菏聊德临枣农西南淄烟潍泰威日滨",
    ),
    (Rule::Marriage, "婚育孕孩娃胎单离对嫁家哺生妈"),
    (Rule::Ethnicity, "族民疆藏蒙清汉维凉"),
    (Rule::Religion, "教佛主神仰穆斋基信"),
    (Rule::Carrier, "肝阳半携艾h梅澳染原"),
    (Rule::Disability, "残障肢健聋瘸跛腿口结哑脚缺断智少手盲瞎拐独侏"),
    (
        Rule::Appearance,
        "男女形气官相长颜外样容貌漂靓身个体纹疤刺米.皮腿好胖丑矮高苗甜帅仪盘条模肌白秀礼迎空播",
    ),
];
/// For each character that begins to speak for rules, their bits.
static SIGNS: LazyLock<Phrases<u16>> = LazyLock::new(|| {
    let mut signs: HashMap<char, u16> = HashMap::new();
    for (rule, characters) in TRIGGERS {
        for c in characters.chars() {
            *signs.entry(c).or_default() |= bit(rule);
        }
    }
    Phrases::of(signs.into_iter().map(|(c, bits)| (c.to_string(), bits)))
});

fn bit(rule: Rule) -> u16 {
    1 << rule as u16
}

/// The bits of the rules that the text can offend by its characters.
fn possible(text: &str) -> u16 {
    let always = !TRIGGERS.iter().fold(0, |bits, (rule, _)| bits | bit(*rule));
    SIGNS.find_in(text).fold(always, |bits, (rules, _)| bits | rules)
}

/// What offends one of the `asked` rules, in order of the text.
pub(super) fn findings(reading: &Reading, draft: &PostingDraft, asked: &[Rule]) -> Vec<Finding> {
    let text = reading.figures.text();
    let excuses = Excuses::of(text, draft);
    let mut out: Vec<Finding> = Vec::new();
    let possible = possible(text) & asked.iter().fold(0, |bits, rule| bits | bit(*rule));
    for (rule, pattern) in PATTERNS.iter().filter(|(rule, _)| possible & bit(*rule) != 0) {
        for found in pattern.find_iter(text) {
            let at = found.range();
            if !excuses.cover(*rule, &at) {
                out.push(Finding::new(*rule, reading.figures.span(&bare(text, at))));
            }
        }
    }
    if asked.contains(&Rule::Bait)
        && let Some(pay) = rich_for_nothing(text, draft)
    {
        out.push(Finding::new(Rule::Bait, pay));
    }
    if asked.contains(&Rule::Age)
        && let Some(age) = tight_age(text, draft)
    {
        out.push(Finding::new(Rule::Age, age));
    }
    joined(out)
}

/// A wording without the stops that set it apart: 女 of ,女,
fn bare(text: &str, at: Range<usize>) -> Range<usize> {
    const STOPS: [char; 8] = [',', '。', ';', '!', ':', '、', ' ', '\n'];
    let wording = &text[at.clone()];
    let start = at.start + wording.len() - wording.trim_start_matches(STOPS).len();
    let end = at.end - (wording.len() - wording.trim_end_matches(STOPS).len());
    if start < end { start..end } else { at }
}

/// Rules whose wordings pile up in one breath, with a comma between: 外地勿扰，非本地人不用.
const BREATHLESS: [Rule; 4] = [Rule::Bait, Rule::Fee, Rule::Household, Rule::Marriage];

/// Findings of one rule that touch are one; in order of the text.
fn joined(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by_key(|f| (f.rule, f.span.start));
    let mut out: Vec<Finding> = Vec::with_capacity(found.len());
    for finding in found {
        let gap = if BREATHLESS.contains(&finding.rule) { '，'.len_utf8() } else { 0 };
        match out.last_mut() {
            Some(last)
                if last.rule == finding.rule && finding.span.start <= last.span.end + gap =>
            {
                last.span.end = last.span.end.max(finding.span.end);
            }
            _ => out.push(finding),
        }
    }
    out.sort_by_key(|f| (f.span.start, f.rule));
    out
}

static NOTHING_ASKED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:男女|学历|年龄|经验)不限|不[要限看](?:学历|经验)|只要你?(?:敢|肯|来)|(?:打字|聊天)(?:员|客服)?|客服打字|海外|境外|出国|包机票|无学历|不看|(?:无需|不要|不需|不限|没有?|0)经验|0基础|0门槛|名额(?:有限|仅剩|不多)|仅剩",
    )
});
/// Yuan a month from which on pay for which nothing is asked is bait.
const RICH_MONTH: f64 = 20_000.0;
/// The same of a day.
const RICH_DAY: f64 = 1_000.0;

/// 出国打工月薪三万起, 不要学历; 公关日薪三千, 男女不限.
fn rich_for_nothing(text: &str, draft: &PostingDraft) -> Option<Range<usize>> {
    let pay = draft.pay.as_ref()?;
    let least = match pay.value.unit {
        PayUnit::Day => RICH_DAY,
        PayUnit::Month => RICH_MONTH,
        PayUnit::Hour | PayUnit::Year | PayUnit::Piece => return None,
    };
    let rich = pay.value.bottom().yuan() >= least;
    (rich && NOTHING_ASKED.is_match(text)).then(|| pay.span.clone())
}

fn tight_age(text: &str, draft: &PostingDraft) -> Option<Range<usize>> {
    let age = draft.age.as_ref()?;
    let young = matches!(
        draft.kind.as_ref()?.value,
        EmploymentKind::Internship | EmploymentKind::PublicWelfare
    );
    let tight = age.value.max().is_some_and(|max| max <= TIGHT_AGE);
    (tight && !young && !YOUTH_WORK.is_match(text)).then(|| age.span.clone())
}

#[cfg(test)]
mod tests;
