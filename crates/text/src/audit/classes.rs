//! Wordings by class: whom a rule protects, crossed with the ways of turning people away, of
//! preferring some and of wanting no others. `wordings` holds what fits no such class.

use super::Rule;

/// What ends a clause, or the text.
const STOP: &str = r"(?:$|[,。;!?\n 、)])";

/// Turns away those named right in front.
const REFUSED: &str = concat!(
    r"(?:的|者|人|们|籍|户口|人员|人士|同胞|兄弟|朋友|女性|男性|情况)*",
    r"(?:1律|一律|暂时?|都|也|就|请|全|均|基本|概|可能|咱|我们|这边)*",
    r"(?:不(?:招|录|予|考虑|接收|接受|安排|符|合适|适合|欢迎|能来|给进)|不要(?:$|[^求紧])|不收(?:$|[^费押取任中钱学])",
    r"|不(?:用|行|可以|宜|成|中|了)了?(?:$|[,。;!?\n 、)])|进不(?:去|了|来)|勿|莫[来扰投入]|别(?:来|投|报|问|跑|联系|打|白|浪|进|考虑|扰|应聘)",
    r"|免(?:投|谈|扰|来|进|试|问|报|开|$|[,。;!\n ])|谢绝|拒收|拒招|拒绝|绕(?:行|道|路|开|$|[,。;!\n ])|慎(?:投|来|重|报|入)|靠边|算了|除外|止步|退散|走开)",
);
/// Turns away those named right behind.
const REFUSING: &str = r"(?:不(?:要|招收?|收|用|录用?|录取|聘用|接受|接收|考虑|适合|安排|欢迎|能有|得有|可有)|谢绝|拒绝|拒收|拒招|排除)(?:任何|有|带|是|1切|那些|这些)?";
/// Prefers those named right in front.
const PREFERRED: &str = r"(?:的|者|人|们|人员|人士|同志)*(?:可|能|会)?(?:优先|最好|为主|为佳|更佳|佳|优(?:$|[,。;!\n ])|加分|更好|就行|即可|就可|来就行)";
/// Wants none but those named right behind.
const ONLY: &str = concat!(
    r"(?:(?:仅|只)?限|(?:仅|只|就|光|专)(?:要|招|收|用|找|考虑|留|面向)|(?:必须|须|得|最好|务必|1定)(?:得|要)?是?|要是|要求(?:是|为)?:?|适合|(?:招|找|缺|要|来|聘|招聘|诚聘|急聘|急招))",
    r"(?:[0-9]+ ?(?:个|名|位)?|几(?:个|名|位)|1?个|些|若干名?)?(?:年轻|[^,。;!?\n 、0-9]{2,6}的)?",
);

/// What may stand in front of those named, unless it tells who is there or is served:
/// 能吃苦男工, but not 同事多是小姑娘.
const MODIFIER: &str = "[^,。;!?\\n 、0-9个名男女是多为给教顾陪接卖客员务事有和对都像带让招人系电]{2,6}|[2-6][0-9](?:多|来|左右|上下|出头)岁?的";

/// Those whom a rule protects, and which of the ways concern them.
struct Class {
    rule: Rule,
    /// Alternatives of one pattern.
    named: String,
    ways: &'static [Way],
}

/// A way of telling people apart.
#[derive(Clone, Copy)]
enum Way {
    Refused,
    Refusing,
    Preferred,
    Only,
    /// A clause of nothing else: 年轻小伙, 本地大姐.
    Alone,
    /// How many are sought: 男服务员3名.
    Counted,
}

impl Way {
    /// Every way.
    const ALL: [Self; 5] =
        [Self::Refused, Self::Refusing, Self::Preferred, Self::Only, Self::Alone];
    /// Ways of turning away.
    const AWAY: [Self; 2] = [Self::Refused, Self::Refusing];
    /// Ways of favouring.
    const FOR: [Self; 3] = [Self::Preferred, Self::Only, Self::Alone];

