//! Which of the elements that a notice must tell are missing.

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::EmploymentKind;
use regex::Regex;

use super::Element;
use crate::lexicon::Lexicon;
use crate::parse::phrases::regex;
use crate::parse::{PostingDraft, Reading, names_a_place};

/// Demands, and words that say there are none.
static DEMANDS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"要求|条件|必须|须|得能|得会|要会|要能|会[\p{Han}]|能[^上挣拿到拎]|懂|熟悉|熟练|优先|不限|均可|都可|都行|都要|也行|可教|包教|踏实|勤快|手脚|麻利|利索|利落|干净|细心|耐心|责任心|健康|身体|吃苦|自带|爱干净|老实|干活|认真|不怕|不要|勿扰|男女|限[男女]|持证|本科|大专|高中|初中|中专|经验|干过|做过|熟手|生手|新手|学生|宝妈|退休|年龄|岁|穿[\p{Han}]{1,3}[裤鞋衣]|无犯罪|普通话|有证|眼神|力气|恐高|稳当|人品|脾气|靠谱|随叫随到|守时|准时|不喝酒|不偷懒|抽烟|喝酒|识字|认字|会用|有责任|服从|有车|有本|要有|需有|需要|长期干|退伍|党员",
    )
});
static TRADE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:[工员师手生嫂姨]|师傅|司机|老师|助理|保姆|学徒|经理|主管|店长|保安|客服|教练|会计|主播|编辑|护士|大夫|骑手|领班|代驾|门卫|门岗|前台|迎宾|打荷|厨|大姐|服务|保洁|礼仪|顾问|专员|宿管|销售|导购|文秘|出纳|仓管|厨师长|护工|水台|收银|小工|大工|切配|面点|保管|幼师|库管)$",
    )
});
/// A clause that begins with a verb of work and says no more than a task.
static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:^|[,。;!\n 、:])(?P<task>(?:扫|擦|拖|洗|刷|摘|择|切|炒|炸|烙|摊|揉|蒸|煮|端|撤|摆|收|搬|抬|扛|卸|装|码|拣|挑|捡|分拣|打扫|打包|打印|打药|贴|缝|熨|裁|锁|焊|割|砌|抹|刮|铺|拆|砸|挖|栽|浇|喂|杀|剥|修|换|检查|测|登记|记录|核对|制作|写|拍|剪|讲|教|哄|接待|接听|接送|陪|翻|跑|推|盯|看管|看守|守|巡|领|引导|拉|操作|配|补|称|理|盘点|绑|涂|喷|倒|清|铲|除|整理|归档|扎|串|磨|锯|钉|吊|支|发放|派|抄|催|照看|照顾|照料|护理|采|冲|改造|加工|包装|保养|维护|维修|调试|安装|巡检|协助|配合|管理|策划|录入|跟单|跟进|开发|设计|辅导|批改|备课|带队|值守|站岗|消毒|采购|验收|统计|做账|报税|审核|办理|处理|运送|配送|搅拌|上料|下料|质检|缝合|倒水|送餐|打饭|打菜|擀|包|煎)[\p{Han}]{1,9})(?:$|[,。;!\n 、(])",
    )
});
/// Tasks told by more than the name of the trade.
static TASKS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"负责|工作[:]|岗位内容|工作内容|职责|主要(?:是|干|做|工作|跑|送)|干的活|活就是|说白了|活[是:]|就是[\p{Han}]|协助|",
        r"(?:扫|擦|拖|洗|刷|摘|择|切|炒|炸|烙|摊|揉|蒸|煮|端|撤|摆|收|搬|抬|扛|卸|装|码|拣|分|打|包|贴|缝|熨|剪|锁|焊|割|砌|抹|刮|铺|拆|砸|挖|栽|浇|摘|喂|杀|剥|修|换|查|测|量|记|登|录|核|做|写|拍|剪|讲|教|带|哄|接|送|陪|喂|翻|跑|推|卖|盯|看|守|巡|领|引|拉|开|配|补|点|称|理|盘|穿|绑|涂|喷|上|下|倒|清|铲|除|整|归|扎|串|和|泡|磨|锯|钉|吊|支|放|发|派|扎|安|抄|催|管|照|护|量|抽|拔|采)",
        r"(?:地|碗|盘|菜|桌|锅|货|车|包|箱|单|料|件|衣|边|砖|墙|灰|瓷|树|苗|草|花|水|猪|鸡|牛|羊|鱼|壳|机|线|表|账|票|货架|文|图|片|课|作业|孩子|娃|老人|饭|身|药|客|门|岗|逻|库|头|仓|膜|标|签|卡|钱|银|款|垃圾|厕|楼|玻璃|油烟|床|布草|被|毛巾|灯|管|电|窗|板|筋|模|架|土|沟|坑|果|菇|粮|棚|肥|农药|瓜|棉|件|纸|袋|餐|盒|传单|展|台|气球|道具|音响|电话|微信|群|数据|档案|材料|合同|通知|会议|报表|凭证|发票|税|工资|考勤|简历|样|品|尺寸|螺丝|零件|焊缝|班|操|游戏|绘本|尿|尿布|奶|澡|辅食|血压|体温|号|诊|针|血)",
    ))
});

