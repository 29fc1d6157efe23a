// What the person at the screen asked for, and the request that it makes.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Config } from "./config";
import { PayUnit, Travel, type WeeklyShift } from "./gen/jobmatch/v1/common_pb";
import { type NearbyAreaSchema, NearbyOrder, type NearbyPostingsRequestSchema } from "./gen/jobmatch/v1/nearby_pb";
import { Settlement } from "./gen/jobmatch/v1/posting_pb";
import { midnight, toCivil } from "./time";

export type When = "now" | "today" | "dawn" | "tomorrow";
export type Hours = "early" | "day" | "evening" | "night";

export interface Wish {
  minutes: number;
  travel: Travel;
  when: When;
  sameDay: boolean;
  checkedOnly: boolean;
  /** Name of a trade. Empty: all. */
  trade: string;
  order: NearbyOrder;
  /** In own words, typed any way. Empty: none. */
  text: string;
  certificates: string[];
  /** The person said that they hold none. */
  noCertificates: boolean;
  hours: Hours[];
  /** Yuan a day. 0: any. */
  payFloor: number;
}

export const CERTIFICATES = ["健康证", "C1驾照", "电工证", "焊工证", "叉车证"];
export const PAY_FLOORS = [150, 200, 250, 300];
export const HOURS: Record<Hours, { words: string; start: string; end: string }> = {
  early: { words: "早上", start: "04:00", end: "09:00" },
  day: { words: "白天", start: "08:00", end: "18:00" },
  evening: { words: "晚上", start: "18:00", end: "23:00" },
  night: { words: "夜里", start: "22:00", end: "06:00" },
};

/** Postings a page. */
export const PAGE = 30;
const HALF_DAY = 12 * 3_600_000;

export function firstWish(config: Config): Wish {
  return {
    minutes: config.maxMinutes,
    travel: config.travel,
    when: "now",
    sameDay: false,
    checkedOnly: false,
    trade: "",
    order: NearbyOrder.MINUTES,
    text: "",
    certificates: [],
    noCertificates: false,
    hours: [],
    payFloor: 0,
  };
}

/** Whether anything is known of the person, so that there is a best match for them. */
export function knowsPerson(wish: Wish): boolean {
  return wish.text !== "" || wish.certificates.length > 0 || wish.hours.length > 0 || wish.payFloor > 0;
}

/** The wish with parts of it changed; there is no best match once nothing is known of the person. */
export function changed(wish: Wish, part: Partial<Wish>): Wish {
  const next = { ...wish, ...part };
  if (next.order === NearbyOrder.SCORE && !knowsPerson(next)) next.order = NearbyOrder.MINUTES;
  return next;
}

/** How many of the conditions under 我的条件 are set. */
export function conditionsSet(wish: Wish): number {
  return wish.certificates.length + wish.hours.length + Number(wish.noCertificates) + Number(wish.payFloor > 0);
}

function span(when: When, now: number): { startsFrom: string; startsUntil: string } {
  const tomorrow = midnight(now, 1);
  const ends = toCivil(midnight(now, 2));
  switch (when) {
    case "now":
      return { startsFrom: "", startsUntil: "" };
    case "today":
      return { startsFrom: "", startsUntil: toCivil(tomorrow) };
    case "dawn":
      return { startsFrom: toCivil(tomorrow), startsUntil: toCivil(tomorrow + HALF_DAY) };
    case "tomorrow":
      return { startsFrom: toCivil(tomorrow), startsUntil: ends };
  }
}

function shifts(hours: Hours[]): Pick<WeeklyShift, "days" | "start" | "end">[] {
  return hours.map((h) => ({ days: "1234567", start: HOURS[h].start, end: HOURS[h].end }));
}

function payFloor(wish: Wish) {
  return wish.payFloor > 0 ? { amountYuan: wish.payFloor, unit: PayUnit.DAY } : undefined;
}

/**
 * Where to look. What the person told is a filter only beside a text, which takes the place of
 * the profile; and `没有证` always, as a profile without certificates means that none are known.
 */
export function areaOf(wish: Wish, config: Config, now: number): MessageInitShape<typeof NearbyAreaSchema> {
  const beside = wish.text !== "";
  return {
    origin: config.origin,
    limit: { case: "maxMinutes", value: wish.minutes },
    travel: wish.travel,
    ...span(wish.when, now),
    settlements: wish.sameDay ? [Settlement.SAME_DAY] : [],
    checkedEmployersOnly: wish.checkedOnly,
    filter: {
      occupations: wish.trade ? [wish.trade] : [],
      certificates: beside ? wish.certificates : [],
      certificatesGiven: wish.noCertificates || (beside && wish.certificates.length > 0),
      shifts: beside ? shifts(wish.hours) : [],
      payFloor: beside ? payFloor(wish) : undefined,
    },
  };
}

function personOf(wish: Wish): MessageInitShape<typeof NearbyPostingsRequestSchema>["person"] {
  if (wish.text) return { case: "text", value: { text: wish.text, travel: wish.travel } };
  if (!knowsPerson(wish)) return { case: undefined };
  const { certificates, travel } = wish;
  return {
    case: "profile",
    value: { certificates, travel, available: shifts(wish.hours), payFloor: payFloor(wish) },
  };
}

export function requestOf(
  wish: Wish,
  config: Config,
  now: number,
): MessageInitShape<typeof NearbyPostingsRequestSchema> {
  return { area: areaOf(wish, config, now), order: wish.order, person: personOf(wish), pageSize: PAGE };
}