    /// The pattern for people of one name.
    fn of(self, named: &str) -> String {
        match self {
            // 瘸腿的、缺手指的都不要; bounded, so that a long list is not read again from each of its parts.
            Self::Refused => {
                format!(
                    "(?:{named})(?:(?:的|者|人|籍)?(?:、|,|和|与|及|或|/|跟)?(?:{named})){{0,4}}(?:[、和及或][^,。;!?\n]{{1,4}}?)?{REFUSED}"
                )
            }
            Self::Refusing => format!("{REFUSING}(?:{named})"),
            Self::Preferred => format!("(?:{named}){PREFERRED}"),
            Self::Only => format!("{ONLY}(?:{named})"),
            Self::Counted => format!("(?:{named})[(:]?(?:[0-9]+ ?(?:名|位|个|人)|若干|数名)"),
            Self::Alone => {
                format!("(?:^|[,。;!\\n 、:])(?:{MODIFIER})?(?:{named})们?[快都]?来?{STOP}")
            }
        }
    }
}

const PROVINCES: &str = "东北|河南|山西|安徽|[四4]川|河北|云南|贵州|甘肃|江西|湖北|湖南|福建|广西|广东|黑龙江|吉林|辽宁|陕西|江苏|浙江|青海|宁夏|海南|云贵川?|川渝|两广|东3省";
const CITIES: &str =
    "山东|济南|青岛|淄博|枣庄|东营|烟台|潍坊|济宁|泰安|威海|日照|临沂|德州|聊城|滨州|菏泽";
/// One's own village, town or county.
const HERE: &str =
    "邻[村镇县]|(?:本|咱们?这?|我们)(?:地|市|县|村|镇|乡|区|省|庄|城|社区|小区|街道)|当地|坐地";
const PEOPLES: &str = "少数民族|非汉族?|回[族民]|维族|维吾尔族?|藏族|蒙古?族|朝鲜族|[苗彝壮满傣侗羌瑶]族|哈萨克族?|(?:新疆|西藏|内蒙古?|凉山)(?:籍|人|的|那边)*";
const DISABLED: &str = concat!(
    "(?:肢体|听力|视力|智力|身体有?|有)?残[疾障](?:人|人员|人士|者|证)?|聋哑?(?:人|子)?|哑巴|盲人|瞎子|瘸(?:子|腿)?|跛(?:脚|子|腿)?|拐子|肢残|智障|智力(?:障碍|低下)|口吃|结巴|断指|独眼|侏儒",
    "|缺(?:手指?头?|胳膊|腿|指头?)|腿脚(?:不(?:好|便|利索|灵便)|有(?:毛病|问题|残疾))|手脚(?:不(?:便|全|灵便)|有(?:毛病|残疾))",
);

/// Rules and the patterns that the classes make.
pub(super) fn patterns() -> Vec<(Rule, String)> {
    let crossed = classes().into_iter().map(|class| {
        let ways: Vec<String> = class.ways.iter().map(|way| way.of(&class.named)).collect();
        (class.rule, ways.join("|"))
    });
    crossed.chain(claims()).collect()
}

