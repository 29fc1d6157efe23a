//! Evidence: one short Chinese sentence a factor, for the page that is returned.

use jobmatch_domain::matching::FactorKind;

use crate::features::{Pair, age_days, hours_share, metres, minutes, pay_ratio};

/// What the factor rests on, as a clerk would say it; empty when there is nothing to
/// say. Never repeats free text of the person.
pub fn evidence(kind: FactorKind, pair: &Pair<'_>) -> String {
    match kind {
        FactorKind::Lexical => lexical(pair),
        FactorKind::Semantic => semantic(pair),
        FactorKind::Occupation => occupation(pair),
        FactorKind::Skills => skills(pair),
        FactorKind::Certificates => certificates(pair),
        FactorKind::Education => education(pair),
        FactorKind::Experience => experience(pair),
        FactorKind::Pay => pay(pair),
        FactorKind::Place => place(pair),
        FactorKind::Hours => hours(pair),
        FactorKind::Freshness => freshness(pair),
    }
}

fn lexical(pair: &Pair<'_>) -> String {
    let said = if pair.signals.lexical <= 0.0 { "用词无重合" } else { "用词有重合" };
    if pair.signals.lexical_ceiling > 0.0 { said.into() } else { String::new() }
}

fn semantic(pair: &Pair<'_>) -> String {
    pair.signals
        .cosine
        .map(|c| format!("语义相近度 {:.0}%", c.max(0.0) * 100.0))
        .unwrap_or_default()
}

fn occupation(pair: &Pair<'_>) -> String {
    let Some(signal) = &pair.signals.occupation else {
        return String::new();
    };
    let (wanted, offered) = (signal.wanted, signal.offered);
    if signal.relatedness >= 1.0 {
        format!("工种一致：{offered}")
    } else if signal.relatedness > 0.0 {
        format!("工种相近：想做{wanted}，岗位是{offered}")
    } else {
        format!("工种不同：想做{wanted}，岗位是{offered}")
    }
}

fn skills(pair: &Pair<'_>) -> String {
    let Some(signal) = &pair.signals.skills else {
        return String::new();
    };
    if signal.matched.is_empty() {
        return "岗位所列技能暂未匹配到".into();
    }
    let shown: Vec<_> = signal.matched.iter().take(3).copied().collect();
    format!("具备技能：{}（{}/{}）", shown.join("、"), signal.matched.len(), signal.asked)
}

fn certificates(pair: &Pair<'_>) -> String {
    let join = |names: Vec<&str>| names.join("、");
    let Some(demanded) = pair.posting.certificates.as_ref().filter(|c| !c.is_empty()) else {
        return String::new();
    };
    let Some(held) = &pair.person.certificates else {
        let all = join(demanded.iter().map(|c| c.as_str()).collect());
        return format!("要求{all}，持证情况未知");
    };
    let missing = held.missing(demanded);
    if missing.is_empty() {
        let all = join(demanded.iter().map(|c| c.as_str()).collect());
        return format!("持有{all}，符合要求");
    }
    let all = join(missing.iter().map(|c| c.as_str()).collect());
    if missing.iter().all(|c| c.is_quickly_obtained()) {
        format!("缺{all}，可尽快办理")
    } else {
        format!("缺{all}")
    }
}

fn education(pair: &Pair<'_>) -> String {
    let Some(demanded) = pair.posting.education.filter(|d| d.rank() > 0) else {
        return String::new();
    };
    match pair.person.education {
        None => format!("要求{}，学历未知", demanded.label()),
        Some(has) if has.rank() >= demanded.rank() => {
            format!("学历{}，符合{}要求", has.label(), demanded.label())
        }
        Some(has) => format!("学历{}，低于{}要求", has.label(), demanded.label()),
    }
}

fn experience(pair: &Pair<'_>) -> String {
    let Some(demanded) = pair.posting.experience_months.filter(|m| *m > 0) else {
        return String::new();
    };
    match pair.person.experience_months {
        None => format!("要求经验{}，本人经验未知", span(demanded)),
        Some(has) if has >= demanded => format!("经验{}，符合{}要求", span(has), span(demanded)),
        Some(has) => format!("经验{}，少于{}要求", span(has), span(demanded)),
    }
}

fn span(months: u16) -> String {
    match (months / 12, months % 12) {
        (0, months) => format!("{months}个月"),
        (years, 0) => format!("{years}年"),
        (years, months) => format!("{years}年{months}个月"),
    }
}

fn pay(pair: &Pair<'_>) -> String {
    let Some(floor) = pair.person.pay_floor() else {
        return String::new();
    };
    let Some(ratio) = pay_ratio(pair) else {
        return if pair.posting.negotiable { "薪资面议".into() } else { String::new() };
    };
    let unit = floor.unit().label();
    let percent = ((ratio - 1.0) * 100.0).round();
    if percent >= 1.0 {
        format!("{unit}高于期望 {percent:.0}%")
    } else if percent <= -1.0 {
        format!("{unit}低于期望 {:.0}%", -percent)
    } else {
        format!("{unit}与期望相当")
    }
}

fn place(pair: &Pair<'_>) -> String {
    let (Some(metres), Some(minutes)) = (metres(pair), minutes(pair)) else {
        return String::new();
    };
    let way = if metres < 1000.0 {
        format!("相距约 {:.0} 米，路程约 {minutes:.0} 分钟", (metres / 10.0).round() * 10.0)
    } else {
        format!("相距约 {:.1} 公里，路程约 {minutes:.0} 分钟", metres / 1000.0)
    };
    match pair.person.max_travel_minutes {
        Some(limit) if minutes > f64::from(limit) && pair.posting.lodging => {
            format!("{way}，超过期望的 {limit} 分钟，但提供住宿")
        }
        Some(limit) if minutes > f64::from(limit) => format!("{way}，超过期望的 {limit} 分钟"),
        _ => way,
    }
}

fn hours(pair: &Pair<'_>) -> String {
    let told = !pair.person.hours.is_empty();
    match hours_share(pair).filter(|_| told) {
        None => String::new(),
        Some(share) if share >= 0.999 => "上班时间都在可工作时段内".into(),
        Some(share) if share <= 0.001 => "上班时间不在可工作时段内".into(),
        Some(share) => format!("上班时间有 {:.0}% 在可工作时段内", share * 100.0),
    }
}

fn freshness(pair: &Pair<'_>) -> String {
    match age_days(pair) {
        None => String::new(),
        Some(days) if days < 1.0 => "今天发布".into(),
        Some(days) => format!("{days:.0} 天前发布"),
    }
}
