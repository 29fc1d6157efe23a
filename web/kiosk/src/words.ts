// The wording of the contract's enums, and of a posting's terms.
import { EmploymentKind, Travel, Education, type WeeklyShift } from "./gen/jobmatch/v1/common_pb";
import { NearbyOrder } from "./gen/jobmatch/v1/nearby_pb";
import { type JobPosting, PhysicalLoad, Provider, Settlement } from "./gen/jobmatch/v1/posting_pb";
import { ServiceItem, StationKind } from "./gen/jobmatch/v1/station_pb";
import type { When } from "./wish";

export const TRAVELS: [Travel, string][] = [
  [Travel.WALK, "走路"],
  [Travel.BIKE, "自行车"],
  [Travel.EBIKE, "电动车"],
  [Travel.BUS, "公交"],
  [Travel.CAR, "开车"],
];

export const WHENS: [When, string][] = [
  ["now", "现在起"],
  ["today", "今天"],
  ["dawn", "明早"],
  ["tomorrow", "明天"],
];

export const ORDERS: [NearbyOrder, string][] = [
  [NearbyOrder.MINUTES, "最近"],
  [NearbyOrder.PAY, "钱多"],
  [NearbyOrder.START, "最早开工"],
  [NearbyOrder.SCORE, "最合适"],
];

export const SERVICES: [ServiceItem, string][] = [
  [ServiceItem.EMPLOYMENT_REGISTRATION, "就业登记"],
  [ServiceItem.UNEMPLOYMENT_REGISTRATION, "失业登记"],
  [ServiceItem.JOB_PLACEMENT, "介绍工作"],
  [ServiceItem.CAREER_GUIDANCE, "职业指导"],
  [ServiceItem.RECRUITMENT, "发布招聘"],
  [ServiceItem.ASSISTANCE, "就业困难认定"],
  [ServiceItem.STARTUP, "创业贷款"],
  [ServiceItem.TRAINING, "技能培训"],
  [ServiceItem.SUBSIDY, "社保补贴"],
  [ServiceItem.UNEMPLOYMENT_BENEFIT, "失业金"],
  [ServiceItem.GIG_DISPATCH, "零工派活"],
  [ServiceItem.RIGHTS_ADVICE, "维权咨询"],
  [ServiceItem.ARCHIVES, "档案"],
];

export const STATION_KINDS: Record<StationKind, string> = {
  [StationKind.UNSPECIFIED]: "",
  [StationKind.NEIGHBOURHOOD]: "家门口就业服务站",
  [StationKind.GIG_MARKET]: "零工市场",
  [StationKind.POST]: "就业驿站",
  [StationKind.CENTRE]: "公共就业服务中心",
};

export const SETTLEMENTS: Record<Settlement, string> = {
  [Settlement.UNSPECIFIED]: "",
  [Settlement.SAME_DAY]: "日结",
  [Settlement.WEEKLY]: "周结",
  [Settlement.ON_COMPLETION]: "干完结",
  [Settlement.MONTHLY]: "月结",
};

export const LOADS: Record<PhysicalLoad, string> = {
  [PhysicalLoad.UNSPECIFIED]: "",
  [PhysicalLoad.LIGHT]: "轻活",
  [PhysicalLoad.MEDIUM]: "中等力气",
  [PhysicalLoad.HEAVY]: "力气活",
};

const EMPLOYMENT: Record<EmploymentKind, string> = {
  [EmploymentKind.UNSPECIFIED]: "",
  [EmploymentKind.FULL_TIME]: "全职",
  [EmploymentKind.PART_TIME]: "兼职",
  [EmploymentKind.GIG]: "零工",
  [EmploymentKind.INTERNSHIP]: "就业见习",
  [EmploymentKind.PUBLIC_WELFARE]: "公益性岗位",
};