fn classes() -> [Class; 10] {
    let class = |rule, named, ways| Class { rule, named, ways };
    [
        class(
            Rule::Sex,
            "[男女](?:性|士|生|的|工|孩子?|同志|同胞|员工|同学|大学生|青年|劳力|丁)|小伙子?|小姑娘|姑娘家?|小哥哥|小姐姐|小仙女|妹子|美女|帅哥|大?老爷们|爷们|老娘们|妇女|汉子".to_owned(),
            &Way::ALL,
        ),
        // 招女缝纫工, but not 招女装裁缝 nor 招女病人护工.
        class(
            Rule::Sex,
            r"[男女](?:[^装鞋宿浴厕子包裤袜童科款表士性病客监更澡患宾老\P{Han}][\p{Han}]{0,3})?(?:[工员师手生]|师傅|司机|保姆|护士|学徒|前台|老师|保安|保洁|收银|文秘|教师|医生|教练)".to_owned(),
            &[Way::Only, Way::Preferred, Way::Alone, Way::Counted],
        ),
        class(
            Rule::Household,
            format!("外[地省县市乡村镇来埠区]|(?:非|不是)(?:{HERE})|(?:{PROVINCES}|{CITIES})(?:籍|人|的|那边|过来|户口)*|农村(?:户口|的)"),
            &Way::AWAY,
        ),
        class(
            Rule::Household,
            format!("(?:{HERE}|{CITIES}|鲁[a-z]?)的?(?:户口|户籍|籍|居民|村民|人(?:$|[^事才力社民员大医])|户|女[生孩士性]|男[生士性]|妇女|老乡|乡亲|青年|群众|农户|业主|住户|大姐|阿姨|宝妈)|(?:{HERE})的(?:$|[,。;!?\\n ])"),
            &Way::FOR,
        ),
        class(
            Rule::Marriage,
            "孕妇|孕妈|准妈妈|单身[狗汉]|(?:怀|备)孕|孕期|哺乳期?|带(?:着)?(?:小)?[孩娃]子?(?:的|者)|有(?:小)?[孩娃]子?(?:的|者)|离[异婚]|单身|[未已]婚|[未已]生?育|没(?:结婚|对象|成家|孩子?)|成过?家|有家(?:有口|庭|室)|结过婚|生过(?:孩子?|娃)".to_owned(),
            &[Way::Refused, Way::Refusing, Way::Preferred],
        ),
        class(Rule::Ethnicity, PEOPLES.to_owned(), &Way::AWAY),
        class(Rule::Ethnicity, "汉族?人|汉族".to_owned(), &Way::FOR),
        class(
            Rule::Religion,
            r"信(?:教|佛|主|神|耶稣|道|奉[\p{Han}]{1,4}?|基督教?|天主教?|伊斯兰教?)|(?:基督|天主|佛|伊斯兰|道)?教徒|基督徒|穆斯林".to_owned(),
            &Way::ALL,
        ),
        class(
            Rule::Appearance,
            "有?(?:纹身|刺青|烟疤|疤痕?)|(?:太|过)?(?:胖|丑|矮)(?:子|的)".to_owned(),
            &Way::AWAY,
        ),
        class(Rule::Disability, DISABLED.to_owned(), &Way::AWAY),
    ]
}

/// What applicants are charged for.
const CHARGES: &str = concat!(
    "(?:抵|质)?押金|保证金|定金|诚意金|风险金",
    "|(?:培训|服装|工装|工服|制服|工作服|报名|登记|注册|建档|档案(?:管理|保管)?|中介|介绍|推荐|办证|考证|办卡|工牌|证件|材料|资料|会员?|入会|加盟|代理|签约|签证|认证|审核|开户|激活|体检|手续|工本|教材|考试|考务|岗位|安置|入职|入门|门槛|占位|名额|信息|床铺|床品|床上用品|宿舍用品|生活用品|被褥|住宿押|样品|课程|学|试岗|面试|进厂|上岗|带岗|打点|排队|转正|内推|开通|解冻|公证)(?:费用?|钱|押金|保证金)",
);
/// A promise of income.
const CLAIM: &str = "(?:月|日|年|周)(?:入|薪|赚|挣|收入)|(?:1天|每[天日月])(?:收入|收益|能?[赚挣])";
const AMOUNT: &str = "[0-9]{3,}(?:[-~到至][0-9]+)?(?:元|块|\\+)*|[过上破超][百千万]|[几数][千万]|[4-9]位数|百万|千万";
/// Says that it comes by itself.
const EASY: &str = "(?:躺|睡|玩|坐|闭)着(?:眼)?|轻轻松松|轻松|随随便便|随便|包你";
/// Says that it is nothing.
const NOTHING: &str = "不(?:是|算|成)(?:个)?(?:梦|事|问题|难事|吹|神话|传说|话下)|不在话下|没问题|小意思|轻松|容易|很?简单|很平常|大有人在|有的是|常态|玩1?样";

