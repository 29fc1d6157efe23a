import { MINUTES } from "../config";
import type { RingCount } from "../gen/jobmatch/v1/nearby_pb";
import type { Wish } from "../wish";

interface Props {
  rings: RingCount[];
  /** Minutes that the answer reached. */
  limit: number;
  onWish(part: Partial<Wish>): void;
}

/** Counts within so many minutes, each ring with those inside it. */
export function Rings({ rings, limit, onWish }: Props) {
  let within = 0;
  const counts = rings
    .map(({ minutes, count }) => ({ minutes, within: (within += count) }))
    .filter(({ minutes }) => minutes <= limit + 0.5);
  if (counts.length === 0) return null;
  return (
    <ul class="rings" aria-label="多少分钟内有多少活">
      {counts.map(({ minutes, within }) => (
        <li key={minutes}>
          <button type="button" onClick={() => onWish({ minutes: Math.min(MINUTES.most, minutes) })}>
            {minutes}分钟 <b>{within}个</b>
          </button>
        </li>
      ))}
    </ul>
  );
}