const SCHOOLING: Record<Education, string> = {
  [Education.UNSPECIFIED]: "",
  [Education.NONE]: "不限学历",
  [Education.PRIMARY]: "小学以上",
  [Education.JUNIOR]: "初中以上",
  [Education.SENIOR]: "高中以上",
  [Education.VOCATIONAL]: "中专以上",
  [Education.COLLEGE]: "大专以上",
  [Education.BACHELOR]: "本科以上",
  [Education.MASTER]: "硕士以上",
  [Education.DOCTOR]: "博士",
};

/** `电动车6分钟`; below a minute it is next door. */
export function wayWords(minutes: number, travel: Travel): string {
  const means = TRAVELS.find(([t]) => t === travel)?.[1] ?? "";
  return `${means}${Math.max(1, Math.round(minutes))}分钟`;
}

export function metresWords(metres: number): string {
  return metres < 950 ? `${Math.max(10, Math.round(metres / 10) * 10)}米` : `${(metres / 1000).toFixed(1)}公里`;
}

/** Terms in two or three characters each, for a card: 日结, 管饭, 自带工具, 轻活. */
export function tagsOf(posting: JobPosting): string[] {
  const { gig } = posting;
  return [
    SETTLEMENTS[gig?.settlement ?? 0],
    gig?.food === Provider.EMPLOYER ? "管饭" : "",
    gig?.tools === Provider.WORKER ? "自带工具" : gig?.tools === Provider.EMPLOYER ? "工具现成" : "",
    gig?.transport === Provider.EMPLOYER ? "管接送" : "",
    LOADS[gig?.load ?? 0],
  ].filter(Boolean);
}

function shiftWords(shift: WeeklyShift): string {
  const names = "一二三四五六日";
  const days = [...shift.days].map((d) => names[Number(d) - 1] ?? "").join("、");
  return `${shift.days === "1234567" ? "每天" : `周${days}`} ${shift.start}–${shift.end}`;
}

function experienceWords(months: number | undefined): string {
  if (!months) return "";
  return months % 12 === 0 ? `干过${months / 12}年以上` : `干过${months}个月以上`;
}

function ageWords({ ageMin, ageMax }: JobPosting): string {
  if (ageMin !== undefined && ageMax !== undefined) return `${ageMin}到${ageMax}岁`;
  if (ageMin !== undefined) return `${ageMin}岁以上`;
  return ageMax === undefined ? "" : `${ageMax}岁以下`;
}

function providerWords(provider: Provider | undefined, employer: string, worker: string): string {
  return provider === Provider.EMPLOYER ? employer : provider === Provider.WORKER ? worker : "";
}

/** All terms of a posting that are told, each with its name. */
export function termsOf(posting: JobPosting): [string, string][] {
  const { gig } = posting;
  const terms: [string, string][] = [
    ["怎么结钱", SETTLEMENTS[gig?.settlement ?? 0]],
    ["吃饭", providerWords(gig?.food, "单位管饭", "自己解决")],
    ["工具", providerWords(gig?.tools, "单位准备", "自己带")],
    ["来回", providerWords(gig?.transport, "单位接送", "自己去")],
    ["累不累", LOADS[gig?.load ?? 0]],
    ["每周时间", posting.shifts.map(shiftWords).join("，")],
    ["要什么证", posting.certificates.join("、")],
    ["学历", SCHOOLING[posting.education]],
    ["经验", experienceWords(posting.experienceMonths)],
    ["年龄", ageWords(posting)],
    ["要会什么", posting.skills.join("、")],
    ["待遇", posting.benefits.join("、")],
    ["招几个人", posting.headcount === undefined ? "" : `${posting.headcount}人`],
    ["用工方式", EMPLOYMENT[posting.kind]],
  ];
  return terms.filter(([, words]) => words !== "");
}

/** `还要3人`. Empty: not told. */
export function placesWords(posting: JobPosting): string {
  const free = posting.placesFree;
  if (free === undefined) return "";
  return free === 0 ? "已招满" : `还要${free}人`;
}
