// Civil time of Asia/Shanghai, which has no summer time: eight hours before UTC all year.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SHIFT = 8 * HOUR;
const WEEKDAYS = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];

/** Milliseconds since 1970 of a civil instant `YYYY-MM-DDTHH:MM`; NaN when it is none. */
export function fromCivil(civil: string): number {
  // Date.parse reads much that is no civil instant.
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(civil) ? Date.parse(`${civil}:00Z`) - SHIFT : Number.NaN;
}

/** The civil instant `YYYY-MM-DDTHH:MM` of a true one, the minute rounded down. */
export function toCivil(at: number): string {
  return new Date(at + SHIFT).toISOString().slice(0, 16);
}

/** Midnight at the start of the civil day, `days` days on. */
export function midnight(at: number, days = 0): number {
  return Math.floor((at + SHIFT) / DAY) * DAY - SHIFT + days * DAY;
}

/** Digit of the weekday as the contract has it: `1` is Monday, `7` Sunday. */
export function weekdayDigit(at: number): string {
  const day = new Date(at + SHIFT).getUTCDay();
  return String(day === 0 ? 7 : day);
}

/** `6:00`, `14:30`: the time of day without a leading zero. */
export function clockWords(at: number): string {
  return toCivil(at).slice(11).replace(/^0/, "");
}

/** Time of day as it is spoken: `早上6:00`, `下午2:30`. */
function spokenClock(at: number): string {
  const [hour = 0, minute = 0] = toCivil(at).slice(11).split(":").map(Number);
  const part =
    hour < 5 ? "凌晨" : hour < 9 ? "早上" : hour < 12 ? "上午" : hour < 13 ? "中午" : hour < 18 ? "下午" : "晚上";
  const shown = hour > 12 ? hour - 12 : hour;
  return `${part}${shown}:${String(minute).padStart(2, "0")}`;
}

/** Day as it is spoken: 今天, 明天, 后天, `11月30日 周一`. */
export function dayWords(at: number, now: number): string {
  const days = Math.round((midnight(at) - midnight(now)) / DAY);
  const spoken = ["今天", "明天", "后天"][days];
  if (days >= 0 && spoken) return spoken;
  const date = new Date(at + SHIFT);
  return `${date.getUTCMonth() + 1}月${date.getUTCDate()}日 ${WEEKDAYS[date.getUTCDay()]}`;
}

/** When something begins, short: `明早6:00`, `今天下午2:00`. */
export function startWords(at: number, now: number): string {
  const spoken = `${dayWords(at, now)}${spokenClock(at)}`;
  return spoken.replace("明天早上", "明早").replace("今天早上", "今早").replace("今天晚上", "今晚").replace("明天晚上", "明晚");
}

/** How long until then where that is near: `还有20分钟`. Empty: more than two hours, or past. */
export function soonWords(at: number, now: number): string {
  const minutes = Math.round((at - now) / 60_000);
  if (!(minutes >= 0 && minutes <= 120)) return "";
  return minutes === 0 ? "马上开始" : `还有${minutes}分钟`;
}

/** From start to end: `明早6:00 到 上午11:30`. Without an end only the start. */
export function windowWords(start: string, end: string, now: number): string {
  const from = fromCivil(start);
  if (Number.isNaN(from)) return "";
  const to = fromCivil(end);
  if (Number.isNaN(to)) return startWords(from, now);
  const sameDay = midnight(from) === midnight(to);
  return `${startWords(from, now)} 到 ${sameDay ? spokenClock(to) : startWords(to, now)}`;
}