/// Charges and promises, each a noun in one of its frames.
fn claims() -> [(Rule, String); 4] {
    [
        (
            Rule::Fee,
            [
                format!(r"(?:{CHARGES})[::]?(?:共|各|合计|每人|1人|1次性)*[0-9]+(?:元|块)?[^,。;!?\n]{{0,4}}"),
                format!(r"(?:押|扣|交|缴|寄|汇|掏|带|垫|充|打|转|付)[纳款来上]?[0-9]+(?:元|块)?钱?的?[\p{{Han}}]{{0,4}}?(?:{CHARGES})"),
                format!(r"(?:{CHARGES})[^,。;!?\n]{{0,8}}(?:员工|个人|本人|自己|应聘者?|求职者?|新人)(?:来|先)?(?:承担|负担|出|付|掏|支付|解决|垫)"),
                format!(r"(?:{CHARGES})[^,。;!?\n]{{0,4}}自[理付费负掏]"),
                format!(r"(?:{CHARGES})[^,。;!?\n]{{0,6}}(?:工资|提成)[^,。;!?\n]{{0,3}}[扣抵]"),
            ]
            .join("|"),
        ),
        (
            Rule::Fee,
            [
                r"(?:自行|自费|自己|个人)(?:出钱)?(?:购买|购置|采购|买|订购)[^,。;!?\n]{0,4}(?:公司|指定|统一|我司|厂里|店里|工装|工服|服装|设备|产品|教材|套装)[^,。;!?\n]{0,4}".to_owned(),
                r"先(?:拿|进|囤|订)1?批?货[^,。;!?\n]{0,6}|(?:工装|工服|服装|制服)[^,。;!?\n]{0,3}自(?:费|购|买|备)[^,。;!?\n]{0,4}".to_owned(),
                format!(r"(?:身份证|毕业证|学历证|学位证|驾驶证|驾照|户口本|证件|资格证)(?:原件)?(?:须|需|要|得|统一|先|暂)*(?:交|由|放|存|上交)[^,。;!?\n]{{0,2}}(?:公司|店|厂|单位|前台|老板|中介)[^,。;!?\n]{{0,3}}(?:保管|代管|保存|留存|存放|收着|{STOP})"),
            ]
            .join("|"),
        ),
        (
            Rule::Bait,
            [
                format!(r"(?:{CLAIM})[^,。;!?\n]{{0,3}}(?:{AMOUNT})[^,。;!?\n]{{0,4}}(?:{NOTHING})"),
                format!(r"(?:{EASY})[^,。;!?\n]{{0,4}}(?:{CLAIM})[^,。;!?\n]{{0,2}}(?:{AMOUNT})"),
                format!(r"(?:{EASY})[^,。;!?\n]{{0,2}}(?:能|也|都|就|有)+[^,。;!?\n]{{0,2}}(?:收入|赚|挣|来?钱|提成|分红)"),
            ]
            .join("|"),
        ),
        (
            Rule::Bait,
            [
                r"(?:稳定|稳稳|净)[赚挣][0-9]{3,}[^,。;!?\n]{0,4}|(?:在家|居家|手机)[^。;!?\n]{0,20}?(?:每[日天]|1天|日)(?:收入|收益|佣金|赚|挣|进账?)[^,。;!?\n]{0,3}[0-9]{3}[^,。;!?\n]{0,4}".to_owned(),
                r"(?:代|帮)下单[^,。;!?\n]{0,4}|(?:提现|佣金|返佣)秒[到结][^,。;!?\n]{0,2}|(?:被动|睡后|管道)收入|(?:月薪|工资|收入|薪资)(?:轻松|保底)?[过破]万[^,。;!?\n]{0,6}".to_owned(),
                r"刷(?:评价?|数据|销量|粉丝?|赞)[^,。;!?\n]{0,6}".to_owned(),
                r"(?:出租|出借|收购|租用?|收)(?:个人)?(?:银行卡|微信号?|支付宝|电话卡|手机卡|对公账户)[^,。;!?\n]{0,6}|(?:银行卡|微信号|电话卡|手机卡|对公账户)(?:出租|出借)[^,。;!?\n]{0,6}".to_owned(),
                r"(?:打字|抄写|抄书|点赞|浏览|看视频|看广告)[^。;!?\n]{0,8}?(?:日[结赚入]|1天|每[天日])[^,。;!?\n]{0,2}[1-9][0-9]{2}[^,。;!?\n]{0,4}".to_owned(),
                r"(?:日薪(?:[2-9]|[0-9]{2})|日[结付][0-9]{1,2})[0-9]{3}[^,。;!?\n]{0,6}".to_owned(),
                r"日[结赚入][2-9][0-9]{2}[^。;!?\n]{0,3}(?:无|0)门槛".to_owned(),
            ]
            .join("|"),
        ),
    ]
}
