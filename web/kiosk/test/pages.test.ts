// Time, pay and words as a person reads them.
import assert from "node:assert/strict";
import test from "node:test";
import { create } from "@bufbuild/protobuf";
import { PayUnit, Travel } from "../src/gen/jobmatch/v1/common_pb";
import { PaySchema } from "../src/gen/jobmatch/v1/common_pb";
import { JobPostingSchema, PhysicalLoad, Provider, Settlement } from "../src/gen/jobmatch/v1/posting_pb";
import { openWords } from "../src/opening";
import { payLine } from "../src/pay";
import { fromCivil, midnight, soonWords, startWords, toCivil, weekdayDigit, windowWords } from "../src/time";
import { metresWords, placesWords, tagsOf, termsOf, wayWords } from "../src/words";

// A Thursday, four in the morning.
const NOW = fromCivil("2026-11-26T04:00");

test("civil time is eight hours before UTC, whatever the clock of the machine says", () => {
  assert.equal(NOW, Date.UTC(2026, 10, 25, 20, 0));
  assert.equal(toCivil(NOW), "2026-11-26T04:00");
  assert.equal(toCivil(midnight(NOW, 1)), "2026-11-27T00:00");
  assert.equal(toCivil(midnight(fromCivil("2026-12-31T23:59"), 1)), "2027-01-01T00:00");
  assert.equal(weekdayDigit(NOW), "4");
  assert.equal(weekdayDigit(midnight(NOW, 3)), "7");
  assert.ok(Number.isNaN(fromCivil("")));
});

test("starts are told as people speak", () => {
  const told = (civil: string) => startWords(fromCivil(civil), NOW);
  assert.equal(told("2026-11-27T06:00"), "明早6:00");
  assert.equal(told("2026-11-26T14:05"), "今天下午2:05");
  assert.equal(told("2026-11-26T19:30"), "今晚7:30");
  assert.equal(told("2026-11-27T04:30"), "明天凌晨4:30");
  assert.equal(told("2026-11-27T12:00"), "明天中午12:00");
  assert.equal(told("2026-11-28T08:00"), "后天早上8:00");
  assert.equal(told("2026-11-30T10:00"), "11月30日 周一上午10:00");
  assert.equal(told("2026-11-25T10:00"), "11月25日 周三上午10:00");
});

test("what is near is counted in minutes, what is past is not", () => {
  assert.equal(soonWords(NOW + 20 * 60_000, NOW), "还有20分钟");
  assert.equal(soonWords(NOW + 3 * 3_600_000, NOW), "");
  assert.equal(soonWords(NOW - 60_000, NOW), "");
  assert.equal(soonWords(Number.NaN, NOW), "");
});

test("a window over midnight tells the second day", () => {
  assert.equal(windowWords("2026-11-26T20:00", "2026-11-27T06:00", NOW), "今晚8:00 到 明早6:00");
  assert.equal(windowWords("2026-11-27T06:00", "2026-11-27T11:30", NOW), "明早6:00 到 上午11:30");
  assert.equal(windowWords("2026-11-27T06:00", "", NOW), "明早6:00");
});

test("pay in the unit that is spoken", () => {
  const told = (pay: Parameters<typeof create<typeof PaySchema>>[1]) => payLine(create(PaySchema, pay));
  assert.equal(told({ minYuan: 230, maxYuan: 230, unit: PayUnit.DAY }), "230元/天");
  assert.equal(told({ minYuan: 18, maxYuan: 18, unit: PayUnit.HOUR }), "18元/时");
  assert.equal(told({ minYuan: 0.8, maxYuan: 0.8, unit: PayUnit.PIECE }), "8毛/件");
  assert.equal(told({ minYuan: 0.05, maxYuan: 0.05, unit: PayUnit.PIECE }), "5分/件");
  assert.equal(told({ minYuan: 0.5, maxYuan: 1.5, unit: PayUnit.PIECE }), "0.5–1.5元/件");
  assert.equal(told({ minYuan: 120, maxYuan: 120, unit: PayUnit.PIECE, text: "120元/车" }), "120元/车");
  assert.equal(told({ minYuan: 4000, maxYuan: 6000, unit: PayUnit.MONTH }), "4000–6000元/月");
  assert.equal(told({ minYuan: 3000, unit: PayUnit.MONTH }), "3000元/月起");
  assert.equal(told({ maxYuan: 300, unit: PayUnit.DAY }), "最多300元/天");
  assert.equal(told({ negotiable: true }), "面议");
  assert.equal(payLine(undefined), "工钱没写明");
});

test("terms that are not told are not shown", () => {
  assert.deepEqual(termsOf(create(JobPostingSchema, { title: "x" })), []);
  assert.deepEqual(tagsOf(create(JobPostingSchema, { title: "x" })), []);
  assert.equal(placesWords(create(JobPostingSchema, { title: "x" })), "");
});

test("terms that are told are", () => {
  const posting = create(JobPostingSchema, {
    title: "x",
    placesFree: 3,
    ageMax: 60,
    gig: { settlement: Settlement.SAME_DAY, food: Provider.EMPLOYER, tools: Provider.WORKER, load: PhysicalLoad.HEAVY },
  });
  assert.deepEqual(tagsOf(posting), ["日结", "管饭", "自带工具", "力气活"]);
  assert.equal(placesWords(posting), "还要3人");
  assert.ok(termsOf(posting).some(([name, words]) => name === "年龄" && words === "60岁以下"));
  assert.equal(placesWords({ ...posting, placesFree: 0 }), "已招满");
});

test("ways are told in whole minutes, never none", () => {
  assert.equal(wayWords(0.2, Travel.WALK), "走路1分钟");
  assert.equal(wayWords(6.4, Travel.EBIKE), "电动车6分钟");
  assert.equal(metresWords(348), "350米");
  assert.equal(metresWords(949.9), "950米");
  assert.equal(metresWords(2130), "2.1公里");
});

test("a service point is open, or tells when it opens", () => {
  const weekdays = { days: "12345", start: "08:30", end: "17:00" };
  const of = (hours: { days: string; start: string; end: string }[], closedDates: string[] = []) => {
    const openingHours = hours.map((h) => ({ $typeName: "jobmatch.v1.WeeklyShift" as const, ...h }));
    return { openingHours, closedDates };
  };
  assert.deepEqual(openWords(of([weekdays]), fromCivil("2026-11-26T09:00")), [true, "现在开门，到17:00"]);
  assert.deepEqual(openWords(of([weekdays]), fromCivil("2026-11-26T17:00")), [false, "现在关门，明天8:30开门"]);
  assert.deepEqual(openWords(of([weekdays]), fromCivil("2026-11-27T18:00")), [false, "现在关门，11月30日 周一8:30开门"]);
  assert.deepEqual(openWords(of([weekdays], ["2026-11-26"]), fromCivil("2026-11-26T09:00")), [false, "现在关门，明天8:30开门"]);
  const night = of([{ days: "3", start: "20:00", end: "06:00" }]);
  assert.deepEqual(openWords(night, NOW), [true, "现在开门，到6:00"]);
  assert.deepEqual(openWords(of([]), NOW), [false, "开门时间没写明"]);
});
