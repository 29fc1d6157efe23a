// Made-up gigs and service points around a made-up gig market in Jinan. Nobody and nothing of it exists.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { EmploymentKind, PayUnit } from "../src/gen/jobmatch/v1/common_pb";
import {
  type JobPosting,
  JobPostingSchema,
  PhysicalLoad,
  PostingStatus,
  Provider,
  Settlement,
} from "../src/gen/jobmatch/v1/posting_pb";
import { ServiceItem, type Station, StationKind, StationSchema } from "../src/gen/jobmatch/v1/station_pb";
import { fromCivil, midnight, toCivil } from "../src/time";

export const ORIGIN = { latitude: 36.6683, longitude: 117.0204 };

/** A row: title, trade, employer, pay, start (day, time), end, places, way (degrees, metres), terms. */
type Row = {
  title: string;
  trade: string;
  employer: string;
  pay: MessageInitShape<typeof JobPostingSchema>["pay"];
  day?: number;
  start?: string;
  end?: string;
  places: number;
  free?: number;
  at: [degrees: number, metres: number];
  gig?: MessageInitShape<typeof JobPostingSchema>["gig"];
  certificates?: string[];
  description?: string;
};

const { HOUR, DAY, PIECE, MONTH } = PayUnit;
const yuan = (minYuan: number, unit: PayUnit, maxYuan = minYuan, text = "") => ({ minYuan, maxYuan, unit, text });
const fed = Provider.EMPLOYER;
const own = Provider.WORKER;

