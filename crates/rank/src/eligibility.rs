//! The second check of the conditions, on the record itself.

use jobmatch_domain::matching::Outcome;
use jobmatch_domain::{Condition, ConditionKind, ConditionMode, ConditionState, Facets, Modes};

/// The outcome of all conditions for one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// No required condition is unmet.
    pub eligible: bool,
    /// Kinds of the preferred conditions that are unmet.
    pub preferred_unmet: Vec<ConditionKind>,
    /// The posting needs a right, and whether the person has it is not known.
    pub right_unknown: bool,
    /// Outcome by condition, in the order asked.
    pub states: Vec<ConditionState>,
}

/// Evaluates all conditions on the record's facets. Retrieval has applied the required
/// ones already; this holds what the index says against what the store says now.
pub fn check(conditions: &[Condition], modes: &Modes, facets: &Facets) -> Checked {
    let states: Vec<_> = conditions.iter().map(|c| c.evaluate(facets)).collect();
    let unmet = |mode: ConditionMode| {
        let fails = conditions.iter().zip(&states).filter(|(_, s)| **s == ConditionState::Unmet);
        let kinds = fails.map(|(c, _)| c.kind()).filter(|kind| modes.of(*kind) == mode);
        kinds.collect::<Vec<_>>()
    };
    let right_unknown = conditions
        .iter()
        .zip(&states)
        .any(|(c, s)| c.kind() == ConditionKind::Right && *s == ConditionState::Unknown);
    Checked {
        right_unknown,
        eligible: unmet(ConditionMode::Required).is_empty(),
        preferred_unmet: unmet(ConditionMode::Preferred),
        states,
    }
}

/// The outcomes as they are shown: one a condition, in order of kind.
pub fn outcomes(conditions: &[Condition], modes: &Modes, checked: &Checked) -> Vec<Outcome> {
    let mut out: Vec<_> = conditions
        .iter()
        .zip(&checked.states)
        .map(|(condition, state)| Outcome {
            kind: condition.kind(),
            state: *state,
            mode: modes.of(condition.kind()),
            evidence: sentence(condition, *state),
        })
        .collect();
    out.sort_by_key(|o| o.kind);
    out
}

fn sentence(condition: &Condition, state: ConditionState) -> String {
    let subject = subject(condition.kind());
    match state {
        ConditionState::Met => format!("{subject}符合"),
        ConditionState::Unmet => format!("{subject}不符合"),
        ConditionState::Unknown => format!("{subject}信息不全，未作限制"),
    }
}

/// What a condition is about, in Chinese.
pub fn subject(kind: ConditionKind) -> &'static str {
    match kind {
        ConditionKind::Status => "可匹配状态",
        ConditionKind::Validity => "有效期",
        ConditionKind::Right => "岗位资格",
        ConditionKind::Kind => "用工形式",
        ConditionKind::Education => "学历",
        ConditionKind::Experience => "工作经验",
        ConditionKind::Certificates => "证书",
        ConditionKind::Age => "年龄",
        ConditionKind::Pay => "薪资",
        ConditionKind::Hours => "工作时间",
        ConditionKind::Reach => "路程",
        ConditionKind::Division => "所在区划",
        ConditionKind::Radius => "距离范围",
        ConditionKind::Occupation => "工种",
        ConditionKind::Published => "发布时间",
        ConditionKind::Employer => "用人单位",
        ConditionKind::Places => "剩余名额",
        ConditionKind::Physical => "体力要求",
        ConditionKind::Trust => "招聘信息可信度",
        ConditionKind::Gig => "开工时间和结算方式",
    }
}
