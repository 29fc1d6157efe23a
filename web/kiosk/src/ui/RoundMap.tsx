// A plain map: the kiosk in the middle, rings of minutes, a dot for each job.
import { dotsOf, ringsOf, windOf } from "../geo";
import type { Point } from "../gen/jobmatch/v1/common_pb";
import type { NearbyPosting } from "../gen/jobmatch/v1/nearby_pb";
import { payLine } from "../pay";

/** Dots closer than this, in radii, are one: less than a finger apart on the kiosk. */
const APART = 0.28;
/** Radius of the rim in a picture of 400 by 400. */
const RIM = 176;

interface Props {
  origin: Point | undefined;
  found: NearbyPosting[];
  limit: number;
  onOpen(id: string): void;
  onSeveral(ids: string[]): void;
}

export function RoundMap({ origin, found, limit, onOpen, onSeveral }: Props) {
  const dots = origin ? dotsOf(origin, found, limit, APART) : [];
  const byId = new Map(found.map((f) => [f.posting?.id, f.posting]));
  const rings = ringsOf(limit);
  const label = (ids: string[], where: string) => {
    const posting = byId.get(ids[0]);
    if (ids.length > 1) return `${where}，这一片有${ids.length}个活`;
    return `${posting?.title ?? ""}，${where}，${payLine(posting?.pay)}`;
  };
  return (
    <div class="map" role="group" aria-label="附近的活在哪个方向">
      <svg viewBox="0 0 400 400" aria-hidden="true">
        {[...rings].reverse().map((minutes, at) => (
          <circle key={minutes} class={`ring ring-${at % 2}`} cx="200" cy="200" r={(RIM * minutes) / limit} />
        ))}
        <path class="cross" d={`M200 ${200 - RIM}V${200 + RIM}M${200 - RIM} 200H${200 + RIM}`} />
        <text class="north" x="200" y="18">
          北
        </text>
        {rings.map((minutes) => (
          <text key={minutes} class="ring-label" x={200 + (RIM * minutes * 0.7071) / limit} y={200 + (RIM * minutes * 0.7071) / limit}>
            {minutes}分
          </text>
        ))}
        <circle class="here" cx="200" cy="200" r="9" />
        <circle class="here" cx="12" cy="388" r="7" />
        <text class="here-label" x="25" y="394">
          您在这里
        </text>
      </svg>
      {dots.map(({ ids, x, y, bearing, minutes }) => (
        <button
          key={ids[0]}
          type="button"
          class={`dot ${ids.length > 1 ? "several" : ""}`}
          style={{ left: `${50 + (x * RIM) / 4}%`, top: `${50 + (y * RIM) / 4}%` }}
          aria-label={label(ids, `${windOf(bearing)}边${Math.max(1, Math.round(minutes))}分钟`)}
          onClick={() => (ids.length > 1 ? onSeveral(ids) : onOpen(ids[0] ?? ""))}
        >
          <span aria-hidden="true">{ids.length > 1 ? ids.length : ""}</span>
        </button>
      ))}
    </div>
  );
}