const ROWS: Row[] = [
  { title: "搬家公司跟车搬运", trade: "搬运工", employer: "样例搬家服务部", pay: yuan(260, DAY), day: 1, start: "06:00", end: "17:00", places: 6, free: 3, at: [40, 900], gig: { settlement: Settlement.SAME_DAY, food: fed, tools: fed, load: PhysicalLoad.HEAVY, employerChecked: true, meetingPoint: "零工市场东门公交站牌下" }, description: "跟车搬家，三人一组。有电梯，个别旧楼要爬四层。\n当天干完当天结钱，中午管一顿饭。" },
  { title: "饭店洗碗、择菜", trade: "洗碗工", employer: "样例家常菜馆", pay: yuan(18, HOUR), day: 0, start: "23:00", end: "23:50", places: 2, free: 2, at: [120, 350], gig: { settlement: Settlement.SAME_DAY, food: fed, load: PhysicalLoad.MEDIUM, employerChecked: true }, certificates: ["健康证"], description: "晚市洗碗、择菜，戴手套。" },
  { title: "快递分拣（夜班）", trade: "分拣员", employer: "样例快递转运中心", pay: yuan(20, HOUR, 22), day: 1, start: "19:00", end: "24:00", places: 30, free: 12, at: [285, 2600], gig: { settlement: Settlement.WEEKLY, transport: fed, load: PhysicalLoad.MEDIUM, employerChecked: true, meetingPoint: "市场西口，大巴来接" } },
  { title: "服装厂剪线头", trade: "缝纫工", employer: "样例制衣车间", pay: yuan(0.8, PIECE), day: 1, start: "08:00", end: "17:30", places: 10, free: 8, at: [200, 1500], gig: { settlement: Settlement.WEEKLY, load: PhysicalLoad.LIGHT, tools: fed } },
  { title: "小区绿化拔草、修剪", trade: "绿化工", employer: "样例物业服务公司", pay: yuan(150, DAY), day: 1, start: "07:30", end: "16:30", places: 4, free: 4, at: [75, 1800], gig: { settlement: Settlement.SAME_DAY, tools: own, load: PhysicalLoad.MEDIUM, employerChecked: true } },
  { title: "展会保安", trade: "保安员", employer: "样例保安服务公司", pay: yuan(180, DAY, 200), day: 1, start: "08:00", end: "18:00", places: 20, free: 9, at: [310, 2100], gig: { settlement: Settlement.ON_COMPLETION, food: fed, load: PhysicalLoad.LIGHT, employerChecked: true, meetingPoint: "展馆3号门" } },
  { title: "超市理货（早班，要会用手持扫码枪，能搬得动整箱饮料，长期合作优先）", trade: "理货员", employer: "样例生活超市连锁有限公司济南第一百二十八分店", pay: yuan(17, HOUR), day: 1, start: "05:30", end: "10:30", places: 3, free: 1, at: [15, 1200], gig: { settlement: Settlement.WEEKLY, load: PhysicalLoad.MEDIUM } },
  { title: "家庭深度保洁", trade: "保洁员", employer: "样例家政服务部", pay: yuan(30, HOUR), day: 1, start: "09:00", end: "12:00", places: 2, free: 2, at: [150, 2300], gig: { settlement: Settlement.SAME_DAY, tools: fed, load: PhysicalLoad.MEDIUM, employerChecked: true } },
  { title: "电工（商铺改线）", trade: "电工", employer: "样例装饰工程队", pay: yuan(350, DAY), day: 1, start: "08:00", end: "18:00", places: 2, free: 2, at: [240, 2900], gig: { settlement: Settlement.ON_COMPLETION, tools: own, food: fed, load: PhysicalLoad.MEDIUM }, certificates: ["电工证"] },
  { title: "砌墙瓦工", trade: "瓦工", employer: "样例建筑劳务队", pay: yuan(380, DAY, 420), day: 1, start: "06:30", end: "17:30", places: 5, free: 5, at: [182, 3400], gig: { settlement: Settlement.ON_COMPLETION, food: fed, tools: own, load: PhysicalLoad.HEAVY } },
  { title: "卸货（白菜，两车）", trade: "搬运工", employer: "样例蔬菜批发行", pay: yuan(120, PIECE, 120, "120元/车"), day: 1, start: "04:00", end: "07:00", places: 4, free: 2, at: [47, 1010], gig: { settlement: Settlement.SAME_DAY, load: PhysicalLoad.HEAVY, employerChecked: true } },
  { title: "会场布置、撤场", trade: "搬运工", employer: "样例会务公司", pay: yuan(200, DAY), day: 2, start: "07:00", end: "19:00", places: 12, free: 12, at: [302, 2150], gig: { settlement: Settlement.SAME_DAY, food: fed, tools: fed, load: PhysicalLoad.MEDIUM, employerChecked: true } },
  { title: "酒席传菜", trade: "传菜员", employer: "样例大酒店", pay: yuan(100, DAY), day: 1, start: "10:00", end: "14:30", places: 8, free: 6, at: [98, 700], gig: { settlement: Settlement.SAME_DAY, food: fed, load: PhysicalLoad.LIGHT, employerChecked: true }, certificates: ["健康证"] },
  { title: "停车场看车", trade: "保安员", employer: "样例停车管理处", pay: yuan(3200, MONTH), places: 2, free: 2, at: [330, 800], gig: { settlement: Settlement.MONTHLY, load: PhysicalLoad.LIGHT } },
  { title: "发传单", trade: "促销员", employer: "样例健身房", pay: { negotiable: true }, day: 1, start: "15:00", end: "18:00", places: 5, free: 5, at: [65, 420], gig: { settlement: Settlement.SAME_DAY, load: PhysicalLoad.LIGHT } },
  { title: "叉车司机（替班一天）", trade: "叉车工", employer: "样例仓储公司", pay: yuan(280, DAY), day: 1, start: "08:30", end: "17:30", places: 1, free: 1, at: [265, 3900], gig: { settlement: Settlement.SAME_DAY, food: fed, tools: fed, load: PhysicalLoad.LIGHT, employerChecked: true }, certificates: ["叉车证"] },
  { title: "苹果分级装箱", trade: "包装工", employer: "样例果品合作社", pay: yuan(1.5, PIECE, 1.5, "1.5元/箱"), day: 1, start: "07:00", end: "18:00", places: 15, free: 15, at: [22, 4800], gig: { settlement: Settlement.SAME_DAY, food: fed, transport: fed, load: PhysicalLoad.MEDIUM } },
  { title: "广告牌拆装焊工", trade: "焊工", employer: "样例广告制作部", pay: yuan(400, DAY), day: 2, start: "08:00", end: "17:00", places: 2, free: 2, at: [140, 4300], gig: { settlement: Settlement.ON_COMPLETION, tools: own, load: PhysicalLoad.HEAVY, employerChecked: true }, certificates: ["焊工证"] },
];

