//! Makes postings and profiles. Occupations, everyday names, skills and certificates come
//! from the lexicon; places are spread around the district centres of Shandong; texts have
//! 60 to 250 characters, as adverts of shops and factories do.

use jobmatch_domain::{Date, Division};
use jobmatch_proto::v1;
use jobmatch_text::{Lexicon, OccupationEntry, OccupationId};

/// A seeded stream of numbers (SplitMix64: Steele, Lea, Flood 2014).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A stream of its own for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.number() % n.max(1) as u64) as usize
    }

    /// 0 to 1.
    pub fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One of the items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

const DISTRICTS: [&str; 16] = [
    "370102", "370103", "370104", "370105", "370112", "370113", "370202", "370203", "370211",
    "370213", "370214", "371302", "371311", "371312", "370303", "370602",
];
const SHIFTS: [(&str, &str, &str); 8] = [
    ("12345", "08:30", "17:30"),
    ("123456", "08:00", "17:00"),
    ("1234567", "09:00", "21:00"),
    ("1234567", "16:00", "23:00"),
    ("1234567", "20:00", "08:00"),
    ("12345", "09:00", "15:30"),
    ("67", "08:00", "18:00"),
    ("1234567", "06:00", "14:00"),
];
const BENEFITS: [&str; 8] =
    ["包吃", "包住", "五险", "月休四天", "日结", "全勤奖", "工龄奖", "法定节假日"];
const PHRASES: [&str; 20] = [
    "工作不累，新手有老师傅带",
    "要求手脚麻利，服从班组安排",
    "离公交站步行五分钟",
    "按月发放工资，从不拖欠",
    "现场环境整洁，有空调和饮水机",
    "能长期干的来，短期勿扰",
    "忙的时候需要搭把手，大家互相照应",
    "有相关经验的工资可以再谈",
    "试用期三天，合适就签合同",
    "住得近的优先安排早班",
    "中午管一顿饭，晚上不加班",
    "节假日轮休，提前一周排班",
    "工具和工服由单位提供",
    "需要站立作业，能适应倒班",
    "每月十五号准时发薪",
    "过了试用期上社保",
    "负责日常清点和交接记录",
    "按要求做好安全防护",
    "听从现场负责人安排",
    "做满一年有年终奖",
];
/// What people say of themselves; postings say other things.
const SAYINGS: [&str; 24] = [
    "以前在老家种地，前年进的城",
    "孩子上学了，白天有空",
    "干活麻利，不怕脏不怕累",
    "会骑电动车，路熟",
    "离家近点就行，工资差不多就中",
    "在厂里干过三年，后来厂子搬走了",
    "能吃苦，晚上加班也没事",
    "家里老人要照顾，走不远",
    "原来自己开过小店，不干了",
    "认字，会用智能手机",
    "干过组长，带过七八个人",
    "腰不太好，重东西搬不动",
    "普通话一般，本地话没问题",
    "有亲戚介绍过类似的活",
    "想找个长期稳定的",
    "周末也能干，不挑班次",
    "年轻时学过两年手艺",
    "上一份活干到上个月底",
    "最好能交保险",
    "中午能回家做饭最好",
    "一个人在这边，住哪都行",
    "早上五点起得来",
    "会一点电脑，打字不快",
    "老板靠谱就跟着干",
];
const SURNAMES: [&str; 10] =
    ["东泉", "众合", "鲁兴", "海川", "泰和", "云峰", "嘉业", "宏达", "沂州", "齐润"];
const TRADES: [&str; 6] = [
    "餐饮管理有限公司",
    "物业服务有限公司",
    "食品有限公司",
    "物流有限公司",
    "机械有限公司",
    "商贸有限公司",
];

/// Makes records around a date.
pub struct Generator {
    random: Random,
    today: Date,
    /// Days before today over which publication dates are spread.
    spread_days: usize,
}

impl Generator {
    /// A generator; `spread_days` is how far back postings were published.
    pub fn new(seed: u64, today: Date, spread_days: usize) -> Self {
        Self { random: Random::new(seed), today, spread_days }
    }

