// Whether a service point is open, and when it opens.
import type { Station } from "./gen/jobmatch/v1/station_pb";
import { dayWords, midnight, toCivil, weekdayDigit } from "./time";

const DAY = 86_400_000;
/** Days that are looked ahead for the next opening. */
const AHEAD = 14;

type Hours = Pick<Station, "openingHours" | "closedDates">;

/** Minutes after midnight of `HH:MM`. */
function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * 60 + minute;
}

/** Spans in which it is open that begin on the civil day of `at`, in milliseconds, by start. */
function spansOf(station: Hours, at: number): [number, number][] {
  const day = midnight(at);
  if (station.closedDates.includes(toCivil(day).slice(0, 10))) return [];
  return station.openingHours
    .filter((shift) => shift.days.includes(weekdayDigit(at)))
    .map(({ start, end }): [number, number] => {
      const from = minutesOf(start);
      const to = minutesOf(end);
      // Before or at the start: ends on the next day.
      return [day + from * 60_000, day + to * 60_000 + (to <= from ? DAY : 0)];
    })
    .sort(([a], [b]) => a - b);
}

const short = (at: number) => toCivil(at).slice(11).replace(/^0/, "");

/** Whether it is open now, and the sentence: `现在开门，到17:00`, `明天8:30开门`. */
export function openWords(station: Hours, now: number): [boolean, string] {
  if (station.openingHours.length === 0) return [false, "开门时间没写明"];
  for (let days = -1; days <= AHEAD; days += 1) {
    for (const [from, to] of spansOf(station, midnight(now, days))) {
      if (from <= now && now < to) return [true, `现在开门，到${short(to)}`];
      if (from > now) return [false, `现在关门，${dayWords(from, now)}${short(from)}开门`];
    }
  }
  return [false, "最近不开门"];
}
