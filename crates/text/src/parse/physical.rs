//! What an advert says that the work asks of the body.

use std::sync::LazyLock;

use jobmatch_domain::Physical;

use super::draft::Found;
use super::phrases::{Phrases, before};
use super::source::Source;

static PHYSICAL: LazyLock<Phrases<Physical>> = LazyLock::new(|| {
    use Physical::{
        Bending, Chemicals, Climbing, Cold, Driving, Dust, Eyesight, Hands, Heat, Heights, Lifting,
        Night, Noise, Outdoors, Sitting, Squatting, Standing, Walking, Wet,
    };
    Phrases::new(&[
        (
            Lifting,
            "搬重物 搬运重 肩扛 扛包 扛上 扛货 装卸 搬得动 能搬 搬货 卸货 力气大 有力气 有劲 有把力气 重体力 体力活 抬担架 抱得动 搬桶 扛水 搬家具 抬家具 搬箱",
        ),
        (Standing, "久站 站立 站着干 站班 站岗 站一天 站得住 长时间站 能站"),
        (Sitting, "坐班 坐着干 久坐"),
        (Bending, "弯腰"),
        (Squatting, "蹲着 下蹲 能蹲"),
        (Climbing, "爬高 爬楼 爬梯 爬架 上架子 登梯"),
        (Walking, "多走路 走动 巡逻 跑腿 来回走 两万步 走路多"),
        (Heights, "高空 登高 高处作业 恐高 塔吊"),
        (Outdoors, "户外 露天 室外 风吹日晒 外勤"),
        (Heat, "高温 炎热 灶台热 车间热 锅炉旁 炉前"),
        (Cold, "冷库 低温 冷冻 冷藏 冷间"),
        (Noise, "噪音 噪声 机器响"),
        (Dust, "粉尘 灰大 扬尘 打磨 灰尘"),
        (Chemicals, "油漆 气味 味道大 化学品 药水 喷漆 有味 农药 胶水 电镀"),
        (Wet, "沾水 湿水 水里干 穿水鞋 下水"),
        (Eyesight, "眼神好 视力好 眼神要 费眼 视力 看显微镜 显微镜"),
        (Night, "夜班 通宵 上夜 熬夜 大夜 值夜 两班倒 三班倒"),
        (Hands, "手快 手工活 手头快 插件 手速"),
        (Driving, "长途 跑长途 开车时间长"),
    ])
});

/// What the advert says that the work asks of the body.
pub(crate) fn physical(plain: &Source) -> Vec<Found<Physical>> {
    let text = plain.text();
    let mut out: Vec<Found<Physical>> = Vec::new();
    for (demand, at) in PHYSICAL.find_in(text) {
        let ahead = before(text, at.start, 3);
        let denied = ahead.ends_with(['无', '不', '没', '免'])
            || ["不用", "没有", "不上", "不需", "不倒", "不值"].iter().any(|n| ahead.ends_with(n));
        // 不恐高 and 没恐高 are demands: the work is up high.
        let demanded = !denied || demand == Physical::Heights;
        if demanded && out.iter().all(|f| f.value != demand) {
            out.push(Found::new(demand, plain.span(&at), 0.7));
        }
    }
    out
}