/** The point so far off in that direction. */
function away([degrees, metres]: [number, number]) {
  const angle = (degrees * Math.PI) / 180;
  return {
    latitude: ORIGIN.latitude + (metres * Math.cos(angle)) / 111_320,
    longitude: ORIGIN.longitude + (metres * Math.sin(angle)) / (111_320 * Math.cos((ORIGIN.latitude * Math.PI) / 180)),
  };
}

export function samplePostings(now: number): JobPosting[] {
  return ROWS.map((row, at) => {
    const day = toCivil(midnight(now, row.day ?? 0)).slice(0, 10);
    const start = row.start ? `${day}T${row.start}` : "";
    const end = row.end === "24:00" ? toCivil(fromCivil(`${day}T23:59`) + 60_000) : `${day}T${row.end}`;
    return create(JobPostingSchema, {
      id: `made-up:${at + 1}`,
      status: PostingStatus.OPEN,
      kind: EmploymentKind.GIG,
      title: row.title,
      occupation: row.trade,
      employer: row.employer,
      pay: row.pay,
      headcount: row.places,
      placesLeft: row.free,
      placesFree: row.free ?? row.places,
      window: start ? { start, end } : undefined,
      certificates: row.certificates ?? [],
      description: row.description ?? "",
      place: { point: away(row.at) },
      gig: row.gig,
      seq: BigInt(at + 1),
    });
  });
}

const items = ServiceItem;

export function sampleStations(): Station[] {
  const weekdays = { days: "12345", start: "08:30", end: "17:00" };
  const every = { days: "1234567", start: "04:30", end: "19:00" };
  const rows: MessageInitShape<typeof StationSchema>[] = [
    { id: "s1", name: "样例街道零工市场", kind: StationKind.GIG_MARKET, place: { point: away([60, 120]) }, address: "样例路1号", openingHours: [every], services: [items.GIG_DISPATCH, items.JOB_PLACEMENT, items.RIGHTS_ADVICE] },
    { id: "s2", name: "样例社区家门口就业服务站", kind: StationKind.NEIGHBOURHOOD, place: { point: away([190, 640]) }, address: "样例社区党群服务中心一楼", phone: "0531-00000000", openingHours: [weekdays], services: [items.EMPLOYMENT_REGISTRATION, items.UNEMPLOYMENT_REGISTRATION, items.JOB_PLACEMENT, items.TRAINING] },
    { id: "s3", name: "样例商圈就业驿站", kind: StationKind.POST, place: { point: away([290, 1500]) }, address: "样例广场地铁口旁", openingHours: [{ days: "1234567", start: "09:00", end: "21:00" }], services: [items.JOB_PLACEMENT, items.CAREER_GUIDANCE] },
    { id: "s4", name: "样例区公共就业服务中心", kind: StationKind.CENTRE, place: { point: away([130, 3300]) }, address: "样例大街88号政务大厅2楼", phone: "0531-00000001", openingHours: [weekdays], services: [items.EMPLOYMENT_REGISTRATION, items.UNEMPLOYMENT_REGISTRATION, items.UNEMPLOYMENT_BENEFIT, items.STARTUP, items.SUBSIDY, items.ASSISTANCE, items.ARCHIVES] },
    { id: "s5", name: "样例村就业服务点", kind: StationKind.NEIGHBOURHOOD, place: { point: away([10, 5200]) }, services: [items.EMPLOYMENT_REGISTRATION] },
  ];
  return rows.map((row) => create(StationSchema, row));
}