    fn entry(&mut self) -> &'static OccupationEntry {
        let lexicon = Lexicon::built_in();
        // Common trades come first in the lexicon and are advertised more: the square of a
        // uniform number favours them.
        let share = self.random.share().powi(2);
        lexicon.entry(OccupationId((share * lexicon.len() as f64) as u16))
    }

    fn name(&mut self, entry: &OccupationEntry) -> String {
        match self.random.below(entry.aliases.len() + 1) {
            0 => entry.name.clone(),
            i => entry.aliases[i - 1].clone(),
        }
    }

    fn place(&mut self) -> v1::Place {
        let division = *self.random.pick(&DISTRICTS);
        let centre = Division::parse(division).ok().and_then(Division::centre);
        let mut near = || (self.random.share() - 0.5) * 0.16;
        let point = centre.map(|c| v1::Point {
            latitude: c.latitude() + near(),
            longitude: c.longitude() + near(),
            datum: 0,
        });
        v1::Place { division: division.into(), point }
    }

    fn shift(&mut self) -> v1::WeeklyShift {
        let (days, start, end) = *self.random.pick(&SHIFTS);
        v1::WeeklyShift { days: days.into(), start: start.into(), end: end.into() }
    }

    /// Skills of the trade, then sentences.
    fn text(&mut self, entry: &OccupationEntry, said: &[&str], sentences: usize) -> String {
        let mut parts = Vec::new();
        for skill in entry.skills.iter().take(1 + self.random.below(3)) {
            parts.push(format!("会{skill}"));
        }
        for _ in 0..sentences {
            parts.push((*self.random.pick(said)).to_owned());
        }
        parts.join("，")
    }

    /// A posting.
    pub fn posting(&mut self, number: usize) -> v1::JobPosting {
        let entry = self.entry();
        let title = self.name(entry);
        let sentences = 4 + self.random.below(10);
        let monthly = 2_400.0 + self.random.below(60) as f64 * 100.0;
        let gig = self.random.below(5) == 0;
        let (min, unit) = if gig { ((monthly / 25.0).round(), 2) } else { (monthly, 3) };
        let published = self.today.plus_days(-(self.random.below(self.spread_days) as i64));
        let certificates = match self.random.below(4) {
            0 => entry.certificates.iter().take(1).cloned().collect(),
            _ => Vec::new(),
        };
        let bounded = self.random.below(4) == 0;
        let (surname, trade) = (*self.random.pick(&SURNAMES), *self.random.pick(&TRADES));
        let shop = self.random.below(2_000);
        let mut benefits: Vec<String> =
            (0..self.random.below(4)).map(|_| (*self.random.pick(&BENEFITS)).to_owned()).collect();
        benefits.dedup();
        v1::JobPosting {
            id: format!("G{number:07}"),
            kind: if gig { 3 } else { 1 + self.random.below(2) as i32 },
            title,
            description: self.text(entry, &PHRASES, sentences),
            employer: format!("{surname}{shop}号{trade}"),
            headcount: Some(1 + self.random.below(10) as u32),
            pay: Some(v1::Pay {
                min_yuan: Some(min),
                max_yuan: Some(min * 1.2),
                unit,
                text: format!("{min:.0}起"),
                ..v1::Pay::default()
            }),
            education: [1, 1, 3, 4, 6][self.random.below(5)],
            experience_months: Some([0, 0, 12, 36][self.random.below(4)]),
            certificates,
            skills: entry.skills.iter().take(2).cloned().collect(),
            age_min: bounded.then_some(18),
            age_max: bounded.then_some(55),
            shifts: vec![self.shift()],
            benefits,
            published: published.to_string(),
            expires: self.today.plus_days(30 + self.random.below(60) as i64).to_string(),
            place: Some(self.place()),
            ..v1::JobPosting::default()
        }
    }

    /// A posting as [`Generator::posting`] makes it; its gigs, a fifth of all, begin at whole
    /// hours of tomorrow and the six days after.
    pub fn dated_posting(&mut self, number: usize) -> v1::JobPosting {
        let posting = self.posting(number);
        if posting.kind != v1::EmploymentKind::Gig as i32 {
            return posting;
        }
        let date = self.today.plus_days(1 + (number / 5 % 7) as i64);
        let hour = 5 + number % 15;
        let (start, end) = (format!("{date}T{hour:02}:00"), format!("{date}T{:02}:00", hour + 4));
        let terms = v1::GigTerms { settlement: 1 + (number % 4) as i32, ..Default::default() };
        let shifts = Vec::new();
        v1::JobPosting {
            window: Some(v1::Window { start, end }),
            gig: Some(terms),
            shifts,
            ..posting
        }
    }

    /// A profile, matchable with consent.
    pub fn profile(&mut self, number: usize) -> v1::Profile {
        let entry = self.entry();
        let sentences = 3 + self.random.below(6);
        let wanted = vec![self.name(entry), self.name(entry)];
        let unlimited = self.random.below(2) == 0;
        v1::Profile {
            id: format!("H{number:07}"),
            visibility: v1::Visibility::Matchable as i32,
            consent: Some(v1::Consent { given: true, ..v1::Consent::default() }),
            resume: format!("干过{}，{}", wanted[0], self.text(entry, &SAYINGS, sentences)),
            wanted,
            kinds: vec![1, 2, 3],
            education: [3, 4, 6, 7][self.random.below(4)],
            experience_months: Some(self.random.below(120) as u32),
            birth_year: Some(1966 + self.random.below(40) as u32),
            certificates: entry.certificates.clone(),
            skills: entry.skills.iter().take(3).cloned().collect(),
            pay_floor: Some(v1::PayFloor {
                amount_yuan: 2_000.0 + self.random.below(30) as f64 * 100.0,
                unit: 3,
            }),
            max_travel_minutes: Some(20 + self.random.below(40) as u32),
            travel: 1 + self.random.below(5) as i32,
            available: if unlimited { Vec::new() } else { vec![self.shift()] },
            place: Some(self.place()),
            ..v1::Profile::default()
        }
    }
}
