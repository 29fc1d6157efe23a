// Where the dots of the round map lie.
import type { Point } from "./gen/jobmatch/v1/common_pb";
import type { NearbyPosting } from "./gen/jobmatch/v1/nearby_pb";

const RADIANS = Math.PI / 180;
const WINDS = ["北", "东北", "东", "东南", "南", "西南", "西", "西北"];

type LatLon = Pick<Point, "latitude" | "longitude">;

/** Initial bearing in degrees, 0 is north, 90 east. */
export function bearing(from: LatLon, to: LatLon): number {
  const a = from.latitude * RADIANS;
  const b = to.latitude * RADIANS;
  const east = (to.longitude - from.longitude) * RADIANS;
  const y = Math.sin(east) * Math.cos(b);
  const x = Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(east);
  return (Math.atan2(y, x) / RADIANS + 360) % 360;
}

/** 北, 东北, … for a bearing. */
export function windOf(degrees: number): string {
  return WINDS[Math.round(degrees / 45) % 8] ?? "";
}

/** The point to which ways are reckoned: where one meets, else where the job is. */
export function goalOf(found: NearbyPosting): Point | undefined {
  return found.posting?.gig?.meetingAt ?? found.posting?.place?.point;
}

/** A dot: one posting, or several that a finger could not tell apart. */
export interface Dot {
  ids: string[];
  /** From the middle, -1 to 1, east and south. */
  x: number;
  y: number;
  bearing: number;
  minutes: number;
}

/**
 * Dots for the postings with a point, those nearer than `apart` (in the same measure as `x`)
 * drawn as one. `limit`: minutes at the rim. The middle is kept free for the mark of the kiosk.
 */
export function dotsOf(origin: LatLon, found: NearbyPosting[], limit: number, apart: number): Dot[] {
  const dots: Dot[] = [];
  for (const one of found) {
    const goal = goalOf(one);
    if (!goal || !one.posting) continue;
    const angle = bearing(origin, goal);
    const radius = Math.min(1, Math.max(0.16, one.minutes / limit));
    const x = radius * Math.sin(angle * RADIANS);
    const y = -radius * Math.cos(angle * RADIANS);
    const near = dots.find((dot) => Math.hypot(dot.x - x, dot.y - y) < apart);
    if (near) near.ids.push(one.posting.id);
    else dots.push({ ids: [one.posting.id], x, y, bearing: angle, minutes: one.minutes });
  }
  return dots;
}

/** Minutes at which a ring is drawn within the limit, the limit itself included. */
export function ringsOf(limit: number): number[] {
  const step = limit <= 10 ? 5 : limit <= 20 ? 5 : limit <= 30 ? 10 : limit <= 60 ? 15 : 30;
  const rings = [];
  for (let minutes = step; minutes < limit - step / 4; minutes += step) rings.push(minutes);
  return [...rings, Math.round(limit)];
}