pub(super) fn missing(reading: &Reading, draft: &PostingDraft, lexicon: &Lexicon) -> Vec<Element> {
    let text = reading.plain.text();
    let told = |element| match element {
        Element::Employer => draft.employer.is_some(),
        Element::Headcount => draft.headcount.is_some(),
        Element::Requirements => demands(text, draft),
        Element::Duties => duties(reading, draft, lexicon),
        Element::Place => draft.division.is_some() || names_a_place(&reading.plain),
        Element::Pay => draft.pay.is_some(),
    };
    [
        Element::Employer,
        Element::Headcount,
        Element::Requirements,
        Element::Duties,
        Element::Place,
        Element::Pay,
    ]
    .into_iter()
    .filter(|e| !told(*e))
    .collect()
}

fn demands(text: &str, draft: &PostingDraft) -> bool {
    draft.age.is_some()
        || draft.education.is_some()
        || draft.experience_months.is_some()
        || !draft.certificates.is_empty()
        || draft.gender.is_some()
        || draft.kind.as_ref().is_some_and(|k| k.value == EmploymentKind::Internship)
        || DEMANDS.is_match(text)
}

/// A task outside the title.
fn duties(reading: &Reading, draft: &PostingDraft, lexicon: &Lexicon) -> bool {
    let text = reading.plain.text();
    let outside = |at: &Range<usize>| {
        let span = reading.plain.span(at);
        draft.title.as_ref().is_none_or(|t| span.end <= t.span.start || t.span.end <= span.start)
    };
    let skills =
        draft.occupations.first().map(|o| &lexicon.entry(o.value).skills[..]).unwrap_or_default();
    let title = draft.title.as_ref().map_or("", |t| t.value.as_str());
    let skilled =
        skills.iter().filter(|s| s.chars().count() >= 2 && !title.contains(s.as_str())).any(|s| {
            text.match_indices(s.as_str())
                .any(|(start, found)| outside(&(start..start + found.len())))
        });
    // 端盘子, 贴瓷砖: a title that is a task, not a trade.
    let title_is_task = !title.is_empty() && !TRADE.is_match(title);
    skilled
        || title_is_task
        || CLAUSE.captures_iter(text).filter_map(|c| c.name("task")).any(|m| outside(&m.range()))
        || TASKS.find_iter(text).any(|m| outside(&m.range()))
}

#[cfg(test)]
mod tests {
    use crate::audit::{Element, parse_and_audit};
    use crate::lexicon::Lexicon;
    use jobmatch_domain::Date;

    fn read(text: &str) -> Vec<Element> {
        let today = Date::parse("2026-11-23").unwrap();
        parse_and_audit(text, today, Lexicon::built_in()).1.missing
    }

    #[test]
    fn the_elements_that_are_not_told_are_missing() {
        use Element::{Duties, Employer, Headcount, Pay, Place, Requirements};
        assert_eq!(
            read("招厨师！急急急！"),
            [Employer, Headcount, Requirements, Duties, Place, Pay]
        );
        assert_eq!(read("垚沃物业招保洁员2名，男女不限，负责扫楼道擦扶手，2800元，历下解放路"), []);
    }
}
